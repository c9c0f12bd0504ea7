"""LOGIN, NOTIFY, EMAIL SYNC: what a switch changes, and what it leaves alone."""

from __future__ import annotations

from tui_portal.domain.access import UserState
from tui_portal.domain.accounts import AccountStatus, AccountType
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.accounts import account_profile
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context


def _account(office: Context, name: str = "Dupont") -> int:
    return create_account(office, name, AccountType.COMPANY)


def test_login_on_makes_the_account_active_and_the_address_pending(office: Context) -> None:
    account = _account(office)
    create_contact(office, [account], "Zoë Dupont", ["zoe@dupont.example"])

    done = change_access(office, [account], AccessWish(login=True))

    profile = account_profile(office, account)
    assert (done.changed, done.invitations) == (1, 0)
    assert profile.account.status is AccountStatus.ACTIVE
    assert profile.emails[0].state is UserState.NOT_INVITED


def test_a_contact_in_two_accounts_gains_access_in_one_only(office: Context) -> None:
    first, second = _account(office, "Dupont"), _account(office, "Dupont privé")
    create_contact(office, [first, second], "Zoë Dupont", ["zoe@dupont.example"])

    change_access(office, [first], AccessWish(login=True))

    assert account_profile(office, first).emails[0].login
    assert not account_profile(office, second).emails[0].login


def test_an_invalid_address_is_skipped_and_the_rest_goes_on(office: Context) -> None:
    account = _account(office)
    create_contact(office, [account], "Élodie Dupont", ["elodie@dupont", "elodie@dupont.example"])

    done = change_access(office, [account], AccessWish(login=True, notify=True, invite=True, message="Bonjour"))

    assert (done.changed, done.invitations) == (1, 1)
    assert [(s.address, s.account) for s in done.skipped] == [
        ("elodie@dupont", "A-0001"),
    ]
    assert "no dot" in done.skipped[0].reason
    assert [e.login for e in account_profile(office, account).emails] == [False, True]


def test_a_mailbox_in_several_accounts_gets_one_invitation(office: Context) -> None:
    accounts = [_account(office, f"Dupont {n}") for n in range(5)]
    create_contact(office, accounts, "Zoë Dupont", ["zoe@dupont.example"])

    done = change_access(office, accounts, AccessWish(login=True, invite=True))

    assert (done.changed, done.invitations) == (5, 1)
    assert office.database.value("SELECT count(*) FROM outbox WHERE state = 'queued'") == 1


def test_a_dry_run_tells_the_same_numbers_and_changes_nothing(office: Context) -> None:
    account = _account(office)
    create_contact(office, [account], "Zoë Dupont", ["zoe@dupont.example", "bad"])
    wish = AccessWish(login=True, sync=True, invite=True)

    told = change_access(office, [account], wish, dry_run=True)

    assert office.database.value("SELECT count(*) FROM outbox") == 0
    assert not account_profile(office, account).emails[0].login
    assert told == change_access(office, [account], wish)


def test_login_off_in_the_last_account_withdraws_the_invitation(office: Context) -> None:
    first, second = _account(office, "One"), _account(office, "Two")
    create_contact(office, [first, second], "Zoë Dupont", ["zoe@dupont.example"])
    change_access(office, [first, second], AccessWish(login=True, invite=True))
    address = find_address(office, "Zoe@Dupont.example")

    change_access(office, [first], AccessWish(login=False), address)
    assert office.database.value("SELECT state FROM invitation") == "queued"

    change_access(office, [second], AccessWish(login=False), address)
    assert office.database.value("SELECT state FROM invitation") == "withdrawn"
    assert office.database.value("SELECT state FROM outbox") == "withdrawn"


def test_every_change_is_in_the_activity_log_with_before_and_after(office: Context) -> None:
    account = _account(office)
    create_contact(office, [account], "Zoë Dupont", ["zoe@dupont.example"])

    change_access(office, [account], AccessWish(notify=True))

    entry = office.database.one("SELECT staff_id, kind, before, after FROM activity ORDER BY id DESC LIMIT 1")
    assert office.actor is not None
    assert entry == (office.actor.id, "access_changed", '{"notify":false}', '{"notify":true}')
