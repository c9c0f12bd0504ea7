"""All tables of the first release. Times are whole seconds since 1970 in UTC; switches and flags are 0 or 1."""

STATEMENTS = (
    """
    CREATE TABLE firm (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        name TEXT NOT NULL CHECK (trim(name) <> ''),
        language TEXT NOT NULL DEFAULT 'en' CHECK (language IN ('en', 'fr', 'es', 'de', 'ja')),
        fixed_now INTEGER,
        created_at INTEGER NOT NULL,
        epoch INTEGER NOT NULL DEFAULT 0 CHECK (epoch >= 0)
    ) STRICT
    """,
    """
    CREATE TABLE staff (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        login TEXT NOT NULL UNIQUE CHECK (trim(login) <> ''),
        name TEXT NOT NULL CHECK (trim(name) <> ''),
        email TEXT NOT NULL,
        role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'employee')),
        language TEXT CHECK (language IN ('en', 'fr', 'es', 'de', 'ja')),
        manage_accounts INTEGER NOT NULL DEFAULT 0 CHECK (manage_accounts IN (0, 1)),
        view_all INTEGER NOT NULL DEFAULT 1 CHECK (view_all IN (0, 1)),
        active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
        created_at INTEGER NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE account (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL CHECK (trim(name) <> ''),
        search_key TEXT NOT NULL,
        type TEXT NOT NULL CHECK (type IN ('individual', 'family', 'company', 'other')),
        archived INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1)),
        test INTEGER NOT NULL DEFAULT 0 CHECK (test IN (0, 1)),
        version INTEGER NOT NULL DEFAULT 1,
        created_at INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX account_by_id ON account (archived, id)",
    # With what a filter asks of every account, so that the list in its usual order is read from this index alone.
    "CREATE INDEX account_by_name ON account (archived, search_key, id, type, test)",
    "CREATE INDEX account_by_type ON account (archived, type, search_key, id)",
    "CREATE INDEX account_by_search_key ON account (search_key)",
    # Who of the staff is responsible for an account. Whoever has no right to view all accounts sees only these.
    """
    CREATE TABLE account_staff (
        account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
        staff_id INTEGER NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
        PRIMARY KEY (account_id, staff_id)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX account_staff_by_staff ON account_staff (staff_id, account_id)",
    """
    CREATE TABLE tag (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL COLLATE NOCASE UNIQUE CHECK (trim(name) <> '')
    ) STRICT
    """,
    """
    CREATE TABLE account_tag (
        account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
        tag_id INTEGER NOT NULL REFERENCES tag (id) ON DELETE CASCADE,
        PRIMARY KEY (account_id, tag_id)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX account_tag_by_tag ON account_tag (tag_id, account_id)",
    """
    CREATE TABLE contact (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL CHECK (trim(name) <> ''),
        first_name TEXT NOT NULL DEFAULT '',
        last_name TEXT NOT NULL DEFAULT '',
        company TEXT NOT NULL DEFAULT '',
        phone TEXT NOT NULL DEFAULT '',
        language TEXT CHECK (language IN ('en', 'fr', 'es', 'de', 'ja')),
        search_key TEXT NOT NULL,
        version INTEGER NOT NULL DEFAULT 1,
        created_at INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX contact_by_search_key ON contact (search_key, id)",
    """
    CREATE TABLE account_contact (
        account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
        contact_id INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
        position INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (account_id, contact_id)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX account_contact_by_contact ON account_contact (contact_id, account_id)",
    """
    CREATE TABLE email_address (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        address TEXT NOT NULL CHECK (address <> ''),
        canonical TEXT NOT NULL UNIQUE,
        validity TEXT NOT NULL CHECK (validity IN ('valid', 'suspect', 'invalid', 'bouncing')),
        reason TEXT NOT NULL DEFAULT '',
        checked_at INTEGER NOT NULL,
        flags TEXT NOT NULL DEFAULT '',
        check_version INTEGER NOT NULL DEFAULT 0,
        domain_checked_at INTEGER,
        suppressed INTEGER NOT NULL DEFAULT 0 CHECK (suppressed IN (0, 1))
    ) STRICT
    """,
    # Those that `tui-portal check --addresses` has to look at again.
    "CREATE INDEX email_address_by_check ON email_address (check_version, id)",
    "CREATE INDEX email_address_refused ON email_address (id) WHERE validity IN ('invalid', 'bouncing')",
    # Those few that finding without accents has to look at one by one.
    "CREATE INDEX email_address_foreign ON email_address (id) WHERE address GLOB '*[^ -~]*'",
    """
    CREATE TABLE contact_email (
        contact_id INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
        email_address_id INTEGER NOT NULL REFERENCES email_address (id),
        label TEXT NOT NULL,
        position INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (contact_id, email_address_id)
    ) STRICT, WITHOUT ROWID
    """,
    # The names that the firm gives to the e-mail addresses of its contacts, in the order in which they are offered.
    """
    CREATE TABLE email_field (
        name TEXT PRIMARY KEY COLLATE NOCASE CHECK (trim(name) <> ''),
        position INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID
    """,
    "INSERT INTO email_field (name, position) VALUES ('Email', 1), ('Work email', 2), ('Private email', 3)",
    "CREATE INDEX contact_email_by_address ON contact_email (email_address_id, contact_id)",
    """
    CREATE TABLE contact_settings (
        account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
        email_address_id INTEGER NOT NULL REFERENCES email_address (id),
        login INTEGER NOT NULL DEFAULT 0 CHECK (login IN (0, 1)),
        notify INTEGER NOT NULL DEFAULT 0 CHECK (notify IN (0, 1)),
        email_sync INTEGER NOT NULL DEFAULT 0 CHECK (email_sync IN (0, 1)),
        version INTEGER NOT NULL DEFAULT 1,
        PRIMARY KEY (account_id, email_address_id)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX contact_settings_by_address ON contact_settings (email_address_id, account_id)",
    """
    CREATE TABLE notification_preference (
        account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
        email_address_id INTEGER NOT NULL REFERENCES email_address (id),
        group_name TEXT NOT NULL CHECK (group_name IN (
            'file_uploads', 'signature_requests', 'approvals', 'chats_and_tasks', 'proposals', 'organizers',
            'invoices_and_payments')),
        enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
        PRIMARY KEY (account_id, email_address_id, group_name)
    ) STRICT, WITHOUT ROWID
    """,
    # `language` is the one that they chose in the portal, empty for the browser's; without one their contact's holds.
    """
    CREATE TABLE user (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        email_address_id INTEGER NOT NULL UNIQUE REFERENCES email_address (id),
        password_hash TEXT NOT NULL CHECK (password_hash <> ''),
        activated_at INTEGER NOT NULL,
        last_login_at INTEGER,
        language TEXT CHECK (language IN ('', 'en', 'fr', 'es', 'de', 'ja'))
    ) STRICT
    """,
    "CREATE INDEX user_by_last_login ON user (last_login_at, email_address_id) WHERE last_login_at IS NOT NULL",
    """
    CREATE TABLE session (
        id_hash BLOB PRIMARY KEY,
        user_id INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
        created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        bar_closed INTEGER NOT NULL DEFAULT 0 CHECK (bar_closed IN (0, 1))
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX session_by_user ON session (user_id)",
    # When a user last looked at what is new in an account, in the portal: what came after `at` is new to them; during the
    # session in which they looked, so is what came after `new_since`.
    """
    CREATE TABLE account_visit (
        user_id INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
        account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
        at INTEGER NOT NULL,
        new_since INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (user_id, account_id)
    ) STRICT, WITHOUT ROWID
    """,
    # Wrong passwords for an address that is known here; they are kept here so that every process sees them. `place` is a mark of
    # the network or of the browser that they came from; empty: from all browsers together that were never logged in with it.
    """
    CREATE TABLE login_attempt (
        email_address_id INTEGER NOT NULL REFERENCES email_address (id) ON DELETE CASCADE,
        place TEXT NOT NULL,
        tries INTEGER NOT NULL CHECK (tries >= 1),
        last_at INTEGER NOT NULL,
        PRIMARY KEY (email_address_id, place)
    ) STRICT, WITHOUT ROWID
    """,
    # A link works while live_generation <= its generation <= generation and the invitation is open: a resend raises
    # `generation` at once and `live_generation` only when the new mail has been handed over. `reminded` counts the reminders of
    # its present mail; `reminders` is 0 where staff want none for this person; `reminder_step` is how many of the firm's
    # reminder days are behind its present mail, whatever came of them.
    """
    CREATE TABLE invitation (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        email_address_id INTEGER NOT NULL REFERENCES email_address (id),
        generation INTEGER NOT NULL DEFAULT 1 CHECK (generation >= 1),
        live_generation INTEGER NOT NULL DEFAULT 1 CHECK (live_generation BETWEEN 1 AND generation),
        state TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'failed', 'used', 'withdrawn')),
        message TEXT NOT NULL DEFAULT '',
        invited_by_staff_id INTEGER REFERENCES staff (id),
        invited_by_user_id INTEGER REFERENCES user (id),
        created_at INTEGER NOT NULL,
        sent_at INTEGER,
        expires_at INTEGER,
        closed_at INTEGER,
        failure TEXT NOT NULL DEFAULT '',
        opened_at INTEGER,
        reminders INTEGER NOT NULL DEFAULT 1 CHECK (reminders IN (0, 1)),
        reminded INTEGER NOT NULL DEFAULT 0,
        reminded_at INTEGER,
        reminder_step INTEGER NOT NULL DEFAULT 0,
        CHECK ((state IN ('used', 'withdrawn')) = (closed_at IS NOT NULL))
    ) STRICT
    """,
    """
    CREATE UNIQUE INDEX invitation_open ON invitation (email_address_id)
    WHERE state IN ('queued', 'sent', 'failed')
    """,
    "CREATE INDEX invitation_by_address ON invitation (email_address_id, id)",
    "CREATE INDEX invitation_by_state ON invitation (state, sent_at)",
    "CREATE INDEX invitation_to_remind ON invitation (reminder_step, sent_at) WHERE state = 'sent' AND reminders = 1",
    # A person whom a client wants to have let in to their account. Where the firm wants to be asked it is open until staff
    # approve or refuse it; a mailbox has at most one that is open in an account.
    """
    CREATE TABLE access_request (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
        email_address_id INTEGER NOT NULL REFERENCES email_address (id),
        user_id INTEGER NOT NULL REFERENCES user (id),
        name TEXT NOT NULL CHECK (trim(name) <> ''),
        note TEXT NOT NULL DEFAULT '',
        language TEXT CHECK (language IN ('en', 'fr', 'es', 'de', 'ja')),
        state TEXT NOT NULL CHECK (state IN ('open', 'approved', 'refused', 'withdrawn')),
        staff_id INTEGER REFERENCES staff (id),
        created_at INTEGER NOT NULL,
        closed_at INTEGER,
        CHECK ((state = 'open') = (closed_at IS NULL))
    ) STRICT
    """,
    """
    CREATE UNIQUE INDEX access_request_open ON access_request (email_address_id, account_id) WHERE state = 'open'
    """,
    "CREATE INDEX access_request_by_account ON access_request (account_id, id)",
    "CREATE INDEX access_request_by_user ON access_request (user_id, created_at)",
    # A link by which a user chooses another password. At most one of a user is open; a new one closes the former.
    """
    CREATE TABLE password_reset (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        user_id INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
        state TEXT NOT NULL CHECK (state IN ('open', 'used', 'withdrawn')),
        requested_by_staff_id INTEGER REFERENCES staff (id),
        created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        closed_at INTEGER,
        CHECK ((state = 'open') = (closed_at IS NULL))
    ) STRICT
    """,
    "CREATE UNIQUE INDEX password_reset_open ON password_reset (user_id) WHERE state = 'open'",
    # What the firm keeps to begin a personalized message with.
    """
    CREATE TABLE saved_message (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL COLLATE NOCASE UNIQUE CHECK (trim(name) <> ''),
        message TEXT NOT NULL CHECK (trim(message) <> ''),
        position INTEGER NOT NULL DEFAULT 0
    ) STRICT
    """,
    # An address that was changed after its user had activated: the old one keeps its access until the new one is active.
    # Which step comes next is derived from what holds now.
    """
    CREATE TABLE address_change (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        contact_id INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
        old_email_address_id INTEGER NOT NULL REFERENCES email_address (id),
        new_email_address_id INTEGER NOT NULL REFERENCES email_address (id),
        staff_id INTEGER REFERENCES staff (id),
        started_at INTEGER NOT NULL,
        closed_at INTEGER,
        CHECK (old_email_address_id <> new_email_address_id)
    ) STRICT
    """,
    "CREATE UNIQUE INDEX address_change_open ON address_change (old_email_address_id, contact_id) WHERE closed_at IS NULL",
    """
    CREATE TABLE outbox (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL CHECK (kind IN (
            'invitation', 'reminder', 'access_notice', 'password_reset', 'password_changed')),
        email_address_id INTEGER NOT NULL REFERENCES email_address (id),
        account_id INTEGER REFERENCES account (id),
        invitation_id INTEGER REFERENCES invitation (id),
        generation INTEGER,
        password_reset_id INTEGER REFERENCES password_reset (id),
        recipient_name TEXT NOT NULL DEFAULT '',
        language TEXT NOT NULL CHECK (language IN ('en', 'fr', 'es', 'de', 'ja')),
        message TEXT NOT NULL DEFAULT '',
        message_id TEXT NOT NULL UNIQUE,
        state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'withdrawn')),
        attempts INTEGER NOT NULL DEFAULT 0,
        next_try_at INTEGER NOT NULL,
        lease_owner TEXT,
        lease_until INTEGER,
        error TEXT NOT NULL DEFAULT '',
        created_at INTEGER NOT NULL,
        sent_at INTEGER,
        CHECK ((kind IN ('invitation', 'reminder')) = (invitation_id IS NOT NULL)),
        CHECK ((invitation_id IS NULL) = (generation IS NULL)),
        CHECK ((kind = 'password_reset') = (password_reset_id IS NOT NULL)),
        CHECK ((state = 'sending') = (lease_owner IS NOT NULL))
    ) STRICT
    """,
    "CREATE INDEX outbox_waiting ON outbox (next_try_at, id) WHERE state IN ('queued', 'sending')",
    "CREATE INDEX outbox_by_state ON outbox (state, id)",
    "CREATE INDEX outbox_by_address ON outbox (email_address_id, id)",
    "CREATE INDEX outbox_by_password_reset ON outbox (password_reset_id) WHERE password_reset_id IS NOT NULL",
    "CREATE INDEX outbox_by_invitation ON outbox (invitation_id, generation)",
    # Copies of the clients' mail for the firm's own people, from the moment in which the client's was taken. What they say is
    # kept as long as it is to be sent.
    """
    CREATE TABLE outbox_copy (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        outbox_id INTEGER NOT NULL REFERENCES outbox (id) ON DELETE CASCADE,
        address TEXT NOT NULL CHECK (address <> ''),
        content BLOB,
        state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'withdrawn')),
        attempts INTEGER NOT NULL DEFAULT 0,
        next_try_at INTEGER NOT NULL,
        lease_owner TEXT,
        lease_until INTEGER,
        error TEXT NOT NULL DEFAULT '',
        created_at INTEGER NOT NULL,
        sent_at INTEGER,
        UNIQUE (outbox_id, address),
        CHECK ((state = 'sending') = (lease_owner IS NOT NULL)),
        CHECK ((state IN ('queued', 'sending')) = (content IS NOT NULL))
    ) STRICT
    """,
    "CREATE INDEX outbox_copy_waiting ON outbox_copy (next_try_at, id) WHERE state IN ('queued', 'sending')",
    "CREATE INDEX outbox_copy_by_state ON outbox_copy (state, id)",
    # One change of a staff member, which can be taken back as one. What it wrote in the log and in the outbox are the rows
    # after *_from up to *_to: nobody else writes in between. `undone_log` is the entry that says that it was taken back. `details` is what was wished, `skipped` what was left out, `images`
    # the rows that an edit changed, as they were and as it left them.
    """
    CREATE TABLE operation (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,
        staff_id INTEGER NOT NULL REFERENCES staff (id),
        kind TEXT NOT NULL CHECK (kind IN ('access', 'tags', 'archive', 'activate', 'edit', 'invite', 'cancel', 'assign', 'staff', 'reminders')),
        details TEXT NOT NULL DEFAULT '{}',
        skipped TEXT NOT NULL DEFAULT '[]',
        images TEXT NOT NULL DEFAULT '[]',
        log_from INTEGER NOT NULL,
        log_to INTEGER NOT NULL,
        mail_from INTEGER NOT NULL,
        mail_to INTEGER NOT NULL,
        undone_at INTEGER,
        undone_log INTEGER,
        CHECK ((undone_at IS NULL) = (undone_log IS NULL))
    ) STRICT
    """,
    "CREATE INDEX operation_by_staff ON operation (staff_id, id)",
    """
    CREATE TABLE activity (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,
        staff_id INTEGER REFERENCES staff (id),
        user_id INTEGER REFERENCES user (id),
        origin TEXT NOT NULL DEFAULT '',
        kind TEXT NOT NULL,
        account_id INTEGER,
        contact_id INTEGER,
        email_address_id INTEGER,
        before TEXT NOT NULL DEFAULT '{}',
        after TEXT NOT NULL DEFAULT '{}',
        operation_id INTEGER REFERENCES operation (id)
    ) STRICT
    """,
    "CREATE INDEX activity_by_account ON activity (account_id, id)",
    # What belongs to an account by its addresses, contacts and users; most entries name the account and are not in these.
    "CREATE INDEX activity_by_address ON activity (email_address_id, id) WHERE account_id IS NULL",
    "CREATE INDEX activity_by_contact ON activity (contact_id, id) WHERE account_id IS NULL AND contact_id IS NOT NULL",
    # What a staff member did, and when they were last seen.
    "CREATE INDEX activity_by_staff ON activity (staff_id, id) WHERE staff_id IS NOT NULL",
    "CREATE INDEX activity_by_user ON activity (user_id, id) WHERE user_id IS NOT NULL",
    """
    CREATE TRIGGER activity_is_not_changed BEFORE UPDATE ON activity
    BEGIN SELECT raise(ABORT, 'the activity log is append-only'); END
    """,
    """
    CREATE TRIGGER activity_is_not_deleted BEFORE DELETE ON activity
    BEGIN SELECT raise(ABORT, 'the activity log is append-only'); END
    """,
    # The hash chain of the log (store/seals.py): each seal is over the entries behind the one before, up to `last_id`. `late`
    # are entries that were found without a seal; `mac` is NULL where the key was not there.
    """
    CREATE TABLE activity_seal (
        last_id INTEGER PRIMARY KEY,
        entries INTEGER NOT NULL CHECK (entries >= 1),
        late INTEGER NOT NULL CHECK (late IN (0, 1)),
        hash BLOB NOT NULL CHECK (length(hash) = 32),
        mac BLOB CHECK (length(mac) = 16),
        marks BLOB NOT NULL
    ) STRICT
    """,
    """
    CREATE TRIGGER activity_seal_is_not_changed BEFORE UPDATE ON activity_seal
    BEGIN SELECT raise(ABORT, 'the activity log is append-only'); END
    """,
    """
    CREATE TRIGGER activity_seal_is_not_deleted BEFORE DELETE ON activity_seal
    BEGIN SELECT raise(ABORT, 'the activity log is append-only'); END
    """,
    """
    CREATE TABLE saved_view (
        id INTEGER PRIMARY KEY,
        staff_id INTEGER NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
        list TEXT NOT NULL,
        name TEXT NOT NULL CHECK (trim(name) <> ''),
        filter TEXT NOT NULL DEFAULT '',
        sort TEXT NOT NULL DEFAULT '',
        UNIQUE (staff_id, list, name)
    ) STRICT
    """,
    # What a staff member has chosen for themselves, such as the columns of a list; the value is JSON.
    """
    CREATE TABLE staff_setting (
        staff_id INTEGER NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (staff_id, name)
    ) STRICT, WITHOUT ROWID
    """,
    # Who has an account open now, in which process, until when that holds without word of them.
    """
    CREATE TABLE presence (
        account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
        staff_id INTEGER NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
        owner TEXT NOT NULL,
        until INTEGER NOT NULL,
        PRIMARY KEY (account_id, owner)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX presence_by_owner ON presence (owner)",
    """
    CREATE TABLE lease (
        name TEXT PRIMARY KEY,
        owner TEXT NOT NULL,
        until INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
)
