"""Private data in every reading of a text, so that no decoration keeps a card or a password from being masked."""

from __future__ import annotations

from collections.abc import Sequence

from triggers.assessment import Redaction
from triggers.folding import Folded
from triggers.pii import Found, find, redactions_of, without
from triggers.readings import Readings, readings


def private_data(read: Sequence[Folded], extra: frozenset[str] = frozenset()) -> list[Found]:
    """What `triggers.pii.find` finds in any reading of one text, as spans of that text, in order, each once."""
    found = find(read[0], extra)
    if len(read) == 1:
        return found
    every = {*found, *(one for folded in read[1:] for one in find(folded, extra))}
    return sorted(every, key=lambda one: (one.start, -one.end))


def redact(text: str, read: Readings = readings) -> tuple[str, tuple[Redaction, ...]]:
    """The text that may be stored and what was taken out of it, whatever was put between the digits and letters."""
    redactions = redactions_of(private_data(read(text)), text)
    return without(text, redactions), redactions
