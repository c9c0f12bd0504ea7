"""Delivery status notices: what a mail server tells of a mail that it could not deliver (RFC 3464, 6522, 6533).

What comes in was written by anybody, so that it is taken apart here with few means, each of which takes a time that grows with
the length of the message and no faster, instead of by `email`, whose parser follows whatever a message nests.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass
from enum import StrEnum

from tui_portal.domain.return_addresses import ReturnToken, return_tokens
from tui_portal.domain.text import safe

_MOST_HEAD = 128 * 1024  # bytes of a header; fields of a longer one that come later are not looked at
_MOST_VALUE = 4000  # characters of a field
_MOST_PARTS = 20
_MOST_GROUPS = 100
_MOST_TOKENS = 20
_MOST_WORDS = 500
_MOST_ADDRESS = 320

_STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")
_RETURNED_TYPES = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")
# Where the address that a notice was sent to stands, depending on the server that took it in.
_ARRIVED_AT = ("delivered-to", "x-original-to", "x-delivered-to", "envelope-to", "x-envelope-to", "to", "return-path")
_AUTOMATIC = ("x-autoreply", "x-autorespond", "x-auto-reply", "x-vacation")

_TYPE = re.compile(r"\s*([\w.+-]+/[\w.+-]+)", re.ASCII)
_PARAMETER = re.compile(r";\s*([\w*-]+)\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^\s;\"]+))", re.ASCII)
_FIELD_NAME = re.compile(r"([!-9;-~]{1,100})[ \t]*:(.*)", re.DOTALL)
_CODE = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])", re.ASCII)
_MESSAGE_ID = re.compile(r"<[^<>\s]{3,250}>")
_ESCAPED = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}")


class NoNotice(StrEnum):
    """A message that tells nothing about a delivery."""

    AUTO_REPLY = "auto_reply"
    OTHER_REPORT = "other_report"
    MESSAGE = "message"
    BROKEN = "broken"


class Action(StrEnum):
    """What a server did with a mail for one recipient; a mail that it passed on or expanded counts as delivered."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"


_ACTIONS = {
    "failed": Action.FAILED,
    "delayed": Action.DELAYED,
    "delivered": Action.DELIVERED,
    "relayed": Action.DELIVERED,
    "expanded": Action.DELIVERED,
}
_CLASSES = {"5": Action.FAILED, "4": Action.DELAYED, "2": Action.DELIVERED}


@dataclass(frozen=True, slots=True)
class RecipientStatus:
    """What became of the mail for one recipient.

    `recipients` are the addresses by which it is called (the one that it was sent to, the one that it ended at), as they are
    written; `status` is the enhanced code (RFC 3463); `words` what the server said, on one line and harmless.
    """

    action: Action
    status: str
    words: str
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """A delivery status notice: the tokens of the return addresses it arrived at, the Message-ID of the returned mail (or
    nothing), and what it says of each recipient.
    """

    tokens: tuple[ReturnToken, ...]
    message_id: str
    statuses: tuple[RecipientStatus, ...]


def read_notice(content: bytes) -> Notice | NoNotice:
    """What a message says of a delivery; never raises. Only a whole message that is a notice counts, not one with a notice in it."""
    head, body = _split(content.replace(b"\r\n", b"\n"))
    fields = _fields(head)
    kind, parameters = _content_type(_first(fields, "content-type"))
    if kind != "multipart/report":
        return NoNotice.AUTO_REPLY if _is_automatic(fields) else NoNotice.MESSAGE
    if parameters.get("report-type", "delivery-status").lower() != "delivery-status":
        return NoNotice.OTHER_REPORT
    boundary = parameters.get("boundary", "")
    if not 1 <= len(boundary) <= 200:
        return NoNotice.BROKEN
    statuses: list[RecipientStatus] = []
    message_id = ""
    for part in _parts(body, boundary):
        part_head, part_body = _split(part)
        part_fields = _fields(part_head)
        part_kind = _content_type(_first(part_fields, "content-type"))[0]
        if part_kind in _STATUS_TYPES and not statuses:
            statuses = _statuses(_decoded(part_fields, part_body))
        elif part_kind in _RETURNED_TYPES and not message_id:
            returned = _split(_decoded(part_fields, part_body).lstrip(b"\n"))[0]
            found = _MESSAGE_ID.search(_first(_fields(returned), "message-id"))
            message_id = found[0] if found else ""
    if not statuses:
        return NoNotice.BROKEN
    tokens = [token for name, value in fields if name in _ARRIVED_AT for token in return_tokens(value)]
    return Notice(tuple(dict.fromkeys(tokens))[:_MOST_TOKENS], message_id, tuple(statuses))


def _is_automatic(fields: list[tuple[str, str]]) -> bool:
    """Whether a program wrote the message (RFC 3834, and what was usual before it)."""
    submitted = _first(fields, "auto-submitted").partition(";")[0].strip().lower()
    if submitted not in ("", "no") or any(name in _AUTOMATIC for name, _value in fields):
        return True
    return _first(fields, "precedence").strip().lower() in ("auto_reply", "auto-reply")


def _split(content: bytes) -> tuple[bytes, bytes]:
    """Header and body; a message that begins with an empty line has no header."""
    if content.startswith(b"\n"):
        return b"", content[1:]
    head, _blank, body = content.partition(b"\n\n")
    return head, body


def _fields(head: bytes) -> list[tuple[str, str]]:
    """The fields of a header, unfolded, their names in small letters; lines that are none are passed over."""
    found: list[tuple[str, list[str]]] = []
    for line in head[:_MOST_HEAD].split(b"\n"):
        if line[:1] in (b" ", b"\t"):
            if found:
                found[-1][1].append(_text(line))
            continue
        match = _FIELD_NAME.match(_text(line))
        if match:
            found.append((match[1].lower(), [match[2]]))
    return [(name, "".join(values)[:_MOST_VALUE]) for name, values in found]


def _first(fields: list[tuple[str, str]], name: str) -> str:
    return next((value for known, value in fields if known == name), "")


def _text(raw: bytes) -> str:
    """Bytes of any charset as text: UTF-8 where it is, else each byte a sign."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _content_type(value: str) -> tuple[str, dict[str, str]]:
    found = _TYPE.match(value)
    if not found:
        return "text/plain", {}
    parameters: dict[str, str] = {}
    for name, quoted, plain in _PARAMETER.findall(value, found.end()):
        parameters.setdefault(name.lower(), plain or re.sub(r"\\(.)", r"\1", quoted))
    return found[1].lower(), parameters


def _parts(body: bytes, boundary: str) -> list[bytes]:
    """The parts of a multipart body; the last one may have no end, where the message was cut."""
    mark = re.compile(rb"^--" + re.escape(boundary.encode()) + rb"(--)?[ \t]*$", re.MULTILINE)
    parts: list[bytes] = []
    begin: int | None = None
    for found in mark.finditer(body):
        if begin is not None:
            parts.append(body[begin : found.start()])
        if found[1] or len(parts) == _MOST_PARTS:
            return parts
        begin = found.end() + 1
    if begin is not None:
        parts.append(body[begin:])
    return parts


def _decoded(fields: list[tuple[str, str]], body: bytes) -> bytes:
    """The body of a part as it was before it was encoded for the way, which gateways do to parts that should not be."""
    encoding = _first(fields, "content-transfer-encoding").strip().lower()
    try:
        if encoding == "base64":
            return binascii.a2b_base64(body).replace(b"\r\n", b"\n")
        if encoding == "quoted-printable":
            return binascii.a2b_qp(body).replace(b"\r\n", b"\n")
    except binascii.Error:
        return b""
    return body


def _statuses(body: bytes) -> list[RecipientStatus]:
    """What stands in the machine's part: groups of fields, the first about the mail, each other one about a recipient."""
    found: list[RecipientStatus] = []
    for group in re.split(rb"\n[ \t]*\n", body, maxsplit=_MOST_GROUPS)[:_MOST_GROUPS]:
        fields = _fields(group.lstrip(b"\n"))
        status = _status(fields)
        if status is not None:
            found.append(status)
    return found


def _status(fields: list[tuple[str, str]]) -> RecipientStatus | None:
    """What a group says of a recipient; None where it says nothing, or two things of which only one can be."""
    said = " ".join(_first(fields, "diagnostic-code").split())
    kind, semicolon, rest = said.partition(";")
    words = rest.strip() if semicolon else said
    status = _specific(_first(fields, "status"), words if kind.strip().lower() == "smtp" or not semicolon else "")
    action = _ACTIONS.get(_first(fields, "action").partition("(")[0].strip().lower())
    if action is None:
        action = _CLASSES.get(status[:1])
    if action is None or (action, status[:1]) in ((Action.FAILED, "2"), (Action.DELIVERED, "5")):
        return None
    recipients = [_address(_first(fields, name)) for name in ("original-recipient", "final-recipient")]
    shown = safe(words or " ".join(_first(fields, "status").split()) or action.value)[:_MOST_WORDS].rstrip(".")
    return RecipientStatus(action, status, shown, tuple(dict.fromkeys(r for r in recipients if r)))


def _specific(field: str, words: str) -> str:
    """The code in the Status field; where that says nothing in particular (X.0.0), the one in the server's own words."""
    found, said = _CODE.search(field), _CODE.search(words)
    if said and (found is None or (found[1], "0", "0") == (said[1], found[2], found[3])):
        found = said
    return f"{found[1]}.{int(found[2])}.{int(found[3])}" if found else ""


def _address(value: str) -> str:
    """The address in `rfc822; name@domain`; nothing where it is of another kind (X.400, a telephone number)."""
    kind, semicolon, rest = value.partition(";")
    if not semicolon:
        kind, rest = "rfc822", value
    address = rest.strip().strip("<>").strip()
    if len(address) > _MOST_ADDRESS or "@" not in address:
        return ""
    if kind.strip().lower() == "utf-8":
        address = _ESCAPED.sub(lambda found: chr(min(int(found[1], 16), 0x10FFFF)), address)
    elif kind.strip().lower() != "rfc822":
        return ""
    return safe(address)
