"""Every string that a person reads goes through here, in the language of the one who reads it.

English is the source. A catalogue lies in `locales/<language>/LC_MESSAGES/tui_portal.mo`; where there is none, or no
entry in it, the source is shown.
"""

from __future__ import annotations

import gettext as gettext_module
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "fr", "es", "de", "ja")
# Each by the name that those who speak it give it.
OWN_NAMES = {"en": "English", "fr": "Français", "es": "Español", "de": "Deutsch", "ja": "日本語"}
DOMAIN = "tui_portal"

_folder = Path(__file__).parent / "locales"
_current: gettext_module.NullTranslations = gettext_module.NullTranslations()


@cache
def catalogue(language: str) -> gettext_module.NullTranslations:
    """The translations of `language`, empty ones where no catalogue is shipped."""
    return gettext_module.translation(DOMAIN, _folder, [language], fallback=True)


def use(translations: gettext_module.NullTranslations) -> None:
    """Show everything from now on through `translations` (one process has one reader)."""
    global _current
    _current = translations


def language_in_force() -> str:
    """The language that everything is shown in."""
    return next((code for code in LANGUAGES if catalogue(code) is _current), "en")


def choose_language(*wishes: str | None) -> str:
    """The first of `wishes` that is spoken here: codes such as `de`, or locale names such as `de_CH.UTF-8`; else English."""
    for wish in wishes:
        code = (wish or "").replace("-", "_").split("_")[0].split(".")[0].lower()
        if code in LANGUAGES:
            return code
    return "en"


def reads_source() -> bool:
    """Whether the reader's language is the one that the program is written in."""
    return type(_current) is gettext_module.NullTranslations


def N_(message: str) -> str:  # noqa: N802 - the name by which translators' tools know it
    """Mark `message` for translation without translating it yet."""
    return message


def _(message: str) -> str:
    """`message` in the reader's language."""
    return _current.gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """The form for `number` things, in the reader's language; the number itself is filled in by the caller."""
    return _current.ngettext(singular, plural, number)


def pgettext(context: str, message: str) -> str:
    """`message` where one English word has several meanings, told apart by `context`."""
    return _current.pgettext(context, message)


def language_name(code: str) -> str:
    """The name of a language in the reader's language."""
    names = {"en": _("English"), "fr": _("French"), "es": _("Spanish"), "de": _("German"), "ja": _("Japanese")}
    return names.get(code, code)
