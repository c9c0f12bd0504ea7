"""Leases: which process does a thing now, so that another can take over when it has gone.

An owner is written `host:process:start`; the start tells a process from a later one with the same number. A lease that has
run out, or whose owner was a process of this machine that is no more, is anybody's.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

from tui_portal.services.context import Context

DELIVERY = "delivery"  # the lease of the process that delivers mail for as long as it runs

_START = 19  # the field after the process's name is the third; this is the 22nd, start time (proc(5))
_DEAD = ("Z", "X")  # ended, and only waiting for its parent to take notice


def this_process() -> str:
    """The owner string of the calling process."""
    return f"{socket.gethostname()}:{os.getpid()}:{_state(os.getpid())[1]}"


def is_gone(owner: str) -> bool:
    """Whether `owner` was a process of this machine that is no more. Of other machines nothing is known: False."""
    host, _colon, rest = owner.partition(":")
    number, _colon, start = rest.partition(":")
    if host != socket.gethostname() or not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except (ProcessLookupError, OverflowError):
        return True
    except PermissionError:
        pass  # it is there, and somebody else's
    state, started = _state(int(number))
    return state in _DEAD or (bool(started) and started != start)


def lives_here(owner: str) -> bool:
    """Whether `owner` is a process of this machine that is still there."""
    return owner.partition(":")[0] == socket.gethostname() and not is_gone(owner)


def hold(context: Context, name: str, owner: str, seconds: int) -> bool:
    """Take the lease `name` for `seconds`, or keep it where `owner` has it; whether `owner` has it now.

    Writes nothing as long as more than half of the time is left.
    """
    now = context.clock()
    row = context.database.one("SELECT owner, until FROM lease WHERE name = ?", [name])
    holder, until = row or ("", 0)
    if holder == owner and until - now > seconds // 2:
        return True
    if holder != owner and until > now and not is_gone(holder):
        return False
    with context.database.write():
        return bool(
            context.database.execute(
                """
                INSERT INTO lease (name, owner, until) VALUES (:name, :owner, :until)
                ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until
                WHERE owner IN (:owner, :holder) OR until <= :now
                """,
                {"name": name, "owner": owner, "until": now + seconds, "holder": holder, "now": now},
            )
        )


def give_back(context: Context, name: str, owner: str) -> None:
    """Let go of the lease `name`, where `owner` has it."""
    with context.database.write():
        context.database.execute("DELETE FROM lease WHERE name = ? AND owner = ?", [name, owner])


def is_held(context: Context, name: str) -> bool:
    """Whether somebody who is still there holds the lease `name`."""
    row = context.database.one("SELECT owner, until FROM lease WHERE name = ?", [name])
    return row is not None and row[1] > context.clock() and not is_gone(row[0])


def delivery_is_held(context: Context) -> bool:
    """Whether a process that is still there delivers for as long as it runs (`serve`, `deliver` without `--once`)."""
    return is_held(context, DELIVERY)


def _state(process: int) -> tuple[str, str]:
    """The state and the start time of a process, both empty where the system does not tell."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return "", ""
    return (fields[0], fields[_START]) if len(fields) > _START else ("", "")
