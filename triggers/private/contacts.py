"""Phone numbers and e-mail addresses: found on request, never redacted from the transcript."""

from __future__ import annotations

import re
from collections.abc import Iterator

import phonenumbers

from triggers.private.detectors import Detector, Searched, by_regex
from triggers.watched import compile_source

_PHONE = compile_source(r"(?:\+|\(|\b)[0-9](?:[ ().\-/]{0,3}[0-9]){6,14}\b")
_PHONE_LABEL = re.compile(r"(?:phone|mobile|cell|tel\w*|call|text|whatsapp|sms|handy|movil)\W+(?:\w+\W+){0,4}$")
_REGIONS = ("US", "GB", "ES", "FR", "DE", "PT", "BR")
_PARSED = 8
"""What one attempt at a phone number takes from the budget."""
DATE = re.compile(r"(?:19|20)\d\d[-./ ]\d\d?[-./ ]\d\d?|\d\d?[-./]\d\d?[-./](?:19|20)\d\d")
"""Dates that could pass for a phone or an account number."""


def _phone_spans(searched: Searched) -> Iterator[tuple[int, int]]:
    folded = searched.folded
    for found in _PHONE.finditer(folded.data):
        searched.spend(_PARSED)
        start, end = folded.char_at(found.start()), folded.char_at(found.end())
        if _is_phone(folded.text[start:end], folded.text[max(0, start - 40) : start]):
            yield start, end


def _is_phone(number: str, before: str) -> bool:
    """A number in international form, or valid in a region of ours and written or announced as one."""
    if DATE.fullmatch(number):
        return False
    if number.startswith("+"):
        return _valid_in(number, None)
    spaced = any(char in " ().-/" for char in number)
    if not spaced and _PHONE_LABEL.search(before) is None:
        return False
    return any(_valid_in(number, region) for region in _REGIONS)


def _valid_in(number: str, region: str | None) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, region))
    except phonenumbers.NumberParseException:
        return False


CONTACTS: tuple[Detector, ...] = (
    Detector(
        entity="phone",
        group="phone",
        prefilters=(r"[0-9](?:[ ().\-/]{0,3}[0-9]){6}",),
        find=_phone_spans,
        digits=7,
    ),
    Detector(
        entity="email",
        group="email",
        prefilters=("@",),
        find=by_regex(r"[a-z0-9][a-z0-9._%+-]*@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,24}\b"),
    ),
)
"""Detectors of contact data."""
