"""One mail of the outbox in full: what became of it and of its copies, and what its reader reads, less a link that works."""

from __future__ import annotations

from dataclasses import dataclass

from tui_portal.domain.errors import MailUnavailable, NotFound, PortalError
from tui_portal.domain.text import safe
from tui_portal.i18n import _
from tui_portal.mail.composing import read_aloud
from tui_portal.mail.handover import sender_of
from tui_portal.mail.letters import Letter, Sender
from tui_portal.services.account_mail import MailRow, mail_rows
from tui_portal.services.context import Context
from tui_portal.services.outbox import MailState, letter_to_read
from tui_portal.services.stored import known


@dataclass(frozen=True, slots=True)
class ShownCopy:
    """A copy for the firm's own people: to whom, and what became of it."""

    address: str
    state: MailState
    error: str

    @property
    def in_words(self) -> str:
        """All of it in one line, in the reader's language."""
        return _(": ").join(filter(None, (f"{safe(self.address)} {self.state.label}", safe(self.error))))


@dataclass(frozen=True, slots=True)
class ShownMail:
    """A mail as it will be, or was, composed: names, accounts and the firm's words are those of today. Where that can't be done
    `subject` and `text` are empty, and `problem` says why. `sender` is empty where the settings name none.
    """

    row: MailRow
    message_id: str
    sender: str
    subject: str
    text: str
    problem: str
    copies: tuple[ShownCopy, ...]


def show_mail(context: Context, mail: int) -> ShownMail:
    """The mail with this id; reads only. Raises NotFound."""
    with context.database.read():
        rows = mail_rows(context, [mail])
        letter = letter_to_read(context, mail, _("(the link is the reader's alone, and not shown here)"))
        if not rows or letter is None:
            raise NotFound(_("This mail is not there any more."))
        copies = context.database.rows(
            "SELECT address, state, error FROM outbox_copy WHERE outbox_id = ? ORDER BY id", [mail]
        )
    sender, named = _sender(context)
    subject, text, problem = _read(letter, sender)
    return ShownMail(
        row=rows[0],
        message_id=letter.message_id,
        sender=named,
        subject=subject,
        text=text,
        problem=problem,
        copies=tuple(ShownCopy(to, known(context.database, MailState, state), error) for to, state, error in copies),
    )


def _sender(context: Context) -> tuple[Sender, str]:
    """From whom it comes, and how that is written; nobody where the settings can't be used, which delivery tells."""
    try:
        sender = sender_of(context.settings, context.firm_name)
    except MailUnavailable:
        return Sender(context.firm_name, context.firm_name, ""), ""
    return sender, f"{sender.name} <{sender.address}>"


def _read(letter: Letter, sender: Sender) -> tuple[str, str, str]:
    try:
        return *read_aloud(letter, sender), ""
    except PortalError as error:
        return "", "", error.message
    except Exception as error:  # one odd letter is told, as delivery tells it
        return "", "", _("the mail could not be composed: {why}").format(why=safe(f"{type(error).__name__}: {error}"))
