"""Notifications: the seven groups that an address can have on or off, and the kinds in them (product.md, Notification preferences)."""

from __future__ import annotations

from enum import StrEnum

from tui_portal.i18n import _, pgettext


class NotificationGroup(StrEnum):
    FILE_UPLOADS = "file_uploads"
    SIGNATURE_REQUESTS = "signature_requests"
    APPROVALS = "approvals"
    CHATS_AND_TASKS = "chats_and_tasks"
    PROPOSALS = "proposals"
    ORGANIZERS = "organizers"
    INVOICES_AND_PAYMENTS = "invoices_and_payments"

    @property
    def label(self) -> str:
        """The group as the screens name it."""
        return {
            NotificationGroup.FILE_UPLOADS: _("Documents: file uploads"),
            NotificationGroup.SIGNATURE_REQUESTS: _("Documents: signature requests"),
            NotificationGroup.APPROVALS: _("Documents: approvals"),
            NotificationGroup.CHATS_AND_TASKS: _("Chats & client tasks"),
            NotificationGroup.PROPOSALS: _("Proposals"),
            NotificationGroup.ORGANIZERS: _("Organizers"),
            NotificationGroup.INVOICES_AND_PAYMENTS: _("Invoices & payments"),
        }[self]

    @property
    def explanation(self) -> str:
        """What the mails of the group are about, in a few words beside its label."""
        return {
            NotificationGroup.FILE_UPLOADS: _("new documents from the firm"),
            NotificationGroup.SIGNATURE_REQUESTS: _("requests and reminders"),
            NotificationGroup.APPROVALS: _("requests and reminders"),
            NotificationGroup.CHATS_AND_TASKS: _("new messages, tasks, replies"),
            NotificationGroup.PROPOSALS: _("new ones and reminders"),
            NotificationGroup.ORGANIZERS: _("new ones and reminders"),
            NotificationGroup.INVOICES_AND_PAYMENTS: _("new, reminders, payments, refunds"),
        }[self]

    @property
    def short(self) -> str:
        """The head of a narrow column: at most four cells wide in every language."""
        return {
            NotificationGroup.FILE_UPLOADS: pgettext("column of 4 cells", "File"),
            NotificationGroup.SIGNATURE_REQUESTS: pgettext("column of 4 cells", "Sign"),
            NotificationGroup.APPROVALS: pgettext("column of 4 cells", "Appr"),
            NotificationGroup.CHATS_AND_TASKS: pgettext("column of 4 cells", "Chat"),
            NotificationGroup.PROPOSALS: pgettext("column of 4 cells", "Prop"),
            NotificationGroup.ORGANIZERS: pgettext("column of 4 cells", "Orga"),
            NotificationGroup.INVOICES_AND_PAYMENTS: pgettext("column of 4 cells", "Paym"),
        }[self]

    @property
    def kinds(self) -> tuple[NotificationKind, ...]:
        """The notifications that the group switches, in the order of product.md."""
        return tuple(kind for kind in NotificationKind if kind.group is self)


class NotificationKind(StrEnum):
    """One sort of system notification; whether an address gets it is up to its group."""

    FILE_UPLOAD = "file_upload"
    SIGNATURE_REQUEST = "signature_request"
    SIGNATURE_REMINDER = "signature_reminder"
    APPROVAL_REQUEST = "approval_request"
    APPROVAL_REMINDER = "approval_reminder"
    CHAT_MESSAGE = "chat_message"
    CLIENT_TASK = "client_task"
    REPLY = "reply"
    PROPOSAL = "proposal"
    PROPOSAL_REMINDER = "proposal_reminder"
    ORGANIZER = "organizer"
    ORGANIZER_REMINDER = "organizer_reminder"
    INVOICE = "invoice"
    PAYMENT_REMINDER = "payment_reminder"
    PAYMENT_CONFIRMATION = "payment_confirmation"
    REFUND = "refund"

    @property
    def group(self) -> NotificationGroup:
        """The group whose switch decides over this kind."""
        return _GROUPS[self]

    @property
    def label(self) -> str:
        """The kind in the reader's language."""
        return {
            NotificationKind.FILE_UPLOAD: _("file upload"),
            NotificationKind.SIGNATURE_REQUEST: _("signature request"),
            NotificationKind.SIGNATURE_REMINDER: _("signature reminder"),
            NotificationKind.APPROVAL_REQUEST: _("approval request"),
            NotificationKind.APPROVAL_REMINDER: _("approval reminder"),
            NotificationKind.CHAT_MESSAGE: _("new chat message"),
            NotificationKind.CLIENT_TASK: _("new client task"),
            NotificationKind.REPLY: _("reply"),
            NotificationKind.PROPOSAL: _("proposal"),
            NotificationKind.PROPOSAL_REMINDER: _("proposal reminder"),
            NotificationKind.ORGANIZER: _("organizer"),
            NotificationKind.ORGANIZER_REMINDER: _("organizer reminder"),
            NotificationKind.INVOICE: _("new invoice"),
            NotificationKind.PAYMENT_REMINDER: _("payment reminder"),
            NotificationKind.PAYMENT_CONFIRMATION: _("payment confirmation"),
            NotificationKind.REFUND: _("refund"),
        }[self]


_GROUPS = {
    NotificationKind.FILE_UPLOAD: NotificationGroup.FILE_UPLOADS,
    NotificationKind.SIGNATURE_REQUEST: NotificationGroup.SIGNATURE_REQUESTS,
    NotificationKind.SIGNATURE_REMINDER: NotificationGroup.SIGNATURE_REQUESTS,
    NotificationKind.APPROVAL_REQUEST: NotificationGroup.APPROVALS,
    NotificationKind.APPROVAL_REMINDER: NotificationGroup.APPROVALS,
    NotificationKind.CHAT_MESSAGE: NotificationGroup.CHATS_AND_TASKS,
    NotificationKind.CLIENT_TASK: NotificationGroup.CHATS_AND_TASKS,
    NotificationKind.REPLY: NotificationGroup.CHATS_AND_TASKS,
    NotificationKind.PROPOSAL: NotificationGroup.PROPOSALS,
    NotificationKind.PROPOSAL_REMINDER: NotificationGroup.PROPOSALS,
    NotificationKind.ORGANIZER: NotificationGroup.ORGANIZERS,
    NotificationKind.ORGANIZER_REMINDER: NotificationGroup.ORGANIZERS,
    NotificationKind.INVOICE: NotificationGroup.INVOICES_AND_PAYMENTS,
    NotificationKind.PAYMENT_REMINDER: NotificationGroup.INVOICES_AND_PAYMENTS,
    NotificationKind.PAYMENT_CONFIRMATION: NotificationGroup.INVOICES_AND_PAYMENTS,
    NotificationKind.REFUND: NotificationGroup.INVOICES_AND_PAYMENTS,
}
