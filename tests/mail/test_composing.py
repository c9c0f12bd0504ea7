"""What a mail says, in which kind, to whom, and in which language."""

from __future__ import annotations

import time
from dataclasses import replace
from unicodedata import east_asian_width

import pytest

from tests.mail.reading import FIELDS, LETTER, LINK, NOON, SENDER, Html, parsed, part_of
from tui_portal.mail import composing
from tui_portal.mail.composing import compose, read_aloud
from tui_portal.mail.letters import LetterKind


def test_the_head_says_from_whom_to_whom_and_that_a_program_wrote_it() -> None:
    message = parsed(compose(LETTER, SENDER))

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
    source = part_of(parsed(compose(LETTER, SENDER)), kind)
    text = Html(source).text if kind == "html" else source

    assert source.count(LINK) == 1
    for words in ("Hello Zoë Dupont,", "Hansen & Partner", "Dupont SARL", "Dupont [privé] & fils", "ignore it"):
        assert words in text
    assert "<b>à bientôt</b> & merci" in text
    assert "until 26 November 2026, 12:00 (UTC)" in text.replace("\n", " ")


def test_the_message_is_text_in_the_html_part_and_keeps_its_lines() -> None:
    html = part_of(parsed(compose(LETTER, SENDER)), "html")

    assert "<b>" not in html
    assert "Chère Zoë,<br>\n<br>\n&lt;b&gt;à bientôt&lt;/b&gt; &amp; merci" in html


def test_the_html_part_asks_for_nothing_from_elsewhere_and_suits_a_dark_screen() -> None:
    source = part_of(parsed(compose(LETTER, SENDER)), "html")
    found = Html(source)

    assert found.links == [LINK]
    assert not {"img", "link", "script", "iframe", "object"} & set(found.tags)
    assert "url(" not in source
    assert "@import" not in source
    assert '<meta name="color-scheme" content="light dark">' in source
    assert "prefers-color-scheme: dark" in source


def test_a_link_that_never_expires_names_no_day() -> None:
    text = part_of(parsed(compose(replace(LETTER, expires_at=None), SENDER)), "plain")

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
        source = part_of(parsed(compose(notice, SENDER)), kind)
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
    message = parsed(compose(reset, SENDER))

    assert message.keys() == FIELDS
    assert message["Subject"] == "Another password for the client portal of Hansen & Partner"
    for kind in ("plain", "html"):
        source = part_of(message, kind)
        text = " ".join((Html(source).text if kind == "html" else source).split())
        assert source.count("https://portal.example/reset/AAAA") == 1
        assert "Hello Zoë Dupont," in text
        assert who in text
        assert "until 26 November 2026, 12:00 (UTC)" in text
        assert "every browser in which you are logged in is logged out" in text
        assert "your password stays as it is" in text
        assert "Dupont SARL" not in text
    assert "ul" not in Html(part_of(message, "html")).tags


def test_accounts_beyond_the_limit_are_told_by_number() -> None:
    text = part_of(parsed(compose(replace(LETTER, more_accounts=275), SENDER)), "plain")

    assert "and 275 more" in text


def test_a_mail_is_in_the_language_of_the_recipient_whatever_the_reader_of_the_screen_speaks() -> None:
    message = parsed(compose(replace(LETTER, language="ja"), SENDER))

    assert message["Content-Language"] == "ja"
    assert '<html lang="ja">' in part_of(message, "html")


def test_a_letter_in_another_script_is_not_blown_up() -> None:
    content = compose(replace(LETTER, message="会計事務所からのお知らせです。" * 100), SENDER)

    assert "base64" in content.decode("ascii")
    assert "会計事務所からのお知らせです。" * 100 in "".join(part_of(parsed(content), "plain").split())


def test_the_same_letter_is_composed_to_the_same_bytes() -> None:
    assert compose(LETTER, SENDER) == compose(LETTER, SENDER)


@pytest.mark.parametrize("wrong", ["", "<a@b>\r\nBcc: eve@evil.example", "<a@b> <c@d>", "<ä@b>", "a@b"])
def test_a_message_id_that_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="Message-ID"):
        compose(replace(LETTER, message_id=wrong), SENDER)


def test_an_international_address_stands_in_the_head_as_it_is() -> None:
    content = compose(replace(LETTER, address="zoë@dupont.example"), SENDER)

    assert "<zoë@dupont.example>" in content.partition(b"\r\n\r\n")[0].decode("utf-8")


def test_letters_that_share_kind_language_and_message_are_prepared_once() -> None:
    composing._prepared.cache_clear()
    for number in range(500):
        letter = replace(
            LETTER,
            name=f"Client {number}",
            accounts=(f"Account {number}", "Dupont SARL")[: 1 + number % 2],
            link=f"{LINK}{number}",
            queued_at=NOON + number,
            expires_at=NOON + 86_400 + number,
        )
        compose(letter, SENDER)

    assert composing._prepared.cache_info().misses == 2  # one account, or several


def test_however_many_messages_there_are_few_are_kept_prepared() -> None:
    for number in range(200):
        compose(replace(LETTER, message=f"message {number}"), SENDER)

    assert composing._prepared.cache_info().currsize <= 64


def test_a_mail_is_dated_in_utc_wherever_the_firm_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        date = parsed(compose(replace(LETTER, queued_at=NOON + 12_345), SENDER))["Date"]
    finally:
        monkeypatch.undo()
        time.tzset()

    assert date == "Thu, 12 Nov 2026 15:25:45 +0000"


def test_a_copy_of_the_same_mail_is_the_same_whenever_it_is_tried() -> None:
    assert compose(LETTER, SENDER, as_copy=True) == compose(LETTER, SENDER, as_copy=True)
    assert LINK not in part_of(parsed(compose(LETTER, SENDER, as_copy=True)), "plain")
    assert LINK not in read_aloud(LETTER, SENDER, as_copy=True)[1]
    assert LINK in read_aloud(LETTER, SENDER)[1]


def test_a_reminder_says_when_the_reader_was_invited_and_how_to_have_it_stop() -> None:
    reminder = replace(LETTER, kind=LetterKind.REMINDER, invited_at=NOON - 3 * 86_400)
    message = parsed(compose(reminder, SENDER))

    assert message["Subject"] == "A reminder: your access to the client portal of Hansen & Partner"
    for kind in ("plain", "html"):
        source = part_of(message, kind)
        text = " ".join((Html(source).text if kind == "html" else source).split())
        assert source.count(LINK) == 1
        assert "Hansen & Partner invited you to its client portal on 9 November 2026, and the link still waits" in text
        assert "<b>à bientôt</b> & merci" in text
        assert "Dupont SARL" in text
        assert "until 26 November 2026, 12:00 (UTC)" in text
        assert "answer it: Hansen & Partner will then send no further reminder" in text
    undated = read_aloud(replace(reminder, invited_at=None), SENDER)[1]
    assert "invited you to its client portal, and the link still waits" in " ".join(undated.split())


def test_a_changed_password_is_told_with_the_moment_and_the_way_out_and_without_a_secret() -> None:
    told = replace(
        LETTER,
        kind=LetterKind.PASSWORD_CHANGED,
        link="https://portal.example/forgot",
        expires_at=None,
    )
    for as_copy in (False, True):
        message = parsed(compose(told, SENDER, as_copy=as_copy))
        for kind in ("plain", "html"):
            source = part_of(message, kind)
            text = " ".join((Html(source).text if kind == "html" else source).split())
            assert source.count("https://portal.example/forgot") == 1
            assert "was changed on 12 November 2026, 12:00 (UTC)" in text
            assert "Every other browser in which you were logged in was logged out" in text
            assert "tell Hansen & Partner" in text
            assert "works once" not in text
            assert "Dupont SARL" not in text
            assert "bientôt" not in text


@pytest.mark.parametrize("kind", list(LetterKind))
def test_plain_text_stands_in_72_columns_in_every_script(kind: LetterKind) -> None:
    long = "Somebody has written a rather long line here, with words of every length in it. " * 3
    wide = "会計事務所からのお知らせです。詳しくは「ご案内」をご覧ください。" * 4
    letter = replace(
        LETTER, kind=kind, name=long, accounts=(long, wide), message=f"{long}\n    indented {long}\n{wide}"
    )

    for line in read_aloud(letter, SENDER)[1].split("\n"):
        assert sum(2 if east_asian_width(character) in "WF" else 1 for character in line) <= 72 or line == LINK
        assert not line.startswith(("。", "」"))
        assert not line.endswith("「")
