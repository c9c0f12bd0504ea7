"""The settings (TOML), with every limit and time-out of the program in its one place.

An unknown key is an error that names the file, the key and the nearest known one. Secrets are read from files.
"""

from __future__ import annotations

import dataclasses
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tui_portal.domain.errors import WrongUse
from tui_portal.i18n import LANGUAGES, _


@dataclass(frozen=True, slots=True)
class FirmSettings:
    name: str = ""  # empty: the name in the database
    portal_url: str = "http://127.0.0.1:8080"
    reply_to: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class MailSettings:
    smtp: str = ""  # smtp://host:25, smtps://, smtp+starttls://, or folder:PATH; empty: mail waits in the queue
    user: str = ""
    password_file: str = ""
    sender: str = field(default="", metadata={"key": "from"})
    copies_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InvitationSettings:
    expire_days: int = 14  # 0: never
    reminder_days: tuple[int, ...] = (3, 10)


@dataclass(frozen=True, slots=True)
class PortalSettings:
    host: str = "127.0.0.1"
    port: int = 8080
    session_hours: int = 12
    password_min_length: int = 12


@dataclass(frozen=True, slots=True)
class StaffSettings:
    trust_as: bool = False
    restricted: bool = False


@dataclass(frozen=True, slots=True)
class UiSettings:
    theme: str = ""
    keys: dict[str, str] = field(default_factory=dict)
    mouse: bool = False
    language: str = ""


@dataclass(frozen=True, slots=True)
class LimitSettings:
    message_characters: int = 5000
    name_characters: int = 200
    smtp_seconds: int = 30
    lease_seconds: int = 120
    claim_batch: int = 50
    retry_first_seconds: int = 300
    retry_most_seconds: int = 4000
    retry_days: int = 5
    import_bytes: int = 64 * 1024 * 1024
    request_bytes: int = 64 * 1024
    hash_at_once: int = 4
    hash_waiting: int = 32  # more than this many waiting for a hash are asked to come back
    password_bytes: int = 1024
    login_attempts: int = 10  # for one address within login_pause_seconds
    login_pause_seconds: int = 300
    login_addresses: int = 10_000  # so many addresses are counted at a time
    portal_connections: int = 500
    stop_seconds: int = 5
    notice_seconds: int = 8
    watch_seconds: int = 1
    mail_accounts: int = 25  # a mail names so many accounts, the rest by number


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that the firm can set. `source` is the file it was read from, None where there is none."""

    firm: FirmSettings = field(default_factory=FirmSettings)
    mail: MailSettings = field(default_factory=MailSettings)
    invitations: InvitationSettings = field(default_factory=InvitationSettings)
    portal: PortalSettings = field(default_factory=PortalSettings)
    staff: StaffSettings = field(default_factory=StaffSettings)
    ui: UiSettings = field(default_factory=UiSettings)
    limits: LimitSettings = field(default_factory=LimitSettings)
    source: Path | None = None


def read_settings(path: Path | None) -> Settings:
    """The settings in `path`; without a path those in the first default place that has any, else the defaults.

    Raises WrongUse, which names the file and the key, where the file is missing, no TOML, or says something unknown.
    """
    if path is None:
        from tui_portal.paths import default_configs

        path = next((p for p in default_configs() if p.is_file()), None)
        if path is None:
            return Settings()
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise WrongUse(_("The settings {path} can't be read: {why}.").format(path=path, why=error.strerror)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongUse(_("The settings {path} are not TOML: {why}.").format(path=path, why=error)) from None
    return settings_from(data, path)


def settings_from(data: dict[str, Any], path: Path | None = None) -> Settings:
    """Settings from a parsed TOML document; `path` is named in what goes wrong."""
    sections: dict[str, Any] = {}
    known = {f.name: f for f in dataclasses.fields(Settings) if f.name != "source"}
    for name, values in data.items():
        if name not in known or not isinstance(values, dict):
            raise _unknown(path, name, list(known))
        section: Any = known[name].default_factory
        sections[name] = _section(section, name, values, path)
    settings = Settings(**sections, source=path)
    for language in (settings.firm.language, settings.ui.language):
        if language and language not in LANGUAGES:
            raise _unknown(path, language, list(LANGUAGES))
    if not settings.firm.portal_url.startswith(("http://", "https://")):
        raise _wrong(path, "firm.portal_url", _("an address that starts with http:// or https://"))
    return settings


def _section(section: type[Any], name: str, values: dict[str, Any], path: Path | None) -> Any:
    fields = {f.metadata.get("key", f.name): f for f in dataclasses.fields(section)}
    found: dict[str, Any] = {}
    for key, value in values.items():
        if key not in fields:
            raise _unknown(path, f"{name}.{key}", [f"{name}.{k}" for k in fields])
        default = getattr(section(), fields[key].name)
        if isinstance(default, tuple):
            value = tuple(value) if isinstance(value, list) else (value,)
        elif type(value) is not type(default):
            words = {bool: _("true or false"), int: _("a whole number"), str: _("text in quotes")}
            raise _wrong(path, f"{name}.{key}", words.get(type(default), _("a table")))
        elif isinstance(value, int) and value < 0:
            raise _wrong(path, f"{name}.{key}", _("a number that is not negative"))
        found[fields[key].name] = value
    return section(**found)


def _unknown(path: Path | None, key: str, known: list[str]) -> WrongUse:
    from difflib import get_close_matches

    near = get_close_matches(key, known, n=1, cutoff=0.5)
    hint = (
        _(" Did you mean {near}?").format(near=near[0]) if near else _(" Known: {keys}.").format(keys=", ".join(known))
    )
    return WrongUse(_("{path}: {key} is not a setting.").format(path=path, key=key) + hint)


def _wrong(path: Path | None, key: str, wanted: str) -> WrongUse:
    return WrongUse(_("{path}: {key} must be {wanted}.").format(path=path, key=key, wanted=wanted))
