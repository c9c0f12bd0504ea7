"""Format, lint, types and import contracts: part of the test command, so that nobody has to remember them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
TOOLS = Path(sys.executable).parent


@pytest.mark.parametrize(
    "words",
    [
        ["ruff", "format", "--check", "."],
        ["ruff", "check", "."],
        ["mypy"],
        ["lint-imports", "--no-cache"],
    ],
    ids=["format", "lint", "types", "contracts"],
)
def test_the_tree_is_clean(words: list[str]) -> None:
    done = subprocess.run([str(TOOLS / words[0]), *words[1:]], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
