"""How far the generated mailboxes have come: users, invitations and their mails, in proportion."""

from __future__ import annotations

from collections.abc import Callable

from tui_portal.demo.firm import LANGUAGE
from tui_portal.demo.rows import MAIL_HOST, WrittenFirm
from tui_portal.demo.shapes import ADMIN, DEMO_NOW, EMMA, EXPIRE, HAND_OVER, OWNER, PASSWORD_HASH, Mailbox, reminders_of
from tui_portal.domain.moments import DAY
from tui_portal.services.seeding import Row

_HOUR = 3600
_TO_FIRST_INVITATION = 1200  # seconds after the account was made, at least
_ASKED_BEFORE = 1000  # seconds since the mails were queued that wait now, each after three tries
_REFUSALS = (
    "554 5.7.1 Message refused by the policy of {domain}",
    "550 5.7.26 This mail could not be authenticated",
    "552 5.3.4 Message too big for {domain}",
)
_UNKNOWN = "550 5.1.1 <{address}>: Recipient address rejected: User unknown in local recipient table"
_GREYLISTED = "451 4.7.1 <{address}>: Recipient address rejected: Greylisted, try again later"


class Invitees:
    """Tells the story of one mailbox after the other. `draw` gives numbers from 0 up to 1."""

    def __init__(self, written: WrittenFirm, draw: Callable[[], float]) -> None:
        self._draw = draw
        self._user, self._invitation = len(written.users), len(written.tables["invitation"])
        self._mail = len(written.tables["outbox"])
        self.rows: dict[str, list[Row]] = {}

    def tell(self, mailbox: Mailbox, since: int, recipient: str, language: str | None, active: bool) -> None:
        """Add the rows of one mailbox that may log in, from `since` on: an active user, or somewhere on the way there."""
        self._to = (mailbox.id, recipient, language or LANGUAGE)
        if active:
            self._active(since)
        elif mailbox.validity == "bouncing":
            self._failed(since, _UNKNOWN.format(address=mailbox.address))
        else:
            self._pending(mailbox, since)

    def _active(self, since: int) -> None:
        draw = self._draw
        created = min(since + _TO_FIRST_INVITATION + int(draw() ** 3 * 60 * DAY), DEMO_NOW - 8 * DAY)
        used = created + _HOUR + int(draw() * 6 * DAY)
        seen = max(used, DEMO_NOW - _HOUR - int(draw() ** 3 * 420 * DAY))
        self._user += 1
        self.rows["user"].append((self._user, self._to[0], PASSWORD_HASH, used, seen))
        self._invite("used", created, sent=True, closed=used)

    def _pending(self, mailbox: Mailbox, since: int) -> None:
        """Never invited, invited lately, expired, refused, cancelled, or waiting in the queue."""
        draw, lately = self._draw, DEMO_NOW - _HOUR - int(self._draw() * 13 * DAY)
        sort = draw()
        if sort < 0.36:
            return
        if sort < 0.60:
            self._invite("sent", lately, sent=True)
        elif sort < 0.86:
            self._invite("sent", self._long_ago(since), sent=True)
        elif sort < 0.91:
            refusal = _REFUSALS[int(draw() * len(_REFUSALS))].format(domain=mailbox.address.rpartition("@")[2])
            self._failed(since, refusal)
        elif sort < 0.985:
            created = self._long_ago(since)
            self._invite("withdrawn", created, sent=True, closed=created + int((0.1 + 2 * draw()) * DAY))
        else:
            error = _GREYLISTED.format(address=mailbox.address)
            resend = sort > 0.993
            self._invite("queued", lately, sent=resend, waiting=error, next_try=DEMO_NOW + 60 + int(draw() * 1040))

    def _failed(self, since: int, failure: str) -> None:
        self._invite("failed", self._long_ago(since), sent=False, failure=failure)

    def _long_ago(self, since: int) -> int:
        """A moment so long ago that an invitation of then has expired."""
        return max(since + _TO_FIRST_INVITATION, DEMO_NOW - EXPIRE - DAY - int(self._draw() ** 2 * 200 * DAY))

    def _invite(
        self,
        state: str,
        created: int,
        *,
        sent: bool,
        closed: int | None = None,
        failure: str = "",
        waiting: str = "",
        next_try: int | None = None,
    ) -> None:
        """An invitation and its mails; `waiting` is what the server said to the one that waits, a resend where one was `sent`."""
        chance = self._draw()
        staff = ADMIN if chance < 0.5 else EMMA if chance < 0.8 else OWNER
        asked = DEMO_NOW - _ASKED_BEFORE if waiting else created
        generation = 2 if waiting and sent else 1
        handed_over = created + HAND_OVER if sent else None
        reminders = reminders_of(handed_over) if handed_over and state == "sent" else []
        self._invitation += 1
        self.rows["invitation"].append(
            (
                *(self._invitation, self._to[0], generation, 1, state, "", staff, None),
                *(created if sent else asked, handed_over, asked + EXPIRE, closed, failure),
                closed if state == "used" else None,
                *(len(reminders), reminders[-1] + HAND_OVER if reminders else None, len(reminders)),
            )
        )
        if sent:
            self._send(1, "sent", created, created, "", handed_over)
        for moment in reminders:
            self._send(1, "sent", moment, moment, "", moment + HAND_OVER, kind="reminder")
        if waiting or failure:
            self._send(generation, state, asked, next_try or asked, waiting or failure, None)

    def _send(
        self,
        generation: int,
        state: str,
        created: int,
        next_try: int,
        error: str,
        sent: int | None,
        kind: str = "invitation",
    ) -> None:
        self._mail += 1
        mailbox, recipient, language = self._to
        message_id, tries = f"<{self._mail:08d}.demo@{MAIL_HOST}>", 3 if state == "queued" else 1
        self.rows["outbox"].append(
            (
                *(self._mail, kind, mailbox, None, self._invitation, generation, recipient, language, ""),
                *(message_id, state, tries, next_try, error, created, sent),
            )
        )
