"""Whether a mail template of the firm can be used: no mail goes out without its link, nor with something in it from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from html.parser import HTMLParser
from string import Template

from tui_portal.domain.text import safe
from tui_portal.i18n import _
from tui_portal.mail.letters import LetterKind

TEXT_FILES = ("letter", *(kind.value for kind in LetterKind))
HTML_FILES = ("letter", "message", "button")

# Those that are a paragraph by themselves: each becomes more than a sentence.
BLOCKS = ("message", "accounts", "link")
_SENTENCES = ("greeting", "name", "lead", "remark", "before_link", "until", "closing", "firm")
_OF_KIND = {LetterKind.REMINDER.value: ("invited_on",), LetterKind.PASSWORD_CHANGED.value: ("changed_at",)}
_EXPIRING = ("letter", LetterKind.INVITATION.value, LetterKind.REMINDER.value, LetterKind.PASSWORD_RESET.value)
_WITH_ACCOUNTS = ("letter", LetterKind.INVITATION.value, LetterKind.REMINDER.value, LetterKind.ACCESS_NOTICE.value)
_HTML = {
    "letter": ("letter", "language", "subject", "firm"),
    "message": ("message", "head"),
    "button": ("link", "button"),
}
_HTML_WANTED = {"letter": ("letter",), "message": ("message",), "button": ("link", "button")}
_FORBIDDEN = re.compile(
    "script|link|img|picture|source|iframe|frame|frameset|object|embed|applet|base|form|input|textarea|select|audio|video|track"
    "|svg|math|template|noscript|plaintext|xmp"
)
_VOID = re.compile("br|hr|meta|col|wbr|area|link|img|source|embed|input|base|frame|track")
_ROOMY = re.compile("html|body|div|table|tbody|thead|tfoot|tr|td|th|center|section|main|article|blockquote")
_FOR_LINES = re.compile(f"{_ROOMY.pattern}|p|span|b|i|em|strong|font|small|h[1-6]|ul|ol|li")
_CRAMPED = re.compile("html|table|tbody|thead|tfoot|tr|ul|ol")
_REMOTE = re.compile(r"url\s*\(|@import|image-set\s*\(|expression\s*\(", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"[a-z][a-z0-9:-]*")
_ASKING = re.compile("src|srcset|background|poster|data|action|formaction|xlink:href|lowsrc|dynsrc|ping|on.*")
_LINKS = ("https://", "http://", "mailto:", "tel:")

# What follows "-- " is known to mail programs as a signature.
SIGNATURE = re.compile(r"^--[ ]?(?:\n|\Z)", re.MULTILINE)

Complaint = tuple[int, str]  # the line, and what is wrong


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a template, where (line 0: with the file as a whole), and what to do about it."""

    name: str
    line: int
    words: str

    def __str__(self) -> str:
        if not self.line:
            return safe(f"{self.name} {self.words}")
        return safe(_("{file}, line {n}: {words}").format(file=self.name, n=self.line, words=self.words))


def near_to(word: str, known: list[str]) -> str:
    """A hint at the nearest word that is known, else at all of them."""
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    return (
        _(" Did you mean {near}?").format(near=near[0]) if near else _(" Known: {keys}.").format(keys=", ".join(known))
    )


def check_text(name: str, text: str) -> Iterator[Complaint]:
    """What is wrong with `name`.txt, a letter in paragraphs."""
    text = re.sub(r"(?m)^[ \t]+$", "", text)
    for number, line in enumerate(text.split("\n"), 1):
        if safe(line.replace("\t", " ")) != line.replace("\t", " "):
            yield number, _("there is a character that can't be seen: type the line again.")
    known = [*_SENTENCES, *BLOCKS, *_OF_KIND.get(name, ())]
    first = text.split("\n", 1)[0]
    subject = len(first) if first.startswith("Subject:") else 0
    signature = SIGNATURE.search(text)
    begin = signature.start() if signature else len(text)
    if subject and not first.removeprefix("Subject:").strip():
        yield 1, _("the subject is empty: write it, or $subject.")
    found: dict[str, int] = {}
    for place, placeholder, start in _placeholders(text):
        allowed = ["subject", "firm"] if start < subject else ["firm"] if start > begin else known
        if not placeholder:
            yield place, _no_name()
        elif placeholder not in allowed:
            yield place, _unknown(placeholder, allowed)
        elif placeholder in BLOCKS:
            if placeholder in found:
                yield place, _("${name} stands there twice: take one away.").format(name=placeholder)
            elif not _is_alone(text, start, placeholder):
                yield (
                    place,
                    _("${name} must be a paragraph by itself, with empty lines around it.").format(name=placeholder),
                )
        found[placeholder] = place
    wanted = ["firm", "link"]
    wanted += ["accounts", "message"] if name in _WITH_ACCOUNTS else []
    wanted += ["until"] if name in _EXPIRING else []
    yield from _missing(wanted, found)


def check_html(name: str, text: str) -> Iterator[Complaint]:
    """What is wrong with `name`.html."""
    found: dict[str, int] = {}
    for line, placeholder, _start in _placeholders(text):
        if not placeholder:
            yield line, _no_name()
        elif placeholder not in _HTML[name]:
            yield line, _unknown(placeholder, list(_HTML[name]))
        elif placeholder in found and placeholder in _HTML_WANTED[name]:
            yield line, _("${name} stands there twice: take one away.").format(name=placeholder)
        found[placeholder] = line
    yield from _missing(_HTML_WANTED[name], found)
    for remote in _REMOTE.finditer(text):
        yield _line(text, remote.start()), _from_elsewhere().format(what=remote[0].strip(" ("))
    markup = _Markup()
    markup.feed(text)
    markup.close()
    yield from markup.ended()


def _placeholders(text: str) -> Iterator[tuple[int, str, int]]:
    """Each placeholder with its line and place; without a name where a `$` begins none."""
    for found in Template.pattern.finditer(text):
        if found["escaped"] is None:
            yield _line(text, found.start()), found["named"] or found["braced"] or "", found.start()


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def _is_alone(text: str, start: int, placeholder: str) -> bool:
    before = text[:start].rpartition("\n\n")[2] if "\n\n" in text[:start] else text[:start]
    behind = text[start:].partition("\n\n")[0]
    return not before.strip() and behind.strip() in (f"${placeholder}", f"${{{placeholder}}}")


def _missing(wanted: tuple[str, ...] | list[str], found: dict[str, int]) -> Iterator[Complaint]:
    for placeholder in wanted:
        if placeholder not in found:
            yield 0, _("has no ${name}: no mail is sent without it. Put it in.").format(name=placeholder)


def _unknown(placeholder: str, known: list[str]) -> str:
    words = _("${name} is no placeholder that is known here.").format(name=placeholder)
    return words + near_to(f"${placeholder}", [f"${name}" for name in known])


def _no_name() -> str:
    return _("a $ begins no placeholder here: write $$ for a dollar sign.")


def _from_elsewhere() -> str:
    return _("{what} fetches something from elsewhere, or runs: mail programs block it. Take it out.")


def _is_roomy(tags: list[str], *, paragraphs: bool) -> bool:
    """Whether lines, or even whole paragraphs, can stand inside these tags."""
    wanted = _ROOMY if paragraphs else _FOR_LINES
    return all(wanted.fullmatch(tag) for tag in tags) and not (tags and _CRAMPED.fullmatch(tags[-1]))


class _Markup(HTMLParser):
    """Reads a template as markup, and keeps what is wrong with it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self._open: list[tuple[str, int]] = []
        self._found: list[Complaint] = []

    def ended(self) -> list[Complaint]:
        """Everything that was found, when all was read."""
        for tag, line in self._open:
            self._found.append((line, _("<{tag}> is not closed: add </{tag}>.").format(tag=tag)))
        return self._found

    def _complain(self, words: str) -> None:
        self._found.append((self.getpos()[0], words))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if _FORBIDDEN.fullmatch(tag):
            self._complain(_from_elsewhere().format(what=f"<{tag}>"))
        for name, value in attrs:
            self._check_attribute(tag, name, value or "")
        if not _VOID.fullmatch(tag):
            self._open.append((tag, self.getpos()[0]))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if not _VOID.fullmatch(tag):
            self._complain(_("<{tag}/> closes nothing in HTML: write <{tag}></{tag}>.").format(tag=tag))
            self._open.pop()

    def _check_attribute(self, tag: str, name: str, value: str) -> None:
        if not _ATTRIBUTE.fullmatch(name) or "<" in value or '"' in value:
            self._complain(_("the tag <{tag}> is broken: a quotation mark or a > is missing.").format(tag=tag))
        elif _ASKING.fullmatch(name) or (tag == "meta" and value.lower() == "refresh"):
            self._complain(_from_elsewhere().format(what=f"{name}="))
        elif (
            name == "href"
            and value.strip() not in ("$link", "${link}")
            and not value.strip().lower().startswith(_LINKS)
        ):
            self._complain(_("href must be $link, or begin with https://, mailto: or tel:."))
        for _line, placeholder, _start in _placeholders(value):
            if (name, placeholder) not in (("href", "link"), ("lang", "language")):
                self._misplaced(placeholder)

    def _misplaced(self, placeholder: str) -> None:
        words = _("${name} can't stand here, only in the text between tags.")
        if placeholder == "link":
            words = _('$link can\'t stand here, only as the address of the button: href="$link".')
        self._complain(words.format(name=placeholder))

    def handle_endtag(self, tag: str) -> None:
        if _VOID.fullmatch(tag):
            return
        if not self._open or self._open[-1][0] != tag:
            self._complain(_("</{tag}> closes nothing that is open here.").format(tag=tag))
        if any(name == tag for name, _line in self._open):
            while self._open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _line in self._open]
        if "<" in data and "style" not in tags:
            self._complain(_("a < begins no tag here: write &lt;."))
        for _line, placeholder, _start in _placeholders(data):
            if "style" in tags or placeholder == "link":
                self._misplaced(placeholder)
            elif placeholder in ("letter", "message") and not _is_roomy(tags, paragraphs=placeholder == "letter"):
                words = _("${name} is more than one line: it can't stand in <{tag}>, but in <td> or <div>.")
                self._complain(words.format(name=placeholder, tag=tags[-1]))

    def handle_comment(self, data: str) -> None:
        for _line, placeholder, _start in _placeholders(data):
            self._misplaced(placeholder)
        if re.search(r"<\s*(?:script|img|link|iframe)|\bsrc\s*=", data, re.IGNORECASE):
            self._complain(_from_elsewhere().format(what="<!-- -->"))

    def unknown_decl(self, data: str) -> None:
        self._complain(_("this is no HTML: take it out.") + f" <![{data[:20]}")

    def handle_pi(self, data: str) -> None:
        self._complain(_("this is no HTML: take it out.") + f" <?{data[:20]}")
