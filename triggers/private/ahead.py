"""Secrets that stand before what they are called: "4821 is my PIN", "use 482913 to log in", "hunter2 is my password".

A word is taken for a password here only with a digit, a sign or a capital inside: "this is my password" tells none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from triggers.private.detectors import Detector, Searched, by_regex, count_digits, value_span
from triggers.private.entry_codes import LABELS, PLACES, VALUE
from triggers.private.numerals import NUMBER_WORD
from triggers.private.passwords import CVV, NAMED_PASSWORD, NO_PASSWORD, OTP, PIN
from triggers.watched import compile_source

_IS = (
    r"(?:[\"'`*»”)]{0,2}[ \t]{1,2}(?:is|was|are|ist|war|lautet|es|era|est|etait|e|foi|sind|son|sont|"
    r"sao)[ \t]{1,2}|[\"'`*»”)]{0,2}[ \t]?=[ \t]?)"
)
_WHOSE = r"(?:[a-z][a-z'-]{0,15}[ \t]){0,4}"
"""At most four words between: "the", "my old", "your Example verification"."""
_DIGITS = rf"[0-9](?:[ .-]?[0-9]){{2,7}}|{NUMBER_WORD}(?:[ ,.-]{{1,3}}{NUMBER_WORD}){{2,7}}"
_NUMBER_FIRST = rf"\b(?:[a-z]-)?({_DIGITS}){_IS}{_WHOSE}(?:{PIN}|{CVV}|{OTP})\b"
_USED = (
    r"\b(?:use|used|enter|entered|type|typed|with|usa|use|introduce|introduzca|nutzen sie|verwenden sie|utilisez|"
    r"saisissez|insira|digite)(?:[ \t](?:the|code|el|le|o|den|codigo|code)){0,2}[ \t]"
    r"([0-9]{4,8}|[0-9]{3}[ -][0-9]{3})[ \t](?:to|para|pour|um|zum|zur|as|als|como)[ \t](?:[a-z]{1,10}[ \t]){0,3}?"
    r"(?:verify|verification|log ?in|login|sign ?in|confirm|authenticate|authorise|authorize|reset|verificar|confirmar|"
    r"iniciar|entrar|acceder|verifier|confirmer|connecter|anmelden|anmeldung|bestatigen|bestatigung|pin|passcode)"
)
_TEXTED = (
    r"\b(?:sms|text(?: message)?|textnachricht|texto)[ \t](?:with|says?|said|saying|reads?|sagt|mit|dice|con|"
    r"dit|avec|diz|com)"
    r"[ \t:]{1,2}(?:the[ \t]|code[ \t]|codigo[ \t]){0,2}[\"'`*]{0,2}([0-9]{6}|[0-9]{3}[ -][0-9]{3})\b"
)
_PASSWORD_FIRST = compile_source(
    rf"([^\s\"'`<>,;:()]{{4,64}}){_IS}{_WHOSE}(?:{NAMED_PASSWORD})\b|"
    r"\b(?:use|type|used|typed|enter|entered|have|had)[ \t][\"'`*]{0,2}([^\s\"'`<>,;:()]{4,64})[\"'`*]{0,2}[ \t]as[ \t]"
    rf"{_WHOSE}(?:{NAMED_PASSWORD})\b|"
    rf"\b(?:{NAMED_PASSWORD})[ \t](?:[a-z]{{1,10}}[ \t]){{0,3}}from[ \t][^\s]{{4,64}}[ \t]to[ \t]"
    r"([^\s\"'`<>,;:()]{4,64})"
)
_ENTRY_FIRST = (
    rf"\b({VALUE})(?:{_IS}{_WHOSE}{LABELS}|[ \t](?:opens?|unlocks?|offnet|abre|ouvre)[ \t]{_WHOSE}(?:{PLACES}))\b"
)


def _password_spans(searched: Searched) -> Iterator[tuple[int, int]]:
    folded = searched.folded
    for found in _PASSWORD_FIRST.finditer(folded.data):
        searched.spend()
        start, end = (folded.char_at(at) for at in value_span(found))
        first, last = folded.span(start, end)
        if _is_no_word(folded.text[start:end], folded.original[first:last]):
            yield start, end


def _is_no_word(value: str, written: str) -> bool:
    if value in NO_PASSWORD or "[" in value or "://" in value:
        return False
    odd = re.search(r"[!@#$%^&*_+?=~]", value) or (any(map(str.isupper, written[1:])) and not written.isupper())
    return bool(odd) or (count_digits(value) > 0 and any(map(str.isalpha, value)))


def _is_secret(text: str) -> bool:
    return count_digits(text) != 1 and count_digits(text) != 2


AHEAD: tuple[Detector, ...] = (
    Detector(
        entity="pin",
        group="secret",
        prefilters=(rf"\b(?:{PIN}|{CVV}|{OTP})\b",),
        find=by_regex(_NUMBER_FIRST, _is_secret),
    ),
    Detector(
        entity="one_time_code",
        group="secret",
        prefilters=(_USED, _TEXTED),
        find=by_regex(f"{_USED}|{_TEXTED}"),
        digits=4,
    ),
    Detector(entity="password", group="secret", prefilters=(rf"\b(?:{NAMED_PASSWORD})\b",), find=_password_spans),
    Detector(
        entity="entry_code",
        group="secret",
        prefilters=(rf"\b{LABELS}\b", r"(?:opens?|unlocks?|offnet|abre|ouvre)[ \t](?:the|my|our|die|das|la|le|o|a)\b"),
        find=by_regex(_ENTRY_FIRST, _is_secret),
        digits=3,
    ),
)
"""Detectors of values that stand before their label."""
