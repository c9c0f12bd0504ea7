"""The settings (TOML), with every limit and time-out of the program in its one place.

An unknown key is an error that names the file, the key and the nearest known one. Secrets are read from files.
"""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tui_portal.domain.errors import WrongUse
from tui_portal.i18n import LANGUAGES, _
from tui_portal.paths import default_configs, styles_folder

PLAIN_OUTPUT = "plain"
COMFORTABLE, DENSE = "comfortable", "dense"


def _number(default: int, least: int, most: int) -> int:
    """A setting that is a whole number from `least` to `most`: what lies beyond is a slip, or fails far from where it was made."""
    return field(default=default, metadata={"least": least, "most": most})


@dataclass(frozen=True, slots=True)
class FirmSettings:
    name: str = ""  # empty: the name in the database
    portal_url: str = "http://127.0.0.1:8080"
    reply_to: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    allow_network: bool = False  # a file system of the network, where locks can't be relied on


@dataclass(frozen=True, slots=True)
class MailSettings:
    smtp: str = ""  # smtp://host:25, smtps://, smtp+starttls://, or folder:PATH; empty: mail waits in the queue
    user: str = ""
    password_file: str = ""
    sender: str = field(default="", metadata={"key": "from"})
    bounces_to: str = field(default="", metadata={"address": True})  # where notices come back to; empty: to the sender
    copies_to: tuple[str, ...] = field(default=(), metadata={"kind": str, "address": True})
    templates: str = ""  # a folder with mail templates of the firm's own
    check_domains: bool = False  # ask in the background whether the domains of the addresses take mail


@dataclass(frozen=True, slots=True)
class InvitationSettings:
    expire_days: int = _number(14, 0, 36_500)  # 0: never
    reminder_days: tuple[int, ...] = field(default=(3, 10), metadata={"kind": int, "least": 1, "most": 36_500})


@dataclass(frozen=True, slots=True)
class PortalSettings:
    host: str = "127.0.0.1"
    port: int = _number(8080, 0, 65_535)
    session_hours: int = _number(12, 1, 8784)
    password_min_length: int = _number(12, 1, 128)
    greeting: str = ""  # text of several lines on the page where clients arrive; empty: the program's own
    # Whether clients may invite others to their account: no, yes, or once staff approve.
    clients_invite: str = field(default="approve", metadata={"one_of": ("no", "approve", "yes")})
    certificate: str = ""  # a file in PEM, with certificate_key; empty: plain HTTP, for a proxy on this machine
    certificate_key: str = ""
    clients_set_notifications: bool = True  # whether clients choose which notifications come to their address
    client_address_header: str = ""  # of the firm's proxy, for example X-Forwarded-For; empty: the connection's address
    access_log: str = ""  # a file, or - for standard error; empty: none


@dataclass(frozen=True, slots=True)
class StaffSettings:
    trust_as: bool = False
    restricted: bool = False  # staff get the application and nothing beside it; files only in the folder of `exports`
    exports: str = ""  # a folder, relative to the settings file; empty: where the program was started


@dataclass(frozen=True, slots=True)
class UiSettings:
    theme: str = ""
    density: str = field(default=COMFORTABLE, metadata={"one_of": (COMFORTABLE, DENSE)})  # who has not chosen theirs
    mouse: bool = False
    language: str = ""
    keys: tuple[tuple[str, str], ...] = ()  # commands by their names, and the keys that are wanted for them
    output: str = ""  # "plain": as Textual writes it; empty: only what has changed


@dataclass(frozen=True, slots=True)
class LimitSettings:
    message_characters: int = _number(5000, 1, 1_000_000)
    name_characters: int = _number(200, 1, 10_000)
    smtp_seconds: int = _number(30, 1, 3600)
    dns_seconds: int = _number(3, 1, 60)  # for all questions about one domain
    dns_batch: int = _number(5, 1, 100)  # so many domains are asked at once
    dns_days: int = _number(30, 1, 3650)  # after so many days a domain is asked again
    lease_seconds: int = _number(120, 1, 86_400)
    claim_batch: int = _number(250, 1, 10_000)
    retry_first_seconds: int = _number(300, 0, 604_800)
    retry_most_seconds: int = _number(4000, 0, 604_800)
    retry_days: int = _number(5, 0, 365)
    mail_connections: int = _number(4, 1, 100)  # to the mail server at a time
    unrecorded_mails: int = _number(
        16, 1, 1000
    )  # so many may be handed over before what became of them is written down
    unrecorded_milliseconds: int = _number(50, 0, 10_000)  # and for so long
    mails_per_minute: int = _number(0, 0, 100_000)  # 0: as many as the mail server takes
    domain_per_minute: int = _number(0, 0, 100_000)  # to one recipient domain
    bounce_bytes: int = _number(1024 * 1024, 4096, 64 * 1024 * 1024)  # so much of a message is looked at for a notice
    template_bytes: int = _number(65_536, 1024, 1024 * 1024)  # no mail template is larger
    import_bytes: int = _number(64 * 1024 * 1024, 1, 4 * 1024**3)
    head_bytes: int = _number(16 * 1024, 1024, 1024 * 1024)  # of a request, cookies and all
    request_bytes: int = _number(64 * 1024, 1024, 64 * 1024 * 1024)
    hash_at_once: int = _number(4, 1, 256)
    hash_waiting: int = _number(16, 0, 100_000)  # more than this many waiting for a hash are asked to come back
    password_bytes: int = _number(1024, 128, 65_536)
    login_attempts: int = _number(10, 1, 1_000_000)  # wrong passwords for one address from one place; then each waits
    login_attempts_anywhere: int = _number(100, 1, 1_000_000)  # the same from all browsers that were never logged in
    login_attempts_place: int = _number(100, 1, 1_000_000)  # the same from one place, whatever the addresses
    login_first_pause_seconds: int = _number(15, 1, 86_400)  # each further wait is twice as long
    login_pause_seconds: int = _number(300, 0, 86_400)  # and none is longer
    login_forget_seconds: int = _number(3600, 1, 31_622_400)  # so long after the last wrong password they count no more
    login_addresses: int = _number(10_000, 1, 10_000_000)  # so many addresses are counted at a time
    device_days: int = _number(365, 1, 3650)  # a browser that was logged in is known for so long
    link_seconds: int = _number(3600, 60, 86_400)  # a browser keeps a link that was opened for so long
    reset_hours: int = _number(24, 1, 8784)  # a link to choose another password works so long, when staff send it
    forgotten_hours: int = _number(1, 1, 8784)  # and when somebody asks for it on the login page
    reset_again_seconds: int = _number(60, 0, 86_400)  # staff send nobody two of them within this time
    notices_shown: int = _number(20, 1, 1000)  # the newest ones, on the page where a client arrives
    forgotten_seconds: int = _number(900, 0, 86_400)  # nor does the login page within this one
    write_seconds: int = _number(10, 0, 600)  # a change waits so long for others who write to the database
    portal_connections: int = _number(500, 0, 100_000)
    request_seconds: int = _number(20, 1, 3600)  # a request must have come whole within this time, an answer be taken
    idle_seconds: int = _number(75, 1, 3600)  # a connection is kept so long for the next request
    certificate_days: int = _number(14, 0, 365)  # a certificate that ends sooner is warned of
    stop_seconds: int = _number(5, 0, 600)
    notice_seconds: int = _number(8, 1, 3600)
    clipboard_bytes: int = _number(
        74_994, 1, 16 * 1024 * 1024
    )  # in base64 and framed 100,000: more no terminal need take
    watch_seconds: int = _number(1, 1, 3600)
    presence_seconds: int = _number(90, 60, 3600)  # an account counts as open for so long without word
    client_invitations: int = _number(10, 1, 10_000)  # so many people a client may ask for within 24 hours
    client_note_characters: int = _number(1000, 1, 100_000)  # of what they write about each
    mail_accounts: int = _number(25, 0, 1000)  # a mail names so many accounts, the rest by number
    hold_seconds: int = _number(60, 0, 86_400)  # the mail of a bulk run waits so long, so that it can be taken back
    reinvite_seconds: int = _number(
        3600, 0, 31_622_400
    )  # a bulk run invites nobody again who was invited within this time
    resend_ask_seconds: int = _number(
        60, 0, 86_400
    )  # who was invited within this time is asked about before the next one
    free_mebibytes: int = _number(100, 0, 1_000_000)  # `check` calls less room on the database's disk a fault
    progress_steps: int = _number(200_000, 1000, 1_000_000_000)  # SQLite instructions between two looks whether to stop


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that the firm can set. `source` is the file it was read from, None where there is none."""

    firm: FirmSettings = field(default_factory=FirmSettings)
    database: DatabaseSettings = field(default_factory=DatabaseSettings)
    mail: MailSettings = field(default_factory=MailSettings)
    invitations: InvitationSettings = field(default_factory=InvitationSettings)
    portal: PortalSettings = field(default_factory=PortalSettings)
    staff: StaffSettings = field(default_factory=StaffSettings)
    ui: UiSettings = field(default_factory=UiSettings)
    limits: LimitSettings = field(default_factory=LimitSettings)
    source: Path | None = None

    def beside(self, named: str) -> Path:
        """The file that a setting names; relative to the settings file."""
        return (self.source.parent if self.source else Path()) / Path(named).expanduser()


def read_settings(path: Path | None) -> Settings:
    """The settings in `path`; without a path those in the first default place that has any, else the defaults.

    Raises WrongUse, which names the file and the key, where the file is missing, no TOML, or says something unknown.
    """
    if path is None:
        path = next((p for p in default_configs() if _is_there(p)), None)
        if path is None:
            return Settings()
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise WrongUse(_("The settings {path} can't be read: {why}.").format(path=path, why=error.strerror)) from None
    except ValueError as error:  # no TOML, no UTF-8, or a number of thousands of digits
        raise WrongUse(_("The settings {path} are not TOML: {why}.").format(path=path, why=error)) from None
    except RecursionError:
        raise WrongUse(_("The settings {path} are not TOML: {why}.").format(path=path, why=_("too deep"))) from None
    return settings_from(data, path)


def _is_there(path: Path) -> bool:
    """Whether it is a file, as far as this user may look: after `su`, the home directory may still be another's."""
    try:
        return path.is_file()
    except OSError:
        return False


def settings_from(data: dict[str, Any], path: Path | None = None) -> Settings:
    """Settings from a parsed TOML document; `path` is named in what goes wrong."""
    sections: dict[str, Any] = {}
    known = {f.name: f for f in dataclasses.fields(Settings) if f.name != "source"}
    for name, values in data.items():
        if name not in known:
            raise _unknown(path, name, list(known))
        if not isinstance(values, dict):
            raise _wrong(path, name, _("a table: [{name}] on a line of its own").format(name=name))
        section: Any = known[name].default_factory
        sections[name] = _section(section, name, values, path)
    settings = Settings(**sections, source=path)
    for language in (settings.firm.language, settings.ui.language):
        if language and language not in LANGUAGES:
            raise _unknown(path, language, list(LANGUAGES))
    if settings.ui.theme and settings.ui.theme not in (themes := _themes()):
        raise _wrong(
            path,
            "ui.theme",
            _("one of {known}, not {theme}").format(known=", ".join(themes), theme=settings.ui.theme),
        )
    if settings.ui.output not in ("", PLAIN_OUTPUT):
        raise _wrong(path, "ui.output", _('"plain", or left out'))
    if not settings.firm.portal_url.startswith(("http://", "https://")):
        raise _wrong(path, "firm.portal_url", _("an address that starts with http:// or https://"))
    return settings


def _section(section: type[Any], name: str, values: dict[str, Any], path: Path | None) -> Any:
    fields = {f.metadata.get("key", f.name): f for f in dataclasses.fields(section)}
    found: dict[str, Any] = {}
    for key, value in values.items():
        if f"{name}.{key}" == "ui.keys":
            found[key] = _keys(path, value)
            continue
        if key not in fields:
            raise _unknown(path, f"{name}.{key}", [f"{name}.{k}" for k in fields])
        setting = fields[key]
        default = getattr(section(), setting.name)
        several = isinstance(default, tuple)
        kind = setting.metadata["kind"] if several else type(default)
        checked = tuple(value) if several and isinstance(value, list) else (value,)
        for one in checked:
            _check(path, f"{name}.{key}", one, kind, setting.metadata)
        found[setting.name] = checked if several else value
    return section(**found)


def _keys(path: Path | None, value: Any) -> tuple[tuple[str, str], ...]:
    """The names of commands (`list.mark`) with the keys that are wanted for them, as they are written."""
    found: list[tuple[str, str]] = []
    for group, entries in value.items() if isinstance(value, dict) else [("", None)]:
        named = entries if isinstance(entries, dict) else {"": entries}
        for key, wanted in named.items():
            name = f"{group}.{key}" if key else group
            if not isinstance(wanted, str):
                raise _wrong(path, f"ui.keys.{name}".rstrip("."), _('keys in quotes, such as list.mark = "space x"'))
            found.append((name, wanted))
    return tuple(found)


def _check(path: Path | None, name: str, value: Any, kind: type[Any], bounds: Mapping[str, Any]) -> None:
    """Raise WrongUse unless `value` is of this kind and, where it is a number, within its bounds; or is no address, or no known word, where it must be."""
    if type(value) is not kind:
        words = {bool: _("true or false"), int: _("a whole number"), str: _("text in quotes")}
        raise _wrong(path, name, words[kind])
    if value not in bounds.get("one_of", (value,)):
        known = ", ".join(bounds["one_of"])
        raise _wrong(path, name, _("one of {known}, not {theme}").format(known=known, theme=value))
    if bounds.get("address") and value and not _ADDRESS.fullmatch(value):
        raise _wrong(path, name, _("an e-mail address, without a name"))
    if kind is int and not bounds["least"] <= value <= bounds["most"]:
        raise _wrong(
            path, name, _("a number from {least} to {most}").format(least=bounds["least"], most=bounds["most"])
        )


# No more than that it is one: what the mail server would not take is found out when the mail is handed over.
_ADDRESS = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+")


def _themes() -> list[str]:
    """The names of the themes that the styles hold."""
    return list(tomllib.loads((styles_folder() / "themes.toml").read_text("utf-8")))


def _unknown(path: Path | None, key: str, known: list[str]) -> WrongUse:
    from difflib import get_close_matches

    near = get_close_matches(key, known, n=1, cutoff=0.5)
    hint = (
        _(" Did you mean {near}?").format(near=near[0]) if near else _(" Known: {keys}.").format(keys=", ".join(known))
    )
    return WrongUse(_("{path}: {key} is not a setting.").format(path=path, key=key) + hint)


def _wrong(path: Path | None, key: str, wanted: str) -> WrongUse:
    return WrongUse(_("{path}: {key} must be {wanted}.").format(path=path, key=key, wanted=wanted))
