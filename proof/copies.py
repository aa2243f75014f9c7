"""Copies of an exhibit: all of it, or with parts withheld behind their commitments. The rest is still proved."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from proof.exhibit import Exhibit, Part, ShownEvent, ShownMessage, ShownRow
from proof.journal import without_data
from states.errors import BadInput


class Copy(StrEnum):
    """For whom a copy is."""

    FULL = "full"
    REDACTED = "redacted"
    """What happened, when, by which role and under which policy; no words, no names, no packet."""
    CUSTOMER = "customer"
    """What was said, by both sides; who of the staff it was, the evidence and the packet are withheld."""


def copy_of(exhibit: Exhibit, kind: Copy) -> Exhibit:
    """The copy. BadInput where parts cannot be withheld, because an older version hashed them in the open."""
    if kind is Copy.FULL:
        return exhibit
    if any(one.private is None for one in exhibit.events):
        raise BadInput(
            f"{exhibit.conversation_id!r} has events of an older version, of which nothing can be withheld; "
            "only a full copy can be proved"
        )
    words = kind is Copy.CUSTOMER
    return replace(
        exhibit,
        row=_without(exhibit.row),
        events=tuple(_event(one) for one in exhibit.events),
        messages=tuple(_message(one, words=words) for one in exhibit.messages),
        handovers=tuple(ShownRow(id=one.id, row=_without(one.row)) for one in exhibit.handovers),
        journal=tuple(without_data(one) for one in exhibit.journal),
    )


def _event(event: ShownEvent) -> ShownEvent:
    return replace(event, private=_without(event.private))


def _message(message: ShownMessage, *, words: bool) -> ShownMessage:
    return replace(
        message,
        words=message.words if words else _without(message.words),
        writer=_without(message.writer),
        uncovered=message.uncovered if words and message.says["author"] == "customer" else None,
    )


def _without(part: Part | None) -> Part | None:
    return part.without() if part is not None else None
