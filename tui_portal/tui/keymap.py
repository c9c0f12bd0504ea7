"""The keys that a person has chosen (`[ui.keys]` of the settings): checked at the start, then put in place of those of the registry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from tui_portal.domain.errors import WrongUse
from tui_portal.i18n import _
from tui_portal.tui import keys

if TYPE_CHECKING:
    from textual.binding import Binding, BindingsMap
    from textual.dom import DOMNode

Changes = Mapping[str, str]

# Those that are in force at the same time, so that none of them may have a key of another.
_LISTS = (keys.LIST_SCREEN, keys.LIST, keys.EVERYWHERE)
_TOGETHER = (
    _LISTS,
    *((group, *_LISTS) for group in (keys.PENDING, keys.OUTBOX, keys.ACTIVITY, keys.STAFF)),
    (keys.INFO, keys.PROFILE, keys.EVERYWHERE),
)


def read_changes(wanted: Mapping[str, str]) -> dict[str, str]:
    """The wanted keys (`list.mark` → `space,x`) by Textual's names. Raises WrongUse, which names the nearest name for a mistake,
    or the two commands that would share a key.
    """
    if not wanted:
        return {}
    known = {f"{group.name}.{key.name}": key for group in keys.GROUPS for key in group.keys}
    changes: dict[str, str] = {}
    for name, text in wanted.items():
        if name not in known:
            raise WrongUse(_("ui.keys: {name} is no command.").format(name=name) + _nearest(name, known))
        changes[name] = ",".join(_read_key(name, part.strip()) for part in text.split(" ") if part.strip())
        if not changes[name]:
            raise WrongUse(_("ui.keys: {name} needs a key.").format(name=name))
    for groups in _TOGETHER:
        _check_clashes(groups, changes)
    return changes


def in_force(groups: Iterable[keys.KeyGroup], changes: Changes) -> tuple[keys.KeyGroup, ...]:
    """The groups with the keys that were chosen."""
    if not changes:
        return tuple(groups)
    return tuple(
        group._replace(
            keys=tuple(key._replace(keys=changes.get(f"{group.name}.{key.name}", key.keys)) for key in group.keys)
        )
        for group in groups
    )


def key_changes(node: DOMNode) -> Changes:
    """The keys that were chosen for the application in which a screen or widget stands."""
    changes: Changes = getattr(node.app, "key_changes", {})
    return changes


def rebind(node: DOMNode) -> None:
    """Give the bindings of a screen or widget that has just come the keys that were chosen."""
    changes = key_changes(node)
    bindings: BindingsMap = node._bindings
    kept = [binding for found in bindings.key_to_bindings.values() for binding in found]
    if not any(binding.id in changes for binding in kept):
        return
    chosen: dict[str, list[Binding]] = {}
    for binding in kept:
        if binding.id not in changes:
            chosen.setdefault(binding.key, []).append(binding)
    for name in dict.fromkeys(binding.id for binding in kept if binding.id in changes):
        first = next(binding for binding in kept if binding.id == name)
        for key in changes[name or ""].split(","):
            chosen.setdefault(key, []).insert(0, first.with_key(key=key))
    bindings.key_to_bindings = chosen


def _read_key(name: str, text: str) -> str:
    """Textual's name for a key as people write it: `x`, `?`, `ctrl+n`, `F2`, `page_down`."""
    from textual.keys import Keys, _character_to_key

    if len(text) == 1:
        return _character_to_key(text)
    written = {"esc": "escape", "pgdn": "pagedown", "pgup": "pageup", "del": "delete", "return": "enter"}
    lower = text.lower()
    key = written.get(lower, lower)
    known = {member.value for member in Keys} | {"space", "enter", "tab"}
    known |= {sign for group in keys.GROUPS for entry in group.keys for sign in entry.keys.split(",")}
    head, _plus, last = text.rpartition("+")
    if key in known or (len(last) == 1 and last.isalnum() and head in ("alt", "ctrl")):
        return key if key in known else f"{head}+{last}"
    raise WrongUse(_("ui.keys: {name}: {key} is no key.").format(name=name, key=text) + _nearest(key, known))


def _check_clashes(groups: Sequence[keys.KeyGroup], changes: Changes) -> None:
    """Raise WrongUse where a key that was chosen belongs to another command that is in force in the same place."""
    usual = {f"{group.name}.{key.name}": key.keys.split(",") for group in groups for key in group.keys}
    owners: dict[str, str] = {}
    for group in in_force(groups, changes):
        for key in group.keys:
            name = f"{group.name}.{key.name}"
            for sign in key.keys.split(","):
                other = owners.setdefault(sign, name)
                shared = sign in usual[name] and sign in usual[other]  # one goes before the other, by design
                if other != name and not shared and (name in changes or other in changes):
                    raise WrongUse(
                        _("ui.keys: {one} and {other} can't both have the key {key}.").format(
                            one=other, other=name, key=sign
                        )
                    )


def _nearest(name: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    names = list(known)
    near = get_close_matches(name, names, n=1, cutoff=0.5)
    if not near:
        near = [other for other in names if other.rpartition(".")[2] == name.rpartition(".")[2]][:1]
    return _(" Did you mean {near}?").format(near=near[0]) if near else ""
