"""The themes, read from `styles/themes.toml`: the one place of colours beside the style sheets."""

from __future__ import annotations

import tomllib

from textual.theme import Theme

from tui_portal.paths import styles_folder
from tui_portal.tui.sheet import DEFAULT_THEME

__all__ = ["DEFAULT_THEME", "themes"]


def themes() -> list[Theme]:
    """Every theme in the file; the keys of a table are the arguments of Textual's Theme."""
    with (styles_folder() / "themes.toml").open("rb") as file:
        return [Theme(name=name, **values) for name, values in tomllib.load(file).items()]
