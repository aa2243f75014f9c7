"""Which originals of masks may be kept at all: whatever could be used by whoever holds it is kept nowhere.

Denied unless allowed: a kind that the grammar learns is not kept before it is named here. What is written beside a card
or a secret is not kept either, since the pieces of one may pass for something else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from stdnum import iban  # type: ignore[import-untyped,unused-ignore]  # types differ by version

from triggers.assessment import Redaction
from triggers.masks import private_data
from triggers.pii import MASKS, PLACEHOLDERS
from triggers.private.cards import luhn, plausible_lengths
from triggers.readings import readings

KEEPABLE = frozenset({"iban", "national_id", "account_number"})
"""Kinds whose originals a policy may keep; `policy.privacy.KINDS` is the same list."""
NEVER = frozenset(PLACEHOLDERS) - KEEPABLE
MOST = 20
"""Originals of one message; of one that holds more, none is kept: it is no question about an account."""
_SHORTEST_CARD, _LONGEST_CARD = 12, 19
"""Digits. A number so long that is labelled as an account may be a mistyped card: only an IBAN says what it is."""


@dataclass(frozen=True, kw_only=True)
class Original:
    """What stood where a mask stands now; `start` and `end` are those of the mask in the text that is stored."""

    kind: str
    start: int
    end: int
    text: str = field(repr=False)


def keepable(text: str, redactions: Iterable[Redaction], kinds: Collection[str]) -> tuple[Original, ...]:
    """The originals that may be kept of a message: all of the kinds, or none where anything beside them forbids it.

    `redactions` are those of the whole text, in order, as `triggers.masks.redact` gives them.
    """
    found = tuple(redactions)
    if not found or any(one.entity not in KEEPABLE for one in found) or _names_never(text):
        return ()
    originals, shift = [], 0
    for one in found:
        start, mask = one.start + shift, MASKS[one.entity]
        shift += len(mask) - (one.end - one.start)
        original = text[one.start : one.end]
        if one.entity in kinds and not _may_be_never(original, one.entity):
            originals.append(Original(kind=one.entity, start=start, end=start + len(mask), text=original))
    return tuple(originals) if len(originals) <= MOST else ()


def _names_never(text: str) -> bool:
    """Whether a channel in front has masked a card or a secret in it already: a piece may have been left."""
    return any(PLACEHOLDERS[kind] in text for kind in NEVER)


def _may_be_never(original: str, kind: str) -> bool:
    """Whether an original could be a card or a secret after all, read by itself or by its digits."""
    if any(one.group in NEVER for one in private_data(readings(original))):
        return True
    digits = "".join(str(int(char)) for char in original if char.isdecimal())
    if kind != "iban":
        return len(digits) >= _SHORTEST_CARD
    return not _is_iban(original) and _holds_card_digits(digits)


def _is_iban(original: str) -> bool:
    """Whether check digits and layout say that it is one: then its digits are nothing else."""
    return bool(iban.is_valid("".join(filter(str.isalnum, original)), check_country=False))


def _holds_card_digits(digits: str) -> bool:
    """Whether any stretch of the digits has an issuer's beginning, its length and a card's check sum."""
    return any(
        length in plausible_lengths(digits[at : at + 6]) and luhn(digits[at : at + length])
        for at in range(len(digits) - _SHORTEST_CARD + 1)
        for length in range(_SHORTEST_CARD, min(_LONGEST_CARD, len(digits) - at) + 1)
    )
