"""What a mail says, and that nothing in it becomes markup or a header."""

from __future__ import annotations

import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import getaddresses
from html.parser import HTMLParser
from typing import cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tui_portal.domain.text import REPLACEMENT, safe, tidy
from tui_portal.mail.composing import compose
from tui_portal.mail.letters import Letter, LetterKind, Sender

NOON = 1_794_484_800  # 2026-11-12 12:00 UTC
LINK = "https://portal.hansen-partner.example/activate/AAAAAAAAAAEAAAABq83vEjRWeJCrze8SNFZ4kKvN7xI0VniQ"
SENDER = Sender(
    "Hansen & Partner", "Hansen & Partner", "portal@hansen-partner.example", "office@hansen-partner.example"
)
LETTER = Letter(
    kind=LetterKind.INVITATION,
    address="zoe@dupont.example",
    name="Zoë Dupont",
    language="en",
    accounts=("Dupont SARL", "Dupont [privé] & fils"),
    more_accounts=0,
    message="Chère Zoë,\n\n<b>à bientôt</b> & merci",
    link=LINK,
    expires_at=NOON + 14 * 86_400,
    message_id="<00112233445566778899AABBCCDDEEFF@hansen-partner.example>",
    queued_at=NOON,
)
FIELDS = [
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
]


def _parsed(content: bytes) -> EmailMessage:
    return cast(EmailMessage, message_from_bytes(content, policy=policy.default))


def _part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    assert found is not None
    return cast(str, found.get_content()).replace("\r\n", "\n")


def _mailbox(content: bytes, field: str) -> tuple[str, list[str]]:
    """The name (RFC 2047, 6.2: white space between encoded words is none) and all addresses in a field."""
    raw = message_from_bytes(content, policy=policy.compat32)[field]
    found = getaddresses([raw])
    return str(make_header(decode_header(found[0][0]))), [address for _name, address in found]


class _Html(HTMLParser):
    """What of an HTML part is text, and what it names."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(source)
        self.text = re.sub(r"[ \t]*\n[ \t\n]*", "\n", self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "background")]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_head_says_from_whom_to_whom_and_that_a_program_wrote_it() -> None:
    message = _parsed(compose(LETTER, SENDER))

    assert message.keys() == FIELDS
    assert message["From"] == "Hansen & Partner <portal@hansen-partner.example>"
    assert message["To"].addresses[0].display_name == "Zoë Dupont"
    assert message["To"].addresses[0].addr_spec == "zoe@dupont.example"
    assert message["Reply-To"] == "office@hansen-partner.example"
    assert message["Subject"] == "Your access to the client portal of Hansen & Partner"
    assert message["Date"].datetime.timestamp() == NOON
    assert message["Message-ID"] == LETTER.message_id
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "en"
    assert message.get_content_type() == "multipart/alternative"


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_both_parts_say_who_for_what_until_when_and_the_link_once(kind: str) -> None:
    source = _part(_parsed(compose(LETTER, SENDER)), kind)
    text = _Html(source).text if kind == "html" else source

    assert source.count(LINK) == 1
    for words in ("Hello Zoë Dupont,", "Hansen & Partner", "Dupont SARL", "Dupont [privé] & fils", "ignore it"):
        assert words in text
    assert "<b>à bientôt</b> & merci" in text
    assert "until 26 November 2026, 12:00 (UTC)" in text.replace("\n", " ")


def test_the_message_is_text_in_the_html_part_and_keeps_its_lines() -> None:
    html = _part(_parsed(compose(LETTER, SENDER)), "html")

    assert "<b>" not in html
    assert "Chère Zoë,<br>\n<br>\n&lt;b&gt;à bientôt&lt;/b&gt; &amp; merci" in html


def test_the_html_part_asks_for_nothing_from_elsewhere_and_suits_a_dark_screen() -> None:
    source = _part(_parsed(compose(LETTER, SENDER)), "html")
    found = _Html(source)

    assert found.links == [LINK]
    assert not {"img", "link", "script", "iframe", "object"} & set(found.tags)
    assert "url(" not in source
    assert "@import" not in source
    assert '<meta name="color-scheme" content="light dark">' in source
    assert "prefers-color-scheme: dark" in source


def test_a_link_that_never_expires_names_no_day() -> None:
    text = _part(_parsed(compose(replace(LETTER, expires_at=None), SENDER)), "plain")

    assert "The link works once." in text
    assert "until" not in text


def test_a_notice_says_which_account_and_that_the_password_stays() -> None:
    notice = replace(
        LETTER,
        kind=LetterKind.ACCESS_NOTICE,
        accounts=("Dupont SARL",),
        link="https://portal.example/login",
        expires_at=None,
    )
    for kind in ("plain", "html"):
        source = _part(_parsed(compose(notice, SENDER)), kind)
        assert source.count("https://portal.example/login") == 1
        assert "you may now see this account:" in source.replace("\n", " ")
        assert "Dupont SARL" in source
        assert "your password stays as it is" in source


@pytest.mark.parametrize(
    ("asked_by_firm", "who"),
    [
        (True, "Hansen & Partner sends you a link"),
        (False, "Somebody typed your address on the login page of Hansen & Partner's client portal"),
    ],
)
def test_a_password_link_says_who_asked_until_when_and_to_ignore_it_else(asked_by_firm: bool, who: str) -> None:
    reset = replace(
        LETTER,
        kind=LetterKind.PASSWORD_RESET,
        accounts=(),
        message="",
        link="https://portal.example/reset/AAAA",
        asked_by_firm=asked_by_firm,
    )
    message = _parsed(compose(reset, SENDER))

    assert message.keys() == FIELDS
    assert message["Subject"] == "Another password for the client portal of Hansen & Partner"
    for kind in ("plain", "html"):
        source = _part(message, kind)
        text = " ".join((_Html(source).text if kind == "html" else source).split())
        assert source.count("https://portal.example/reset/AAAA") == 1
        assert "Hello Zoë Dupont," in text
        assert who in text
        assert "until 26 November 2026, 12:00 (UTC)" in text
        assert "every browser in which you are logged in is logged out" in text
        assert "your password stays as it is" in text
        assert "Dupont SARL" not in text
    assert "ul" not in _Html(_part(message, "html")).tags


def test_accounts_beyond_the_limit_are_told_by_number() -> None:
    text = _part(_parsed(compose(replace(LETTER, more_accounts=275), SENDER)), "plain")

    assert "and 275 more" in text


def test_a_mail_is_in_the_language_of_the_recipient_whatever_the_reader_of_the_screen_speaks() -> None:
    message = _parsed(compose(replace(LETTER, language="ja"), SENDER))

    assert message["Content-Language"] == "ja"
    assert '<html lang="ja">' in _part(message, "html")


def test_a_letter_in_another_script_is_not_blown_up() -> None:
    content = compose(replace(LETTER, message="会計事務所からのお知らせです。" * 100), SENDER)

    assert "base64" in content.decode("ascii")
    assert "会計事務所からのお知らせです。" * 100 in _part(_parsed(content), "plain")


def test_the_same_letter_is_composed_to_the_same_bytes() -> None:
    assert compose(LETTER, SENDER) == compose(LETTER, SENDER)


@pytest.mark.parametrize("wrong", ["", "<a@b>\r\nBcc: eve@evil.example", "<a@b> <c@d>", "<ä@b>", "a@b"])
def test_a_message_id_that_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="Message-ID"):
        compose(replace(LETTER, message_id=wrong), SENDER)


def test_an_international_address_stands_in_the_head_as_it_is() -> None:
    content = compose(replace(LETTER, address="zoë@dupont.example"), SENDER)

    assert "<zoë@dupont.example>" in content.partition(b"\r\n\r\n")[0].decode("utf-8")


_nasty = st.one_of(
    st.text(max_size=200),
    st.text(alphabet='\r\n\x0b\x0c\x85\u2028\u2029 :<>@",;()\\=?_Bcc\u202e', max_size=120),
    st.sampled_from(
        [
            "x\r\nBcc: eve@evil.example",
            "x\x0bBcc: eve@evil.example",
            "x\u2028Bcc: eve@evil.example\u0085\u2029",
            "eve@evil.example, " * 10 + "x",
            '"eve" <eve@evil.example>',
            "=?utf-8?q?=0D=0ABcc:_eve@evil.example?=",
            "</style><script>alert(1)</script>$link ${firm} {firm}",
            "--=_",
            ".\r\n.\r\n",
        ]
    ),
)


@given(name=_nasty, firm=_nasty, account=_nasty, message=_nasty)
@example(name="=?utf-8?q?eve?=", firm='"=?utf-8?q?eve?="', account="=?utf-8?q?=0A?=", message="=0A")
@example(name="\r\n", firm="\u2028", account="\x0b", message="\u0085")
@example(name="a" * 200, firm="é" * 200, account="漢" * 200, message="x" * 5000)
def test_no_name_and_no_message_becomes_a_header_an_address_or_markup(
    name: str, firm: str, account: str, message: str
) -> None:
    letter = replace(LETTER, name=name, accounts=(account,), message=message)
    content = compose(letter, replace(SENDER, firm=firm, name=firm))
    head = content.partition(b"\r\n\r\n")[0]
    parsed = _parsed(content)

    assert [line.partition(b":")[0].decode() for line in head.split(b"\r\n") if not line.startswith(b" ")] == FIELDS
    assert content.isascii()
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", content)
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
    assert parsed.keys() == FIELDS
    for field, address, shown in (("To", LETTER.address, name), ("From", SENDER.address, firm)):
        assert _mailbox(content, field) == (tidy(safe(shown)), [address])
        assert [found.addr_spec for found in parsed[field].addresses] == [address]
    assert [part.get_content_type() for part in parsed.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    text, html = _part(parsed, "plain"), _Html(_part(parsed, "html"))
    assert safe(message, lines=True).strip() in text
    assert tidy(safe(account)) in text
    assert set(html.tags) | {"br", "div"} == set(_Html(_part(_parsed(compose(LETTER, SENDER)), "html")).tags)
    assert html.links == [LINK]


def test_separators_that_some_programs_take_for_line_ends_are_shown_harmless() -> None:
    message = _parsed(compose(replace(LETTER, name="a\u2028b\x0bc\x85d\re"), SENDER))

    assert message["To"].addresses[0].display_name == REPLACEMENT.join("abcde")
