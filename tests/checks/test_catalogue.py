"""The catalogue holds every message of the program, and nothing else: translators work from it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent.parent
TEMPLATE = ROOT / "tui_portal" / "locales" / "tui_portal.pot"


def test_the_template_holds_the_messages_of_the_program(tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.pot"
    words = ["-q", "extract", "-F", "pyproject.toml", "-k", "N_", "-k", "pgettext:1c,2", "-o", str(fresh), "tui_portal"]
    done = subprocess.run(
        [str(Path(sys.executable).parent / "pybabel"), *words], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    with fresh.open("rb") as found, TEMPLATE.open("rb") as kept:
        assert {m.id for m in read_po(found)} == {m.id for m in read_po(kept)}
