"""The search index of the first release, and what keeps it up."""

STATEMENTS = (
    # The search index: one row an account, in the order of the list, with the number of its contacts and their names and
    # addresses. Like any index it holds nothing of its own: the view says what a row must be, the triggers keep it so, and
    # `tui-portal check` compares. An account that is being deleted loses its links first, when the view has lost it already:
    # then there is nothing to update.
    """
    CREATE TABLE account_search (
        archived INTEGER NOT NULL,
        search_key TEXT NOT NULL,
        id INTEGER NOT NULL UNIQUE,
        type TEXT NOT NULL,
        test INTEGER NOT NULL,
        contacts INTEGER NOT NULL,
        words TEXT NOT NULL,
        PRIMARY KEY (archived, search_key, id)
    ) STRICT, WITHOUT ROWID
    """,
    # With what a filter asks of every account, as account_by_name.
    "CREATE INDEX account_search_by_contacts ON account_search (archived, contacts, search_key, id, type, test)",
    """
    CREATE VIEW account_searched AS
    SELECT a.archived, a.search_key, a.id, a.type, a.test,
        (SELECT count(*) FROM account_contact ac WHERE ac.account_id = a.id) AS contacts,
        a.search_key || coalesce((
        SELECT group_concat(char(10) || c.search_key || coalesce((
            SELECT group_concat(
                char(10) || e.canonical || iif(lower(e.address) = e.canonical, '', char(10) || lower(e.address)), '')
            FROM contact_email ce CROSS JOIN email_address e ON e.id = ce.email_address_id
            WHERE ce.contact_id = c.id), ''), '')
        FROM account_contact ac CROSS JOIN contact c ON c.id = ac.contact_id WHERE ac.account_id = a.id), '') AS words
    FROM account a
    """,
    """
    CREATE TRIGGER search_account_added AFTER INSERT ON account
    BEGIN INSERT INTO account_search SELECT * FROM account_searched WHERE id = NEW.id; END
    """,
    """
    CREATE TRIGGER search_account_changed AFTER UPDATE OF archived, type, test ON account
    WHEN OLD.id = NEW.id AND OLD.search_key = NEW.search_key
    BEGIN
        UPDATE account_search SET archived = NEW.archived, type = NEW.type, test = NEW.test WHERE id = NEW.id;
    END
    """,
    """
    CREATE TRIGGER search_account_renamed AFTER UPDATE OF id, search_key ON account
    WHEN OLD.id <> NEW.id OR OLD.search_key <> NEW.search_key
    BEGIN
        DELETE FROM account_search WHERE id = OLD.id;
        INSERT INTO account_search SELECT * FROM account_searched WHERE id = NEW.id;
    END
    """,
    """
    CREATE TRIGGER search_account_deleted AFTER DELETE ON account
    BEGIN DELETE FROM account_search WHERE id = OLD.id; END
    """,
    """
    CREATE TRIGGER search_contact_linked AFTER INSERT ON account_contact
    BEGIN
        UPDATE account_search SET contacts = f.contacts, words = f.words FROM account_searched f
        WHERE f.id = account_search.id AND f.id = NEW.account_id;
    END
    """,
    """
    CREATE TRIGGER search_contact_unlinked AFTER DELETE ON account_contact
    BEGIN
        UPDATE account_search SET contacts = f.contacts, words = f.words FROM account_searched f
        WHERE f.id = account_search.id AND f.id = OLD.account_id;
    END
    """,
    """
    CREATE TRIGGER search_contact_relinked AFTER UPDATE OF account_id, contact_id ON account_contact
    BEGIN
        UPDATE account_search SET contacts = f.contacts, words = f.words FROM account_searched f
        WHERE f.id = account_search.id AND f.id IN (OLD.account_id, NEW.account_id);
    END
    """,
    """
    CREATE TRIGGER search_contact_renamed AFTER UPDATE OF search_key ON contact WHEN OLD.search_key <> NEW.search_key
    BEGIN
        UPDATE account_search SET words = f.words FROM account_searched f
        WHERE f.id = account_search.id AND f.id IN (SELECT account_id FROM account_contact WHERE contact_id = NEW.id);
    END
    """,
    """
    CREATE TRIGGER search_address_added AFTER INSERT ON contact_email
    BEGIN
        UPDATE account_search SET words = f.words FROM account_searched f
        WHERE f.id = account_search.id AND f.id IN (SELECT account_id FROM account_contact WHERE contact_id = NEW.contact_id);
    END
    """,
    """
    CREATE TRIGGER search_address_removed AFTER DELETE ON contact_email
    BEGIN
        UPDATE account_search SET words = f.words FROM account_searched f
        WHERE f.id = account_search.id AND f.id IN (SELECT account_id FROM account_contact WHERE contact_id = OLD.contact_id);
    END
    """,
    """
    CREATE TRIGGER search_address_moved AFTER UPDATE OF contact_id, email_address_id ON contact_email
    BEGIN
        UPDATE account_search SET words = f.words FROM account_searched f
        WHERE f.id = account_search.id AND f.id IN (SELECT account_id FROM account_contact WHERE contact_id IN (OLD.contact_id, NEW.contact_id));
    END
    """,
    """
    CREATE TRIGGER search_address_rewritten AFTER UPDATE OF address, canonical ON email_address
    WHEN OLD.address <> NEW.address OR OLD.canonical <> NEW.canonical
    BEGIN
        UPDATE account_search SET words = f.words FROM account_searched f
        WHERE f.id = account_search.id AND f.id IN (
            SELECT ac.account_id FROM contact_email ce JOIN account_contact ac ON ac.contact_id = ce.contact_id
            WHERE ce.email_address_id = NEW.id);
    END
    """,
)
