"""Official numbers of persons, by country. Which of them stand out by layout and check sum, and which need a label.

A number that a customer calls an official one is masked whatever its check sum says.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from stdnum import luhn, verhoeff  # type: ignore[import-untyped,unused-ignore]  # types differ by version
from stdnum.be import nn
from stdnum.br import cpf
from stdnum.ch import ssn as ahv
from stdnum.de import idnr
from stdnum.es import nie, nif
from stdnum.fi import hetu
from stdnum.fr import nir
from stdnum.it import codicefiscale
from stdnum.mx import curp
from stdnum.no import fodselsnummer
from stdnum.se import personnummer
from stdnum.us import ssn

from triggers.private.detectors import LINK, Detector, by_regex, count_digits

_LABELS = (
    "ssn|social security|social insurance|national insurance|ni number|nino|passport|passeport|pasaporte|passaporte|"
    "passaporto|reisepass|driver'?s? licen[cs]e|driving licen[cs]e|fuhrerschein|permis de conduire|"
    "(?:carnet|permiso) de conducir|carta de conducao|patente di guida|dni|nie|nif|cpf|tax id|taxpayer id|itin|"
    "steuer-?id[a-z]*|steuernummer|steueridnr|identifikationsnummer|securite sociale|numero (?:secu|nir|fiscal)|nir|"
    "numero insee|insee|"
    "contribuinte|cartao de cidadao|id card|identity card|national id|(?:personal|tax|national) identification number|"
    "personalausweis|ausweisnummer|sozialversicherungsnummer|rentenversicherungsnummer|svnr|sv-nummer|carte d'identite|"
    "documento de identidad|codice fiscale|bsn|burgerservicenummer|sofinummer|rijksregisternummer|"
    "numero (?:de )?registre national|registre national|insz|niss|pesel|personnummer|"
    "cpr(?:-nummer)?|hetu|henkilotunnus|fodselsnummer|pps(?:n)?|ahv(?:-nummer|-nr)?|avs|aadha+r|"
    "pan card|curp|rfc|cedula|cuil|cuit|sin number|medicare|nhs|tfn|egn|cnp|oib|jmbg|amka|tckn|rodne cislo"
)
_VALUE = (
    "([a-z]{0,6}[ -]?[0-9](?:[ ./-]?[0-9]){4,17}(?:[ -]?[a-z0-9]{1,3})?|[a-z0-9]{6,18}|"
    "[a-z]{3} ?[a-z]{3}(?: ?[a-z0-9]{2,5}){3,4})"
)
_NINO_PREFIX = re.compile(r"(?!bg|gb|nk|kn|tn|nt|zz)[a-ceghj-prstw-z][a-ceghj-nprstw-z]")


def is_valid(check: Callable[[str], bool], number: str) -> bool:
    """Whether the check sum holds; stdnum answers some malformed numbers with odd errors, which mean no."""
    try:
        return check(number)
    except (ValueError, KeyError, IndexError):
        return False


def _checked(check: Callable[[str], bool]) -> Callable[[str], bool]:
    return lambda text: is_valid(check, text.upper())


def _is_ssn(text: str) -> bool:
    return is_valid(ssn.is_valid, re.sub(r"[ .]", "-", text))


def _is_nino(text: str) -> bool:
    return _NINO_PREFIX.match(text) is not None


def _is_chinese(text: str) -> bool:
    """GB 11643: a date of birth, and a check sum modulo 11."""
    weights = [pow(2, 17 - at, 11) for at in range(17)]
    total = sum(int(char) * weight for char, weight in zip(text, weights, strict=False))
    return _is_birth(text[6:10], text[10:12], text[12:14]) and "10x98765432"[total % 11] == text[17]


def _is_birth(year: str, month: str, day: str) -> bool:
    try:
        return 1900 <= date(int(year), int(month), int(day)).year <= 2030
    except ValueError:
        return False


def _is_aadhaar(text: str) -> bool:
    return verhoeff.is_valid(text.replace(" ", "").replace("-", ""))


def _is_sin(text: str) -> bool:
    """Canada's social insurance number; in Spanish the label means "without"."""
    return bool(luhn.is_valid(re.sub(r"[ -]", "", text)))


def _is_labelled(text: str) -> bool:
    return count_digits(text) >= 5


def _national(entity: str, source: str, check: Callable[[str], bool], digits: int) -> Detector:
    """By layout and check sum; an everyday label before it wins."""
    find = by_regex(rf"\b(?:{source})\b", check, weighed=True)
    return Detector(entity=entity, group="national_id", prefilters=(rf"\b(?:{source})\b",), find=find, digits=digits)


def _near(labels: str, source: str) -> str:
    """A value with its label somewhere before it in the line."""
    return rf"\b(?:{labels})\b[^\n]{{0,60}}?\b({source})\b"


_REST_OF_ID = r"\[national id\][ .,/-]{0,3}([0-9]{3,4}(?:[ ./-]?[0-9]{2,4}){0,3}(?:[ -]?[a-z])?)\b"
"""What follows an official number whose beginning was masked before."""
NATIONAL_IDS: tuple[Detector, ...] = (
    Detector(
        entity="labelled_id",
        group="national_id",
        prefilters=(r"\[national id\]",),
        find=by_regex(_REST_OF_ID),
        digits=3,
    ),
    _national("us_ssn", r"[0-9]{3}-[0-9]{2}-[0-9]{4}", _is_ssn, 9),
    _national("uk_nino", r"[a-z]{2} [0-9]{2} [0-9]{2} [0-9]{2} ?[a-d]", _is_nino, 6),
    _national("es_nif", r"[0-9]{8}-?[a-z]", _checked(nif.is_valid), 8),
    _national("es_nie", r"[xyz]-?[0-9]{7}-?[a-z]", _checked(nie.is_valid), 7),
    _national(
        "fr_nir",
        r"[12] ?[0-9]{2} ?(?:0[1-9]|1[0-2]) ?[0-9][0-9ab] ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}",
        _checked(nir.is_valid),
        14,
    ),
    _national("de_idnr", r"[0-9]{2} [0-9]{3} [0-9]{3} [0-9]{3}", _checked(idnr.is_valid), 11),
    _national("br_cpf", r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}", _checked(cpf.is_valid), 11),
    _national(
        "it_codice_fiscale",
        r"[a-z]{3} ?[a-z]{3} ?[0-9l-v]{2}[a-z][0-9l-v]{2} ?[a-z][0-9l-v]{3}[a-z]",
        _checked(codicefiscale.is_valid),
        5,
    ),
    _national("be_nn", r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}[- ][0-9]{3}[. ][0-9]{2}", _checked(nn.is_valid), 11),
    _national("ch_ahv", r"756[. ]?[0-9]{4}[. ]?[0-9]{4}[. ]?[0-9]{2}", _checked(ahv.is_valid), 13),
    _national("se_personnummer", r"(?:19|20)?[0-9]{6}[-+][0-9]{4}", _checked(personnummer.is_valid), 10),
    _national("fi_hetu", r"[0-9]{6}[-+a][0-9]{3}[0-9a-y]", _checked(hetu.is_valid), 9),
    _national("no_fodselsnummer", r"[0-9]{6} [0-9]{5}", _checked(fodselsnummer.is_valid), 11),
    _national("mx_curp", r"[a-z]{4}[0-9]{6}[hm][a-z]{5}[0-9a-z][0-9]", _checked(curp.is_valid), 7),
    _national("cn_ric", r"[1-9][0-9]{16}[0-9x]", _is_chinese, 17),
    Detector(
        entity="us_ssn",
        group="national_id",
        prefilters=(r"\b(?:ssn|social(?: security)?|itin|tax)\b",),
        find=by_regex(_near("ssn|social(?: security)?|itin|tax", r"[0-9]{3}[ .-]?[0-9]{2}[ .-]?[0-9]{4}"), _is_ssn),
        digits=9,
    ),
    Detector(
        entity="us_ssn",
        group="national_id",
        prefilters=(r"\b(?:ssn|social security)\b",),
        find=by_regex(rf"\b(?:ssn|social security)\b(?: ?(?:number|num|no))?{LINK}[:=]? ?([0-9]{{4}})\b"),
        digits=4,
    ),
    Detector(
        entity="uk_nino",
        group="national_id",
        prefilters=(r"\b(?:ni|nino|national insurance|hmrc|insurance|tax)\b",),
        find=by_regex(
            _near("ni|nino|national insurance|hmrc|insurance|tax", r"[a-z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[a-d]"),
            _is_nino,
        ),
        digits=6,
    ),
    Detector(
        entity="in_aadhaar",
        group="national_id",
        prefilters=(r"\b(?:aadha+r|uidai|uid|kyc)\b",),
        find=by_regex(_near("aadha+r|uidai|uid|kyc", r"[2-9][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}"), _is_aadhaar),
        digits=12,
    ),
    Detector(
        entity="ca_sin",
        group="national_id",
        prefilters=(r"\b(?:sin|nas|social insurance|assurance sociale)\b",),
        find=by_regex(rf"\b(?:sin|nas)\b{LINK}[:=]?\s{{0,2}}\b([0-9]{{3}}[ -]?[0-9]{{3}}[ -]?[0-9]{{3}})\b", _is_sin),
        digits=9,
    ),
    Detector(
        entity="labelled_id",
        group="national_id",
        prefilters=(rf"\b(?:{_LABELS})\b",),
        find=by_regex(
            rf"\b(?:{_LABELS})\b[\"'`*_)]{{0,3}}{LINK}[:=]?\s{{0,2}}[\"'`*(]{{0,3}}\b{_VALUE}\b", _is_labelled
        ),
        digits=5,
    ),
)
"""Detectors of official numbers."""
