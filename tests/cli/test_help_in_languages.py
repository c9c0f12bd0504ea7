"""`--lang` and what the environment says: help, headings and mistakes are told in that language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from gettext import NullTranslations
from pathlib import Path

import pytest

from tests.pty_terminal import PtyTerminal
from tui_portal import i18n
from tui_portal.cli import main
from tui_portal.cli.parsing import NotUnderstood, Parser
from tui_portal.config import Settings
from tui_portal.domain.accounts import AccountType
from tui_portal.services.contacts import create_account
from tui_portal.services.firm import create_firm
from tui_portal.services.staff import caller_login, identify

ACCOUNTS = {"fr": "Dossiers", "es": "Cuentas", "de": "Mandate", "ja": "顧問先"}
NAME = {"fr": "NOM", "es": "NOMBRE", "de": "NAME", "ja": "名前"}
GLOBAL = {"fr": "options globales", "es": "opciones globales", "de": "allgemeine Optionen", "ja": "共通オプション"}


@pytest.fixture(autouse=True)
def language_as_before() -> Iterator[None]:
    before = i18n._current
    yield
    i18n.use(before)


@pytest.mark.parametrize("language", ACCOUNTS)
def test_help_is_in_the_language_that_is_asked_for(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--lang", language, "accounts", "--help"])
    told = capsys.readouterr().out
    assert GLOBAL[language].casefold() in told.casefold()
    assert "The Accounts list" not in told


class Starred(NullTranslations):
    """A language in which every message has a star before it."""

    def gettext(self, message: str) -> str:
        return f"*{message}"


def test_the_words_of_argparse_are_in_the_language_as_well() -> None:
    i18n.use(Starred())
    parser = Parser(prog="tui-portal")
    parser.add_argument("--sort", required=True)
    assert parser.format_help().startswith("*usage: tui-portal")
    assert "*options:" in parser.format_help()
    assert "*show this help message and exit" in parser.format_help()
    with pytest.raises(NotUnderstood, match=r"\*the following arguments are required"):
        parser.parse_args([])


def test_the_environment_chooses_where_nothing_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TUI_PORTAL_LANG", "de_CH.UTF-8")
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "Befehle:" in capsys.readouterr().out


@pytest.mark.parametrize("language", ["en", *ACCOUNTS])
def test_a_mistake_in_the_options_is_told_with_what_was_typed(
    language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--lang", language, "accounts", "--limt", "3"]) == 2
    assert "--limt" in capsys.readouterr().err


def test_the_screens_are_in_the_language_that_is_asked_for(tmp_path: Path) -> None:
    database = tmp_path / "firm.sqlite3"
    login = caller_login()
    context = create_firm(
        database, Settings(), firm="Hansen", owner_login=login, owner_name="Olga", owner_email="olga@x.example"
    )
    create_account(identify(context, login), "Dupont", AccountType.COMPANY)
    context.database.close()
    with PtyTerminal("--database", str(database), "--lang", "ja") as terminal:
        terminal.shows("A-0001", "キー")
        text = re.sub(r"(?<=[^\x00-\xff]) ", "", terminal.text)  # pyte keeps an empty cell behind a wide sign
        assert f"Hansen ›{ACCOUNTS['ja']}" in text or f"Hansen › {ACCOUNTS['ja']}" in text
        assert NAME["ja"] in text
        terminal.send("q")
        assert terminal.ends() == 0
