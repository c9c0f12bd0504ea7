"""The mails that are next: read ahead of their turn, the first of them composed, and again as soon as anybody has changed anything."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from tui_portal.mail.handover import Answer
from tui_portal.mail.letters import Envelope, Letter
from tui_portal.services import outbox
from tui_portal.services.context import Context
from tui_portal.services.envelopes import Envelopes
from tui_portal.services.outbox import Unwanted

_MOST = 32  # mails read in one query, which takes half the time of one by one

Found = tuple[Letter, Envelope | Answer] | Unwanted


class NextMails:
    """What is to be handed over for the claimed mails of `owner`. What it says of a mail holds at the moment in which it is asked:
    SQLite tells whether another connection has committed since (`data_version`). What this connection commits is not told: whoever
    writes something that can make a mail unwanted calls `forget`.
    """

    def __init__(self, context: Context, owner: str, envelopes: Envelopes) -> None:
        self._context = context
        self._owner = owner
        self._envelopes = envelopes
        self._read: dict[int, Letter | Unwanted] = {}
        self._composed: dict[int, Envelope | Answer] = {}
        self._version: int | None = None
        self._many = 1

    def take(self, following: Sequence[int]) -> Found | None:
        """The first of the mails `following`, looked at again now: its letter, with the envelope or the answer that refuses it where
        it can't be composed; Unwanted or None as `outbox.take_up`.
        """
        number = following[0]
        if self._context.database.data_version() != self._version:
            self._many = 1  # where others write all the time, one letter is read at a time
            self.forget()
        elif self._has_expired(number):
            self.forget()
        self.prepare(following)
        letter = self._read.pop(number, None)
        return (letter, self._composed.pop(number)) if isinstance(letter, Letter) else letter

    def prepare(self, following: Sequence[int]) -> None:
        """Have the first of the mails `following` ready for its turn, and some of those after it read."""
        if not following or following[0] in self._composed:
            return
        number = following[0]
        if number not in self._read:
            self.forget()
            self._version = self._context.database.data_version()
            self._read = outbox.take_up_all(self._context, self._owner, list(islice(following, self._many)))
            self._many = min(2 * self._many, _MOST)
        letter = self._read.get(number)
        if isinstance(letter, Letter):
            self._composed[number] = self._envelopes.of_mail(number, letter)

    def forget(self) -> None:
        """Read all of them again."""
        self._read = {}
        self._composed = {}

    def _has_expired(self, number: int) -> bool:
        letter = self._read.get(number)
        if not isinstance(letter, Letter) or letter.expires_at is None:
            return False
        return letter.expires_at <= self._context.clock()
