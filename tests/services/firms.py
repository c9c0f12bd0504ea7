"""Firms for the tests of changes to many accounts, and what stands in them, to compare."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tui_portal.domain.accounts import AccountType
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.accounts import EmailSettings, account_profile
from tui_portal.services.activation import activate
from tui_portal.services.check import Level, check
from tui_portal.services.contact_plans import ContactEdit, stored_contact
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context
from tui_portal.services.fates import record_sent
from tui_portal.services.invitations import link_for
from tui_portal.services.outbox import claim
from tui_portal.services.staff import identify

WELCOME = AccessWish(login=True, invite=True, message="Welcome")

OWNER = "elsewhere.example:17:4711"


def firm_of(office: Context, count: int, addresses: int = 1) -> list[int]:
    """`count` accounts with a contact each, who has so many addresses; the accounts' ids."""
    accounts = []
    for n in range(count):
        accounts.append(create_account(office, f"Client {n}", AccountType.COMPANY))
        create_contact(office, [accounts[-1]], f"Person {n}", [f"p{n}.{m}@crowd.example" for m in range(addresses)])
    return accounts


def shared(office: Context, accounts: Sequence[int], address: str) -> int:
    """A contact of all `accounts` with one address; the mailbox's id."""
    create_contact(office, accounts, f"Person {address}", [address])
    return find_address(office, address)


def send_all(office: Context) -> int:
    """Let every mail that is due be handed over; how many."""
    numbers = claim(office, OWNER, office.clock())
    for number in numbers:
        record_sent(office, OWNER, number)
    return len(numbers)


def activated(office: Context, account: int, address: str) -> None:
    """Grant, invite and activate the user behind `address`."""
    number = find_address(office, address)
    change_access(office, [account], AccessWish(login=True, invite=True), number)
    send_all(office)
    activate(office, token(office, address), "hash")


def token(office: Context, address: str, generation: int | None = None) -> str:
    """What stands behind the last / of the newest link to `address`, or of the one of this generation."""
    found = office.database.one(
        """
        SELECT i.id, i.generation, e.canonical FROM invitation i JOIN email_address e ON e.id = i.email_address_id
        WHERE e.canonical = ? ORDER BY i.id DESC LIMIT 1
        """,
        [address],
    )
    assert found is not None
    return link_for(office, found[0], generation or found[1], found[2]).rpartition("/")[2]


@dataclass(frozen=True)
class Standing:
    """What clients and staff would notice: switches that are on, open invitations, mail that waits, tags, what is archived."""

    switches: list[Any]
    invitations: list[Any]
    mail: list[Any]
    tags: list[Any]
    archived: list[Any]


def standing(office: Context) -> Standing:
    """How the firm stands."""
    rows = office.database.rows
    return Standing(
        rows(
            "SELECT account_id, email_address_id, login, notify, email_sync FROM contact_settings "
            "WHERE login OR notify OR email_sync ORDER BY 1, 2"
        ),
        rows(
            "SELECT email_address_id, id, generation, live_generation, state, message, invited_by_staff_id, sent_at, "
            "expires_at, failure FROM invitation WHERE closed_at IS NULL ORDER BY 1"
        ),
        rows(
            "SELECT kind, email_address_id, invitation_id, generation, message FROM outbox WHERE state = 'queued' ORDER BY id"
        ),
        rows("SELECT account_id, name FROM account_tag JOIN tag ON id = tag_id ORDER BY 1, 2"),
        rows("SELECT id FROM account WHERE archived"),
    )


def everything(office: Context, leaving_out: Iterable[str] = ()) -> dict[str, list[Any]]:
    """Every row of every table; the seals of the log go with it."""
    leaving_out = {*leaving_out}
    leaving_out |= {"activity_seal"} if "activity" in leaving_out else set()
    names = [name for (name,) in office.database.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    return {name: office.database.rows(f"SELECT * FROM {name}") for name in names if name not in leaving_out}


def colleague(office: Context) -> Context:
    """Carl, an admin of the same firm."""
    with office.database.write():
        office.database.execute(
            "INSERT INTO staff (login, name, email, role, created_at) VALUES ('carl', 'Carl', 'carl@x.example', 'admin', 0)"
        )
    return identify(office, login="carl")


def faults(office: Context) -> list[str]:
    """What `check` finds wrong."""
    return [finding.words for finding in check(office) if finding.level is Level.FAULT]


def dupont(office: Context, *addresses: str) -> tuple[int, int]:
    """An account with a contact who has these addresses."""
    account = create_account(office, "Dupont [/SARL]", AccountType.COMPANY)
    return account, create_contact(
        office, [account], "Élodie Dupont", addresses or ["elodie@dupont.example"], language="fr"
    )


def retyped(office: Context, contact: int, **addresses: str) -> ContactEdit:
    """The contact with other addresses: old local part → what is typed there."""
    edit = stored_contact(office, contact).as_edit
    lines = tuple(replace(a, address=addresses.get(a.address.partition("@")[0], a.address)) for a in edit.addresses)
    return replace(edit, addresses=lines)


def emails(office: Context, account: int) -> dict[str, EmailSettings]:
    """What stands in an account, by address."""
    return {email.address: email for email in account_profile(office, account).emails}
