"""Demo databases of several sizes: made once, kept for the next run where a folder is named."""

from __future__ import annotations

import hashlib
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import tui_portal
from tui_portal.demo import demo_settings, make_demo, write_demo_settings
from tui_portal.services.accounts import AccountQuery, count_accounts
from tui_portal.services.context import Context, key_file, open_context
from tui_portal.services.staff import caller_login, identify

_BYTES_EACH = 1700  # of an account, measured
_MADE_FROM = ("demo/*.py", "services/seeding.py", "store/migrations/*.py")


@dataclass(frozen=True)
class Demo:
    """A demo firm with so many accounts; `total` are not archived. `config` holds its settings."""

    accounts: int
    path: Path
    config: Path
    total: int

    @property
    def command(self) -> list[str]:
        """The words after `tui-portal` that open it to look at it."""
        return ["--database", str(self.path), "--config", str(self.config), "--read-only"]

    def open(self, *, read_only: bool = True) -> Context:
        """The firm with its owner acting."""
        return identify(open_context(self.path, demo_settings(self.path.parent), read_only=read_only))

    def counts(self, filters: Sequence[str]) -> dict[str, int]:
        """How many accounts each filter finds."""
        context = self.open()
        try:
            return {text: count_accounts(context, AccountQuery(text)) for text in filters}
        finally:
            context.database.close()

    def copy(self, folder: Path) -> Demo:
        """The same firm in another folder, to be written to."""
        path = folder / self.path.name
        for source, target in ((self.path, path), (key_file(self.path), key_file(path))):
            shutil.copy(source, target)
        return Demo(self.accounts, path, self.config, self.total)

    def remove(self) -> None:
        """Delete the files of the database."""
        for path in (self.path, key_file(self.path), Path(f"{self.path}-wal"), Path(f"{self.path}-shm")):
            path.unlink(missing_ok=True)


def demos(folder: Path, sizes: Sequence[int]) -> list[Demo]:
    """A demo firm of each size in `folder`: those that are there already, made by the same code, as they are."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    config = folder / "config.toml"
    if not config.exists():
        write_demo_settings(config, demo_settings(folder))
    paths = {accounts: folder / f"demo-{accounts}-{_version()}.sqlite3" for accounts in sizes}
    missing = [accounts for accounts, path in paths.items() if not path.exists()]
    # Besides, a copy at a time is written to, with its log.
    need, free = _BYTES_EACH * (sum(missing) + 2 * max(sizes)), shutil.disk_usage(folder).free
    if need > free:
        gib = f"{free / 2**30:.1f} GiB free; {need / 2**30:.1f} GiB are needed"
        raise SystemExit(f"{folder} has {gib}. Name a folder with more room by --keep, or fewer --accounts.")
    for accounts in missing:
        start = time.perf_counter()
        settings = demo_settings(folder)
        make_demo(paths[accounts], owner_login=caller_login(), accounts=accounts, settings=settings).database.close()
        size = paths[accounts].stat().st_size / 2**20
        print(f"made {accounts:,} accounts, {size:,.0f} MiB, in {time.perf_counter() - start:.1f} s", file=sys.stderr)
    return [_with_total(Demo(accounts, path, config, 0)) for accounts, path in paths.items()]


def _with_total(demo: Demo) -> Demo:
    return Demo(demo.accounts, demo.path, demo.config, demo.counts([""])[""])


def _version() -> str:
    """What tells databases made by other code, or for another owner, from those that can be used."""
    package = Path(tui_portal.__file__).parent
    digest = hashlib.sha256(caller_login().encode())
    for pattern in _MADE_FROM:
        for path in sorted(package.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:8]
