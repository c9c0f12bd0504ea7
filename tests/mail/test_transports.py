"""The ways out: which settings work, encryption and login, international addresses, a folder."""

from __future__ import annotations

import re
import ssl
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.mail.firm import SENDER, crowd, invited, settings_for, states, using
from tests.smtp_server import MailServer
from tui_portal.config import MailSettings, Settings, read_settings
from tui_portal.domain.errors import WrongUse
from tui_portal.services.context import Context
from tui_portal.services.delivery import deliver_once
from tui_portal.services.outbox import letters
from tui_portal.services.runs import Delivered


@pytest.mark.parametrize(
    ("mail", "said"),
    [
        (MailSettings(sender=SENDER), "No mail server is set: put smtp ="),
        (MailSettings(smtp="smtp://127.0.0.1:25"), "No sender is set: put from ="),
        (MailSettings(smtp="smtp://127.0.0.1:25", sender="nobody"), r"\[mail\] from in the settings is not an e-mail"),
        (MailSettings(smtp="imap://mail.example", sender=SENDER), "it must be smtp://host:port"),
        (MailSettings(smtp="smtp://mail.example:port", sender=SENDER), "it must be smtp://host:port"),
        (MailSettings(smtp="smtp://mail.example", sender=SENDER, user="u"), "would travel unencrypted"),
        (MailSettings(smtp="smtps://mail.example", sender=SENDER, user="u"), "no password_file beside it"),
        (
            MailSettings(smtp="smtps://mail.example", sender=SENDER, user="u", password_file="/no/such/file"),
            "The password file /no/such/file can't be read",
        ),
    ],
    ids=["no server", "no sender", "bad sender", "scheme", "port", "plain login", "no file", "missing file"],
)
def test_settings_that_can_not_work_are_named_and_the_mail_waits(
    office: Context, mail: MailSettings, said: str
) -> None:
    invited(office, "zoe@dupont.example")

    done = deliver_once(using(office, Settings(mail=mail)))

    assert done.waiting == 1
    assert re.search(said, done.problem)
    assert states(office) == ["queued"]


def test_an_international_address_needs_a_server_that_takes_them(office: Context, mail_server: MailServer) -> None:
    invited(office, "zoë@dupont.example", "zoe@dupönt.example")

    done = deliver_once(office)

    assert (done.sent, done.failed) == (1, 1)
    assert mail_server.recipients == ["zoe@xn--dupnt-lua.example"]
    assert "SMTPUTF8" in letters(office)[0].error


def test_an_international_address_is_used_where_the_server_takes_them(office: Context) -> None:
    invited(office, "zoë@dupont.example", "zoe@dupont.example")
    with MailServer(utf8=True) as server:
        done = deliver_once(using(office, settings_for(server.url)))

    assert done == Delivered(sent=2)
    assert server.recipients == ["zoë@dupont.example", "zoe@dupont.example"]
    assert ["SMTPUTF8" in mail.options for mail in server.received] == [True, False]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for localhost that nobody vouches for, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    words = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    try:
        subprocess.run([*words, *names, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not here to make a certificate with")
    return certificate, key


def _tls(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


@pytest.mark.parametrize("scheme", ["smtp+starttls", "smtps"])
def test_a_certificate_that_nobody_vouches_for_is_refused(
    office: Context, certificate: tuple[Path, Path], scheme: str
) -> None:
    invited(office, "zoe@dupont.example")
    with MailServer(tls=_tls(certificate), encrypted=scheme == "smtps") as server:
        done = deliver_once(using(office, settings_for(f"{scheme}://localhost:{server.port}")))

    assert done.problem.startswith(f"The certificate of the mail server localhost:{server.port} can't be trusted: self")
    assert server.received == []


@pytest.mark.parametrize("scheme", ["smtp+starttls", "smtps"])
def test_mail_goes_encrypted_with_a_login_to_a_server_that_is_vouched_for(
    office: Context, certificate: tuple[Path, Path], scheme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    secret = tmp_path / "password"
    secret.write_text("right\n")
    secret.chmod(0o600)
    invited(office, "zoe@dupont.example")
    with MailServer(tls=_tls(certificate), encrypted=scheme == "smtps", login=("firm", "right")) as server:
        url = f"{scheme}://localhost:{server.port}"
        done = deliver_once(using(office, settings_for(url, user="firm", password_file=str(secret))))
        assert done == Delivered(sent=1)

        invited(office, "eve@dupont.example")
        secret.write_text("wrong")
        done = deliver_once(using(office, settings_for(url, user="firm", password_file=str(secret))))

    assert "does not take the login: 535" in done.problem
    assert server.recipients == ["zoe@dupont.example"]


def test_a_password_that_everybody_can_read_is_not_used(office: Context, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("secret")
    secret.chmod(0o644)
    invited(office, "zoe@dupont.example")

    done = deliver_once(using(office, settings_for("smtps://mail.example", user="u", password_file=str(secret))))

    assert "chmod 600" in done.problem


def test_encryption_that_the_server_does_not_offer_is_not_done_without(
    office: Context, mail_server: MailServer
) -> None:
    invited(office, "zoe@dupont.example")

    done = deliver_once(using(office, settings_for(f"smtp+starttls://127.0.0.1:{mail_server.port}")))

    assert "offers no encryption (STARTTLS)" in done.problem
    assert mail_server.received == []


def test_a_folder_gets_a_file_for_each_mail(office: Context, tmp_path: Path) -> None:
    crowd(office, 3)
    folder = tmp_path / "out" / "mail"

    done = deliver_once(using(office, settings_for(f"folder:{folder}")))

    assert done == Delivered(sent=3)
    files = sorted(folder.iterdir())
    assert [file.suffix for file in files] == [".eml"] * 3
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert [b"client%d@crowd" % n in file.read_bytes() for n, file in enumerate(files)] == [True] * 3


def test_a_folder_that_can_not_be_written_keeps_the_mail(office: Context, tmp_path: Path) -> None:
    invited(office, "zoe@dupont.example")
    (tmp_path / "file").write_text("")

    done = deliver_once(using(office, settings_for(f"folder:{tmp_path / 'file' / 'mail'}")))

    assert "can't be written to the folder" in done.problem
    assert states(office) == ["queued"]


def test_a_file_begins_with_where_the_mail_came_from_and_where_it_arrived(office: Context, tmp_path: Path) -> None:
    invited(office, "zoe@dupont.example")
    settings = settings_for(f"folder:{tmp_path / 'mail'}", bounces_to="bounces@hansen-partner.example")
    mail = replace(settings.mail, copies_to=("archive@hansen-partner.example",))

    assert deliver_once(using(office, replace(settings, mail=mail))) == Delivered(sent=1, copies_sent=1)

    copy, invitation = (file.read_bytes() for file in sorted((tmp_path / "mail").iterdir()))
    assert re.match(
        rb"Return-Path: <bounces\+1-[a-z2-7]{16}@hansen-partner\.example>\r\nDelivered-To: zoe@dupont\.example\r\nFrom: ",
        invitation,
    )
    assert copy.startswith(
        b"Return-Path: <bounces@hansen-partner.example>\r\nDelivered-To: archive@hansen-partner.example\r\nFrom: "
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('bounces_to = "bounces"', "mail.bounces_to must be an e-mail address"),
        ('bounces_to = "Bounces <bounces@x.example>"', "mail.bounces_to must be an e-mail address"),
        ('copies_to = ["office@x.example", "x"]', "mail.copies_to must be an e-mail address"),
        ("bounces_to = 3", "mail.bounces_to must be text in quotes"),
    ],
)
def test_addresses_in_the_settings_are_addresses(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f"[mail]\n{text}\n")
    with pytest.raises(WrongUse, match=told):
        read_settings(path)
    path.write_text('[mail]\nbounces_to = ""\ncopies_to = []\n')
    assert read_settings(path).mail == MailSettings()
