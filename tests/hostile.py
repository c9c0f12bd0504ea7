"""522 strings that people, or mail, could hand to the program, each of which does harm where it is not shown as text."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice
from random import Random

COUNT = 522

_ESC, _CSI, _ST, _BEL = "\x1b", "\x9b", "\x9c", "\x07"


def hostile_strings() -> list[str]:
    """All of them, always the same; each begins with its mark (see `mark`)."""
    strings = [f"{mark(number)}{harm}z" for number, harm in zip(range(COUNT), _harms(), strict=False)]
    assert len(set(strings)) == COUNT
    return strings


def mark(number: int) -> str:
    """What the string of this number begins with; it is nowhere else."""
    return f"Q{number:03}"


def _harms() -> Iterator[str]:
    known = [*_controls(), *_sequences(), *_strings_of_terminals(), *_unseen(), *_wide_and_high(), *_markup()]
    yield from known
    chance = Random(7)  # noqa: S311 - no secret
    for number in count():
        yield "".join(chance.sample(known, 3))[:150] + str(number)


def _controls() -> Iterator[str]:
    for code in (*range(0x20), *range(0x7F, 0xA0)):
        yield f"a{chr(code)}b"
    yield from (
        "\r\rover",
        "\b\b\b\b\b\bback",
        "\x7f\x7f\x7f",
        "a\r\nb\r\nc",
        "\t\t\t",
        "\v\v\f\f",
        "\x00" * 9,
        "\a" * 9,
    )


def _sequences() -> Iterator[str]:
    for final in range(0x40, 0x7F):
        yield f"{_ESC}[5{chr(final)}"
    for final in "ABCDEFGHJKLMPSTXZ`bcdfghilmnpqrstux":
        yield f"{_CSI}5{final}"
    yield from (f"{_ESC}{word}" for word in [*"c78DEHMNOZ=><no|}~FG69", "#8", "(0", ")0", "%G", "%@"])
    for private in (
        "?1049l",
        "?25l",
        "?2004h",
        "?1000h",
        "?1006h",
        "?2026h",
        "?7l",
        "?5h",
        ">4;2m",
        ">1u",
        "!p",
        '1"p',
    ):
        yield f"{_ESC}[{private}"
    yield from (
        f"{_ESC}[31;5mred{_ESC}[0m",
        f"{_ESC}[2J{_ESC}[5;5Hhere",
        f"{_ESC}{_ESC}[5A",
        f"{_ESC}[5;",
        f"{_ESC}[",
        _ESC,
    )


def _strings_of_terminals() -> Iterator[str]:
    for code in (0, 1, 2, 4, 7, 8, 9, 10, 11, 52, 104, 133, 777, 1337):
        for begin, end in ((f"{_ESC}]", _BEL), (f"{_ESC}]", f"{_ESC}\\"), ("\x9d", _ST), (f"{_ESC}]", "")):
            yield f"{begin}{code};c;b3duZWQ={end}"
    for begin, begin8 in (("P", "\x90"), ("X", "\x98"), ("^", "\x9e"), ("_", "\x9f")):
        yield from (f"{_ESC}{begin}q#1!9~{_ESC}\\", f"{begin8}q#1{_ST}", f"{_ESC}{begin}open", f"{begin8}open")


def _unseen() -> Iterator[str]:
    marks = [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x2070)]
    separators = [0x2028, 0x2029]
    zero_width = [
        0x00AD,
        0x034F,
        0x115F,
        0x1160,
        0x17B4,
        0x180E,
        *range(0x200B, 0x200E),
        *range(0x2060, 0x2065),
        0x2800,
    ]
    more = [0x3164, 0xFE00, 0xFE0F, 0xFEFF, 0xFFA0, 0xFFF9, 0xFFFA, 0xFFFB, 0xFFFC, 0xFFFE, 0xFFFF, 0x1D173, 0xE0100]
    tags = [0xE0001, *range(0xE0041, 0xE0051), 0xE007F]
    for code in (*marks, *separators, *zero_width, *more, *tags, 0xE000, 0xF8FF, 0xFDD0, 0x10FFFF):
        yield f"a{chr(code)}b"
    yield from (
        "\u202egnp.exe",
        "\u2067\u2066\u202e" * 9,
        "\u200b" * 40,
        "\u2066" * 40,
        "\ufeff" * 9,
        "a\u2028b\u2029c",
    )


def _wide_and_high() -> Iterator[str]:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
    yield from (
        family,
        family * 6,
        "\U0001f3f4\u200d\u2620\ufe0f",
        "\U0001f1eb\U0001f1f7",
        "\u2764\ufe0f\u200d\U0001f525",
    )
    yield from (
        "\U0001f44d\U0001f3fd",
        "1\ufe0f\u20e3",
        "\U0001f3f4\U000e0067\U000e0062\U000e007f",
        "\U0001f9d1\U0001f3fb\u200d\U0001f384",
    )
    yield from (
        "山田商店" * 9,
        "ﾊﾝｶｸ",
        "한국어",
        "각",
        "\u1112\u1161\u11ab",
        "ａｂｃ",
        "﷽",
        "𒐫",
        "꧅",
        "⸻",
        "㌍",
        "\u3000" * 9,
    )
    for base in ("a", "山", "\U0001f600", " ", "ش", "क"):
        yield from (base + "\u0301" * 60, "".join(base + "\u0336\u0489\u20dd\u0334" for _letter in range(9)))
    yield from ("שלום עולם", "مرحبا بالعالم", "abc שלום 123", "ไม้เอก้้้้", "नमस्ते", "ཧཱུྃ", "\u0e33" * 9, "क्ष्म्य")
    yield from ("x" * 150, "山" * 75, "x " * 70, "\u0301" * 90, "\u200d" * 90)


def _markup() -> Iterator[str]:
    words = ("app.quit", "app.bell", "app.screenshot('x.svg','/tmp')", "screen.dismiss", "app.pop_screen", "leave")
    yield from (f"[@click={word}]press[/]" for word in words)
    yield from (f"[@click={word}]" for word in words)
    yield from (
        "[",
        "[/",
        "[/]",
        "[]",
        "[[",
        "]]",
        "[red",
        "[red]",
        "[/red]",
        "[b]",
        "[bold on red]",
        "[#ff0000]",
        "[$error]",
    )
    yield from ("[link=x]", "[/link]", "[@", "[@click=", "[\\")
    yield from ("[on red]x", "[bold]x[/bold][/bold]", "[reverse]x", "[blink]x[/blink]", "\\[x]", "[[x]]", "[not bold]x")
    yield from (
        ":skull:",
        "{name}",
        "{0}",
        "%s %d",
        "$HOME",
        "`id`",
        "<b>x</b>",
        "&lt;",
        "&#27;[5m",
        "\\x1b[5m",
        "\\033[5m",
        "^[[5m",
    )
    yield from (
        "'; DROP TABLE account; --",
        '"',
        "'",
        "\\",
        "=1+1",
        "-x",
        "@x",
        "login:active",
        "NULL",
        "None",
        "…",
        "■",
        "▸",
        "│",
    )


def first(number: int) -> list[str]:
    """The first so many strings, then from the beginning again."""
    strings = hostile_strings()
    return list(islice((strings[n % COUNT] for n in count()), number))
