"""A small firm for the screens."""

from __future__ import annotations

import pytest

from tui_portal.domain.accounts import AccountType
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context


@pytest.fixture
def firm(office: Context) -> Context:
    """Three accounts: A-0001 Dupont with two contacts and three addresses, one of them invalid; A-0002; A-0003 empty."""
    dupont = create_account(office, "Dupont [/SARL]", AccountType.COMPANY, tags=["1040"])
    create_contact(
        office, [dupont], "Élodie Dupont", ["elodie@dupont.example", ("Work email", "elodie@dupont")], language="fr"
    )
    create_contact(office, [dupont], "Zoë Dupont", ["zoe@dupont.example"], language="fr")
    gross = create_account(office, "Groß & Söhne GmbH", AccountType.COMPANY)
    create_contact(office, [gross], "Jürgen Groß", ["juergen@gross.example"], language="de")
    create_account(office, "山田商店", AccountType.COMPANY)
    return office
