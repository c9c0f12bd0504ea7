"""The Outbox list: every mail, the newest first; what waits is tried at once or given up."""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from tui_portal.domain.errors import WrongUse
from tui_portal.domain.filter_text import MOST_CHARACTERS, MOST_PARTS
from tui_portal.domain.staff import Right
from tui_portal.domain.text import safe, search_key
from tui_portal.i18n import _, ngettext
from tui_portal.mail.letters import LetterKind
from tui_portal.services import activity
from tui_portal.services.context import Context
from tui_portal.services.outbox import MailState
from tui_portal.services.progress import Progress, watched
from tui_portal.services.sets import rows_of
from tui_portal.services.stored import known
from tui_portal.services.visibility import mails_of, mails_seen


@dataclass(frozen=True, slots=True)
class OutboxQuery:
    """Which mails, in which order. `find` holds words that must all be found, each in the address or the recipient's name; a
    word that is a state or a kind (`failed`, `invitation`) finds the mails of it.
    """

    find: str = ""
    sort: str = "queued"
    descending: bool = True


@dataclass(frozen=True, slots=True)
class MailChange:
    """What became of it: mails that are tried now or were given up, and those for which nothing could be done."""

    changed: int
    left: int
    given_up: bool = False

    @property
    def in_words(self) -> str:
        """All of it in one line, in the reader's language."""
        if self.given_up:
            text = ngettext("{n} mail given up", "{n} mails given up", self.changed)
        else:
            text = ngettext("{n} mail is tried now", "{n} mails are tried now", self.changed)
        parts = [text.format(n=self.changed)]
        if self.left:
            text = ngettext("{n} does not wait any more", "{n} do not wait any more", self.left)
            parts.append(text.format(n=self.left))
        return " · ".join(parts)


@dataclass(frozen=True, slots=True)
class FilterWord:
    """A word that finds mails: what is typed, how it reads, how many mails it finds."""

    word: str
    label: str
    count: int


_SORTS = {
    "queued": "o.id",
    "to": "e.canonical",
    "state": "o.state",
    "next_try": "CASE WHEN o.state IN ('queued', 'sending') THEN o.next_try_at END",
}
SORT_KEYS = tuple(_SORTS)


def outbox_ids(context: Context, query: OutboxQuery, limit: int = -1) -> array[int]:
    """The ids of the mails that `query` finds, in its order; at most `limit`, -1 for all.

    Raises WrongUse for an unknown sort key, or for more words than anybody means.
    """
    if query.sort not in _SORTS:
        raise WrongUse(
            _("There is no column {name} to sort by. Known: {names}.").format(
                name=safe(query.sort), names=", ".join(SORT_KEYS)
            )
        )
    words = query.find.split()
    if len(words) > MOST_PARTS or len(query.find) > MOST_CHARACTERS:
        raise WrongUse(
            _("This is too long for a filter: {words} words and {characters} characters are the most.").format(
                words=MOST_PARTS, characters=MOST_CHARACTERS
            )
        )
    conditions, parameters = ["1"], dict[str, object]()
    for place, word in enumerate(words):
        key = search_key(word)
        states = [s for s in MailState if key in (search_key(s.value), search_key(s.label))]
        kinds = [k for k in LetterKind if key in (search_key(k.value), search_key(k.label))]
        conditions.append(
            f"""(instr(e.canonical, :typed{place}) OR instr(lower(o.recipient_name), :typed{place})
            OR o.state IN (SELECT value FROM json_each(:states{place}))
            OR o.kind IN (SELECT value FROM json_each(:kinds{place})))"""
        )
        found = {"typed": word.casefold(), "states": json.dumps(states), "kinds": json.dumps(kinds)}
        parameters |= {f"{name}{place}": value for name, value in found.items()}
    direction = "DESC" if query.descending else ""
    joined = "JOIN email_address e ON e.id = o.email_address_id" if words or query.sort == "to" else ""
    ordered = f"""
        SELECT o.id FROM outbox o {joined} WHERE {" AND ".join(conditions)}{mails_seen(context)}
        ORDER BY {_SORTS[query.sort]} {direction}, o.id {direction} LIMIT :limit
    """
    parameters["limit"] = limit
    return array("q", json.loads(context.database.value(f"SELECT json_group_array(id) FROM ({ordered})", parameters)))


def filter_words(context: Context) -> tuple[list[FilterWord], list[FilterWord]]:
    """The states and the kinds by which mails are found, with how many there are of each."""
    of_state, of_kind = dict.fromkeys(MailState, 0), dict.fromkeys(LetterKind, 0)
    for state, kind, count in context.database.rows(
        f"SELECT state, kind, count(*) FROM outbox o WHERE 1{mails_seen(context)} GROUP BY state, kind"
    ):
        of_state[known(context.database, MailState, state)] += count
        of_kind[known(context.database, LetterKind, kind)] += count
    return (
        [FilterWord(state.value, state.label, count) for state, count in of_state.items()],
        [FilterWord(kind.value, kind.label, count) for kind, count in of_kind.items()],
    )


def try_now(context: Context, mails: Sequence[int], progress: Progress | None = None) -> MailChange:
    """Let those of `mails` (ids) that wait fall due at once. Raises NotAllowed, Cancelled."""
    context.require(Right.MANAGE_ACCOUNTS)
    mails = mails_of(context, mails)
    wanted = json.dumps(sorted(set(mails)))
    with context.database.write(), watched(context, progress, len(mails)):
        changed = context.database.execute(
            "UPDATE outbox SET next_try_at = ? WHERE state = 'queued' AND id IN (SELECT value FROM json_each(?))",
            [context.clock(), wanted],
        )
    return MailChange(changed, len(set(mails)) - changed)


def give_up(context: Context, mails: Sequence[int], progress: Progress | None = None) -> MailChange:
    """Send those of `mails` (ids) that wait no more. The invitation of such a mail failed, and says who gave it up; the link of
    a former mail goes on working. Raises NotAllowed, Cancelled.
    """
    actor = context.require(Right.MANAGE_ACCOUNTS)
    mails = mails_of(context, mails)
    words = _("given up by {name}").format(name=safe(actor.name))
    select = """
        SELECT o.id, o.invitation_id, o.generation, o.email_address_id FROM json_each(:wanted) w
        CROSS JOIN outbox o ON o.id = w.value WHERE o.state = 'queued'
    """
    database = context.database
    wanted = {"wanted": json.dumps(sorted(set(mails)))}
    with (
        database.write(),
        watched(context, progress, 3 * len(mails)),
        rows_of(context, "given_up", select, wanted),
    ):
        changed = database.execute(
            "UPDATE outbox SET state = 'withdrawn', error = ? WHERE id IN (SELECT id FROM given_up)", [words]
        )
        database.execute(
            """
            UPDATE invitation SET state = 'failed', failure = ? WHERE state = 'queued'
            AND (id, generation) IN (SELECT invitation_id, generation FROM given_up)
            """,
            [words],
        )
        activity.record_set(
            context,
            "mail_given_up",
            "given_up ORDER BY id",
            address="email_address_id",
            after="json_object('mail', id, 'invitation', invitation_id)",
        )
    return MailChange(changed, len(set(mails)) - changed, given_up=True)
