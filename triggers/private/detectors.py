"""What a detector of private data is, the budget it works within, and the words between a label and its value.

Everyday numbers carry labels as well ("order", "part", "tracking"): a number under one of them needs more than a
check sum before it counts as private.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from states.errors import DependencyFault
from triggers.folding import Folded
from triggers.watched import compile_source

MAX_CHARS = 1_250_000
"""Characters of the longest text that is searched: a little more than the longest message that is kept."""
MAX_READ = 150_000
"""Characters that may be read closely, token by token; prose without numbers costs none."""
MAX_CANDIDATES = 10_000
"""Places of one text that may be looked at closely; a message of 20,000 characters has room for about 3,000."""


class TooMuchToMask(DependencyFault):
    """A text is too long, or holds too many candidates, to be searched for private data: it must be withheld."""

    def __init__(self) -> None:
        super().__init__(
            "masking_budget", f"over {MAX_CHARS} characters, {MAX_READ} of them numbers, or {MAX_CANDIDATES} candidates"
        )


class Searched:
    """A folded text being searched, and what is left of the budget."""

    __slots__ = ("_everyday", "_left", "_unread", "folded")

    def __init__(self, folded: Folded) -> None:
        if len(folded.text) > 2 * MAX_CHARS:
            raise TooMuchToMask
        self.folded = folded
        self._left, self._unread = MAX_CANDIDATES, MAX_READ
        self._everyday: frozenset[int] | None = None

    def spend(self, candidates: int = 1) -> None:
        """Takes candidates from the budget; TooMuchToMask if it is used up."""
        self._left -= candidates
        if self._left < 0:
            raise TooMuchToMask

    def read(self, chars: int) -> None:
        """Takes characters from the budget of close reading; TooMuchToMask if it is used up."""
        self._unread -= chars
        if self._unread < 0:
            raise TooMuchToMask

    def is_everyday(self, start: int) -> bool:
        """Whether the value that begins at an offset of the folded text stands under an everyday label."""
        if self._everyday is None:
            self._everyday = label_ends(self.folded, _everyday_source())
        return start in self._everyday


Finder = Callable[[Searched], Iterator[tuple[int, int]]]
"""Yields offsets in the folded text."""

_LINK_WORDS = (
    "number|num|no|nr|code|is|was|its|it's|s|are|sind|sont|sao|to|es|era|son|est|c'est|ist|war|lautet|e|foi|"
    "numero|nummer|n|for|my|the|"
    "your|this|that|card|you|sent|me|i|got|of|on|in|de|del|la|el|mi|ma|mon|der|die|das|meine|mein|meu|minha|do|da|a|o|"
    "le|les|new|old|current|still|and|account|konto|bank|id|back|front|bancaire|bancaria|bancario|credito|credit|debit"
)
LINK = rf"(?:[^a-z0-9\n\[\]]{{0,3}}\b(?:{_LINK_WORDS})\b){{0,5}}[^a-z0-9\n\[\]]{{0,4}}"
"""RE2 source: at most five linking words between a label and its value, in the five languages of the packs."""

JOINER = re.compile(r"[\s,;&/]{0,4}(?:(?:and|or|y|et|und|e|o|ou|oder)\s)?")
"""What stands between two numbers of a list."""
_LONGER_BEFORE, _LONGER_AFTER = re.compile(r"[0-9][.,/-]$|\+$"), re.compile(r"[.,/-][0-9]")

_EVERYDAY = (
    "orders?|order ?(?:no|nr|id)|items?|articles?|artikel(?:nummer|nr)?|articulos?|artigos?|pedidos?|commandes?|"
    "bestell(?:ung|nummer|nr)|track(?:ing)?|shipments?|parcels?|packages?|sendung(?:snummer)?|paket|envio|colis|suivi|"
    "rastreio|seguimiento|serial|sn|s/n|seriennummer|serie|imei|iccid|ean|gtin|upc|isbn|sku|asin|barcode|parts?|"
    "part ?(?:no|nr)|spare|teil(?:enummer)?|pieza|piece|peca|models?|modell|modelo|modele|type|version|build|release|"
    "firmware|driver|app|v|invoices?|rechnung(?:snummer)?|facturas?|factures?|faturas?|tickets?|case|ref|references?|"
    "referenz|referencia|bookings?|reservation|reserva|buchung(?:snummer)?|confirmation|hash|sha ?-?(?:1|256|512)?|md5|"
    "commit|checksum|coordinates?|coords?|koordinaten|coordenadas|lat|latitude|lon|lng|longitude|gps|location|map|"
    "maps|phone|tel|mobile|cell|fax|whatsapp|telefono?|telefone|telephone|handy|movil|call|size|dimensions?|"
    "masse|medidas|boards?|boxes|amount|total|price|po|rma|product|produkt|producto|produit|batch|lot|meter|"
    "zahler|contador|compteur|device|gerat|uuid|guid|mac|ip|sim ?cards?|(?:loyalty|library|graphics) ?cards?|"
    "kundennummer|customer (?:no|number|id)|pos(?:ition)?|row|page|line|date|time|timestamp"
)
_EVERYDAY_LINK = (
    r"(?:[^a-z0-9\n\[\]]{0,3}\b(?:number|numbers|num|no|nr|nos|numero|nummer|id|code|is|was|are|es|son|est|ist|e|de|"
    r"del|la|el|my|the|of|n|for|in|at)\b){0,4}[^a-z0-9\n\[\]]{0,4}"
)


def _everyday_source() -> str:
    return rf"\b(?:{_EVERYDAY})(?:\b{_EVERYDAY_LINK}|[0-9])"


@cache
def _compiled(source: str) -> Any:
    return compile_source(source)


def label_ends(folded: Folded, source: str) -> frozenset[int]:
    """Offsets in the folded text at which matches of a label's source end; a digit glued to the label is its value."""
    ends: set[int] = set()
    for found in _compiled(source).finditer(folded.data):
        last = found.end()
        ends.add(folded.char_at(last - folded.data[last - 1 : last].isdigit()))
    return frozenset(ends)


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
    apart: bool = False
    """Looked for in a set of its own: a prefilter that counts words would multiply the states of the shared one."""


def by_regex(source: str, accept: Callable[[str], bool] | None = None, *, weighed: bool = False) -> Finder:
    """A finder of the source's last group that took part (or the whole match) whose folded text `accept` takes.

    `weighed` leaves out what stands under an everyday label.
    """
    regex = compile_source(source)

    def find(searched: Searched) -> Iterator[tuple[int, int]]:
        folded = searched.folded
        listed = -1
        for found in regex.finditer(folded.data):
            searched.spend()
            first, last = value_span(found)
            start, end = folded.char_at(first), folded.char_at(last)
            if weighed and _is_weighed_out(searched, start, end, listed):
                listed = end
            elif accept is None or accept(folded.text[start:end]):
                yield start, end

    return find


def _is_weighed_out(searched: Searched, start: int, end: int, listed: int) -> bool:
    """Whether a value is part of a longer number, or everyday by its label or by the list that it continues."""
    text = searched.folded.text
    if _LONGER_BEFORE.search(text, max(0, start - 2), start) or _LONGER_AFTER.match(text, end):
        return True
    return searched.is_everyday(start) or (listed >= 0 and JOINER.fullmatch(text, listed, start) is not None)


def value_span(found: Any) -> tuple[int, int]:
    """Byte offsets of the last group that took part, or of the whole match."""
    group = found.lastindex or 0
    return found.start(group), found.end(group)


def count_digits(text: str) -> int:
    """ASCII digits in a text."""
    return sum(char in "0123456789" for char in text)
