"""The profile as hurried fingers, slow lines and small windows use it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from tests.screens import running
from tests.services.firms import activated, colleague
from tests.tui.dupont import emails_of, open_dupont
from tui_portal.services.access import AccessWish, change_access
from tui_portal.services.accounts import account_profile
from tui_portal.services.contact_edits import save_contact
from tui_portal.services.contact_plans import stored_contact
from tui_portal.services.contacts import create_contact
from tui_portal.services.context import Context
from tui_portal.services.staff import identify


@contextmanager
def _somebody_writes(firm: Context) -> Iterator[None]:
    """Another program is writing meanwhile, so that nothing here is saved until it has done."""
    other = sqlite3.connect(firm.database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


async def test_letters_that_follow_a_key_that_opens_a_dialog_are_typed_into_it(firm: Context) -> None:
    async with running(firm) as terminal:
        await open_dupont(terminal)
        terminal.burst("e", *"oylo")
        await terminal.shows("Edit contact", "elodie@dupont.exampleoylo")
    assert not any(e.login or e.notify or e.sync for e in emails_of(firm).values())


async def test_a_question_that_has_to_be_looked_up_first_gets_the_answer_that_follows_its_key(firm: Context) -> None:
    async with running(firm) as terminal:
        await open_dupont(terminal)
        terminal.burst("L", "tab", "enter")
        await terminal.shows("2 settings changed.")
    assert [e.login for e in emails_of(firm).values()] == [True, False, True]


async def test_a_key_that_follows_a_step_to_the_next_account_is_meant_for_that_one(firm: Context) -> None:
    async with running(firm) as terminal:
        await open_dupont(terminal)
        terminal.burst("J", "o")
        await terminal.shows("NOTIFY is saved for juergen@gross.example")
    assert not any(e.notify for e in emails_of(firm).values())


async def test_what_is_saved_twice_in_a_hurry_is_made_once(firm: Context) -> None:
    async with running(firm) as terminal:
        await open_dupont(terminal)
        await terminal.press("n")
        await terminal.type("Nora")
        await terminal.press("alt+n")
        await terminal.shows("New contact")
        with _somebody_writes(firm):
            await terminal.press("alt+s", "alt+s", "alt+s")
            await terminal.shows("Saving…")
        await terminal.shows("The contact is saved.")
        await terminal.shows("space switch")
    assert [card.name for card in account_profile(firm, 1).contacts] == ["Élodie Dupont", "Zoë Dupont", "Nora"]


async def test_esc_while_access_is_being_granted_waits_for_what_comes_of_it_and_that_is_told(firm: Context) -> None:
    async with running(firm) as terminal:
        await open_dupont(terminal)
        await terminal.press("l")
        await terminal.type("Bonjour")
        with _somebody_writes(firm):
            terminal.burst("alt+s", "alt+s")
            await terminal.shows("Saving…")
        await terminal.shows("LOGIN is on for elodie@dupont.example; the mail waits in the outbox.")
        assert "pending, invitation waits" in terminal.text
    assert firm.database.rows("SELECT message FROM outbox") == [("Bonjour",)]


async def test_keys_that_follow_the_saved_messages_choose_one(firm: Context) -> None:
    from tui_portal.services.saved_messages import save_message

    save_message(firm, "Bienvenue", "Soyez les bienvenus.")
    async with running(firm) as terminal:
        await open_dupont(terminal)
        terminal.burst("l", "alt+m", "a")
        await terminal.shows("Soyez les bienvenus.")
        terminal.burst("alt+p", "escape", "alt+s")
        await terminal.shows("the mail waits in the outbox")
    assert firm.database.rows("SELECT message FROM outbox") == [("Soyez les bienvenus.",)]


async def test_the_arrows_lead_to_what_is_typed_into_and_a_label_hands_on_what_is_pasted_over_it(firm: Context) -> None:
    async with running(firm, (60, 15)) as terminal:
        await open_dupont(terminal)
        await terminal.press("n")
        await terminal.type("Nora")
        await terminal.press("alt+n")
        await terminal.shows("New contact", "(•) firm")
        await terminal.press("down", "down", "down", "down")
        await terminal.type("nora@neu.example")
        await terminal.press("down", "shift+tab")
        terminal.paste("n2@neu.example\nn3@neu.example")
        await terminal.shows("Taken apart: 2 addresses.")
        await terminal.press("alt+s")
        await terminal.shows("The contact is saved.")
    card = account_profile(firm, 1).contacts[-1]
    assert [e.address for e in card.emails] == ["nora@neu.example", "n2@neu.example", "n3@neu.example"]


async def test_a_small_window_cuts_nothing_without_a_sign(firm: Context) -> None:
    async with running(firm, (60, 15)) as terminal:
        await open_dupont(terminal)
        await terminal.press("l")
        await terminal.shows("0 / 5000")


async def test_a_message_that_is_saved_or_deleted_is_told(firm: Context) -> None:
    async with running(firm) as terminal:
        await open_dupont(terminal)
        await terminal.press("l")
        await terminal.type("Bonjour")
        for told in ("Saved as “Mine”.", "Saved as “Mine”, in place of what stood there."):
            await terminal.press("alt+m", "plus")
            await terminal.shows("Under which name?")
            await terminal.type("Mine")
            await terminal.press("enter")
            await terminal.shows(told)
            await terminal.type("!")
        await terminal.press("alt+m", "minus", "a")
        await terminal.shows("“Mine” is deleted.")


async def test_an_address_that_nobody_touched_is_saved_as_it_was(firm: Context) -> None:
    create_contact(firm, [1], "Marco Rosso", ["marco@rosso.example", "m.rosso(at)rosso.example"])
    async with running(firm) as terminal:
        await open_dupont(terminal)
        await terminal.press("j", "j", "j", "e")
        await terminal.shows("Edit contact", "m.rosso(at)rosso.example")
        await terminal.press("home", "x", "tab", "tab", "tab", "alt+s")
        await terminal.shows("The contact is saved.", "xmarco@rosso.example")
    assert "m.rosso(at)rosso.example" in emails_of(firm)


async def test_unlinking_whoever_has_no_login_speaks_of_no_access(firm: Context) -> None:
    change_access(firm, [1], AccessWish(notify=True))
    async with running(firm) as terminal:
        await open_dupont(terminal)
        await terminal.press("d")
        await terminal.shows("Switch everything off: elodie@dupont.example")


async def test_the_cursor_goes_to_the_contact_that_was_added(firm: Context) -> None:
    async with running(firm) as terminal:
        await open_dupont(terminal)
        await terminal.press("n")
        await terminal.type("jürgen")
        await terminal.shows("A-0002")
        await terminal.press("enter")
        await terminal.shows("Linked; nothing is switched on by it.")
        await terminal.press("o")
        await terminal.shows("NOTIFY is saved for juergen@gross.example")
        await terminal.press("n")
        await terminal.type("nora@neu.example")
        await terminal.press("alt+n")
        await terminal.shows("New contact")
        await terminal.type("Nora")
        await terminal.press("alt+s")
        await terminal.shows("The contact is saved.")
        await terminal.press("y")
        await terminal.shows("EMAIL SYNC is saved for nora@neu.example")


async def test_the_keys_that_why_names_work_there(firm: Context) -> None:
    async with running(firm) as terminal:
        await open_dupont(terminal)
        await terminal.press("w")
        await terminal.shows("l switches it on")
        await terminal.press("l")
        await terminal.shows("LOGIN on", "Personalized message")
        await terminal.press("alt+n")
        await terminal.shows("pending, not invited", "nobody is invited yet: i sends it.")
        await terminal.press("w")
        await terminal.shows("i sends it")
        await terminal.press("i")
        await terminal.shows("Send invitation")


async def test_nothing_is_asked_that_will_be_refused(firm: Context) -> None:
    activated(firm, 1, "elodie@dupont.example")
    with firm.database.write():
        firm.database.execute("UPDATE staff SET role = 'employee', manage_accounts = 0")
    async with running(identify(firm, login="olga")) as terminal:
        await open_dupont(terminal)
        await terminal.press("full_stop", "r")
        await terminal.shows("has no right to change accounts.")
        assert "Send the mail" not in terminal.text


async def test_every_key_says_what_to_do_where_there_is_nobody(firm: Context) -> None:
    async with running(firm) as terminal:
        await terminal.press("end", "enter")
        await terminal.shows("A-0003", "This account has no contacts")
        for key in ("l", "full_stop", "w", "p", "e", "d", "i", "c"):
            await terminal.press(key)
            await terminal.shows("There is no contact here: n finds or makes one.")
            await terminal.press("L")
            await terminal.shows("Nothing would change.")


async def test_a_correction_that_a_colleague_made_too_takes_nothing_away_from_what_was_typed(firm: Context) -> None:
    contact = account_profile(firm, 1).contacts[0].id
    carl = colleague(firm)
    async with running(firm) as terminal:
        await open_dupont(terminal)
        await terminal.press("e")
        await terminal.shows("Edit contact")
        await terminal.type("x")
        edit = stored_contact(firm, contact).as_edit
        theirs = replace(edit.addresses[0], address="elodie@dupont.exampley")
        save_contact(carl, contact, replace(edit, addresses=(theirs, *edit.addresses[1:])))
        await terminal.press("alt+s")
        await terminal.shows("Carl changed this contact meanwhile", "elodie@dupont.examplex", "elodie@dupont.exampley")
        assert "elodie@dupont.examplex" in terminal.text.split("Nothing was saved")[0]
