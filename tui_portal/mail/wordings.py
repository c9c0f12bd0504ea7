"""What each kind of letter says, in one language. What differs from one reader to the next is left open as a mark."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from gettext import NullTranslations

from tui_portal.domain.moments import local
from tui_portal.i18n import catalogue
from tui_portal.mail.letters import LetterKind

# Nothing that people write can be taken for a mark: `safe` takes control characters out of it.
NAME, EXPIRES_AT, INVITED_ON, CHANGED_AT = "\0name\0", "\0expires_at\0", "\0invited_on\0", "\0changed_at\0"
MARK = re.compile("\0([a-z_]+)\0")


@dataclass(frozen=True, slots=True)
class Wording:
    """Everything that is said. An empty text is left out; `copied` stands in a copy in place of a link that is the client's alone."""

    subject: str
    greeting: str
    message_head: str
    lead: str
    remark: str
    before_link: str
    button: str
    until: str
    closing: str
    copied: str


@dataclass(frozen=True, slots=True)
class Case:
    """What decides what is said: whether the reader's name is known, no account, one or several (2) are told, the link expires,
    the firm asked for it, and when they were invited is known.
    """

    kind: LetterKind
    language: str
    named: bool
    accounts: int
    expires: bool
    asked_by_firm: bool
    dated: bool


def wording_of(case: Case, firm: str) -> Wording:
    """The words for the case, from `firm`, which is on one line and harmless."""
    t = catalogue(case.language)
    texts = {"message_head": "", "lead": "", "remark": "", "until": "", **_WORDINGS[case.kind](case, t)}
    texts["greeting"] = t.gettext("Hello {name},").format(name=NAME) if case.named else t.gettext("Hello,")
    texts["copied"] = t.gettext("(This is a copy for the firm: the link, which is the client's alone, was left out.)")
    filled = {
        name: text.format(firm=firm, day=INVITED_ON, moment=CHANGED_AT) if name in _FILLED else text
        for name, text in texts.items()
    }
    return Wording(**filled)


_FILLED = ("subject", "message_head", "lead", "closing")


def _invitation(case: Case, t: NullTranslations) -> dict[str, str]:
    return {
        "subject": t.gettext("Your access to the client portal of {firm}"),
        "message_head": t.gettext("A message from {firm}:"),
        "lead": t.ngettext(
            "{firm} invites you to its client portal, where the firm and you share documents and messages. You will see this account:",
            "{firm} invites you to its client portal, where the firm and you share documents and messages. You will see these accounts:",
            max(1, case.accounts),
        ),
        "before_link": t.gettext("To begin, choose your password on this page:"),
        "button": t.gettext("Choose your password"),
        "until": _until(case, t),
        "closing": t.gettext(
            "If you did not expect this mail, ignore it. Nobody can get in as long as no password has been chosen."
        ),
    }


def _reminder(case: Case, t: NullTranslations) -> dict[str, str]:
    lead = t.ngettext(
        "{firm} invited you to its client portal on {day}, and the link still waits for you. You will see this account:",
        "{firm} invited you to its client portal on {day}, and the link still waits for you. You will see these accounts:",
        max(1, case.accounts),
    )
    if not case.dated:
        lead = t.ngettext(
            "{firm} invited you to its client portal, and the link still waits for you. You will see this account:",
            "{firm} invited you to its client portal, and the link still waits for you. You will see these accounts:",
            max(1, case.accounts),
        )
    return {
        "subject": t.gettext("A reminder: your access to the client portal of {firm}"),
        "message_head": t.gettext("The message that came with the invitation:"),
        "lead": lead,
        "before_link": t.gettext("To begin, choose your password on this page:"),
        "button": t.gettext("Choose your password"),
        "until": _until(case, t),
        "closing": t.gettext(
            "If you do not want to use the portal, or did not expect this mail, answer it: {firm} will then send no further reminder. Nobody can get in as long as no password has been chosen."
        ),
    }


def _access_notice(case: Case, t: NullTranslations) -> dict[str, str]:
    return {
        "subject": t.gettext("Your access to the client portal of {firm}"),
        "message_head": t.gettext("A message from {firm}:"),
        "lead": t.ngettext(
            "In the client portal of {firm} you may now see this account:",
            "In the client portal of {firm} you may now see these accounts:",
            max(1, case.accounts),
        ),
        "remark": t.gettext("There is nothing to set up: your password stays as it is."),
        "before_link": t.gettext("Log in here:"),
        "button": t.gettext("Log in"),
        "closing": t.gettext("If you did not expect this mail, ignore it."),
    }


def _password_reset(case: Case, t: NullTranslations) -> dict[str, str]:
    lead = t.gettext(
        "Somebody typed your address on the login page of {firm}'s client portal and asked for another password."
    )
    closing = t.gettext("If it was not you, ignore this mail: your password stays as it is.")
    if case.asked_by_firm:
        lead = t.gettext("{firm} sends you a link through which you can choose another password for its client portal.")
        closing = t.gettext("If you did not expect this mail, ignore it: your password stays as it is.")
    return {
        "subject": t.gettext("Another password for the client portal of {firm}"),
        "lead": lead,
        "remark": t.gettext("Once you have chosen it, every browser in which you are logged in is logged out."),
        "before_link": t.gettext("Choose another password on this page:"),
        "button": t.gettext("Choose another password"),
        "until": _until(case, t),
        "closing": closing,
    }


def _password_changed(_case: Case, t: NullTranslations) -> dict[str, str]:
    return {
        "subject": t.gettext("Your password for the client portal of {firm} was changed"),
        "lead": t.gettext("Your password for the client portal of {firm} was changed on {moment}."),
        "remark": t.gettext(
            "Every other browser in which you were logged in was logged out. If it was you, there is nothing to do."
        ),
        "before_link": t.gettext("If it was not you, ask for another password on this page at once:"),
        "button": t.gettext("Ask for another password"),
        "closing": t.gettext("And tell {firm}: an answer to this mail is enough."),
    }


_WORDINGS: dict[LetterKind, Callable[[Case, NullTranslations], dict[str, str]]] = {
    LetterKind.INVITATION: _invitation,
    LetterKind.REMINDER: _reminder,
    LetterKind.ACCESS_NOTICE: _access_notice,
    LetterKind.PASSWORD_RESET: _password_reset,
    LetterKind.PASSWORD_CHANGED: _password_changed,
}


def _until(case: Case, t: NullTranslations) -> str:
    if not case.expires:
        return t.gettext("The link works once.")
    return t.gettext("The link works once, until {moment}.").format(moment=EXPIRES_AT)


def more_accounts(count: int, language: str) -> str:
    """The last line of a list that leaves out `count` accounts."""
    return catalogue(language).ngettext("and {n} more", "and {n} more", count).format(n=count)


@lru_cache(maxsize=256)
def day_in_words(moment: int, language: str) -> str:
    """A local day as a person reads it in a letter: day, month by name, year."""
    then, t = local(moment), catalogue(language)
    return t.gettext("{day} {month} {year}").format(day=then.day, month=_months(t)[then.month - 1], year=then.year)


@lru_cache(maxsize=256)
def moment_in_words(moment: int, language: str) -> str:
    """A moment as a person reads it in a letter: the day as above, time and its zone."""
    then, t = local(moment), catalogue(language)
    return t.gettext("{day} {month} {year}, {time} ({zone})").format(
        day=then.day,
        month=_months(t)[then.month - 1],
        year=then.year,
        time=f"{then:%H:%M}",
        zone=f"{then:%Z}",
    )


def _months(t: NullTranslations) -> tuple[str, ...]:
    return (
        t.gettext("January"),
        t.gettext("February"),
        t.gettext("March"),
        t.gettext("April"),
        t.pgettext("month", "May"),
        t.gettext("June"),
        t.gettext("July"),
        t.gettext("August"),
        t.gettext("September"),
        t.gettext("October"),
        t.gettext("November"),
        t.gettext("December"),
    )
