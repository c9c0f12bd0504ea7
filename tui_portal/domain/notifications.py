"""The seven groups of notifications (product.md, Notification preferences)."""

from __future__ import annotations

from enum import StrEnum

from tui_portal.i18n import _


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
