"""Why can or can't they log in: the verdict, the chain link by link, and the mail they get. To be read, and scrolled."""

from __future__ import annotations

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Static

from tui_portal.i18n import _
from tui_portal.services.reasons import Explanation, yes_or_no
from tui_portal.tui.modals.dialog import Dialog, buttons
from tui_portal.tui.text import plain

TRY_AGAIN, STOP_MAIL, ALLOW_MAIL = "try_again", "stop_mail", "allow_mail"

_SIGNS = {True: "●", False: "!", None: "·"}  # the signs of the lists; yes and no are told in words as well
_CLASSES = {True: "why-yes", False: "why-no", None: "why-open"}
_MANY_LINES = 999


class WhyDialog(Dialog[str]):
    """Dismissed with what is to be done about the address (`try_again`, `stop_mail`, `allow_mail`), else with None.

    `told` is what became of the last such thing. `keys` are those of the screen behind that work here too, because the
    reasons name them: dismissed with the key.
    """

    AUTO_FOCUS = ""
    BINDINGS = [
        Binding("enter,q,w", "leave", show=False),
        Binding("down,j", "scroll(1)", show=False, priority=True),
        Binding("up,k", "scroll(-1)", show=False, priority=True),
        Binding("pagedown", "scroll_page(1)", show=False, priority=True),
        Binding("pageup", "scroll_page(-1)", show=False, priority=True),
        Binding("home,g", f"scroll(-{_MANY_LINES})", show=False, priority=True),
        Binding("end,G", f"scroll({_MANY_LINES})", show=False, priority=True),
        Binding("b", "try_again", show=False),
        Binding("s", "switch_mail", show=False),
    ]

    def __init__(self, found: Explanation, told: str = "", *, keys: str = "") -> None:
        super().__init__(_("Why?"), _("{address} in {account}").format(address=found.address, account=_account(found)))
        self._found = found
        self._told = told
        self._keys = keys

    def on_key(self, event: events.Key) -> None:
        if event.character is not None and event.character in self._keys:
            event.stop()
            self.dismiss(event.character)

    def body(self) -> ComposeResult:
        found = self._found
        if self._told:
            yield Static(plain(self._told), id="told", classes="outcome")
        yield Static(plain(found.verdict), classes=f"outcome {'why-yes' if found.can_log_in else 'why-no'}")
        for link in found.links:
            yield _row(link.ok, link.name.label, link.words, link.where)
        yield Static(plain(found.mail_verdict), classes="why-head")
        if len({group.words for group in found.groups}) > 1:  # else the sentence above says it of all of them
            for group in found.groups:
                yield _row(group.sent, group.group.label, "" if group.sent else group.words, classes="why-group")
        yield Static(plain(found.others_in_words), classes="why-head")
        yield Static(plain(self._hint), classes="why-where")
        yield buttons(("close", _("Close"), "primary"))

    def on_mount(self) -> None:
        self.query_one("#close").focus(scroll_visible=False)

    def on_button_pressed(self, _event: Button.Pressed) -> None:
        self.action_leave()

    def action_scroll(self, lines: int) -> None:
        self.query_one("#dialog", VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_scroll_page(self, pages: int) -> None:
        frame = self.query_one("#dialog", VerticalScroll)
        frame.scroll_relative(y=pages * max(1, frame.content_size.height - 1), animate=False)

    def action_try_again(self) -> None:
        if self._found.bouncing:
            self.dismiss(TRY_AGAIN)

    def action_switch_mail(self) -> None:
        self.dismiss(ALLOW_MAIL if self._found.suppressed else STOP_MAIL)

    @property
    def _hint(self) -> str:
        """What can be done here."""
        mail = _("s lets mail go there again") if self._found.suppressed else _("s stops all mail to it")
        again = [_("b tries the refused address again")] if self._found.bouncing else []
        return " · ".join([*again, mail, _("esc closes")])


def _account(found: Explanation) -> str:
    return f"{found.code} {found.account_name}"


def _row(ok: bool | None, label: str, words: str, where: str = "", classes: str = "") -> Horizontal:
    """The sign and the answer, what it is about, what is so, and where it can be changed."""
    answer = Static(plain(f"{_SIGNS[ok]} {yes_or_no(ok)}"), classes=f"why-answer {_CLASSES[ok]}")
    answer.styles.min_width = len("● ") + max(cell_len(yes_or_no(one)) for one in _SIGNS) + 1
    lines = [Static(plain(words), classes="why-said")]
    if where:
        lines.append(Static(plain(f"→ {where}"), classes="why-where"))
    about = Static(plain(label), classes="why-label")
    return Horizontal(answer, about, Vertical(*lines, classes="why-words"), classes=f"why-row {classes}".rstrip())
