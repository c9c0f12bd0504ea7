"""`tui-portal serve` with a certificate of the firm's own."""

from __future__ import annotations

import ssl
import time
from pathlib import Path

import httpx
import pytest

from tests.certificates import make_certificate
from tests.conftest import Clock
from tests.portal.browsing import PASSWORD, hidden_in, invite_client, serve
from tests.portal.wire import Wire
from tui_portal.cli import main
from tui_portal.services.context import Context


def _config(certificate: Path, key: Path, more: str = "") -> str:
    return (
        '[firm]\nportal_url = "https://127.0.0.1:8443"\n'
        f'[portal]\ncertificate = "{certificate.name}"\ncertificate_key = "{key.name}"\n{more}'
    )


def test_the_way_in_leads_over_https_and_over_nothing_else(office: Context, clock: Clock) -> None:
    clock.moment = int(time.time())  # certificates are made for the real time
    certificate, key = make_certificate(office.database.path.parent)
    zoe = invite_client(office)
    trusting = ssl.create_default_context(cafile=str(certificate))
    config = _config(certificate, key, "[limits]\nrequest_seconds = 1\n")
    with (
        serve(office, config, "--no-delivery") as served,
        Wire(served.url) as silent,
        httpx.Client(base_url=served.url, verify=trusting, follow_redirects=True) as client,
    ):
        page = client.get(zoe.link())
        home = client.post(page.url, data={**hidden_in(page), "password": PASSWORD, "again": PASSWORD})
        assert "Brasserie du Marché SARL" in home.text
        assert {cookie.name for cookie in client.cookies.jar} >= {"__Host-tui_portal_session"}
        assert home.headers["strict-transport-security"].startswith("max-age=")
        assert silent.rest() == b""  # who begins no handshake is sent away

        old = ssl.create_default_context(cafile=str(certificate))
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_2
        assert httpx.get(f"{served.url}/healthz", verify=old).text == "ok\n"
        old.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{served.url}/healthz", verify=old)
        with Wire(served.url) as plain:
            plain.send("GET /login HTTP/1.1", "Host: 127.0.0.1")
            assert b"HTTP" not in plain.rest()
        assert served.stop() == 0
        assert served.process.stderr is not None
        assert served.process.stderr.read() == ""


def test_a_certificate_that_ends_soon_is_warned_of(office: Context, clock: Clock) -> None:
    clock.moment = int(time.time())
    certificate, key = make_certificate(office.database.path.parent, days=3)
    with serve(office, _config(certificate, key), "--no-delivery") as served:
        assert served.stop() == 0
        assert served.process.stderr is not None
        assert f"Warning: The certificate {certificate} ends on 20" in served.process.stderr.read()


def test_one_that_has_ended_is_not_served_with(
    office: Context, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    certificate, key = make_certificate(office.database.path.parent, days=3)
    clock.moment = int(time.time()) + 4 * 86_400
    office.database.execute("UPDATE firm SET fixed_now = ?", [clock()])
    config = certificate.with_name("config.toml")
    config.write_text(_config(certificate, key))

    words = ["--database", str(office.database.path), "--config", str(config), "serve", "--port", "0"]
    assert main(words) == 2

    assert f"The certificate {certificate} ended on 20" in capsys.readouterr().err
