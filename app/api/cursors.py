"""Pages of a list that goes on changing: a cursor names the last entries that were shown, and where they stood."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

from fastapi import Query, Response

from states.errors import BadInput

PAGE = 20
"""Entries of a page where the caller names no number: a poll of the queue stays within 20 kB."""
LONGEST = 1000
DEEPEST = 100_000
REMEMBERED = 3
"""Entries that a cursor names: the last one may be gone when the next page is asked for."""
NEXT = "Handrail-Next-Cursor"
TOTAL = "Handrail-Total"
"""How many entries the whole queue has."""
Entry = TypeVar("Entry")

Limit = Annotated[int, Query(ge=1, le=LONGEST, description="entries of one page")]
Cursor = Annotated[
    str | None, Query(max_length=2000, description=f"what the answer before this one had in its header `{NEXT}`")
]


def reach(limit: int, cursor: str | None) -> int:
    """How many entries from the beginning must be read for the page, and to know whether another one follows."""
    return (_read(cursor)[0] if cursor else 0) + limit + 1


def page(
    entries: Sequence[Entry], limit: int, cursor: str | None, name: Callable[[Entry], str], response: Response
) -> list[Entry]:
    """The entries after the cursor's. The header `Handrail-Next-Cursor` is there while more follow. BadInput."""
    begin = _begin([name(entry) for entry in entries], *_read(cursor)) if cursor else 0
    shown = list(entries[begin : begin + limit])
    if begin + limit < len(entries):
        last = [name(entry) for entry in shown[-REMEMBERED:]]
        response.headers[NEXT] = base64.urlsafe_b64encode(json.dumps([begin + limit, last]).encode()).decode()
    return shown


def _begin(names: list[str], position: int, last: list[str]) -> int:
    """After the newest entry that is still there; where they stood, when all of them are gone."""
    places = {name: number for number, name in enumerate(names)}
    for name in reversed(last):
        if name in places:
            return places[name] + 1
    return max(0, position - len(last))


def _read(cursor: str) -> tuple[int, list[str]]:
    try:
        position, last = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        if type(position) is int and 0 <= position <= DEEPEST and all(isinstance(one, str) for one in last):
            return position, list(last)
    except (ValueError, TypeError, binascii.Error, RecursionError):
        pass
    raise BadInput(f"the cursor is none of ours; send what {NEXT} said, or leave it out for the first page")
