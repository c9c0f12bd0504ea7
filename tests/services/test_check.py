"""`check`: what is in order is said to be, and whatever is not is found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.services.firms import activated, everything, firm_of, send_all
from tui_portal.config import MailSettings, Settings
from tui_portal.domain.errors import DatabaseUnusable
from tui_portal.services.access import AccessWish, change_access
from tui_portal.services.check import Level, check
from tui_portal.services.context import Context, key_file, open_context

WELCOME = AccessWish(login=True, invite=True)


def found(office: Context, *, mail: bool = False) -> dict[str, str]:
    """What is not fine, by what it is about."""
    return {f"{f.about}:{f.level}": f.words for f in check(office, mail=mail) if f.level is not Level.FINE}


def mailing(office: Context, folder: Path) -> Context:
    settings = Settings(mail=MailSettings(smtp=f"folder:{folder}", sender="portal@hansen-partner.example"))
    return replace(office, settings=settings)


def test_a_firm_in_which_everything_was_done_is_in_order(office: Context, tmp_path: Path) -> None:
    accounts = firm_of(office, 4)
    activated(office, accounts[0], "p0.0@crowd.example")
    change_access(office, accounts[:3], WELCOME)
    change_access(office, accounts[3:], WELCOME)
    send_all(office)
    before = everything(office)

    assert found(mailing(office, tmp_path / "mail"), mail=True) == {}
    assert everything(office) == before


@pytest.mark.parametrize(
    ("about", "statement"),
    [
        ("forsaken_invitations:fault", "UPDATE contact_settings SET login = 0 WHERE account_id = 1"),
        ("forsaken_invitations:fault", "UPDATE account SET archived = 1"),
        (
            "forsaken_invitations:fault",
            "INSERT INTO user (email_address_id, password_hash, activated_at) VALUES (1, 'x', 0)",
        ),
        ("waiting_invitations:fault", "UPDATE outbox SET state = 'withdrawn'"),
        ("unfounded_mail:fault", "UPDATE invitation SET state = 'withdrawn', closed_at = 1"),
        ("unfounded_mail:fault", "UPDATE invitation SET generation = 2"),
        ("double_mail:fault", "INSERT INTO outbox SELECT 99, kind, email_address_id, account_id, invitation_id, generation, NULL, "
            "recipient_name, language, message, 'other', state, attempts, next_try_at, lease_owner, lease_until, error, "
            "created_at, sent_at FROM outbox WHERE id = 1"),
        ("used_invitations:fault", "UPDATE invitation SET state = 'used', closed_at = 1"),
        ("sent_invitations:fault", "UPDATE invitation SET state = 'sent'"),
        ("switched_on_invalid:warning", "UPDATE email_address SET validity = 'invalid'"),
        ("search_index:fault", "UPDATE account_search SET contacts = contacts + 1 WHERE id = 1"),
        ("search_index:fault", "UPDATE account_search SET words = words || 'x' WHERE id = 1"),
        ("search_index:fault", "DELETE FROM account_search WHERE id = 1"),
        ("search_index:fault", "INSERT INTO account_search VALUES (0, 'x', 99, 'company', 0, 0, 'x')"),
        ("schema:fault", "DROP TRIGGER activity_is_not_deleted"),
        ("schema:fault", "DROP INDEX invitation_open"),
        ("schema:fault", "CREATE TABLE another (id)"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found(office: Context, about: str, statement: str) -> None:
    change_access(office, firm_of(office, 2), WELCOME)
    assert about not in found(office)
    with office.database.write():
        office.database.execute(statement)

    assert about in found(office)


def test_many_that_are_wrong_are_told_by_number(office: Context) -> None:
    change_access(office, firm_of(office, 8), WELCOME)
    with office.database.write():
        office.database.execute("DELETE FROM outbox")

    assert found(office)["waiting_invitations:fault"].endswith("p4.0@crowd.example and 3 more")


def test_a_reference_to_nothing_is_found(office: Context) -> None:
    change_access(office, firm_of(office, 1), WELCOME)
    office.database.execute("PRAGMA foreign_keys = 0")
    with office.database.write():
        office.database.execute("DELETE FROM account")

    assert "contact_settings" in found(office)["references:fault"]


def test_a_key_that_is_missing_short_or_open_to_others_is_found(office: Context) -> None:
    def look() -> dict[str, str]:
        return found(open_context(office.database.path, Settings()))

    path = key_file(office.database.path)
    path.chmod(0o644)
    assert "mode 644" in look()["key_mode:fault"]
    path.chmod(0o600)
    path.write_bytes(b"short")
    assert "too short" in look()["key:fault"]
    path.unlink()
    assert "can't be read" in look()["key:fault"]


def test_a_database_that_is_open_to_others_is_found(office: Context) -> None:
    office.database.path.chmod(0o640)

    assert "mode 640" in found(office)["database_mode:fault"]


def test_mail_settings_and_a_mail_server_that_is_away_are_told(office: Context, tmp_path: Path) -> None:
    assert "no mail server" in found(office)["mail_settings:warning"]
    assert "mail_settings:fault" in found(
        replace(office, settings=Settings(mail=MailSettings(smtp="smtp://x.example")))
    )
    (tmp_path / "file").write_text("in the way")
    away = mailing(office, tmp_path / "file")
    assert found(away) == {}
    assert "mail_server:fault" in found(away, mail=True)


def test_an_index_that_lies_is_found(office: Context) -> None:
    firm_of(office, 3)
    path = office.database.path
    page = office.database.value("SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_email_address_1'")
    size = office.database.value("PRAGMA page_size")
    office.database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    office.database.close()
    data = path.read_bytes()
    place = data.index(b"p1.0@crowd.example", (page - 1) * size)
    path.write_bytes(data[:place] + b"X" + data[place + 1 :])

    damaged = found(open_context(path, Settings()))
    assert set(damaged) == {"integrity:fault", "mail_settings:warning"}
    assert "Take the newest backup" in damaged["integrity:fault"]


def test_a_file_that_can_not_be_read_through_is_unusable(office: Context) -> None:
    change_access(office, firm_of(office, 30, addresses=3), WELCOME)
    path = office.database.path
    office.database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    office.database.close()
    data = bytearray(path.read_bytes())
    data[-3 * 4096 : -3 * 4096 + 600] = b"\xff" * 600
    path.write_bytes(data)

    with pytest.raises(DatabaseUnusable, match="is damaged"):
        check(open_context(path, Settings()))
