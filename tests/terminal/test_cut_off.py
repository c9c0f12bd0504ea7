"""A line that is cut while mail is being handed over: what the application has started ends with it."""

from __future__ import annotations

import os
import select
import signal
import socket
import time
from pathlib import Path

import pytest

from tests.pty_terminal import PtyTerminal
from tui_portal.config import Settings
from tui_portal.domain.accounts import AccountType
from tui_portal.services.access import AccessWish, change_access
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.firm import create_firm
from tui_portal.services.staff import caller_login, identify


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="processes can't be waited for on this system")
def test_no_delivery_goes_on_that_a_mail_server_keeps_waiting(database_path: Path, tmp_path: Path) -> None:
    login = caller_login()
    office = identify(
        create_firm(
            database_path, Settings(), firm="Hansen", owner_login=login, owner_name="Olga", owner_email="o@x.example"
        ),
        login,
    )
    account = create_account(office, "Dupont", AccountType.COMPANY)
    create_contact(office, [account], "Zoë", ["zoe@dupont.example"])
    change_access(office, [account], AccessWish(login=True, invite=True))
    config = tmp_path / "config.toml"
    with socket.create_server(("127.0.0.1", 0)) as server:
        smtp = f"smtp://127.0.0.1:{server.getsockname()[1]}"
        config.write_text(f'[mail]\nsmtp = "{smtp}"\nfrom = "o@hansen.example"\n', encoding="utf-8")
        with PtyTerminal("--database", str(database_path), "--config", str(config)) as terminal:
            terminal.shows("Dupont")
            server.settimeout(20)
            connection, _address = server.accept()  # and nothing is ever said
            with connection:
                child = os.pidfd_open(_delivering(database_path))
                began = time.monotonic()
                terminal.process.send_signal(signal.SIGHUP)
                assert terminal.ends() == 128 + signal.SIGHUP
                assert select.select([child], [], [], 2)[0]
                assert time.monotonic() - began < 2
                os.close(child)
    office.database.close()


def _delivering(database: Path) -> int:
    """The process that delivers the mail of this database."""
    for folder in Path("/proc").glob("[0-9]*"):
        words = (folder / "cmdline").read_bytes().split(b"\0") if folder.exists() else []
        if b"deliver" in words and os.fsencode(database) in words:
            return int(folder.name)
    raise AssertionError("nobody delivers")
