"""What clients ask for and staff answer: who is let in and how, what is told to whom, what two people do at once, and taking back."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from tests.conftest import Clock
from tests.services.firms import activated, colleague, emails, everything, faults, send_all, standing, token
from tui_portal.config import PortalSettings
from tui_portal.domain.accounts import AccountType
from tui_portal.domain.errors import Conflict, NotAllowed
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.access_requests import NotAsked, Wish, ask_for_access, asked_for
from tui_portal.services.account_log import log_ids, log_rows
from tui_portal.services.accounts import account_profile
from tui_portal.services.activation import activate
from tui_portal.services.archive import archive
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context, open_context
from tui_portal.services.pending import PendingQuery, PendingRow, PendingState, count_pending, pending_ids, pending_rows
from tui_portal.services.portal_people import people_with_access
from tui_portal.services.reasons import explain
from tui_portal.services.request_decisions import approve_requests, refuse_requests
from tui_portal.services.resends import cancel_invites, preview_cancels, preview_invites, send_invites
from tui_portal.services.undo import redo_last, undo_last

ANNA = "anna@dupont.example"


@pytest.fixture
def dupont(office: Context) -> int:
    """An account whose client Zoë is in."""
    account = create_account(office, "Dupont [/SARL]", AccountType.COMPANY)
    create_contact(office, [account], "Zoë Dupont", ["zoe@dupont.example"], language="fr")
    activated(office, account, "zoe@dupont.example")
    return account


def zoe(office: Context) -> int:
    return int(office.database.value("SELECT min(id) FROM user"))


def ask(
    office: Context, account: int, address: str = ANNA, name: str = "Anna Dupont", note: str = "", user: int = 0
) -> int:
    """Let Zoë ask; the mailbox."""
    portal = replace(office, actor=None, origin="portal")
    ask_for_access(portal, user or zoe(office), account, Wish(name, address, note, "de"))
    return find_address(office, address)


def listed(office: Context, find: str = "", sort: str = "address") -> list[PendingRow]:
    return pending_rows(office, pending_ids(office, PendingQuery(find, sort)))


def states(office: Context) -> list[str]:
    return [state for (state,) in office.database.rows("SELECT state FROM access_request ORDER BY id")]


def test_a_request_is_a_row_of_pending_activation(office: Context, dupont: int) -> None:
    ask(office, dupont)
    (row,) = listed(office)
    assert (row.address, row.accounts, row.requested) == (ANNA, (("A-0001", "Dupont [/SARL]"),), ("A-0001",))
    assert (row.state, row.invited_by, row.invite_sent) == (PendingState.TO_APPROVE, "Zoë Dupont", None)
    assert count_pending(office, PendingQuery()) == 1
    for words in ("to_approve", "approve", "dupont", "a-1", "anna", "Anna approve"):
        assert [one.address for one in listed(office, words)] == [ANNA], words
    for words in ("never", "sent>1d", "elsewhere"):
        assert listed(office, words) == []


@pytest.mark.parametrize("sort", ["address", "account", "invite_sent", "invited_by"])
@pytest.mark.parametrize("limit", [-1, 10])
def test_requests_stand_in_every_order_among_the_pending(office: Context, dupont: int, sort: str, limit: int) -> None:
    create_contact(office, [dupont], "Bob", ["bob@dupont.example"])
    change_access(office, [dupont], AccessWish(login=True), find_address(office, "bob@dupont.example"))
    ask(office, dupont)
    for descending in (False, True):
        rows = pending_rows(office, pending_ids(office, PendingQuery("", sort, descending), limit))
        assert {row.address for row in rows} == {ANNA, "bob@dupont.example"}
    if sort == "invite_sent":
        assert rows[-1].address == ANNA


def test_approving_makes_a_contact_and_invites_in_the_clients_name(office: Context, dupont: int) -> None:
    mailbox = ask(office, dupont, note="Bis bald")
    foreseen = preview_invites(office, [mailbox])
    assert (foreseen.requests, foreseen.invitations, foreseen.told, foreseen.former) == (1, 1, 0, 0)
    done = send_invites(office, [mailbox], expected=foreseen)
    assert (done.requests, done.invitations) == (1, 1)
    assert done.in_words == "1 request approved · 1 invitation · u takes it back"
    card = account_profile(office, dupont).contacts[1]
    assert (card.name, card.language, card.emails[0].login, card.emails[0].notify) == ("Anna Dupont", "de", True, False)
    (row,) = listed(office)
    assert (row.state, row.invited_by) == (PendingState.QUEUED, "Zoë Dupont")
    assert office.database.rows("SELECT language, message FROM outbox WHERE state = 'queued'") == [
        ("de", "Zoë Dupont hat uns gebeten, Ihnen Zugang zu geben, und schreibt:\n\nBis bald")
    ]
    words = [row.words for row in log_rows(office, log_ids(office, dupont))]
    assert "Access of anna@dupont.example (Anna Dupont) approved, as a client asked" in words
    assert "Access asked for anna@dupont.example (Anna Dupont)" in words
    assert faults(office) == []


def test_the_staffs_message_takes_the_place_of_the_clients(office: Context, dupont: int) -> None:
    send_invites(office, [ask(office, dupont, note="Bis bald")], "Welcome")
    message = office.database.value("SELECT message FROM outbox WHERE state = 'queued'")
    assert message == "Welcome\n\nZoë Dupont hat uns gebeten, Ihnen Zugang zu geben."


def test_the_contact_whose_mailbox_it_is_is_linked(office: Context, dupont: int) -> None:
    other = create_account(office, "Elsewhere", AccountType.COMPANY)
    contact = create_contact(office, [other], "Anna Secret", [ANNA, "anna@home.example"])
    send_invites(office, [ask(office, dupont)])
    assert [c.id for c in account_profile(office, dupont).contacts][1:] == [contact]
    assert office.database.value("SELECT count(*) FROM contact") == 2


def test_of_two_with_the_mailbox_the_one_of_that_name_is_linked_and_else_a_new_one(
    office: Context, dupont: int
) -> None:
    other = create_account(office, "Elsewhere", AccountType.COMPANY)
    create_contact(office, [other], "Anna DUPONT", [ANNA])
    create_contact(office, [other], "Paul Petit", [ANNA])
    send_invites(office, [ask(office, dupont)])
    assert [c.name for c in account_profile(office, dupont).contacts][1:] == ["Anna DUPONT"]
    third = create_account(office, "Third", AccountType.COMPANY)
    create_contact(office, [third], "Zoë Dupont", ["zoe@dupont.example"])
    change_access(office, [third], AccessWish(login=True))
    send_invites(office, [ask(office, third, name="Nobody's")], again=True)
    assert [c.name for c in account_profile(office, third).contacts][1:] == ["Nobody's"]


def test_who_has_a_password_is_told_instead_and_still_shows_as_invited(
    office: Context, dupont: int, clock: Clock
) -> None:
    other = create_account(office, "Elsewhere", AccountType.COMPANY)
    create_contact(office, [other], "Anna Secret", [ANNA])
    activated(office, other, ANNA)
    clock.advance(3600)
    mailbox = ask(office, dupont)
    assert preview_invites(office, [mailbox]).told == 1
    done = send_invites(office, [mailbox])
    assert (done.requests, done.invitations, done.notices) == (1, 0, 1)
    assert office.database.rows("SELECT kind FROM outbox WHERE state = 'queued'") == [("access_notice",)]
    assert [one.state for one in asked_for(office, zoe(office), dupont, "en")] == ["invited"]
    mine = find_address(office, "zoe@dupont.example")
    assert [(p.name, p.came) for p in people_with_access(office, dupont, mine)] == [
        ("Zoë Dupont", True),
        ("Anna Dupont", False),
    ]
    office.database.execute("UPDATE user SET last_login_at = ? WHERE email_address_id = ?", [clock.moment + 1, mailbox])
    assert [one.state for one in asked_for(office, zoe(office), dupont, "en")] == ["in"]


def test_two_who_approve_at_once_send_one_invitation(office: Context, dupont: int) -> None:
    mailbox = ask(office, dupont)
    foreseen, start, told = preview_invites(office, [mailbox]), threading.Barrier(2), list[str]()

    def approve() -> None:
        context = replace(open_context(office.database.path, office.settings), clock=office.clock, actor=office.actor)
        start.wait()
        try:
            told.append(send_invites(context, [mailbox], expected=foreseen).in_words)
        except Conflict as error:
            told.append(error.message)
        context.database.close()

    both = [threading.Thread(target=approve) for _number in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(told)[0] == "1 request approved · 1 invitation · u takes it back"
    assert sorted(told)[1].startswith("Nothing was sent")
    assert office.database.value("SELECT count(*) FROM outbox WHERE state = 'queued'") == 1
    assert office.database.value("SELECT count(*) FROM contact WHERE name = 'Anna Dupont'") == 1
    assert approve_requests(office, [mailbox]).requests == 0


def test_two_who_ask_at_once_ask_once(office: Context, dupont: int) -> None:
    start, told = threading.Barrier(2), list[str]()

    def wish() -> None:
        context = replace(open_context(office.database.path, office.settings), clock=office.clock)
        start.wait()
        try:
            ask_for_access(context, 1, dupont, Wish("Anna", ANNA, "", "en"))
            told.append("done")
        except NotAsked as error:
            told.extend(error.problems)
        context.database.close()

    both = [threading.Thread(target=wish) for _number in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert (sorted(told), states(office)) == (["asked", "done"], ["open"])


def test_a_request_stays_when_who_asked_loses_access_and_says_so(office: Context, dupont: int) -> None:
    mailbox = ask(office, dupont, note="Bis\nbald")
    verdict = explain(office, dupont, mailbox).verdict
    assert verdict.endswith(
        "Zoë Dupont asked on 12 Nov 12:00 to let Anna Dupont in, which waits for approval · they write: “Bis bald”."
    )
    change_access(office, [dupont], AccessWish(login=False), find_address(office, "zoe@dupont.example"))
    assert "Zoë Dupont has no access to the account any more" in explain(office, dupont, mailbox).verdict
    assert preview_invites(office, [mailbox]).former == 1
    assert send_invites(office, [mailbox]).requests == 1


def test_rights_are_looked_at_again_when_it_is_written(office: Context, dupont: int) -> None:
    change_access(office, [dupont], AccessWish(login=False), find_address(office, "zoe@dupont.example"))
    before = everything(office)
    with pytest.raises(NotAllowed):
        ask(office, dupont)
    change_access(office, [dupont], AccessWish(login=True), find_address(office, "zoe@dupont.example"))
    archive(office, [dupont])
    with pytest.raises(NotAllowed):
        ask(office, dupont)
    assert everything(office)["access_request"] == before["access_request"] == []


def test_an_archived_account_takes_its_requests_out_of_the_list(office: Context, dupont: int) -> None:
    ask(office, dupont)
    archive(office, [dupont])
    assert listed(office) == []
    undo_last(office)
    assert [row.state for row in listed(office)] == [PendingState.TO_APPROVE]


def test_refusing_closes_the_request_and_leaves_the_invitation_to_another_account(office: Context, dupont: int) -> None:
    other = create_account(office, "Elsewhere", AccountType.COMPANY)
    create_contact(office, [other], "Anna Secret", [ANNA])
    change_access(office, [other], AccessWish(login=True, invite=True))
    send_all(office)
    mailbox = ask(office, dupont)
    (row,) = listed(office)
    assert [name for _code, name in row.accounts] == ["Dupont [/SARL]", "Elsewhere"]
    assert (row.state, row.requested) == (PendingState.TO_APPROVE, ("A-0001",))
    foreseen = preview_cancels(office, [mailbox])
    assert (foreseen.open, foreseen.without, foreseen.requests) == (0, 0, 1)
    done = cancel_invites(office, [mailbox])
    assert done.in_words == "1 request refused · u takes it back"
    (row,) = listed(office)
    assert (row.state, row.requested) == (PendingState.SENT, ())
    assert [one.state for one in asked_for(office, zoe(office), dupont, "en")] == ["refused"]
    assert undo_last(office).in_words.endswith("1 request waits again")
    assert listed(office)[0].state is PendingState.TO_APPROVE
    redo_last(office)
    assert states(office) == ["refused"]
    undo_last(office)
    assert states(office) == ["open"]


def test_an_approval_is_taken_back_whole_and_done_again(office: Context, dupont: int) -> None:
    mailbox = ask(office, dupont, note="Bis bald")
    before, contacts = standing(office), office.database.value("SELECT count(*) FROM contact")
    send_invites(office, [mailbox])
    after = standing(office)
    assert (
        undo_last(office).in_words
        == "Taken back: 1 person let in or invited · 1 mail withdrawn · 1 request waits again"
    )
    assert standing(office) == before
    assert office.database.value("SELECT count(*) FROM contact") == contacts
    assert [row.state for row in listed(office)] == [PendingState.TO_APPROVE]
    redo_last(office)
    assert standing(office).switches == after.switches
    assert [message for *_rest, message in standing(office).mail] == [message for *_rest, message in after.mail]
    assert [(row.state, row.invited_by) for row in listed(office)] == [(PendingState.QUEUED, "Zoë Dupont")]
    assert states(office) == ["approved"]
    undo_last(office)
    assert (standing(office), states(office)) == (before, ["open"])
    assert faults(office) == []


def test_nothing_is_taken_back_once_the_mail_has_gone(office: Context, dupont: int, clock: Clock) -> None:
    send_invites(office, [ask(office, dupont)])
    clock.advance(61)
    assert send_all(office) == 1
    with pytest.raises(Conflict):
        undo_last(office)
    assert states(office) == ["approved"]


def test_login_that_staff_switch_on_by_themselves_answers_the_request_and_undo_asks_it_again(
    office: Context, dupont: int
) -> None:
    create_contact(office, [dupont], "Anna", [ANNA])
    mailbox = ask(office, dupont)
    change_access(office, [dupont], AccessWish(login=True), mailbox)
    assert states(office) == ["approved"]
    assert [row.state for row in listed(office)] == [PendingState.NOT_SENT]
    undo_last(office)
    assert states(office) == ["open"]
    redo_last(office)
    assert states(office) == ["approved"]


def test_requests_and_plain_invitations_go_out_together(office: Context, dupont: int) -> None:
    create_contact(office, [dupont], "Bob", ["bob@dupont.example"])
    bob = find_address(office, "bob@dupont.example")
    change_access(office, [dupont], AccessWish(login=True), bob)
    before = standing(office)
    mailboxes = [ask(office, dupont), ask(office, dupont, "carl@dupont.example", "Carl"), bob]
    foreseen = preview_invites(office, mailboxes)
    assert (foreseen.requests, foreseen.first, foreseen.invitations) == (2, 1, 3)
    done = send_invites(office, mailboxes, "Hello", expected=foreseen)
    assert done.in_words == "2 requests approved · 3 invitations · u takes it back"
    assert {row.address: row.invited_by for row in listed(office)} == {
        ANNA: "Zoë Dupont",
        "bob@dupont.example": "Olga Owner",
        "carl@dupont.example": "Zoë Dupont",
    }
    undo_last(office)
    assert (standing(office), states(office)) == (before, ["open", "open"])


def test_one_person_asked_for_in_two_accounts_becomes_one_contact_with_one_mail(office: Context, dupont: int) -> None:
    second = create_account(office, "Second", AccountType.COMPANY)
    create_contact(office, [second], "Zoë Dupont", ["zoe@dupont.example"])
    change_access(office, [second], AccessWish(login=True), find_address(office, "zoe@dupont.example"))
    send_all(office)
    ask(office, second)
    mailbox = ask(office, dupont)
    assert len(listed(office)) == 1
    assert send_invites(office, [mailbox]).in_words == "2 requests approved · 1 invitation · u takes it back"
    assert office.database.value("SELECT count(*) FROM contact WHERE name = 'Anna Dupont'") == 1
    assert emails(office, dupont)[ANNA].login
    assert emails(office, second)[ANNA].login


def test_only_who_may_manage_accounts_answers(office: Context, dupont: int) -> None:
    mailbox = ask(office, dupont)
    carl = colleague(office)
    assert carl.actor is not None
    employee = carl.acting_as(replace(carl.actor, role=type(carl.actor.role)("employee"), manage_accounts=False))
    for answer in (send_invites, cancel_invites, approve_requests, refuse_requests):
        with pytest.raises(NotAllowed):
            answer(employee, [mailbox])
    assert states(office) == ["open"]


def test_an_address_that_wants_no_mail_is_let_in_without_one(office: Context, dupont: int) -> None:
    mailbox = ask(office, dupont)
    office.database.execute("UPDATE email_address SET suppressed = 1 WHERE id = ?", [mailbox])
    foreseen = preview_invites(office, [mailbox])
    assert (foreseen.requests, foreseen.invitations) == (1, 0)
    assert send_invites(office, [mailbox], expected=foreseen).requests == 1
    assert standing(office).mail == []
    assert emails(office, dupont)[ANNA].login


def test_where_clients_invite_nobody_of_the_staff_is_named(office: Context, dupont: int) -> None:
    generous = replace(office, settings=replace(office.settings, portal=PortalSettings(clients_invite="yes")))
    last = office.database.value("SELECT max(id) FROM activity")
    ask(generous, dupont)
    entries = office.database.rows("SELECT DISTINCT staff_id, user_id FROM activity WHERE id > ?", [last])
    assert entries == [(None, zoe(office))]
    (row,) = listed(office)
    assert (row.state, row.invited_by) == (PendingState.QUEUED, "Zoë Dupont")
    send_all(office)
    activate(office, token(office, ANNA), "hash")
    assert [one.state for one in asked_for(office, zoe(office), dupont, "en")] == ["in"]
