"""What a detector of private data is, and the linking words between a label ("PIN") and its value.

Without one shape for all of them, adding an entity would mean touching the scan, the redaction and the quotes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from triggers.folding import Folded
from triggers.watched import compile_source

Finder = Callable[[Folded], Iterator[tuple[int, int]]]
"""Yields offsets in the folded text."""

_LINK_WORDS = (
    "number|num|no|nr|code|is|was|its|it's|are|to|es|era|son|est|c'est|ist|war|lautet|e|foi|numero|nummer|n|for|my|the|"
    "your|this|that|card|you|sent|me|i|got|of|on|in|de|del|la|el|mi|ma|mon|der|die|das|meine|mein|meu|minha|do|da|a|o|"
    "le|les|new|old|current|still|and|account|konto|bank|id|back|front"
)
LINK = rf"(?:[^a-z0-9\n]{{0,3}}\b(?:{_LINK_WORDS})\b){{0,5}}[^a-z0-9\n]{{0,4}}"
"""RE2 source: at most five linking words between a label and its value, in the five languages of the packs."""


@dataclass(frozen=True, kw_only=True)
class Detector:
    """Finds one entity. `prefilters` (RE2) and `digits` are cheap; `find` runs only where both let it."""

    entity: str
    group: str
    """What it is redacted as: card, iban, national_id, account_number, secret; phone and email are only masked."""
    prefilters: tuple[str, ...]
    find: Finder
    digits: int = 0
    """ASCII digits the folded text must hold."""


def by_regex(source: str, accept: Callable[[str], bool] | None = None) -> Finder:
    """A finder of the source's first group (or the whole match) whose folded text `accept` takes."""
    regex = compile_source(source)

    def find(folded: Folded) -> Iterator[tuple[int, int]]:
        for found in regex.finditer(folded.data):
            first, last = _value_span(found)
            start, end = folded.char_at(first), folded.char_at(last)
            if accept is None or accept(folded.text[start:end]):
                yield start, end

    return find


def _value_span(found: Any) -> tuple[int, int]:
    group = found.lastindex or 0
    return found.start(group), found.end(group)


def count_digits(text: str) -> int:
    """ASCII digits in a text."""
    return sum(char in "0123456789" for char in text)
