"""A served portal with clients in every state, for what has to be looked at on every page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.conftest import NOON, Clock
from tests.portal.browsing import PASSWORD, Client, Served, invite_client, serve
from tui_portal.config import FirmSettings, Settings
from tui_portal.domain.accounts import AccountType
from tui_portal.services import password_resets
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.activation import activate
from tui_portal.services.contact_links import link_contact
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context
from tui_portal.services.firm import create_firm
from tui_portal.services.passwords import hash_password
from tui_portal.services.staff import identify

_URL = "http://127.0.0.1:8080"
_CONFIG = f"""
[firm]
portal_url = "{_URL}"
reply_to = "office@hansen-partner.example"

[portal]
greeting = '''
Our office is closed on Fridays.
If something can't wait, call 030 555 12.'''
"""
_MESSAGE = "Dear Zoë,\nhere you find the papers for the sale of the house.\nRegards, Olga"


@dataclass(frozen=True)
class Town:
    """`session` is that of Zoë, who may see five accounts; `lost` that of one who may see none any more. `links` are paths."""

    office: Context
    served: Served
    session: str
    lost: str
    links: dict[str, str]


@contextmanager
def open_town(path: Path) -> Iterator[Town]:
    """Build it in a new database at `path`, and serve it."""
    settings = Settings(firm=FirmSettings(portal_url=_URL, reply_to="office@hansen-partner.example"))
    made = create_firm(
        path,
        settings,
        firm="Hansen & Partner",
        owner_login="olga",
        owner_name="Olga Owner",
        owner_email="olga@hansen-partner.example",
        clock=Clock(),
    )
    office = identify(Context(made.database, settings, made.clock), login="olga")
    zoe = invite_client(office)
    links = {"used": zoe.link()}
    mail_is_sent(office, NOON - 86_400)
    session = enter(zoe)
    for name in ("Dupont privé", "Erbengemeinschaft Dupont-Schwarzenberger", "SCI Rue des Lilas", "SCI Rue des Lilas"):
        give_account(zoe, name, _MESSAGE if name == "SCI Rue des Lilas" else "")
    mail_is_sent(office, NOON - 3600)
    create_contact(office, [zoe.account], "Hugo Dupont", ["hugo@dupont.example"])
    create_contact(office, [zoe.account], "Marie-Antoinette de Villeneuve-Bargemont", ["marie@villeneuve.example"])
    change_access(office, [zoe.account], AccessWish(login=True))
    password_resets.request_forgotten(office, zoe.address)
    links["reset"] = queued_reset(office)
    gone = invite_client(office, "Alt", "Anna Alt", "anna@alt.example")
    lost = enter(gone)
    gone.login(on=False)
    invited = {
        name: invite_client(office, name.title(), "Jean Petit", f"{name}@petit.example")
        for name in ("invited", "expired", "withdrawn", "replaced")
    }
    links |= {name: client.link() for name, client in invited.items()}
    invited["withdrawn"].login(on=False)
    invited["replaced"].resend(handed_over=True)
    expired = find_address(office, invited["expired"].address)
    office.database.execute("UPDATE invitation SET expires_at = ? WHERE email_address_id = ?", [NOON - 1, expired])
    with serve(office, _CONFIG, "--no-delivery") as served:
        yield Town(office, served, session, lost, links)
    office.database.close()


def enter(client: Client) -> str:
    """Activate a client without a browser; the session's id."""
    return activate(client.office, client.link().removeprefix("/activate/"), hash_password(PASSWORD))


def give_account(client: Client, name: str, message: str = "") -> int:
    """Let a client see a further account, and tell them by mail; its id."""
    office = client.office
    account = create_account(office, name, AccountType.COMPANY)
    contact = office.database.value("SELECT id FROM contact WHERE name = ? ORDER BY id", [client.name])
    link_contact(office, account, contact)
    change_access(office, [account], AccessWish(login=True, invite=True, message=message))
    return account


def mail_is_sent(office: Context, moment: int) -> None:
    """The mail that waits was handed over at this moment."""
    office.database.execute("UPDATE outbox SET state = 'sent', sent_at = ? WHERE state = 'queued'", [moment])


def queued_reset(office: Context) -> str:
    """The link of the mail for another password that waits, as a path; empty where none does."""
    row = office.database.one(
        """
        SELECT r.id, e.canonical, u.password_hash FROM outbox o JOIN password_reset r ON r.id = o.password_reset_id
        JOIN user u ON u.id = r.user_id JOIN email_address e ON e.id = u.email_address_id WHERE o.state = 'queued'
        """
    )
    return urlsplit(password_resets.link_for(office, *row)).path if row else ""
