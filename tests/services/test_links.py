"""Copying the link of an invitation, and noting that it was opened."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import replace

import pytest

from tests.conftest import Clock
from tests.mail.firm import PORTAL, settings_for
from tests.services.firms import WELCOME, activated, everything, faults, firm_of, send_all, token
from tui_portal.config import InvitationSettings, Settings
from tui_portal.domain.errors import DatabaseUnusable, NotAllowed, NotFound, Refused
from tui_portal.domain.invitations import LinkState
from tui_portal.domain.staff import Role
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.activation import activate
from tui_portal.services.context import Context, key_file, open_context
from tui_portal.services.invitations import cancel, invite, open_link
from tui_portal.services.links import copy_link, record_opened

ADDRESS = "p0.0@crowd.example"
DAY = 86_400


@pytest.fixture
def settings() -> Settings:
    return settings_for("smtp://mail.hansen-partner.example")


@pytest.fixture
def invited(office: Context) -> int:
    """The mailbox of an invited client, whose mail still waits."""
    change_access(office, firm_of(office, 1), WELCOME)
    return find_address(office, ADDRESS)


def test_the_link_works_and_the_log_says_who_copied_it_but_not_what(
    office: Context, invited: int, clock: Clock
) -> None:
    copied = copy_link(office, invited)

    assert copied.link == f"{PORTAL}/activate/{token(office, ADDRESS)}"
    assert (copied.address, copied.expires_at) == (ADDRESS, clock() + 14 * DAY)
    entry = office.database.rows(
        "SELECT staff_id, email_address_id, after FROM activity WHERE kind = 'invitation_link_copied'"
    )
    assert entry == [(1, invited, '{"invitation":1,"generation":1}')]
    assert copied.link.rpartition("/")[2] not in str(everything(office))
    assert activate(office, copied.link.rpartition("/")[2], "hash")
    assert faults(office) == []


def test_after_a_resend_it_is_the_new_link_whether_or_not_its_mail_has_gone(office: Context, invited: int) -> None:
    send_all(office)
    former = copy_link(office, invited).link
    invite(office, [invited])

    newest = copy_link(office, invited).link

    assert newest != former
    for link in (former, newest):
        assert open_link(office, link.rpartition("/")[2]).state is LinkState.LIVE
    send_all(office)
    assert copy_link(office, invited).link == newest
    assert open_link(office, former.rpartition("/")[2]).state is LinkState.REPLACED


@pytest.mark.parametrize(
    ("when", "why"),
    [
        ("expired", "has expired: send the invitation again"),
        ("cancelled", "no open invitation"),
        ("never sent", "no open invitation"),
        ("active", "has a password already"),
        ("LOGIN off", "LOGIN is off"),
        ("archived", "LOGIN is off"),
    ],
)
def test_where_no_link_works_it_says_what_to_do(
    office: Context, invited: int, clock: Clock, when: str, why: str
) -> None:
    if when == "expired":
        clock.advance(14 * DAY)
    elif when == "cancelled":
        cancel(office, [invited])
    elif when == "never sent":
        change_access(office, firm_of(office, 2)[1:], AccessWish(login=True))
        invited = find_address(office, "p1.0@crowd.example")
    elif when == "active":
        activated(office, 1, ADDRESS)
    elif when == "LOGIN off":
        change_access(office, [1], AccessWish(login=False))
    else:
        office.database.execute("UPDATE account SET archived = 1")
    before = everything(office)

    with pytest.raises(Refused, match=why):
        copy_link(office, invited)

    assert everything(office) == before


def test_an_invitation_that_never_expires_has_a_link_without_a_last_day(office: Context, invited: int) -> None:
    for_ever = replace(office, settings=replace(office.settings, invitations=InvitationSettings(expire_days=0)))
    invite(for_ever, [invited])

    assert copy_link(for_ever, invited).expires_at is None


@pytest.mark.parametrize(("role", "allowed"), [(Role.OWNER, True), (Role.ADMIN, True), (Role.EMPLOYEE, False)])
def test_only_the_owner_and_admins_copy_a_link(office: Context, invited: int, role: Role, allowed: bool) -> None:
    assert office.actor is not None
    context = office.acting_as(replace(office.actor, role=role, manage_accounts=True))
    if allowed:
        assert copy_link(context, invited).link
        return
    before = everything(office)
    with pytest.raises(NotAllowed, match="Only the owner and admins"):
        copy_link(context, invited)
    assert everything(office) == before


def test_nobody_copies_a_link_where_it_could_not_be_logged(office: Context, invited: int) -> None:
    reading = open_context(office.database.path, office.settings, read_only=True).acting_as(office.actor)
    with pytest.raises(NotAllowed):
        copy_link(reading, invited)
    reading.database.close()
    with pytest.raises(NotAllowed):
        copy_link(office.acting_as(None), invited)
    with pytest.raises(NotFound):
        copy_link(office, 999)


def test_without_the_key_there_is_no_link_and_no_entry(office: Context, invited: int) -> None:
    key_file(office.database.path).unlink()
    before = everything(office)
    fresh = open_context(office.database.path, office.settings).acting_as(office.actor)

    with pytest.raises(DatabaseUnusable):
        copy_link(replace(fresh, clock=office.clock), invited)

    fresh.database.close()
    assert everything(office) == before


def test_the_first_opening_is_kept_and_a_resend_begins_anew(office: Context, invited: int, clock: Clock) -> None:
    def opened() -> int | None:
        return office.database.value("SELECT opened_at FROM invitation")  # type: ignore[no-any-return]  # one column of a row

    first = clock()
    record_opened(office, 1)
    clock.advance(60)
    record_opened(office, 1)
    assert opened() == first

    invite(office, [invited])
    assert opened() is None
    cancel(office, [invited])
    record_opened(office, 1)
    assert opened() is None


def test_an_opening_that_can_not_be_written_is_left_out_without_waiting(office: Context, invited: int) -> None:
    holder = sqlite3.connect(office.database.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    start = time.monotonic()
    record_opened(office, 1)
    assert time.monotonic() - start < 2
    holder.execute("ROLLBACK")
    holder.close()
    reading = open_context(office.database.path, office.settings, read_only=True)
    record_opened(reading, 1)
    reading.database.close()

    assert office.database.value("SELECT opened_at FROM invitation") is None
