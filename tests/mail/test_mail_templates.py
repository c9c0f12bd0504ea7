"""The firm's own mail templates: its words and its look, and never a mail without its link."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from typing import cast

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mail.firm import PORTAL, SENDER, invited, link_in, states, using
from tests.smtp_server import MailServer
from tui_portal.config import Settings
from tui_portal.domain.errors import MailUnavailable
from tui_portal.mail.composing import compose, read_aloud
from tui_portal.mail.letters import Letter, LetterKind, Sender
from tui_portal.mail.template_checks import check_html, check_text
from tui_portal.mail.templates import Templates, templates_of
from tui_portal.paths import mail_templates_folder
from tui_portal.services.check import check
from tui_portal.services.context import Context
from tui_portal.services.delivery import Delivered, deliver_once
from tui_portal.services.invitation_previews import preview_mail
from tui_portal.services.outbox import summary

NOON = 1_794_484_800
LETTER = Letter(
    kind=LetterKind.INVITATION,
    address="zoe@dupont.example",
    name="Zoë Dupont",
    language="de",
    accounts=("Dupont SARL", "Dupont & fils"),
    more_accounts=0,
    message="Bis bald!",
    link="https://portal.example/activate/AAAA",
    expires_at=NOON + 14 * 86_400,
    message_id="<0011@hansen-partner.example>",
    queued_at=NOON,
    invited_at=NOON - 86_400,
)
_SIGNATURE = "-- \n$firm\nSteuerberatung\nTel. 030 1234567\n"
GERMAN = f"""Subject: Ihr Zugang bei $firm

Guten Tag $name,

wir laden Sie in unser <Portal> ein & freuen uns auf Sie. Das kostet Sie
$$0, und Sie sehen dort:

$accounts

$message

Bitte wählen Sie hier ein Passwort:

${{link}}

$until

{_SIGNATURE}"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "templates"
    made.mkdir()
    return made


def _settings(settings: Settings, folder: Path) -> Settings:
    return replace(settings, mail=replace(settings.mail, templates=str(folder)))


def _sender(folder: Path) -> Sender:
    return Sender("Hansen & Partner", "", SENDER, templates=templates_of(_settings(Settings(), folder)))


def _parts(content: bytes) -> tuple[str, str]:
    message = cast(EmailMessage, message_from_bytes(content, policy=policy.default))
    bodies = [message.get_body((kind,)) for kind in ("plain", "html")]
    plain, html = (cast(str, cast(EmailMessage, body).get_content()).replace("\r\n", "\n") for body in bodies)
    return plain, html


def test_the_firms_own_words_stand_in_both_parts_and_the_rest_comes_along(folder: Path) -> None:
    (folder / "invitation.de.txt").write_bytes(b"\xef\xbb\xbf" + GERMAN.replace("\n", "\r\n").encode())
    content = compose(LETTER, _sender(folder))
    plain, html = _parts(content)

    assert message_from_bytes(content, policy=policy.default)["Subject"] == "Ihr Zugang bei Hansen & Partner"
    assert plain == (
        "Guten Tag Zoë Dupont,\n\nwir laden Sie in unser <Portal> ein & freuen uns auf Sie. Das kostet Sie\n$0, und Sie sehen dort:\n\n"
        "  - Dupont SARL\n  - Dupont & fils\n\nEine Nachricht von Hansen & Partner:\n\nBis bald!\n\n"
        "Bitte wählen Sie hier ein Passwort:\n\nhttps://portal.example/activate/AAAA\n\n"
        "Der Link gilt nur einmal, bis 26. November 2026, 12:00 Uhr (UTC).\n\n"
        "-- \nHansen & Partner\nSteuerberatung\nTel. 030 1234567\n"
    )
    for said in (
        "<p>Guten Tag Zoë Dupont,</p>",
        "unser &lt;Portal&gt; ein &amp; freuen",
        'href="https://portal.example/activate/AAAA"',
        "<br>\nSteuerberatung<br>\nTel. 030 1234567</p>",
    ):
        assert html.count(said) == 1


@pytest.mark.parametrize(
    ("kind", "language", "file"),
    [
        (LetterKind.INVITATION, "de", "invitation.de.txt"),
        (LetterKind.INVITATION, "fr", "invitation.txt"),
        (LetterKind.REMINDER, "de", "letter.de.txt"),
        (LetterKind.PASSWORD_RESET, "ja", "letter.txt"),
    ],
)
def test_a_template_of_the_kind_comes_before_one_for_all_kinds_and_one_of_the_language_before_both(
    folder: Path, kind: LetterKind, language: str, file: str
) -> None:
    shipped = (mail_templates_folder() / "letter.txt").read_text("utf-8")
    for name in ("invitation.de.txt", "invitation.txt", "letter.de.txt", "letter.txt"):
        (folder / name).write_text(f"{shipped}{name}\n")

    text = read_aloud(replace(LETTER, kind=kind, language=language), _sender(folder))[1]

    assert text.endswith(f"-- \nHansen & Partner\n{file}\n")


def test_the_firms_own_page_frame_and_button_are_used(folder: Path) -> None:
    (folder / "letter.html").write_text(
        '<div lang="$language"><b>$firm</b><div>$letter</div><a href="https://firm.example">us</a></div>'
    )
    (folder / "message.html").write_text("<blockquote>$message</blockquote>")
    (folder / "button.de.html").write_text('<p><a href="${link}">$button, bitte</a></p>')
    _plain, html = _parts(compose(LETTER, _sender(folder)))

    assert html.startswith('<div lang="de"><b>Hansen &amp; Partner</b><div>')
    assert "<blockquote>Bis bald!</blockquote>" in html
    assert '<p><a href="https://portal.example/activate/AAAA">Wählen Sie Ihr Passwort, bitte</a></p>' in html


def test_copies_of_the_templates_of_the_program_change_nothing(folder: Path) -> None:
    for file in mail_templates_folder().iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / "README").write_text("how $we do it")
    (folder / ".letter.txt.swp").write_bytes(b"\xff")
    own, program = _sender(folder), Sender("Hansen & Partner", "", SENDER)

    for kind in LetterKind:
        assert compose(replace(LETTER, kind=kind), own) == compose(replace(LETTER, kind=kind), program)


TEXT = "$greeting\n\n$message\n\n$lead\n\n$accounts\n\n$link\n\n$until\n\n$firm\n"


@pytest.mark.parametrize(
    ("file", "content", "where", "words"),
    [
        ("letter.txt", TEXT.replace("$lead", "$leed"), ", line 5: ", "$leed is no placeholder that is known here. Did you mean $lead?"),
        ("letter.txt", TEXT.replace("$lead", "It costs $5"), ", line 5: ", "write $$ for a dollar sign"),
        ("letter.txt", TEXT.replace("$link", ""), " ", "has no $link"),
        ("invitation.txt", TEXT.replace("$link", ""), " ", "has no $link"),
        ("letter.txt", TEXT.replace("$until", "$link"), ", line 11: ", "$link stands there twice"),
        ("letter.txt", TEXT.replace("$link", "Here: $link"), ", line 9: ", "$link must be a paragraph by itself"),
        ("letter.txt", TEXT.replace("$link", "$link\nor not"), ", line 9: ", "$link must be a paragraph by itself"),
        ("letter.txt", TEXT.replace("$accounts", ""), " ", "has no $accounts"),
        ("reminder.txt", TEXT.replace("$message", ""), " ", "has no $message"),
        ("invitation.txt", TEXT.replace("$until", ""), " ", "has no $until"),
        ("invitation.txt", TEXT.replace("$firm", "Us"), " ", "has no $firm"),
        ("invitation.txt", TEXT.replace("$lead", "$invited_on"), ", line 5: ", "$invited_on is no placeholder"),
        ("letter.txt", f"Subject: $name\n\n{TEXT}", ", line 1: ", "$name is no placeholder"),
        ("letter.txt", f"Subject:\n\n{TEXT}", ", line 1: ", "the subject is empty"),
        ("letter.txt", TEXT.replace("$link", "") + "-- \n$link\n", ", line 15: ", "$link is no placeholder"),
        ("letter.txt", TEXT.replace("$lead", "a\u202eb"), ", line 5: ", "can't be seen"),
        ("letter.txt", TEXT.encode("utf-16"), " ", "is not UTF-8 text (line 1)"),
        ("letter.txt", TEXT + "x" * 70_000, " ", "limits.template_bytes allows 65536"),
        ("leter.txt", TEXT, " ", "Did you mean letter.txt?"),
        ("invitation.pt.txt", TEXT, " ", "en, fr, es, de, ja"),
        ("signature.html", "x", " ", "is no template that is known"),
        ("letter.html", "<div>$letter</div>\n<img src='https://x.example/logo.png'>", ", line 2: ", "<img> fetches something"),
        ("letter.html", "<div>$letter</div>\n<script>x</script>", ", line 2: ", "<script> fetches something"),
        ("letter.html", "<link rel='stylesheet' href='https://x.example'>$letter", ", line 1: ", "<link> fetches"),
        ("letter.html", "<style>p { background: url(//x) }</style>$letter", ", line 1: ", "url fetches something"),
        ("letter.html", "<style>@import 'x';</style>$letter", ", line 1: ", "@import fetches something"),
        ("letter.html", "<td background='x.png'>$letter</td>", ", line 1: ", "background= fetches something"),
        ("letter.html", "<div onclick='x()'>$letter</div>", ", line 1: ", "onclick= fetches something"),
        ("letter.html", "<!-- <img src=x> -->$letter", ", line 1: ", "fetches something"),
        ("letter.html", "<a href='javascript:x'>x</a>$letter", ", line 1: ", "href must be $link, or begin with"),
        ("letter.html", "<div>\n<p>$letter</p>\n</div>", ", line 2: ", "it can't stand in <p>, but in <td> or <div>"),
        ("letter.html", "<div>\n<!-- $letter --></div>", ", line 2: ", "only in the text between tags"),
        ("letter.html", "<div title='$firm'>$letter</div>", ", line 1: ", "$firm can't stand here"),
        ("letter.html", "<div>$letter\n", ", line 1: ", "<div> is not closed: add </div>."),
        ("letter.html", "<div>$letter</div>\n1 < 2", ", line 2: ", "a < begins no tag here: write &lt;."),
        ("letter.html", '<div class="x>$letter</div>', ", line 1: ", "<"),
        ("letter.html", "<b>$firm</b>", " ", "has no $letter"),
        ("message.html", "<style>$message</style>", ", line 1: ", "$message can't stand here"),
        ("button.html", "<p>$link</p><p>$button</p>", ", line 1: ", 'href="$link"'),
        ("button.html", '<a href="https://x.example">$button</a>', " ", "has no $link"),
        ("button.html", '<a href="$link">$button</a><a href="$link">x</a>', ", line 1: ", "$link stands there twice"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_file_and_line_and_what_to_do(
    folder: Path, file: str, content: str | bytes, where: str, words: str
) -> None:
    (folder / file).write_bytes(content if isinstance(content, bytes) else content.encode())

    with pytest.raises(MailUnavailable) as told:
        templates_of(_settings(Settings(), folder))

    assert told.value.message.startswith(f"The mail template {file}{where}")
    assert f"It lies in {folder}." in told.value.message
    assert words in told.value.message


class _Links(HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.asked: list[str] = []
        self.text = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name == "href"]
        self.asked += [name for name, _value in attrs if name in ("src", "background") or name.startswith("on")]
        self.asked += [tag] if tag in ("script", "img", "link", "iframe") else []

    def handle_data(self, data: str) -> None:
        self.text += data


_words = [
    "$link",
    "$firm",
    "$accounts",
    "$message",
    "$until",
    "$lead",
    "${link}",
    "$$",
    "$",
    "\n\n",
    "\n",
    " ",
    "-- \n",
    "x",
    "Subject: x\n",
]
_tags = ["<div>", "</div>", "<p>", "</p>", "<td>", "<a href='$link'>", '<a href="', '">', "</a>", "<!--", "-->", "<style>", "</style>", "<", ">", "<img src=x>", "$letter", "$button", "$link", "$message", "'", "&lt;", "<br>", "<title>", "</title>", "<b", "x=", "<![CDATA[", "]]>", "</"]  # fmt: skip


@hypothesis.settings(max_examples=300, deadline=None)
@given(pieces=st.lists(st.sampled_from(_words), max_size=14), extra=st.integers(0, 14))
def test_no_text_that_passes_makes_a_mail_without_its_link(pieces: list[str], extra: int) -> None:
    whole = ["$firm", "\n\n", "$accounts", "\n\n", "$message", "\n\n", "$link", "\n\n", "$until"]
    text = "".join([*pieces[:extra], *whole, *pieces[extra:]])
    if list(check_text("letter", text)):
        return

    sender = Sender("Hansen & Partner", "", SENDER, templates=Templates((("letter.txt", text),)))
    plain, html = _parts(compose(LETTER, sender))

    assert plain.split("\n").count(LETTER.link) == 1
    assert _Links(html).links == [LETTER.link]
    assert "Bis bald!" in plain
    assert "Bis bald!" in html


@hypothesis.settings(max_examples=400, deadline=None)
@given(
    file=st.sampled_from(["letter", "message", "button"]),
    before=st.lists(st.sampled_from(_tags), max_size=4),
    behind=st.lists(st.sampled_from(_tags), max_size=4),
)
def test_no_html_that_passes_makes_a_mail_without_its_link(file: str, before: list[str], behind: list[str]) -> None:
    whole = {"letter": "<div>$letter</div>", "message": "<p>$message</p>", "button": '<a href="$link">$button</a>'}[
        file
    ]
    source = "".join([*before, whole, *behind])
    if list(check_html(file, source)):
        return

    sender = Sender("Hansen & Partner", "", SENDER, templates=Templates(((f"{file}.html", source),)))
    found = _Links(_parts(compose(LETTER, sender))[1])

    assert found.links == [LETTER.link]
    assert found.asked == []
    assert "Bis bald!" in found.text
    assert "Wählen Sie Ihr Passwort" in found.text


def test_a_fault_keeps_all_mail_back_and_loses_none(office: Context, mail_server: MailServer, folder: Path) -> None:
    invited(office, "zoe@dupont.example")
    (folder / "letter.txt").write_text(TEXT.replace("$link", "$lnik"))
    faulty = using(office, _settings(office.settings, folder))

    done = deliver_once(faulty)

    assert (done.sent, done.failed, done.waiting) == (0, 0, 1)
    assert "The mail template letter.txt, line 9: $lnik is no placeholder" in done.problem
    assert summary(faulty).problem == done.problem
    assert (states(office), mail_server.received) == (["queued"], [])
    # What is put right is read again without a new start.
    (folder / "letter.txt").write_text(TEXT)
    assert deliver_once(faulty) == Delivered(sent=1)
    assert summary(faulty).problem == ""
    link_in(mail_server.received[0].part("plain"))
    link_in(mail_server.received[0].part("html"))


def test_what_is_shown_before_sending_is_written_in_the_firms_own_words(office: Context, folder: Path) -> None:
    account = invited(office, "zoe@dupont.example", language="de")
    (folder / "invitation.de.txt").write_text(GERMAN)
    address = office.database.value("SELECT id FROM email_address WHERE canonical = 'zoe@dupont.example'")

    shown = preview_mail(using(office, _settings(office.settings, folder)), account, address, "", False)

    assert shown.subject == "Ihr Zugang bei Hansen & Partner"
    assert "Tel. 030 1234567" in shown.text


def _checked(context: Context) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for finding in check(context):
        found.setdefault(f"{finding.about}:{finding.level}", []).append(finding.words)
    return found


def test_check_tells_every_fault_in_the_templates(office: Context, folder: Path) -> None:
    own = using(office, _settings(office.settings, folder))
    assert "mail_templates:fine" in _checked(own)
    (folder / "letter.txt").write_text(TEXT.replace("$link", "$lnik"))
    (folder / "button.html").write_text("<p>$button</p>")
    assert len(_checked(own)["mail_templates:fault"]) == 3
    assert "mail_settings:fine" in _checked(own)

    missing = using(office, _settings(office.settings, folder / "nowhere"))
    assert "No such file" in _checked(missing)["mail_templates:fault"][0]
    with pytest.raises(MailUnavailable, match="Make the folder"):
        templates_of(missing.settings)


def test_check_tells_where_notices_and_copies_go_and_what_is_odd_about_it(office: Context) -> None:
    invited(office, "zoe@dupont.example")

    def look(**mail: object) -> dict[str, list[str]]:
        settings = replace(office.settings, mail=dataclasses.replace(office.settings.mail, **mail))  # type: ignore[arg-type] # as named by the test
        return _checked(using(office, settings))

    assert "bounces_to:fine" in look()
    assert "copies_to:fine" in look(copies_to=("archive@hansen-partner.example",))
    assert "mailbox of their own" in look(bounces_to=SENDER)["bounces_to:warning"][0]
    assert "mailbox of their own" in look(bounces_to="Office@Hansen-Partner.example")["bounces_to:warning"][0]
    odd = look(
        bounces_to="back@hansen-partner.example",
        copies_to=(
            "a@hansen-partner.example",
            "A@hansen-partner.example",
            "back@hansen-partner.example",
            "Zoe@dupont.example",
        ),
    )
    told = " | ".join(sorted(odd["copies_to:warning"]))
    assert len(odd["copies_to:warning"]) == 3
    assert "a@hansen-partner.example more than once" in told
    assert "back@hansen-partner.example, which notices come back to" in told
    assert "zoe@dupont.example, a client's address" in told
    assert "not an e-mail address" in look(copies_to=("nobody",))["copies_to:fault"][0]


def test_templates_are_found_beside_the_settings_and_a_fault_ends_the_command_at_its_start(
    office: Context, folder: Path, tmp_path: Path
) -> None:
    invited(office, "zoe@dupont.example")
    config = tmp_path / "config.toml"
    config.write_text(
        f'[firm]\nportal_url = "{PORTAL}"\n[mail]\nsmtp = "folder:mail"\nfrom = "{SENDER}"\ntemplates = "templates"\n'
    )
    (folder / "letter.txt").write_text(TEXT.replace("$link", ""))
    program = [sys.executable, "-m", "tui_portal", "--database", str(office.database.path), "--config", str(config)]

    for words, status in ((["deliver"], 5), (["deliver", "--once"], 5), (["check", "--json"], 1)):
        done = subprocess.run([*program, *words], capture_output=True, text=True, timeout=60)
        assert done.returncode == status
        assert "letter.txt has no $link" in done.stdout + done.stderr
    assert states(office) == ["queued"]
