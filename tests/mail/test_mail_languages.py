"""Every kind of mail in every language: nothing of the English one is left in it, and its lines are as long as they may be."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

import pytest

from tests.conftest import NOON
from tui_portal.mail.composing import compose
from tui_portal.mail.letters import Letter, LetterKind, Sender

SENDER = Sender("Hansen & Partner", "Hansen & Partner", "portal@hansen-partner.example")
GREETINGS = {
    "fr": "Bonjour Zoë Dupont,",
    "es": "Hola, Zoë Dupont:",
    "de": "Guten Tag Zoë Dupont,",
    "ja": "Zoë Dupont 様",
}
SUBJECTS = {
    "fr": "Votre accès au portail client de Hansen & Partner",
    "es": "Su acceso al portal de clientes de Hansen & Partner",
    "de": "Ihr Zugang zum Mandantenportal von Hansen & Partner",
    "ja": "Hansen & Partnerクライアントポータルのご案内",
}
# What people wrote, and what is the same everywhere.
_DATA = {
    "https://portal.example/activate/AAAA",
    "- Dupont SARL",
    "- Dupont & fils",
    "--",
    "Hansen & Partner",
    "Bis bald!",
    "",
}


@pytest.mark.parametrize("language", GREETINGS)
@pytest.mark.parametrize("as_copy", [False, True], ids=["mail", "copy"])
@pytest.mark.parametrize("kind", LetterKind)
def test_a_mail_is_whole_in_the_language_of_its_reader(kind: LetterKind, as_copy: bool, language: str) -> None:
    mail, english = _mail(kind, language, as_copy), _mail(kind, "en", as_copy)
    assert mail["Content-Language"] == language
    assert mail["Subject"] != english["Subject"]
    text = _text(mail)
    assert text.startswith(GREETINGS[language])
    assert (_lines(text) & _lines(_text(english))) - _DATA == set()
    assert "Dupont &amp; fils" in _html(mail) or kind in (LetterKind.PASSWORD_RESET, LetterKind.PASSWORD_CHANGED)
    assert f'lang="{language}"' in _html(mail)


@pytest.mark.parametrize("language", GREETINGS)
def test_the_invitation_has_its_subject_in_the_language_of_its_reader(language: str) -> None:
    assert _mail(LetterKind.INVITATION, language)["Subject"] == SUBJECTS[language]


def _mail(kind: LetterKind, language: str, as_copy: bool = False) -> EmailMessage:
    letter = Letter(
        kind=kind,
        address="zoe@dupont.example",
        name="Zoë Dupont",
        language=language,
        accounts=("Dupont SARL", "Dupont & fils"),
        more_accounts=3,
        message="Bis bald!",
        link="https://portal.example/activate/AAAA",
        expires_at=NOON + 14 * 86_400,
        message_id="<0011@hansen-partner.example>",
        queued_at=NOON,
        invited_at=NOON - 86_400,
    )
    return message_from_bytes(compose(letter, SENDER, as_copy=as_copy), policy=policy.default)


def _text(mail: EmailMessage) -> str:
    return str(cast(EmailMessage, mail.get_body(("plain",))).get_content())


def _html(mail: EmailMessage) -> str:
    return str(cast(EmailMessage, mail.get_body(("html",))).get_content())


def _lines(text: str) -> set[str]:
    return {line.strip() for line in text.split("\n")}
