"""Who sees only the accounts assigned to them: nothing of any other account reaches them, by whatever use case and id."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

import tui_portal
from tests.services.firms import everything, send_all
from tui_portal.domain.access import Switch
from tui_portal.domain.accounts import AccountType, account_code
from tui_portal.domain.errors import NotFound, PortalError, Refused
from tui_portal.domain.log_filters import parse_log_filter
from tui_portal.domain.staff import Role
from tui_portal.services import (
    access,
    account_edits,
    account_log,
    account_mail,
    accounts,
    address_changes,
    address_checks,
    address_notes,
    archive,
    assignments,
    contact_edits,
    contact_links,
    contact_plans,
    exports,
    invitation_previews,
    invitations,
    just_invited,
    links,
    log_list,
    lookups,
    news,
    outbox,
    outbox_list,
    password_resets,
    pending,
    preferences,
    reasons,
    reminders,
    request_decisions,
    resends,
    results,
    shown_mail,
    tags,
    undo,
)
from tui_portal.services.access import AccessWish
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context
from tui_portal.services.staff import identify
from tui_portal.services.staff_members import StaffFields, add_member, change_member, staff_row

SECRET = "geheim"
TYPED = "zora@geheim.example"  # what the spy types may be said back
SPY = StaffFields("spy", "Sam Spy", "spy@x.example", Role.EMPLOYEE, None, True, False)


@dataclass(frozen=True)
class Town:
    """One account of the spy's, one that is not; a contact who is in both, and what belongs to the secret one, by id."""

    spy: Context
    office: Context
    mine: int
    secret: int
    contact: int
    both: int
    address: int
    own: int
    mail: int
    entry: int
    operation: int
    change: int
    staff: int


@pytest.fixture
def town(office: Context) -> Town:
    staff = add_member(office, SPY)
    mine = create_account(office, "Offen GmbH", AccountType.COMPANY)
    secret = create_account(office, "Geheim AG", AccountType.COMPANY, tags=["geheimtag"])
    create_contact(office, [mine], "Otto Offen", ["otto@offen.example"])
    contact = create_contact(office, [secret], "Zora Geheim", ["zora@geheim.example"])
    both = create_contact(office, [mine, secret], "Beate Beide", ["beate@beide.example"])
    own, address = (access.find_address(office, f"{who}.example") for who in ("otto@offen", "zora@geheim"))
    wish = AccessWish(login=True, notify=True, invite=True, message="geheim")
    done = access.change_access(office, [mine, secret], wish)
    office.clock.advance(3600)  # type: ignore[attr-defined]  # the test's clock
    send_all(office)
    assert done.operation is not None
    value = office.database.value
    mail = value("SELECT id FROM outbox WHERE email_address_id = ?", [address])
    entry = value("SELECT max(id) FROM activity WHERE account_id = ?", [secret])
    change = office.database.insert(
        "INSERT INTO address_change (contact_id, old_email_address_id, new_email_address_id, started_at) VALUES (?, ?, ?, 0)",
        [contact, address, own],
    )
    assignments.assign(office, [mine], staff)
    spy = identify(office, login="spy")
    ids = (mine, secret, contact, both, address, own, mail, entry, done.operation, change, staff)
    return Town(spy, office, *ids)


def _edit(town: Town, contact: int) -> contact_plans.ContactEdit:
    return contact_plans.stored_contact(town.office, contact).as_edit


def _fields(town: Town) -> account_edits.AccountFields:
    return account_edits.account_fields(town.office, town.secret)


def _exported(what: exports.ExportList) -> Callable[[Context, Town], object]:
    def read(context: Context, town: Town) -> object:
        written: list[str] = []
        query: Any = {
            exports.ExportList.PENDING: pending.PendingQuery(),
            exports.ExportList.ACTIVITY: log_list.LogListQuery(),
            exports.ExportList.RESULTS: town.operation,
        }.get(what, accounts.AccountQuery())
        try:
            exports.stream_export(context, exports.Export(what, query), exports.ExportFormat.JSON, written.append)
        except StopIteration:  # pragma: no cover - an export without a piece is a fault, told by what is read
            written.append(SECRET)
        return written

    return read


def _found(text: str) -> Callable[[Context, Town], object]:
    return lambda c, t: list(accounts.account_ids(c, accounts.AccountQuery(find=text)))


# Every question about what is not theirs, under the names of the use cases that answer it.
QUESTIONS: dict[str, Callable[[Context, Town], object]] = {
    "access.find_address": lambda c, t: access.find_address(c, TYPED),
    "access.preview_access": lambda c, t: access.preview_access(c, [t.secret], AccessWish(login=False)).changed,
    "access.change_access": lambda c, t: access.change_access(c, [t.secret], AccessWish(login=False)).changed,
    "account_edits.account_fields": lambda c, t: account_edits.account_fields(c, t.secret),
    "account_edits.save_account": lambda c, t: account_edits.save_account(c, t.secret, _fields(t)),
    "account_log.log_ids": lambda c, t: list(account_log.log_ids(c, t.secret)),
    "account_log.log_rows": lambda c, t: account_log.log_rows(c, [t.entry]),
    "account_mail.mail_ids": lambda c, t: list(account_mail.mail_ids(c, t.secret)),
    "account_mail.mail_rows": lambda c, t: account_mail.mail_rows(c, [t.mail]),
    "account_orders.account_ids": _found("geheim"),
    "account_orders.account_ids by code": lambda c, t: _found(account_code(t.secret))(c, t),
    "account_orders.account_ids by contact": _found("zora"),
    "account_orders.account_ids by tag": _found("tag:geheimtag"),
    "account_orders.account_ids by staff": _found("-staff:spy"),
    "accounts.account_profile": lambda c, t: accounts.account_profile(c, t.secret),
    "account_rows.account_rows": lambda c, t: accounts.account_rows(c, [t.secret]),
    "account_query.count_accounts": lambda c, t: accounts.count_accounts(c, accounts.AccountQuery(find="geheim")),
    "accounts.find_account": lambda c, t: accounts.find_account(c, account_code(t.secret)),
    "accounts.find_accounts": lambda c, t: accounts.find_accounts(c, [account_code(t.secret)]),
    "account_orders.first_account_ids": lambda c, t: list(
        accounts.first_account_ids(c, accounts.AccountQuery(find="geheim", sort="login"), 5) or ()
    ),
    "account_rows.first_account_rows": lambda c, t: accounts.first_account_rows(
        c, accounts.AccountQuery(find="geheim"), 5
    ),
    "address_changes.finish_change": lambda c, t: address_changes.finish_change(c, t.change),
    "address_changes.give_up_change": lambda c, t: address_changes.give_up_change(c, t.change),
    "address_checks.check_addresses": lambda c, t: address_checks.check_addresses(c),
    "address_checks.clear_bounce": lambda c, t: address_checks.clear_bounce(c, t.address),
    "address_checks.find_mailbox": lambda c, t: address_checks.find_mailbox(c, t.address),
    "address_checks.suppress_address": lambda c, t: address_checks.suppress_address(c, t.address, True),
    "address_notes.address_notes": lambda c, t: address_notes.address_notes(c, TYPED, None, t.mine).sentences,
    "address_notes.address_notes there": lambda c, t: address_notes.address_notes(c, "x@y.example", None, t.secret),
    "archive.activate_again": lambda c, t: archive.activate_again(c, [t.secret]),
    "archive.archive": lambda c, t: archive.archive(c, [t.secret]),
    "assignments.assign": lambda c, t: assignments.assign(c, [t.secret], t.staff),
    "assignments.colleagues": lambda c, t: sum(one.assigned for one in assignments.colleagues(c, [t.secret])),
    "contact_edits.foresee_contact": lambda c, t: contact_edits.foresee_contact(c, t.contact, _edit(t, t.contact)),
    "contact_edits.save_contact": lambda c, t: contact_edits.save_contact(c, t.contact, _edit(t, t.contact)),
    "contact_edits.save_contact new": lambda c, t: contact_edits.save_contact(
        c, None, contact_plans.ContactEdit("Neu", ()), [t.secret]
    ),
    "contact_links.delete_unlinked": lambda c, t: contact_links.delete_unlinked(c, t.secret, t.address),
    "contact_links.find_contacts": lambda c, t: contact_links.find_contacts(c, "zora", t.mine),
    "contact_links.link_contact": lambda c, t: contact_links.link_contact(c, t.mine, t.contact),
    "contact_links.link_contact there": lambda c, t: contact_links.link_contact(c, t.secret, t.both),
    "contact_links.unlink_contact": lambda c, t: contact_links.unlink_contact(c, t.secret, t.both, close=True),
    "contact_links.who_loses_access": lambda c, t: contact_links.who_loses_access(c, t.secret, t.both),
    "contact_plans.stored_contact": lambda c, t: contact_plans.stored_contact(c, t.contact),
    "exports.export_accounts": _exported(exports.ExportList.ACCOUNTS),
    "exports.export_log": _exported(exports.ExportList.ACTIVITY),
    "exports.export_pending": _exported(exports.ExportList.PENDING),
    "exports.export_results": _exported(exports.ExportList.RESULTS),
    "exports.stream_export": _exported(exports.ExportList.SETTINGS),
    "exports.write_export": _exported(exports.ExportList.CONTACTS),
    "invitation_previews.preview_mail": lambda c, t: invitation_previews.preview_mail(c, t.secret, t.address, "", True),
    "invitations.cancel": lambda c, t: invitations.cancel(c, [t.address]),
    "invitations.invite": lambda c, t: invitations.invite(c, [t.address]),
    "just_invited.just_invited": lambda c, t: just_invited.just_invited(c, [t.address]),
    "links.copy_link": lambda c, t: links.copy_link(c, t.address),
    "log_list.count_list": lambda c, t: log_list.count_list(c, parse_log_filter("geheim", 0)),
    "log_list.list_ids": lambda c, t: list(log_list.find_in_log(c, "geheim", -1)),
    "log_list.list_rows": lambda c, t: log_list.list_rows(c, [t.entry]),
    "log_list.menu_words": lambda c, t: log_list.menu_words(c),
    "log_list.target_of": lambda c, t: log_list.target_of(c, t.entry).account or 0,
    "lookups.look_up": lambda c, t: lookups.look_up(c, "geheim", 9),
    "lookups.look_up by code": lambda c, t: lookups.look_up(c, account_code(t.secret), 9),
    "lookups.look_up by contact": lambda c, t: lookups.look_up(c, "zora", 9),
    "lookups.look_up by a contact of both": lambda c, t: [
        found for found in lookups.look_up(c, "beate", 9) if found.account == t.secret
    ],
    "news.news_since": lambda c, t: news.news_since(c, t.entry - 1).by,
    "outbox.count_letters": lambda c, t: outbox.count_letters(c) - len(outbox.letters(c)),
    "outbox.letters": lambda c, t: outbox.letters(c),
    "outbox_list.filter_words": lambda c, t: sum(word.count for word in outbox_list.filter_words(c)[0]) - 2,
    "outbox_list.give_up": lambda c, t: outbox_list.give_up(c, [t.mail]).changed,
    "outbox_list.outbox_ids": lambda c, t: list(outbox_list.outbox_ids(c, outbox_list.OutboxQuery("geheim"))),
    "outbox_list.try_now": lambda c, t: outbox_list.try_now(c, [t.mail]).changed,
    "password_resets.request_reset": lambda c, t: password_resets.request_reset(c, t.address),
    "pending.count_pending": lambda c, t: pending.count_pending(c, pending.PendingQuery("geheim")),
    "pending.pending_ids": lambda c, t: list(pending.pending_ids(c, pending.PendingQuery("geheim"))),
    "pending.pending_rows": lambda c, t: pending.pending_rows(c, [t.address]),
    "preferences.read_preferences": lambda c, t: preferences.read_preferences(c, t.secret),
    "preferences.set_preferences": lambda c, t: preferences.set_preferences(c, t.secret, {t.address: {}}),
    "reasons.explain": lambda c, t: reasons.explain(c, t.secret, t.address),
    "reminders.any_on": lambda c, t: reminders.any_on(c, [t.address]),
    "reminders.set_reminders": lambda c, t: reminders.set_reminders(c, [t.address], False).changed,
    "request_decisions.approve_requests": lambda c, t: request_decisions.approve_requests(c, [t.address]).requests,
    "request_decisions.refuse_requests": lambda c, t: request_decisions.refuse_requests(c, [t.address]),
    "request_decisions.requests_for": lambda c, t: request_decisions.requests_for(c, [t.address]),
    "resends.cancel_invites": lambda c, t: resends.cancel_invites(c, [t.address]).cancelled,
    "resends.preview_cancels": lambda c, t: resends.preview_cancels(c, [t.address]).open,
    "resends.preview_invites": lambda c, t: resends.preview_invites(c, [t.address]).invitations,
    "resends.send_invites": lambda c, t: resends.send_invites(c, [t.address], recent=True, again=True).invitations,
    "results.results_of": lambda c, t: list(results.results_of(c, t.operation)),
    "shown_mail.show_mail": lambda c, t: shown_mail.show_mail(c, t.mail),
    "tags.change_tags": lambda c, t: tags.change_tags(c, [t.secret], ["x"]),
    "tags.tag_names": lambda c, t: tags.tag_names(c),
    "undo.undo_last": lambda c, t: undo.undo_last(c),
    "undo.redo_last": lambda c, t: undo.redo_last(c),
}

# Use cases that tell nothing of an account: the firm's own words, a person's own, the program's, and who is acting.
OTHERS = {
    *("saved_messages", "saved_views", "staff_settings", "staff", "staff_members", "staff_rights", "email_fields"),
    *("delivery", "leases", "activation", "bounces", "progress", "check", "log_check", "backups", "mail_templates"),
    *("files", "imports.import_file", "news.newest_entry"),
    *("outbox.summary", "outbox.try_all_now", "presence", "restores"),
}


def _asked_by_faces() -> Iterator[str]:
    """The use cases that the terminal and the command line import."""
    for face in ("cli", "tui"):
        for path in (Path(tui_portal.__file__).parent / face).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("tui_portal.services."):
                    continue
                module = importlib.import_module(str(node.module))
                for name in node.names:
                    function = getattr(module, name.name, None)
                    if inspect.isfunction(function) and "context" in inspect.signature(function).parameters:
                        yield f"{str(node.module).rpartition('.')[2]}.{name.name}"


def test_every_use_case_of_the_faces_is_asked() -> None:
    asked = {name.partition(" ")[0] for name in QUESTIONS}
    assert sorted({n for n in _asked_by_faces() if n not in asked | OTHERS and n.partition(".")[0] not in OTHERS}) == []


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=list(QUESTIONS))
def test_nothing_of_an_account_of_others_is_told_or_changed(
    town: Town, question: Callable[[Context, Town], object]
) -> None:
    before = everything(town.office, ["sqlite_sequence"])
    try:
        told = question(town.spy, town)
    except PortalError as error:
        told = error.message
    else:
        answer = repr(told).casefold()
        assert not [told for told in (SECRET, account_code(town.secret).casefold(), "zora") if told in answer]
        assert not told or not isinstance(told, bool | int)
    assert SECRET not in repr(told).replace(TYPED, "").casefold()
    assert everything(town.office, ["sqlite_sequence"]) == before


def test_the_same_questions_are_answered_to_who_sees_all(town: Town) -> None:
    for name in ("accounts.account_profile", "shown_mail.show_mail", "account_log.log_rows", "outbox.letters"):
        assert SECRET in repr(QUESTIONS[name](town.office, town)).casefold(), name


@pytest.mark.parametrize(
    "ask", [accounts.account_profile, account_edits.account_fields, account_mail.mail_ids, account_log.log_ids]
)
def test_an_account_of_others_and_one_that_never_was_answer_alike(town: Town, ask: Callable[..., object]) -> None:
    told = []
    for account in (town.secret, 9999):
        with pytest.raises(NotFound) as error:
            ask(town.spy, account)
        told.append(error.value.message.replace(account_code(account), "ID"))
    assert told[0] == told[1]


def test_a_contact_of_both_shows_that_there_is_another_account_and_not_which(town: Town) -> None:
    stored = contact_plans.stored_contact(town.spy, town.both)
    assert contact_plans.accounts_in_words(stored.accounts) == f"{account_code(town.mine)} Offen GmbH, another account"
    [found] = contact_links.find_contacts(town.spy, "beate", town.mine)
    assert contact_plans.accounts_in_words(found.accounts).endswith("another account")
    [row] = list(pending.pending_rows(town.spy, pending.pending_ids(town.spy, pending.PendingQuery("beate"))))
    assert row.accounts == ((account_code(town.mine), "Offen GmbH"),)
    assert not list(pending.pending_ids(town.spy, pending.PendingQuery("geheim ag")))
    preview = invitation_previews.preview_mail(town.spy, town.mine, row.id, "", True)
    assert SECRET not in preview.text.casefold()
    mails = list(account_mail.mail_ids(town.spy, town.mine))
    assert mails
    assert "Geheim AG" not in repr([shown_mail.show_mail(town.spy, mail) for mail in mails])
    gone = contact_edits.foresee_contact(town.spy, town.both, contact_plans.ContactEdit("Beate Beide", (), version=1))
    assert "another account" in " ".join(gone)
    assert account_code(town.secret) not in " ".join(gone)


def test_a_mailbox_of_others_does_not_come_into_sight_by_being_typed(town: Town) -> None:
    with pytest.raises(Refused, match="somebody who sees all accounts"):
        create_contact(town.spy, [town.mine], "Zora Again", [TYPED])
    edit = contact_plans.stored_contact(town.spy, town.both).as_edit
    more = replace(edit, addresses=(*edit.addresses, contact_plans.AddressEdit(None, "Email", TYPED)))
    with pytest.raises(Refused, match="somebody who sees all accounts"):
        contact_edits.save_contact(town.spy, town.both, more)
    create_contact(town.spy, [town.mine], "Otto's wife", ["otto@offen.example", "new@offen.example"])


def test_their_own_accounts_are_whole(town: Town) -> None:
    query = accounts.AccountQuery()
    assert list(accounts.account_ids(town.spy, query)) == [town.mine]
    assert accounts.count_accounts(town.spy, query) == 1
    assert [e.address for e in accounts.account_profile(town.spy, town.mine).emails]
    assert len(pending.pending_ids(town.spy, pending.PendingQuery())) == pending.count_pending(
        town.spy, pending.PendingQuery()
    )
    assert {
        row.address for row in pending.pending_rows(town.spy, pending.pending_ids(town.spy, pending.PendingQuery()))
    } == {
        "otto@offen.example",
        "beate@beide.example",
    }
    wish = AccessWish.of(Switch.NOTIFY, False)
    assert access.change_access(town.spy, [town.mine, town.secret], wish).changed == 2
    assert undo.undo_last(town.spy).changed == 2
    made = create_account(town.spy, "Neu", AccountType.COMPANY)
    assert made in accounts.account_ids(town.spy, query)


def test_what_is_no_longer_theirs_they_do_not_change_by_undoing(town: Town) -> None:
    access.change_access(town.spy, [town.mine], AccessWish(notify=False))
    assignments.assign(town.office, [town.mine], town.staff, take=True)
    with pytest.raises(PortalError, match="not yours any more"):
        undo.undo_last(town.spy)


def test_the_right_is_asked_of_the_database_and_is_gone_at_once(town: Town) -> None:
    change_member(
        town.office, town.staff, StaffFields("spy", "Sam Spy", "spy@x.example", Role.EMPLOYEE, None, True, True)
    )
    everybody = identify(town.office, login="spy")
    assert accounts.count_accounts(everybody, accounts.AccountQuery()) == 2
    change_member(town.office, town.staff, SPY)
    assert accounts.count_accounts(everybody, accounts.AccountQuery()) == 1
    town.office.database.execute("UPDATE staff SET active = 0 WHERE id = ?", [town.staff])
    assert accounts.count_accounts(everybody, accounts.AccountQuery()) == 0


def test_accounts_are_assigned_and_taken_told_in_numbers_and_taken_back(town: Town) -> None:
    both = [town.mine, town.secret]
    done = assignments.assign(town.office, both, town.staff)
    assert (done.changed, done.already) == (1, 1)
    assert done.in_words == "1 account assigned to Sam Spy · 1 was so already"
    assert staff_row(town.office, town.staff).accounts == 2
    assert undo.undo_last(town.office).title == "2 accounts assigned to Sam Spy"
    assert staff_row(town.office, town.staff).accounts == 1
    assert undo.redo_last(town.office).changed == 1
    taken = assignments.assign(town.office, both, town.staff, take=True)
    assert taken.in_words == "2 accounts taken from Sam Spy"
    [entry] = account_log.log_rows(town.office, account_log.log_ids(town.office, town.secret, 1))
    assert entry.words == "Taken from Sam Spy"
    assignments.assign(town.office, both, town.staff)
    assert [len(accounts.account_ids(town.office, accounts.AccountQuery(find=f))) for f in _FILTERS] == [2, 2, 2, 0, 0]


_FILTERS = ("staff:spy", "staff:SAM", 'staff:"Sam Spy"', "staff:none", "-staff:spy")
