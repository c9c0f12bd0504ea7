"""The main job, end to end: from a client list to an activated user; by the command line and by keys."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.pty_terminal import PtyTerminal
from tests.smtp_server import MailServer

CONTACTS = Path(__file__).parent / "data" / "google_2024.csv"
PASSWORD = "vogelhaus am stillen teich"
LINK = re.compile(r"http://127\.0\.0\.1:8080(/activate/[\w-]+)")


class Office:
    """A firm's server: its database, its settings, and the commands that are called on it."""

    def __init__(self, folder: Path, mail_server: MailServer) -> None:
        self.config = folder / "config.toml"
        self.config.write_text(
            '[firm]\nportal_url = "http://127.0.0.1:8080"\n'
            f'[mail]\nsmtp = "{mail_server.url}"\nfrom = "office@hansen-partner.example"\n'
        )
        self.options = ["--database", str(folder / "firm.sqlite3"), "--config", str(self.config)]

    def run(self, *words: str, status: int = 0) -> Any:
        """Call a command with --json; its document."""
        command = [sys.executable, "-m", "tui_portal", *self.options, *words, "--json"]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == status, done.stdout + done.stderr
        return json.loads(done.stdout)

    @contextmanager
    def portal(self) -> Iterator[httpx.Client]:
        """A browser without a screen on `tui-portal serve`."""
        command = [sys.executable, "-m", "tui_portal", *self.options, "serve", "--port", "0", "--no-delivery"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
            assert server.stderr is not None
            try:
                url = re.search(r"http://127\.0\.0\.1:\d+", server.stderr.readline())
                assert url
                with httpx.Client(base_url=url[0], follow_redirects=True) as browser:
                    yield browser
            finally:
                server.terminate()


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def office(tmp_path: Path, mail_server: MailServer) -> Office:
    """A firm that has just taken its client list."""
    made = Office(tmp_path, mail_server)
    made.run("init", "--firm", "Hansen & Partner", "--owner-name", "Olga Owner", "--owner-email", "olga@hansen.example")
    told = made.run("import", str(CONTACTS), "--dry-run")
    assert made.run("accounts")["total"] == 0
    assert made.run("import", str(CONTACTS))["accounts"] == told["accounts"]
    return made


def _choose_password(office: Office, link: str) -> None:
    with office.portal() as browser:
        page = browser.get(link)
        assert "Boulangerie Dupont" in page.text
        hidden = re.findall(r'name="(proof|link)" value="([^"]+)"', page.text)
        assert len(hidden) == 2
        form = {**dict(hidden), "password": PASSWORD, "again": PASSWORD}
        assert "Boulangerie Dupont" in browser.post(page.url, data=form).text
        browser.cookies.clear()
        assert browser.get(link).status_code == 410


def test_from_a_client_list_to_an_activated_user_by_commands(office: Office, mail_server: MailServer) -> None:
    (account,) = office.run("accounts", "--filter", "boulangerie")["accounts"]
    words = [
        "access",
        account["id"],
        "--email",
        "zoe@dupont.example",
        "--login",
        "on",
        "--invite",
        "--message",
        "Bonjour Zoë",
    ]
    assert office.run(*words)["invitations"] == 1
    assert office.run("deliver", "--once")["sent"] == 1

    (mail,) = mail_server.received
    assert mail.recipient == "zoe@dupont.example"
    assert "Bonjour Zoë" in mail.part("plain")
    _choose_password(office, LINK.findall(mail.part("plain"))[0])

    emails = [e for c in office.run("account", account["id"])["account"]["contacts"] for e in c["emails"]]
    states = {email["address"]: email["state"] for email in emails}
    assert states["zoe@dupont.example"] == "active"
    assert set(states.values()) == {"active", "none"}
    assert office.run("import", str(CONTACTS))["accounts"]["created"] == 0


def test_from_a_client_list_to_an_activated_user_by_keys(office: Office, mail_server: MailServer) -> None:
    with PtyTerminal(*office.options, environment={"HOME": os.environ["HOME"]}) as terminal:
        terminal.shows("Boulangerie Dupont")
        terminal.send("/boulangerie")
        terminal.shows("1 of ")
        terminal.send("\r\r")
        terminal.shows("zoe@dupont.example", "no access")
        terminal.send("l")
        terminal.shows("Personalized message")
        terminal.send("Bonjour Zoé")
        terminal.shows("11 / 5000")
        terminal.send("\t\r")
        # The application's own child hands the mail over.
        terminal.shows("pending, invited on", "Olga Owner")
        (mail,) = mail_server.received
        assert "Bonjour Zoé" in mail.part("plain")
        _choose_password(office, LINK.findall(mail.part("plain"))[0])
        terminal.shows("active, last login", "● active")
        terminal.send("q")
        assert terminal.ends() == 0
