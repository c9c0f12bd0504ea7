"""Resetting a password: who is sent a link, how long it is worth something, and what using it does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from tests.conftest import Clock
from tests.mail.firm import PORTAL, settings_for
from tests.services.firms import OWNER, activated, everything, faults, firm_of, token
from tui_portal.config import Settings
from tui_portal.domain.errors import NotAllowed, NotFound, Refused
from tui_portal.domain.invitations import LinkState
from tui_portal.domain.links import Purpose, is_genuine, make_token, read_token
from tui_portal.domain.staff import Role
from tui_portal.mail.letters import Letter, LetterKind
from tui_portal.services import fates
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.activation import DeadLink, find_login, log_in
from tui_portal.services.check import Level, check
from tui_portal.services.context import Context, open_context
from tui_portal.services.invitations import open_link
from tui_portal.services.login_attempts import blocked_until, count_attempt
from tui_portal.services.outbox import MailState, Unwanted, claim, summary, take_up
from tui_portal.services.password_resets import link_for, open_reset, request_forgotten, request_reset, use_reset

ADDRESS = "p0.0@crowd.example"


@pytest.fixture
def settings() -> Settings:
    return settings_for("smtp://mail.hansen-partner.example")


@pytest.fixture
def user(office: Context) -> int:
    """The mailbox of an active user of one account."""
    accounts = firm_of(office, 1)
    activated(office, accounts[0], ADDRESS)
    return find_address(office, ADDRESS)


def newest(office: Context) -> str:
    """What stands behind the last / of the newest link."""
    row = office.database.one(
        """
        SELECT r.id, e.canonical, u.password_hash FROM password_reset r JOIN user u ON u.id = r.user_id
        JOIN email_address e ON e.id = u.email_address_id ORDER BY r.id DESC
        """
    )
    assert row is not None
    return link_for(office, *row).rpartition("/")[2]


def mails(office: Context) -> list[tuple[str, str]]:
    return office.database.rows(
        "SELECT r.state, o.state FROM outbox o JOIN password_reset r ON r.id = o.password_reset_id ORDER BY o.id"
    )


def taken_up(office: Context) -> list[Letter | Unwanted | None]:
    """The letters that are due now, and what became of them recorded as sent."""
    found = []
    for number in claim(office, OWNER, office.clock()):
        letter = take_up(office, OWNER, number)
        if isinstance(letter, Unwanted):
            fates.record_unwanted(office, OWNER, number, letter.state, letter.reason)
        else:
            fates.record_sent(office, OWNER, number)
        found.append(letter)
    return found


def test_staff_mail_a_link_and_the_log_says_who_but_not_the_link(office: Context, user: int, clock: Clock) -> None:
    mail = request_reset(office, user)

    assert (mail.address, mail.expires_at) == (ADDRESS, clock() + 24 * 3600)
    (letter,) = taken_up(office)
    assert isinstance(letter, Letter)
    assert (letter.kind, letter.address, letter.accounts) == (LetterKind.PASSWORD_RESET, ADDRESS, ())
    assert letter.link == f"{PORTAL}/reset/{newest(office)}"
    assert (letter.expires_at, letter.asked_by_firm, letter.name) == (mail.expires_at, True, "Person 0")
    log = office.database.rows("SELECT kind, staff_id, after FROM activity WHERE kind LIKE 'password%' ORDER BY id")
    assert log == [("password_reset_requested", 1, '{"reset":1}'), ("password_reset_sent", 1, '{"reset":1}')]
    assert newest(office) not in str(everything(office))
    assert faults(office) == []


def test_the_mail_is_in_the_language_of_the_contact(office: Context, user: int) -> None:
    office.database.execute("UPDATE contact SET language = 'fr'")
    request_reset(office, user)

    assert office.database.value("SELECT language FROM outbox WHERE kind = 'password_reset'") == "fr"


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE contact_settings SET login = 0", "LOGIN is off"),
        ("UPDATE account SET archived = 1", "LOGIN is off"),
        ("UPDATE email_address SET validity = 'bouncing', reason = 'bounced'", "can't get mail"),
        ("UPDATE email_address SET suppressed = 1", "no more mail goes to it"),
        ("UPDATE user SET email_address_id = (SELECT max(id) FROM email_address)", "has chosen no password yet"),
    ],
)
def test_nobody_is_sent_a_link_who_could_not_use_it(office: Context, user: int, statement: str, why: str) -> None:
    firm_of(office, 1, addresses=2)
    office.database.execute(statement)

    with pytest.raises(Refused, match=why):
        request_reset(office, user)

    assert not request_forgotten(office, ADDRESS)
    assert mails(office) == []


def test_who_may_not_change_accounts_sends_no_link(office: Context, user: int) -> None:
    assert office.actor is not None
    employee = replace(office.actor, role=Role.EMPLOYEE, manage_accounts=False)
    for context in (office.acting_as(employee), office.acting_as(None)):
        with pytest.raises(NotAllowed):
            request_reset(context, user)
    reading = open_context(office.database.path, office.settings, read_only=True).acting_as(office.actor)
    with pytest.raises(NotAllowed):
        request_reset(reading, user)
    reading.database.close()
    with pytest.raises(NotFound):
        request_reset(office, 999)
    assert mails(office) == []


def test_a_second_press_within_a_minute_sends_nothing(office: Context, user: int, clock: Clock) -> None:
    request_reset(office, user)
    clock.advance(59)
    with pytest.raises(Refused, match="a moment ago"):
        request_reset(office, user)
    assert mails(office) == [("open", "queued")]

    clock.advance(1)
    request_reset(office, user)
    assert mails(office) == [("withdrawn", "withdrawn"), ("open", "queued")]
    assert faults(office) == []


def test_a_link_whose_mail_failed_may_be_sent_again_at_once(office: Context, user: int) -> None:
    request_reset(office, user)
    (number,) = claim(office, OWNER, office.clock())
    fates.record_failed(office, OWNER, number, "554 no")
    assert summary(office).failed == 1

    request_reset(office, user)

    assert mails(office) == [("withdrawn", "failed"), ("open", "queued")]
    assert summary(office).failed == 0
    assert office.database.value("SELECT after FROM activity WHERE kind = 'password_reset_failed'") == (
        '{"reset":1,"why":"554 no"}'
    )


def test_the_login_page_sends_one_within_a_quarter_of_an_hour(office: Context, user: int, clock: Clock) -> None:
    portal = replace(office, actor=None, origin="portal")
    assert request_forgotten(portal, ADDRESS)
    clock.advance(899)
    assert not request_forgotten(portal, ADDRESS)
    clock.advance(1)
    assert request_forgotten(portal, ADDRESS)

    assert not request_forgotten(portal, "nobody@crowd.example")
    assert mails(office) == [("withdrawn", "withdrawn"), ("open", "queued")]
    assert office.database.rows("SELECT DISTINCT requested_by_staff_id FROM password_reset") == [(None,)]
    (letter,) = taken_up(office)
    assert isinstance(letter, Letter)
    assert not letter.asked_by_firm


@pytest.mark.parametrize(
    ("when", "state"),
    [
        ("used", LinkState.USED),
        ("expired", LinkState.EXPIRED),
        ("sent again", LinkState.REPLACED),
        ("sent again and used", LinkState.WITHDRAWN),
        ("password changed", LinkState.WITHDRAWN),
        ("LOGIN off", LinkState.WITHDRAWN),
        ("archived", LinkState.WITHDRAWN),
        ("another mailbox", LinkState.UNKNOWN),
        ("cut", LinkState.UNKNOWN),
        ("forged", LinkState.UNKNOWN),
        ("an invitation's", LinkState.UNKNOWN),
    ],
)
def test_a_dead_link_says_so_tells_no_address_and_sets_no_password(
    office: Context, user: int, clock: Clock, when: str, state: LinkState
) -> None:
    request_reset(office, user)
    text = newest(office)
    assert open_reset(office, text).state is LinkState.LIVE

    def again() -> None:
        clock.advance(60)
        request_reset(office, user)

    ways: dict[str, Callable[[], object]] = {
        "used": lambda: use_reset(office, text, "second"),
        "expired": lambda: clock.advance(24 * 3600),
        "sent again": again,
        "sent again and used": lambda: (again(), use_reset(office, newest(office), "second")),
        "password changed": lambda: office.database.execute("UPDATE user SET password_hash = 'changed'"),
        "LOGIN off": lambda: change_access(office, [1], AccessWish(login=False)),
        "archived": lambda: office.database.execute("UPDATE account SET archived = 1"),
        "another mailbox": lambda: office.database.execute("UPDATE email_address SET canonical = 'x@crowd.example'"),
    }
    if when in ways:
        ways[when]()
    elif when == "cut":
        text = text[:-1]
    elif when == "forged":
        text = text[:-1] + ("A" if text[-1] != "A" else "Q")
    else:
        text = make_token(office.key, Purpose.INVITATION, 1, 1, ADDRESS)
    kept = office.database.rows("SELECT password_hash FROM user")

    opened = open_reset(office, text)
    with pytest.raises(DeadLink) as dead:
        use_reset(office, text, "third")

    assert (opened.state, dead.value.state) == (state, state)
    assert (opened.address, opened.names) == ("", ())
    assert office.database.rows("SELECT password_hash FROM user") == kept


def test_a_link_for_one_purpose_is_worth_nothing_for_another(office: Context, user: int) -> None:
    request_reset(office, user)
    assert open_link(office, newest(office)).state is LinkState.UNKNOWN
    assert open_reset(office, token(office, ADDRESS)).state is LinkState.UNKNOWN
    parts = read_token(make_token(office.key, Purpose.PASSWORD, 7, 8, ADDRESS))
    assert parts is not None
    assert is_genuine(office.key, Purpose.PASSWORD, parts, ADDRESS)
    assert not is_genuine(office.key, Purpose.INVITATION, parts, ADDRESS)


def test_opening_a_link_changes_nothing_and_says_whose_it_is(office: Context, user: int) -> None:
    request_reset(office, user)
    before = everything(office)

    opened = open_reset(office, newest(office))

    assert (opened.state, opened.address) == (LinkState.LIVE, ADDRESS)
    assert set(opened.names) == {"Person 0", ADDRESS, "Client 0"}
    assert everything(office) == before


def test_using_a_link_sets_the_password_ends_every_session_and_logs_in(
    office: Context, user: int, clock: Clock
) -> None:
    found = find_login(office, ADDRESS)
    assert found is not None
    log_in(office, *found)
    for _try in range(10):
        count_attempt(office, user, ("here", ""))
    assert blocked_until(office, user) is not None
    request_reset(office, user)
    clock.advance(100)

    session = use_reset(office, newest(office), "another hash")

    assert find_login(office, ADDRESS) == (found[0], "another hash")
    assert office.database.value("SELECT count(*) FROM session") == 1
    assert session
    assert blocked_until(office, user) is None
    assert mails(office) == [("used", "withdrawn")]
    assert office.database.rows("SELECT state FROM outbox WHERE kind = 'password_changed'") == [("queued",)]
    assert office.database.value("SELECT last_login_at FROM user") == clock()
    entry = office.database.one(
        "SELECT user_id, email_address_id, after FROM activity WHERE kind = 'password_reset_used'"
    )
    assert entry == (found[0], user, '{"reset":1}')
    assert faults(office) == []


def test_of_many_who_use_one_link_at_once_one_wins(office: Context, user: int) -> None:
    request_reset(office, user)
    text = newest(office)
    won: list[str] = []

    def use(number: int) -> None:
        context = replace(open_context(office.database.path, office.settings), clock=office.clock)
        with suppress(DeadLink):
            use_reset(context, text, f"hash {number}")
            won.append(f"hash {number}")
        context.database.close()

    threads = [threading.Thread(target=use, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(won) == 1
    assert office.database.value("SELECT password_hash FROM user") == won[0]
    assert office.database.value("SELECT count(*) FROM activity WHERE kind = 'password_reset_used'") == 1


@pytest.mark.parametrize(
    ("when", "state", "why"),
    [
        ("used", MailState.WITHDRAWN, "the link was used"),
        ("LOGIN off", MailState.WITHDRAWN, "used or closed"),
        ("expired", MailState.FAILED, "the link expired before"),
        ("bouncing", MailState.WITHDRAWN, "can't get mail"),
    ],
)
def test_a_mail_in_hand_that_is_not_wanted_any_more_stays_here(
    office: Context, user: int, clock: Clock, when: str, state: MailState, why: str
) -> None:
    request_reset(office, user)
    (number,) = claim(office, OWNER, office.clock())
    if when == "used":
        use_reset(office, newest(office), "second")
    elif when == "LOGIN off":
        change_access(office, [1], AccessWish(login=False))
    elif when == "expired":
        clock.advance(24 * 3600)
    else:
        office.database.execute("UPDATE email_address SET validity = 'bouncing'")

    found = take_up(office, OWNER, number)

    assert isinstance(found, Unwanted)
    assert found.state is state
    assert why in found.reason


def test_a_retry_carries_the_same_link_and_gives_up_when_it_has_expired(
    office: Context, user: int, clock: Clock
) -> None:
    request_reset(office, user)
    links, state = set(), MailState.QUEUED
    for _try in range(160):
        for number in claim(office, OWNER, office.clock()):
            letter = take_up(office, OWNER, number)
            assert isinstance(letter, Letter)
            links.add((letter.link, letter.message_id))
            state = fates.record_later(office, OWNER, number, "451 later") or state
        clock.advance(600)

    assert len(links) == 1
    assert state is MailState.FAILED
    assert clock() >= office.database.value("SELECT expires_at FROM password_reset")


@pytest.mark.parametrize(
    ("about", "statement"),
    [
        ("unfounded_resets", "UPDATE password_reset SET state = 'withdrawn', closed_at = 1"),
        ("unfounded_resets", "UPDATE outbox SET email_address_id = (SELECT max(id) FROM email_address) WHERE kind = 'password_reset'"),
        ("unsent_resets", "DELETE FROM outbox WHERE kind = 'password_reset'"),
        ("double_resets", "INSERT INTO outbox (kind, email_address_id, password_reset_id, language, message_id, next_try_at, "
            "created_at) VALUES ('password_reset', 1, 1, 'en', 'other', 0, 0)"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_password_link_is_found(office: Context, user: int, about: str, statement: str) -> None:
    firm_of(office, 1, addresses=2)
    request_reset(office, user)
    assert faults(office) == []

    office.database.execute(statement)

    assert about in [finding.about for finding in check(office) if finding.level is Level.FAULT]


def test_a_password_link_does_not_come_back_to_life_with_login(office: Context) -> None:
    (account,) = firm_of(office, 1)
    activated(office, account, "p0.0@crowd.example")
    address = find_address(office, "p0.0@crowd.example")
    request_reset(office, address)
    change_access(office, [account], AccessWish(login=False), address)
    change_access(office, [account], AccessWish(login=True), address)
    assert office.database.rows("SELECT state FROM password_reset") == [("withdrawn",)]
    assert office.database.value("SELECT state FROM outbox WHERE kind = 'password_reset'") == "withdrawn"
    assert faults(office) == []
