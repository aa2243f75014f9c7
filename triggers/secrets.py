"""Things that open doors: passwords, PINs, one-time codes, API keys, tokens.

Without it a password told in the chat would be stored, quoted in a ticket and sent to every desk.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from triggers.detectors import LINK, Detector, by_regex, count_digits
from triggers.folding import Folded
from triggers.watched import compile_source

_PASSWORD = (
    "pa+s+wo?r?d|passwd|pwd|passcode|passphrase|pass ?word|contrasena|mot de passe|passwort|kennwort|senha|"
    "palavra[ -]passe"
)
_VERB = r"(?:is|was|its|it's|es|era|est|etait|ist|war|lautet|e|foi)"
_PASSWORD_VALUE = compile_source(
    rf"\b(?:{_PASSWORD})\b((?:[^a-z0-9\n:=\"']{{1,3}}(?:for|to|my|the|this|account|e-?mail|login|wifi|new|old|current|{_VERB})\b)"
    r"{0,6})(\s*[:=]?\s*[\"'`]?)([^\s\"'`]{4,64})"
)
_LOOSE_END = re.compile(r"[\s\"'`]*(?:$|[.,;!?\n)]|and\b|but\b)")
_NO_PASSWORD = frozenset(
    re.findall(
        r"\w+",
        "incorrect wrong invalid expired missing required correct right different unknown unsafe secure strong secret "
        "forgotten stolen hidden visible useless broken private empty blank simple another somehow nothing something "
        "anything everything already always never still temporarily currently definitely please because working there "
        "reset change help forgot changed "
        "incorrecta incorrecto erronea erroneo invalida invalido caducada caducado obligatoria obligatorio necesaria "
        "requerida olvidada olvidado segura insegura correcta correcto distinta diferente bloqueada vacia igual "
        "incorrecte errone erronee invalide expire expiree obligatoire necessaire requis requise oublie oubliee "
        "correcte faux fausse mauvais bloque bloquee vide inconnu perdu toujours "
        "falsch ungultig abgelaufen erforderlich notwendig vergessen richtig korrekt sicher unsicher gesperrt leer "
        "unbekannt verloren immer nicht "
        "incorreta incorreto errada errado expirada expirado obrigatoria obrigatorio necessaria esquecida correta "
        "correto bloqueada vazia perdida sempre",
    )
)
_STATES = ("ed", "ing", "ly", "able", "ible", "ful", "less")

_PIN = "pin|geheimzahl|codigo secreto|code secret|nip|clave"
_CVV = (
    "cvv2?|cvc2?|csc|cid|security code|card verification|codigo de seguridad|cryptogramme|code de securite|"
    "prufnummer|prufziffer|sicherheitscode|codigo de seguranca"
)
_OTP = (
    "one[ -]?time (?:code|password|passcode|pin)|otp|verification code|2fa(?: code)?|two[ -]factor code|sms code|"
    "auth(?:entication|orisation|orization)? code|access code|login code|codigo de verificacion|codigo de un solo uso|"
    "code de verification|code a usage unique|bestatigungscode|einmalcode|tan|codigo de verificacao|"
    "(?:code|codigo) (?:you|they) (?:sent|texted)|code (?:i|from) [a-z ]{0,20}(?:got|received|sms|text)"
)
_KEYS = (
    r"sk-[a-z0-9_-]{16,}",
    r"[sr]k_(?:live|test)_[a-z0-9]{10,}",
    r"\b(?:akia|asia)[a-z0-9]{16}\b",
    r"\bxox[abeoprs]-[a-z0-9-]{10,}",
    r"\bgh[opsur]_[a-z0-9]{20,}",
    r"\bgithub_pat_[a-z0-9_]{20,}",
    r"\bglpat-[a-z0-9_-]{16,}",
    r"\baiza[a-z0-9_-]{30,}",
    r"\beyj[a-z0-9_-]{8,}\.[a-z0-9_-]{8,}\.[a-z0-9_-]*",
    r"\bbearer\s+[a-z0-9._~+/-]{20,}=*",
    r"-----begin [a-z ]{0,20}private key-----(?s:.*?)(?:-----end [a-z ]{0,20}private key-----|\z)",
    r"https?://hooks\.[a-z0-9.-]+/[a-z0-9_/-]{8,}",
    r"https?://[a-z0-9.-]*discord(?:app)?\.com/api/webhooks/\S{8,}",
    r"https?://[a-z0-9.-]+/[a-z0-9_/-]*webhook[a-z0-9_]*/\S{16,}",
    r"https?://\S*[?&](?:access_?|auth_?|api_?)?(?:token|key|secret|sig|signature|password)=[^\s&]{6,}",
    r"https?://[^\s/:@]+:[^\s/@]+@\S+",
)
_KEY_PREFILTER = (
    r"sk-[a-z0-9]|[sr]k_(?:live|test)|\b(?:akia|asia)[0-9a-z]{8}|\bxox[a-z]-|\bgh[opsur]_|\bgithub_pat_|\bglpat-|\baiza|"
    r"\beyj[a-z0-9]|\bbearer\b|-----begin|https?://"
)
_NAMED_KEY = r"\b(?:api|secret|access|private|auth|client)[ _-]?(?:key|token|secret)\b"


def _password_spans(folded: Folded) -> Iterator[tuple[int, int]]:
    for found in _PASSWORD_VALUE.finditer(folded.data):
        start, end = folded.char_at(found.start(3)), folded.char_at(found.end(3))
        while end > start and folded.text[end - 1] in ".,;!?)]":
            end -= 1
        linked = re.search(rf"\b{_VERB}\b", found.group(1).decode()) is not None
        explicit = any(char in found.group(2).decode() for char in ":=\"'`")
        if _is_password(folded, start, end, linked=linked, explicit=explicit):
            yield start, end


def _is_password(folded: Folded, start: int, end: int, *, linked: bool, explicit: bool) -> bool:
    value = folded.text[start:end]
    if len(value) < 4 or value.startswith("[") or value in _NO_PASSWORD or "://" in value:
        return False
    if any(char.isdigit() for char in value):
        return linked or explicit or any(char.isalpha() for char in value)
    first, last = folded.span(start, end)
    written = folded.original[first:last]
    odd = any(char in "!@#$%^&*_+?=~" for char in value) or any(char.isupper() for char in written[1:])
    if odd and (linked or explicit):
        return not written.isupper() or len(written) > 6 or explicit
    if not value.isalpha() or value.endswith(_STATES):
        return False
    return explicit or (linked and len(value) >= 6 and _LOOSE_END.match(folded.text, end) is not None)


def _pin_spans(folded: Folded) -> Iterator[tuple[int, int]]:
    """PINs; "pin code" with six digits is a postal code in India."""
    for start, end in _PIN_VALUE(folded):
        if end - start != 6 or "pin code" not in folded.text[max(0, start - 20) : start]:
            yield start, end


_PIN_VALUE = by_regex(rf"\b(?:{_PIN})\b{LINK}\b([0-9]{{4,8}})\b")


def _has_digits(text: str) -> bool:
    return count_digits(text) >= 2


SECRETS: tuple[Detector, ...] = (
    Detector(entity="password", group="secret", prefilters=(rf"\b(?:{_PASSWORD})\b",), find=_password_spans),
    Detector(entity="pin", group="secret", prefilters=(rf"\b(?:{_PIN})\b",), find=_pin_spans, digits=4),
    Detector(
        entity="cvv",
        group="secret",
        prefilters=(rf"\b(?:{_CVV})\b",),
        find=by_regex(rf"\b(?:{_CVV})\b{LINK}\b([0-9]{{3,4}})\b"),
        digits=3,
    ),
    Detector(
        entity="one_time_code",
        group="secret",
        prefilters=(rf"\b(?:{_OTP})\b",),
        find=by_regex(rf"\b(?:{_OTP})\b{LINK}\b([0-9]{{3}}[ -]?[0-9]{{1,5}})\b"),
        digits=4,
    ),
    Detector(
        entity="api_key",
        group="secret",
        prefilters=(_KEY_PREFILTER,),
        find=by_regex("(?:" + "|".join(_KEYS) + ")"),
    ),
    Detector(
        entity="named_key",
        group="secret",
        prefilters=(_NAMED_KEY,),
        find=by_regex(rf"{_NAMED_KEY}{LINK}\s*[:=]?\s*([a-z0-9_./+=-]{{12,}})", _has_digits),
        digits=2,
    ),
)
"""Detectors of secrets; all are redacted before the first write."""
