"""What delivery status notices say about the mail that this program sent, recorded.

A notice counts only where it can't have been made up by somebody who never saw the mail: it arrived at the signed return address
of that mail, or, as long as no `[mail] bounces_to` is set, it returns the Message-ID of a mail that went to that very recipient.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from tui_portal.domain.addresses import check_address
from tui_portal.domain.errors import NotAllowed
from tui_portal.domain.return_addresses import is_genuine
from tui_portal.i18n import _
from tui_portal.mail.handover import means_no_mailbox
from tui_portal.mail.notices import Action, NoNotice, Notice, RecipientStatus, read_notice
from tui_portal.services import fates
from tui_portal.services.context import Context

_BATCH = 100  # notices that are recorded together


class Ignored(StrEnum):
    """Why a message changed nothing: it tells nothing of a delivery, or of none of our mails, or nobody vouches for it."""

    AUTO_REPLY = "auto_reply"
    OTHER_REPORT = "other_report"
    MESSAGE = "message"
    BROKEN = "broken"
    UNSIGNED = "unsigned"
    UNKNOWN_MAIL = "unknown_mail"
    OTHER_RECIPIENT = "other_recipient"

    @property
    def label(self) -> str:
        """The reason in the reader's language."""
        return {
            Ignored.AUTO_REPLY: _("answers of programs, such as holiday notes"),
            Ignored.OTHER_REPORT: _("reports of another kind, such as read receipts"),
            Ignored.MESSAGE: _("other messages, such as answers of people"),
            Ignored.BROKEN: _("notices that can't be read"),
            Ignored.UNSIGNED: _("notices that did not arrive at a return address of ours"),
            Ignored.UNKNOWN_MAIL: _("notices about mail that is not ours"),
            Ignored.OTHER_RECIPIENT: _("notices about another recipient than the mail's"),
        }[self]


@dataclass(frozen=True, slots=True)
class Told:
    """What a notice said of a mail: the address that the mail was sent to, the enhanced code (RFC 3463, empty where there was
    none), and the server's words, harmless.
    """

    address: str
    status: str
    words: str


@dataclass(slots=True)
class BounceReport:
    """What became of the messages that were read.

    `bounced`: the mail failed and the address is marked; `failed`: the mail failed; `delayed`: a server still tries. `delivered`
    counts notices that all is well, `repeated` those about mail whose end was known already, `ignored` all else by its reason.
    """

    read: int = 0
    bounced: list[Told] = field(default_factory=list)
    failed: list[Told] = field(default_factory=list)
    delayed: list[Told] = field(default_factory=list)
    delivered: int = 0
    repeated: int = 0
    ignored: Counter[Ignored] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Mail:
    """A mail that a notice is about. `signed` says that the notice arrived at the mail's own return address."""

    number: int
    message_id: str
    address: str
    canonical: str
    signed: bool


def record_notices(context: Context, messages: Iterable[bytes]) -> BounceReport:
    """Read `messages` (each as it came, or its beginning) and record what they say about our mail. A message never ends this, and
    the same one again changes nothing more.

    The program itself does this, as it delivers: no staff right is needed. Raises NotAllowed when read-only, DatabaseUnusable,
    also without the key.
    """
    if context.read_only:
        raise NotAllowed(_("This is read-only: nothing can be changed."))
    report = BounceReport()
    pending = iter(messages)
    while batch := list(itertools.islice(pending, _BATCH)):
        report.read += len(batch)
        notices: list[Notice] = []
        for content in batch:
            notice = read_notice(content)
            if isinstance(notice, NoNotice):
                report.ignored[Ignored(notice.value)] += 1
            else:
                notices.append(notice)
        if notices:
            with context.database.write():
                for notice in notices:
                    _record(context, notice, report)
    return report


def _record(context: Context, notice: Notice, report: BounceReport) -> None:
    """Inside a write transaction: what one notice changes, and its place in the report."""
    mail = _mail_of(context, notice)
    if isinstance(mail, Ignored):
        report.ignored[mail] += 1
        return
    own = [status for status in notice.statuses if _is_about(status, mail)]
    if not own and not mail.signed:
        report.ignored[Ignored.OTHER_RECIPIENT] += 1
        return
    status = _weightiest(own or notice.statuses)
    told = Told(mail.address, status.status, status.words)
    if status.action is Action.DELIVERED:
        report.delivered += 1
    elif status.action is Action.DELAYED:
        report.delayed.append(told)
    else:
        # Of a mail that was passed on to another address, the address that we know is not the one that is gone.
        gone = bool(own) and means_no_mailbox(status.status)
        if not fates.record_bounced(context, mail.number, status.words, no_such_mailbox=gone):
            report.repeated += 1
        else:
            (report.bounced if gone else report.failed).append(told)


def _mail_of(context: Context, notice: Notice) -> _Mail | Ignored:
    """The mail that a notice is about, or why it counts for none."""
    for token in notice.tokens:
        mail = _find(context, "o.id = ?", token.number, signed=True)
        if mail is not None and is_genuine(context.key, token, mail.message_id):
            return mail
    if context.settings.mail.bounces_to:
        return Ignored.UNSIGNED
    mail = _find(context, "o.message_id = ?", notice.message_id, signed=False) if notice.message_id else None
    return mail or Ignored.UNKNOWN_MAIL


def _find(context: Context, where: str, value: int | str, *, signed: bool) -> _Mail | None:
    row = context.database.one(
        f"""
        SELECT o.id, o.message_id, e.address, e.canonical FROM outbox o JOIN email_address e ON e.id = o.email_address_id
        WHERE {where}
        """,
        [value],
    )
    return None if row is None else _Mail(row[0], row[1], row[2], row[3], signed)


def _is_about(status: RecipientStatus, mail: _Mail) -> bool:
    return any(check_address(recipient).canonical == mail.canonical for recipient in status.recipients)


def _weightiest(statuses: Iterable[RecipientStatus]) -> RecipientStatus:
    """Of several the one that counts: delivered to one is delivered, and what failed does not come any more."""
    order = (Action.DELIVERED, Action.FAILED, Action.DELAYED)
    return min(statuses, key=lambda status: order.index(status.action))
