"""What letters have in common, composed and encoded once: the paragraphs of the form with the words filled in, as text and as HTML.

What differs from one letter to the next stands between: blocks, each of which makes whole lines for both parts.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import lru_cache
from string import Template
from typing import Protocol

from tui_portal.domain.text import safe
from tui_portal.mail.encoding import TextPart, one_line
from tui_portal.mail.letters import Letter, LetterKind, Sender
from tui_portal.mail.paragraphs import wrapped
from tui_portal.mail.templates import OF_PROGRAM, Form
from tui_portal.mail.wordings import (
    CHANGED_AT,
    INVITED_ON,
    MARK,
    NAME,
    Case,
    Wording,
    day_in_words,
    moment_in_words,
    more_accounts,
    wording_of,
)

_WHITE = re.compile(r"[ \t\n]+")
_SPACES = re.compile(r"^ |  ", re.MULTILINE)
_GAP = "\0"  # where something is put into HTML; no text holds one
# These lead to a page that is everybody's: a copy may show the link.
_OPEN_LINKS = (LetterKind.ACCESS_NOTICE, LetterKind.PASSWORD_CHANGED)

_MOMENTS = {
    "expires_at": "expires_at",
    "invited_on": "invited_at",
    "changed_at": "queued_at",
}  # marks, and what they stand for
_KEPT = 8

Lines = tuple[str, str]  # whole lines of text, and the same in HTML


class Block(Protocol):
    """A stretch of a letter that is another one in each."""

    def lines(self, letter: Letter, name: str) -> Lines:
        """The stretch for `letter`, to somebody who is called `name`, which is on one line and harmless."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A letter but for what differs: the subject, the stretches of text between the blocks, the same encoded, and the blocks."""

    subject: str
    texts: tuple[str, ...]
    plain: TextPart
    html: TextPart
    blocks: tuple[Block, ...]


def prepare(case: Case, sender: Sender, message: str, *, as_copy: bool) -> Prepared:
    """The letters of this case from `sender` with the personal `message`; with `as_copy` those for the firm's own people."""
    firm = one_line(sender.firm)
    form = (sender.templates or OF_PROGRAM).form(case.kind, case.language)
    words = wording_of(case, firm)
    subject = one_line(form.subject.substitute(subject=words.subject, firm=firm))
    page = form.page.substitute(
        language=case.language, subject=_escaped(subject), firm=_escaped(firm), letter=f"\n{_GAP}\n"
    )
    before, _gap, after = page.partition(_GAP)
    texts, pages, blocks = [""], [before], list[Block]()
    for made in _paragraphs(case, form, words, firm, message, as_copy=as_copy):
        if isinstance(made, tuple):
            texts[-1] += f"{made[0]}\n"
            pages[-1] += made[1]
        else:
            blocks.append(made)
            texts.append("\n")  # an empty line between paragraphs
            pages.append("\n")
    signature = form.signature.substitute(firm=firm)
    if signature:
        texts[-1] += f"-- \n{signature}\n"
        lines = "<br>\n".join(_escaped(line) for line in signature.split("\n"))
        pages[-1] += f'<p class="small">{lines}</p>\n'
    pages[-1] += f"{after}\n"
    return Prepared(subject, tuple(texts), TextPart("plain", texts), TextPart("html", pages), tuple(blocks))


def _paragraphs(
    case: Case, form: Form, words: Wording, firm: str, message: str, *, as_copy: bool
) -> list[Lines | Block]:
    """The paragraphs of the letter in their order, those left out that say nothing."""
    found: list[Lines | Block] = []
    sentences = {
        "greeting": words.greeting,
        "name": NAME if case.named else "",
        "lead": words.lead,
        "remark": words.remark,
        "before_link": words.before_link,
        "until": words.until,
        "closing": words.closing,
        "firm": firm,
        "invited_on": INVITED_ON if case.dated else "",
        "changed_at": CHANGED_AT,
    }
    style = ""
    for paragraph in form.paragraphs:
        block = paragraph.strip("${} ")
        if block == "message":
            found += _message(form, words, message)
        elif block == "accounts":
            found += [_Accounts(case.language)] if case.accounts else []
        elif block == "link":
            hidden = as_copy and case.kind not in _OPEN_LINKS
            found.append(_sentence(words.copied, "", case.language) if hidden else _link(form, words))
            style = ' class="small"'  # what stands below it is small print
        else:
            text = _WHITE.sub(" ", Template(paragraph).substitute(sentences)).strip()
            found += [_sentence(text, style, case.language)] if text else []
    return found


def _message(form: Form, words: Wording, message: str) -> list[Lines]:
    """The personal message as people wrote it: its lines stay, and none of it is markup."""
    lines = [line.rstrip() for line in safe(message, lines=True).strip().split("\n")]
    if not words.message_head or lines == [""]:
        return []
    # Below "-- " many mail programs would take the rest of the mail for a signature: no line of the message ends in a space.
    text = "\n".join(wrapped(line) for line in lines)
    shown = _SPACES.sub(lambda spaces: "&nbsp;" * len(spaces[0]), _escaped("\n".join(lines))).replace("\n", "<br>\n")
    framed = form.message.substitute(head=_escaped(words.message_head), message=shown)
    return [(f"{wrapped(words.message_head)}\n\n{text}\n", f"{framed}\n")]


def _sentence(text: str, style: str, language: str) -> Lines | Block:
    parts = MARK.split(text)
    if len(parts) == 1:
        return f"{wrapped(text)}\n", f"<p{style}>{_escaped(text)}</p>\n"
    return _Sentence(tuple(parts), style, language)


def _link(form: Form, words: Wording) -> Block:
    before, _gap, after = form.button.substitute(button=_escaped(words.button), link=_GAP).partition(_GAP)
    return _Link(before, after)


class _Sentence:
    """A paragraph with marks: `parts` are text and mark by turns."""

    def __init__(self, parts: tuple[str, ...], style: str, language: str) -> None:
        self._parts = parts
        self._style = style
        self._language = language
        self._marks = parts[1::2]
        self._said = lru_cache(_KEPT)(self._say)  # letters that follow one another often say the same

    def lines(self, letter: Letter, name: str) -> Lines:
        return self._said(*[name if mark == "name" else getattr(letter, _MOMENTS[mark]) for mark in self._marks])

    def _say(self, *values: str | int | None) -> Lines:
        parts = [*self._parts]
        for place, value in enumerate(values):
            parts[2 * place + 1] = value if isinstance(value, str) else self._moment(self._marks[place], value or 0)
        text = "".join(parts)
        return f"{wrapped(text)}\n", f"<p{self._style}>{_escaped(text)}</p>\n"

    def _moment(self, mark: str, moment: int) -> str:
        return (day_in_words if mark == "invited_on" else moment_in_words)(moment, self._language)


class _Accounts:
    def __init__(self, language: str) -> None:
        self._language = language
        self._told = lru_cache(_KEPT)(self._tell)

    def lines(self, letter: Letter, name: str) -> Lines:
        return self._told(letter.accounts, letter.more_accounts)

    def _tell(self, accounts: tuple[str, ...], more: int) -> Lines:
        names = [one_line(account) for account in accounts]
        if more:
            names.append(more_accounts(more, self._language))
        text = "".join(f"{wrapped(f'  - {name}', '    ')}\n" for name in names)
        items = "".join(f'<li dir="auto">{_escaped(name)}</li>\n' for name in names)
        return text, f"<ul>\n{items}</ul>\n"


@dataclass(frozen=True, slots=True)
class _Link:
    """The link, as it is and as a button, whose HTML stands `before` and `after` it."""

    before: str
    after: str

    def lines(self, letter: Letter, name: str) -> Lines:
        return f"{letter.link}\n", f"{self.before}{_escaped(letter.link)}{self.after}\n"


def _escaped(text: str) -> str:
    return html.escape(text, quote=True)
