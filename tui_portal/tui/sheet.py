"""The style sheet and the themes of `styles/`, read without Textual: as much of them as the first frame is drawn with.

Of a rule with a single selector, or several with commas, it knows colours and text styles, and numbers such as a width. A selector
or a value that is not as expected raises LookupError or ValueError, and the first frame is left out.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from typing import NamedTuple

from tui_portal.paths import styles_folder

DEFAULT_THEME = "portal-dark"

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_ATTRIBUTES = {"bold": "1", "dim": "2", "italic": "3", "underline": "4", "reverse": "7"}  # SGR
_HEX = re.compile(r"#[0-9a-fA-F]{6}")

Rgb = tuple[int, int, int]
Colours = Callable[[Rgb | None, Rgb | None], str]


class Look(NamedTuple):
    """How cells look: colours, and the SGR codes of their attributes in ascending order."""

    foreground: Rgb | None = None
    background: Rgb | None = None
    attributes: tuple[str, ...] = ()

    def over(self, ground: Look) -> Look:
        """This one on `ground`, whose colours stay where this one has none."""
        attributes = tuple(sorted({*self.attributes, *ground.attributes}))
        return Look(self.foreground or ground.foreground, self.background or ground.background, attributes)

    def with_attributes(self, words: str) -> Look:
        """The same with attributes in Textual's words: `bold reverse`."""
        return Look(attributes=tuple(_ATTRIBUTES[word] for word in words.split())).over(self)

    def ansi(self, colours: Colours) -> str:
        """The parameters of SGR, as Rich writes them."""
        return ";".join(filter(None, (*self.attributes, colours(self.foreground, self.background))))


class Sheet:
    """The rules under one theme."""

    def __init__(self, theme: str) -> None:
        values = tomllib.loads((styles_folder() / "themes.toml").read_text("utf-8"))[theme]
        self._variables: dict[str, str] = {**values.pop("variables"), **values}
        self._rules: dict[str, dict[str, str]] = {}
        text = _COMMENT.sub("", (styles_folder() / "portal.tcss").read_text("utf-8"))
        for selectors, body in _RULE.findall(text):
            pairs = [line.partition(":") for line in body.split(";") if line.strip()]
            for selector in selectors.split(","):
                rule = self._rules.setdefault(selector.strip(), {})
                rule.update((name.strip(), value.strip()) for name, _colon, value in pairs)

    def look(self, selector: str) -> Look:
        """What the rule says of colours and text style."""
        rule = self._rules[selector]
        words = rule.get("text-style", "none")
        look = Look(self._colour(rule.get("color")), self._colour(rule.get("background")))
        return look if words == "none" else look.with_attributes(words)

    def number(self, selector: str, name: str) -> int:
        """A value that is one number."""
        return int(self._rules[selector][name])

    def _colour(self, value: str | None) -> Rgb | None:
        if value is None:
            return None
        named = self._variables[value[1:]] if value.startswith("$") else value
        if not _HEX.fullmatch(named):
            raise ValueError(named)
        return int(named[1:3], 16), int(named[3:5], 16), int(named[5:7], 16)


def colours_of(environment: dict[str, str]) -> Colours:
    """How colours are told to the terminal, found out as Rich finds it out: 24 bits, 256 or 16 of them, or none (NO_COLOR)."""
    if environment.get("NO_COLOR"):
        return lambda _foreground, _background: "39;49"
    if environment.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return _in_24_bits
    return _in_fewer(environment.get("TERM", ""))


def _in_24_bits(foreground: Rgb | None, background: Rgb | None) -> str:
    both = (("38", foreground), ("48", background))
    return ";".join(f"{code};2;{';'.join(map(str, colour))}" for code, colour in both if colour is not None)


def _in_fewer(term: str) -> Colours:
    from rich.color import Color, ColorSystem

    of_term = {"256color": ColorSystem.EIGHT_BIT, "16color": ColorSystem.STANDARD, "kitty": ColorSystem.EIGHT_BIT}
    system = of_term.get(term.strip().lower().rpartition("-")[2], ColorSystem.STANDARD)

    def codes(foreground: Rgb | None, background: Rgb | None) -> str:
        parts: list[str] = []
        for colour, is_foreground in ((foreground, True), (background, False)):
            if colour is not None:
                parts += Color.from_rgb(*colour).downgrade(system).get_ansi_codes(foreground=is_foreground)
        return ";".join(parts)

    return codes
