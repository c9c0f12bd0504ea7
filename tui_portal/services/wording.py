"""The states of the product in words, the same on every face."""

from __future__ import annotations

from tui_portal.domain.access import UserState
from tui_portal.domain.addresses import Validity, reason_in_words
from tui_portal.domain.moments import day_and_month
from tui_portal.i18n import _, pgettext
from tui_portal.services.accounts import EmailSettings


def state_in_words(email: EmailSettings, moment: int) -> str:
    """How far the user of this address has come, and what is wrong with the address, as product.md words it."""
    parts = [_progress(email, moment)]
    if email.asked_by:
        parts.append(_("asked for by {name}, to approve").format(name=email.asked_by))
    if email.validity in (Validity.INVALID, Validity.BOUNCING):
        parts.append(_("address not valid: {reason}").format(reason=reason_in_words(email.reason)))
    elif email.validity is Validity.SUSPECT:
        parts.append(_("address suspect: {reason}").format(reason=reason_in_words(email.reason)))
    if email.suppressed:
        parts.append(_("no mail goes there by wish"))
    return " · ".join(parts)


def _progress(email: EmailSettings, moment: int) -> str:
    if email.state is UserState.NONE:
        return _("no access")
    if email.state is UserState.ACTIVE:
        if email.last_login is None:
            return _("active")
        return _("active, last login {date}").format(date=day_and_month(email.last_login, moment))
    if email.invite_state == "failed":
        return _("pending, invitation failed: {why}").format(why=email.failure)
    if email.state is UserState.NOT_INVITED:
        return _("pending, not invited")
    if email.invite_sent is None:
        return _("pending, invitation waits in the outbox")
    date = day_and_month(email.invite_sent, moment)
    if email.invite_state == "queued":
        return _("pending, invited on {date}, a new invitation waits").format(date=date)
    if email.invite_expires is not None and email.invite_expires <= moment:
        return _("pending, invited on {date}, expired").format(date=date)
    told = _("pending, invited on {date}").format(date=date)
    if email.invited_by:
        told = _("pending, invited on {date} by {name}").format(date=date, name=email.invited_by)
    if email.reminded_at is not None:
        reminded = pgettext("state of an invitation", "reminded on {date}")
        return _(", ").join([told, reminded.format(date=day_and_month(email.reminded_at, moment))])
    return told
