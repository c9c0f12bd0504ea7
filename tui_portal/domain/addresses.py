"""E-mail addresses: checked when they enter, kept in one normal form (product.md, E-mail validation)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from tui_portal.domain.text import safe
from tui_portal.i18n import _

MAX_LENGTH = 254  # RFC 5321, 4.5.3.1.3, less the angle brackets


class Validity(StrEnum):
    VALID = "valid"
    SUSPECT = "suspect"
    INVALID = "invalid"
    BOUNCING = "bouncing"


@dataclass(frozen=True, slots=True)
class AddressCheck:
    """The outcome of a check: the address to show and to write to, its canonical form, and what was found.

    `canonical` is the identity of the mailbox: two spellings of one mailbox share it. `reason` is a code of
    `reason_in_words`, empty for a valid address.
    """

    address: str
    canonical: str
    validity: Validity
    reason: str = ""


def check_address(typed: str) -> AddressCheck:
    """What `typed` is as an e-mail address: syntax and normal form, without asking the network.

    The syntax is that of RFC 5321, 5322 and 6531 as the email-validator library reads them; comments, quoted local parts
    and address literals are refused. Domains for special use (RFC 6761: `.test`, `.local`, …) are suspect, not invalid:
    firms have such servers inside.
    """
    from email_validator import EmailNotValidError, validate_email

    address = unicodedata.normalize("NFC", typed.strip())
    reason = _plain_fault(address)
    if reason:
        return AddressCheck(address, address.casefold(), Validity.INVALID, reason)
    try:
        found = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        if _special_use(address) and check_address(address.rpartition(".")[0] + ".example").validity is Validity.VALID:
            return AddressCheck(address, address.casefold(), Validity.SUSPECT, "special_use")
        return AddressCheck(address, address.casefold(), Validity.INVALID, "syntax")
    canonical = f"{found.local_part.casefold()}@{found.ascii_domain.lower()}"
    if _special_use(found.ascii_domain):
        return AddressCheck(found.normalized, canonical, Validity.SUSPECT, "special_use")
    return AddressCheck(found.normalized, canonical, Validity.VALID)


def _plain_fault(address: str) -> str:
    """The commonest faults, in the order in which a person would see them; empty where none of these is there."""
    local, at, domain = address.rpartition("@")
    faults = (
        ("empty", not address),
        ("control", safe(address) != address),
        ("several", any(c in address for c in ",;") and address.count("@") > 1),
        ("no_at", not at),
        ("several_at", "@" in local),
        ("space", any(c.isspace() for c in address)),
        ("no_local", not local),
        ("no_domain", not domain),
        ("literal", domain.startswith("[")),
        ("no_dot", "." not in domain.strip(".")),
        ("long", len(address) > MAX_LENGTH),
    )
    return next((name for name, found in faults if found), "")


def _special_use(domain: str) -> bool:
    """Whether the last label is one that the public network never resolves (RFC 6761, RFC 7686)."""
    return domain.rpartition(".")[2].casefold() in {"arpa", "invalid", "local", "localhost", "onion", "test"}


def reason_in_words(reason: str) -> str:
    """A reason code in the reader's language; a code that is not known is shown as it is."""
    words = {
        "": "",
        "empty": _("there is no address"),
        "control": _("it holds characters that can't be seen"),
        "several": _("these are several addresses"),
        "no_at": _("there is no @"),
        "several_at": _("there is more than one @"),
        "space": _("there is a space in it"),
        "no_local": _("nothing stands before the @"),
        "no_domain": _("nothing stands after the @"),
        "literal": _("a domain is needed, not a number in brackets"),
        "no_dot": _("the domain has no dot"),
        "long": _("it is longer than 254 characters"),
        "syntax": _("it is not written like an e-mail address"),
        "special_use": _("the domain does not exist on the public network"),
        "bounced": _("the receiving server refused it for good"),
    }
    return words.get(reason, reason)
