"""What a person may have meant by an address: slips in well-known domains, letters of another script that look alike, and
what was pasted taken apart. Pure: nothing here asks the network or the database, and nothing is changed by itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from tui_portal.domain.text import safe
from tui_portal.i18n import _

# Where most private mailboxes are. What is spelled like one of these, but for one letter, is rarely meant.
WELL_KNOWN = frozenset(
    """
    aol.com att.net bluewin.ch btinternet.com comcast.net docomo.ne.jp fastmail.com free.fr freenet.de gmail.com gmx.at gmx.ch
    gmx.com gmx.de gmx.net googlemail.com hotmail.co.uk hotmail.com hotmail.de hotmail.es hotmail.fr icloud.com laposte.net
    live.com live.fr mac.com mail.com mailbox.org me.com msn.com orange.fr outlook.com outlook.de outlook.es outlook.fr
    outlook.jp posteo.de proton.me protonmail.com sfr.fr t-online.de telefonica.net verizon.net wanadoo.fr web.de yahoo.co.jp
    yahoo.co.uk yahoo.com yahoo.de yahoo.es yahoo.fr ymail.com zoho.com
    """.split()  # noqa: SIM905 - a list of words is read as one
)

# One letter away from a well-known one, and right all the same.
_RIGHT_AS_WELL = frozenset({"cloud.com", "email.com", "wahoo.com"})

# Endings that do not exist (IANA's list of top-level domains), as hands write them.
_ENDINGS = {
    **dict.fromkeys(("cim", "clm", "cmo", "cok", "comm", "con", "coom", "cpm", "c0m", "ocm", "vom", "xom"), "com"),
    **dict.fromkeys(("ner", "nett", "ney", "nte"), "net"),
    **dict.fromkeys(("ogr", "orgg", "rog"), "org"),
}
# Endings that exist, and that nobody means after the name of a well-known provider that ends in .com.
_CUT_ENDINGS = frozenset({"c", "cm", "co", "om"})
_SHORTEST_NAME = 5  # of shorter names (web.de, gmx.net) every neighbour exists

# Letters of other scripts that a reader takes for Latin ones (Unicode Technical Standard 39, the commonest of its table).
_LIKE_LATIN = {
    **dict(zip("аеорсхуіјѕԁһԛԝӏкАВЕКМНОРСТХУЅІЈ", "aeopcxyijsdhqwlkABEKMHOPCTXYSIJ", strict=True)),
    **dict(zip("οανρικυτχϲΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "oavpikutxcABEZHIKMNOPTYX", strict=True)),
}
_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK")

MOST_PASTED = 500  # so many addresses are taken from one text


class SuggestionKind(StrEnum):
    """What is odd about an address."""

    DOMAIN = "domain"
    SPELLING = "spelling"
    LOOK_ALIKE = "look_alike"


@dataclass(frozen=True, slots=True)
class OddLetter:
    """A letter of another script than those around it. `place` counts from 1; `like` is the Latin letter that it looks like."""

    letter: str
    place: int
    name: str
    like: str | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What may have been meant: another address, or None where only the doubt can be told."""

    kind: SuggestionKind
    address: str | None
    letters: tuple[OddLetter, ...] = ()


def suggest(address: str, own_domains: Collection[str] = ()) -> Suggestion | None:
    """What may have been meant instead of `address`; None where nothing looks odd.

    `own_domains` are domains that the firm's clients are known to have, in small letters: a slip in one of them is found as
    well.
    """
    typed = address.strip()
    letters = odd_letters(typed)
    if letters:
        return Suggestion(SuggestionKind.LOOK_ALIKE, _in_latin(typed, letters), letters)
    repaired = _repaired(typed)
    local, at, domain = repaired.rpartition("@")
    meant = meant_domain(domain.casefold()) or _near(domain.casefold(), own_domains) if at and local else None
    if meant is not None:
        return Suggestion(SuggestionKind.DOMAIN, f"{local}@{meant}")
    return Suggestion(SuggestionKind.SPELLING, repaired) if repaired != typed else None


def suggestion_in_words(found: Suggestion) -> str:
    """The suggestion as a sentence in the reader's language."""
    if found.kind is SuggestionKind.LOOK_ALIKE:
        told = [
            _("{place}: {letter} is {name}").format(place=odd.place, letter=safe(odd.letter), name=odd.name)
            for odd in found.letters
        ]
        doubt = _("Letters of two scripts stand together ({letters}).").format(letters=", ".join(told))
        return (
            doubt if found.address is None else f"{doubt} " + _("Is it {address}?").format(address=safe(found.address))
        )
    return _("Did you mean {address}?").format(address=safe(found.address or ""))


@lru_cache(maxsize=4096)
def meant_domain(domain: str) -> str | None:
    """The domain that was probably meant by `domain` (small letters): a well-known one, or the same with an ending that
    exists. None where it is right, or anybody's guess.
    """
    if domain in WELL_KNOWN or domain in _RIGHT_AS_WELL or not domain:
        return None
    bare = domain.replace(".", "")
    whole = _WITHOUT_DOTS.get(bare if "." in domain else f"{bare}com") or _WITHOUT_DOTS.get(bare)
    if whole is not None:
        return whole
    name, dot, ending = domain.rpartition(".")
    corrected = f"{name}.{_ENDINGS[ending]}" if dot and name and ending in _ENDINGS else domain
    if corrected in WELL_KNOWN:
        return corrected
    if dot and ending in _CUT_ENDINGS and f"{name}.com" in WELL_KNOWN and len(name) >= _SHORTEST_NAME:
        return f"{name}.com"
    near = _near(corrected, WELL_KNOWN)
    return near or (corrected if corrected != domain else None)


def odd_letters(address: str) -> tuple[OddLetter, ...]:
    """The letters that stand among letters of another script (Latin, Cyrillic, Greek) in the local part or in one label of
    the domain, and those of a label that reads like a well-known domain without one Latin letter.
    """
    if address.isascii():
        return ()
    odd = set(_borrowed(address))
    for start, end in _parts(address):
        scripts = {place: _script(address[place]) for place in range(start, end)}
        counts = Counter(script for script in scripts.values() if script)
        if len(counts) > 1:
            most = max(counts.values())
            main = "LATIN" if counts["LATIN"] == most else next(s for s, count in counts.items() if count == most)
            odd.update(place for place, script in scripts.items() if script and script != main)
    return tuple(
        OddLetter(
            address[place],
            place + 1,
            unicodedata.name(address[place], f"U+{ord(address[place]):04X}"),
            _LIKE_LATIN.get(address[place]),
        )
        for place in sorted(odd)
    )


def split_addresses(text: str, most: int = MOST_PASTED) -> list[tuple[str, str]]:
    """Take apart what was pasted: the (name, address) pairs in their order, each address once, at most `most`.

    Understood are addresses between `;`, `,`, white space and line ends, `Name <address>`, names in quotes with commas in
    them, and `mailto:`. What has no @ is an address only where it stands alone and has a dot inside; nothing is checked
    here. The time it takes grows with the length of the text, not faster.
    """
    found: dict[str, tuple[str, str]] = {}
    for name, word in _pairs(text):
        address = _bare(word)
        if address and address.casefold() not in found:
            found[address.casefold()] = ("" if name.casefold() == address.casefold() else name, address)
            if len(found) >= most:
                break
    return list(found.values())


_WITHOUT_DOTS = {domain.replace(".", ""): domain for domain in sorted(WELL_KNOWN)}
_WWW = re.compile(r"@www\.(?=[^.@]+\.)", re.IGNORECASE)
_AT_WORD = re.compile(r"\s?[(\[{]\s?at\s?[)\]}]\s?", re.IGNORECASE)
_WIDE = str.maketrans("＠．。，；", "@..,;")

# A quoted text (which ends in its line, and soon: else text full of quotes would take the square of its length), what stands between < and >, a separator, a run of the rest, or a single sign.
_PIECES = re.compile(
    r"""(?P<quoted>"(?:[^"\\\n]|\\.){0,300}+")|<(?P<address>[^<>\n]*+)>|(?P<end>[;,\r\n；，、])|(?P<plain>[^"<>;,\r\n；，、]++)|(?P<sign>.)"""
)
_ALONE = re.compile(r"[^\s@.]+(?:\.[^\s@.]+)+")
_SHELL = "<>()[]{}'\"“”„‘’.:"


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """(name, address) as they stand, unchecked and with repetitions."""
    words: list[str] = []  # since the last address: a name to come
    before: list[str] = []  # what came before a comma, which may be the first half of a name
    for piece in _PIECES.finditer(_AT_WORD.sub("@", text)):
        kind, said = piece.lastgroup, piece.group()
        if kind == "quoted":
            words.append(re.sub(r"\\(.)", r"\1", said[1:-1]))
        elif kind == "address":
            yield _name([", ".join([*before, " ".join(words)])] if before else words), piece.group("address")
            words, before = [], []
        elif kind == "plain":
            for word in said.split():
                if _has_at(word):
                    yield _name(words), word
                    words, before = [], []
                else:
                    words.append(word)
        elif kind == "end":
            lone = words[0] if len(words) == 1 and _ALONE.fullmatch(words[0]) else ""
            if lone:
                yield "", lone
            half = " ".join(words).strip()
            before = [*before, half][-1:] if said in ",，" and half and not lone else []
            words = []
    if len(words) == 1 and _ALONE.fullmatch(words[0]):
        yield "", words[0]


def _has_at(word: str) -> bool:
    return "@" in word or "＠" in word


def _name(words: list[str]) -> str:
    """The name that stands before an address, without its quotes; a heading (`To:`) is none."""
    name = " ".join(words).strip().strip("'\"“”„‘’").strip()
    return "" if name.endswith(":") else " ".join(name.split())


def _bare(word: str) -> str:
    """An address without what people and programs put around it."""
    address = word.strip()
    if address[:7].casefold() == "mailto:":
        from urllib.parse import unquote

        address = unquote(address[7:].partition("?")[0])
    return address.strip().strip(_SHELL).strip()


def _repaired(address: str) -> str:
    """`address` with the slips mended that can mean one thing only."""
    mended = _AT_WORD.sub("@", address.translate(_WIDE))
    mended = re.sub("@+", "@", mended) if mended.count("@") > 1 else mended
    mended = _WWW.sub("@", mended)
    local, at, domain = mended.rpartition("@")
    if not at:
        return mended
    local, domain = re.sub(r"\.\.+", ".", local), re.sub(r"\.\.+", ".", domain.replace(",", "."))
    return f"{local.strip('.')}@{domain.strip('.')}"


def _near(domain: str, domains: Collection[str]) -> str | None:
    """The only one of `domains` that is one slip away from `domain` in its name, its ending being the same."""
    name, _dot, ending = domain.partition(".")
    if domain in domains or len(name) < _SHORTEST_NAME - 1:
        return None
    found = [
        other
        for other in domains
        if other.endswith(f".{ending}")
        and len(other) - len(ending) - 1 >= _SHORTEST_NAME
        and _is_one_slip(name, other[: -len(ending) - 1])
    ]
    return found[0] if len(found) == 1 else None


def _is_one_slip(typed: str, meant: str) -> bool:
    """Whether one letter is missing, too much, another one, or two neighbours changed places."""
    if typed == meant or abs(len(typed) - len(meant)) > 1:
        return False
    start = next((n for n, (a, b) in enumerate(zip(typed, meant, strict=False)) if a != b), min(len(typed), len(meant)))
    rest, wanted = typed[start:], meant[start:]
    if len(typed) == len(meant):
        return rest[1:] == wanted[1:] or (rest[:2] == wanted[1::-1] and rest[2:] == wanted[2:])
    return rest[1:] == wanted if len(typed) > len(meant) else rest == wanted[1:]


def _parts(address: str) -> Iterator[tuple[int, int]]:
    """Where the local part and each label of the domain begin and end."""
    at = address.rfind("@")
    if at < 0:
        yield 0, len(address)
        return
    yield 0, at
    start = at + 1
    for label in address[at + 1 :].split("."):
        yield start, start + len(label)
        start += len(label) + 1


def _script(letter: str) -> str:
    """`LATIN`, `CYRILLIC`, `GREEK`, or nothing for a sign and for every other script."""
    if letter.isascii():
        return "LATIN" if letter.isalpha() else ""
    name = unicodedata.name(letter, "") if letter.isalpha() else ""
    return next((script for script in _SCRIPTS if name.startswith(script)), "")


def _borrowed(address: str) -> list[int]:
    """The places of the letters in a domain that reads like a well-known one, but is written in another script."""
    at = address.rfind("@") + 1
    domain = address[at:]
    read = "".join(_LIKE_LATIN.get(letter, letter) for letter in domain).casefold()
    if not at or read not in WELL_KNOWN:
        return []
    return [at + n for n, letter in enumerate(domain) if letter in _LIKE_LATIN]


def _in_latin(address: str, letters: tuple[OddLetter, ...]) -> str | None:
    """`address` with the odd letters made Latin, or None where one has no Latin twin."""
    if any(odd.like is None for odd in letters):
        return None
    signs = list(address)
    for odd in letters:
        signs[odd.place - 1] = odd.like or ""
    return "".join(signs)
