"""The firm's own mail templates: whether they can be used, and whose letters are read before they are sent."""

from __future__ import annotations

from pathlib import Path

from tui_portal.domain.errors import MailUnavailable
from tui_portal.mail.letters import Sender
from tui_portal.mail.templates import read_templates, templates_folder, templates_of
from tui_portal.services.context import Context


def sender_to_read(context: Context) -> Sender:
    """The sender of letters that are shown and not sent: it has no address. Raises MailUnavailable for a fault in the templates."""
    return Sender(context.firm_name, context.firm_name, "", templates=templates_of(context.settings))


def template_problem(context: Context) -> str:
    """What in the templates keeps every mail back; empty where nothing does."""
    try:
        templates_of(context.settings)
    except MailUnavailable as error:
        return error.message
    return ""


def template_faults(context: Context) -> tuple[Path | None, list[str]]:
    """The folder with the firm's templates, None where it has none, and everything that is wrong with them."""
    folder = templates_folder(context.settings)
    if folder is None:
        return None, []
    return folder, [str(fault) for fault in read_templates(folder, context.settings.limits.template_bytes)[1]]
