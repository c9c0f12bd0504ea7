"""Are the mail settings in order: the way out, the sender, where notices and copies go, the firm's own templates."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from tui_portal.domain.addresses import check_address
from tui_portal.domain.errors import PortalError
from tui_portal.domain.text import safe
from tui_portal.i18n import _, ngettext
from tui_portal.services.context import Context
from tui_portal.services.mail_templates import template_faults


class Level(StrEnum):
    """How bad it is. A warning is something to know, not to repair."""

    FINE = "fine"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at (a word for programs), how it is, and what was found, in the reader's language."""

    about: str
    level: Level
    words: str


def check_mail_settings(context: Context) -> Iterator[Finding]:
    """What is found about each of them, without a look at the database."""
    yield from _templates(context)
    if not context.settings.mail.smtp:
        yield Finding("mail_settings", Level.WARNING, _("no mail server is set: mail waits in the outbox"))
        return
    yield _way_out(context)
    yield from _notices(context)
    yield from _copies(context)


def _way_out(context: Context) -> Finding:
    from tui_portal.mail.handover import open_transport, sender_of

    # The templates have lines of their own.
    settings = replace(context.settings, mail=replace(context.settings.mail, templates=""))
    try:
        open_transport(settings).close()
        sender_of(settings, context.firm_name)
    except PortalError as error:
        return Finding("mail_settings", Level.FAULT, error.message)
    return Finding("mail_settings", Level.FINE, _("the mail settings are complete"))


def _templates(context: Context) -> Iterator[Finding]:
    folder, faults = template_faults(context)
    for fault in faults:
        words = _("In {folder} the mail template {fault}").format(folder=safe(str(folder)), fault=fault)
        yield Finding("mail_templates", Level.FAULT, words)
    if folder is not None and not faults:
        words = _("the mail templates in {path} can be used")
        yield Finding("mail_templates", Level.FINE, words.format(path=safe(str(folder))))


def _notices(context: Context) -> Iterator[Finding]:
    """Where notices about undelivered mail come back to. That it is an address was found out with the sender's."""
    mail = context.settings.mail
    back = _plain(mail.bounces_to)
    if not back:
        words = _("mail.bounces_to is not set: notices about undelivered mail come back to the sender")
        yield Finding("bounces_to", Level.FINE, words)
    elif back in (_plain(mail.sender), _plain(context.settings.firm.reply_to)):
        words = _("mail.bounces_to is the address that people write to, {address}: give notices a mailbox of their own")
        yield Finding("bounces_to", Level.WARNING, words.format(address=safe(mail.bounces_to)))
    else:
        words = _("notices about undelivered mail come back to {address}")
        yield Finding("bounces_to", Level.FINE, words.format(address=safe(mail.bounces_to)))


def _copies(context: Context) -> Iterator[Finding]:
    """To whom copies of all mail to clients go: to nobody twice, and to no machine."""
    from tui_portal.mail.handover import copies_of

    try:
        copies = [_plain(address) for address in copies_of(context.settings)]
    except PortalError as error:
        yield Finding("copies_to", Level.FAULT, error.message)
        return
    wrong = [
        _("mail.copies_to names {address} more than once").format(address=safe(address))
        for address, count in Counter(copies).items()
        if count > 1
    ]
    back = _plain(context.settings.mail.bounces_to)
    if back and back in copies:
        wrong.append(_("mail.copies_to names {address}, which notices come back to").format(address=safe(back)))
    for words in wrong:
        yield Finding("copies_to", Level.WARNING, words)
    if copies and not wrong:
        words = ngettext(
            "a copy of every mail goes to {n} address", "a copy of every mail goes to {n} addresses", len(copies)
        )
        yield Finding("copies_to", Level.FINE, words.format(n=len(copies)))


def check_copied_clients(context: Context) -> Iterator[Finding]:
    """Clients who would read what goes to all others. Reads the database."""
    copies = [_plain(address) for address in context.settings.mail.copies_to]
    for (address,) in context.database.rows(_CLIENTS, [json.dumps(copies)]) if copies else []:
        words = _("mail.copies_to names {address}, a client's address, who would read what goes to all others")
        yield Finding("copies_to", Level.WARNING, words.format(address=safe(address)))


def _plain(named: str) -> str:
    """The normal form of the address in `Name <address>` or `address`."""
    return check_address(named.strip().rpartition("<")[2].removesuffix(">")).canonical if named else ""


_CLIENTS = """
    SELECT DISTINCT e.address FROM email_address e CROSS JOIN contact_email m ON m.email_address_id = e.id
    WHERE e.canonical IN (SELECT value FROM json_each(?))
"""
