"""Numbers that stand for a person or an account: IBANs, national ids, account numbers, phones, e-mail addresses.

Without the check sums every order number would look like somebody's identity, and without the labels a number
that fails its check sum ("my SSN is ...") would be written down.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import phonenumbers
from stdnum import iban as stdnum_iban  # type: ignore[import-untyped,unused-ignore]  # types differ by version
from stdnum.br import cpf
from stdnum.de import idnr
from stdnum.es import nie, nif
from stdnum.fr import nir
from stdnum.pt import nif as pt_nif
from stdnum.us import ssn

from triggers.detectors import LINK, Detector, by_regex, count_digits
from triggers.folding import Folded
from triggers.watched import compile_source

_IBAN_LENGTHS = (15, 16, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33)
_IBAN = compile_source(r"\b[a-z]{2}[ .-]?[0-9]{2}(?:[ .-]{0,2}[a-z0-9]){11,32}")
_PHONE = compile_source(r"(?:\+|\(|\b)[0-9](?:[ ().\-/]{0,3}[0-9]){6,14}\b")
_PHONE_LABEL = re.compile(r"(?:phone|mobile|cell|tel\w*|call|text|whatsapp|sms|handy|movil)\W+(?:\w+\W+){0,4}$")
_REGIONS = ("US", "GB", "ES", "FR", "DE", "PT", "BR")
_DATE = re.compile(r"(?:19|20)\d\d[-./ ]\d\d?[-./ ]\d\d?|\d\d?[-./]\d\d?[-./](?:19|20)\d\d")
_NINO_PREFIX = re.compile(r"(?!bg|gb|nk|kn|tn|nt|zz)[a-ceghj-prstw-z][a-ceghj-nprstw-z]")

_PERSON_LABELS = (
    "ssn|social security|national insurance|ni number|nino|passport|passeport|pasaporte|passaporte|reisepass|"
    r"driver'?s? licen[cs]e|driving licen[cs]e|fuhrerschein|permis de conduire|carnet de conducir|dni|nie|nif|cpf|"
    "tax id|taxpayer id|steuer-?id[a-z]*|steueridnr|identifikationsnummer|securite sociale|numero fiscal|"
    "contribuinte|id card|identity card|personalausweis|ausweisnummer"
)
_PERSON_VALUE = "([a-z]{0,2}[ -]?[0-9](?:[ .-]?[0-9]){5,14}(?:-?[a-z])?|[a-z0-9]{6,14})"
_ACCOUNT_LABELS = (
    "account|acct|acc|ac|a/c|sort code|routing|kontonummer|kontonr|konto|cuenta|compte|conta|bank details|"
    "bankverbindung"
)


def _iban_spans(folded: Folded) -> Iterator[tuple[int, int]]:
    for found in _IBAN.finditer(folded.data):
        first = folded.char_at(found.start())
        text = folded.text[first : folded.char_at(found.end())]
        kept = [at for at, char in enumerate(text) if char.isalnum()]
        compact = "".join(text[at] for at in kept)
        for length in _IBAN_LENGTHS:
            if length <= len(compact) and _valid(stdnum_iban.is_valid, compact[:length]):
                yield first, first + kept[length - 1] + 1
                break


def _valid(check: Callable[[str], bool], number: str) -> bool:
    """Whether the check sum holds; stdnum answers some malformed numbers with odd errors, which mean no."""
    try:
        return check(number)
    except (ValueError, KeyError, IndexError):
        return False


def _checked(check: Callable[[str], bool]) -> Callable[[str], bool]:
    return lambda text: _valid(check, text.upper())


def _is_nino(text: str) -> bool:
    return _NINO_PREFIX.match(text) is not None


def _is_labelled_id(text: str) -> bool:
    return count_digits(text) >= 5


def _is_account(text: str) -> bool:
    return count_digits(text) >= 6 and _DATE.fullmatch(text) is None


def _phone_spans(folded: Folded) -> Iterator[tuple[int, int]]:
    for found in _PHONE.finditer(folded.data):
        start, end = folded.char_at(found.start()), folded.char_at(found.end())
        if _is_phone(folded.text[start:end], folded.text[max(0, start - 40) : start]):
            yield start, end


def _is_phone(number: str, before: str) -> bool:
    """A number in international form, or valid in a region of ours and written or announced as one."""
    if _DATE.fullmatch(number):
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


def _national(entity: str, source: str, check: Callable[[str], bool] | None, digits: int) -> Detector:
    return Detector(
        entity=entity, group="national_id", prefilters=(source,), find=by_regex(source, check), digits=digits
    )


IDENTIFIERS: tuple[Detector, ...] = (
    Detector(
        entity="iban",
        group="iban",
        prefilters=(r"\b[a-z]{2}[ .-]?[0-9]{2}[ .-]{0,2}[a-z0-9]{1,4}[ .-]?[a-z0-9]{4}",),
        find=_iban_spans,
        digits=8,
    ),
    _national("us_ssn", r"\b[0-9]{3}[ .-][0-9]{2}[ .-][0-9]{4}\b", _checked(lambda n: ssn.is_valid(_dashed(n))), 9),
    _national("uk_nino", r"\b[a-z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[a-d]\b", _is_nino, 6),
    _national("es_nif", r"\b[0-9]{8}[ -]?[a-z]\b", _checked(nif.is_valid), 8),
    _national("es_nie", r"\b[xyz][ -]?[0-9]{7}[ -]?[a-z]\b", _checked(nie.is_valid), 7),
    _national(
        "fr_nir",
        r"\b[12] ?[0-9]{2} ?[0-9]{2} ?[0-9][0-9ab] ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}\b",
        _checked(nir.is_valid),
        14,
    ),
    _national("de_idnr", r"\b[0-9]{2} [0-9]{3} [0-9]{3} [0-9]{3}\b", _checked(idnr.is_valid), 11),
    _national("br_cpf", r"\b[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}\b", _checked(cpf.is_valid), 11),
    _national(
        "pt_nif",
        rf"\b(?:nif|contribuinte|fiscal)\b{LINK}([0-9]{{3}} ?[0-9]{{3}} ?[0-9]{{3}})\b",
        _checked(pt_nif.is_valid),
        9,
    ),
    Detector(
        entity="labelled_id",
        group="national_id",
        prefilters=(rf"\b(?:{_PERSON_LABELS})\b",),
        find=by_regex(rf"\b(?:{_PERSON_LABELS})\b{LINK}\b{_PERSON_VALUE}\b", _is_labelled_id),
        digits=5,
    ),
    Detector(
        entity="account_number",
        group="account_number",
        prefilters=(rf"\b(?:{_ACCOUNT_LABELS})\b",),
        find=by_regex(rf"\b(?:{_ACCOUNT_LABELS})\b{LINK}\b([a-z]{{0,4}}-?[0-9](?:[ -]?[0-9]){{5,20}})\b", _is_account),
        digits=6,
    ),
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
"""Detectors of identifiers; `phone` and `email` are found on request and never redacted from the transcript."""


def _dashed(number: str) -> str:
    return re.sub(r"[ .]", "-", number)
