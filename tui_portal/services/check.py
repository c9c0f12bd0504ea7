"""Is everything in order: the file, the schema, the key, what must always hold, the settings, the mail server."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from tui_portal.domain.errors import PortalError
from tui_portal.domain.invitations import KEY_BYTES
from tui_portal.domain.text import safe
from tui_portal.i18n import _, ngettext
from tui_portal.services import status
from tui_portal.services.certificates import in_words, open_certificate
from tui_portal.services.context import Context, key_file
from tui_portal.services.log_check import check_log
from tui_portal.services.mail_checks import Finding, Level, check_copied_clients, check_mail_settings
from tui_portal.store.migrations import SCHEMA_VERSION, STEPS

_TOLD = 5  # so many rows are named where many are wrong
_MEBIBYTE = 1024 * 1024
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def check(context: Context, *, mail: bool = False, told: Callable[[int], None] | None = None) -> list[Finding]:
    """Look at everything; with `mail` also connect to the mail server. Changes nothing. Raises DatabaseUnusable.

    `told` hears how many entries of the activity log were looked at, which takes longest.
    """
    with context.database.read():
        found = list(_whole(context))
        # A file that is damaged answers no further question.
        damaged = any(finding.level is Level.FAULT for finding in found)
        rows = [] if damaged else [_references, _schema, _invariants, check_copied_clients]
        looks: list[Callable[[Context], Iterator[Finding]]] = [*rows, _room, _key, _settings]
        looks += [check_mail_settings, _certificate]
        found += [finding for look in looks for finding in look(context)]
    found += [] if damaged else check_log(context, told).findings
    return found + (list(_mail_server(context)) if mail else [])


def _whole(context: Context) -> Iterator[Finding]:
    said = [str(line) for (line,) in context.database.rows(f"PRAGMA integrity_check({_TOLD})")]
    if said == ["ok"]:
        yield Finding("integrity", Level.FINE, _("the database file is whole"))
    else:
        words = _("the database file is damaged: {what}. Take the newest backup.")
        yield Finding("integrity", Level.FAULT, words.format(what=safe("; ".join(said))))


def _references(context: Context) -> Iterator[Finding]:
    rows = context.database.rows("PRAGMA foreign_key_check")
    if rows:
        tables = ", ".join(sorted({str(row[0]) for row in rows}))
        words = _("{n} rows point to something that is not there, in {tables}")
        yield Finding("references", Level.FAULT, words.format(n=len(rows), tables=tables))
    else:
        yield Finding("references", Level.FINE, _("every reference leads to its row"))
    yield _mode(context.database.path, "database_mode", _("the database file"))


def _schema(context: Context) -> Iterator[Finding]:
    version = int(context.database.value("PRAGMA user_version"))
    if version != SCHEMA_VERSION:
        words = _("the schema is {theirs}, this program's is {ours}")
        yield Finding("schema", Level.FAULT, words.format(theirs=version, ours=SCHEMA_VERSION))
        return
    theirs, ours = set(context.database.rows(_SCHEMA)), set(_own_schema())
    wrong = sorted({str(row[1]) for row in ours ^ theirs})
    if wrong:
        words = _("the schema is not as this program made it: {names}")
        yield Finding("schema", Level.FAULT, words.format(names=safe(", ".join(wrong[:_TOLD]))))
    else:
        yield Finding("schema", Level.FINE, _("the schema is {version}, and whole").format(version=version))


def _room(context: Context) -> Iterator[Finding]:
    """A full disk stops every change; a backup beside the database needs as much room as it has."""
    path = context.database.path
    free, size = shutil.disk_usage(path.parent).free // _MEBIBYTE, path.stat().st_size // _MEBIBYTE
    values = {"free": f"{free:,}", "size": f"{size:,}", "path": path.parent}
    if free < context.settings.limits.free_mebibytes:
        words = _("only {free} MiB are free on the disk of {path}: once it is full nothing can be changed")
        yield Finding("disk", Level.FAULT, words.format(**values))
    elif free < size:
        words = _(
            "{free} MiB are free on the disk of {path}, less than the {size} MiB of the database: no backup fits there"
        )
        yield Finding("disk", Level.WARNING, words.format(**values))
    else:
        yield Finding("disk", Level.FINE, _("{free} MiB are free on the disk of {path}").format(**values))


def _key(context: Context) -> Iterator[Finding]:
    path = key_file(context.database.path)
    try:
        length = len(context.key)
    except PortalError as error:
        yield Finding("key", Level.FAULT, error.message)
        return
    if length != KEY_BYTES:
        words = _("the key file {path} has {length} bytes, not {most}")
        yield Finding("key", Level.WARNING, words.format(path=path, length=length, most=KEY_BYTES))
    else:
        yield Finding("key", Level.FINE, _("the key that signs links is there"))
    yield _mode(path, "key_mode", _("the key file"))


def _mode(path: Path, about: str, what: str) -> Finding:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & _OTHERS:
        words = _("{what} {path} is open to others (mode {mode}): chmod 600 it")
        return Finding(about, Level.FAULT, words.format(what=what, path=path, mode=f"{mode:03o}"))
    return Finding(about, Level.FINE, _("{what} is its owner's alone").format(what=what))


def _invariants(context: Context) -> Iterator[Finding]:
    found = False
    for about, level, words, select in _rules():
        rows = context.database.rows(f"SELECT shown, count(*) OVER () FROM ({select}) LIMIT {_TOLD}")
        if not rows:
            continue
        found = True
        names = ", ".join(safe(str(shown)) for shown, _count in rows)
        count = int(rows[0][1])
        if count > len(rows):
            more = count - len(rows)
            names = ngettext("{names} and {n} more", "{names} and {n} more", more).format(names=names, n=more)
        yield Finding(about, level, _(": ").join([words, names]))
    if not found:
        yield Finding("rules", Level.FINE, _("invitations, mail and settings agree with each other"))


def _settings(context: Context) -> Iterator[Finding]:
    source = context.settings.source
    words = _("the settings are read from {path}").format(path=source) if source else _("there is no settings file")
    yield Finding("settings", Level.FINE, words)


def _certificate(context: Context) -> Iterator[Finding]:
    try:
        certificate = open_certificate(context.settings, context.clock)
    except PortalError as error:
        yield Finding("certificate", Level.FAULT, error.message)
        return
    if certificate is not None:
        level = Level.WARNING if certificate.warning else Level.FINE
        yield Finding("certificate", level, certificate.warning or in_words(certificate))


def _mail_server(context: Context) -> Iterator[Finding]:
    from tui_portal.mail.handover import open_transport

    try:
        transport = open_transport(context.settings)
        try:
            transport.ready()
        finally:
            transport.close()
    except PortalError as error:
        yield Finding("mail_server", Level.FAULT, error.message)
    else:
        yield Finding("mail_server", Level.FINE, _("the mail server answers"))


_SCHEMA = "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'"


def _own_schema() -> list[tuple[str, str, str]]:
    """The schema as this program makes it."""
    connection = sqlite3.connect(":memory:")
    try:
        for step in STEPS:
            for statement in step:
                connection.execute(statement)
        return connection.execute(_SCHEMA).fetchall()
    finally:
        connection.close()


_MAY_LOG_IN = """EXISTS (
    SELECT 1 FROM contact_settings s CROSS JOIN account a ON a.id = s.account_id
    WHERE s.email_address_id = e.id AND s.login = 1 AND a.archived = 0)"""


def _rules() -> list[tuple[str, Level, str, str]]:
    """What must always hold: a word for programs, how bad it is, the sentence, and the SELECT of what is `shown` as breaking it."""
    return [
        (
            "forsaken_invitations",
            Level.FAULT,
            _("an invitation is open for an address that may log in nowhere, or is active"),
            f"""
            SELECT e.address AS shown FROM invitation i CROSS JOIN email_address e ON e.id = i.email_address_id
            WHERE i.state IN ('queued', 'sent', 'failed') AND NOT {status.IS_PENDING}
            """,
        ),
        (
            "waiting_invitations",
            Level.FAULT,
            _("an invitation waits for a mail that is not there"),
            """
            SELECT e.address AS shown FROM invitation i CROSS JOIN email_address e ON e.id = i.email_address_id
            WHERE i.state = 'queued' AND NOT EXISTS (
                SELECT 1 FROM outbox o WHERE o.invitation_id = i.id AND o.generation = i.generation
                AND o.kind = 'invitation' AND o.state IN ('queued', 'sending'))
            """,
        ),
        (
            "unfounded_mail",
            Level.FAULT,
            _("a mail waits for an invitation that is not open, or was sent again"),
            """
            SELECT e.address AS shown FROM outbox o CROSS JOIN invitation i ON i.id = o.invitation_id
            CROSS JOIN email_address e ON e.id = o.email_address_id
            WHERE o.state = 'queued' AND (i.state NOT IN ('queued', 'sent', 'failed') OR i.generation <> o.generation)
            """,
        ),
        (
            "double_mail",
            Level.FAULT,
            _("two mails wait for one invitation"),
            """
            SELECT e.address AS shown FROM outbox o CROSS JOIN email_address e ON e.id = o.email_address_id
            WHERE o.state IN ('queued', 'sending') AND o.invitation_id IS NOT NULL
            GROUP BY o.invitation_id, o.generation HAVING count(*) > 1
            """,
        ),
        (
            "unfounded_resets",
            Level.FAULT,
            _("a mail waits with a password link that is not open, or is not its reader's"),
            """
            SELECT e.address AS shown FROM outbox o CROSS JOIN password_reset r ON r.id = o.password_reset_id
            CROSS JOIN user u ON u.id = r.user_id CROSS JOIN email_address e ON e.id = o.email_address_id
            WHERE o.password_reset_id IS NOT NULL AND o.state IN ('queued', 'sending')
              AND (u.email_address_id <> o.email_address_id OR o.state = 'queued' AND r.state <> 'open')
            """,
        ),
        (
            "double_resets",
            Level.FAULT,
            _("two mails wait with one password link"),
            """
            SELECT e.address AS shown FROM outbox o CROSS JOIN email_address e ON e.id = o.email_address_id
            WHERE o.state IN ('queued', 'sending') AND o.password_reset_id IS NOT NULL
            GROUP BY o.password_reset_id HAVING count(*) > 1
            """,
        ),
        (
            "unsent_resets",
            Level.FAULT,
            _("a password link is open that no mail was made for"),
            """
            SELECT e.address AS shown FROM password_reset r CROSS JOIN user u ON u.id = r.user_id
            CROSS JOIN email_address e ON e.id = u.email_address_id
            WHERE r.state = 'open' AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.password_reset_id = r.id)
            """,
        ),
        (
            "forsaken_resets",
            Level.FAULT,
            _("a password link is open for a user who may log in nowhere"),
            f"""
            SELECT e.address AS shown FROM password_reset r CROSS JOIN user u ON u.id = r.user_id
            CROSS JOIN email_address e ON e.id = u.email_address_id WHERE r.state = 'open' AND NOT {_MAY_LOG_IN}
            """,
        ),
        (
            "forsaken_sessions",
            Level.FAULT,
            _("a session is open for a user who may log in nowhere"),
            f"""
            SELECT DISTINCT e.address AS shown FROM session n CROSS JOIN user u ON u.id = n.user_id
            CROSS JOIN email_address e ON e.id = u.email_address_id WHERE NOT {_MAY_LOG_IN}
            """,
        ),
        (
            "used_invitations",
            Level.FAULT,
            _("an invitation was used, but there is no user"),
            """
            SELECT e.address AS shown FROM invitation i CROSS JOIN email_address e ON e.id = i.email_address_id
            WHERE i.state = 'used' AND NOT EXISTS (SELECT 1 FROM user u WHERE u.email_address_id = e.id)
            """,
        ),
        (
            "sent_invitations",
            Level.FAULT,
            _("an invitation was sent at no time"),
            """
            SELECT e.address AS shown FROM invitation i CROSS JOIN email_address e ON e.id = i.email_address_id
            WHERE i.state = 'sent' AND i.sent_at IS NULL
            """,
        ),
        (
            "search_index",
            Level.FAULT,
            _("the search index says otherwise than the accounts and their contacts do"),
            """
            SELECT printf('A-%04d', f.id) AS shown FROM account_searched f LEFT JOIN account_search s ON s.id = f.id
            WHERE (s.archived, s.search_key, s.type, s.test, s.contacts, s.words)
                IS NOT (f.archived, f.search_key, f.type, f.test, f.contacts, f.words)
            UNION ALL
            SELECT printf('A-%04d', s.id) FROM account_search s WHERE s.id NOT IN (SELECT id FROM account)
            """,
        ),
        (
            "address_flags",
            Level.WARNING,
            _("the flags of an address say otherwise than its state (`tui-portal check --addresses --all` mends them)"),
            """
            SELECT e.address AS shown FROM email_address e
            WHERE e.check_version > 0 AND (
                (instr(' ' || e.flags || ' ', ' bounced ') > 0) <> (e.validity = 'bouncing')
                OR (instr(' ' || e.flags || ' ', ' suppressed ') > 0) <> e.suppressed
                OR e.validity = 'invalid' AND instr(' ' || e.flags || ' ', ' syntax ') = 0)
            """,
        ),
        (
            "mail_for_suppressed",
            Level.WARNING,
            _("a mail waits for an address that no mail is to go to: it will not be sent"),
            """
            SELECT DISTINCT e.address AS shown FROM email_address e CROSS JOIN outbox o ON o.email_address_id = e.id
            WHERE e.suppressed AND o.state = 'queued'
            """,
        ),
        (
            "switched_on_invalid",
            Level.WARNING,
            _("a switch is on for an address that is not valid"),
            """
            SELECT DISTINCT e.address AS shown FROM email_address e CROSS JOIN contact_settings s ON s.email_address_id = e.id
            WHERE e.validity = 'invalid' AND (s.login OR s.notify OR s.email_sync)
            """,
        ),
    ]
