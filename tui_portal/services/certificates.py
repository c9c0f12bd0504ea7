"""The certificate of the firm's own with which the portal's pages are served: is it whole, is the key its own, how long it lasts."""

from __future__ import annotations

import ssl
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tui_portal.config import Settings
from tui_portal.domain.errors import WrongUse
from tui_portal.domain.moments import Clock, utc
from tui_portal.i18n import _, ngettext

_DAY = 86_400
_NO_CHECK_TIME = 0x200000  # OpenSSL's X509_V_FLAG_NO_CHECK_TIME: the time is looked at here, to be told in words
_TURNS = 3  # of a handshake, until the client knows the certificate


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that can be served with, until the moment `ends`; `warning` is empty where there is nothing to warn of."""

    context: ssl.SSLContext
    ends: int
    warning: str


def open_certificate(settings: Settings, clock: Clock) -> Certificate | None:
    """The certificate that the settings name, None where they name none. Raises WrongUse, which says what is wrong with it."""
    portal = settings.portal
    if not portal.certificate and not portal.certificate_key:
        return None
    if not portal.certificate_key:
        raise WrongUse(_("[portal] certificate is set, but no certificate_key beside it."))
    if not portal.certificate:
        raise WrongUse(_("[portal] certificate_key is set, but no certificate beside it."))
    parts = urlsplit(settings.firm.portal_url)
    if parts.scheme != "https":
        words = _("[portal] certificate is set, but firm.portal_url is {url}: it must begin with https://.")
        raise WrongUse(words.format(url=settings.firm.portal_url))
    path, key = settings.beside(portal.certificate), settings.beside(portal.certificate_key)
    context = _server_context(path, key)
    begins, ends = _validity(context, path)
    moment = clock()
    if moment >= ends:
        raise WrongUse(_("The certificate {path} ended on {date}.").format(path=path, date=_date(ends)))
    if moment < begins:
        raise WrongUse(_("The certificate {path} is not valid before {date}.").format(path=path, date=_date(begins)))
    warning = ""
    days = (ends - moment) // _DAY
    if not _is_made_for(context, path, parts.hostname or ""):
        words = _("The certificate {path} is not made for {host}: browsers will refuse it.")
        warning = words.format(path=path, host=parts.hostname)
    elif days < settings.limits.certificate_days:
        words = ngettext(
            "The certificate {path} ends on {date}, in {n} day.",
            "The certificate {path} ends on {date}, in {n} days.",
            days,
        )
        warning = words.format(path=path, date=_date(ends), n=days)
    return Certificate(context, ends, warning)


def in_words(certificate: Certificate) -> str:
    """How long the certificate lasts."""
    return _("the portal's certificate is valid until {date}").format(date=_date(certificate.ends))


def _server_context(path: Path, key: Path) -> ssl.SSLContext:
    unreadable = (
        _("The certificate {path} can't be read: {why}."),
        _("The certificate's key {path} can't be read: {why}."),
    )
    for file, words in zip((path, key), unreadable, strict=True):
        try:
            with file.open("rb") as opened:
                opened.read(1)
        except OSError as error:
            raise WrongUse(words.format(path=file, why=error.strerror)) from None
    if key.stat().st_mode & stat.S_IROTH:
        words = _("Everybody on this machine can read the certificate's key {path}: chmod 600 it.")
        raise WrongUse(words.format(path=key))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.set_alpn_protocols(["http/1.1"])
    asked: list[bool] = []

    def password() -> str:
        asked.append(True)
        return ""

    try:
        context.load_cert_chain(path, key, password)
    except (ssl.SSLError, OSError, ValueError) as error:
        raise WrongUse(_fault(error, path, key, locked=bool(asked))) from None
    return context


def _fault(error: Exception, path: Path, key: Path, *, locked: bool) -> str:
    """Why the two files don't make a server."""
    if locked:
        return _("The certificate's key {path} is locked with a password: store it without one.").format(path=key)
    reason = getattr(error, "reason", None) or ""
    if reason in ("KEY_VALUES_MISMATCH", "NO_CERTIFICATE_ASSIGNED"):  # the latter where the two are of different kinds
        return _("{key} is not the key of the certificate {path}.").format(key=key, path=path)
    if not reason or reason in ("NO_START_LINE", "PEM_LIB", "BAD_BASE64_DECODE"):
        return _("{path} and {key} are no certificate and key in PEM.").format(path=path, key=key)
    words = _("The certificate {path} can't be used: {why}.")
    return words.format(path=path, why=reason.replace("_", " ").lower())


def _validity(server: ssl.SSLContext, path: Path) -> tuple[int, int]:
    """From when until when the certificate is valid."""
    try:
        told = _seen_by_client(server, path)
    except ssl.SSLError as error:
        why = getattr(error, "verify_message", "") or (error.reason or "").replace("_", " ").lower()
        raise WrongUse(_("The certificate {path} can't be used: {why}.").format(path=path, why=why)) from None
    begins, ends = (ssl.cert_time_to_seconds(str(told[name])) for name in ("notBefore", "notAfter"))
    return begins, ends


def _is_made_for(server: ssl.SSLContext, path: Path, host: str) -> bool:
    try:
        _seen_by_client(server, path, host)
    except (ssl.SSLError, ValueError):
        return False
    return True


def _seen_by_client(server: ssl.SSLContext, path: Path, host: str = "") -> dict[str, Any]:
    """What a client that trusts this certificate sees of it; a handshake in memory asks for no library of its own.

    Raises SSLError where it would refuse it, or where it is not made for `host`.
    """
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname = bool(host)
    trusting.verify_flags = ssl.VerifyFlags(ssl.VERIFY_X509_PARTIAL_CHAIN | _NO_CHECK_TIME)
    trusting.load_verify_locations(path)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trusting.wrap_bio(to_client, to_server, server_hostname=host or None)
    serving = server.wrap_bio(to_server, to_client, server_side=True)
    for _turn in range(_TURNS):
        for side in (client, serving):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return client.getpeercert() or {}


def _date(moment: int) -> str:
    return f"{utc(moment):%Y-%m-%d}"
