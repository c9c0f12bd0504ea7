"""Compiles the translations when the package is built or installed: what is kept is the text that translators work on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogueHook(BuildHookInterface[Any]):
    """Writes `tui_portal.mo` beside each `tui_portal.po`, for the wheel and for an editable install."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile every catalogue; hatchling takes the compiled ones, which git ignores, as artifacts."""
        for source in sorted(Path(self.root, "tui_portal", "locales").glob("*/LC_MESSAGES/*.po")):
            compiled = source.with_suffix(".mo")
            with source.open("rb") as text:
                catalogue = read_po(text, domain=source.stem)
            with compiled.open("wb") as out:
                write_mo(out, catalogue)
            build_data["artifacts"].append(str(compiled.relative_to(self.root)))
