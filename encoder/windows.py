"""Which parts of a long text are read, so that one message costs a bounded time however long it is."""

from __future__ import annotations

WINDOW = 62
"""Pieces of a window without its two marks. Most messages are shorter: half of the corpus has fewer than 25."""
MOST = 3
"""Windows that are read of one text: some 900 characters. A longer text is read at its ends and between."""


def windows(ids: list[int]) -> tuple[list[list[int]], bool]:
    """The windows of a text in pieces, and whether they hold all of it. At least one, which may be empty.

    A text that does not fit is read in `MOST` windows at even distances, the first at its beginning and the last at
    its end: what a letter wants stands there more often than in its middle.
    """
    if len(ids) <= WINDOW:
        return [ids], True
    count = min(MOST, -(-len(ids) // WINDOW))
    whole = count * WINDOW >= len(ids)
    last = len(ids) - WINDOW
    starts = [round(last * one / (count - 1)) for one in range(count)]
    return [ids[start : start + WINDOW] for start in starts], whole
