"""The columns of a client list, in the spellings that other programs export, and the words people write in them.

Known are the exports of Google Contacts (the header of 2024 and the one before), Outlook, Thunderbird and practice
software, in English, French, Spanish, German and Japanese. Case, accents, spaces, punctuation and numbers in a column's
name do not count, so `E-mail 2 - Value`, `e_mail_value` and `EMAIL VALUE` are one spelling.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache

from tui_portal.domain.accounts import AccountType
from tui_portal.domain.errors import WrongUse
from tui_portal.domain.text import safe, same_name, search_key, tidy
from tui_portal.i18n import _

DEFAULT_LABEL = "Email"


class Field(StrEnum):
    """What a column can hold. The value is the word for `--map`."""

    ACCOUNT = "account"
    ACCOUNT_TYPE = "account_type"
    NAME = "name"
    FIRST_NAME = "first_name"
    MIDDLE_NAME = "middle_name"
    LAST_NAME = "last_name"
    EMAIL = "email"
    PHONE = "phone"
    LANGUAGE = "language"
    TAGS = "tags"
    COMPANY = "company"


_SEVERAL = frozenset({Field.EMAIL, Field.PHONE, Field.TAGS})

# Of several columns for a field that has one, the spelling that stands first is taken. Telephone numbers keep this order.
_SPELLINGS: dict[Field, str] = {
    Field.ACCOUNT: """
        account name|account|client name|client|customer name|customer|nom du compte|compte|nom du client|dossier
        kontoname|konto|mandant|mandantenname|mandantname|kunde|kundenname|nombre de la cuenta|cuenta|cliente
        nombre del cliente|アカウント名|アカウント|顧客名|顧客|取引先名|取引先""",
    Field.ACCOUNT_TYPE: """
        account type|client type|type of account|type of client|entity type|customer type|type|type de compte
        type de client|kontoart|kontotyp|mandantentyp|mandantenart|kundentyp|typ|tipo de cuenta|tipo de cliente|tipo
        アカウント種別|顧客種別|種別""",
    Field.NAME: """
        contact name|display name|full name|contact|contact full name|name|nom du contact|nom à afficher|nom complet
        kontaktname|anzeigename|vollständiger name|kontakt|ansprechpartner|nombre del contacto|nombre para mostrar
        nombre completo|contacto|連絡先名|表示名|氏名|名前|お名前|担当者|担当者名""",
    Field.FIRST_NAME: "first name|given name|forename|contact first name|prénom|vorname|nombre de pila|名",
    Field.MIDDLE_NAME: """
        middle name|additional name|middle initial|deuxième prénom|weitere vornamen|zweiter vorname|segundo nombre""",
    Field.LAST_NAME: """
        last name|family name|surname|contact last name|nom de famille|nachname|familienname|apellidos|apellido|姓""",
    Field.EMAIL: """
        email|e-mail value|email address|mail|e-mail address value|primary email|primary email address|secondary email
        secondary email address|main email|work email|work email address|business email|home email|personal email
        private email|other email|alternate email|alternative email|additional email|contact email
        contact email address|client email|courriel|adresse courriel|adresse e-mail|adresse email|adresse mail
        adresse de messagerie|adresse électronique|adresse électronique principale|adresse électronique secondaire
        e-mail-adresse|e-mail: adresse|mailadresse|primäre e-mail-adresse|sekundäre e-mail-adresse|e-mail geschäftlich
        e-mail privat|correo electrónico|correo|dirección de correo electrónico|dirección del correo electrónico
        dirección de correo|correo electrónico principal|correo electrónico secundario|メール|メールアドレス
        電子メール|電子メール アドレス|Eメール|Eメールアドレス|電子メールのアドレス""",
    Field.PHONE: """
        phone|phone number|telephone|telephone number|tel|phone value|primary phone|contact phone|mobile|mobile phone
        mobile number|cell|cell phone|cell number|work phone|business phone|home phone|other phone|company main phone
        téléphone|numéro de téléphone|tél|téléphone principal|tél. mobile|téléphone mobile|téléphone portable|portable
        mobile|tél. professionnel|téléphone (bureau)|téléphone professionnel|tél. personnel|téléphone (domicile)
        téléphone personnel|telefon|telefonnummer|haupttelefon|mobiltelefon|mobil|handy|mobil-tel.-nr.|tel. dienstlich
        telefon geschäftlich|tel. privat|telefon privat|telefon (privat)|teléfono|número de teléfono|teléfono principal
        teléfono móvil|móvil|teléfono del trabajo|particular|teléfono particular|電話|電話番号|携帯電話|携帯電話番号
        会社電話|会社電話番号|自宅電話|自宅電話番号""",
    Field.LANGUAGE: """
        preferred language|language|contact language|langue préférée|langue|bevorzugte sprache|sprache
        idioma preferido|idioma|lengua|言語|使用言語""",
    Field.TAGS: """
        tags|tag|account tags|client tags|labels|categories|category|groups|group membership|étiquettes|catégories
        libellés|groupes|schlagwörter|schlagworte|kategorien|kategorie|gruppen|etiquetas|categorías|grupos
        タグ|ラベル|分類項目|分類|グループ""",
    Field.COMPANY: """
        company|company name|organization name|organization|organisation|organisation name|business name|legal name
        entity name|employer|société|entreprise|raison sociale|nom de la société|nom de l'entreprise|firma|firmenname
        unternehmen|empresa|compañía|organización|nombre de la empresa|razón social|会社名|会社|勤務先|組織""",
}

# Outlook's own column of this name holds a number for invoices; these columns stand in no other program's export.
_OUTLOOK_ACCOUNT = frozenset({"account", "konto", "compte", "cuenta"})
_OUTLOOK_SIGNS = frozenset(
    {
        *("emaildisplayname", "internetfreebusy", "governmentidnumber", "emailangezeigtername", "internetfreigebucht"),
        *("nomcompletdeladressedemessagerie", "disponibiliteinternet", "nombredepantalladecorreoelectronico"),
    }
)
_LABELLED_PLACES = frozenset({"work", "home", "other", "personal", "private", "business", "school"})
_PLAIN_EMAILS = frozenset(
    {
        *("email", "emailvalue", "emailaddress", "mail", "emailaddressvalue", "primaryemail", "primaryemailaddress"),
        *("mainemail", "contactemail", "contactemailaddress", "clientemail", "courriel", "adressecourriel"),
        *("adresseemail", "adressemail", "adressedemessagerie", "adresseelectronique", "adresseelectroniqueprincipale"),
        *("emailadresse", "mailadresse", "primareemailadresse", "correoelectronico", "correo"),
        *("direcciondecorreoelectronico", "direcciondelcorreoelectronico", "direcciondecorreo"),
        *("correoelectronicoprincipal", "メール", "メールアドレス", "電子メール", "電子メールアドレス"),
        *("eメール", "eメールアドレス", "電子メールのアドレス"),
    }
)


@dataclass(frozen=True, slots=True)
class EmailColumn:
    """A column of addresses: where it stands, the field label it gives them, and the column that says better, if any."""

    index: int
    label: str
    label_index: int | None = None


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column of a file holds what, by its place from 0.

    `company_is_account`: the file has no column for accounts, but one for the company, which stands for it.
    """

    header: tuple[str, ...]
    places: dict[Field, tuple[int, ...]]
    emails: tuple[EmailColumn, ...]
    company_is_account: bool

    def place(self, field: Field) -> int | None:
        """The first column for `field`, or None."""
        places = self.places.get(field)
        return places[0] if places else None

    @property
    def known(self) -> int:
        """How many columns are understood."""
        return sum(len(places) for places in self.places.values())

    @property
    def usable(self) -> bool:
        """Whether a contact or an account can be read from such lines."""
        wanted = (Field.ACCOUNT, Field.COMPANY, Field.NAME, Field.FIRST_NAME, Field.LAST_NAME, Field.EMAIL)
        return any(self.places.get(field) for field in wanted)

    def names(self) -> dict[str, list[str]]:
        """The columns that are read, by the field they are read as; the company's also as the account where it stands for it."""
        places = dict(self.places)
        if self.company_is_account:
            places[Field.ACCOUNT] = places[Field.COMPANY]
        return {field.value: [self.header[i] for i in places[field]] for field in Field if places.get(field)}

    def unused(self) -> list[str]:
        """The columns that are not read."""
        read = {i for places in self.places.values() for i in places}
        read |= {email.label_index for email in self.emails if email.label_index is not None}
        return [name for i, name in enumerate(self.header) if i not in read and name]


def fold(name: str) -> str:
    """What two spellings of a column's name, a type or a language share: letters and digits, without case and accents."""
    return "".join(c for c in search_key(name) if c.isalnum())


def recognise(header: Sequence[str], wishes: Sequence[str] = ()) -> Columns:
    """What each column of `header` holds. `wishes` are `FIELD=COLUMN` and go before what is recognised; `FIELD=` is no column.

    Raises WrongUse for a field or a column that is not there, with the nearest one.
    """
    names = tuple(tidy(name) for name in header)
    keys = [_key(name) for name in names]
    there = frozenset(keys)
    wished = _wished(names, wishes)
    taken = {i for places in wished.values() for i in places}
    found: dict[Field, list[tuple[int, int]]] = {}
    for index, key in enumerate(keys):
        known = _meaning(key, there)
        if known is not None and index not in taken and known[0] not in wished:
            field, rank = known
            found.setdefault(field, []).append((0 if field in (Field.EMAIL, Field.TAGS) else rank, index))
    places = {field: tuple(wished[field]) for field in Field if field in wished}
    for field, candidates in found.items():
        ordered = [index for _rank, index in sorted(candidates)]
        places[field] = tuple(ordered if field in _SEVERAL else ordered[:1])
    emails = tuple(_email_column(index, names, keys) for index in places.get(Field.EMAIL, ()))
    return Columns(names, places, emails, Field.ACCOUNT not in places and bool(places.get(Field.COMPANY)))


def _key(name: str) -> str:
    return _numbers.sub("", fold(name))


def _meaning(key: str, there: frozenset[str]) -> tuple[Field, int] | None:
    """The field behind a column's key and its rank among the spellings; some words mean what the others beside them say."""
    if key in _OUTLOOK_ACCOUNT and there & _OUTLOOK_SIGNS:
        return None
    if key == "nom":
        return (Field.LAST_NAME if "prenom" in there else Field.NAME), 0
    if key == "nombre":
        return (Field.FIRST_NAME if there & {"apellidos", "apellido"} else Field.NAME), 0
    if key == "name" and "vorname" in there and "nachname" not in there:
        return Field.LAST_NAME, 0
    return _KNOWN.get(key)


def _wished(names: tuple[str, ...], wishes: Sequence[str]) -> dict[Field, list[int]]:
    wished: dict[Field, list[int]] = {}
    for wish in wishes:
        word, equals, column = wish.partition("=")
        fields = [field.value for field in Field]
        if not equals or word.strip() not in fields:
            raise WrongUse(
                _("{wish} is not FIELD=COLUMN. The fields are: {fields}.").format(
                    wish=safe(wish), fields=", ".join(fields)
                )
                + _nearest(word.strip(), fields)
            )
        places = wished.setdefault(Field(word.strip()), [])
        if tidy(column):
            places.append(_column(names, tidy(column)))
    for field, places in wished.items():
        if len(places) > 1 and field not in _SEVERAL:
            raise WrongUse(_("{field} is read from one column; --map names several.").format(field=field.value))
    return wished


def _column(names: tuple[str, ...], wanted: str) -> int:
    """Where the column `wanted` stands: written the same, or nearly so."""
    for alike in (str, same_name, fold):
        for index, name in enumerate(names):
            if name and alike(name) == alike(wanted):
                return index
    there = [name for name in names if name]
    raise WrongUse(
        _("There is no column {column}. The columns are: {columns}.").format(
            column=safe(wanted), columns=", ".join(safe(name) for name in there)
        )
        + _nearest(wanted, there)
    )


def _nearest(wanted: str, known: Sequence[str]) -> str:
    folded = {fold(name): name for name in reversed(known)}
    near = get_close_matches(fold(wanted), list(folded), n=1, cutoff=0.5)
    return _(" Did you mean {near}?").format(near=safe(folded[near[0]])) if near else ""


def _email_column(index: int, names: tuple[str, ...], keys: list[str]) -> EmailColumn:
    """The label that a column gives its addresses. Google's has a column beside it that says `Work`, `Home`, …"""
    number = "".join(c for c in fold(names[index]) if c.isdigit())
    if keys[index] == "emailvalue":
        beside = (f"email{number}label", f"email{number}type")
        label = next((i for i, name in enumerate(names) if fold(name) in beside), None)
        return EmailColumn(index, DEFAULT_LABEL, label)
    if keys[index] in _PLAIN_EMAILS:
        return EmailColumn(index, DEFAULT_LABEL if number in ("", "1") else f"{DEFAULT_LABEL} {number}")
    return EmailColumn(index, names[index] or DEFAULT_LABEL)


def email_label(said: str) -> str:
    """A field label from what Google's label column says: `* Work` is `Work email`, nothing is `Email`."""
    word = tidy(said).removeprefix("*").strip()
    if not word:
        return DEFAULT_LABEL
    return f"{word} email" if word.casefold() in _LABELLED_PLACES else word


@lru_cache(maxsize=1024)
def account_type_of(said: str) -> AccountType | None:
    """The type behind words such as `Business`, `Particulier`, `S-Corp`, `家族`, `Limited Liability Company`; None where none of
    them is known. Of several the narrower counts: a `Family Trust` is no family, a `Family LLC` is a company.
    """
    whole = _TYPES.get(fold(said))
    if whole is not None:
        return whole
    found = {_TYPES.get(fold(word)) for word in re.split(r"[\s/(),]+", said)}
    order = (AccountType.OTHER, AccountType.COMPANY, AccountType.FAMILY, AccountType.INDIVIDUAL)
    return next((kind for kind in order if kind in found), None)


@lru_cache(maxsize=1024)
def language_of(said: str) -> str | None:
    """The language behind `fr`, `FR-ca`, `français`, `French (Canada)`, `Französisch`; None where it is not one of ours."""
    whole = fold(re.split(r"[(,;/]", said)[0])
    first = fold(re.split(r"[-_(,;/\s]", said.strip())[0])
    return _LANGUAGES.get(whole) or _LANGUAGES.get(first)


_numbers = re.compile("[0-9]+")


def _words(text: str) -> list[str]:
    return [word.strip() for line in text.strip().splitlines() for word in line.split("|")]


_KNOWN: dict[str, tuple[Field, int]] = {}
for _field, _text in _SPELLINGS.items():
    for _rank, _spelling in enumerate(_words(_text)):
        _KNOWN.setdefault(_key(_spelling), (_field, _rank))

_TYPES = {
    fold(word): kind
    for kind, text in {
        AccountType.INDIVIDUAL: """
            individual|person|personal|private|private person|single|sole proprietor|sole trader|self-employed|1040
            individuel|particulier|personne|personne physique|indépendant|einzelperson|privatperson|privat|person
            natürliche person|selbständig|selbstständig|einzelunternehmer|particular|persona|persona física|individuo
            autónomo|個人|個人事業主""",
        AccountType.FAMILY: """
            family|household|joint|couple|married|married filing jointly|spouses|famille|foyer|foyer fiscal|ménage
            familie|haushalt|ehepaar|paar|familia|hogar|pareja|matrimonio|家族|世帯|夫婦""",
        AccountType.COMPANY: """
            company|business|organization|organisation|corporation|corp|c-corp|c corporation|s-corp|s corporation|llc
            llp|ltd|plc|inc|partnership|corporate|firm|entity|1120|1120s|1065|entreprise|société|personne morale|sarl
            sas|sasu|sa|eurl|sci|firma|unternehmen|gesellschaft|gmbh|ag|kg|ohg|gbr|ug|juristische person|empresa
            sociedad|compañía|persona jurídica|s.l.|sl|会社|法人|企業|株式会社|有限会社|合同会社""",
        AccountType.OTHER: """
            other|trust|estate|non-profit|nonprofit|not for profit|charity|foundation|association|club|government
            990|1041|autre|association|fondation|succession|sonstige|sonstiges|andere|anderes|verein|stiftung|nachlass
            otro|otra|otros|asociación|fundación|fideicomiso|その他|信託|財団|社団""",
    }.items()
    for word in _words(text)
}

_LANGUAGES = {
    fold(word): code
    for code, text in {
        "en": "en|eng|english|anglais|englisch|inglés|英語",
        "fr": "fr|fra|fre|french|français|französisch|francés|フランス語|仏語",
        "es": "es|esp|spa|spanish|castilian|espagnol|spanisch|español|castellano|スペイン語",
        "de": "de|deu|ger|german|allemand|deutsch|alemán|ドイツ語|独語",
        "ja": "ja|jp|jpn|japanese|japonais|japanisch|japonés|日本語",
    }.items()
    for word in _words(text)
}
