"""Envelopes: letters composed, with the address that notices about them come back to, ready to be handed over."""

from __future__ import annotations

from tui_portal.domain.return_addresses import make_return_address
from tui_portal.domain.text import safe
from tui_portal.i18n import _
from tui_portal.mail.handover import Answer, Fate
from tui_portal.mail.letters import Envelope, Letter, Sender
from tui_portal.services.copies import Copy, name_of


class Envelopes:
    """Made for one `sender`; `key` signs the return addresses."""

    def __init__(self, sender: Sender, key: bytes) -> None:
        self._sender = sender
        self._key = key

    def of_mail(self, number: int, letter: Letter) -> Envelope | Answer:
        """The mail with this id as it goes out; the answer that refuses it where it can't be composed."""
        content = self.composed(letter)
        if isinstance(content, Answer):
            return content
        sender = self._sender
        back_to = sender.bounces_to or sender.address
        if sender.bounces_to:
            back_to = make_return_address(self._key, sender.bounces_to, number, letter.message_id)
        name = name_of(letter.queued_at, number, letter.message_id)
        return Envelope(back_to, letter.address, content, name)

    def of_copy(self, copy: Copy) -> Envelope:
        """The copy as it goes out."""
        return Envelope(self._sender.bounces_to or self._sender.address, copy.address, copy.content, copy.name)

    def composed(self, letter: Letter, *, as_copy: bool = False) -> bytes | Answer:
        """The message; an answer that refuses the letter where it can't be composed."""
        from tui_portal.mail.composing import compose

        try:
            return compose(letter, self._sender, as_copy=as_copy)
        except Exception as error:  # one odd letter never ends a run
            why = safe(f"{type(error).__name__}: {error}")
            return Answer(Fate.REFUSED, _("the mail could not be composed: {why}").format(why=why))
