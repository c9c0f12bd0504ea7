"""Who holds the lock of a database: what the system tells of it, asked without touching the lock."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

LOCKS = Path("/proc/locks")
_WRITE_LOCK = "120"  # the byte of the `-shm` file that whoever writes has locked (sqlite.org/walformat.html, 2.2.1)


def writer_of(database: Path) -> tuple[str, int] | None:
    """The login and the process that write to `database` now; None where nobody else does, or the system does not tell.

    Nothing is opened: closing the file again would give up this process's own locks on it (fcntl(2)).
    """
    try:
        shared = Path(f"{database}-shm").stat()
        lines = LOCKS.read_text("ascii", "replace").splitlines()
    except OSError:
        return None
    device = f"{os.major(shared.st_dev):02x}:{os.minor(shared.st_dev):02x}:{shared.st_ino}"
    for line in lines:
        fields = line.split()
        # "7: POSIX ADVISORY WRITE 4711 fe:00:2146619 120 120"; one that waits has "->" in the second place.
        if len(fields) == 8 and fields[3] == "WRITE" and fields[5] == device and fields[6] == _WRITE_LOCK:
            return _known(int(fields[4])) if fields[4].isdigit() else None
    return None


def _known(process: int) -> tuple[str, int] | None:
    if process in (0, os.getpid()):  # 0: a process of another container
        return None
    try:
        return pwd.getpwuid(Path(f"/proc/{process}").stat().st_uid).pw_name, process
    except (OSError, KeyError):
        return None
