"""Invitations: their states, and the link that a client gets.

A link is never stored (domain/links.py); raising the generation of its invitation kills it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tui_portal.domain import links
from tui_portal.domain.links import KEY_BYTES, Purpose

__all__ = [
    "KEY_BYTES",
    "OPEN_STATES",
    "InvitationState",
    "LinkState",
    "LinkToken",
    "is_genuine",
    "make_link_token",
    "read_link_token",
]


class InvitationState(StrEnum):
    """What is kept of an invitation. `expired` follows from the clock and is never stored."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    USED = "used"
    WITHDRAWN = "withdrawn"


OPEN_STATES = (InvitationState.QUEUED, InvitationState.SENT, InvitationState.FAILED)


class LinkState(StrEnum):
    """What a link answers when it is opened."""

    LIVE = "live"
    USED = "used"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class LinkToken:
    """The three parts of a link: which invitation, which generation of it, and the proof."""

    invitation: int
    generation: int
    mac: bytes


def make_link_token(key: bytes, invitation: int, generation: int, mailbox: str) -> str:
    """The token for a link: URL-safe text without padding that shows neither the address nor a name.

    `mailbox` is the canonical address. Raises ValueError for a key that is too short to sign with.
    """
    return links.make_token(key, Purpose.INVITATION, invitation, generation, mailbox)


def read_link_token(text: str) -> LinkToken | None:
    """The parts of a token, or None where it is none. Says nothing about whether it is genuine."""
    token = links.read_token(text)
    return None if token is None else LinkToken(token.number, token.mark, token.mac)


def is_genuine(key: bytes, token: LinkToken, mailbox: str) -> bool:
    """Whether `token` was made with `key` for `mailbox`, compared in constant time."""
    parts = links.Token(token.invitation, token.generation, token.mac)
    return links.is_genuine(key, Purpose.INVITATION, parts, mailbox)
