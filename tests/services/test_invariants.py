"""Whatever staff do in whatever order: nobody without LOGIN has a live link or a session, and nobody is unlinked and forgotten."""

from __future__ import annotations

import contextlib
import json
import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from tests.conftest import Clock
from tests.services.firms import OWNER, colleague, faults, send_all, token
from tui_portal.config import Settings
from tui_portal.domain.access import UserState
from tui_portal.domain.accounts import AccountStatus, AccountType
from tui_portal.domain.errors import PortalError
from tui_portal.domain.notifications import NotificationGroup, NotificationKind
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.account_edits import AccountFields, account_fields, save_account
from tui_portal.services.accounts import account_profile
from tui_portal.services.activation import activate, log_in, session_user
from tui_portal.services.address_changes import finish_change, give_up_change, open_changes
from tui_portal.services.address_checks import clear_bounce, mark_bounced, suppress_address
from tui_portal.services.archive import activate_again, archive
from tui_portal.services.contact_edits import save_contact
from tui_portal.services.contact_links import delete_unlinked, link_contact, unlink_contact
from tui_portal.services.contact_plans import AddressEdit, ContactEdit, stored_contact
from tui_portal.services.contacts import create_account
from tui_portal.services.context import Context
from tui_portal.services.firm import create_firm
from tui_portal.services.invitations import cancel, invite, link_for, open_link
from tui_portal.services.links import copy_link
from tui_portal.services.notifications import recipients
from tui_portal.services.outbox import claim
from tui_portal.services.password_resets import link_for as reset_link_for
from tui_portal.services.password_resets import open_reset, request_forgotten, request_reset, use_reset
from tui_portal.services.preferences import read_preferences, set_preferences
from tui_portal.services.staff import identify
from tui_portal.services.undo import redo_last, undo_last

ADDRESSES = (*(f"p{n}@x.example" for n in range(5)), "broken@x")
ACCOUNTS = 3

account_ids = st.integers(1, ACCOUNTS)
addresses = st.sampled_from(ADDRESSES)
wishes = st.builds(
    AccessWish,
    *(st.sampled_from([None, True, False]) for _switch in range(3)),
    invite=st.booleans(),
    hold=st.booleans(),
)


class Office(RuleBasedStateMachine):
    """A firm of three accounts and a handful of mailboxes, worked on at random."""

    contacts = Bundle("contacts")

    @initialize()
    def found_firm(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.clock = Clock()
        path = Path(self._folder.name) / "firm.sqlite3"
        known = {"firm": "F", "owner_login": "olga", "owner_name": "Olga", "owner_email": "olga@f.example"}
        made = create_firm(path, Settings(), **known, clock=self.clock)
        made.database.execute("PRAGMA synchronous = OFF")
        self.olga = identify(Context(made.database, made.settings, self.clock), login="olga")
        self.carl = colleague(self.olga)
        self.office = self.olga
        self.sessions: list[str] = []
        for n in range(ACCOUNTS):
            create_account(self.office, f"Account {n}", AccountType.COMPANY)

    def teardown(self) -> None:
        if hasattr(self, "office"):
            self.office.database.close()
            self._folder.cleanup()

    @rule(carl=st.booleans())
    def take_turns(self, carl: bool) -> None:
        """Who does what follows."""
        self.office = self.carl if carl else self.olga

    @rule(target=contacts, account=account_ids, address=addresses)
    def make_contact(self, account: int, address: str) -> int:
        return save_contact(
            self.office, None, ContactEdit("Person", (AddressEdit(None, "Email", address),)), [account]
        ).contact

    @rule(contact=contacts, address=addresses, close=st.booleans(), line=st.integers(0, 2))
    def edit_contact(self, contact: int, address: str, close: bool, line: int) -> None:
        """Change, remove or add an address."""
        with contextlib.suppress(PortalError):
            edit = replace(stored_contact(self.office, contact).as_edit, close=close)
            lines = list(edit.addresses)
            if line >= len(lines):
                lines.append(AddressEdit(None, "Email", address))
            elif address.startswith("p4"):
                del lines[line]
            else:
                lines[line] = replace(lines[line], address=address)
            save_contact(self.office, contact, replace(edit, addresses=tuple(lines)))

    @rule(contact=contacts, account=account_ids)
    def link(self, contact: int, account: int) -> None:
        with contextlib.suppress(PortalError):
            link_contact(self.office, account, contact)

    @rule(contact=contacts, account=account_ids, close=st.booleans())
    def unlink(self, contact: int, account: int, close: bool) -> None:
        with contextlib.suppress(PortalError):
            unlink_contact(self.office, account, contact, close=close)

    @rule(accounts=st.sets(account_ids, min_size=1), wish=wishes)
    def switch(self, accounts: set[int], wish: AccessWish) -> None:
        change_access(self.office, sorted(accounts), wish)

    @rule(account=account_ids, address=addresses, wish=wishes)
    def switch_one(self, account: int, address: str, wish: AccessWish) -> None:
        with contextlib.suppress(PortalError):
            change_access(self.office, [account], wish, find_address(self.office, address))

    @rule(account=account_ids, address=addresses)
    def delete(self, account: int, address: str) -> None:
        with contextlib.suppress(PortalError):
            delete_unlinked(self.office, account, find_address(self.office, address))

    @rule(account=account_ids, back=st.booleans())
    def turn_archive(self, account: int, back: bool) -> None:
        (activate_again if back else archive)(self.office, [account])

    @rule(address=addresses, withdrawn=st.booleans())
    def send_or_cancel(self, address: str, withdrawn: bool) -> None:
        with contextlib.suppress(PortalError):
            number = find_address(self.office, address)
            cancel(self.office, [number]) if withdrawn else invite(self.office, [number])

    @rule()
    def deliver(self) -> None:
        self.clock.advance(100)
        send_all(self.office)

    @rule(address=addresses)
    def use_link(self, address: str) -> None:
        with contextlib.suppress(PortalError, AssertionError):
            self.sessions.append(activate(self.office, token(self.office, address), "hash"))

    @rule(account=account_ids)
    def finish(self, account: int) -> None:
        for change in open_changes(self.office, account):
            with contextlib.suppress(PortalError):
                finish_change(self.office, change.id)

    @rule(account=account_ids)
    def give_up(self, account: int) -> None:
        for change in open_changes(self.office, account):
            give_up_change(self.office, change.id)

    @rule(account=account_ids, group=st.sampled_from(NotificationGroup), on=st.booleans())
    def prefer(self, account: int, group: NotificationGroup, on: bool) -> None:
        rows = read_preferences(self.office, account).rows
        set_preferences(self.office, account, {row.id: {group: on} for row in rows[:2]})

    @rule(account=account_ids, name=st.sampled_from(["One", "Two"]), tags=st.sets(st.sampled_from(["a", "B", "c"])))
    def edit_account(self, account: int, name: str, tags: set[str]) -> None:
        fields = account_fields(self.office, account)
        save_account(self.office, account, replace(fields, name=name, tags=tuple(tags)))

    @rule(contact=contacts, wish=wishes)
    def make_account(self, contact: int, wish: AccessWish) -> None:
        """Another account, which may be taken back as long as nothing hangs on it."""
        with contextlib.suppress(PortalError):
            account = save_account(self.office, None, AccountFields("New", AccountType.FAMILY, ("a",)))
            link_contact(self.office, account, contact)
            change_access(self.office, [account], wish)

    @rule(contact=contacts, lines=st.lists(st.tuples(st.integers(-1, 3), addresses), max_size=4), close=st.booleans())
    def edit_many(self, contact: int, lines: list[tuple[int, str]], close: bool) -> None:
        """Any addresses in any order, kept, changed, removed and added in one go; a place that is not there is a new one."""
        with contextlib.suppress(PortalError):
            edit = stored_contact(self.office, contact).as_edit
            there = dict(enumerate(edit.addresses))
            new = [
                replace(there[place], address=address)
                if place in there
                else AddressEdit(None, "Work email", address.upper())
                for place, address in {place: (place, address) for place, address in lines}.values()
            ]
            save_contact(self.office, contact, replace(edit, addresses=tuple(new), close=close))

    @rule(contact=contacts, reverse=st.booleans(), name=st.sampled_from(["Person", "Somebody"]))
    def rename_contact(self, contact: int, reverse: bool, name: str) -> None:
        with contextlib.suppress(PortalError):
            edit = stored_contact(self.office, contact).as_edit
            lines = edit.addresses[::-1] if reverse else edit.addresses
            save_contact(self.office, contact, replace(edit, name=name, addresses=lines))

    @rule(address=addresses, how=st.integers(0, 3))
    def refuse_or_welcome(self, address: str, how: int) -> None:
        with contextlib.suppress(PortalError):
            number = find_address(self.office, address)
            if how == 0:
                with self.office.database.write():
                    mark_bounced(self.office, number, "550")
            elif how == 1:
                clear_bounce(self.office, number)
            else:
                suppress_address(self.office, number, how == 2)

    @rule()
    def take_mail_in_hand(self) -> None:
        claim(self.office, OWNER, self.office.clock())

    @rule(address=addresses)
    def copy_and_use(self, address: str) -> None:
        with contextlib.suppress(PortalError):
            link = copy_link(self.office, find_address(self.office, address)).link
            self.sessions.append(activate(self.office, link.rpartition("/")[2], "hash"))

    @rule(address=addresses)
    def enter(self, address: str) -> None:
        with contextlib.suppress(PortalError):
            user = self.office.database.one(
                "SELECT u.id, u.password_hash FROM user u WHERE email_address_id = ? AND EXISTS (SELECT 1 FROM "
                "contact_settings s JOIN account a ON a.id = s.account_id WHERE s.login AND NOT a.archived "
                "AND s.email_address_id = u.email_address_id)",
                [find_address(self.office, address)],
            )
            if user:
                self.sessions.append(log_in(self.office, *user))

    @rule(address=addresses, forgotten=st.booleans())
    def ask_for_reset(self, address: str, forgotten: bool) -> None:
        self.clock.advance(1000)
        with contextlib.suppress(PortalError):
            if forgotten:
                request_forgotten(self.office, address)
            else:
                request_reset(self.office, find_address(self.office, address))

    @rule()
    def use_reset_links(self) -> None:
        for link in self._reset_links():
            with contextlib.suppress(PortalError):
                self.sessions.append(use_reset(self.office, link, f"hash {len(self.sessions)}"))

    def _reset_links(self) -> list[str]:
        rows = self.office.database.rows(
            "SELECT r.id, e.canonical, u.password_hash FROM password_reset r JOIN user u ON u.id = r.user_id "
            "JOIN email_address e ON e.id = u.email_address_id"
        )
        return [reset_link_for(self.office, *row).rpartition("/")[2] for row in rows]

    @rule(again=st.booleans())
    def take_back(self, again: bool) -> None:
        with contextlib.suppress(PortalError):
            redo_last(self.office) if again else undo_last(self.office)

    @invariant()
    def no_link_and_no_session_without_login(self) -> None:
        rows = self.office.database.rows
        may = {
            address
            for (address,) in rows(
                "SELECT s.email_address_id FROM contact_settings s JOIN account a ON a.id = s.account_id "
                "WHERE s.login AND NOT a.archived"
            )
        }
        for number, generation, mailbox in rows("SELECT id, generation, email_address_id FROM invitation"):
            canonical = self.office.database.value("SELECT canonical FROM email_address WHERE id = ?", [mailbox])
            link = link_for(self.office, number, generation, canonical).rpartition("/")[2]
            assert open_link(self.office, link).state != "live" or mailbox in may
        for session in self.sessions:
            user = session_user(self.office, session)
            assert user is None or user.email_address in may

        for link in self._reset_links():
            opened = open_reset(self.office, link)
            assert opened.state != "live" or find_address(self.office, opened.address) in may

    @invariant()
    def the_log_tells_how_the_switches_stand(self) -> None:
        rows = self.office.database.rows
        told: dict[tuple[int, int, str], bool] = {}
        for account, address, before, after in rows(
            "SELECT account_id, email_address_id, before, after FROM activity WHERE kind = 'access_changed' ORDER BY id"
        ):
            for switch, on in json.loads(after).items():
                key = account, address, switch
                assert told.get(key, False) is json.loads(before)[switch] is not on
                told[key] = on
        there = {
            (account, address, switch)
            for account, address, *switches in rows(
                "SELECT account_id, email_address_id, login, notify, email_sync FROM contact_settings"
            )
            for switch, on in zip(("login", "notify", "email_sync"), switches, strict=True)
            if on
        }
        assert {key for key, on in told.items() if on} == there

    @invariant()
    def a_notification_reaches_whom_the_preferences_name(self) -> None:
        kind = NotificationKind.FILE_UPLOAD
        for account in range(1, ACCOUNTS + 1):
            found = read_preferences(self.office, account)
            wanted = {row.id for row in found.rows if not found.why_silent(row) and row.enabled[kind.group]}
            assert {recipient.id for recipient in recipients(self.office, account, kind)} == wanted

    @invariant()
    def nobody_is_forgotten(self) -> None:
        for account in range(1, ACCOUNTS + 1):
            profile = account_profile(self.office, account)
            shown = {email.id for email in profile.emails}
            on = self.office.database.rows(
                "SELECT email_address_id FROM contact_settings WHERE account_id = ? AND (login OR notify OR email_sync)",
                [account],
            )
            assert {address for (address,) in on} <= shown
            logins = [email for email in profile.emails if email.login]
            offline = profile.account.archived or not logins
            assert (profile.account.status is AccountStatus.OFFLINE) == offline
            for email in profile.emails:
                assert (email.state is UserState.NONE) == (not email.login)
                assert (email.state is UserState.ACTIVE) == (email.login and email.activated)

    @invariant()
    def the_program_finds_no_fault(self) -> None:
        assert faults(self.office) == []


TestInvariants = Office.TestCase
TestInvariants.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
