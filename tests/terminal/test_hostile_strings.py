"""522 hostile strings as every name that people give: each place, tab and dialog opened in a real terminal, and what the wire carries."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pyte
import pytest
from wcwidth import wcwidth

from tests.hostile import COUNT, first, hostile_strings, mark
from tests.pty_terminal import PtyTerminal
from tests.terminal.offices import own_office
from tui_portal.domain.accounts import AccountType
from tui_portal.domain.staff import Role
from tui_portal.services.access import AccessWish, change_access
from tui_portal.services.archive import archive
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context
from tui_portal.services.saved_messages import save_message
from tui_portal.services.saved_views import save_view
from tui_portal.services.staff_members import StaffFields, add_member

SIZE = (120, 50)
FRAME = "╭─"
PEOPLE, STAFF, TAGS, FEW, ARCHIVED = 60, 40, 24, 8, 30

# What the program itself sends: the cursor, colours and weights, erasing, scrolling, modes, the pointer's shape.
OWN = re.compile(
    r"\x1b\[[0-9;]*[ABCGHJKXmr]|\x1bM|\x1b\[\?(?:7|25|1004|1049|2004|2026|2048)[hl]|\x1b\[\?20(?:26|48)\$p|\x1b\[[<>][0-9]*u"
    r"|\x1b\]22;default\x07|\r\n|\n|\r"
)
# What no name may bring to a terminal: controls, what turns the direction round, what is not seen but read.
HARMFUL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
# Where names and texts are kept that come from people or from mail.
NAMES = (
    ("account", "name"),
    ("contact", "name"),
    ("contact", "company"),
    ("contact", "phone"),
    ("email_address", "address"),
    ("email_address", "reason"),
    ("contact_email", "label"),
    ("invitation", "message"),
    ("invitation", "failure"),
    ("outbox", "message"),
    ("outbox", "recipient_name"),
    ("outbox", "error"),
    ("tag", "name"),
    ("staff", "name"),
    ("staff", "email"),
    ("saved_view", "name"),
    ("saved_view", "filter"),
    ("saved_message", "name"),
    ("saved_message", "message"),
)


@pytest.fixture(scope="module")
def hostile_firm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    office = own_office(tmp_path_factory.mktemp("hostile") / "firm.sqlite3")
    _people(office)
    _rename(office)
    yield office
    office.database.close()


def _people(office: Context) -> None:
    """A firm with something in every list; its names are given afterwards."""
    for number in range(COUNT + ARCHIVED):
        tags = [f"tag {number}"] if number < TAGS else []
        account = create_account(office, f"Account {number:04}", AccountType.COMPANY, tags=tags)
        if number < PEOPLE:
            create_contact(office, [1, account] if number else [1], f"Person {number}", [f"p{number}@x.example"])
    change_access(office, [1], AccessWish(login=True, invite=True, message="Welcome"))
    office.database.execute(
        "UPDATE outbox SET state = 'failed', attempts = 3, lease_owner = NULL, error = '?' WHERE id % 3 = 1"
    )
    office.database.execute("UPDATE invitation SET state = 'failed', failure = '?' WHERE id % 3 = 1")
    for number in range(STAFF):
        add_member(
            office,
            StaffFields(f"login{number}", f"Staff {number}", f"s{number}@x.example", Role.ADMIN, None, True, True),
        )
    for number in range(FEW):
        save_view(office, "accounts", f"View {number}", f"account {number}")
        save_message(office, f"Message {number}", f"Dear {number}")
    archive(office, list(range(COUNT + 1, COUNT + ARCHIVED + 1)))


def _rename(office: Context) -> None:
    """Put the hostile strings wherever a name is kept; the table that comes first gets all of them."""
    database, at = office.database, 0
    database.execute("UPDATE firm SET name = ?", [f"Hansen {hostile_strings()[90]}"])
    with database.transaction():
        for table, column in NAMES:
            rows = database.rows(f"SELECT rowid FROM {table} ORDER BY 1") if table != "contact_email" else []
            keys = [row[0] for row in rows]
            words = first(at + len(keys))[at:]
            for key, word in zip(keys, words, strict=True):
                database.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", [word, key])
            at = (at + len(keys)) % COUNT
        for number, word in enumerate(first(PEOPLE + 200)[200:], 1):
            database.execute("UPDATE contact_email SET label = ? WHERE contact_id = ?", [word, number])
        for place, word in enumerate(first(FEW + 300)[300:]):
            database.execute("INSERT INTO email_field (name, position) VALUES (?, ?)", [word, 10 + place])


class KnowingScreen(pyte.Screen):
    """pyte leaves out what follows a character without width that is no accent; terminals leave out that character."""

    def draw(self, data: str) -> None:
        super().draw("".join(c for c in data if wcwidth(c) or unicodedata.combining(c)))


class KnowingTerminal(PtyTerminal):
    """A terminal that joins no emoji, as many don't: each takes the room that it has alone."""

    def __init__(self, path: Path) -> None:
        super().__init__("--database", str(path), size=SIZE)
        self.screen = self._screen = KnowingScreen(*SIZE)
        self._stream = pyte.ByteStream(self.screen)


class Tour:
    """The program in a terminal, led through all that it shows; what was seen of the marks."""

    def __init__(self, terminal: KnowingTerminal) -> None:
        self.terminal = terminal
        self.seen = set[str]()
        self.askew: list[str] = []

    def press(self, keys: str, *shown: str) -> None:
        """Press `keys`, wait until `shown` and until nothing more comes."""
        self.terminal.send(keys)
        self.terminal.shows(*shown)
        while self.terminal.read(0.06):
            pass
        self.seen |= set(re.findall(r"Q\d\d\d", self.terminal.text))

    def dialog(self, *keys: str) -> None:
        """Open a dialog by `keys`, one after another, each of which shows something new in a frame; then leave all of it."""
        for key in keys:
            before = self.terminal.text
            self.terminal.send(key)
            self.terminal.until(lambda text, before=before: text != before and FRAME in text)
            self.press("")
        while FRAME in self.terminal.text:
            self.leave()

    def leave(self) -> None:
        """Press esc, and wait for what it does: by itself it is told from a sequence only after a while."""
        before = self.terminal.text
        titles, asked = _titles(before), "esc again leaves"  # where something was made harmless that would be saved
        self.terminal.send("\x1b")
        self.terminal.until(
            lambda text: (
                _titles(text) != titles or (asked in text) > (asked in before) or (not titles and text != before)
            )
        )
        self.press("")

    def pages(self, count: int, *columns: str) -> None:
        """Page through a list, in which each of `columns` stands at one place of all lines that have it."""
        for _page in range(count):
            self.press("\x1b[6~")
            for word in columns:
                self.aligned(word)

    def aligned(self, word: str) -> None:
        """Note where `word` does not stand in one column."""
        screen = self.terminal.screen
        places: dict[int, int] = {}
        for y in range(screen.lines):
            line = "".join((screen.buffer[y][x].data or "\0")[0] for x in range(screen.columns))
            if (x := line.rfind(word)) >= 0:
                places[y] = x
        usual = max(places.values(), key=list(places.values()).count, default=-1)
        for y, x in places.items():
            if x != usual:
                self.askew.append(f"{word} at {x}, not {usual}: {screen.display[y].rstrip()!a}")


def _titles(text: str) -> list[str]:
    """The upper edges of the dialogs that are shown."""
    return [line for line in text.splitlines() if FRAME in line]


def test_522_hostile_strings_are_text_in_every_place_tab_and_dialog(hostile_firm: Context) -> None:
    with KnowingTerminal(hostile_firm.database.path) as terminal:
        tour = Tour(terminal)
        tour.press("", f"of {COUNT}")
        tour.pages(COUNT // 40 + 1, "company")
        assert tour.seen >= {mark(number) for number in range(COUNT)}
        for part in (_list_of_accounts, _profile, _pending, _other_places):
            part(tour)
        terminal.send("q")
        assert terminal.ends() == 0
        assert "stopped" not in terminal.text
    assert not tour.askew, "\n".join(tour.askew)
    wire = bytes(terminal.wire)
    assert _unwanted(wire) == []
    assert [word for word in hostile_strings() if HARMFUL.search(word) and word.encode() in wire] == []


def _list_of_accounts(tour: Tour) -> None:
    tour.press("g", "A-0001")
    for keys in ("e", "f", "fc", "fh", "fv", "s", "m", "mt", "mr", "mR", "mT", "mc", "ms", "x", "?", ":"):
        tour.dialog(*keys)
    tour.dialog(":", "Q", "0")
    tour.press("*", "marked")
    tour.dialog("m", "e", "\x1b[C", "v")
    tour.leave()


def _profile(tour: Tour) -> None:
    tour.press("g\r", "Info", "pending")
    tour.aligned("⋮")
    tour.pages(5, "⋮")
    tour.press("g")
    for keys in (".", "p", "P", "w", "i", "l", "L", "e", "n", "d", "E"):
        tour.dialog(*keys)
    tour.dialog("i", "\x1bm")
    tour.dialog("i", "\x1bp")
    tour.press("]", "Activity")
    tour.pages(1)
    tour.dialog("\r")
    tour.press("]", "Mail")
    tour.pages(1)
    tour.dialog("\r")
    tour.press("[[", "Contacts")
    tour.leave()


def _pending(tour: Tour) -> None:
    tour.press("2", "› Pending activation", f"of {PEOPLE}")
    tour.pages(2, "Olga")
    for keys in ("w", "m", "f"):
        tour.dialog(*keys)
    tour.press("*", "marked")
    for keys in ("i", "d"):
        tour.dialog(*keys)
    tour.press("3", "› Archived", f"of {ARCHIVED}")
    tour.aligned("company")


def _other_places(tour: Tour) -> None:
    tour.press("6", "› Outbox", f"of {PEOPLE}")
    tour.pages(2)
    for keys in ("\r", "m", "f"):
        tour.dialog(*keys)
    tour.press("7", "› Activity")
    tour.pages(3)
    for keys in ("w", "m", "f"):
        tour.dialog(*keys)
    tour.press("8", "› Staff", f"of {STAFF + 1}")
    tour.pages(1, "admin")
    for keys in ("e", "m", "n"):
        tour.dialog(*keys)


def _unwanted(wire: bytes) -> list[str]:
    """What of the wire is neither text nor one of the program's own sequences, with what stands around it."""
    rest = OWN.sub("", wire.decode())
    return [ascii(rest[max(0, bad.start() - 12) : bad.start() + 12]) for bad in HARMFUL.finditer(rest)]
