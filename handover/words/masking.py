"""A last look for card numbers before text goes into a packet.

Texts arrive redacted. Without this second, independent look one missed redaction would be copied into every ticket.
"""

from __future__ import annotations

import re

CARD_MASK = "[card_number]"
_LONG_NUMBER = re.compile(r"(?<!\d)\d(?:[ .\-]?\d){12,18}(?!\d)")
_MASKED = re.compile(
    r"\[[^\[\]\n]{1,60}\]"  # [card_number], [e-mail address]
    r"|<[^<>\n]{1,60}>"  # <CARD>
    r"|[•*█●]{2,}[\d•*█●\- ]{0,24}"  # **** **** **** 1111
    r"|\b[xX]{4,}[\dxX\-]{0,24}"  # XXXX-1111
)


def safe_text(value: object) -> str:
    """Text that can be written as UTF-8, with card numbers masked."""
    text = str(value).encode("utf-8", "replace").decode()
    return _LONG_NUMBER.sub(lambda found: CARD_MASK if _is_card(found[0]) else found[0], text)


def without_masked(text: str) -> str:
    """The text with every masked value taken out, so that no rest of one is taken for an order number."""
    return _MASKED.sub(" ", text)


def _is_card(written: str) -> bool:
    """Luhn's checksum over the digits, in any script."""
    digits = [int(char) for char in written if char.isdecimal()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
