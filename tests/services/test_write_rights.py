"""Who may not change anything changes nothing: every use case that writes is asked, and none is forgotten."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.services.firms import everything, firm_of
from tui_portal import services
from tui_portal.domain.errors import NotAllowed
from tui_portal.domain.staff import Role
from tui_portal.services.context import Context
from tui_portal.services.staff import identify
from tui_portal.services.staff_members import StaffFields, add_member, deactivate, find_member

# Those that write without a staff right: what clients do in the portal, what the program does by itself, what is a person's own.
_CLIENTS = {"access_requests", "activation", "portal_home", "portal_settings", "password_resets"}
_PROGRAM = {
    *(
        "asides",
        "bounces",
        "claims",
        "copies",
        "fates",
        "firm",
        "leases",
        "mail_domains",
        "outbox",
        "pacing",
        "reminders",
    ),
    *("activity_chain", "activity_seal", "backups", "log_chain", "restores", "seeding", "presence", "stamps"),
}
_RIGHTS = {"require", "require_manager", "require_staff", "_owner"}


def _public() -> Iterator[tuple[str, str, Callable[..., Any]]]:
    """Module, name and function of every use case: what is public, stands in its own module and takes a context first."""
    for found in pkgutil.iter_modules(services.__path__):
        module = importlib.import_module(f"{services.__name__}.{found.name}")
        for name, function in vars(module).items():
            if name.startswith("_") or not inspect.isfunction(function) or function.__module__ != module.__name__:
                continue
            inside = (function.__doc__ or "").startswith("Inside a write transaction")
            if not inside and next(iter(inspect.signature(function).parameters), "") == "context":
                yield found.name, name, function


def _calls(function: Callable[..., Any], seen: frozenset[str] = frozenset()) -> set[str]:
    """The names of what a function calls, by itself or by the private functions of its module."""
    tree = ast.parse(inspect.getsource(inspect.unwrap(function)))
    called = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    found = {ast.unparse(call).removeprefix("context.") for call in called}
    for name in sorted(found - seen):
        private = function.__globals__.get(name) if name.startswith("_") else None
        if inspect.isfunction(private) and private.__module__ == function.__module__:
            found |= _calls(private, seen | found)
    return found


USE_CASES = list(_public())
WITH_RIGHT = [(module, name, function) for module, name, function in USE_CASES if _calls(function) & _RIGHTS]


def test_whatever_opens_a_write_transaction_asks_for_a_right() -> None:
    asking = {(module, name) for module, name, _function in WITH_RIGHT}
    left = [
        f"{module}.{name}"
        for module, name, function in USE_CASES
        if "database.write" in _calls(function) and module not in _CLIENTS | _PROGRAM and (module, name) not in asking
    ]
    own = [
        "hide_columns",
        "keep_density",
        "keep_theme",
        "keep_tour",
    ]  # a person's own, and nothing that anybody else sees
    assert sorted(left) == [f"staff_settings.{name}" for name in own]


def _employee(office: Context) -> Context:
    add_member(office, StaffFields("tom", "Tom Reader", "tom@x.example", Role.EMPLOYEE))
    return identify(office, login="tom")


def _wished(function: Callable[..., Any]) -> list[None]:
    parameters = list(inspect.signature(function).parameters.values())[1:]
    return [None for p in parameters if p.default is p.empty and p.kind is not p.KEYWORD_ONLY]


def _named(function: Callable[..., Any]) -> dict[str, None]:
    parameters = inspect.signature(function).parameters.values()
    return {p.name: None for p in parameters if p.default is p.empty and p.kind is p.KEYWORD_ONLY}


OWN = {"save_view", "remove_view", "choose_own_language"}  # a person's own filters and language need no right
WRITES = [
    pytest.param(function, id=f"{module}.{name}")
    for module, name, function in WITH_RIGHT
    if name not in OWN and not name.startswith("require")
]


def test_the_sweep_knows_the_use_cases() -> None:
    names = {param.id for param in WRITES}
    assert len(names) > 30
    assert {"access.change_access", "archive.archive", "staff_members.add_member", "assignments.assign"} <= names


@pytest.mark.parametrize("use_case", WRITES)
def test_an_employee_without_rights_changes_nothing(office: Context, use_case: Callable[..., Any]) -> None:
    firm_of(office, 1)
    tom = _employee(office)
    before = everything(office)
    with pytest.raises(NotAllowed):
        use_case(tom, *_wished(use_case), **_named(use_case))
    assert everything(office) == before


@pytest.mark.parametrize("use_case", WRITES)
def test_who_was_deactivated_meanwhile_changes_nothing_in_an_open_terminal(
    office: Context, use_case: Callable[..., Any]
) -> None:
    add_member(office, StaffFields("max", "Max Admin", "max@x.example", Role.ADMIN))
    open_terminal = identify(office, login="max")
    deactivate(office, find_member(office, "max").id)
    before = everything(office)
    with pytest.raises(NotAllowed, match="not active"):
        use_case(open_terminal, *_wished(use_case), **_named(use_case))
    assert everything(office) == before
