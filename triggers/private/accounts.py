"""IBANs and account numbers. A country's code and length make an IBAN of a number; a label does so without either."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stdnum import iban as stdnum_iban  # type: ignore[import-untyped,unused-ignore]  # types differ by version

from triggers.private.contacts import DATE
from triggers.private.detectors import LINK, Detector, Searched, by_regex, count_digits
from triggers.private.national_ids import is_valid
from triggers.watched import compile_source

_COUNTRIES = (
    "ad24 ae23 al28 at20 az28 ba20 be16 bg22 bh22 br29 by28 ch21 cr22 cy28 cz24 de22 dk18 do28 ee20 eg29 es24 fi18 "
    "fo18 fr27 gb22 ge22 gi23 gl18 gr27 gt28 hr21 hu28 ie22 il23 iq23 is26 it27 jo30 kw30 kz20 lb28 lc32 li21 lt20 "
    "lu20 lv21 ly25 mc27 md24 me22 mk19 mr27 mt31 mu30 nl18 no15 pk24 pl28 ps29 pt25 qa29 ro24 rs22 sa24 sc31 se24 "
    "si19 sk24 sm27 st25 sv28 tl23 tn24 tr26 ua29 va22 vg24 xk20"
)
_LENGTHS = {code[:2]: int(code[2:]) for code in re.findall(r"\w+", _COUNTRIES)}
"""Country → length of its IBANs (ISO 13616 registry)."""
_IBAN = compile_source(r"\b[a-z]{2}[ .-]?[0-9]{2}(?:[ .-]{0,3}[a-z0-9]){11,32}")
_LABELLED_IBAN = (
    rf"\biban\b{LINK}[:=]?\s{{0,3}}[\"'`*(]{{0,3}}\b"
    r"([a-z][ .-]?[a-z](?:[ .-]{0,3}[0-9]){2}(?:[ .-]{0,3}(?:[0-9]{1,4}|[a-z]{1,2}[0-9]|[a-z]{4}[ .-]?[0-9])){3,32})"
)
_ACCOUNT_LABELS = (
    "account|acct|acc|a/c|sort code|routing|kontonummer|kontonr|konto|cuenta|compte|conta|bank details|"
    "bankverbindung|bsb|clabe|agencia"
)


def _iban_spans(searched: Searched) -> Iterator[tuple[int, int]]:
    folded = searched.folded
    for found in _IBAN.finditer(folded.data):
        searched.spend()
        first = folded.char_at(found.start())
        text = folded.text[first : folded.char_at(found.end())]
        kept = [at for at, char in enumerate(text) if char.isalnum()]
        compact = "".join(text[at] for at in kept)
        length = _LENGTHS.get(compact[:2], 0)
        if 0 < length <= len(compact):
            end = first + kept[length - 1] + 1
            written = folded.text[first:end]
            if is_valid(_sums_up, compact[:length]):
                begin, _ = folded.span(first, first + 2)
                if kept[3] == 3 or folded.original[begin : begin + 2].isupper():
                    yield first, end
            elif not folded.text[end : end + 1].isalnum() and not searched.is_everyday(first) and _is_laid_out(written):
                yield first, end


def _is_laid_out(written: str) -> bool:
    """Whether all but the check digits is right: undivided or in fours, and built as the country's IBANs are."""
    compact = re.sub(r"[^a-z0-9]", "", written)
    if not re.fullmatch(r"[a-z0-9]+|[a-z0-9]{4}(?:[ .-][a-z0-9]{4})*(?:[ .-][a-z0-9]{1,4})?", written):
        return False
    return is_valid(lambda number: _sums_up(_with_check_digits(number)), compact.upper())


def _sums_up(number: str) -> bool:
    """Check digits and structure, not the country's own check sums inside."""
    return bool(stdnum_iban.is_valid(number, check_country=False))


def _with_check_digits(number: str) -> str:
    return f"{number[:2]}{stdnum_iban.calc_check_digits(number)}{number[4:]}"


def _is_labelled_iban(text: str) -> bool:
    return count_digits(text) >= 10


def _is_account(text: str) -> bool:
    return count_digits(text) >= 6 and DATE.fullmatch(text) is None


_SHORT_ACCOUNT = r"\b(?:account|acct|acc|a/c) (?:number|num|no|nr)\b\.?:? ?(?:is|was|are|:|=|#)? ?([0-9]{4,5})\b"
"""The last digits, by which customers are asked to name an account."""
_LABELLED_ACCOUNT = (
    rf"\b(?:{_ACCOUNT_LABELS})\b[\"'`*_)]{{0,3}}{LINK}[:=]?\s{{0,2}}[\"'`*(]{{0,3}}\b"
    r"([a-z]{0,4}-?[0-9](?:[ .-]?[0-9]){5,20})\b"
)
_CARD_LABELS = (
    r"card (?:number|num|no|nr)|(?:kredit)?kartennummer|numero de (?:la |mi |ma )?(?:tarjeta|carte)"
    r"|numero do (?:meu )?cartao"
)
_BEGUN_CARD = rf"\b(?:{_CARD_LABELS})\b{LINK}[:=]?\s{{0,2}}\b([0-9](?:[ .-]?[0-9]){{5,11}})\b"
"""A card number that breaks off: the rest may come in the next message, and what a log has kept stays there."""
_REST_OF_CARD = r"\[card\][ .,-]{0,3}([0-9](?:[ .-]?[0-9]){2,15})\b"
"""What follows a card number whose beginning was masked before."""
_REST_OF_ACCOUNT = (
    r"\[account number\][ .,-]{0,3}([0-9]{4}(?:[ .-]?[0-9]{4}){0,4}(?:[ .-]?[0-9]{1,3})?)"
    r"(?:\z|[^0-9a-z./:-]|[.:,](?:\s|\z))"
)
"""Groups of four after an account number: half of a card that was called an account, the other half came before."""
_REST_OF_IBAN = r"\[iban\][ .,-]{0,3}([0-9]{2,4}(?:[ .-]?[0-9]{1,4}){0,6})\b"
ACCOUNTS: tuple[Detector, ...] = (
    Detector(
        entity="account_number",
        group="account_number",
        prefilters=(r"\[account number\]",),
        find=by_regex(_REST_OF_ACCOUNT),
        digits=4,
    ),
    Detector(entity="iban", group="iban", prefilters=(r"\[iban\]",), find=by_regex(_REST_OF_IBAN), digits=2),
    Detector(entity="card", group="card", prefilters=(r"\[card\]",), find=by_regex(_REST_OF_CARD), digits=3),
    Detector(
        entity="card",
        group="card",
        prefilters=(rf"\b(?:{_CARD_LABELS})\b",),
        find=by_regex(_BEGUN_CARD),
        digits=6,
    ),
    Detector(
        entity="iban",
        group="iban",
        prefilters=(r"\b[a-z]{2}[ .-]?[0-9]{2}[ .-]{0,3}[a-z0-9]{1,4}[ .-]{0,3}[a-z0-9]{4}",),
        find=_iban_spans,
        digits=8,
    ),
    Detector(
        entity="iban",
        group="iban",
        prefilters=(r"\biban\b",),
        find=by_regex(_LABELLED_IBAN, _is_labelled_iban),
        digits=10,
    ),
    Detector(
        entity="account_number",
        group="account_number",
        prefilters=(rf"\b(?:{_ACCOUNT_LABELS})\b",),
        find=by_regex(_LABELLED_ACCOUNT, _is_account),
        digits=6,
    ),
    Detector(
        entity="account_number",
        group="account_number",
        prefilters=(r"\b(?:account|acct|acc|a/c) (?:number|num|no|nr)\b",),
        find=by_regex(_SHORT_ACCOUNT),
        digits=4,
    ),
)
"""Detectors of accounts."""
