"""An older backup is put back: links that were used or cancelled since stay dead, and who is to be invited again is shown."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.services.firms import firm_of, send_all, token
from tui_portal.domain.accounts import AccountType
from tui_portal.domain.errors import Conflict
from tui_portal.domain.invitations import LinkState
from tui_portal.services import copies
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.activation import activate
from tui_portal.services.backups import write_backup
from tui_portal.services.check import Level, check
from tui_portal.services.contacts import create_account
from tui_portal.services.context import Context, open_context
from tui_portal.services.invitations import cancel, invite, open_link
from tui_portal.services.pending import PendingQuery, pending_ids, pending_rows
from tui_portal.services.resends import cancel_invites
from tui_portal.services.restores import Standing, standing
from tui_portal.services.staff import identify
from tui_portal.services.undo import undo_last

INVITE = AccessWish(login=True, invite=True)
USED, CANCELLED, OPEN = (f"p{n}.0@crowd.example" for n in range(3))


@pytest.fixture
def backup(office: Context, tmp_path: Path) -> Path:
    """A backup of a firm with three open invitations; since then one was used, one cancelled."""
    change_access(office, firm_of(office, 3), INVITE)
    send_all(office)
    path = tmp_path / "backups" / "monday.sqlite3"
    path.parent.mkdir()
    write_backup(office, path)
    return path


def use_links(office: Context) -> dict[str, str]:
    """The links of the three; one is used and one cancelled then."""
    links = {address: token(office, address) for address in (USED, CANCELLED, OPEN)}
    activate(office, links[USED], "hash")
    cancel(office, [find_address(office, CANCELLED)])
    return links


def put_back(office: Context, backup: Path) -> Context:
    """Follow docs/backup.md: everything is stopped, the copy takes the place of the file."""
    path = office.database.path
    office.database.close()
    for leftover in ("-wal", "-shm"):
        Path(f"{path}{leftover}").unlink(missing_ok=True)
    shutil.copy(backup, path)
    return reopened(office)


def reopened(office: Context) -> Context:
    office.database.close()
    return identify(open_context(office.database.path, office.settings, clock=office.clock), login="olga")


def live(office: Context, links: dict[str, str]) -> set[str]:
    return {address for address, link in links.items() if open_link(office, link).state is LinkState.LIVE}


def test_links_that_were_used_or_cancelled_since_stay_dead(office: Context, backup: Path) -> None:
    links = use_links(office)
    again = put_back(office, backup)
    assert live(again, links) == set()
    assert "older backup" in again.notice
    assert again.database.value("SELECT count(*) FROM user") == 0  # the state of the backup, not of today
    rows = pending_rows(again, list(pending_ids(again, PendingQuery())))
    assert {row.state for row in rows} == {"failed"}
    assert [f.words for f in check(again) if f.level is Level.FAULT] == []
    again.database.close()


def test_who_is_invited_again_gets_a_link_that_works(office: Context, backup: Path) -> None:
    links = use_links(office)
    again = put_back(office, backup)
    invite(again, [find_address(again, OPEN)], "")
    send_all(again)
    assert open_link(again, token(again, OPEN)).state is LinkState.LIVE
    assert live(again, links) == set()
    again.database.close()


def test_the_same_backup_put_back_twice_kills_what_was_sent_between(office: Context, backup: Path) -> None:
    use_links(office)
    again = put_back(office, backup)
    invite(again, [find_address(again, OPEN)], "")
    send_all(again)
    between = {OPEN: token(again, OPEN)}
    assert live(again, between) == {OPEN}
    twice = put_back(again, backup)
    assert live(twice, between) == set()
    assert twice.epoch == 2
    twice.database.close()


def test_nothing_happens_to_what_is_put_back_as_it_was(office: Context, backup: Path) -> None:
    links = {OPEN: token(office, OPEN)}
    again = put_back(office, backup)
    assert (again.notice, live(again, links)) == ("", {OPEN})
    again.database.close()


def test_it_is_told_once_and_the_log_keeps_it(office: Context, backup: Path) -> None:
    use_links(office)
    again = put_back(office, backup)
    third = reopened(again)
    assert third.notice == ""
    assert third.database.value("SELECT count(*) FROM activity WHERE kind = 'database_restored'") == 1
    third.database.close()


def test_before_it_is_opened_check_says_that_it_is_older(office: Context, backup: Path) -> None:
    use_links(office)
    path = office.database.path
    office.database.close()
    for leftover in ("-wal", "-shm"):
        Path(f"{path}{leftover}").unlink(missing_ok=True)
    shutil.copy(backup, path)
    looked = open_context(path, office.settings, read_only=True, clock=office.clock)
    assert standing(looked.database) is Standing.OLDER
    assert any("older than this machine knows it" in f.words for f in check(looked) if f.level is Level.FAULT)
    looked.database.close()


def test_mail_that_waited_in_the_backup_is_not_sent_again(office: Context, tmp_path: Path) -> None:
    change_access(office, firm_of(office, 1), INVITE)
    backup = tmp_path / "waiting.sqlite3"
    write_backup(office, backup)
    send_all(office)
    again = put_back(office, backup)
    assert send_all(again) == 0
    assert again.database.value("SELECT state FROM outbox") == "withdrawn"
    again.database.close()


def test_a_copy_on_another_machine_works_and_says_what_it_can_not_know(
    office: Context, backup: Path, tmp_path: Path
) -> None:
    links = {OPEN: token(office, OPEN)}
    other = tmp_path / "other" / "firm.sqlite3"
    other.parent.mkdir()
    shutil.copy(backup, other)
    shutil.copy(f"{office.database.path}.key", f"{other}.key")
    looked = open_context(other, office.settings, read_only=True)
    assert any(f.about == "epoch" and f.level is Level.WARNING for f in check(looked))
    looked.database.close()
    moved = open_context(other, office.settings, clock=office.clock)
    assert live(moved, links) == {OPEN}
    assert standing(moved.database) is Standing.AS_LEFT
    moved.database.close()


def test_the_epoch_is_kept_where_the_record_is_lost(office: Context, backup: Path) -> None:
    links = use_links(office)
    again = put_back(office, backup)
    again.database.witness.path.unlink()
    third = reopened(again)
    assert (third.epoch, live(third, links)) == (1, set())
    third.database.close()


def test_a_new_firm_under_the_name_of_an_old_one_gets_links_of_its_own(
    office: Context, settings: object, clock: object
) -> None:
    from tui_portal.services.firm import create_firm

    change_access(office, firm_of(office, 1), INVITE)
    send_all(office)
    links = {USED: token(office, USED)}
    path = office.database.path
    office.database.close()
    for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        name.unlink(missing_ok=True)
    new = create_firm(
        path,
        office.settings,
        firm="New",
        owner_login="olga",
        owner_name="Olga",
        owner_email="o@new.example",
        clock=office.clock,
    )
    acting = identify(Context(new.database, office.settings, office.clock), login="olga")
    change_access(acting, firm_of(acting, 1), INVITE)
    send_all(acting)
    assert live(acting, links) == set()
    assert acting.database.value("SELECT count(*) FROM activity WHERE kind = 'database_restored'") == 0
    new.database.close()


def test_who_writes_while_check_looks_makes_no_older_database_of_it(office: Context) -> None:
    looking = open_context(office.database.path, office.settings, read_only=True, clock=office.clock)
    written: list[int] = []

    def write_meanwhile() -> bool:
        if len(written) < 20:
            written.append(create_account(office, f"Meanwhile {len(written)}", AccountType.COMPANY))
        return False

    with looking.database.watched(50, write_meanwhile):
        found = check(looking)
    looking.database.close()
    assert len(written) > 1
    assert [f.words for f in found if f.about == "epoch"] == []


def test_a_backup_put_back_under_a_running_program_is_known_however_much_that_still_writes(
    office: Context, backup: Path
) -> None:
    links = use_links(office)
    with closing(sqlite3.connect(backup)) as copy, closing(sqlite3.connect(office.database.path)) as target:
        copy.backup(target)  # what `.restore` of sqlite3 does
    for number in range(12):
        create_account(office, f"Client {number}", AccountType.COMPANY)
    again = reopened(office)
    assert "older backup" in again.notice
    assert live(again, links) == set()
    again.database.close()


def test_nothing_from_before_a_restore_is_taken_back(office: Context, tmp_path: Path) -> None:
    change_access(office, firm_of(office, 1), INVITE)
    cancel_invites(office, [find_address(office, USED)])
    backup = tmp_path / "cancelled.sqlite3"
    write_backup(office, backup)
    undo_last(office)  # the mail waits again, and goes
    send_all(office)
    again = put_back(office, backup)
    with pytest.raises(Conflict, match="older backup"):
        undo_last(again)
    assert send_all(again) == 0
    change_access(again, [1], AccessWish(notify=True))
    assert undo_last(again).changed == 1
    again.database.close()


def test_copies_that_waited_in_the_backup_are_not_sent_again_either(office: Context, tmp_path: Path) -> None:
    change_access(office, firm_of(office, 1), INVITE)
    send_all(office)
    with office.database.write():
        mail = office.database.value("SELECT id FROM outbox")
        copies.queue(office, mail, ["partner@hansen-partner.example"], b"content")
    backup = tmp_path / "copies.sqlite3"
    write_backup(office, backup)
    create_account(office, "Later", AccountType.COMPANY)
    again = put_back(office, backup)
    assert again.database.rows("SELECT state, content FROM outbox_copy") == [("withdrawn", None)]
    again.database.close()
