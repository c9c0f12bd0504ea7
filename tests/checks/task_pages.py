"""The pages of `docs/tasks`, made from the texts of the program: `python -m tests.checks.task_pages` writes them."""

from __future__ import annotations

import textwrap
from pathlib import Path

from tui_portal.tui.tasks import TASKS, Task, told

FOLDER = Path(__file__).parent.parent.parent / "docs" / "tasks"
_MADE = "<!-- made from tui_portal/tui/tasks.py by `python -m tests.checks.task_pages` -->"
_WIDTH = 120


def pages() -> dict[str, str]:
    """The text of every page by the name of its file."""
    return {"README.md": _contents(), **{f"{task.name}.md": _page(task) for task in TASKS}}


def _page(task: Task) -> str:
    lines = [_MADE, f"# {task.title}", ""]
    for number, step in enumerate(task.steps, start=1):
        head = f"{number}. "
        lines += textwrap.wrap(told(step, mark="`{}`"), _WIDTH, initial_indent=head, subsequent_indent=" " * len(head))
    return "\n".join([*lines, "", "[All tasks](README.md)"]) + "\n"


def _contents() -> str:
    lines = [_MADE, "# How to", ""]
    intro = (
        "One page a task, with the keys as they are before anybody changes them. The application has the same pages, with your keys "
        "and in your language: press `:` and type what you want to do."
    )
    lines += textwrap.wrap(intro, _WIDTH)
    lines += ["", *(f"* [{task.title}]({task.name}.md)" for task in TASKS), ""]
    return "\n".join(lines)


def write() -> None:
    """Write all pages, and take away those that no task has any more."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    made = pages()
    for path in FOLDER.glob("*.md"):
        if path.name not in made:
            path.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, "utf-8")


if __name__ == "__main__":
    write()
