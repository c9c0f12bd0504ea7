"""Who gets a system notification of a kind about an account now."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from tests.services.firms import activated, everything
from tui_portal.domain.accounts import AccountType
from tui_portal.domain.notifications import NotificationGroup, NotificationKind
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.archive import activate_again, archive
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context
from tui_portal.services.notifications import Recipient, recipients
from tui_portal.services.preferences import read_preferences, set_preferences

NOTIFY = AccessWish(notify=True)
UPLOAD = NotificationKind.FILE_UPLOAD


@pytest.fixture
def account(office: Context) -> int:
    return create_account(office, "Dupont [/SARL]", AccountType.COMPANY)


def _who(office: Context, account: int, kind: NotificationKind = UPLOAD) -> list[str]:
    return [recipient.address for recipient in recipients(office, account, kind)]


def test_whoever_has_notify_on_gets_every_kind_unless_its_group_is_off(office: Context, account: int) -> None:
    create_contact(office, [account], "Zoë", ["zoe@dupont.example", "b@dupont.example"])
    assert _who(office, account) == []
    zoe = find_address(office, "zoe@dupont.example")
    change_access(office, [account], NOTIFY)
    set_preferences(office, account, {zoe: {NotificationGroup.INVOICES_AND_PAYMENTS: False}})

    for kind in NotificationKind:
        gets = kind.group is not NotificationGroup.INVOICES_AND_PAYMENTS
        assert _who(office, account, kind) == ["b@dupont.example", *(["zoe@dupont.example"] if gets else [])]

    set_preferences(office, account, {zoe: {NotificationGroup.INVOICES_AND_PAYMENTS: True}})
    assert _who(office, account, NotificationKind.REFUND) == ["b@dupont.example", "zoe@dupont.example"]


def test_a_group_that_is_off_in_one_account_is_on_in_another(office: Context, account: int) -> None:
    other = create_account(office, "Dupont privé", AccountType.FAMILY)
    create_contact(office, [account, other], "Zoë", ["zoe@dupont.example"])
    change_access(office, [account, other], NOTIFY)
    set_preferences(office, other, {find_address(office, "zoe@dupont.example"): {UPLOAD.group: False}})

    assert (_who(office, account), _who(office, other)) == (["zoe@dupont.example"], [])


def test_a_recipient_is_told_with_name_and_language(office: Context, account: int) -> None:
    create_contact(office, [account], "Élodie", ["elodie@dupont.example"], language="fr")
    change_access(office, [account], NOTIFY)

    elodie = find_address(office, "elodie@dupont.example")
    assert recipients(office, account, UPLOAD) == (
        Recipient(elodie, "elodie@dupont.example", "Élodie", "fr", None, pending=False),
    )


def test_a_contact_without_a_language_gets_the_firm_s(office: Context, account: int) -> None:
    create_contact(office, [account], "Zoë", ["zoe@dupont.example"])
    change_access(office, [account], NOTIFY)
    assert recipients(office, account, UPLOAD)[0].language == "en"
    office.database.execute("UPDATE firm SET language = 'de'")
    assert recipients(Context(office.database), account, UPLOAD)[0].language == "de"


def test_a_mailbox_that_two_contacts_share_gets_one_mail_for_the_first_of_them(office: Context, account: int) -> None:
    other = create_account(office, "Other", AccountType.COMPANY)
    create_contact(office, [other], "Elsewhere", ["both@dupont.example"], language="ja")
    create_contact(office, [account], "Anna", ["both@dupont.example"], language="de")
    create_contact(office, [account], "Bernd", ["both@dupont.example"], language="fr")
    change_access(office, [account], NOTIFY)

    found = recipients(office, account, UPLOAD)
    assert [(r.address, r.name, r.language) for r in found] == [("both@dupont.example", "Anna", "de")]
    office.database.execute(
        "UPDATE account_contact SET position = 9 WHERE account_id = ? AND contact_id = 2", [account]
    )
    assert recipients(office, account, UPLOAD)[0].name == "Bernd"


def test_the_account_is_named_where_the_contact_has_several(office: Context, account: int) -> None:
    other = create_account(office, "Dupont privé", AccountType.FAMILY)
    create_contact(office, [account], "Alone", ["alone@dupont.example"])
    create_contact(office, [account, other], "Zoë", ["zoe@dupont.example"])
    create_contact(office, [account], "Anna", ["both@dupont.example"])
    create_contact(office, [other], "Bernd", ["both@dupont.example"])
    change_access(office, [account], NOTIFY)

    def named() -> dict[str, str | None]:
        return {r.address: r.account_name for r in recipients(office, account, UPLOAD)}

    several = {"both@dupont.example": "Dupont [/SARL]", "zoe@dupont.example": "Dupont [/SARL]"}
    assert named() == {"alone@dupont.example": None, **several}
    archive(office, [other])
    assert set(named().values()) == {None}


def test_an_unlinked_address_of_another_account_makes_it_several(office: Context, account: int) -> None:
    other = create_account(office, "Dupont privé", AccountType.FAMILY)
    contact = create_contact(office, [account, other], "Zoë", ["zoe@dupont.example"])
    change_access(office, [account, other], NOTIFY)
    office.database.execute("DELETE FROM account_contact WHERE contact_id = ? AND account_id = ?", [contact, other])

    assert [r.account_name for r in recipients(office, account, UPLOAD)] == ["Dupont [/SARL]"]
    unlinked = recipients(office, other, UPLOAD)
    assert [(r.address, r.name, r.account_name) for r in unlinked] == [("zoe@dupont.example", "Zoë", "Dupont privé")]


def test_an_unlinked_address_without_any_contact_still_gets_its_mail(office: Context, account: int) -> None:
    create_contact(office, [account], "Zoë", ["zoe@dupont.example"])
    change_access(office, [account], NOTIFY)
    office.database.execute("DELETE FROM contact")

    assert [(r.address, r.name, r.language) for r in recipients(office, account, UPLOAD)] == [
        ("zoe@dupont.example", "", "en")
    ]


def test_a_pending_user_gets_the_banner_until_they_activate(office: Context, account: int) -> None:
    create_contact(office, [account], "Zoë", ["zoe@dupont.example"])
    change_access(office, [account], NOTIFY)
    assert [r.pending for r in recipients(office, account, UPLOAD)] == [False]
    change_access(office, [account], AccessWish(login=True))
    assert [r.pending for r in recipients(office, account, UPLOAD)] == [True]
    activated(office, account, "zoe@dupont.example")
    assert [r.pending for r in recipients(office, account, UPLOAD)] == [False]


def test_no_mail_goes_to_an_archived_account_or_to_one_that_is_not_there(office: Context, account: int) -> None:
    create_contact(office, [account], "Zoë", ["zoe@dupont.example"])
    change_access(office, [account], NOTIFY)
    archive(office, [account])
    assert _who(office, account) == []
    activate_again(office, [account])
    assert _who(office, account) == ["zoe@dupont.example"]
    assert _who(office, 4711) == []


def test_asking_who_gets_it_changes_nothing(office: Context, account: int) -> None:
    create_contact(office, [account], "Zoë", ["zoe@dupont.example"])
    change_access(office, [account], NOTIFY)
    before = everything(office)
    for kind in NotificationKind:
        recipients(office, account, kind)
    assert everything(office) == before


_ADDRESS = st.fixed_dictionaries(
    {
        "notify": st.booleans(),
        "login": st.booleans(),
        "validity": st.sampled_from(["valid", "suspect", "invalid", "bouncing"]),
        "off": st.sets(st.sampled_from(list(NotificationGroup))),
        "contacts": st.integers(1, 3),
    }
)


@given(addresses=st.lists(_ADDRESS, max_size=5), kind=st.sampled_from(list(NotificationKind)), archived=st.booleans())
@how(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_of_any_account_exactly_those_get_it_who_are_meant_to(
    office: Context, addresses: list[dict[str, Any]], kind: NotificationKind, archived: bool
) -> None:
    office.database.execute("UPDATE email_address SET canonical = 'former-' || id, address = 'former-' || id")
    account = create_account(office, "Any", AccountType.OTHER)
    for number, wish in enumerate(addresses):
        for contact in range(wish["contacts"]):
            create_contact(office, [account], f"Person {number}.{contact}", [f"p{number}@any.example"])
    for number, wish in enumerate(addresses):
        address = find_address(office, f"p{number}@any.example")
        change_access(office, [account], AccessWish(notify=wish["notify"], login=wish["login"]), address)
        set_preferences(office, account, {address: dict.fromkeys(wish["off"], False)})
        office.database.execute("UPDATE email_address SET validity = ? WHERE id = ?", [wish["validity"], address])
    if archived:
        archive(office, [account])

    found = recipients(office, account, kind)

    meant = [
        (f"p{number}@any.example", f"Person {number}.0", wish["login"])
        for number, wish in enumerate(addresses)
        if wish["notify"] and wish["validity"] in ("valid", "suspect") and kind.group not in wish["off"]
    ]
    assert [(r.address, r.name, r.pending) for r in found] == ([] if archived else meant)
    assert {r.id for r in found} <= {row.id for row in read_preferences(office, account).rows}
