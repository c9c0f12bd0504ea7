"""Why can or can't they log in: the chain names the right link for people of the demo firm, in words that tell what to do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tui_portal.config import Settings
from tui_portal.demo import DEMO_NOW, demo_settings, make_demo
from tui_portal.domain.errors import NotFound
from tui_portal.domain.notifications import NotificationGroup
from tui_portal.services.access import find_address
from tui_portal.services.address_checks import clear_bounce, suppress_address
from tui_portal.services.context import Context, open_context
from tui_portal.services.notifications import recipients
from tui_portal.services.reasons import Explanation, LinkName, explain


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    folder = tmp_path_factory.mktemp("demo")
    context = make_demo(folder / "demo.sqlite3", owner_login="olga", settings=demo_settings(folder))
    yield context
    context.database.close()


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Context]:
    """A demo firm of the test's own, to be changed."""
    context = make_demo(tmp_path / "demo.sqlite3", owner_login="olga", settings=demo_settings(tmp_path))
    yield context
    context.database.close()


def why(context: Context, account: int, address: str) -> Explanation:
    return explain(context, account, find_address(context, address))


@pytest.mark.parametrize(
    ("account", "address", "broken", "words"),
    [
        (1, "katrin@adler-apotheke.example", None, ""),
        (31, "old@dupont.example", None, ""),
        (12, "amelie@brasserie-marche.example", LinkName.LOGIN, "LOGIN is off"),
        (31, "zoe@dupont.example", LinkName.INVITATION, "no invitation was sent yet"),
        (31, "elodie@dupont.example", LinkName.PASSWORD, "no password was chosen yet; the link for it works until 26 Nov 09:40"),
        (7, "carla.dangelo@mailbox.example", LinkName.INVITATION, "the invitation has expired on 28 Sep"),
        (8, "marco@rosso.example", LinkName.INVITATION, "554 5.7.1 Message refused by the policy of rosso.example"),
        (30, "ingrid@sorensen.example", LinkName.INVITATION, "the invitation was cancelled on 29 Oct 08:35 by Max Admin"),
        (69, "taro@yamada.example", LinkName.ADDRESS, "the receiving server refused the address for good"),
        (31, "elodie@dupont", LinkName.ADDRESS, "the address is not valid: the domain has no dot"),
        (15, "hanh.nguyen@mailbox.example", LinkName.INVITATION, "waits in the outbox · tried 2 times · next try on 12 Nov 12:05"),
        (22, "i.caron@lefevre-associes.example", LinkName.PASSWORD, "no password was chosen yet; the link for it works until"),
        (63, "gloria@sunset-motel.example", LinkName.ACCOUNT, "the account is archived"),
        (64, "hp.schmitt@posthaus.example", LinkName.ACCOUNT, "the account is archived"),
        (53, "jb.ndiaye@courriel.example", LinkName.PASSWORD, "no password was chosen yet"),
        (60, "empfang@praxis-kroeger.local", LinkName.PASSWORD, "no password was chosen yet"),
        (48, "patel.family@mailbox.example", None, ""),
        (47, "patel.family@mailbox.example", LinkName.LOGIN, "LOGIN is off"),
    ],
)  # fmt: skip
def test_the_verdict_names_the_first_link_that_does_not_hold(
    original: Context, account: int, address: str, broken: LinkName | None, words: str
) -> None:
    found = why(original, account, address)

    assert found.broken is broken
    assert found.can_log_in is (broken is None)
    assert found.verdict.startswith(f"{address} can log in to" if broken is None else f"{address} can't log in")
    assert words in found.verdict
    assert [link.name for link in found.links] == list(LinkName)
    if broken is not None:
        assert found.link(broken).ok is False
        assert found.link(broken).where
        before = found.links[: list(LinkName).index(broken)]
        assert all(link.ok is not False for link in before)


def test_somebody_who_may_log_in_is_told_how_they_came_to_it(original: Context) -> None:
    found = why(original, 1, "katrin@adler-apotheke.example")
    assert [link.ok for link in found.links] == [True, True, True, True, True, True, True, None]
    assert found.link(LinkName.LOGIN).words == "LOGIN is on since 14 Jan 2019 by Olga Owner"
    assert found.link(LinkName.CONTACT).words == "it is an address of Katrin Adler"
    assert found.link(LinkName.PASSWORD).words == "chosen on 14 Jan 2019"
    assert found.link(LinkName.LAST_LOGIN).words == "12 Nov 08:41"


def test_login_that_cant_be_switched_on_is_not_what_has_to_be_changed_first(original: Context) -> None:
    link = why(original, 31, "elodie@dupont").link(LinkName.LOGIN)
    assert link.ok is None
    assert "can't be switched on" in link.words


def test_an_unlinked_address_keeps_its_access_and_it_is_said(original: Context) -> None:
    link = why(original, 31, "old@dupont.example").link(LinkName.CONTACT)
    assert link.ok is None
    assert "unlinked" in link.words
    assert "(l)" in link.where


def test_a_link_that_was_opened_and_not_used_is_told(original: Context) -> None:
    opened = why(original, 47, "priya@patel-pharmacy.example").link(LinkName.INVITATION)
    assert opened.ok is True
    assert "link opened on 31 Oct 19:22" in opened.words
    assert "link not opened yet" in why(original, 31, "elodie@dupont.example").link(LinkName.INVITATION).words


def test_a_resend_that_waits_leaves_the_former_link_working(original: Context) -> None:
    link = why(original, 22, "i.caron@lefevre-associes.example").link(LinkName.INVITATION)
    assert link.ok is True
    assert "handed over to the mail server on 2 Nov 09:06" in link.words
    assert "tried 3 times" in link.words
    assert "Greylisted" in link.words


def test_a_suspect_address_can_get_mail_and_its_flags_are_told(original: Context) -> None:
    link = why(original, 60, "empfang@praxis-kroeger.local").link(LinkName.ADDRESS)
    assert link.ok is True
    assert "suspect: the domain does not exist on the public network" in link.words
    assert "checked on 9 Oct 2023" in link.words
    assert "letters beyond ASCII" in why(original, 16, "kontakt@müller-spedition.example").link(LinkName.ADDRESS).words


def test_who_tried_too_many_passwords_waits_and_is_told_until_when(demo: Context) -> None:
    address = find_address(demo, "katrin@adler-apotheke.example")
    limits = demo.settings.limits

    def tried(times: int, last: int) -> Explanation:
        with demo.database.write():
            demo.database.execute(
                "INSERT OR REPLACE INTO login_attempt VALUES (?, 'here', ?, ?)", [address, times, last]
            )
        return explain(demo, 1, address)

    assert tried(limits.login_attempts - 1, DEMO_NOW).can_log_in
    blocked = tried(limits.login_attempts + 10, DEMO_NOW - 60)
    assert blocked.broken is LinkName.PAUSE
    assert "try again at 12:04" in blocked.verdict
    assert tried(limits.login_attempts + 10, DEMO_NOW - limits.login_pause_seconds).can_log_in


def test_what_the_staff_say_about_the_address_changes_the_answer(demo: Context) -> None:
    taro = find_address(demo, "taro@yamada.example")
    clear_bounce(demo, taro)
    assert explain(demo, 69, taro).broken is LinkName.INVITATION

    zoe = find_address(demo, "zoe@dupont.example")
    suppress_address(demo, zoe, True)
    found = explain(demo, 31, zoe)
    assert found.broken is LinkName.ADDRESS
    assert "no mail is to go there" in found.verdict
    assert found.suppressed

    katrin = find_address(demo, "katrin@adler-apotheke.example")
    suppress_address(demo, katrin, True)
    found = explain(demo, 1, katrin)
    assert found.can_log_in
    assert "logging in needs no mail" in found.link(LinkName.ADDRESS).words
    assert not any(group.sent for group in found.groups)


def test_a_cancelled_invitation_of_who_cancelled_nobody_knows(demo: Context) -> None:
    with demo.database.write():
        demo.database.execute(
            "INSERT INTO invitation (email_address_id, state, created_at, closed_at) SELECT id, 'withdrawn', 1, ? "
            "FROM email_address WHERE canonical = 'zoe@dupont.example'",
            [DEMO_NOW - 3600],
        )
    assert why(demo, 31, "zoe@dupont.example").verdict.endswith("the invitation was cancelled on 12 Nov 11:00.")


def test_without_a_mail_server_the_waiting_invitation_says_so(original: Context) -> None:
    bare = open_context(original.database.path, Settings())
    link = why(bare, 15, "hanh.nguyen@mailbox.example").link(LinkName.INVITATION)
    assert "no mail server is set" in link.words
    assert "[mail] smtp" in link.where
    bare.database.close()


def test_the_notifications_are_those_that_would_be_sent(original: Context) -> None:
    """Told and done are the same, for every address of every account."""
    kinds = {group: group.kinds[0] for group in NotificationGroup}
    pairs = original.database.rows("SELECT account_id, email_address_id FROM contact_settings WHERE account_id < 40")
    for account, address in pairs:
        found = explain(original, account, address)
        for group in found.groups:
            sent = {recipient.id for recipient in recipients(original, account, kinds[group.group])}
            assert group.sent is (address in sent), (account, address, group)


@pytest.mark.parametrize(
    ("account", "address", "verdict"),
    [
        (31, "elodie@dupont.example", "elodie@dupont.example gets 6 of 7 groups of notifications."),
        (31, "old@dupont.example", "old@dupont.example gets no notifications: NOTIFY is off (o switches it on)."),
        (65, "odile@imprimerie-vasseur.example", "odile@imprimerie-vasseur.example gets no notifications: the account is archived."),
        (26, "office@greenfield-farms.example", "office@greenfield-farms.example gets no notifications: no mail is to go there, by the firm's wish or theirs."),
    ],
)  # fmt: skip
def test_which_notifications_they_get_and_why_not(original: Context, account: int, address: str, verdict: str) -> None:
    found = why(original, account, address)
    assert found.mail_verdict == verdict
    off = [group.group for group in found.groups if not group.sent]
    assert len(off) == (1 if "6 of 7" in verdict else 7)
    assert all(group.words for group in found.groups)


def test_further_accounts_are_counted_without_the_archived_ones(original: Context) -> None:
    assert why(original, 1, "renate.vogt@kontor-vogt.example").others == 4
    assert why(original, 64, "hp.schmitt@posthaus.example").others == 0
    assert "4 further accounts" in why(original, 1, "renate.vogt@kontor-vogt.example").others_in_words


def test_an_address_that_is_not_in_the_account_is_not_explained(original: Context) -> None:
    with pytest.raises(NotFound, match=r"zoe@dupont.example is not in A-0001"):
        why(original, 1, "zoe@dupont.example")
    with pytest.raises(NotFound):
        explain(original, 4711, 1)
    with pytest.raises(NotFound):
        explain(original, 1, 47110)


def test_every_address_of_the_demo_gets_an_answer_that_agrees_with_the_portal(original: Context) -> None:
    """Who can log in is who has a password and LOGIN in an account that is open, and nobody else."""
    for account, address in original.database.rows(
        """
        SELECT account_id, email_address_id FROM contact_settings UNION
        SELECT ac.account_id, ce.email_address_id FROM account_contact ac JOIN contact_email ce USING (contact_id)
        """
    ):
        found = explain(original, account, address)
        may = original.database.value(
            """
            SELECT EXISTS (SELECT 1 FROM contact_settings s JOIN account a ON a.id = s.account_id JOIN user u USING (email_address_id)
                WHERE s.account_id = ? AND s.email_address_id = ? AND s.login AND NOT a.archived)
            """,
            [account, address],
        )
        assert found.can_log_in is bool(may), found.verdict
        assert "{" not in found.verdict + "".join(link.words + link.where for link in found.links)
