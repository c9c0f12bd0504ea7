"""What the pages look like to those who see little, and in which language they are."""

from __future__ import annotations

import re

import pytest

from tui_portal.paths import styles_folder
from tui_portal.portal.rendering import render, wished_language

_TEXT = 4.5  # WCAG 2.2, 1.4.3
_PARTS = 3.0  # WCAG 2.2, 1.4.11


def _colours(scheme: str) -> dict[str, str]:
    style = (styles_folder() / "pages.css").read_text("utf-8")
    blocks = re.findall(r":root \{([^}]*)\}", style)
    light, dark = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block)) for block in blocks)
    assert set(light) == set(dark)
    return light if scheme == "light" else dark


def _light(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back", "least"),
    [
        ("text", "ground", _TEXT),
        ("text", "sheet", _TEXT),
        ("text", "tint", _TEXT),
        ("soft", "ground", _TEXT),
        ("soft", "sheet", _TEXT),
        ("soft", "tint", _TEXT),
        ("accent", "sheet", _TEXT),
        ("accent", "tint", _TEXT),
        ("on-accent", "accent", _TEXT),
        ("on-accent", "accent-over", _TEXT),
        ("wrong", "sheet", _TEXT),
        ("wrong", "wrong-tint", _TEXT),
        ("edge", "sheet", _PARTS),
        ("edge", "tint", _PARTS),
        ("focus", "sheet", _PARTS),
        ("focus", "tint", _PARTS),
    ],
)
def test_everything_is_read_in_both_schemes(scheme: str, front: str, back: str, least: float) -> None:
    colours = _colours(scheme)
    lights = sorted((_light(colours[front]), _light(colours[back])))

    assert (lights[1] + 0.05) / (lights[0] + 0.05) >= least


def test_every_colour_stands_in_its_one_place() -> None:
    style = (styles_folder() / "pages.css").read_text("utf-8")
    rest = re.sub(r":root \{[^}]*\}", "", style)

    assert not re.search(r"#[0-9a-fA-F]{3,8}\b|\brgb|\bhsl|url\(|@import", rest)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", ""),
        ("de", "de"),
        ("fr-CA, fr;q=0.9, en;q=0.8", "fr"),
        ("pt, es;q=0.5, ja;q=0.7", "ja"),
        ("nl, pt", ""),
        ("de;q=0, en;q=0.1", "en"),
        ("de;q=x", ""),
        ("DE-ch", "de"),
        ("de;" * 5000, ""),
        (", ;q=1, *", ""),
    ],
)
def test_the_browser_s_wish_for_a_language(header: str, language: str) -> None:
    assert wished_language(header) == language


def test_every_page_has_one_heading_a_title_and_a_language() -> None:
    base = {"firm": "Hansen", "prefix": "", "style": "x", "reply_to": ""}
    for status in (400, 403, 404, 405, 413, 415, 421, 429, 500, 503):
        page = render("refusal.html", "ja", **base, status=status, back="/", url="https://portal.example")
        assert page.count("<h1>") == 1
        assert '<html lang="ja">' in page
        assert re.search(r"<title>[^<]+ – Hansen</title>", page)
    for template in ("dead_link.html", "dead_reset.html"):
        for state in ("used", "expired", "withdrawn", "replaced", "unknown"):
            page = render(template, "de", **base, state=state, proof="", action="/")
            assert page.count("<h1>") == 1
            assert "Fragen Sie Hansen oder antworten Sie auf eine E-Mail von dort." in page
            assert re.search(r"<title>[^<]+ – Hansen</title>", page)
