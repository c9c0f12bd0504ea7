"""The tables as Peewee models.

They are bound to no database on purpose: every query names the one it runs on (`query.execute(db)`), so that two open
databases in one process can't be mixed up, and one that is forgotten fails at once. The schema itself, with its checks and
indexes, stands in `migrations/`.
"""

from __future__ import annotations

from peewee import AutoField, BlobField, CompositeKey, IntegerField, Model, TextField


class Firm(Model):
    id = IntegerField(primary_key=True)
    name = TextField()
    language = TextField()
    fixed_now = IntegerField(null=True)
    created_at = IntegerField()
    epoch = IntegerField()


class Staff(Model):
    id = AutoField()
    login = TextField()
    name = TextField()
    email = TextField()
    role = TextField()
    language = TextField(null=True)
    manage_accounts = IntegerField()
    view_all = IntegerField()
    active = IntegerField()
    created_at = IntegerField()


class Account(Model):
    id = AutoField()
    name = TextField()
    search_key = TextField()
    type = TextField()
    archived = IntegerField()
    test = IntegerField()
    version = IntegerField()
    created_at = IntegerField()


class Tag(Model):
    id = AutoField()
    name = TextField()


class AccountTag(Model):
    account_id = IntegerField()
    tag_id = IntegerField()

    class Meta:
        table_name = "account_tag"
        primary_key = CompositeKey("account_id", "tag_id")


class AccountStaff(Model):
    account_id = IntegerField()
    staff_id = IntegerField()

    class Meta:
        table_name = "account_staff"
        primary_key = CompositeKey("account_id", "staff_id")


class Contact(Model):
    id = AutoField()
    name = TextField()
    first_name = TextField()
    last_name = TextField()
    company = TextField()
    phone = TextField()
    language = TextField(null=True)
    search_key = TextField()
    version = IntegerField()
    created_at = IntegerField()


class AccountContact(Model):
    account_id = IntegerField()
    contact_id = IntegerField()
    position = IntegerField()

    class Meta:
        table_name = "account_contact"
        primary_key = CompositeKey("account_id", "contact_id")


class EmailAddress(Model):
    id = AutoField()
    address = TextField()
    canonical = TextField()
    validity = TextField()
    reason = TextField()
    checked_at = IntegerField()
    flags = TextField()
    check_version = IntegerField()
    domain_checked_at = IntegerField(null=True)
    suppressed = IntegerField()

    class Meta:
        table_name = "email_address"


class EmailField(Model):
    name = TextField(primary_key=True)
    position = IntegerField()

    class Meta:
        table_name = "email_field"


class ContactEmail(Model):
    contact_id = IntegerField()
    email_address_id = IntegerField()
    label = TextField()
    position = IntegerField()

    class Meta:
        table_name = "contact_email"
        primary_key = CompositeKey("contact_id", "email_address_id")


class ContactSettings(Model):
    account_id = IntegerField()
    email_address_id = IntegerField()
    login = IntegerField()
    notify = IntegerField()
    email_sync = IntegerField()
    version = IntegerField()

    class Meta:
        table_name = "contact_settings"
        primary_key = CompositeKey("account_id", "email_address_id")


class NotificationPreference(Model):
    account_id = IntegerField()
    email_address_id = IntegerField()
    group_name = TextField()
    enabled = IntegerField()

    class Meta:
        table_name = "notification_preference"
        primary_key = CompositeKey("account_id", "email_address_id", "group_name")


class User(Model):
    id = AutoField()
    email_address_id = IntegerField()
    password_hash = TextField()
    activated_at = IntegerField()
    last_login_at = IntegerField(null=True)
    language = TextField(null=True)


class Session(Model):
    id_hash = BlobField(primary_key=True)
    user_id = IntegerField()
    created_at = IntegerField()
    expires_at = IntegerField()
    bar_closed = IntegerField()


class AccountVisit(Model):
    user_id = IntegerField()
    account_id = IntegerField()
    at = IntegerField()
    new_since = IntegerField()

    class Meta:
        table_name = "account_visit"
        primary_key = CompositeKey("user_id", "account_id")


class Invitation(Model):
    id = AutoField()
    email_address_id = IntegerField()
    generation = IntegerField()
    live_generation = IntegerField()
    state = TextField()
    message = TextField()
    invited_by_staff_id = IntegerField(null=True)
    invited_by_user_id = IntegerField(null=True)
    created_at = IntegerField()
    sent_at = IntegerField(null=True)
    expires_at = IntegerField(null=True)
    closed_at = IntegerField(null=True)
    failure = TextField()
    opened_at = IntegerField(null=True)
    reminders = IntegerField()
    reminded = IntegerField()
    reminded_at = IntegerField(null=True)
    reminder_step = IntegerField()


class AccessRequest(Model):
    id = AutoField()
    account_id = IntegerField()
    email_address_id = IntegerField()
    user_id = IntegerField()
    name = TextField()
    note = TextField()
    language = TextField(null=True)
    state = TextField()
    staff_id = IntegerField(null=True)
    created_at = IntegerField()
    closed_at = IntegerField(null=True)

    class Meta:
        table_name = "access_request"


class LoginAttempt(Model):
    email_address_id = IntegerField()
    place = TextField()
    tries = IntegerField()
    last_at = IntegerField()

    class Meta:
        table_name = "login_attempt"
        primary_key = CompositeKey("email_address_id", "place")


class PasswordReset(Model):
    id = AutoField()
    user_id = IntegerField()
    state = TextField()
    requested_by_staff_id = IntegerField(null=True)
    created_at = IntegerField()
    expires_at = IntegerField()
    closed_at = IntegerField(null=True)

    class Meta:
        table_name = "password_reset"


class SavedMessage(Model):
    id = AutoField()
    name = TextField()
    message = TextField()
    position = IntegerField()

    class Meta:
        table_name = "saved_message"


class AddressChange(Model):
    id = AutoField()
    contact_id = IntegerField()
    old_email_address_id = IntegerField()
    new_email_address_id = IntegerField()
    staff_id = IntegerField(null=True)
    started_at = IntegerField()
    closed_at = IntegerField(null=True)

    class Meta:
        table_name = "address_change"


class Outbox(Model):
    id = AutoField()
    kind = TextField()
    email_address_id = IntegerField()
    account_id = IntegerField(null=True)
    invitation_id = IntegerField(null=True)
    generation = IntegerField(null=True)
    password_reset_id = IntegerField(null=True)
    recipient_name = TextField()
    language = TextField()
    message = TextField()
    message_id = TextField()
    state = TextField()
    attempts = IntegerField()
    next_try_at = IntegerField()
    lease_owner = TextField(null=True)
    lease_until = IntegerField(null=True)
    error = TextField()
    created_at = IntegerField()
    sent_at = IntegerField(null=True)


class OutboxCopy(Model):
    id = AutoField()
    outbox_id = IntegerField()
    address = TextField()
    content = BlobField(null=True)
    state = TextField()
    attempts = IntegerField()
    next_try_at = IntegerField()
    lease_owner = TextField(null=True)
    lease_until = IntegerField(null=True)
    error = TextField()
    created_at = IntegerField()
    sent_at = IntegerField(null=True)

    class Meta:
        table_name = "outbox_copy"


class Operation(Model):
    id = AutoField()
    at = IntegerField()
    staff_id = IntegerField()
    kind = TextField()
    details = TextField()
    skipped = TextField()
    images = TextField()
    log_from = IntegerField()
    log_to = IntegerField()
    mail_from = IntegerField()
    mail_to = IntegerField()
    undone_at = IntegerField(null=True)
    undone_log = IntegerField(null=True)


class Activity(Model):
    id = AutoField()
    at = IntegerField()
    staff_id = IntegerField(null=True)
    user_id = IntegerField(null=True)
    origin = TextField()
    kind = TextField()
    account_id = IntegerField(null=True)
    contact_id = IntegerField(null=True)
    email_address_id = IntegerField(null=True)
    before = TextField()
    after = TextField()
    operation_id = IntegerField(null=True)


class ActivitySeal(Model):
    last_id = IntegerField(primary_key=True)
    entries = IntegerField()
    late = IntegerField()
    hash = BlobField()
    mac = BlobField(null=True)
    marks = BlobField()

    class Meta:
        table_name = "activity_seal"


class SavedView(Model):
    id = AutoField()
    staff_id = IntegerField()
    list = TextField()
    name = TextField()
    terms = TextField(column_name="filter")
    sort = TextField()

    class Meta:
        table_name = "saved_view"


class StaffSetting(Model):
    staff_id = IntegerField()
    name = TextField()
    value = TextField()

    class Meta:
        table_name = "staff_setting"
        primary_key = CompositeKey("staff_id", "name")


class Presence(Model):
    account_id = IntegerField()
    staff_id = IntegerField()
    owner = TextField()
    until = IntegerField()

    class Meta:
        primary_key = CompositeKey("account_id", "owner")


class Lease(Model):
    name = TextField(primary_key=True)
    owner = TextField()
    until = IntegerField()


class AccountSearch(Model):
    archived = IntegerField()
    search_key = TextField()
    id = IntegerField()
    type = TextField()
    test = IntegerField()
    contacts = IntegerField()
    words = TextField()

    class Meta:
        table_name = "account_search"
        primary_key = CompositeKey("archived", "search_key", "id")


MODELS = (
    Firm,
    Staff,
    Account,
    Tag,
    AccountTag,
    AccountStaff,
    Contact,
    AccountContact,
    EmailAddress,
    EmailField,
    ContactEmail,
    ContactSettings,
    NotificationPreference,
    User,
    Session,
    AccountVisit,
    LoginAttempt,
    Invitation,
    AccessRequest,
    PasswordReset,
    SavedMessage,
    AddressChange,
    Outbox,
    OutboxCopy,
    Operation,
    Activity,
    ActivitySeal,
    SavedView,
    StaffSetting,
    Presence,
    Lease,
    AccountSearch,
)
