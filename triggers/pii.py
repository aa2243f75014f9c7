"""Private data in a text: where it is, and the text without it.

One grammar serves what is masked and what evidence names: a rule asks for a card by the same detectors.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from triggers.assessment import Redaction
from triggers.folding import Folded, fold
from triggers.private.accounts import ACCOUNTS
from triggers.private.ahead import AHEAD
from triggers.private.cards import CARDS
from triggers.private.contacts import CONTACTS
from triggers.private.detectors import MAX_CHARS, Detector, Searched, TooMuchToMask
from triggers.private.entry_codes import ENTRY_CODES
from triggers.private.national_ids import NATIONAL_IDS
from triggers.private.passwords import SECRETS
from triggers.private.seed_phrases import SEED_PHRASES
from triggers.private.tokens import TOKENS
from triggers.watched import WatchedSet

DETECTORS: tuple[Detector, ...] = (
    *CARDS, *TOKENS, *SECRETS, *ENTRY_CODES, *AHEAD, *SEED_PHRASES, *ACCOUNTS, *NATIONAL_IDS, *CONTACTS,
)  # fmt: skip
"""In order of precedence: where two overlap, the first names the redaction."""

PLACEHOLDERS = {
    "card": "[card]",
    "secret": "[secret]",
    "iban": "[iban]",
    "national_id": "[national id]",
    "account_number": "[account number]",
}
"""Group → what stands in its place. These never reach the database."""
WITHHELD = "[withheld: this text could not be redacted]"
"""What is stored in place of a text that could not be masked; a text that is exactly this is treated like that one."""
MASKS = PLACEHOLDERS | {"email": "[e-mail]", "phone": "[phone]"}
"""The same for quotes and logs, which hold no contact data either."""

_PASSES = 8
SYNONYMS = {"account": "account_number", "national_ids": "national_id", "secrets": "secret", "e-mail": "email"}
ENTITIES = frozenset(one.entity for one in DETECTORS) | frozenset(one.group for one in DETECTORS) | frozenset(SYNONYMS)
"""Names that `pii` evidence of a policy may use: an entity, or a group of them."""


@dataclass(frozen=True)
class Found:
    """Private data at a place of the original text."""

    entity: str
    group: str
    start: int
    end: int

    def is_a(self, name: str) -> bool:
        """Whether a policy that asks for `name` means this."""
        return SYNONYMS.get(name, name) in (self.entity, self.group)


@cache
def _sets() -> tuple[tuple[WatchedSet, int, tuple[Detector, ...]], ...]:
    """The shared set and one for each detector that stands apart: the digits it needs, the owner of every source."""
    groups = [[one for one in DETECTORS if not one.apart], *([one] for one in DETECTORS if one.apart)]
    return tuple(
        (
            WatchedSet([f"(?m:{source})" for one in group for source in one.prefilters]),
            min(one.digits for one in group),
            tuple(one for one in group for _ in one.prefilters),
        )
        for group in groups
    )


def find(folded: Folded, extra: frozenset[str] = frozenset()) -> list[Found]:
    """Private data that must be redacted, and what `extra` names besides (`phone`, `email`), in order.

    Placeholders of an earlier redaction count as what they stand for, so that a stored text is judged like the
    text that came in. Raises ScannerSilent if the scan did not happen, TooMuchToMask if the text costs too much or
    was withheld for that.
    """
    _within_budget(folded.original)
    data = folded.data
    digits = len(data) - len(data.translate(None, b"0123456789"))
    met = {owners[at] for watched, least, owners in _sets() if digits >= least for at in watched.match(data)}
    found = _placeholders(folded) if "[" in folded.original else []
    if met:
        searched = Searched(folded)
        wanted = {
            one.find: one for one in met if digits >= one.digits and (one.group in PLACEHOLDERS or one.group in extra)
        }
        for detector in sorted(wanted.values(), key=DETECTORS.index):
            for start, end in detector.find(searched):
                found.append(Found(detector.entity, detector.group, *folded.span(start, end)))
    return sorted(found, key=lambda one: (one.start, -one.end))


def redact(text: str) -> tuple[str, tuple[Redaction, ...]]:
    """The text that may be stored, and what was taken out, as spans of the given text. Idempotent.

    Cards, secrets, national ids, IBANs and account numbers go; e-mail addresses and phone numbers stay.
    TooMuchToMask before anything is read if the text is too long: it must be withheld then.
    """
    _within_budget(text)
    redactions = redactions_of(find(fold(text)), text)
    return without(text, redactions), redactions


def redactions_of(found: Iterable[Found], text: str) -> tuple[Redaction, ...]:
    """Spans to take out: overlapping ones merged, placeholders that stand already left alone.

    What only shows when its neighbour is gone ("1111GB82...") is taken out as well, so a second pass finds nothing.
    """
    redactions = _merged(found, text)
    for _ in range(_PASSES):
        clean = without(text, redactions)
        more = _merged(find(fold(clean)), clean) if redactions else ()
        if not more:
            break
        hidden = zip((one.entity for one in more), _origins(more, redactions), strict=True)
        spans = [*((one.entity, one.start, one.end) for one in redactions), *((who, *span) for who, span in hidden)]
        every = (Found(entity, entity, start, end) for entity, start, end in spans)
        redactions = _merged(sorted(every, key=lambda one: (one.start, -one.end)), text)
    return redactions


def _within_budget(text: str) -> None:
    if len(text) > MAX_CHARS or text == WITHHELD:
        raise TooMuchToMask


def _origins(spans: Iterable[Redaction], redactions: tuple[Redaction, ...]) -> list[tuple[int, int]]:
    """Spans of what is left of a text, as spans of the text; inside a placeholder, the edge of what it hides."""
    firsts: list[int] = []
    shift = 0
    for one in redactions:
        firsts.append(one.start + shift)
        shift += len(PLACEHOLDERS[one.entity]) - (one.end - one.start)
    return [
        (_origin(one.start, redactions, firsts, end=False), _origin(one.end, redactions, firsts, end=True))
        for one in spans
    ]


def _origin(at: int, redactions: tuple[Redaction, ...], firsts: list[int], *, end: bool) -> int:
    """The offset in the text of an offset in what is left of it. `firsts` is where the placeholders begin there."""
    before = bisect_left(firsts, at) - 1
    if before < 0:
        return at
    one = redactions[before]
    last = firsts[before] + len(PLACEHOLDERS[one.entity])
    if at < last:
        return one.end if end else one.start
    return one.end + at - last


def _merged(found: Iterable[Found], text: str) -> tuple[Redaction, ...]:
    merged: list[Redaction] = []
    for one in found:
        if one.group not in PLACEHOLDERS or text[one.start : one.end] in ("", PLACEHOLDERS[one.group]):
            continue
        if merged and one.start < merged[-1].end:
            last = merged[-1]
            entity = min(last.entity, one.group, key=_precedence)
            merged[-1] = Redaction(entity=entity, start=last.start, end=max(last.end, one.end))
        else:
            merged.append(Redaction(entity=one.group, start=one.start, end=one.end))
    return tuple(merged)


def without(text: str, redactions: Iterable[Redaction], start: int = 0, end: int | None = None) -> str:
    """`text[start:end]` with every redaction replaced by its placeholder, also one that is cut by the bounds."""
    end = len(text) if end is None else end
    pieces: list[str] = []
    at = start
    for one in redactions:
        if one.end > start and one.start < end:
            pieces += (text[at : max(at, one.start)], MASKS[one.entity])
            at = one.end
    return "".join((*pieces, text[at:end]))


def _placeholders(folded: Folded) -> list[Found]:
    found: list[Found] = []
    for group, mark in PLACEHOLDERS.items():
        at = folded.original.find(mark)
        if at >= 0:
            found.append(Found(group, group, at, at + len(mark)))
    return found


def _precedence(group: str) -> int:
    return tuple(PLACEHOLDERS).index(group)
