"""Tags and archive: many accounts at once, in the log, and taken back as one."""

from __future__ import annotations

import pytest

from tests.services.firms import activated, colleague, everything, faults, firm_of, shared, standing
from tui_portal.domain.errors import Conflict, Refused
from tui_portal.services.access import AccessWish, change_access
from tui_portal.services.activation import find_login
from tui_portal.services.archive import activate_again, archive
from tui_portal.services.context import Context
from tui_portal.services.tags import change_tags, tag_names
from tui_portal.services.undo import redo_last, undo_last

WELCOME = AccessWish(login=True, invite=True)


def test_tags_are_added_and_taken_off_many_accounts_at_once(office: Context) -> None:
    accounts = firm_of(office, 3)
    change_tags(office, accounts[:1], add=["1040", "VIP"])

    done = change_tags(office, accounts, add=["vip", " Audit  2026 "], remove=["1040"])

    assert (done.changed, done.added, done.removed) == (3, 5, 1)
    assert done.in_words == "Tags changed on 3 accounts: 5 added, 1 removed"
    assert tag_names(office) == ["Audit 2026", "VIP"]
    assert standing(office).tags == [(n, name) for n in accounts for name in ("Audit 2026", "VIP")]


def test_a_change_of_tags_is_in_the_log_and_can_be_taken_back_and_done_again(office: Context) -> None:
    accounts = firm_of(office, 2)
    change_tags(office, accounts[:1], add=["1040"])
    before = standing(office)
    change_tags(office, accounts, add=["VIP"], remove=["1040"])
    after = standing(office)

    rows = office.database.rows(
        "SELECT account_id, before, after FROM activity WHERE kind = 'tags_changed' ORDER BY id DESC"
    )
    assert rows[:2] == [(2, '{"tags":[]}', '{"tags":["VIP"]}'), (1, '{"tags":["1040"]}', '{"tags":["VIP"]}')]
    assert undo_last(office).title == "tags +VIP -1040 on 2 accounts"
    assert standing(office) == before
    assert office.database.rows("SELECT name FROM tag") == [("1040",)]
    redo_last(office)
    assert standing(office) == after


def test_tags_that_a_colleague_changed_since_are_not_taken_back(office: Context) -> None:
    accounts = firm_of(office, 2)
    change_tags(office, accounts, add=["VIP"])
    change_tags(colleague(office), accounts[:1], remove=["VIP"])
    before = everything(office)

    with pytest.raises(Conflict, match="the tags were changed since"):
        undo_last(office)
    assert everything(office) == before


@pytest.mark.parametrize(
    ("add", "remove", "said"),
    [
        ([], [], "Name the tags"),
        (["VIP"], ["vip"], "both added and removed"),
        (["x" * 201], [], "201"),
        ([" "], [], "needed"),
    ],
)
def test_tags_that_make_no_sense_are_refused(office: Context, add: list[str], remove: list[str], said: str) -> None:
    with pytest.raises(Refused, match=said):
        change_tags(office, firm_of(office, 1), add=add, remove=remove)


def test_archiving_closes_the_portal_and_leaves_the_switches(office: Context) -> None:
    accounts = firm_of(office, 2)
    zoe = shared(office, accounts, "zoe@dupont.example")
    activated(office, accounts[0], "p0.0@crowd.example")
    change_access(office, accounts, AccessWish(login=True))
    change_access(office, accounts, WELCOME, zoe)
    switches = standing(office).switches

    done = archive(office, accounts[:1])

    assert (done.changed, done.withdrawn, done.sessions) == (1, 0, 1)
    assert find_login(office, "p0.0@crowd.example") is None
    assert archive(office, accounts).in_words == (
        "1 account archived: the portal is closed for it · 1 invitation withdrawn · 1 was so already"
    )
    assert standing(office).switches == switches
    assert standing(office).mail == []
    assert faults(office) == []


def test_archiving_is_taken_back_with_the_invitations_that_it_withdrew(office: Context) -> None:
    accounts = firm_of(office, 2)
    change_access(office, accounts, WELCOME)
    before = standing(office)
    archive(office, accounts)
    archived = standing(office)

    assert undo_last(office).in_words == "Taken back: archive 2 accounts · 2 former invitations work again"
    assert standing(office) == before
    redo_last(office)
    assert standing(office) == archived
    assert activate_again(office, accounts[:1]).changed == 1
    assert undo_last(office).title == "activate A-0001 again"
    assert standing(office) == archived


def test_an_account_that_a_colleague_activated_again_is_not_activated_twice(office: Context) -> None:
    accounts = firm_of(office, 2)
    archive(office, accounts)
    activate_again(colleague(office), accounts[:1])

    with pytest.raises(Conflict, match="a colleague did so already"):
        undo_last(office)


def test_tags_and_archive_tell_of_accounts_that_are_gone(office: Context) -> None:
    accounts = [*firm_of(office, 1), 4711]
    for change in (archive, activate_again, lambda c, a: change_tags(c, a, add=["x"])):
        with pytest.raises(Conflict, match="1 of the accounts is not there any more"):
            change(office, accounts)
