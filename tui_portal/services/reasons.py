"""Why can or can't they log in, and which mail do they get: the chain that decides it, link by link (`w`, `tui-portal why`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from tui_portal.domain.accounts import account_code
from tui_portal.domain.addresses import AddressFlag, Validity, flag_in_words, reason_in_words
from tui_portal.domain.moments import local
from tui_portal.domain.notifications import NotificationGroup
from tui_portal.domain.text import safe
from tui_portal.i18n import _, ngettext, pgettext
from tui_portal.services.context import Context
from tui_portal.services.log_words import date_and_time as _when
from tui_portal.services.reason_facts import Facts, InvitationFacts, read_facts


class LinkName(StrEnum):
    """The links of the chain, in their order."""

    ACCOUNT = "account"
    CONTACT = "contact"
    LOGIN = "login"
    ADDRESS = "address"
    INVITATION = "invitation"
    PASSWORD = "password"  # noqa: S105 - the name of a link
    PAUSE = "pause"
    LAST_LOGIN = "last_login"

    @property
    def label(self) -> str:
        """The link as the screens name it."""
        return {
            LinkName.ACCOUNT: _("Account"),
            LinkName.CONTACT: _("Contact"),
            LinkName.LOGIN: _("LOGIN"),
            LinkName.ADDRESS: _("E-mail address"),
            LinkName.INVITATION: _("Invitation"),
            LinkName.PASSWORD: _("Password"),
            LinkName.PAUSE: _("Not blocked"),
            LinkName.LAST_LOGIN: _("Last login"),
        }[self]


@dataclass(frozen=True, slots=True)
class Link:
    """One link: whether it holds (None: nothing hangs on it now), what is so, and where it can be changed, with the key."""

    name: LinkName
    ok: bool | None
    words: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class GroupMail:
    """Whether the notifications of a group would be sent today, and why or why not."""

    group: NotificationGroup
    sent: bool
    words: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole answer for one mailbox in one account. `broken` is the first link that does not hold, None where they can log in.

    `others` are the further accounts that the mailbox may log in to. `address_id`, `bouncing` and `suppressed` are for what can
    be done about it at once. `checked_at` is in seconds since 1970.
    """

    account: int
    account_name: str
    address_id: int
    address: str
    verdict: str
    broken: LinkName | None
    links: tuple[Link, ...]
    mail_verdict: str
    groups: tuple[GroupMail, ...]
    others: int
    validity: Validity
    flags: frozenset[AddressFlag]
    bouncing: bool
    suppressed: bool
    checked_at: int

    @property
    def can_log_in(self) -> bool:
        return self.broken is None

    @property
    def code(self) -> str:
        """The account's short ID."""
        return account_code(self.account)

    @property
    def others_in_words(self) -> str:
        """In how many further accounts the mailbox may log in."""
        if not self.others:
            return _("LOGIN is on in no further account.")
        return ngettext(
            "LOGIN is on in {n} further account.", "LOGIN is on in {n} further accounts.", self.others
        ).format(n=self.others)

    def link(self, name: LinkName) -> Link:
        """The link of this name."""
        return next(link for link in self.links if link.name is name)


def yes_or_no(ok: bool | None) -> str:
    """Whether a link holds, in the reader's language; a dash where nothing hangs on it."""
    return "—" if ok is None else _("yes") if ok else _("no")


def explain(context: Context, account: int, address: int) -> Explanation:
    """Why the mailbox `address` can or can't log in to `account` (ids), and which notifications it would get today.

    Only reads. Raises NotFound where one of them, or the two together, is not there.
    """
    facts, moment = read_facts(context, account, address), context.clock()
    links = (
        _account(facts),
        _contact(facts),
        _login(facts, moment),
        _address(facts, moment),
        _invitation(facts, moment, has_server=bool(context.settings.mail.smtp)),
        _password(facts, moment),
        _pause(facts, moment),
        _last_login(facts, moment),
    )
    broken = next((link for link in links if link.ok is False), None)
    groups = tuple(_group(facts, group) for group in NotificationGroup)
    return Explanation(
        account,
        facts.account_name,
        address,
        facts.address,
        _verdict(facts, broken),
        broken.name if broken else None,
        links,
        _mail_verdict(facts, groups),
        groups,
        facts.others,
        facts.validity,
        facts.flags,
        facts.validity is Validity.BOUNCING,
        facts.suppressed,
        facts.checked_at,
    )


def _verdict(facts: Facts, broken: Link | None) -> str:
    whom = {"address": safe(facts.address), "account": safe(facts.account_shown)}
    if broken is None:
        return _("{address} can log in to {account}.").format_map(whom)
    why = _fault(facts)[0] if broken.name is LinkName.ADDRESS else broken.words
    return _("{address} can't log in to {account}: {why}.").format_map(whom | {"why": why})


def _account(facts: Facts) -> Link:
    if facts.archived:
        where = _("Archived (3): m › Activate again")
        return Link(LinkName.ACCOUNT, False, _("the account is archived, so nobody can log in to it"), where)
    return Link(LinkName.ACCOUNT, True, _("the account is not archived"))


def _contact(facts: Facts) -> Link:
    if facts.contacts:
        names = _(", ").join(safe(name) for name in facts.contacts)
        return Link(LinkName.CONTACT, True, _("it is an address of {names}").format(names=names))
    if facts.request is not None:
        return Link(LinkName.CONTACT, None, _("it is nobody's of the account yet: approving makes them a contact"))
    words = _("it belongs to none of the account's contacts (unlinked e-mail), and keeps what is switched on")
    return Link(LinkName.CONTACT, None, words, _("link it to a contact, or take its access away (l)"))


def _login(facts: Facts, moment: int) -> Link:
    if facts.request is not None:
        where = _("Pending activation (2): i approves it, d refuses it")
        return Link(LinkName.LOGIN, False, facts.request.in_words(_when(facts.request.at, moment)), where)
    since = ""
    is_on, is_off = _("LOGIN is on"), _("LOGIN is off")
    if facts.switched_at is not None:
        date = _when(facts.switched_at, moment)
        since = (
            _("since {date} by {name}").format(date=date, name=safe(facts.switched_by))
            if facts.switched_by
            else _("since {date}").format(date=date)
        )
    if facts.login:
        return Link(LinkName.LOGIN, True, f"{is_on} {since}".rstrip(), _("l switches it off"))
    words = f"{is_off} {since}".rstrip()
    if facts.validity is Validity.INVALID:
        words = _("{off}, and can't be switched on for an address that is not valid").format(off=words)
        # Who has a password lacks nothing but LOGIN; for all others the address comes first.
        ok = None if facts.activated_at is None else False
        return Link(LinkName.LOGIN, ok, words, _("e puts the address right, then l"))
    where = _("not while the account is archived") if facts.archived else _("l switches it on")
    return Link(LinkName.LOGIN, False, words, where)


def _address(facts: Facts, moment: int) -> Link:
    """Whether mail reaches it. For who has a password nothing hangs on it: they can log in without."""
    why, where = _fault(facts)
    ok = True if facts.writable else None if facts.activated_at is not None else False
    if facts.writable:
        why = _("it can get mail")
        if facts.validity is Validity.SUSPECT:
            why = _("it can get mail, but is suspect: {reason}").format(reason=reason_in_words(facts.reason))
    elif facts.activated_at is not None:
        why = _("{why}; logging in needs no mail").format(why=why)
    told = [flag_in_words(flag) for flag in sorted(facts.flags) if flag not in _SAID and flag.value != facts.reason]
    parts = [why, *told, _("checked on {date}").format(date=_when(facts.checked_at, moment))]
    return Link(LinkName.ADDRESS, ok, " · ".join(parts), where)


# Flags that the sentence itself has said already.
_SAID = frozenset({AddressFlag.BOUNCED, AddressFlag.SUPPRESSED, AddressFlag.SYNTAX})


def _fault(facts: Facts) -> tuple[str, str]:
    """Why it can't get mail, and where that is changed; both empty where it can."""
    if facts.validity is Validity.INVALID:
        words = _("the address is not valid: {reason}").format(reason=reason_in_words(facts.reason))
        return words, _("e puts the address right")
    if facts.suppressed:
        return _("no mail is to go there, by the firm's wish or theirs"), _("here: s lets mail go there again")
    if facts.validity is Validity.BOUNCING:
        return _("the receiving server refused the address for good"), _("e puts it right; or here: b tries it again")
    return "", ""


def _invitation(facts: Facts, moment: int, *, has_server: bool) -> Link:
    found = facts.invitation
    if facts.activated_at is not None:
        words = _("used on {date}").format(date=_when(facts.activated_at, moment))
        return Link(LinkName.INVITATION, True, words)
    if found is None or found.state == "used":
        if not facts.login:
            return Link(LinkName.INVITATION, None, _("none was sent"), _("LOGIN comes first (l)"))
        return Link(LinkName.INVITATION, False, _("no invitation was sent yet"), _again(facts, _("i sends it")))
    if found.state == "withdrawn":
        return _cancelled(facts, found, moment)
    if found.state == "failed":
        return _failed(facts, found, moment)
    if found.expires_at is not None and found.expires_at <= moment:
        words = _("the invitation has expired on {date}").format(date=_when(found.expires_at, moment))
        if found.sent_at is not None:
            words += " · " + _handed_over(found, moment)
        return Link(LinkName.INVITATION, False, words, _again(facts, _("i sends it again")))
    if found.state == "queued":
        return _queued(found, moment, has_server)
    return Link(LinkName.INVITATION, True, _handed_over(found, moment, ends=True), _("i sends it again"))


def _again(facts: Facts, key: str) -> str:
    """How it is sent, or what stands in the way of it."""
    return key if facts.writable and not facts.archived else _("first what stands above, then i")


def _failed(facts: Facts, found: InvitationFacts, moment: int) -> Link:
    why = safe(found.failure) or _("nothing more is known")
    words, works = _("the invitation could not be delivered: {why}").format(why=why), _has_link(facts, moment)
    if works:
        words = f"{_handed_over(found, moment)} · {words}"
    return Link(LinkName.INVITATION, works, words, _again(facts, _("i sends it again")))


def _cancelled(facts: Facts, found: InvitationFacts, moment: int) -> Link:
    date = _when(found.closed_at or 0, moment)
    words = (
        _("the invitation was cancelled on {date} by {name}").format(date=date, name=safe(found.closed_by))
        if found.closed_by
        else _("the invitation was cancelled on {date}").format(date=date)
    )
    return Link(LinkName.INVITATION, False, words, _again(facts, _("i sends a new one")))


def _queued(found: InvitationFacts, moment: int, has_server: bool) -> Link:
    """It waits in the outbox. Where one was handed over before, its link goes on working."""
    parts = [_("the invitation waits in the outbox")]
    if found.mail_state == "sending":
        parts = [_("the invitation is being handed over")]
    elif found.next_try_at is not None:
        tried = ngettext("tried {n} time", "tried {n} times", found.tries).format(n=found.tries) if found.tries else ""
        parts += [tried] if tried else []
        if found.next_try_at > moment:
            parts.append(_("next try on {date}").format(date=_when(found.next_try_at, moment)))
    if found.error:
        parts.append(_("the server said: {why}").format(why=safe(found.error)))
    where = _("t in the Outbox (6) tries at once")
    if not has_server:
        parts.append(_("no mail server is set"))
        where = _("the settings: [mail] smtp")
    if found.sent_at is None or not found.former_works:
        return Link(LinkName.INVITATION, False, " · ".join(parts), where)
    return Link(LinkName.INVITATION, True, " · ".join([_handed_over(found, moment), *parts]), where)


def _handed_over(found: InvitationFacts, moment: int, *, ends: bool = False) -> str:
    parts = [_("handed over to the mail server on {date}").format(date=_when(found.sent_at or 0, moment))]
    if found.opened_at is not None:
        parts.append(_("link opened on {date}").format(date=_when(found.opened_at, moment)))
    elif ends:
        parts.append(_("link not opened yet"))
    parts += _reminders(found, moment) if ends else []
    if ends and found.expires_at is not None:
        parts.append(_("works until {date}").format(date=_when(found.expires_at, moment)))
    return " · ".join(parts)


def _reminders(found: InvitationFacts, moment: int) -> list[str]:
    """How often they were reminded, and when they will be."""
    parts = []
    if found.reminded and found.reminded_at is not None:
        text = ngettext("reminded on {date}", "reminded {n} times, last on {date}", found.reminded)
        parts.append(text.format(n=found.reminded, date=_when(found.reminded_at, moment)))
    if not found.reminders:
        parts.append(_("no reminders, as the firm chose"))
    elif found.next_reminder is not None:
        parts.append(_("next reminder on {date}").format(date=_when(found.next_reminder, moment)))
    return parts


def _password(facts: Facts, moment: int) -> Link:
    if facts.activated_at is None:
        words = _("no password was chosen yet")
        if not _has_link(facts, moment):
            return Link(LinkName.PASSWORD, False, words, _("the invitation comes first"))
        if facts.invitation is not None and facts.invitation.expires_at is not None:
            until = _("no password was chosen yet; the link for it works until {date}")
            words = until.format(date=_when(facts.invitation.expires_at, moment))
        return Link(LinkName.PASSWORD, False, words, _("the person opens the link in the invitation"))
    words = _("chosen on {date}").format(date=_when(facts.activated_at, moment))
    if facts.reset_until is not None:
        until = _("a link to choose another one works until {date}")
        words += " · " + until.format(date=_when(facts.reset_until, moment))
    return Link(LinkName.PASSWORD, True, words)


def _has_link(facts: Facts, moment: int) -> bool:
    """Whether the person was given a link that works."""
    found = facts.invitation
    if found is None or found.sent_at is None or found.state not in ("queued", "sent", "failed"):
        return False
    if found.state != "sent" and not found.former_works:
        return False
    return found.expires_at is None or found.expires_at > moment


def _pause(facts: Facts, moment: int) -> Link:
    if facts.blocked_until is None:
        return Link(LinkName.PAUSE, True, _("no pause after wrong passwords"))
    words = _("too many wrong passwords: where they came from, they can try again at {time}")
    where = _("it ends by itself, and with a new password (Reset password)")
    return Link(LinkName.PAUSE, False, words.format(time=_time(facts.blocked_until, moment)), where)


def _last_login(facts: Facts, moment: int) -> Link:
    words = _("never") if facts.last_login_at is None else _when(facts.last_login_at, moment)
    return Link(LinkName.LAST_LOGIN, None, words)


def _no_mail(facts: Facts) -> str:
    """What keeps every notification back, or nothing."""
    reasons: tuple[tuple[bool, Callable[[], str]], ...] = (
        (facts.archived, lambda: _("the account is archived")),
        (not facts.notify, lambda: _("NOTIFY is off (o switches it on)")),
        (not facts.writable, lambda: _fault(facts)[0]),
    )
    return next((words() for holds, words in reasons if holds), "")


def _group(facts: Facts, group: NotificationGroup) -> GroupMail:
    why = _no_mail(facts) or (_("the group is off (p switches it on)") if group in facts.off_groups else "")
    return GroupMail(group, not why, why or pgettext("notifications", "sent"))


def _mail_verdict(facts: Facts, groups: tuple[GroupMail, ...]) -> str:
    why = _no_mail(facts)
    if why:
        return _("{address} gets no notifications: {why}.").format(address=safe(facts.address), why=why)
    sent = sum(group.sent for group in groups)
    return ngettext(
        "{address} gets {n} of {total} groups of notifications.",
        "{address} gets {n} of {total} groups of notifications.",
        sent,
    ).format(address=safe(facts.address), n=sent, total=len(groups))


def _time(moment: int, now: int) -> str:
    return f"{local(moment):%H:%M}" if local(moment).date() == local(now).date() else _when(moment, now)
