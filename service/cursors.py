"""Where a page begins, as callers carry it: opaque to them, and refused where it is none of ours."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime

from states.errors import BadInput
from store.feed import Mark
from store.waiting import Place

LONGEST = 2000
_BIGGEST = 2**31
_STRANGE = "the cursor is none of ours; send what the page before said, or leave it out for the first page"


def cursor_of(place: Place) -> str:
    """The place as text."""
    told = [
        place.rank, place.foreign, place.claim_due_at.isoformat(), place.waiting_since.isoformat(), place.handover_id
    ]  # fmt: skip
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode()


def change_cursor(at: datetime, conversation_id: str) -> str:
    """A change of a conversation as text: the page after it holds what changed before."""
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), conversation_id]).encode()).decode()


def change_of(cursor: str) -> tuple[datetime, str] | None:
    """What `change_cursor` made; None for the empty cursor, which is the beginning. BadInput."""
    if not cursor:
        return None
    try:
        if len(cursor) > LONGEST:
            raise ValueError(len(cursor))
        at, conversation_id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is not None and isinstance(conversation_id, str) and conversation_id.isprintable():
            return moment, conversation_id
    except (ValueError, TypeError, binascii.Error, RecursionError, OverflowError):
        pass
    raise BadInput(_STRANGE)


def place_of(cursor: str) -> Place | None:
    """What `cursor_of` made; None for the empty cursor, which is the beginning. BadInput."""
    if not cursor:
        return None
    try:
        if len(cursor) > LONGEST:
            raise ValueError(len(cursor))
        rank, foreign, due, since, handover_id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        numbers = type(rank) is int and type(foreign) is int and abs(rank) < _BIGGEST and abs(foreign) < _BIGGEST
        moments = [datetime.fromisoformat(due), datetime.fromisoformat(since)]
        fits = numbers and all(one.tzinfo is not None for one in moments) and isinstance(handover_id, str)
        if fits and handover_id.isprintable():
            return Place(
                rank=rank, foreign=foreign, claim_due_at=moments[0], waiting_since=moments[1], handover_id=handover_id
            )
    except (ValueError, TypeError, binascii.Error, RecursionError, OverflowError):
        pass
    raise BadInput(_STRANGE)


def mark_cursor(mark: Mark) -> str:
    """A place in the log as text, in characters that headers, addresses and streams of events take as they are."""
    told = json.dumps([mark.number, mark.conversation_id, mark.seq], separators=(",", ":"))
    return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def mark_of(cursor: str) -> Mark:
    """What `mark_cursor` made. BadInput."""
    try:
        if len(cursor) > LONGEST:
            raise ValueError(len(cursor))
        number, conversation_id, seq = json.loads(base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)))
        numbers = type(number) is int and type(seq) is int and 0 <= number < 2**62 and 0 <= seq < _BIGGEST
        if numbers and isinstance(conversation_id, str) and (conversation_id.isprintable() or not conversation_id):
            return Mark(number=number, conversation_id=conversation_id, seq=seq)
    except (ValueError, TypeError, binascii.Error, RecursionError, OverflowError):
        pass
    raise BadInput(_STRANGE)
