"""README and program say the same."""

from __future__ import annotations

from pathlib import Path

from tui_portal.cli import commands
from tui_portal.tui.keys import GROUPS

README = (Path(__file__).parent.parent.parent / "README.md").read_text("utf-8")
_START = "<!-- keys: made from tui_portal/tui/keys.py, checked by the tests -->\n"
_END = "<!-- /keys -->"


def keys_table() -> str:
    """The table of keys as the registry has it."""
    lines = ["| where | key | does |", "| --- | --- | --- |"]
    for group in GROUPS:
        lines += [f"| {group.title} | `{key.shown}` | {key.help} |" for key in group.keys]
    return "\n".join(lines) + "\n"


def test_the_readme_shows_the_keys_of_the_registry() -> None:
    assert README.partition(_START)[2].partition(_END)[0] == keys_table()


def test_the_readme_names_every_command() -> None:
    table = README.partition("## Commands")[2].partition("## Keys")[0]
    assert [name for name in commands() if f"`{name}" not in table] == []
