"""The profile's contacts and tabs: keys in; rows in the database and words on the screen out."""

from __future__ import annotations

from tests.screens import running
from tests.services.firms import activated, colleague, send_all, token
from tests.tui.dupont import emails_of, open_dupont
from tui_portal.domain.accounts import AccountType
from tui_portal.services.access import AccessWish, change_access
from tui_portal.services.account_edits import account_fields
from tui_portal.services.accounts import account_profile
from tui_portal.services.activation import activate
from tui_portal.services.contact_edits import save_contact
from tui_portal.services.contact_plans import stored_contact
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context
from tui_portal.services.saved_messages import saved_messages


async def test_a_contact_is_found_as_it_is_typed_and_linked(firm: Context) -> None:
    async with running(firm) as terminal:
        await open_dupont(terminal)
        await terminal.press("n")
        await terminal.shows("Name or address of a contact")
        await terminal.type("jürgen")
        await terminal.shows("A-0002")
        await terminal.press("enter")
        await terminal.shows("Linked; nothing is switched on by it.", "juergen@gross.example")
    assert not emails_of(firm)["juergen@gross.example"].login


async def test_a_new_contact_is_made_with_a_pasted_line_of_addresses_taken_apart(firm: Context) -> None:
    async with running(firm) as terminal:
        await open_dupont(terminal)
        await terminal.press("n")
        await terminal.shows("Name or address of a contact")
        await terminal.type("Nora")
        await terminal.press("alt+n")
        await terminal.shows("New contact", "E-mail addresses")
        await terminal.press("tab", "tab", "tab", "tab", "tab")
        terminal.paste("Nora Dupont <nora@dupont.example>; office@dupont.example, nora@gmial.com")
        await terminal.shows("Taken apart: 3 addresses.")
        await terminal.press("alt+s")
        await terminal.shows("The contact is saved.", "nora@gmial.com")
    card = account_profile(firm, 1).contacts[-1]
    assert card.name == "Nora"
    assert [e.address for e in card.emails] == ["nora@dupont.example", "office@dupont.example", "nora@gmial.com"]


async def test_a_likely_typo_is_told_while_typing_and_corrected_by_one_key(firm: Context) -> None:
    async with running(firm) as terminal:
        await open_dupont(terminal)
        await terminal.press("e")
        await terminal.shows("Edit contact")
        await terminal.press("end")
        await terminal.press(*["backspace"] * len("dupont.example"))
        await terminal.type("gmial.com")
        await terminal.shows("Did you mean elodie@gmail.com?", "alt+c takes elodie@gmail.com.")
        await terminal.press("alt+c")
        await terminal.shows("elodie@dupont.example becomes elodie@gmail.com.")
        await terminal.press("alt+s")
        await terminal.shows("The contact is saved.")
        await terminal.press("u")
        await terminal.shows("Taken back: contact Élodie Dupont", "elodie@dupont.example")
    assert "elodie@dupont.example" in emails_of(firm)


async def test_an_address_edited_before_activation_is_told_what_happens_and_invited_anew(firm: Context) -> None:
    change_access(firm, [1], AccessWish(login=True, invite=True))
    send_all(firm)
    async with running(firm) as terminal:
        await open_dupont(terminal)
        await terminal.press("full_stop", "e")
        await terminal.shows("Edit contact")
        await terminal.press("end", *["backspace"] * len(".example"))
        await terminal.type(".neu.example")
        await terminal.shows("elodie@dupont.example becomes", " dies, and")
        await terminal.press("alt+s")
        await terminal.shows("1 invitation waits in the outbox. 1 invitation withdrawn.")
    assert emails_of(firm)["elodie@dupont.neu.example"].invite_state == "queued"


async def test_a_change_of_address_after_activation_is_led_to_its_end(firm: Context) -> None:
    activated(firm, 1, "elodie@dupont.example")
    contact = account_profile(firm, 1).contacts[0].id
    async with running(firm) as terminal:
        await open_dupont(terminal)
        await terminal.press("e")
        await terminal.shows("Edit contact")
        await terminal.press("home", "n", "e", "u", "minus")
        await terminal.shows("it keeps its access as an unlinked")
        await terminal.press("alt+s")
        await terminal.shows("Unlinked emails", "step 3 of 4")
        assert stored_contact(firm, contact).addresses[0].address == "neu-elodie@dupont.example"
        send_all(firm)
        activate(firm, token(firm, "neu-elodie@dupont.example"), "hash")
        await terminal.shows("step 4 of 4: active, end the old access")
        await terminal.press("full_stop", "f")
        await terminal.shows("End the old access")
        await terminal.press("tab", "enter")
        await terminal.until(lambda: "Unlinked emails" not in terminal.text)
    assert list(emails_of(firm)) == ["neu-elodie@dupont.example", "elodie@dupont", "zoe@dupont.example"]


async def test_what_a_colleague_changed_is_shown_in_the_form_and_what_was_typed_stays(firm: Context) -> None:
    contact = account_profile(firm, 1).contacts[0].id
    carl = colleague(firm)
    async with running(firm) as terminal:
        await open_dupont(terminal)
        await terminal.press("e")
        await terminal.shows("Edit contact")
        from dataclasses import replace

        save_contact(carl, contact, replace(stored_contact(firm, contact).as_edit, phone="+33 5", language="de"))
        await terminal.press("up", "up", "up", "up", "end")
        await terminal.type(" Martin")
        await terminal.press("alt+s")
        await terminal.shows("Carl changed this contact meanwhile", "+33 5", "(•) de", "Élodie Dupont Martin")
        await terminal.press("alt+s")
        await terminal.shows("The contact is saved.")
    card = account_profile(firm, 1).contacts[0]
    assert (card.name, card.phone, card.language) == ("Élodie Dupont Martin", "+33 5", "de")


async def test_the_form_is_not_left_without_a_word_once_something_is_typed(firm: Context) -> None:
    async with running(firm) as terminal:
        await open_dupont(terminal)
        await terminal.press("e")
        await terminal.shows("Edit contact")
        await terminal.type("x")
        await terminal.press("escape")
        await terminal.shows("esc again leaves, and what was typed is gone.")
        await terminal.press("escape")
        await terminal.until(lambda: "Edit contact" not in terminal.text)
    assert "elodie@dupont.example" in emails_of(firm)


async def test_unlinking_asks_what_becomes_of_the_access(firm: Context) -> None:
    change_access(firm, [1], AccessWish(login=True))
    async with running(firm) as terminal:
        await open_dupont(terminal)
        await terminal.press("d")
        await terminal.shows("Unlink Élodie Dupont", "they lose access: elodie@dupont.example")
        await terminal.press("k")
        await terminal.shows("1 address stays under Unlinked emails.", "Unlinked emails")
        await terminal.press("end", "d")
        await terminal.shows("Delete unlinked e-mail")
        await terminal.press("tab", "enter")
        await terminal.shows("elodie@dupont.example is deleted from this account.")
        await terminal.press("u")
        await terminal.shows("Unlinked emails")
        await terminal.press("end", "e")
        await terminal.shows("Link elodie@dupont.example to")
        await terminal.press("a")
        await terminal.shows("elodie@dupont.example belongs to Zoë Dupont now.")
    assert [e.address for e in account_profile(firm, 1).contacts[0].emails] == [
        "zoe@dupont.example",
        "elodie@dupont.example",
    ]


async def test_capital_letters_switch_all_addresses_after_a_question_in_numbers(firm: Context) -> None:
    async with running(firm) as terminal:
        await open_dupont(terminal)
        await terminal.press("L")
        await terminal.shows("LOGIN on for all", "2 addresses are switched.", "Nobody is invited by it")
        await terminal.press("enter")
        await terminal.until(lambda: "Nobody is invited" not in terminal.text)
        assert not any(e.login for e in emails_of(firm).values())
        await terminal.press("L")
        await terminal.shows("2 addresses are switched.")
        await terminal.press("tab", "enter")
        await terminal.shows("2 settings changed.")
        await terminal.press("L")
        await terminal.shows("LOGIN off for all")
        await terminal.press("tab", "enter")
        await terminal.until(lambda: "[ on ]" not in terminal.text)
    assert not any(e.login for e in emails_of(firm).values())


async def test_the_menu_says_what_can_not_be_done_and_why(firm: Context) -> None:
    async with running(firm) as terminal:
        await open_dupont(terminal)
        await terminal.press("full_stop")
        await terminal.shows("Send invitation (LOGIN is off: switch it on first (l))", "Reset password (no password")
        await terminal.press("r")
        await terminal.shows("Not now: no password was chosen yet")
        await terminal.press("s")
        await terminal.shows("No mail goes to elodie@dupont.example any more.", "no mail goes there by wish")
        await terminal.press("full_stop", "s")
        await terminal.shows("Mail may go to elodie@dupont.example.")


async def test_tabs_lead_to_the_log_and_the_mail_of_the_account(firm: Context) -> None:
    change_access(firm, [1], AccessWish(login=True, invite=True, message="Bonjour"))
    async with running(firm) as terminal:
        await open_dupont(terminal)
        await terminal.press("right_square_bracket")
        await terminal.shows("WHO", "LOGIN on for elodie@dupont.example")
        await terminal.press("l")
        await terminal.press("right_square_bracket")
        await terminal.shows("invitation: waits")
        await terminal.press("enter")
        await terminal.shows("Bonjour", "esc closes")
        await terminal.press("escape")
        await terminal.press("i")
        await terminal.shows("This is about an address of the Info tab")
        await terminal.press("left_square_bracket", "left_square_bracket", "o")
        await terminal.shows("NOTIFY is saved")


async def test_the_next_account_of_the_list_is_opened_without_going_back(firm: Context) -> None:
    async with running(firm) as terminal:
        await open_dupont(terminal)
        await terminal.press("J")
        await terminal.shows("Jürgen Groß", "A-0002")
        await terminal.press("right_square_bracket")
        await terminal.shows("Account Groß")
        await terminal.press("K")
        await terminal.shows("Account Dupont [/SARL] created")
        await terminal.press("K")
        await terminal.shows("no further account in the list")
        await terminal.press("J", "minus", "enter")
        await terminal.shows("Jürgen Groß")


async def test_accounts_are_made_and_edited_from_the_list_and_the_profile(firm: Context) -> None:
    async with running(firm) as terminal:
        await terminal.shows("Dupont [/SARL]")
        await terminal.press("n")
        await terminal.shows("New account")
        await terminal.type("Zebra [GmbH]")
        await terminal.press("alt+s")
        await terminal.shows("A-0004 Zebra [GmbH]", "This account has no contacts")
        await terminal.press("E")
        await terminal.shows("Edit account")
        await terminal.press("end")
        await terminal.type(" x")
        await terminal.press("down", "left", "down", "v", "i", "p", "alt+s")
        await terminal.shows("Zebra [GmbH] x", "· vip ·")
        await terminal.press("minus", "e")
        await terminal.shows("Edit account")
    fields = account_fields(firm, 4)
    assert (fields.name, fields.tags) == ("Zebra [GmbH] x", ("vip",))


async def test_the_mail_is_shown_before_it_is_sent_and_a_saved_message_begins_it(firm: Context) -> None:
    async with running(firm) as terminal:
        await open_dupont(terminal)
        await terminal.press("l")
        await terminal.shows("Personalized message")
        await terminal.type("Bonjour")
        await terminal.press("alt+m")
        await terminal.shows("Save what is typed under a name")
        await terminal.press("plus")
        await terminal.shows("Under which name?")
        await terminal.type("Welcome")
        await terminal.press("enter")
        await terminal.until(lambda: bool(saved_messages(firm)))
        await terminal.press("alt+p")
        await terminal.shows("Subject: Votre accès au portail client", "Bonjour", "Dupont [/SARL]")
        await terminal.press("escape")
        await terminal.until(lambda: "Subject:" not in terminal.text)
        await terminal.press("backspace", "alt+m", "a")
        await terminal.shows("7 / 5000")
        await terminal.press("alt+s")
        await terminal.shows("the mail waits in the outbox")
    assert firm.database.value("SELECT message FROM outbox") == "Bonjour"


async def test_two_hundred_addresses_scroll_and_switch(office: Context) -> None:
    account = create_account(office, "Crowd", AccountType.OTHER)
    create_contact(office, [account], "Person", [f"p{n:03}@crowd.example" for n in range(200)])
    async with running(office) as terminal:
        await terminal.press("enter")
        await terminal.shows("p000@crowd.example")
        await terminal.press("end", "o")
        await terminal.shows("p199@crowd.example", "NOTIFY is saved for p199@crowd.example")
        await terminal.press("O")
        await terminal.shows("199 addresses are switched.")
        await terminal.press("tab", "enter")
        await terminal.shows("199 settings changed.")


async def test_the_keyboard_is_copied_to_by_osc_52(firm: Context) -> None:
    async with running(firm) as terminal:
        await open_dupont(terminal)
        await terminal.press("c")
        await terminal.shows("Copied, where the terminal takes it (OSC 52): elodie@dupont.example")
        assert terminal.app.clipboard == "elodie@dupont.example"
        await terminal.press("C")
        await terminal.until(lambda: "LOGIN off\tNOTIFY off" in terminal.app.clipboard)
