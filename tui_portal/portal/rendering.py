"""From a template and values to a page, in the language of the one who reads it.

One process serves many readers: the translations belong to the page, never to the process.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from tui_portal.domain.text import safe
from tui_portal.i18n import LANGUAGES, catalogue

T = TypeVar("T")

_FOLDER = Path(__file__).parent / "templates"
_MOST_WISHES = 20


def render(template: str, language: str, **values: Any) -> str:
    """The text of a page. Everything in `values` is shown as text, never read as markup or as control characters."""
    return _environment(language).get_template(template).render(language=language, **values)


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        finalize=_harmless,
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_translations(catalogue(language), newstyle=True)  # type: ignore[attr-defined]  # the extension adds it
    return environment


def _harmless(value: T) -> T | str:
    if isinstance(value, Markup):
        return Markup(safe(value, lines=True))  # noqa: S704 - it was markup before
    return safe(value, lines=True) if isinstance(value, str) else value


def wished_language(accept_language: str) -> str:
    """The language that a browser wishes most among those spoken here, or an empty text (RFC 9110, 12.5.4)."""
    wishes: list[tuple[float, str]] = []
    for part in accept_language.split(",")[:_MOST_WISHES]:
        tag, _semicolon, weight = part.partition(";")
        code = tag.strip().split("-")[0].lower()
        if code in LANGUAGES:
            wishes.append((_weight(weight), code))
    best = max(wishes, key=lambda wish: wish[0], default=(0.0, ""))
    return best[1] if best[0] > 0 else ""


def _weight(text: str) -> float:
    name, _equals, value = text.strip().partition("=")
    if not name:
        return 1.0
    try:
        return float(value) if name.strip().lower() == "q" else 0.0
    except ValueError:
        return 0.0
