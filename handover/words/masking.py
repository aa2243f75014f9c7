"""A last look for card numbers before text goes into a packet, for fields that never passed redaction.

The same grammar as redaction's decides what is a card, so that tracking numbers and coordinates stay readable.
"""

from __future__ import annotations

import re

from states.errors import DependencyFault
from triggers.assessment import Redaction
from triggers.folding import fold
from triggers.pii import PLACEHOLDERS, find, without
from triggers.private.cards import luhn

CARD_MASK = PLACEHOLDERS["card"]
_LONG_NUMBER = re.compile(r"(?<!\d)\d(?:[ .\-]?\d){12,18}(?!\d)")
_MASKED = re.compile(
    r"\[[^\[\]\n]{1,60}\]"  # [card], [e-mail address]
    r"|<[^<>\n]{1,60}>"  # <CARD>
    r"|[•*█●]{2,}[\d•*█●\- ]{0,24}"  # **** **** **** 1111
    r"|\b[xX]{4,}[\dxX\-]{0,24}"  # XXXX-1111
)


def safe_text(value: object) -> str:
    """Text that can be written as UTF-8, with card numbers masked."""
    text = str(value).encode("utf-8", "replace").decode()
    if _LONG_NUMBER.search(text) is None:
        return text
    try:
        cards = [one for one in find(fold(text)) if one.group == "card"]
    except DependencyFault:
        return _LONG_NUMBER.sub(lambda found: CARD_MASK if _sums_up(found[0]) else found[0], text)
    return without(text, [Redaction(entity="card", start=one.start, end=one.end) for one in cards])


def without_masked(text: str) -> str:
    """The text with every masked value taken out, so that no rest of one is taken for an order number."""
    return _MASKED.sub(" ", text)


def _sums_up(written: str) -> bool:
    """The check sum over the digits, in any script: all that is asked of a text that cannot be searched."""
    return luhn("".join(str(int(char)) for char in written if char.isdecimal()))
