"""What is known of a mailbox: refused, not wanted, checked again by newer rules."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import Clock
from tests.services.firms import OWNER, WELCOME, activated, faults, firm_of, send_all
from tui_portal.domain.addresses import CHECK_VERSION, AddressFlag, Validity
from tui_portal.domain.errors import DatabaseUnusable, NotAllowed, NotFound, Refused
from tui_portal.services import address_checks
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.address_checks import Recheck, check_addresses, clear_bounce, find_mailbox, suppress_address
from tui_portal.services.check import check
from tui_portal.services.contacts import create_contact
from tui_portal.services.context import Context
from tui_portal.services.fates import record_failed
from tui_portal.services.invitations import invite, link_for, open_link
from tui_portal.services.outbox import MailState, Unwanted, claim, letters, take_up
from tui_portal.services.staff import identify


def row_of(office: Context, address: int) -> tuple[Any, ...]:
    """Validity, reason, flags, whether it is suppressed, and the version of the rules."""
    found = office.database.one(
        "SELECT validity, reason, flags, suppressed, check_version FROM email_address WHERE id = ?", [address]
    )
    assert found is not None
    return found


def log_of(office: Context, kind: str) -> list[tuple[Any, ...]]:
    return office.database.rows(
        "SELECT email_address_id, before, after FROM activity WHERE kind = ? ORDER BY id", [kind]
    )


def made_old(office: Context, *changes: str) -> None:
    """Let the addresses be of an older program: no flags, and what `changes` (UPDATE of email_address SET …) say."""
    with office.database.write():
        office.database.execute("UPDATE email_address SET check_version = 0, flags = ''")
        for change in changes:
            office.database.execute(f"UPDATE email_address SET {change}")


def bounced(office: Context, address: int) -> None:
    """Let the receiving server refuse the invitation to `address` for good."""
    invite(office, [address])
    (number,) = claim(office, OWNER, office.clock())
    record_failed(office, OWNER, number, "550 5.1.1 User unknown", no_such_mailbox=True)


def test_a_new_address_keeps_its_flags_and_the_version_of_the_rules(office: Context) -> None:
    create_contact(office, [], "Zoë", ["Zoë@X.example", "info@gmial.com", "zoe@nodot"])

    assert office.database.rows("SELECT address, flags, check_version FROM email_address ORDER BY id") == [
        ("Zoë@x.example", "internationalised normalised", CHECK_VERSION),
        ("info@gmial.com", "likely_typo role", CHECK_VERSION),
        ("zoe@nodot", "syntax", CHECK_VERSION),
    ]


def test_a_refused_mailbox_is_flagged_and_the_staff_can_say_try_again(office: Context) -> None:
    change_access(office, firm_of(office, 1), WELCOME)
    address = find_address(office, "p0.0@crowd.example")
    bounced(office, address)
    assert row_of(office, address) == ("bouncing", "bounced", "bounced", 0, CHECK_VERSION)
    assert invite(office, [address])[0] == 0

    assert clear_bounce(office, address) is Validity.VALID

    assert row_of(office, address) == ("valid", "", "", 0, CHECK_VERSION)
    assert log_of(office, "bounce_cleared") == [(address, '{"validity":"bouncing"}', '{"validity":"valid"}')]
    assert invite(office, [address])[0] == 1
    with pytest.raises(Refused):
        clear_bounce(office, address)


def test_no_mail_goes_to_an_address_that_wants_none_until_it_is_let(office: Context, clock: Clock) -> None:
    accounts = firm_of(office, 1)
    address = find_address(office, "p0.0@crowd.example")
    suppress_address(office, address, True)
    change_access(office, accounts, AccessWish(login=True, notify=True))

    assert row_of(office, address)[2:4] == ("suppressed", 1)
    queued, skipped = invite(office, [address])
    assert (queued, skipped[0].reason) == (0, "the address can't get mail")
    assert office.database.value("SELECT login FROM contact_settings") == 1
    with pytest.raises(Refused):
        suppress_address(office, address, True)

    suppress_address(office, address, False)
    assert row_of(office, address)[2:4] == ("", 0)
    assert invite(office, [address])[0] == 1
    with pytest.raises(Refused):
        suppress_address(office, address, False)
    assert [len(log_of(office, kind)) for kind in ("address_suppressed", "address_released")] == [1, 1]


def test_a_mail_that_waits_is_not_sent_to_who_wants_none_meanwhile(office: Context) -> None:
    change_access(office, firm_of(office, 1), WELCOME)
    suppress_address(office, find_address(office, "p0.0@crowd.example"), True)
    assert "mail_for_suppressed" in {finding.about for finding in check(office)}

    (number,) = claim(office, OWNER, office.clock())
    assert isinstance(take_up(office, OWNER, number), Unwanted)


def test_both_hold_at_once_and_each_is_taken_back_alone(office: Context) -> None:
    change_access(office, firm_of(office, 1), WELCOME)
    address = find_address(office, "p0.0@crowd.example")
    bounced(office, address)
    suppress_address(office, address, True)
    assert row_of(office, address)[:4] == ("bouncing", "bounced", "bounced suppressed", 1)

    clear_bounce(office, address)
    assert row_of(office, address)[:4] == ("valid", "", "suppressed", 1)


def test_who_may_not_change_accounts_changes_no_address(office: Context) -> None:
    firm_of(office, 1)
    with office.database.write():
        office.database.execute(
            "INSERT INTO staff (login, name, email, role, created_at) VALUES ('tom', 'Tom', 't@x.example', 'employee', 0)"
        )
    tom = identify(office, login="tom")

    for use_case in (
        lambda: suppress_address(tom, 1, True),
        lambda: clear_bounce(tom, 1),
        lambda: check_addresses(tom),
    ):
        with pytest.raises(NotAllowed):
            use_case()
    with pytest.raises(NotFound):
        suppress_address(office, 4711, True)


def test_only_what_older_rules_have_checked_is_checked_again(office: Context, clock: Clock) -> None:
    firm_of(office, 3)
    assert check_addresses(office) == Recheck(0)
    with office.database.write():
        office.database.execute("UPDATE email_address SET check_version = 0 WHERE id = 2")
    clock.advance(1000)

    assert check_addresses(office).looked == 1
    assert office.database.rows("SELECT id FROM email_address WHERE checked_at = ?", [clock()]) == [(2,)]
    assert check_addresses(office).looked == 0
    assert check_addresses(office, everything=True).looked == 3


def test_a_changed_validity_is_told_logged_and_counted(office: Context) -> None:
    create_contact(office, [], "Zoë", ["zoe@nodot", "zoe@gmial.com", "zoe@x.example"])
    made_old(office, "validity = 'valid', reason = ''")

    done = check_addresses(office)

    assert (done.total, done.looked, done.changed, done.rewritten) == (3, 3, 2, 0)
    assert [(change.address, change.before, change.after, change.reason) for change in done.changes] == [
        ("zoe@nodot", Validity.VALID, Validity.INVALID, "no_dot"),
        ("zoe@gmial.com", Validity.VALID, Validity.SUSPECT, "likely_typo"),
    ]
    assert [row_of(office, number)[:3] for number in (1, 2, 3)] == [
        ("invalid", "no_dot", "syntax"),
        ("suspect", "likely_typo", "likely_typo"),
        ("valid", "", ""),
    ]
    assert [(number, json.loads(after)) for number, _before, after in log_of(office, "address_checked")] == [
        (1, {"validity": "invalid", "reason": "no_dot"}),
        (2, {"validity": "suspect", "reason": "likely_typo"}),
    ]


def test_a_bouncing_address_stays_bouncing_and_a_wish_stays_a_wish(office: Context) -> None:
    accounts = firm_of(office, 2)
    change_access(office, accounts[:1], WELCOME)
    bounced(office, find_address(office, "p0.0@crowd.example"))
    suppress_address(office, find_address(office, "p1.0@crowd.example"), True)
    made_old(office)
    assert "address_flags" not in {finding.about for finding in check(office)}  # rows of older rules have none

    assert check_addresses(office).changed == 0
    assert [row_of(office, number)[:4] for number in (1, 2)] == [
        ("bouncing", "bounced", "bounced", 0),
        ("valid", "", "suppressed", 1),
    ]


def test_an_address_that_newer_rules_spell_otherwise_stays_the_same_mailbox(office: Context) -> None:
    (account,) = firm_of(office, 1)
    activated(office, account, "p0.0@crowd.example")
    address = find_address(office, "p0.0@crowd.example")
    made_old(office, "address = 'p0.0@CROWD.example', canonical = 'p0.0@CROWD.example'")

    done = check_addresses(office)

    assert (done.changed, done.rewritten, done.left_count) == (0, 1, 0)
    assert (done.changes[0].former, done.changes[0].address) == ("p0.0@CROWD.example", "p0.0@crowd.example")
    found = find_mailbox(office, address)
    assert (found.address, found.canonical, found.flags) == (
        *("p0.0@crowd.example", "p0.0@crowd.example"),
        {AddressFlag.NORMALISED},
    )
    assert office.database.value("SELECT email_address_id FROM user") == address
    assert office.database.value("SELECT instr(words, 'p0.0@crowd.example') FROM account_search") > 0


def test_an_address_that_would_become_another_mailbox_is_left_and_told_each_time(office: Context) -> None:
    firm_of(office, 2)
    made_old(office, "address = 'P1.0@Crowd.example', canonical = 'P1.0@Crowd.example' WHERE id = 1")

    for _time in range(2):
        done = check_addresses(office)
        assert [address for address, _why in done.left] == ["P1.0@Crowd.example"]
        assert "p1.0@crowd.example" in done.left[0][1].casefold()
    assert find_mailbox(office, 1).canonical == "P1.0@Crowd.example"
    assert (find_mailbox(office, 1).version, find_mailbox(office, 2).version) == (0, CHECK_VERSION)


def test_an_address_keeps_its_spelling_while_a_link_to_it_is_open(office: Context) -> None:
    change_access(office, firm_of(office, 1), WELCOME)
    send_all(office)
    made_old(office, "address = 'p0.0@CROWD.example', canonical = 'p0.0@CROWD.example'")
    link = link_for(office, 1, 1, "p0.0@CROWD.example").rpartition("/")[2]

    assert check_addresses(office).left_count == 1
    assert open_link(office, link).accounts == ("Client 0",)


def test_batches_are_whole_and_what_was_done_stays_done_when_it_is_stopped(office: Context) -> None:
    with office.database.write():
        office.database.execute(
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
            INSERT INTO email_address (address, canonical, validity, checked_at)
            SELECT 'p' || i || '@crowd.example', 'p' || i || '@crowd.example', 'valid', 0 FROM n
            """
        )
    heard = list[int]()

    def stop(done: Recheck) -> None:
        heard.append(done.looked)
        if len(heard) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check_addresses(office, on_batch=stop)

    assert heard == [1000, 2000]
    assert office.database.value("SELECT count(*) FROM email_address WHERE check_version = 0") == 500
    assert check_addresses(office).looked == 500


def test_what_a_colleague_changes_meanwhile_is_not_written_over(office: Context) -> None:
    firm_of(office, 2)
    made_old(office)
    mailboxes = [find_mailbox(office, number) for number in (1, 2)]
    suppress_address(office, 1, True)

    with office.database.write():
        checks = [(mailbox, address_checks.check_again(mailbox)) for mailbox in mailboxes]
        assert address_checks.write_checks(office, checks) == {2}
    assert row_of(office, 1)[2:4] == ("suppressed", 1)


def test_flags_that_say_otherwise_than_the_state_are_found_and_mended(office: Context) -> None:
    firm_of(office, 1)
    with office.database.write():
        office.database.execute("UPDATE email_address SET validity = 'bouncing', reason = 'bounced'")
    assert "address_flags" in {finding.about for finding in check(office)}

    check_addresses(office, everything=True)

    assert row_of(office, 1)[:3] == ("bouncing", "bounced", "bounced")
    assert "address_flags" not in {finding.about for finding in check(office)}
    assert faults(office) == []


def test_a_validity_that_no_program_wrote_is_told_as_damage(office: Context) -> None:
    firm_of(office, 1)
    office.database.execute("PRAGMA ignore_check_constraints = 1")
    with office.database.write():
        office.database.execute("UPDATE email_address SET validity = 'odd'")
    with pytest.raises(DatabaseUnusable):
        find_mailbox(office, 1)


def test_what_a_failed_delivery_says_stays_readable(office: Context) -> None:
    change_access(office, firm_of(office, 1), WELCOME)
    bounced(office, 1)
    assert [letter.error for letter in letters(office, MailState.FAILED)] == ["550 5.1.1 User unknown"]
    assert log_of(office, "address_bounced") == [(1, "{}", '{"why":"550 5.1.1 User unknown"}')]
