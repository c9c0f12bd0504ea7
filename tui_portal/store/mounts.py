"""Whether a file lies on a file system of the network, where SQLite's locks and its WAL can't be relied on."""

from __future__ import annotations

from pathlib import Path

MOUNTS = Path("/proc/self/mounts")
_NETWORK = frozenset(
    {
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "ncpfs",
        "afs",
        "ceph",
        "glusterfs",
        "lustre",
        "davfs",
        "beegfs",
        "orangefs",
    }
)
_NETWORK_FUSE = frozenset(
    {"sshfs", "glusterfs", "s3fs", "rclone", "davfs2", "gcsfuse", "goofys", "curlftpfs", "smbnetfs"}
)


def network_type(path: Path, mounts: Path | None = None) -> str | None:
    """The type of the network file system on which `path` lies; None for one of this machine, or where that can't be told."""
    try:
        lines = (mounts or MOUNTS).read_text("utf-8", errors="surrogateescape").splitlines()
        wanted = path.resolve()
    except OSError:
        return None
    found, kind = 0, ""
    for line in lines:
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        place = Path(_unescaped(fields[1]))
        # Of two mounts on one place the later one is in force.
        if len(place.parts) >= found and (place == wanted or place in wanted.parents):
            found, kind = len(place.parts), fields[2]
    fuse = kind.removeprefix("fuse.")
    return kind if kind in _NETWORK or (fuse != kind and fuse in _NETWORK_FUSE) else None


def _unescaped(text: str) -> str:
    for sign, code in ((" ", "\\040"), ("\t", "\\011"), ("\n", "\\012"), ("\\", "\\134")):
        text = text.replace(code, sign)
    return text
