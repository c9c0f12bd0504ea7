"""E-mail addresses: checked when they enter, kept in one normal form (product.md, E-mail validation)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from tui_portal.domain.suggestions import meant_domain, odd_letters
from tui_portal.domain.text import safe
from tui_portal.i18n import _

MAX_LENGTH = 254  # RFC 5321, 4.5.3.1.3, less the angle brackets
CHECK_VERSION = (
    1  # of the rules in this module: raised with them, so that `tui-portal check --addresses` finds the older ones
)


class Validity(StrEnum):
    VALID = "valid"
    SUSPECT = "suspect"
    INVALID = "invalid"
    BOUNCING = "bouncing"

    @property
    def writable(self) -> bool:
        """Whether mail is tried, unless nobody wishes it."""
        return self in (Validity.VALID, Validity.SUSPECT)

    @property
    def label(self) -> str:
        """The outcome in the reader's language."""
        return {
            Validity.VALID: _("valid"),
            Validity.SUSPECT: _("suspect"),
            Validity.INVALID: _("not valid"),
            Validity.BOUNCING: _("bouncing"),
        }[self]


class AddressFlag(StrEnum):
    """What was found out about an address, each on its own; several may hold at once. `flag_in_words` says them."""

    SYNTAX = "syntax"
    NORMALISED = "normalised"
    INTERNATIONALISED = "internationalised"
    SPECIAL_USE = "special_use"
    LIKELY_TYPO = "likely_typo"
    LOOK_ALIKE = "look_alike"
    ROLE = "role"
    NO_MAIL_EXCHANGER = "no_mail_exchanger"
    BOUNCED = "bounced"
    SUPPRESSED = "suppressed"


# What no check of the address alone can know: it stays until the one who found it out says otherwise.
LEARNT = frozenset({AddressFlag.NORMALISED, AddressFlag.NO_MAIL_EXCHANGER, AddressFlag.BOUNCED, AddressFlag.SUPPRESSED})

# What makes an address suspect, and is the reason for it, the weightiest first.
_DOUBTS = (AddressFlag.LOOK_ALIKE, AddressFlag.SPECIAL_USE, AddressFlag.LIKELY_TYPO)

# The names of mailboxes that belong to an office rather than to a person (RFC 2142, and what firms are used to).
ROLES = frozenset(
    """
    abuse accounting accounts admin billing bookkeeping buchhaltung compta comptabilite contact contabilidad hello help
    hostmaster hr info invoices kontakt mail marketing noc office orders postmaster rechnung rechnungen sales security
    service support team webmaster
    """.split()  # noqa: SIM905 - a list of words is read as one
)


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
    flags: frozenset[AddressFlag] = frozenset()

    def with_learnt(self, flags: Iterable[AddressFlag]) -> AddressCheck:
        """The same with those of `flags` that only experience tells, and the validity that follows from all of them."""
        flags = self.flags | (LEARNT & frozenset(flags))
        if AddressFlag.BOUNCED in flags:
            return replace(self, validity=Validity.BOUNCING, reason="bounced", flags=flags)
        if AddressFlag.NO_MAIL_EXCHANGER in flags and self.validity is Validity.VALID:
            return replace(self, validity=Validity.SUSPECT, reason="no_mail_exchanger", flags=flags)
        return replace(self, flags=flags)

    def with_local(self, local: str) -> AddressCheck:
        """What the check of `local` at the same domain comes to, where `local` is plain: small letters, digits, dots, signs."""
        role = {AddressFlag.ROLE} if local in ROLES else set[AddressFlag]()
        return replace(
            self,
            address=local + self.address[self.address.rindex("@") :],
            canonical=local + self.canonical[self.canonical.rindex("@") :],
            flags=self.flags - {AddressFlag.ROLE} | role,
        )


def check_address(typed: str) -> AddressCheck:
    """What `typed` is as an e-mail address: syntax and normal form, without asking the network.

    The syntax is that of RFC 5321, 5322 and 6531 as the email-validator library reads them; comments, quoted local parts
    and address literals are refused. Domains for special use (RFC 6761: `.test`, `.local`, …) are suspect, not invalid:
    firms have such servers inside. Suspect as well: a slip in a well-known domain, letters of two scripts that look alike.
    """
    from email_validator import EmailNotValidError, validate_email

    address = unicodedata.normalize("NFC", typed.strip())
    reason = _plain_fault(address)
    if reason:
        return AddressCheck(address, address.casefold(), Validity.INVALID, reason, frozenset({AddressFlag.SYNTAX}))
    try:
        found = validate_email(address, check_deliverability=False, test_environment=True)
        kept, canonical = found.normalized, f"{found.local_part.casefold()}@{found.ascii_domain.lower()}"
    except EmailNotValidError:
        kept, canonical = address, address.casefold()
        if not _special_use(address) or not _would_be_valid(address):
            return AddressCheck(kept, canonical, Validity.INVALID, "syntax", frozenset({AddressFlag.SYNTAX}))
    flags = frozenset(_flags(typed.strip(), kept, canonical))
    doubt = next((flag for flag in _DOUBTS if flag in flags), None)
    if doubt is not None:
        return AddressCheck(kept, canonical, Validity.SUSPECT, doubt.value, flags)
    return AddressCheck(kept, canonical, Validity.VALID, flags=flags)


def _would_be_valid(address: str) -> bool:
    """Whether nothing but the domain's last label is wrong."""
    return check_address(address.rpartition(".")[0] + ".example").validity is Validity.VALID


def _flags(typed: str, kept: str, canonical: str) -> Iterator[AddressFlag]:
    local, _at, domain = canonical.rpartition("@")
    if kept != typed:
        yield AddressFlag.NORMALISED
    if not kept.isascii() or any(label.startswith("xn--") for label in domain.split(".")):
        yield AddressFlag.INTERNATIONALISED
    if _special_use(domain):
        yield AddressFlag.SPECIAL_USE
    if meant_domain(domain) is not None:
        yield AddressFlag.LIKELY_TYPO
    if odd_letters(kept):
        yield AddressFlag.LOOK_ALIKE
    if local in ROLES:
        yield AddressFlag.ROLE


def flags_stored(flags: Iterable[AddressFlag]) -> str:
    """Flags as they are kept and exported: names in the order of the alphabet, with a space between them."""
    return " ".join(sorted(flags))


def flags_from(stored: str) -> frozenset[AddressFlag]:
    """The flags of what `flags_stored` made. A name that is not known, of a newer program, is passed over."""
    known = {flag.value: flag for flag in AddressFlag}
    return frozenset(known[name] for name in stored.split() if name in known)


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
        "no_mail_exchanger": _("the domain takes no mail"),
        "likely_typo": _("the domain looks like a slip of the hand"),
        "look_alike": _("letters of two scripts that look alike stand together"),
    }
    return words.get(reason, reason)


def flag_in_words(flag: AddressFlag) -> str:
    """A flag in the reader's language."""
    return {
        AddressFlag.SYNTAX: _("not written like an e-mail address"),
        AddressFlag.NORMALISED: _("kept in another spelling than it was typed"),
        AddressFlag.INTERNATIONALISED: _("letters beyond ASCII: some mail servers can't take it"),
        AddressFlag.SPECIAL_USE: _("a domain that does not exist on the public network"),
        AddressFlag.LIKELY_TYPO: _("a domain that looks like a slip of the hand"),
        AddressFlag.LOOK_ALIKE: _("letters of two scripts that look alike"),
        AddressFlag.ROLE: _("a mailbox that several people may read"),
        AddressFlag.NO_MAIL_EXCHANGER: _("the domain takes no mail"),
        AddressFlag.BOUNCED: _("the receiving server refused it for good"),
        AddressFlag.SUPPRESSED: _("no mail is to go there"),
    }[flag]
