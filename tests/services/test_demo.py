"""The demo firm: always the same, and right by the rules of the product."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tui_portal.config import Settings, read_settings
from tui_portal.demo import DEMO_NOW, DEMO_PASSWORD, demo_settings, make_demo, write_demo_settings
from tui_portal.demo.firm import CLIENTS
from tui_portal.demo.people import PEOPLE
from tui_portal.demo.stories import STORIES
from tui_portal.domain.access import UserState
from tui_portal.domain.accounts import AccountStatus
from tui_portal.domain.addresses import CHECK_VERSION, AddressFlag, check_address, flags_from, flags_stored
from tui_portal.domain.errors import DatabaseUnusable, WrongUse
from tui_portal.domain.staff import Role
from tui_portal.domain.text import search_key
from tui_portal.services.accounts import AccountQuery, account_ids, account_profile, account_rows, count_accounts
from tui_portal.services.context import Context, open_context
from tui_portal.services.invitations import link_for, open_link
from tui_portal.services.outbox import summary
from tui_portal.services.passwords import find_fault, is_password
from tui_portal.services.pending import PendingQuery, PendingState, pending_ids, pending_rows
from tui_portal.services.wording import state_in_words

# What the rows of the demo with 500 accounts come to. It changes with the demo firm, and only with it.
CHECKSUM = "425683e6e416447d929805c74dd1f11da49ab641830fd3705ed542602ad22317"

Make = Callable[..., Context]


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    """Make a demo firm with so many accounts; the same one again for the same wish."""
    made: dict[tuple[int | None, str], Context] = {}

    def demo(accounts: int | None = None, owner_login: str = "olga") -> Context:
        if (accounts, owner_login) not in made:
            folder = tmp_path_factory.mktemp("demo")
            made[accounts, owner_login] = make_demo(
                folder / "demo.sqlite3", owner_login=owner_login, accounts=accounts, settings=demo_settings(folder)
            )
        return made[accounts, owner_login]

    yield demo
    for context in made.values():
        context.database.close()


@pytest.fixture
def demo(make: Make) -> Context:
    return make()


def dump(context: Context) -> dict[str, list[str]]:
    """Every row of every table, and the schema, as text."""
    database = context.database
    tables = [name for (name,) in database.rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
    schema = [repr(row) for row in database.rows("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name")]
    return {"schema": schema} | {
        table: sorted(repr(row) for row in database.rows(f"SELECT * FROM {table}"))
        for table in tables
        if table != "sqlite_sequence"
    }


def checksum(context: Context) -> str:
    """One number for all rows; the schema may move on."""
    rows = {table: rows for table, rows in dump(context).items() if table != "schema"}
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def test_the_demo_is_the_same_everywhere_and_always(make: Make, tmp_path: Path) -> None:
    words = (
        "import sys; from pathlib import Path; from tui_portal.demo import *; folder = Path(sys.argv[1]);"
        "make_demo(folder / 'other.sqlite3', owner_login='olga', accounts=500, settings=demo_settings(folder))"
    )
    elsewhere = {"TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONHASHSEED": "4711", "PYTHONUTF8": "0"}
    subprocess.run([sys.executable, "-c", words, str(tmp_path)], check=True, env={**os.environ, **elsewhere})
    other = open_context(tmp_path / "other.sqlite3", Settings())
    assert dump(other) == dump(make(500))
    assert checksum(other) == CHECKSUM
    other.database.close()


def test_the_database_is_like_any_other(make: Make, office: Context) -> None:
    assert dump(make(500))["schema"] == dump(office)["schema"]
    assert make(500).database.rows("PRAGMA foreign_key_check") == []
    assert make(500).database.rows("PRAGMA integrity_check") == [("ok",)]


@pytest.mark.parametrize("accounts", [0, 1, 12, 31, 71, 72, 73, 300])
def test_there_are_as_many_accounts_as_were_asked_for(make: Make, accounts: int) -> None:
    context = make(accounts)
    assert context.database.value("SELECT count(*) FROM account") == accounts
    assert_rules_hold(context)


def test_a_longer_list_begins_like_a_shorter_one(make: Make) -> None:
    shorter, longer = dump(make(300)), dump(make(500))
    for table in shorter:
        assert table == "schema" or set(shorter[table]) <= set(longer[table])


def test_fewer_accounts_than_the_hand_written_are_the_first_of_them(make: Make) -> None:
    fewer = make(31).database.rows("SELECT id, name, type FROM account ORDER BY id")
    assert fewer == make().database.rows("SELECT id, name, type FROM account ORDER BY id LIMIT 31")
    profile = account_profile(make(31), 31)
    assert [email.address for email in profile.emails] == [e.address for e in account_profile(make(), 31).emails]


def test_a_negative_number_of_accounts_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(WrongUse):
        make_demo(tmp_path / "demo.sqlite3", owner_login="olga", accounts=-1, settings=Settings())
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "demo.sqlite3"
    path.write_text("mine")
    with pytest.raises(DatabaseUnusable):
        make_demo(path, owner_login="olga", settings=Settings())
    assert path.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [path]


def test_who_opens_the_demo_is_its_owner_under_a_fixed_name(make: Make) -> None:
    actor = make(1, "somebody").actor
    assert actor is not None
    assert (actor.login, actor.name, actor.role) == ("somebody", "Olga Owner", Role.OWNER)
    assert make(1, "somebody").clock() == DEMO_NOW


def test_a_caller_with_the_login_of_another_staff_member_is_the_owner(make: Make) -> None:
    actor = make(1, "max").actor
    assert actor is not None
    assert actor.role is Role.OWNER
    assert make(1, "max").database.value("SELECT count(*) FROM staff") == 4


def test_the_settings_are_read_back_as_they_are(tmp_path: Path) -> None:
    folder = tmp_path / 'a "folder" with \\ and é'
    folder.mkdir()
    write_demo_settings(folder / "config.toml", demo_settings(folder))
    assert replace(read_settings(folder / "config.toml"), source=None) == demo_settings(folder)
    assert demo_settings(folder).mail.smtp == f"folder:{folder}/mail"


def test_every_active_user_has_the_password_of_the_demo(demo: Context) -> None:
    kept = demo.database.rows("SELECT DISTINCT password_hash FROM user")
    assert len(kept) == 1
    assert is_password(DEMO_PASSWORD, kept[0][0])
    assert find_fault(DEMO_PASSWORD, Settings(), ["Katrin Adler", "Hansen & Partner"]) is None


def test_an_invitation_of_the_demo_has_a_link_that_works(demo: Context) -> None:
    number, mailbox = demo.database.rows(
        "SELECT i.id, e.canonical FROM invitation i JOIN email_address e ON e.id = i.email_address_id WHERE canonical LIKE 'elodie@%'"
    )[0]
    link = link_for(demo, number, 1, mailbox)
    assert link.startswith("http://127.0.0.1:8080/activate/")
    assert open_link(demo, link.rpartition("/")[2]).accounts == ("Dupont [/SARL]", "Dupont privé")


def test_the_accounts_that_the_screens_are_drawn_with_are_there(demo: Context) -> None:
    brasserie, dupont, gross, yamada = account_rows(demo, [12, 31, 107, 233])
    assert (brasserie.name, brasserie.status) == ("Brasserie du Marché SARL", AccountStatus.OFFLINE)
    assert (brasserie.addresses, brasserie.login, brasserie.notify, brasserie.sync) == (3, 0, 1, 0)
    assert [dupont.name, gross.name, yamada.name] == ["Dupont [/SARL]", "Groß & Söhne GmbH", "山田商店"]
    profile = account_profile(demo, 31)
    assert [(contact.name, contact.language) for contact in profile.contacts] == [
        ("Élodie Dupont", "fr"),
        ("Zoë Dupont", "fr"),
    ]
    assert [(e.address, e.label, e.login, e.notify, e.sync) for e in profile.emails] == [
        ("elodie@dupont.example", "Email", True, True, False),
        ("elodie@dupont", "Work email", False, False, False),
        ("zoe@dupont.example", "Email", True, True, True),
        ("old@dupont.example", "", True, False, False),
    ]
    assert [state_in_words(email, DEMO_NOW) for email in profile.emails] == [
        "pending, invited on 12 Nov by Olga Owner",
        "no access · address not valid: the domain has no dot",
        "pending, not invited",
        "active, last login 3 Oct",
    ]


def test_every_state_of_an_invitation_is_there(demo: Context) -> None:
    states = {row.state for row in pending_rows(demo, pending_ids(demo, PendingQuery()))}
    assert states == set(PendingState)
    kept = {state for (state,) in demo.database.rows("SELECT DISTINCT state FROM invitation")}
    assert kept == {"queued", "sent", "failed", "used", "withdrawn"}
    resends = demo.database.value("SELECT count(*) FROM invitation WHERE generation > live_generation AND sent_at > 0")
    assert resends == 1
    assert demo.database.value("SELECT count(*) FROM invitation WHERE invited_by_user_id IS NOT NULL") == 2


def test_the_demo_has_every_kind_of_client(demo: Context) -> None:
    value = demo.database.value
    assert value("SELECT count(*) FROM account") >= 60
    assert value("SELECT count(DISTINCT type) FROM account") == 4
    assert value("SELECT count(*) FROM account WHERE test = 1") == 1
    assert count_accounts(demo, AccountQuery(archived=True)) >= 3
    assert value("SELECT count(*) FROM account WHERE id NOT IN (SELECT account_id FROM account_contact)") == 1
    assert value("SELECT count(*) FROM contact WHERE id NOT IN (SELECT contact_id FROM contact_email)") == 1
    assert value("SELECT count(*) FROM contact WHERE id NOT IN (SELECT contact_id FROM account_contact)") == 1
    assert value("SELECT max(n) FROM (SELECT count(*) n FROM account_contact GROUP BY contact_id)") == 5
    assert (
        value("SELECT count(*) FROM (SELECT 1 FROM contact_email GROUP BY email_address_id HAVING count(*) > 1)") >= 2
    )
    assert value("SELECT count(DISTINCT reason) FROM email_address WHERE validity = 'invalid'") >= 8
    assert value("SELECT count(*) FROM email_address WHERE validity = 'suspect'") == 1
    assert value("SELECT count(*) FROM email_address WHERE validity = 'bouncing'") == 1
    assert value("SELECT count(*) FROM email_address WHERE suppressed") == 1
    assert value("SELECT count(*) FROM invitation WHERE state = 'sent' AND opened_at IS NOT NULL") == 1
    assert value("SELECT count(DISTINCT language) FROM contact") == 5
    assert value("SELECT max(length(name)) FROM account") > 60
    assert value("SELECT count(*) FROM notification_preference WHERE enabled = 0") > 5
    assert demo.database.rows("SELECT role, manage_accounts FROM staff ORDER BY id") == [
        *[("owner", 1), ("admin", 1)],
        *[("employee", 1), ("employee", 0)],
    ]
    rows = account_rows(demo, account_ids(demo, AccountQuery()))
    assert any(row.all_pending for row in rows)
    assert {row.status for row in rows} == set(AccountStatus)
    assert len({(row.login, row.notify, row.sync) for row in rows}) > 10


def test_unlinked_addresses_with_a_switch_on_are_there(demo: Context) -> None:
    unlinked = {
        email.address: email.state for number in (13, 31, 68) for email in account_profile(demo, number).unlinked
    }
    assert unlinked == {
        "h.lorenz@kontor-lorenz.example": UserState.ACTIVE,
        "old@dupont.example": UserState.ACTIVE,
        "bookings@quick-couriers.example": UserState.NONE,
    }


def test_everything_that_is_written_down_is_used() -> None:
    people = {key for client in CLIENTS for key in client.people} | {"albrecht"}
    mailboxes = {address for key in people for _label, address in PEOPLE[key].mailboxes}
    mailboxes |= {address for client in CLIENTS for address in client.unlinked}
    assert people == set(PEOPLE)
    assert set(STORIES) <= mailboxes
    for client in CLIENTS:
        told: dict[str, str] = {}
        for key, signs in client.people.items():
            assert len(signs.split()) <= len(PEOPLE[key].addresses), (client.name, key)
            for (_label, address), switches in zip(PEOPLE[key].mailboxes, signs.split(), strict=False):
                assert told.setdefault(address, switches) == switches, (client.name, address)


def test_the_log_tells_how_each_account_came_to_stand_where_it_stands(demo: Context) -> None:
    rows = demo.database.rows
    assert rows("SELECT at FROM activity ORDER BY id") == rows("SELECT at FROM activity ORDER BY at, id")
    created = rows("SELECT account_id, at FROM activity WHERE kind = 'account_created' ORDER BY 1")
    assert created == rows("SELECT id, created_at FROM account ORDER BY 1")
    switched = rows("SELECT account_id, email_address_id FROM activity WHERE kind = 'access_changed' ORDER BY 1, 2")
    assert switched == rows("SELECT account_id, email_address_id FROM contact_settings ORDER BY 1, 2")
    sent = rows("SELECT email_address_id, at FROM activity WHERE kind = 'invitation_sent' ORDER BY 2, 1")
    assert sent == rows("SELECT email_address_id, sent_at FROM invitation WHERE sent_at > 0 ORDER BY 2, 1")
    activated = rows("SELECT user_id, at FROM activity WHERE kind = 'user_activated' ORDER BY 1")
    assert activated == rows("SELECT id, activated_at FROM user ORDER BY 1")
    assert rows("SELECT count(*) FROM activity WHERE staff_id > 1")[0][0] > 100


def test_nothing_falls_due_by_itself_so_that_two_mails_always_wait(demo: Context) -> None:
    outbox = summary(demo)
    assert (outbox.waiting, outbox.due, outbox.failed) == (2, 0, 2)


def test_the_generated_clients_keep_the_proportions(make: Make) -> None:
    context = make(3000)
    assert_rules_hold(context)
    value = context.database.value
    accounts = value("SELECT count(*) FROM account")
    assert 2.8 < value("SELECT count(*) FROM email_address") / accounts < 3.2
    assert 0.7 < value("SELECT count(*) FROM user") / accounts < 1.1
    rows = account_rows(context, account_ids(context, AccountQuery()))
    offline = sum(row.status is AccountStatus.OFFLINE for row in rows) / len(rows)
    pending = sum(row.all_pending for row in rows) / len(rows)
    assert 0.1 < offline < 0.3
    assert 0.15 < pending < 0.35
    assert len({row.name for row in rows}) > 0.9 * len(rows)
    assert {row.state for row in pending_rows(context, pending_ids(context, PendingQuery()))} == set(PendingState)


def assert_rules_hold(context: Context) -> None:
    """The rules of the product that rows could break, over the whole database."""
    for rule, broken in _BROKEN.items():
        assert context.database.rows(broken, {"now": DEMO_NOW} if ":now" in broken else ()) == [], rule
    for number, name, key in context.database.rows("SELECT id, name, search_key FROM account"):
        assert key == search_key(name), number
    for name, key in context.database.rows("SELECT name, search_key FROM contact"):
        assert key == search_key(name)
    for address, canonical, validity, reason, flags, version, suppressed in context.database.rows(
        "SELECT address, canonical, validity, reason, flags, check_version, suppressed FROM email_address"
    ):
        check = check_address(address).with_learnt(flags_from(flags))
        assert (check.address, check.canonical) == (address, canonical)
        assert (check.validity, check.reason, flags_stored(check.flags)) == (validity, reason, flags)
        assert version == CHECK_VERSION
        assert (AddressFlag.SUPPRESSED in check.flags) == bool(suppressed)
        domain = address.rpartition("@")[2]
        assert validity in ("invalid", "suspect") or domain.endswith(".example")
    for row in account_rows(context, account_ids(context, AccountQuery()))[:80]:
        emails = {email.id: email for email in account_profile(context, row.id).emails}.values()
        assert sum(email.login for email in emails) == row.login
        assert sum(email.notify for email in emails) == row.notify
        assert sum(email.sync for email in emails) == row.sync


# Each finds what must not be there.
_MAY_LOG_IN = """
    SELECT 1 FROM contact_settings s JOIN account a ON a.id = s.account_id
    WHERE s.email_address_id = i.email_address_id AND s.login = 1 AND a.archived = 0"""
_BROKEN = {
    "nothing is on for an invalid address": """
        SELECT e.address FROM contact_settings s JOIN email_address e ON e.id = s.email_address_id WHERE e.validity = 'invalid'
        """,
    "an open invitation is for somebody who may log in": f"""
        SELECT i.id FROM invitation i WHERE i.state IN ('queued', 'sent', 'failed') AND NOT EXISTS ({_MAY_LOG_IN})""",
    "an open invitation is for somebody who has no user": """
        SELECT i.id FROM invitation i JOIN user u USING (email_address_id) WHERE i.state IN ('queued', 'sent', 'failed')""",
    "a used invitation has its user": """
        SELECT i.id FROM invitation i WHERE i.state = 'used' AND NOT EXISTS (
            SELECT 1 FROM user u WHERE u.email_address_id = i.email_address_id AND u.activated_at = i.closed_at)""",
    "a user has their used invitation": """
        SELECT u.id FROM user u WHERE 1 <> (
            SELECT count(*) FROM invitation i WHERE i.email_address_id = u.email_address_id AND i.state = 'used')""",
    "an invitation that was sent has its mail": """
        SELECT i.id FROM invitation i WHERE (sent_at IS NOT NULL) <> EXISTS (
            SELECT 1 FROM outbox o WHERE o.invitation_id = i.id AND o.state = 'sent' AND o.sent_at = i.sent_at)""",
    "an invitation that waits or failed has its mail": """
        SELECT i.id FROM invitation i WHERE i.state IN ('queued', 'failed') AND NOT EXISTS (
            SELECT 1 FROM outbox o WHERE o.invitation_id = i.id AND o.generation = i.generation AND o.state = i.state)""",
    "who was reminded has the mails of it": """
        SELECT i.id FROM invitation i LEFT JOIN (
            SELECT invitation_id, count(*) AS mails, max(sent_at) AS last FROM outbox WHERE kind = 'reminder' GROUP BY 1
        ) o ON o.invitation_id = i.id
        WHERE i.reminded <> coalesce(o.mails, 0) OR i.reminded_at IS NOT o.last OR i.reminder_step <> i.reminded""",
    "nobody is reminded who has come": """
        SELECT o.id FROM outbox o JOIN invitation i ON i.id = o.invitation_id WHERE o.kind = 'reminder' AND i.state <> 'sent'""",
    "mail that waits is tried again later": "SELECT id FROM outbox WHERE state = 'queued' AND next_try_at <= :now",
    "a link lives as long as the mail that was sent last": """
        SELECT id FROM invitation WHERE state IN ('sent', 'used') AND generation <> live_generation""",
    "invitations of a mailbox stand in the order of time": """
        SELECT i.id FROM invitation i JOIN invitation n USING (email_address_id)
        WHERE n.id > i.id AND n.created_at < coalesce(i.closed_at, :now)""",
    "one thing comes after the other": """
        SELECT id FROM invitation
        WHERE sent_at < created_at OR closed_at < sent_at OR expires_at <= created_at
           OR max(created_at, coalesce(sent_at, 0), coalesce(closed_at, 0)) > :now""",
    "a link is opened while it works": """
        SELECT id FROM invitation WHERE opened_at NOT BETWEEN sent_at AND coalesce(closed_at, :now)""",
    "nobody was seen before activation or in the future": """
        SELECT id FROM user WHERE last_login_at NOT BETWEEN activated_at AND :now""",
    "nothing in the log is yet to come": "SELECT id FROM activity WHERE at > :now",
    "accounts are made by and by": "SELECT id FROM account WHERE created_at > :now",
    "a preference is of an address of the account": """
        SELECT p.account_id FROM notification_preference p WHERE NOT EXISTS (
            SELECT 1 FROM contact_settings s
            WHERE s.account_id = p.account_id AND s.email_address_id = p.email_address_id)""",
}
