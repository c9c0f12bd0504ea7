"""A firm that sends its mail to a real server on loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.mail.firm import settings_for
from tests.smtp_server import MailServer
from tui_portal.config import Settings


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def settings(mail_server: MailServer) -> Settings:
    return settings_for(mail_server.url)
