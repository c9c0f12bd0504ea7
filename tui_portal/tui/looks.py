"""Styles as a terminal is told of them (SGR, ECMA-48 8.3.117), and the way from one to another in the fewest bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

RESET = "\x1b[m"
_ON_BLANKS = frozenset({"4", "7", "9", "21", "51", "52", "53"})  # what is seen of a blank; erased cells have none of it
# What ends an attribute; 22 ends two, and so do some of the others.
_ENDS = {"1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "6": "25", "7": "27", "8": "28", "9": "29", "21": "24"}
_ENDS |= {"51": "54", "52": "54", "53": "55"}


@dataclass(frozen=True, slots=True)
class _Look:
    """A style taken apart: attributes, foreground, background."""

    ansi: str
    attributes: frozenset[str] = frozenset()
    foreground: str = "39"
    background: str = "49"


@dataclass(slots=True)
class Styles:
    """The styles seen so far, each with a number."""

    _numbers: dict[str, int] = field(default_factory=dict)
    _looks: list[_Look] = field(default_factory=lambda: [_Look("")])
    _grounds: list[int] = field(default_factory=lambda: [0])
    _ways: dict[tuple[int, int], str] = field(default_factory=dict)

    def number(self, ansi: str) -> int:
        """The number of the style with these SGR parameters (`1;38;5;3`), from 1 on."""
        known = self._numbers.get(ansi)
        if known is None:
            known = self._numbers[ansi] = len(self._looks)
            look = _look(ansi)
            self._looks.append(look)
            self._grounds.append(known)
            if look.foreground != "39" or look.attributes:
                self._grounds[known] = self._ground(look, known)
        return known

    @property
    def grounds(self) -> Sequence[int]:
        """For each number that of a style in which a blank looks the same: styles with one ground differ in letters only."""
        return self._grounds

    def _ground(self, look: _Look, number: int) -> int:
        if look.attributes & _ON_BLANKS:
            return number
        return self.number("" if look.background == "49" else look.background)

    def way(self, former: int, style: int) -> str:
        """What to write between a cell of the style `former` and one of `style`."""
        found = self._ways.get((former, style))
        if found is None:
            found = self._ways[former, style] = _shortest(self._looks[former], self._looks[style])
        return found

    def can_erase(self, style: int, *, in_colour: bool) -> bool:
        """Whether erased cells look like blanks of this style, on a terminal that erases `in_colour` or does not."""
        look = self._looks[style]
        return not (look.attributes & _ON_BLANKS) and (in_colour or look.background == "49")


def _look(ansi: str) -> _Look:
    """Take SGR parameters apart; a colour takes one parameter, three (`38;5;N`) or five (`38;2;R;G;B`)."""
    attributes: list[str] = []
    colours = {"3": "39", "4": "49"}
    codes = ansi.split(";") if ansi else []
    while codes:
        code = codes.pop(0)
        if code in ("38", "48"):
            taken = 2 if codes[:1] == ["5"] else 4
            colours[code[0]] = ";".join([code, *codes[:taken]])
            del codes[:taken]
        elif len(code) == 2 and code[0] in "349":
            colours["3" if code[0] == "9" else code[0]] = code
        elif len(code) == 3:  # 100 to 107: bright backgrounds
            colours["4"] = code
        else:
            attributes.append(code)
    return _Look(ansi, frozenset(attributes), colours["3"], colours["4"])


def _shortest(former: _Look, wanted: _Look) -> str:
    anew = f"\x1b[0;{wanted.ansi}m" if wanted.ansi else RESET
    ended = former.attributes - wanted.attributes
    if not ended <= _ENDS.keys():
        return anew
    ends = {_ENDS[code] for code in ended}
    begun = {code for code in wanted.attributes if code not in former.attributes or _ENDS.get(code) in ends}
    parts = [*sorted(ends), *sorted(begun)]
    parts += [
        new
        for old, new in ((former.foreground, wanted.foreground), (former.background, wanted.background))
        if old != new
    ]
    changed = f"\x1b[{';'.join(parts)}m" if parts else ""
    return min(changed, anew, key=len)
