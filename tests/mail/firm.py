"""What the mail tests have in common: settings, invited clients, the program run as a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from tui_portal.config import FirmSettings, LimitSettings, MailSettings, Settings
from tui_portal.domain.accounts import AccountType
from tui_portal.services.access import AccessWish, change_access
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context

PORTAL = "https://portal.hansen-partner.example"
SENDER = "portal@hansen-partner.example"


def settings_for(smtp: str, **mail: str) -> Settings:
    """A firm's settings with this mail server."""
    return Settings(
        firm=FirmSettings(portal_url=PORTAL, reply_to="office@hansen-partner.example"),
        mail=MailSettings(smtp=smtp, sender=SENDER, **mail),
    )


def using(office: Context, settings: Settings) -> Context:
    """The same office with other settings."""
    return replace(office, settings=settings)


def limited_to(office: Context, **limits: int) -> Context:
    """The same office with these limits."""
    return using(office, replace(office.settings, limits=LimitSettings(**limits)))


def invited(
    office: Context,
    *addresses: str,
    name: str = "Zoë Dupont",
    account: str = "Dupont SARL",
    message: str = "",
    language: str | None = None,
) -> int:
    """An account with a contact who has these addresses, all of them invited; the account's id."""
    number = create_account(office, account, AccountType.COMPANY)
    create_contact(office, [number], name, addresses, language=language)
    change_access(office, [number], AccessWish(login=True, invite=True, message=message))
    return number


def crowd(office: Context, count: int) -> None:
    """`count` clients of one account, all of them invited."""
    number = create_account(office, "A crowd", AccountType.OTHER)
    create_contact(office, [number], "Everybody", [f"client{n}@crowd.example" for n in range(count)])
    change_access(office, [number], AccessWish(login=True, invite=True))


def link_in(text: str) -> str:
    """The one link in a text."""
    found = re.findall(rf"{re.escape(PORTAL)}/activate/[\w-]+", text)
    assert len(found) == 1, text
    return str(found[0])


def token_of(link: str) -> str:
    return link.rpartition("/")[2]


def states(office: Context) -> list[Any]:
    """The state of every mail, in the order in which they were queued."""
    return [state for (state,) in office.database.rows("SELECT state FROM outbox ORDER BY id")]


def stop_the_clock(office: Context) -> None:
    """Let processes of their own see the moment that the test sees, as a demo firm does."""
    with office.database.write():
        office.database.execute("UPDATE firm SET fixed_now = ?", [office.clock()])


def start_program(office: Context, folder: Path, smtp: str, *words: str, connections: int = 4) -> subprocess.Popen[str]:
    """`tui-portal WORDS` on the office's database, started."""
    config = folder / "config.toml"
    config.write_text(
        f'[firm]\nportal_url = "{PORTAL}"\n[mail]\nsmtp = "{smtp}"\nfrom = "{SENDER}"\n[limits]\nmail_connections = {connections}\n'
    )
    command = [
        sys.executable,
        "-m",
        "tui_portal",
        "--database",
        str(office.database.path),
        "--config",
        str(config),
        *words,
    ]
    environment = {**os.environ, "PYTHONWARNINGS": "error"}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
