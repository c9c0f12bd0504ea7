"""The style sheets are found wherever the program is installed."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from tui_portal.paths import styles_folder

ROOT = Path(__file__).parent.parent.parent


def test_the_styles_are_found_in_the_checkout() -> None:
    assert (styles_folder() / "portal.tcss").is_file()


def test_a_wheel_holds_the_styles_the_templates_and_the_data_inside_the_package(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {"styles/portal.tcss", "styles/themes.toml", "styles/pages.css", "py.typed"}
    assert wanted <= {name.removeprefix("tui_portal/") for name in names}
    assert any(name.startswith("tui_portal/portal/templates/") for name in names)
    assert any(name.startswith("tui_portal/mail/templates/") for name in names)
    assert not any(name.startswith(("styles/", "tests/")) for name in names)
