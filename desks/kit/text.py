"""How a card reads in a chat channel, a page, a mail or a subject line.

Every destination without tickets takes its words from here, so that what may be seen there is decided once.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

from desks.port import Card

MAX_LINE = 150
"""Characters of one value; a header of Slack's takes no more."""
MAX_LINK = 2000
"""Characters of a link; a button of Slack's takes 3,000."""
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}")


def plain(text: str) -> str:
    """One printable line of at most MAX_LINE characters: no line break can begin a header or a line of markup."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= MAX_LINE else line[: MAX_LINE - 1] + "…"


def headline(card: Card) -> str:
    """The first line: what happened, and how urgent it is."""
    return plain(f"{card.headline} ({card.severity})")


def facts(card: Card) -> tuple[tuple[str, str], ...]:
    """The lines below it, label and value. The conversation's id is not among them: a channel chose it."""
    return (
        ("Reason", plain(card.reason_code)),
        ("Team", plain(card.team)),
        ("Severity", plain(card.severity)),
        ("Language", language(card)),
        ("Claim by", moment(card.claim_due_at)),
        ("Handover", plain(card.handover_id)),
    )


def language(card: Card) -> str:
    """The language's tag, if it is one: a channel chose it, and may have written anything."""
    return card.language if _TAG.fullmatch(card.language) else ""


def moment(at: datetime) -> str:
    """A deadline that reads the same in every time zone."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def link(card: Card) -> str:
    """The card's link if a browser can open it; empty otherwise."""
    try:
        parts = urlsplit(card.link)
    except ValueError:
        return ""
    whole = card.link.isascii() and card.link.isprintable() and " " not in card.link and len(card.link) <= MAX_LINK
    return card.link if whole and parts.scheme in ("http", "https") and parts.hostname else ""


def digest(*parts: str) -> str:
    """32 characters that are the same for the same parts, for ids that may not hold every character."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
