"""The template holds every message of the program, and every language has all of them: translators work from it."""

from __future__ import annotations

import ast
import gettext
import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from tui_portal.i18n import LANGUAGES

ROOT = Path(__file__).parent.parent.parent
LOCALES = ROOT / "tui_portal" / "locales"
TEMPLATE = LOCALES / "tui_portal.pot"
COMPILE = "pybabel compile -D tui_portal -d tui_portal/locales"

# What is filled in or must stay as it is: {name}, %(name)s, $name, ${name} and tags.
_FILLED = re.compile(r"%\(\w+\)[sd]|\{[^{}]*\}|\$\w+|\$\{\w+\}|</?\w+[^>]*>")

_MARKS = ("_", "ngettext", "pgettext")

translated = pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])


def test_the_template_holds_the_messages_of_the_program(tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.pot"
    words = ["-q", "extract", "-F", "pyproject.toml", "-k", "N_", "-k", "pgettext:1c,2", "-o", str(fresh), "tui_portal"]
    done = subprocess.run(
        [str(Path(sys.executable).parent / "pybabel"), *words], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert _keys(_read(fresh)) == _keys(_read(TEMPLATE))


def test_no_message_hides_in_an_f_string() -> None:
    """Babel does not look there."""
    hidden = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in sorted((ROOT / "tui_portal").rglob("*.py"))
        for text in ast.walk(ast.parse(path.read_text()))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in _MARKS and _is_text(call)
    ]
    assert hidden == []


@translated
def test_a_language_has_every_message_and_no_other(language: str) -> None:
    catalogue = _read(_text(language))
    assert _keys(catalogue) == _keys(_read(TEMPLATE))
    assert [m.id for m in _messages(catalogue) if m.fuzzy or not all(_forms(m))] == []


@translated
def test_a_translation_fills_in_what_the_message_fills_in(language: str) -> None:
    assert [m.id for m in _messages(_read(_text(language))) if not _fills_in_the_same(m)] == []


@translated
def test_the_program_shows_the_translations_that_are_kept(language: str) -> None:
    shown = gettext.translation("tui_portal", LOCALES, [language])
    for message in _messages(_read(_text(language))):
        if isinstance(message.id, str):
            text = shown.pgettext(message.context, message.id) if message.context else shown.gettext(message.id)
            assert text == message.string, f"compile again: {COMPILE}"
        else:
            one, more = message.id
            assert {shown.ngettext(one, more, n) for n in (0, 1, 2, 5)} == set(message.string), f"compile: {COMPILE}"


def _is_text(call: ast.Call) -> bool:
    return any(isinstance(argument, ast.Constant) for argument in call.args)


def _text(language: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / "tui_portal.po"


def _read(path: Path) -> Catalog:
    with path.open("rb") as text:
        return read_po(text)


def _messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def _keys(catalogue: Catalog) -> set[object]:
    return {(message.id, message.context) for message in _messages(catalogue)}


def _forms(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def _fills_in_the_same(message: Message) -> bool:
    """A form for one thing may leave out its number, as the English one may."""
    sources = [message.id] if isinstance(message.id, str) else list(message.id)
    allowed = [set(_FILLED.findall(source)) for source in sources]
    *first, last = (set(_FILLED.findall(form)) for form in _forms(message))
    return last == allowed[-1] and all(
        found in allowed or found == allowed[-1] - {"{n}", "%(count)s", "{count}"} for found in first
    )
