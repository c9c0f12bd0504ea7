"""Nothing that people write becomes a header, an address, a part or markup; and what is filled in is as if composed at once."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import hypothesis
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.mail.reading import FIELDS, LETTER, LINK, NOON, SENDER, TAGS, Html, mailbox_in, parsed, part_of
from tui_portal.domain.text import REPLACEMENT, safe, tidy
from tui_portal.mail import composing
from tui_portal.mail.composing import compose, read_aloud
from tui_portal.mail.letters import Letter, LetterKind, Sender


@pytest.mark.parametrize(
    "link", ["", "https://p.example/a b", "https://p.example/\r\nBcc: x", "https://p.example/\u2028"]
)
def test_a_link_that_is_none_is_refused(link: str) -> None:
    with pytest.raises(ValueError, match="link"):
        compose(replace(LETTER, link=link), SENDER)


@pytest.mark.parametrize(
    "wrong",
    [
        "zoe@dupont.example\r\nBcc: eve@evil.example",
        "zoe@dupont.example\nBcc:eve@evil.example",
        "zoe@dupont.example,eve@evil.example",
        "<zoe@dupont.example>",
        "zoe@dupont.example\u2028",
        "zoe@dupont.example\x85x",
        "zoe@dupont.example\0",
        "zoe@dupont.\u202eexample",
        "zoe@dupont@evil.example",
        "zoe",
        "",
    ],
)
@pytest.mark.parametrize("place", ["to", "from", "reply_to"])
def test_an_address_that_is_none_is_refused(wrong: str, place: str) -> None:
    letter = replace(LETTER, address=wrong) if place == "to" else LETTER
    sender = {"from": replace(SENDER, address=wrong), "reply_to": replace(SENDER, reply_to=wrong or "x")}.get(
        place, SENDER
    )

    with pytest.raises(ValueError, match="address"):
        compose(letter, sender)


_NASTY = [
    "x\r\nBcc: eve@evil.example",
    "x\nBcc: eve@evil.example\n\nbody",
    "x\rBcc: eve@evil.example",
    "x\x0bBcc: eve@evil.example",
    "x\u2028Bcc: eve@evil.example\u0085\u2029",
    "x\0y\0name\0z\0expires_at\0",
    "\u202emoc.live@eve\u2066\u200f",
    "eve@evil.example, " * 10 + "x",
    '"eve" <eve@evil.example>',
    "=?utf-8?q?=0D=0ABcc:_eve@evil.example?=",
    "</style><script>alert(1)</script>$link ${firm} {firm} {name} %s",
    "--=_",
    "-- \n-- ",
    ".\r\n.\r\n",
    "From me\n>From you",
    "a" * 10_000,
    "漢字" * 5_000,
    "é " * 5_000,
    "",
    " \t ",
    "\ud800",
]
_nasty = st.one_of(
    st.text(max_size=200),
    st.text(alphabet='\0\r\n\x0b\x0c\x85\u2028\u2029\u202e\u200b :<>@",;()\\=?_-.$&Bcc漢', max_size=120),
    st.sampled_from([text for text in _NASTY if len(text) < 1000]),
)
_kinds = st.sampled_from(list(LetterKind))


def _each(nasty: str) -> dict[str, str]:
    return dict.fromkeys(("name", "firm", "account", "message", "from_name"), nasty)


def _examples(test: Any) -> Any:
    for nasty in _NASTY:
        test = example(**_each(nasty), kind=LetterKind.INVITATION)(test)
    return test


@hypothesis.settings(deadline=None)
@given(name=_nasty, firm=_nasty, account=_nasty, message=_nasty, from_name=_nasty, kind=_kinds)
@_examples
def test_no_name_and_no_message_becomes_a_header_an_address_a_part_or_markup(
    name: str, firm: str, account: str, message: str, from_name: str, kind: LetterKind
) -> None:
    letter = replace(LETTER, kind=kind, name=name, accounts=(account,), message=message, invited_at=NOON - 86_400)
    content = compose(letter, replace(SENDER, firm=firm, name=from_name))
    head = content.partition(b"\r\n\r\n")[0]
    message_read = parsed(content)

    assert [line.partition(b":")[0].decode() for line in head.split(b"\r\n") if not line.startswith(b" ")] == FIELDS
    assert content.isascii()
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)|\0", content)
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
    assert message_read.keys() == FIELDS
    for field, address, shown in (("To", LETTER.address, name), ("From", SENDER.address, from_name)):
        assert mailbox_in(content, field) == (tidy(safe(shown)), [address])
        assert [found.addr_spec for found in message_read[field].addresses] == [address]
    assert message_read["Auto-Submitted"] == "auto-generated"
    assert message_read["Message-ID"] == LETTER.message_id
    assert [part.get_content_type() for part in message_read.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    text, source = part_of(message_read, "plain"), part_of(message_read, "html")
    html = Html(source)
    assert text.split("\n").count(LINK) == 1
    assert html.links == [LINK]
    assert source.count(LINK) == 1
    assert text.split("\n").count("-- ") == (1 if tidy(safe(firm)) else 0)
    assert set(html.tags) <= TAGS


def _bare(text: str) -> str:
    return "".join(text.split())


def _said(letter: Letter, sender: Sender) -> tuple[str, str]:
    """What an invitation in English says, written down without any preparing: as text and on its page, without white space."""
    firm, name = tidy(safe(sender.firm)), tidy(safe(letter.name))
    message = safe(letter.message, lines=True).strip()
    accounts = [tidy(safe(account)) for account in letter.accounts]
    accounts += [f"and {letter.more_accounts} more"] if letter.more_accounts else []
    begin = f"Hello {name}," if name else "Hello,"
    begin += f"A message from {firm}:{message}" if message else ""
    begin += (
        f"{firm} invites you to its client portal, where the firm and you share documents and messages. You will see "
    )
    begin += "this account:" if len(accounts) < 2 else "these accounts:"
    to_begin = "To begin, choose your password on this page:"
    until = "The link works once, until 26 November 2026, 12:00 (UTC)." if letter.expires_at else "The link works once."
    end = (
        f"{until}If you did not expect this mail, ignore it. Nobody can get in as long as no password has been chosen."
    )
    text = f"{begin}{''.join(f'- {a}' for a in accounts)}{to_begin}{letter.link}{end}" + (f"-- {firm}" if firm else "")
    page = f"{firm}{begin}{''.join(accounts)}{to_begin}Choose your password{end}{firm}"
    return _bare(text), _bare(page)


_short = _nasty.map(lambda text: text[:300])
_letters = st.builds(
    lambda name, accounts, more, link, expires, number, at: replace(
        LETTER,
        name=name,
        accounts=tuple(accounts),
        more_accounts=more,
        link=f"{LINK}{link}",
        expires_at=LETTER.expires_at if expires else None,
        message_id=f"<{number:032X}@hansen-partner.example>",
        queued_at=NOON + at,
    ),
    _short,
    st.lists(_short, min_size=1, max_size=3),
    st.integers(0, 2),
    st.integers(0, 999),
    st.booleans(),
    st.integers(0, 2**64),
    st.integers(0, 100),
)


@hypothesis.settings(max_examples=60, deadline=None)
@given(letters=st.lists(_letters, min_size=2, max_size=3), message=_short, firm=_short, as_copy=st.booleans())
@example(letters=[LETTER, replace(LETTER, name="山田")], message="会計" * 2500, firm="事務所" * 30, as_copy=False)
def test_a_letter_that_is_filled_in_is_the_letter_that_is_composed_from_nothing(
    letters: list[Letter], message: str, firm: str, as_copy: bool
) -> None:
    letters = [replace(letter, message=message) for letter in letters]
    sender = replace(SENDER, firm=firm)

    def alone(letter: Letter) -> bytes:
        composing._prepared.cache_clear()
        return compose(letter, sender, as_copy=as_copy)

    from_nothing = [alone(letter) for letter in letters]
    # Now all but the first are filled into what was prepared for another one.
    composing._prepared.cache_clear()
    assert [compose(letter, sender, as_copy=as_copy) for letter in letters] == from_nothing
    if as_copy:
        return
    for letter, content in zip(letters, from_nothing, strict=True):
        message_read = parsed(content)
        page = Html(part_of(message_read, "html").partition("<body")[2].partition(">")[2]).text
        assert (_bare(part_of(message_read, "plain")), _bare(page)) == _said(letter, sender)
        assert read_aloud(letter, sender)[1] == part_of(message_read, "plain")


def test_separators_that_some_programs_take_for_line_ends_are_shown_harmless() -> None:
    message = parsed(compose(replace(LETTER, name="a\u2028b\x0bc\x85d\re"), SENDER))

    assert message["To"].addresses[0].display_name == REPLACEMENT.join("abcde")
