"""The mails themselves: the header as it travels, and both parts as a mail program reads them."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from syrupy.location import PyTestLocation

from tests.snapshots.conftest import FOLDER
from tui_portal.mail.composing import compose
from tui_portal.mail.letters import Letter, LetterKind, Sender

NOON = 1_794_484_800  # 2026-11-12 12:00 UTC
DAY = 86_400
SENDER = Sender(
    "Hansen & Partner", "Hansen & Partner", "portal@hansen-partner.example", "office@hansen-partner.example"
)
LETTER = Letter(
    kind=LetterKind.INVITATION,
    address="zoe@dupont.example",
    name="Zoë Dupont",
    language="en",
    accounts=("Dupont [/SARL]", "山田商店"),
    more_accounts=2,
    message="",
    link="https://portal.hansen-partner.example/activate/AAAAAAAAAAEAAAABq83vEjRWeJCrze8SNFZ4kKvN7xI0VniQ",
    expires_at=NOON + 14 * DAY,
    message_id="<00112233445566778899AABBCCDDEEFF@hansen-partner.example>",
    queued_at=NOON,
)
_PARAGRAPH = (
    "From this month on you will find your tax documents in our portal. Please choose a password within the next two weeks; "
    "if something does not work, call <Olga> at 030 1234567 and we will do it together with you."
)
_LONG = f"{_PARAGRAPH} {'x' * 300} " * 4 + "会計事務所からのお知らせです。詳しくは「ご案内」をご覧ください。" * 95
MESSAGES = {
    "no-message": "",
    "one-line": "Welcome to our new portal, Zoë!",
    "paragraph": f"Dear Zoë,\n\n{_PARAGRAPH}\n\nKind regards\n-- \nOlga",
    "30-lines": "\n".join(f"{'  ' * (n % 3)}{n}. a document that we still need & miss" for n in range(1, 31)),
    "5000-characters": (_LONG + " And one more line." * 99)[:5000],
}


class _TextInSnapshotsFolder(SingleFileSnapshotExtension):
    _write_mode = WriteMode.TEXT
    _file_extension = "txt"

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        return str(FOLDER / test_location.basename)


@pytest.fixture
def text_snapshot(snapshot: Any) -> SnapshotAssertion:
    return cast(SnapshotAssertion, snapshot.use_extension(None).use_extension(_TextInSnapshotsFolder))


def _picture(content: bytes) -> str:
    """The header as it stands in the mail, then each part decoded."""
    message = cast(EmailMessage, message_from_bytes(content, policy=policy.default))
    shown = content.partition(b"\r\n\r\n")[0].decode("ascii").replace("\r\n", "\n")
    for part in message.iter_parts():
        head = "".join(f"{name}: {value}\n" for name, value in part.items())
        shown += f"\n\n=====\n{head}\n{cast(str, cast(EmailMessage, part).get_content())}".replace("\r\n", "\n")
    return shown


@pytest.mark.parametrize("length", list(MESSAGES))
def test_invitation(text_snapshot: SnapshotAssertion, length: str) -> None:
    assert len(MESSAGES["5000-characters"]) == 5000

    assert _picture(compose(replace(LETTER, message=MESSAGES[length]), SENDER)) == text_snapshot


@pytest.mark.parametrize("kind", [kind for kind in LetterKind if kind is not LetterKind.INVITATION])
def test_other_mail(text_snapshot: SnapshotAssertion, kind: LetterKind) -> None:
    page = {
        LetterKind.ACCESS_NOTICE: "login",
        LetterKind.PASSWORD_CHANGED: "forgot",
        LetterKind.PASSWORD_RESET: "reset/AAAA",
    }
    link = f"https://portal.hansen-partner.example/{page[kind]}" if kind in page else LETTER.link
    expires = None if kind in (LetterKind.ACCESS_NOTICE, LetterKind.PASSWORD_CHANGED) else LETTER.expires_at
    letter = replace(
        LETTER, kind=kind, message=MESSAGES["one-line"], link=link, expires_at=expires, invited_at=NOON - 3 * DAY
    )

    assert _picture(compose(letter, SENDER)) == text_snapshot


def test_copy_for_the_firm(text_snapshot: SnapshotAssertion) -> None:
    letter = replace(LETTER, message=MESSAGES["paragraph"])

    assert _picture(compose(letter, SENDER, as_copy=True)) == text_snapshot
