"""The pages in every language: whose language it is, and that nothing of the English ones is left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import httpx
import pytest

from tests.portal.browsing import Browser, Portal, invite_client
from tests.portal.test_accessibility import PAGES
from tests.portal.town import Town, open_town
from tui_portal.i18n import OWN_NAMES
from tui_portal.services.context import Context

LOG_IN = {"en": "Log in", "fr": "Se connecter", "es": "Iniciar sesión", "de": "Anmelden", "ja": "ログイン"}
PASSWORD = {
    "fr": "Choisir votre mot de passe",
    "es": "Elija su contraseña",
    "de": "Wählen Sie Ihr Passwort",
    "ja": "パスワードの設定",
}
OTHERS = tuple(PASSWORD)
# Words that are spelt as in English.
_SAME = {"fr": {"Notifications"}, "de": {"Name"}}
_REFUSED = {"/login": {"username": "", "password": ""}, "/accounts/A-0001/people": {"name": "", "address": ""}}

# What people wrote, and what is the same everywhere.
_DATA = re.compile(
    r"Hansen & Partner|\bA-000\d\b|[\w.-]+@[\w.-]+|127\.0\.0\.1:\d+|Our office is closed.*|If something can't wait.*"
    r"|Dear Zoë,|here you find the papers.*|Regards, Olga|✕|Brasserie du Marché SARL|Dupont privé|SCI Rue des Lilas"
    r"|Erbengemeinschaft Dupont-Schwarzenberger|Zoë Dupont|Hugo Dupont|Marie-Antoinette de Villeneuve-Bargemont|Invited"
)


@pytest.mark.parametrize("language", LOG_IN)
async def test_a_page_is_in_the_language_that_the_browser_wishes(portal: Portal, language: str) -> None:
    async with portal.browser(**{"Accept-Language": f"it, {language}-XX;q=0.8, en;q=0.1"}) as browser:
        page = await browser.open("/login")
    assert f"<h1>{LOG_IN[language]}</h1>" in page.text
    assert f'<html lang="{language}">' in page.text
    assert page.headers["Content-Language"] == language


@pytest.mark.parametrize("wish", ["", "it, pt-BR;q=0.5", "fr;q=0", "*", "de;q=none"])
async def test_a_browser_that_wishes_none_of_them_gets_the_language_of_the_firm(
    office: Context, portal: Portal, wish: str
) -> None:
    office.database.execute("UPDATE firm SET language = 'es'")
    async with portal.browser(**{"Accept-Language": wish}) as browser:
        assert f"<h1>{LOG_IN['es']}</h1>" in (await browser.open("/login")).text


@pytest.mark.parametrize("language", OTHERS)
async def test_a_page_about_a_contact_is_in_the_language_of_the_contact(
    office: Context, portal: Portal, language: str
) -> None:
    client = invite_client(office, language=language)
    async with portal.browser(**{"Accept-Language": "en"}) as browser:
        page = await browser.open(client.link())
        assert f"<h1>{PASSWORD[language]}</h1>" in page.text
        assert page.headers["Content-Language"] == language
        await browser.activate(client.link())
        home = await browser.open("/")
        assert f'<html lang="{language}">' in home.text


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with open_town(tmp_path_factory.mktemp("town") / "firm.sqlite3") as town:
        yield town


@pytest.fixture(scope="module")
def english() -> dict[str, set[str]]:
    """The texts of each English page, as far as they have been asked for."""
    return {}


@pytest.mark.parametrize("language", OTHERS)
async def test_nothing_english_is_left_on_any_page(town: Town, english: dict[str, set[str]], language: str) -> None:
    if not english:
        english.update(await _texts(town, "en"))
    translated = await _texts(town, language)

    assert len(translated) > 20
    left = {address: (texts & english[address]) - _SAME.get(language, set()) for address, texts in translated.items()}
    assert {address: texts for address, texts in left.items() if texts} == {}


async def _texts(town: Town, language: str) -> dict[str, set[str]]:
    """The sentences and labels of every page that can be opened, and of two that were sent back; without names and addresses."""
    found: dict[str, set[str]] = {}
    visitors = {who for _address, who, _title, _deed in PAGES}
    for who in visitors:
        cookies = {"tui_portal_session": getattr(town, who)} if who else {}
        client = httpx.AsyncClient(
            base_url=town.served.url, headers={"Accept-Language": language}, cookies=cookies, follow_redirects=True
        )
        async with Browser(client) as browser:
            for address in {a for a, whose, _title, deed in PAGES if whose == who and deed is None}:
                page = await browser.open(town.links.get(address, address))
                assert page.headers["Content-Language"] == language
                found[address] = _said(page.text)
                if address in _REFUSED:
                    refused = await browser.send(address, _REFUSED[address], page)
                    found[f"{address} refused"] = _said(refused.text)
    return found


class _Texts(HTMLParser):
    """Collects what is read: text, titles, labels for those who don't see."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.texts += data.split("\n")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.texts += [value or "" for name, value in attrs if name in ("title", "aria-label", "placeholder", "alt")]


def _said(page: str) -> set[str]:
    reader = _Texts()
    reader.feed(page)
    texts = {_DATA.sub("", text).strip(" –,.:()") for text in reader.texts}
    return {text for text in texts if re.search(r"[^\W\d_]{2}", text)} - set(OWN_NAMES.values())
