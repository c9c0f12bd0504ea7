"""Every string for people goes through gettext, when it is shown: in a made-up language nothing stays English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from gettext import NullTranslations

import pytest

from tests.conftest import Clock
from tests.screens import Terminal, running
from tui_portal import i18n
from tui_portal.domain.accounts import AccountType
from tui_portal.services.access import AccessWish, change_access
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context


class Marked(NullTranslations):
    """A language in which every letter of a message but its placeholders is a dot above a line."""

    def gettext(self, message: str) -> str:
        return "".join(
            part if part.startswith("{") else re.sub(r"[A-Za-z]", "ṡ", part)
            for part in re.split(r"(\{[^}]*\})", message)
        )

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(message)


@pytest.fixture
def made_up_language() -> Iterator[None]:
    before = i18n._current
    i18n.use(Marked())
    yield
    i18n.use(before)


def _english(terminal: Terminal) -> list[str]:
    """Words of letters that no message has brought: the data of this test is written in digits and signs."""
    keys = r"\b(?:enter|space|esc|pgdn|pgup|home|end|ctrl|down|up|left|right|tab|alt|olga|en|fr|es|de|ja|jp|OSC|[a-zA-Z]|F1)\b|A-\d+|ctrl\+p"
    return re.findall(r"[A-Za-z]{2,}", re.sub(keys, "", terminal.text))


async def test_nothing_on_any_screen_stays_english(office: Context, clock: Clock, made_up_language: None) -> None:
    office.database.execute("UPDATE firm SET name = '123'")
    office.database.execute("UPDATE staff SET login = 'olga', name = '77'")
    account = create_account(office, "111", AccountType.COMPANY)
    create_contact(office, [account], "222", [("4", "1@2.jp"), ("5", "6@7")], language="fr")
    change_access(office, [account], AccessWish(login=True, invite=True))
    clock.advance(office.settings.limits.resend_ask_seconds)  # else it is asked whether another one is meant
    async with running(office, size=(160, 50), ready="111") as terminal:
        await terminal.shows("111")
        assert _english(terminal) == []
        await terminal.press("question_mark")
        await terminal.shows("pgdn")
        assert _english(terminal) == []
        await terminal.press("escape", "enter")
        await terminal.shows("222")
        assert _english(terminal) == []
        await terminal.press("i")
        await terminal.shows("0 / 5000")
        assert _english(terminal) == []
        await terminal.press("escape", "ctrl+p")
        await terminal.shows("space enter")
        assert _english(terminal) == []


async def test_nothing_in_the_profile_and_its_dialogs_stays_english(office: Context, made_up_language: None) -> None:
    office.database.execute("UPDATE firm SET name = '123'")
    office.database.execute("UPDATE staff SET login = 'olga', name = '77'")
    office.database.execute("UPDATE email_field SET name = position")
    account = create_account(office, "111", AccountType.COMPANY)
    create_contact(office, [account], "222", [("4", "1@2.jp"), ("5", "6@7")], language="fr")
    change_access(office, [account], AccessWish(login=True, invite=True))
    async with running(office, size=(160, 50), ready="111") as terminal:
        await terminal.press("enter")
        await terminal.shows("222", "1@2.jp")
        for keys in ("w", "p", "P", "full_stop", "e", "n", "d", "L", "E"):
            await terminal.press(keys)
            await terminal.until(lambda: len(terminal.app.screen_stack) > 2)
            await terminal.shows("─╯")
            assert _english(terminal) == [], keys
            while len(terminal.app.screen_stack) > 2:
                await terminal.press("escape")
        for _tab in range(2):
            await terminal.press("right_square_bracket")
            await terminal.until(lambda: "1@2.jp" in terminal.text)
            assert _english(terminal) == []
