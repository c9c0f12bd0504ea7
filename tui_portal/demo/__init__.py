"""The demo firm, Hansen & Partner: always the same, its clock fixed, so that every screen can be kept as a snapshot.

Some seventy accounts are written by hand; beyond them any number is made from one seed. Mail goes into a folder.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tui_portal.config import FirmSettings, MailSettings, Settings
from tui_portal.demo.crowd import Crowd
from tui_portal.demo.firm import CLIENTS, FIRM, FOUNDED, LANGUAGE, STAFF
from tui_portal.demo.rows import WrittenFirm
from tui_portal.demo.shapes import DEMO_NOW, DEMO_PASSWORD, at
from tui_portal.domain.errors import DatabaseUnusable, WrongUse
from tui_portal.i18n import _
from tui_portal.services.context import Context
from tui_portal.services.seeding import Batch, Founding, create_seeded

__all__ = ["DEMO_NOW", "DEMO_PASSWORD", "demo_settings", "make_demo", "write_demo_settings"]


def make_demo(path: Path, *, owner_login: str, accounts: int | None = None, settings: Settings) -> Context:
    """The demo firm in a new database at `path`, with its owner acting, who has `owner_login` and a fixed name.

    `accounts` is how many there are to be: the hand-written ones first, then generated ones. The rows are the same for the
    same arguments, everywhere. Every active user has the password DEMO_PASSWORD. Raises DatabaseUnusable where there is a
    file already or the folder can't be written, WrongUse for a negative number.
    """
    if accounts is not None and accounts < 0:
        raise WrongUse(_("The demo can't have {n} accounts.").format(n=accounts))
    _login, name, email, *_rest = STAFF[0]
    founding = Founding(
        firm=FIRM,
        language=LANGUAGE,
        owner_login=owner_login,
        owner_name=name,
        owner_email=email,
        moment=at(FOUNDED),
        fixed_now=DEMO_NOW,
    )
    return create_seeded(path, settings, founding, _batches(owner_login.strip(), accounts))


def demo_settings(folder: Path, mail: str = "mail") -> Settings:
    """Settings for a demo in `folder`: its mail goes into the folder `mail` there, links lead to `tui-portal serve` on this
    machine.
    """
    return Settings(
        firm=FirmSettings(portal_url="http://127.0.0.1:8080", reply_to="office@hansen-partner.example"),
        mail=MailSettings(smtp=f"folder:{folder / mail}", sender="portal@hansen-partner.example"),
    )


def write_demo_settings(path: Path, settings: Settings) -> None:
    """Write `settings` as TOML to a new file at `path` (mode 0600), for the processes that are started on the demo.

    Raises DatabaseUnusable where there is a file already or the folder can't be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            file.write(_toml(settings))
    except FileExistsError:
        raise DatabaseUnusable(_("There is already a file at {path}.").format(path=path)) from None
    except OSError as error:
        raise DatabaseUnusable(_("{path} can't be made: {why}.").format(path=path, why=error.strerror)) from None


def _batches(owner_login: str, accounts: int | None) -> Iterator[Batch]:
    written = WrittenFirm(accounts, at(FOUNDED), owner_login)
    yield written.tables
    if accounts is not None and accounts > len(CLIENTS):
        yield from Crowd(written, accounts).batches()


def _toml(settings: Settings) -> str:
    """What is not as by default, as a TOML document."""
    parts, usual = [], Settings()
    for section in dataclasses.fields(Settings):
        values, defaults = getattr(settings, section.name), getattr(usual, section.name)
        if values == defaults:
            continue
        lines = [f"[{section.name}]"]
        for field in dataclasses.fields(values):
            value = getattr(values, field.name)
            if value != getattr(defaults, field.name):
                lines.append(f"{field.metadata.get('key', field.name)} = {_toml_value(value)}")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _toml_value(value: Any) -> str:
    """JSON's strings, numbers and lists are TOML's, but for DEL, which TOML wants escaped."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
