"""Files to import in a test, and what a database holds afterwards."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tui_portal.services.accounts import AccountProfile, AccountQuery, account_ids, account_profile
from tui_portal.services.context import Context

DATA = Path(__file__).parent.parent / "data"


FILES = ("google_2024.csv", "google_older.csv", "outlook.csv", "outlook_german.csv", "thunderbird.csv", "practice.csv")


HEADER = ["Account", "Type", "Name", "Email", "Phone", "Language", "Tags"]


def csv_file(folder: Path, *rows: Sequence[str], header: Sequence[str] = HEADER) -> Path:
    path = folder / "clients.csv"
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([header, *rows])
    path.write_bytes(buffer.getvalue().encode())
    return path


def everything(context: Context) -> dict[str, list[Any]]:
    """Every row of every table."""
    names = [name for (name,) in context.database.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    return {name: context.database.rows(f"SELECT * FROM {name}") for name in names}


def profiles_of(context: Context) -> dict[str, AccountProfile]:
    found = [account_profile(context, number) for number in account_ids(context, AccountQuery(sort="id"))]
    return {profile.account.name: profile for profile in found}


def people(profile: AccountProfile) -> dict[str, list[str]]:
    return {contact.name: [email.address for email in contact.emails] for contact in profile.contacts}
