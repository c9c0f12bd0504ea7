"""The forms that letters are written in: those of the program, and in their place those that the firm keeps in a folder.

`letter.txt` says what stands in a letter and in which order; a kind of letter can have one of its own (`invitation.txt`), and
either one for a language (`invitation.de.txt`). Both parts of a mail are made of it. `letter.html` is the page around the text in the
HTML part, `message.html` the frame of the personal message, `button.html` the link.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from string import Template

from tui_portal.config import Settings
from tui_portal.domain.errors import MailUnavailable
from tui_portal.domain.text import safe
from tui_portal.i18n import LANGUAGES, _, ngettext
from tui_portal.mail.letters import LetterKind
from tui_portal.mail.template_checks import HTML_FILES, SIGNATURE, TEXT_FILES, Fault, check_html, check_text, near_to
from tui_portal.paths import mail_templates_folder

_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n)+")
_SUBJECT = re.compile(r"Subject:[ \t]*(.*)\n?")


class TemplatesUnusable(MailUnavailable):
    """The firm's own mail templates can't be used: no mail is sent until somebody has put them right."""


@dataclass(frozen=True, slots=True)
class Form:
    """What one kind of letter is written in: the subject, the paragraphs in their order, the lines under them, and the three
    pieces of HTML; all with placeholders.
    """

    subject: Template
    paragraphs: tuple[str, ...]
    signature: Template
    page: Template
    message: Template
    button: Template


@dataclass(frozen=True, slots=True)
class Templates:
    """The firm's own templates by file name, whole and checked."""

    files: tuple[tuple[str, str], ...] = ()

    def form(self, kind: LetterKind, language: str) -> Form:
        """The form for a letter: of the kind before any kind's, for the language before any language's, the firm's before the program's."""
        text = self._text((kind.value, "letter"), language, "txt")
        found = _SUBJECT.match(text)
        if found:
            text = text[found.end() :]
        body, _line, signature = _split(text)
        return Form(
            Template(found[1].strip() if found else "$subject"),
            tuple(paragraph for paragraph in _BLANK_LINES.split(body.strip()) if paragraph),
            Template(signature.strip("\n")),
            *(Template(self._text((name,), language, "html").strip()) for name in HTML_FILES),
        )

    def _text(self, names: tuple[str, ...], language: str, ending: str) -> str:
        own = dict(self.files)
        for name in names:
            for file in (f"{name}.{language}.{ending}", f"{name}.{ending}"):
                if file in own:
                    return own[file]
        return _shipped(f"{names[-1]}.{ending}")


def _split(text: str) -> tuple[str, str, str]:
    """What stands before the line `-- `, that line, and what stands behind it."""
    found = SIGNATURE.search(text)
    return (text, "", "") if found is None else (text[: found.start()], found[0], text[found.end() :])


@lru_cache
def _shipped(file: str) -> str:
    return (mail_templates_folder() / file).read_text("utf-8")


OF_PROGRAM = Templates()


def templates_of(settings: Settings) -> Templates | None:
    """The firm's own templates by the settings, None where it has none. Raises TemplatesUnusable, which names the first fault:
    file, line, what is wrong and what to do.
    """
    folder = templates_folder(settings)
    if folder is None:
        return None
    templates, faults = read_templates(folder, settings.limits.template_bytes)
    if faults:
        more = len(faults) - 1
        words = _("The mail template {fault}").format(fault=faults[0])
        if faults[0].name != str(folder):
            words += " " + _("It lies in {folder}.").format(folder=safe(str(folder)))
        if more:
            words += ngettext(" {n} more fault is there.", " {n} more faults are there.", more).format(n=more)
        raise TemplatesUnusable(words)
    return templates


def templates_folder(settings: Settings) -> Path | None:
    """The folder that `[mail] templates` names, None where it names none."""
    if not settings.mail.templates:
        return None
    return (settings.source.parent if settings.source else Path()) / Path(settings.mail.templates).expanduser()


def read_templates(folder: Path, most: int) -> tuple[Templates, list[Fault]]:
    """The templates in `folder`, none larger than `most` bytes, and everything that is wrong with them. What has not changed since
    is not read again.
    """
    try:
        stamps = tuple(sorted(_stamps(folder)))
    except OSError as error:
        words = _("can't be read: {why}. Make the folder, or take templates out of [mail] in the settings.")
        return OF_PROGRAM, [Fault(str(folder), 0, words.format(why=error.strerror))]
    templates, faults = _read(folder, most, stamps)
    return templates, list(faults)


def _stamps(folder: Path) -> Iterator[tuple[str, int, int, int]]:
    """The files in `folder` that are meant as templates, each with what tells whether it was changed."""
    for path in folder.iterdir():
        if path.suffix in (".txt", ".html") and not path.name.startswith("."):
            found = path.stat()
            yield path.name, found.st_ino, found.st_size, found.st_ctime_ns  # of the change, of rights as well


@lru_cache(maxsize=4)
def _read(
    folder: Path, most: int, stamps: tuple[tuple[str, int, int, int], ...]
) -> tuple[Templates, tuple[Fault, ...]]:
    files: list[tuple[str, str]] = []
    faults: list[Fault] = []
    for name, _inode, size, _time in stamps:
        path = folder / name
        stem, ending = name.split(".")[0], path.suffix[1:]
        known = TEXT_FILES if ending == "txt" else HTML_FILES
        if stem not in known or not _is_for_language(name):
            faults.append(Fault(name, 0, _not_known(name, [f"{one}.{ending}" for one in known])))
            continue
        try:
            text, wrong = _content(path, size, most)
        except OSError as error:
            text, wrong = "", _("can't be read: {why}.").format(why=error.strerror)
        if wrong:
            faults.append(Fault(name, 0, wrong))
            continue
        check = check_text if ending == "txt" else check_html
        found = sorted(check(stem, text), key=lambda complaint: (not complaint[0], complaint))
        faults += [Fault(name, line, words) for line, words in found]
        files.append((name, text))
    return Templates(tuple(files)), tuple(faults)


def _is_for_language(name: str) -> bool:
    parts = name.split(".")
    return len(parts) == 2 or (len(parts) == 3 and parts[1] in LANGUAGES)


def _not_known(name: str, known: list[str]) -> str:
    words = _("is no template that is known. Rename or remove it.") + near_to(name, known)
    return (
        words
        + " "
        + _("For a language it is NAME.LANGUAGE, with one of {languages}.").format(languages=", ".join(LANGUAGES))
    )


def _content(path: Path, size: int, most: int) -> tuple[str, str]:
    """The text of a file, and what is wrong with it as a whole."""
    if size > most:
        return "", _("has {n} bytes; limits.template_bytes allows {most}.").format(n=size, most=most)
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n"), ""
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return "", _("is not UTF-8 text (line {n}): save it as UTF-8.").format(n=line)
