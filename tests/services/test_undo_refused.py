"""Undo and redo that are refused: the reason is told, and nothing is half taken back."""

from __future__ import annotations

import pytest

from tests.conftest import Clock
from tests.services.firms import (
    OWNER,
    WELCOME,
    activated,
    colleague,
    everything,
    faults,
    firm_of,
    send_all,
    shared,
    standing,
    token,
)
from tui_portal.domain.accounts import AccountType
from tui_portal.domain.errors import Conflict, NotFound
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.activation import activate, find_login, log_in
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context
from tui_portal.services.fates import record_sent
from tui_portal.services.invitations import cancel, invite
from tui_portal.services.outbox import claim
from tui_portal.services.undo import redo_last, undo_last


def test_a_mail_that_has_gone_already_is_named_and_nothing_is_taken_back(office: Context, clock: Clock) -> None:
    accounts = firm_of(office, 6)
    change_access(office, accounts, WELCOME)
    clock.advance(60)
    for number in claim(office, OWNER, clock.moment)[:5]:
        record_sent(office, OWNER, number)
    before = everything(office)

    with pytest.raises(Conflict) as caught:
        undo_last(office)

    assert caught.value.message == (
        "Nothing was changed in “LOGIN on, invitations in 6 accounts”: the mail to p0.0@crowd.example, p1.0@crowd.example, "
        "p2.0@crowd.example and 3 more has gone already."
    )
    assert everything(office) == before


def test_what_a_colleague_changed_since_is_named_and_nothing_is_taken_back(office: Context) -> None:
    accounts = firm_of(office, 3)
    carl = colleague(office)
    change_access(office, accounts, AccessWish(login=True))
    change_access(carl, accounts[1:2], AccessWish(notify=True))
    before = everything(office)

    with pytest.raises(Conflict, match=r"the settings of p1\.0@crowd\.example were changed since"):
        undo_last(office)
    assert everything(office) == before
    undo_last(carl)
    undo_last(office)

    assert standing(office).switches == []


def test_what_a_colleague_switched_to_and_fro_is_a_change_too(office: Context) -> None:
    accounts = firm_of(office, 1)
    carl = colleague(office)
    change_access(office, accounts, AccessWish(login=True))
    change_access(carl, accounts, AccessWish(login=False))
    change_access(carl, accounts, AccessWish(login=True))

    with pytest.raises(Conflict):
        undo_last(office)


def test_redo_is_refused_where_a_colleague_has_changed_something_since(office: Context) -> None:
    accounts = firm_of(office, 2)
    change_access(office, accounts, AccessWish(login=True))
    undo_last(office)
    change_access(colleague(office), accounts[:1], AccessWish(login=True))
    before = everything(office)

    with pytest.raises(Conflict, match=r"p0\.0@crowd\.example"):
        redo_last(office)
    assert everything(office) == before


def test_nobody_takes_back_what_another_did(office: Context) -> None:
    accounts = firm_of(office, 2)
    change_access(office, accounts, AccessWish(login=True))

    with pytest.raises(NotFound):
        undo_last(colleague(office))


def test_who_has_activated_since_keeps_their_access(office: Context, clock: Clock) -> None:
    accounts = firm_of(office, 2)
    zoe = shared(office, accounts, "zoe@dupont.example")
    change_access(office, accounts[:1], WELCOME, zoe)
    clock.advance(7200)
    send_all(office)
    link = token(office, "zoe@dupont.example")
    change_access(office, accounts, WELCOME)
    activate(office, link, "hash")

    with pytest.raises(Conflict, match=r"zoe@dupont\.example has logged in since"):
        undo_last(office)


def test_who_has_logged_in_since_keeps_their_access(office: Context) -> None:
    home = create_account(office, "Home", AccountType.FAMILY)
    accounts = firm_of(office, 2)
    create_contact(office, [home, *accounts], "Noé", ["noe@dupont.example"])
    activated(office, home, "noe@dupont.example")
    change_access(office, accounts, AccessWish(login=True))
    found = find_login(office, "noe@dupont.example")
    assert found is not None
    log_in(office, found[0], found[1])

    with pytest.raises(Conflict, match=r"noe@dupont\.example has logged in since"):
        undo_last(office)


def test_who_was_invited_again_since_by_a_colleague_is_named(office: Context) -> None:
    accounts = firm_of(office, 2)
    change_access(office, accounts, WELCOME)
    invite(colleague(office), [find_address(office, "p0.0@crowd.example")])

    with pytest.raises(Conflict, match=r"p0\.0@crowd\.example was invited again since"):
        undo_last(office)


def test_an_invitation_that_was_cancelled_since_stays_cancelled(office: Context) -> None:
    accounts = firm_of(office, 2)
    change_access(office, accounts, WELCOME)
    cancel(office, [find_address(office, "p0.0@crowd.example")])

    assert undo_last(office).mails == 1
    assert standing(office).invitations == []
    assert faults(office) == []


def test_redo_invites_nobody_whom_a_colleague_has_invited_meanwhile(office: Context) -> None:
    accounts = firm_of(office, 2)
    zoe = shared(office, accounts, "zoe@dupont.example")
    change_access(office, accounts[:1], WELCOME)
    undo_last(office)
    change_access(colleague(office), accounts[1:], WELCOME, zoe)

    assert redo_last(office).mails == 1
    rows = office.database.rows(
        "SELECT generation FROM invitation WHERE email_address_id = ? AND closed_at IS NULL", [zoe]
    )
    assert rows == [(1,)]
