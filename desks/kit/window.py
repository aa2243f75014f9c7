"""Changes of a system that only lists what was updated since a second: overlapping windows instead of a sequence.

Two updates in one second, and rows that show late, would be lost by a cursor that stands at the newest row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

OVERLAP = timedelta(seconds=120)
"""How far a window reaches back into the one before: rows that show late, and clocks that differ."""
MAX_READS = 30

Row = tuple[str, datetime]
"""A reference, empty for what is not ours, and when it was updated."""


def changed(
    since: datetime | None, now: datetime, size: int, read: Callable[[datetime, int], Sequence[Row]]
) -> tuple[tuple[str, ...], datetime]:
    """The references of rows updated since, and where the next window begins; None begins now, with none.

    `read(since, page)` gives at most `size` rows updated at or after `since`, oldest first. Going on from the last
    row's time, not by page number: a row that is updated meanwhile would move all others one place up, past us.
    """
    if since is None:
        return (), now - OVERLAP
    refs: dict[str, None] = {}
    begin, page = since, 0
    for _ in range(MAX_READS):
        rows = read(begin, page)
        refs |= {ref: None for ref, _ in rows if ref}
        if len(rows) < size:
            return tuple(refs), max(since, now - OVERLAP)
        begin, page = (rows[-1][1], 0) if rows[-1][1] > begin else (begin, page + 1)
    return tuple(refs), begin
