"""The pages for staff say what the program says: its keys, its menus, its words."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.checks.task_pages import FOLDER, pages
from tui_portal.tui.keys import GROUPS
from tui_portal.tui.tasks import TASKS, named_keys

PROGRAM = Path(__file__).parent.parent.parent / "tui_portal"


def test_the_pages_are_what_the_texts_make() -> None:
    written = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.md")}
    assert written == pages(), "write them again: python -m tests.checks.task_pages"


def test_every_key_that_a_task_names_is_in_the_registry() -> None:
    assert named_keys() - {f"{group.name}_{key.name}" for group in GROUPS for key in group.keys} == set()


def test_every_label_that_a_task_names_stands_in_a_menu_or_a_dialog() -> None:
    labels = {label for task in TASKS for step in task.steps for label in step.labels}
    said: set[str] = set()
    for path in PROGRAM.rglob("*.py"):
        if path.name != "tasks.py":
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "N_"):
                    said |= {one.value for one in node.args if isinstance(one, ast.Constant)}
    assert labels - said == set()
