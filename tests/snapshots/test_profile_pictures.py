"""The account's profile and its dialogs as pictures, at 80x24 and 120x40."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.screens import Terminal
from tui_portal.domain.accounts import AccountType
from tui_portal.services.access import AccessWish, change_access
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context
from tui_portal.services.saved_messages import save_message

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
Compare = Callable[..., None]


async def _open(terminal: Terminal, code: str, *shown: str) -> None:
    await terminal.press("slash")
    await terminal.type(code)
    await terminal.shows("1 of ")
    await terminal.press("enter", "enter")
    await terminal.shows(*shown)


async def _dupont(terminal: Terminal) -> None:
    await _open(terminal, "a-0031", "Élodie Dupont", "Zoë Dupont")


async def _activity(terminal: Terminal) -> None:
    await _dupont(terminal)
    await terminal.press("right_square_bracket")
    await terminal.shows("WHO", "Account Dupont")


async def _entry(terminal: Terminal) -> None:
    await _activity(terminal)
    await terminal.press("enter")
    await terminal.shows("esc closes")


async def _mail(terminal: Terminal) -> None:
    await _activity(terminal)
    await terminal.press("right_square_bracket")
    await terminal.shows("TO", "invitation: ")


async def _menu(terminal: Terminal) -> None:
    await _dupont(terminal)
    await terminal.press("full_stop")
    await terminal.shows("Copy link")


async def _unlinked_menu(terminal: Terminal) -> None:
    await _dupont(terminal)
    await terminal.press("end", "full_stop")
    await terminal.shows("Link to a contact")


async def _edit_contact(terminal: Terminal) -> None:
    await _dupont(terminal)
    await terminal.press("e")
    await terminal.shows("E-mail addresses")
    await terminal.press("end", *["backspace"] * len("dupont.example"))
    await terminal.type("gmial.com")
    await terminal.shows("alt+c takes elodie@gmail.com.", "elodie@dupont.example becomes elodie@gmial.com")


async def _find_contact(terminal: Terminal) -> None:
    await _dupont(terminal)
    await terminal.press("n")
    await terminal.shows("Name or address of a contact")
    await terminal.type("zo")
    await terminal.shows("Zoë Dupont", "New contact “zo”")


async def _unlink(terminal: Terminal) -> None:
    await _dupont(terminal)
    await terminal.press("d")
    await terminal.shows("they lose access")


async def _notify_of_all(terminal: Terminal) -> None:
    await _dupont(terminal)
    await terminal.press("O")
    await terminal.shows("NOTIFY off for all")


async def _login_off(terminal: Terminal) -> None:
    await _dupont(terminal)
    await terminal.press("end", "l")
    await terminal.shows("Take access away")


async def _preferences(terminal: Terminal) -> None:
    await _dupont(terminal)
    await terminal.press("p")
    await terminal.shows("Notification preferences", "Invoices")


async def _all_preferences(terminal: Terminal) -> None:
    await _dupont(terminal)
    await terminal.press("P", "right", "space", "c", "V")
    await terminal.shows("Notification preferences of all addresses")


async def _why(terminal: Terminal) -> None:
    await _dupont(terminal)
    await terminal.press("w")
    await terminal.shows("Not blocked", "Password")


async def _reset(terminal: Terminal) -> None:
    await _dupont(terminal)
    await terminal.press("end", "full_stop", "r")
    await terminal.shows("Send the mail")


async def _preview(terminal: Terminal) -> None:
    await _dupont(terminal)
    await terminal.press("i")
    await terminal.shows("Personalized message")
    await terminal.type("Chers clients")
    await terminal.press("alt+p")
    await terminal.shows("Subject:", "Chers clients")


async def _edit_account(terminal: Terminal) -> None:
    await _dupont(terminal)
    await terminal.press("E")
    await terminal.shows("Edit account", "Known:")


async def _help(terminal: Terminal) -> None:
    await _dupont(terminal)
    await terminal.press("question_mark")
    await terminal.shows("Keys on this screen")


@SIZES
@pytest.mark.parametrize(
    "steps",
    [
        pytest.param(_activity, id="activity"),
        pytest.param(_entry, id="activity-entry"),
        pytest.param(_mail, id="mail"),
        pytest.param(_menu, id="menu"),
        pytest.param(_unlinked_menu, id="menu-unlinked"),
        pytest.param(_edit_contact, id="edit-contact"),
        pytest.param(_find_contact, id="find-contact"),
        pytest.param(_unlink, id="unlink"),
        pytest.param(_notify_of_all, id="notify-off-for-all"),
        pytest.param(_login_off, id="login-off"),
        pytest.param(_preferences, id="preferences"),
        pytest.param(_all_preferences, id="preferences-of-all"),
        pytest.param(_why, id="why"),
        pytest.param(_reset, id="reset-password"),
        pytest.param(_preview, id="mail-preview"),
        pytest.param(_edit_account, id="edit-account"),
        pytest.param(_help, id="help"),
    ],
)
def test_profile(looks_the_same: Compare, steps: object, size: tuple[int, int]) -> None:
    looks_the_same(steps, size)


@SIZES
def test_copied_link(looks_the_same: Compare, own_demo: Context, size: tuple[int, int]) -> None:
    # The key that signs links is new for every database, and a picture is to look the same.
    own_demo.database.path.with_name("demo.sqlite3.key").write_bytes(bytes(range(32)))

    async def steps(terminal: Terminal) -> None:
        await _menu(terminal)
        await terminal.press("c")
        await terminal.shows("/activate/")

    looks_the_same(steps, size, firm=own_demo)


@SIZES
def test_saved_messages(looks_the_same: Compare, own_demo: Context, size: tuple[int, int]) -> None:
    save_message(own_demo, "Welcome", "Welcome to our client portal.")
    save_message(own_demo, "請求書", "ご確認ください。")

    async def steps(terminal: Terminal) -> None:
        await _dupont(terminal)
        await terminal.press("i")
        await terminal.shows("Personalized message")
        await terminal.press("alt+m")
        await terminal.shows("Welcome", "請求書")

    looks_the_same(steps, size, firm=own_demo)


@SIZES
def test_two_hundred_addresses_with_long_and_japanese_names(
    looks_the_same: Compare, own_demo: Context, size: tuple[int, int]
) -> None:
    account = create_account(own_demo, "株式会社とても長い名前の会社" * 4, AccountType.COMPANY, tags=["1040", "vip"])
    for number in range(50):
        name = (
            f"山田 花子 {number:02}"
            if number % 2
            else f"Maximiliane Freifrau von und zu Hohenstein-Übersee {number:02}"
        )
        mailboxes = [
            ("Sehr lange Feldbezeichnung", f"p{number:02}.{n}@a-rather-long-domain-name.example") for n in range(4)
        ]
        create_contact(own_demo, [account], name, mailboxes, language="ja", phone="+81 3 0000 0000")
    change_access(own_demo, [account], AccessWish(login=True, notify=True))

    async def steps(terminal: Terminal) -> None:
        await _open(terminal, f"a-{account:04}", "p00.0@")
        await terminal.press("end", "up", "right")
        await terminal.shows("p49.3@")

    looks_the_same(steps, size, firm=own_demo)


@pytest.mark.parametrize(
    "steps",
    [pytest.param(_menu, id="menu"), pytest.param(_preferences, id="preferences"), pytest.param(_why, id="why")],
)
def test_profile_without_colour(looks_the_same: Compare, monkeypatch: pytest.MonkeyPatch, steps: object) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    looks_the_same(steps, (80, 24))


@pytest.mark.parametrize(
    "steps", [pytest.param(_edit_contact, id="edit-contact"), pytest.param(_activity, id="activity")]
)
def test_profile_in_the_light_theme(looks_the_same: Compare, steps: object) -> None:
    looks_the_same(steps, (80, 24), theme="portal-light")
