"""Secrets that are called by a name: passwords, PINs, security codes, one-time codes, answers to secret questions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from triggers.folding import Folded
from triggers.private.detectors import LINK, Detector, Finder, Searched, by_regex, count_digits, value_span
from triggers.private.numerals import NUMBER_WORD
from triggers.watched import compile_source

NAMED_PASSWORD = (
    "pa+s+wo?r?d|p[a@4][s$5]{2}w[o0]rd|p[ .-]a[ .-]s[ .-]s[ .-]w[ .-]o[ .-]r[ .-]d|passwort|passwd|passwrd|"
    "passcode|pass[ -]?phrase|pass ?word|pass ?code|contrasena|contrasenya|"
    "mot de passe|kennwort|senha|palavra[ -]passe|parola|wachtwoord|losenord"
)
_SHORT = "p/w|pw|pwd|pswd|psw|pword|pass|mdp|clave|pwort|kw"
"""Abbreviations and words with other meanings: they need a colon, or a value that looks like a password."""
_VERB = r"(?:is|was|its|it's|s|es|era|est|etait|ist|war|lautet|e|foi)"
_BETWEEN = (
    rf"(?:for|to|of|my|the|this|account|e-?mail|login|wi-?fi|wlan|red|acceso|new|old|current|de|del|da|do|du|"
    rf"la|el|le|mi|"
    rf"temporary|neues?|user|that|which|i|use|used|have|set|que|uso|usuario|conta|cuenta|compte|konto|banking|"
    rf"online|bank|db|database|{_VERB})"
)
_OPEN = r"[\"'`*_)\]]{0,3}\s{0,3}(?:[:=]{1,2}>?|-?->|\||-[ \t])?[\"'`*_(<]{0,3}\s{0,3}[\"'`*(<]{0,3}"
_PASSWORD_VALUE = compile_source(
    rf"(?:\b|_)({NAMED_PASSWORD}|{_SHORT})(?:\b|_[a-z0-9]{{0,12}}|"
    rf"[0-9]\b)((?:'s\b)?(?:[^a-z0-9\n:=\"'\[\]]{{1,3}}{_BETWEEN}\b){{0,6}})"
    rf"({_OPEN}|>)([^\s\"'`<>]{{3,128}})"
)
_EXPLICIT = re.compile(r"[:=\"'`<>|]|->|--$")
_ACCOUNT = re.compile(r"\b(?:user(?:name|id)?|login|usuario|usuaria|utilisateur|benutzer(?:name)?|identifiant|id)\b")
_PLACEHOLDER = re.compile(r"\[[a-z_ -]{3,20}\]?")
_LOOSE_END = re.compile(r"[\s\"'`*]*(?:$|[.,;!?\n)]|and\b|but\b)")
_MORE_DIGITS = re.compile(r" [0-9]{2,6}(?![\w.,:/-])")
"""A password told in two words: "rainbow 123"."""
_OTHER_PASSES = frozenset(
    ("boarding", "bus", "travel", "season", "ski", "day", "guest", "visitor", "parking", "train", "palabra", "palabras")
)
NO_PASSWORD = frozenset(
    re.findall(
        r"\w+",
        "incorrect wrong invalid expired missing required correct right different unknown unsafe secure strong secret "
        "forgotten stolen hidden visible useless broken private empty blank simple another somehow nothing something "
        "anything everything already always never still temporarily currently definitely please because working there "
        "reset change help forgot changed lost not the and for you your any all too what none null only "
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

PIN = (
    "[mt]?pin|pin ?code|m?tan|geheimzahl|codigo secreto|code secret|nip|clave|unlock code(?: (?:for|of) (?:my|"
    "the) (?:phone|tablet|laptop|device|computer))?|passkey|puk(?:[ -]?code)?|(?:unlock|swipe|lock) pattern"
)
CVV = (
    "cvv2?|cvc2?|csc|cid|security code|card verification(?: value)?|codigo de seguridad|cryptogramme|code de securite|"
    "prufnummer|prufziffer|sicherheitscode|codigo de seguranca|"
    "(?:last )?(?:three|four|3|4) (?:digits|numbers) (?:on|at|from) the (?:back|reverse|front)(?: of (?:the|my) card)?|"
    "(?:letzten )?(?:drei|3) (?:ziffern|zahlen) (?:hinten|auf der ruckseite)|"
    "(?:ultimos )?(?:tres|3) (?:numeros|digitos|algarismos) (?:de atras|del reverso|de detras|de tras|do verso|atras)|"
    "(?:derniers )?(?:trois|3) (?:chiffres|numeros) (?:au dos|derriere|au verso)"
)
OTP = (
    "one[ -]?time[ -](?:code|password|passcode|pin)|otp|totp|verification code|2fa(?: code)?|mfa(?: code)?|"
    "two[ -]factor code|sms code|auth(?:entication|orisation|orization|enticator)? code|access code|login code|"
    "confirmation code|security code|codigo de seguridad|code de securite|sicherheitscode|codigo de seguranca|"
    "(?:backup|recovery|rescue) (?:codes?|keys?)|codigo de verificacion|"
    "codigo de un solo uso|codigo sms|"
    "code de verification|code a usage unique|code de confirmation|code sms|bestatigungscode|einmalcode|sms-code|"
    "codigo de verificacao|codigo de confirmacao|"
    "(?:code|codigo) (?:you|they) (?:sent|texted)|code (?:i|from) [a-z ]{0,20}(?:got|received|sms|text)"
)
_OWN_CODE = (
    r"(?:^|\b(?:my|the|your|this|mi|el|tu|su|mon|le|ton|votre|mein|der|dein|ihr|meu|o|seu|teu|il|"
    r"tuo)[ \t])(?:code|codigo|codice)"
)
_OUR_CODE = (
    r"\b(?:my|mi|mon|mein|meu|o meu)[ \t](?:code|codigo)[ \t]{0,2}(?:[:=]|(?:is|es|est|ist|lautet|"
    r"e)\b:?)[ \t]{0,2}[\"'`*]{0,2}([0-9]{4,8})\b"
)
_IN_PIECES = r"(?:[a-z0-9]{3,8}(?:-[a-z0-9]{3,8}){1,7})"
"""As codes for an account that was lost are printed, several at a time: "ABCD-EFGH-1234"."""
_SECRET_DIGITS = (
    rf"{_IN_PIECES}(?:[\s,;]{{1,3}}{_IN_PIECES}){{0,15}}|[0-9](?:[ .-]?[0-9]){{2,9}}|"
    r"[a-z0-9]{0,6}[0-9][a-z0-9]{1,9}|"
    rf"{NUMBER_WORD}(?:[ ,.-]{{1,3}}{NUMBER_WORD}){{2,9}}"
)
_ANSWER = (
    "mother'?s maiden name|maiden name|(?:security|secret) (?:answer|word)|memorable (?:word|name|place)|"
    "answer to (?:my|the) (?:security|secret) question|respuesta (?:secreta|de seguridad)|apellido de soltera|"
    "reponse secrete|nom de jeune fille|sicherheitsantwort|antwort auf die sicherheitsfrage|"
    "geburtsname (?:meiner|der) mutter|madchenname(?: (?:meiner|der) mutter)?|resposta (?:secreta|de seguranca)|"
    "nome de solteira|(?:first|childhood) (?:pet|teacher|friend)(?:'s name)?|name of (?:my )?first (?:pet|"
    "teacher|school)|"
    "(?:magic|safe|code) ?word|codewort|losungswort|(?:erstes haustier|primera mascota|premier animal|primeiro animal)"
)
_OF_WHOM = r"(?:[ \t]+(?:of|de|di|der|da|my|mi|ma|minha|meiner|mother|madre|mere|mae|mutter)){0,3}"
_ANSWER_VALUE = (
    rf"\b(?:{_ANSWER})\b{_OF_WHOM}[ \t]{{0,2}}(?:[:=][ \t]{{0,2}}|[ \t]{_VERB}[ \t]{{1,2}})[\"'`*]{{0,2}}"
    r"([^\s.,;!?\"`\[\]]{2,40}(?:[ \t][^\s.,;!?\"`\[\]]{2,40}){0,2})"
)


def _password_spans(searched: Searched) -> Iterator[tuple[int, int]]:
    folded = searched.folded
    for found in _PASSWORD_VALUE.finditer(folded.data):
        searched.spend()
        told = _Told(folded, found)
        if told.is_password():
            yield told.start, told.end


class _Told:
    """One place at which a password may be told: a label, what links it, and the word after."""

    def __init__(self, folded: Folded, found: Any) -> None:
        self.folded = folded
        self.label = folded.char_at(found.start(1))
        self.short = re.fullmatch(_SHORT, found.group(1).decode()) is not None
        self.vague = found.group(1) in (b"pass", b"clave")
        self.start, self.end = folded.char_at(found.start(4)), folded.char_at(found.end(4))
        self.before = folded.text[max(0, self.label - 60) : self.label]
        between, opened = found.group(2).decode(), found.group(3).decode()
        self.explicit = _EXPLICIT.search(opened) is not None or self.before.endswith("--")
        self.adjacent = not between and "\n" not in opened
        self.linked = re.search(rf"\b{_VERB}\b", between) is not None or _ACCOUNT.search(self.before) is not None
        self._trim(opened)

    def _trim(self, opened: str) -> None:
        """Takes a quoted value up to its closing quote, and leaves punctuation after a bare one."""
        text, mark = self.folded.text, opened[-1:]
        if mark and mark in "\"'`":
            close = text.find(mark, self.end, self.end + 64)
            if close >= 0 and "\n" not in text[self.end : close]:
                self.end = close
        while self.end > self.start and text[self.end - 1] in ".,;!?)]}*_":
            self.end -= 1
        more = _MORE_DIGITS.match(text, self.end)
        if more and (self.linked or self.explicit) and text[self.start : self.end] not in NO_PASSWORD:
            self.end = more.end()

    def is_password(self) -> bool:
        """Whether what follows the label is a value and no remark about passwords."""
        value = self.folded.text[self.start : self.end]
        if len(value) < 3 or value in NO_PASSWORD or "://" in value or _PLACEHOLDER.match(value):
            return False
        if self.before.endswith("/") or (self.short and (self.before.split() or [""])[-1] in _OTHER_PASSES):
            return False
        letters, digits = any(map(str.isalpha, value)), any(map(str.isdigit, value))
        if digits:
            return self.linked or self.explicit or (self.adjacent and not self.short) or (letters and not self.vague)
        return self._is_word_or_odd(value)

    def _is_word_or_odd(self, value: str) -> bool:
        first, last = self.folded.span(self.start, self.end)
        written = self.folded.original[first:last]
        odd = any(char in "!@#$%^&*_+?=~" for char in value) or any(char.isupper() for char in written[1:])
        if odd and (self.linked or self.explicit):
            return not written.isupper() or len(written) > 6 or self.explicit
        if self.explicit:
            return value[0].isalnum() or odd
        if not value.isalpha() or value.endswith(_STATES) or self.short:
            return False
        return self.linked and len(value) >= 4 and _LOOSE_END.match(self.folded.text, self.end) is not None


def _labelled(labels: str, values: str, accept: Callable[[str], bool] | None = None) -> Finder:
    """A finder of values behind labels; a line may break after the colon."""
    return by_regex(rf"\b(?:{labels})\b[\"'`*_)]{{0,3}}{LINK}(?:[:=]\s{{0,3}})?[\"'`*(<]{{0,3}}\b({values})\b", accept)


def _pin_spans(searched: Searched) -> Iterator[tuple[int, int]]:
    """PINs; "pin code" with six digits is a postal code in India, and a map has pins as well."""
    for found in _PIN_VALUE.finditer(searched.folded.data):
        searched.spend()
        label = searched.folded.char_at(found.start(1))
        start, end = (searched.folded.char_at(at) for at in value_span(found))
        before = searched.folded.text[max(0, label - 12) : label].split()
        value = searched.folded.text[start:end]
        postal = count_digits(value) == 6 and searched.folded.text.startswith("pin code", label)
        place = before[-1:] in (["map"], ["maps"], ["location"]) or _FRACTION.match(searched.folded.text, end)
        if not postal and not place and _is_secret_number(value):
            yield start, end


_PIN_VALUE = compile_source(
    rf"\b({PIN})\b[\"'`*_)]{{0,3}}{LINK}(?:[:=]\s{{0,3}})?[\"'`*(<]{{0,3}}\b"
    rf"([0-9]{{3,8}}|[0-9]{{2,4}}[ -][0-9]{{2,4}}|[0-9](?:[ .-][0-9]){{3,7}}|"
    rf"{NUMBER_WORD}(?:[ ,.-]{{1,3}}{NUMBER_WORD}){{2,9}})\b"
)
_FRACTION = re.compile(r"[.,][0-9]|°")


def _is_secret_number(text: str) -> bool:
    return count_digits(text) != 0 or len(re.findall(r"[^\W\d_]+", text)) > 2


_LOGIN = r"\b(?:login|log-?in|user(?:name)?|credentials|creds|zugang|acceso|identifiants?)[ \t]?[:=][ \t]?"


def _is_mixed(text: str) -> bool:
    return any(map(str.isalpha, text)) and count_digits(text) > 0


_MAIL_LOGIN = r"\b[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}[:|]([^\s/,;:|\"'`<>]{6,64})"
"""An address and what opens it, as lists of stolen logins have them."""
_MAIL_AND_MORE = compile_source(
    r"\b[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}"
    r"(\s{0,3}(?:[/|;\n>-]|->|=>|--)\s{0,3}|,?[ \t]{1,3}(?:(?:and|und|y|et|e|/)[ \t])?)([^\s/,;:|\"'`<>()@]{6,64})"
)
"""An address and one word after it: a login as people write it, if the word looks like nothing but a password."""


def _beside_mail(searched: Searched) -> Iterator[tuple[int, int]]:
    folded = searched.folded
    for found in _MAIL_AND_MORE.finditer(folded.data):
        searched.spend()
        start, end = folded.char_at(found.start(2)), folded.char_at(found.end(2))
        while end > start and folded.text[end - 1] in ".?":
            end -= 1
        first, last = folded.span(start, end)
        joined = found.group(1).strip() not in (b"", b",", b"and", b"und", b"y", b"et", b"e")
        if _looks_chosen(folded.original[first:last], joined) and folded.text[end : end + 1] != "@":
            yield start, end


def _looks_chosen(word: str, joined: bool) -> bool:
    """Whether a word mixes letters and digits as passwords do; order numbers and postcodes are written in capitals.

    Behind a slash or dash (`joined`) a small letter and a digit are enough, in a sentence it takes more.
    """
    small, digit = any(map(str.islower, word)), any(map(str.isdigit, word))
    rare = any(map(str.isupper, word[1:])) or word[:1].isupper() or any(char in "!@#$%^&*_+?=~" for char in word)
    return small and digit and (joined or rare) and not re.search(r"\.[a-z]{2,4}$|[\[\]]", word)


_PASSPHRASE = r"\bpass[ -]?phrase\b[\"'`*_)]{0,3}[ \t]{0,2}[:=][ \t]{0,3}[\"'`*(]{0,3}([^\n.,;!?\"`\[\]]{3,160})"

SECRETS: tuple[Detector, ...] = (
    Detector(entity="password", group="secret", prefilters=(_MAIL_LOGIN,), find=by_regex(_MAIL_LOGIN, _is_mixed)),
    Detector(
        entity="password", group="secret", prefilters=(r"[a-z0-9._%+-]@[a-z0-9-]{1,63}\.",), find=_beside_mail, digits=1
    ),
    Detector(entity="password", group="secret", prefilters=(r"\bpass[ -]?phrase\b",), find=by_regex(_PASSPHRASE)),
    Detector(
        entity="password",
        group="secret",
        prefilters=(_LOGIN,),
        find=by_regex(rf"{_LOGIN}[^\s/|,]{{1,64}}[ \t]?[/|,:][ \t]?([^\s,;\"'`]{{4,64}})", _is_mixed),
    ),
    Detector(
        entity="password",
        group="secret",
        prefilters=(rf"(?:\b|_)(?:{NAMED_PASSWORD}|{_SHORT})(?:\b|_|[0-9])",),
        find=_password_spans,
    ),
    Detector(entity="pin", group="secret", prefilters=(rf"\b(?:{PIN})\b",), find=_pin_spans),
    Detector(
        entity="cvv",
        group="secret",
        prefilters=(rf"\b(?:{CVV})\b",),
        find=_labelled(CVV, rf"[0-9](?:[ .-]?[0-9]){{2,3}}|{NUMBER_WORD}(?:[ ,.-]{{1,3}}{NUMBER_WORD}){{2,3}}"),
    ),
    Detector(
        entity="one_time_code",
        group="secret",
        prefilters=(rf"\b(?:{OTP})\b",),
        find=_labelled(OTP, _SECRET_DIGITS, _is_secret_number),
    ),
    Detector(
        entity="one_time_code",
        group="secret",
        prefilters=(r"\b(?:code|codigo|codice)\b",),
        find=by_regex(
            rf"(?m:{_OWN_CODE})[ \t]{{0,2}}(?:[:=]|{_VERB}\b:?)[ \t]{{0,2}}[\"'`*]{{0,2}}([0-9](?:[ .-]?[0-9]){{5}})\b"
        ),
        digits=6,
    ),
    Detector(
        entity="one_time_code",
        group="secret",
        prefilters=(_OUR_CODE,),
        find=by_regex(_OUR_CODE),
        digits=4,
    ),
    Detector(
        entity="security_answer",
        group="secret",
        prefilters=(rf"\b(?:{_ANSWER})\b",),
        find=by_regex(_ANSWER_VALUE, lambda text: text not in NO_PASSWORD),
    ),
)
"""Detectors of secrets; all are redacted before the first write."""
