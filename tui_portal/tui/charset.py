"""Terminals that do not read UTF-8: what they can't show is written as what they can, in as many cells, and what is typed is
read as they write it.

Leans on two things inside Textual, which is pinned: it draws on `sys.__stderr__`, and its driver looks its decoder up by the name
`getincrementaldecoder`.
"""

from __future__ import annotations

import codecs
import re
import sys
import unicodedata
from collections.abc import Mapping
from functools import partial
from io import TextIOWrapper
from typing import Any

from tui_portal.i18n import _

UTF_8, ASCII = "utf-8", "ascii"
_HANDLER = "tui_portal.stand_ins"
_PROBE = "\x1b[0;1m ~"  # what every encoding must leave alone
# The locale that Python puts in the place of C and of one that is not installed (PEP 538).
_COERCED = "C.UTF-8"
_SIGNS = dict(
    zip(
        "●◐○✉↻…·•⋮×✕›‹▸→←↑↓▲▼✓−“”„«»’‘‚–—─━═│┃║ßæÆœŒ\u00a0",
        '*+o@&~-*:xx><>><^v^vx-"""""\'\',-----|||saAoO ',
        strict=True,
    )
)
_LINES = range(0x2500, 0x2580)
_BLOCKS = range(0x2580, 0x25A0)
_LATIN = re.compile(r"LATIN (SMALL|CAPITAL) LETTER (?:DOTLESS )?([A-Z])\b")


def terminal_encoding(environment: Mapping[str, str], stream: str, *, utf8_mode: bool) -> tuple[str, str]:
    """The encoding that the terminal is said to read, and the variable that says so, empty where it is UTF-8.

    `stream` is the encoding that Python has chosen for its output, `utf8_mode` whether it did so because the locale is C or not
    installed here (PEP 540). Then the name of the locale counts: C itself means ASCII, no name means nothing.
    """
    if _known(stream) != UTF_8:
        named = next((name for name in ("PYTHONIOENCODING", "LC_ALL", "LC_CTYPE") if environment.get(name)), "LANG")
        return _known(stream) or ASCII, named
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        value = environment.get(name, "")
        if not value or (name == "LC_CTYPE" and value == _COERCED and utf8_mode):
            continue
        if value in ("C", "POSIX"):
            return ASCII, name
        code = value.partition("@")[0].partition(".")[2]
        encoding = UTF_8 if not code else _known(code) or ASCII
        return (encoding, name) if encoding != UTF_8 else (UTF_8, "")
    return UTF_8, ""


def speak(encoding: str) -> None:
    """Have Textual write and read this encoding. Bytes that are none of it are read as U+FFFD, and end nothing."""
    from textual.drivers import linux_driver

    read_as = UTF_8 if encoding == ASCII else encoding  # what ASCII can't say nobody has typed in ASCII
    decoder = codecs.getincrementaldecoder(read_as)

    def with_replacement(_utf_8: str) -> Any:
        return partial(decoder, errors="replace")

    vars(linux_driver)["getincrementaldecoder"] = with_replacement
    if encoding != UTF_8 and isinstance(sys.__stderr__, TextIOWrapper):
        codecs.register_error(_HANDLER, _stand_ins)
        sys.__stderr__.reconfigure(encoding=encoding, errors=_HANDLER)


def in_words(encoding: str, variable: str) -> str:
    """What whoever sits at such a terminal is told; empty where it reads UTF-8."""
    if encoding == UTF_8:
        return ""
    return _("No UTF-8 ({encoding}): letters are replaced. If the terminal can: {variable}").format(
        encoding=encoding,
        variable="PYTHONIOENCODING=utf-8" if variable == "PYTHONIOENCODING" else f"{variable}=C.UTF-8",
    )


def stand_in(text: str) -> str:
    """`text` in ASCII, in as many cells: signs and letters by what is nearest to them, else question marks."""
    from rich.cells import split_graphemes

    spans, _width = split_graphemes(text)
    return "".join(_nearest(text[begin:end])[:width].ljust(width) for begin, end, width in spans)


def _stand_ins(error: UnicodeError) -> tuple[str, int]:
    """What an encoder writes for a stretch that it can't."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return stand_in(error.object[error.start : error.end]), error.end


def _nearest(sign: str) -> str:
    first = sign[0]
    if first in _SIGNS:
        return _SIGNS[first]
    base = unicodedata.normalize("NFKD", sign)[0]
    if base.isascii() and base.isprintable():
        return base
    if ord(first) in _LINES:
        return "+"
    if ord(first) in _BLOCKS:
        return "#"
    latin = _LATIN.match(unicodedata.name(base, ""))
    if latin:
        return latin[2].lower() if latin[1] == "SMALL" else latin[2]
    return "??"


def _known(name: str) -> str:
    """Python's name of an encoding that has ASCII in it, empty where it knows none by this one."""
    try:
        found = codecs.lookup(name).name
        return found if _PROBE.encode(found) == _PROBE.encode() else ""
    except (LookupError, UnicodeError):
        return ""
