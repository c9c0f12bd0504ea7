"""The hand-written part of the demo firm as rows of the database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from tui_portal.demo.firm import CLIENTS, LANGUAGE, MESSAGES, PROSPECTS, STAFF
from tui_portal.demo.people import PEOPLE
from tui_portal.demo.shapes import ADMIN, DEMO_NOW, EXPIRE, HAND_OVER, PASSWORD_HASH, Client, Invited, at, reminders_of
from tui_portal.demo.stories import BOUNCING, CHANGES, GRANTED, REQUESTS, STORIES, SUPPRESSED
from tui_portal.domain.addresses import CHECK_VERSION, AddressFlag, check_address, flags_stored
from tui_portal.domain.invitations import OPEN_STATES
from tui_portal.domain.text import search_key
from tui_portal.services.seeding import COLUMNS, Row

MAIL_HOST = "hansen-partner.example"  # the domain of the sender, as services/invitations.py takes it
_SWITCHES = ("login", "notify", "email_sync")
_READING = 600  # seconds from making an account to its first switch


class WrittenFirm:
    """The first `limit` hand-written accounts (None for all) with what belongs to them, in `tables`, by table.

    Ids begin at 1. Contacts, addresses and tags are numbered as the accounts name them, so that fewer accounts have the
    same numbers.
    """

    def __init__(self, limit: int | None, founded: int, owner_login: str) -> None:
        self.clients: Sequence[Client] = CLIENTS[:limit]
        self.tables: dict[str, list[Row]] = {table: [] for table in COLUMNS}
        self.addresses: dict[str, int] = {}
        self.contacts: dict[str, int] = {}
        self.tags: dict[str, int] = {}
        self.users: dict[str, int] = {}
        self._first_contact: dict[str, str] = {}  # the contact that a mailbox's mail is addressed to
        self._settings: dict[tuple[int, str], tuple[int, ...]] = {}
        self._events: list[tuple[Any, ...]] = []
        self._mails: list[tuple[Any, ...]] = []
        self._staff(founded, owner_login)
        for client in self.clients:
            self._account(client)
        if len(self.clients) == len(CLIENTS):
            for key in PROSPECTS:
                self._contact(key, DEMO_NOW)
            self.tables["saved_message"] = [(n, name, text, n) for n, (name, text) in enumerate(MESSAGES, start=1)]
        self._invitations()
        self._access()
        self._changes()
        if len(self.clients) == len(CLIENTS):
            self._requests()
        self._numbered_mails()
        self._log()

    def _staff(self, founded: int, owner_login: str) -> None:
        """Everybody but the owner, whose login may be that of one of them."""
        for number, (login, *rest) in enumerate(STAFF[1:], start=2):
            free = f"{login}2" if login == owner_login else login
            self.tables["staff"].append((number, free, *rest, founded))

    def _account(self, client: Client) -> None:
        since, number, kind = at(client.since), client.number, client.type.value
        self.tables["account"].append(
            (number, client.name, search_key(client.name), kind, int(client.archived), int(client.test), since)
        )
        self._event(since, client.keeper, "account_created", number, after={"name": client.name, "type": kind})
        for tag in client.tags.split():
            if tag not in self.tags:
                self.tags[tag] = len(self.tags) + 1
                self.tables["tag"].append((self.tags[tag], tag))
            self.tables["account_tag"].append((number, self.tags[tag]))
        for position, (key, signs) in enumerate(client.people.items()):
            contact = self._contact(key, since)
            self.tables["account_contact"].append((number, contact, position))
            linked = {"name": PEOPLE[key].name}
            self._event(since + 60 + position, client.keeper, "contact_linked", number, contact=contact, after=linked)
            for (_label, address), switches in zip(PEOPLE[key].mailboxes, signs.split(), strict=False):
                self._switch(number, address, switches)
        for address, switches in client.unlinked.items():
            self._mailbox(address, since)
            self._switch(number, address, switches)
        for address, groups in client.quiet.items():
            self.tables["notification_preference"] += [
                (number, self.addresses[address], group, 0) for group in groups.split()
            ]

    def _switch(self, account: int, address: str, signs: str) -> None:
        on = tuple(int(sign == letter) for sign, letter in zip(signs, "LNS", strict=True))
        if any(on):
            self._settings[account, address] = on

    def _contact(self, key: str, since: int) -> int:
        if key not in self.contacts:
            person, number = PEOPLE[key], len(self.contacts) + 1
            self.contacts[key] = number
            self.tables["contact"].append(
                (number, person.name, person.phone, person.language, search_key(person.name), since)
            )
            for position, (label, address) in enumerate(person.mailboxes):
                mailbox = self._mailbox(address, since)
                self._first_contact.setdefault(address, key)
                self.tables["contact_email"].append((number, mailbox, label, position))
        return self.contacts[key]

    def _mailbox(self, address: str, since: int) -> int:
        if address not in self.addresses:
            self.addresses[address] = len(self.addresses) + 1
            check, checked = check_address(address), since
            if address in BOUNCING:
                check, checked = check.with_learnt([AddressFlag.BOUNCED]), STORIES[address][-1].created + HAND_OVER
            if address in SUPPRESSED:
                check, checked = check.with_learnt([AddressFlag.SUPPRESSED]), at(SUPPRESSED[address])
                self._event(checked, ADMIN, "address_suppressed", mailbox=self.addresses[address])
            self.tables["email_address"].append(
                (
                    *(
                        self.addresses[address],
                        check.address,
                        check.canonical,
                        check.validity.value,
                        check.reason,
                        checked,
                    ),
                    *(flags_stored(check.flags), CHECK_VERSION, int(address in SUPPRESSED)),
                )
            )
        return self.addresses[address]

    def _invitations(self) -> None:
        """Users in the order in which they activated, then invitations in the order in which they were made."""
        closed = {client.number for client in self.clients if client.archived}
        may_log_in = {who for (account, who), on in self._settings.items() if on[0] and account not in closed}
        told = [
            (address, invited)
            for address in self.addresses
            for invited in STORIES.get(address, ())
            if address in may_log_in or invited.state not in OPEN_STATES
        ]
        used = sorted((i.closed or 0, self.addresses[address], address, i) for address, i in told if i.state == "used")
        for number, (activated, mailbox, address, invited) in enumerate(used, start=1):
            self.users[address] = number
            self.tables["user"].append((number, mailbox, PASSWORD_HASH, activated, invited.last_login))
        told.sort(key=lambda item: (item[1].created, self.addresses[item[0]]))
        for number, (address, invited) in enumerate(told, start=1):
            self._invitation(number, address, invited)

    def _invitation(self, number: int, address: str, invited: Invited) -> None:
        mailbox, failure = self.addresses[address], invited.failure.format(address=address)
        by_user = self.users.get(invited.by) if isinstance(invited.by, str) else None
        by_staff = None if by_user else invited.by if isinstance(invited.by, int) else ADMIN
        asked = invited.resent or invited.created
        generation = 2 if invited.resent else 1
        stays = failure if invited.state == "failed" else ""
        reminders = reminders_of(invited.sent) if invited.state == "sent" and invited.sent else []
        reminded = reminders[-1] + HAND_OVER if reminders else None
        self.tables["invitation"].append(
            (
                *(number, mailbox, generation, 1, invited.state, invited.message, by_staff, by_user),
                *(invited.created, invited.sent, asked + EXPIRE, invited.closed, stays, invited.opened),
                *(len(reminders), reminded, len(reminders)),
            )
        )
        if invited.sent:
            self._mail("invitation", address, invited.created, number, 1, message=invited.message)
        for moment in reminders:
            self._mail("reminder", address, moment, number, 1, message=invited.message)
            told = {"invitation": number, "generation": 1}
            mailbox = self.addresses[address]
            self._event(moment + HAND_OVER, None, "invitation_reminded", mailbox=mailbox, after=told)
        if invited.state in ("queued", "failed"):
            state, fate = invited.state, (invited.tries, invited.next_try or asked, failure)
            self._mail("invitation", address, asked, number, generation, state, *fate, message=invited.message)
        self._tell_invitation(number, address, invited, by_staff, by_user)

    def _tell_invitation(
        self, number: int, address: str, invited: Invited, staff: int | None, user: int | None
    ) -> None:
        """What the log says of an invitation, as services/invitations.py, fates.py and activation.py write it."""
        mailbox = self.addresses[address]
        first, second = ({"invitation": number, "generation": generation} for generation in (1, 2))
        own = {"invitation": number}
        self._event(invited.created, staff, "invitation_queued", user=user, mailbox=mailbox, after=first)
        if invited.sent:
            self._event(invited.sent, None, "invitation_sent", mailbox=mailbox, after=first)
        if invited.resent:
            self._event(invited.resent, staff, "invitation_queued", user=user, mailbox=mailbox, after=second)
        if invited.state == "failed":
            refused, why = invited.created + HAND_OVER, {"why": invited.failure.format(address=address)}
            self._event(refused, None, "invitation_failed", mailbox=mailbox, after=first | why)
            if address in BOUNCING:
                self._event(refused, None, "address_bounced", mailbox=mailbox, after=why)
        closed = invited.closed or 0
        if invited.state == "withdrawn":
            self._event(closed, staff, "invitation_withdrawn", mailbox=mailbox, before=own)
        if invited.state == "used":
            who = self.users[address]
            self._event(closed, None, "user_activated", user=who, mailbox=mailbox, after=own)
            if invited.last_login and invited.last_login > closed:
                self._event(invited.last_login, None, "user_logged_in", user=who)

    def _access(self) -> None:
        """The switches, the log of them, and the mail to users who were active already when an account was opened to them."""
        clients = {client.number: client for client in self.clients}
        for (account, address), on in self._settings.items():
            client, stories = clients[account], STORIES.get(address, ())
            self.tables["contact_settings"].append((account, self.addresses[address], *on))
            granted, staff = at(client.since) + _READING, client.keeper
            if on[0] and stories and stories[0].created - 120 > granted:
                granted = stories[0].created - 120
                staff = stories[0].by if isinstance(stories[0].by, int) else staff
            elif on[0] and address in GRANTED:
                granted = at(GRANTED[address])
            names = [name for name, switch in zip(_SWITCHES, on, strict=True) if switch]
            before, after = dict.fromkeys(names, False), dict.fromkeys(names, True)
            mailbox = self.addresses[address]
            self._event(granted, staff, "access_changed", account, mailbox=mailbox, before=before, after=after)
            if on[0] and any(story.state == "used" and (story.closed or 0) < granted for story in stories):
                self._mail("access_notice", address, granted, account=account)
                self._event(granted + HAND_OVER, None, "access_notice_sent", account, mailbox=mailbox)

    def _changes(self) -> None:
        """Changes of address that are under way."""
        for key, old, new, since, staff in CHANGES:
            if old in self.addresses and key in self.contacts:
                contact, row = self.contacts[key], len(self.tables["address_change"]) + 1
                pair = (self.addresses[old], self.addresses[new])
                self.tables["address_change"].append((row, contact, *pair, staff, at(since)))
                before, after = {"address": old}, {"address": new}
                moment = at(since) - 1
                self._event(
                    moment, staff, "address_changed", contact=contact, mailbox=pair[1], before=before, after=after
                )

    def _requests(self) -> None:
        """Persons whom clients asked for, and nobody has answered yet."""
        for number, (by, account, name, address, language, note, when) in enumerate(REQUESTS, start=1):
            mailbox, user, asked = self._mailbox(address, at(when)), self.users[by], at(when)
            self.tables["access_request"].append((number, account, mailbox, user, name, note, language, "open", asked))
            told = {"request": number, "name": name, "message": note}
            self._event(asked, None, "access_requested", account, user=user, mailbox=mailbox, after=told)

    def _mail(
        self,
        kind: str,
        address: str,
        created: int,
        invitation: int | None = None,
        generation: int | None = None,
        state: str = "sent",
        tries: int = 1,
        next_try: int | None = None,
        error: str = "",
        *,
        account: int | None = None,
        message: str = "",
    ) -> None:
        key = self._first_contact.get(address)
        name, language = (PEOPLE[key].name, PEOPLE[key].language) if key else ("", None)
        digest = hashlib.sha256(f"{kind} {address} {account} {created}".encode()).hexdigest()
        sent = created + HAND_OVER if state == "sent" else None
        self._mails.append(
            (
                *(kind, self.addresses[address], account, invitation, generation, name, language or LANGUAGE, message),
                *(f"<{digest[:32]}@{MAIL_HOST}>", state, tries, next_try or created, error, created, sent),
            )
        )

    def _numbered_mails(self) -> None:
        self._mails.sort(key=lambda mail: (mail[-2], mail[8]))  # when it was made, then its Message-ID
        self.tables["outbox"] = [(number, *mail) for number, mail in enumerate(self._mails, start=1)]

    def _event(
        self,
        moment: int,
        staff: int | None,
        kind: str,
        account: int | None = None,
        *,
        user: int | None = None,
        contact: int | None = None,
        mailbox: int | None = None,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
    ) -> None:
        told = (_json(before), _json(after))
        self._events.append((moment, staff, user, kind, account, contact, mailbox, *told))

    def _log(self) -> None:
        """In the order of time; what happened in one second stands as it was told."""
        self._events.sort(key=lambda event: event[0])
        self.tables["activity"] = list(self._events)


def _json(value: dict[str, Any] | None) -> str:
    return json.dumps(value or {}, ensure_ascii=False, separators=(",", ":"))
