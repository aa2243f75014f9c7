"""Courtesies: messages that do nothing but thank, confirm, take leave or decline, from first to last sign.

They open nothing, answer nothing and are no miss. Whatever stands beside the courtesy makes it an ordinary message.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

import re2

from policy.phrases import compile_phrase
from triggers.courtesy_words import FILLERS, PHRASES
from triggers.folding import fold


class CourtesyKind(StrEnum):
    """What a courtesy says; of several in one message the first of these."""

    SOLVED = "solved"
    DECLINED = "declined"
    """Nothing more is needed, or what was offered is not wanted."""
    THANKS = "thanks"
    FAREWELL = "farewell"
    ACKNOWLEDGEMENT = "acknowledgement"
    TAPBACK = "tapback"
    """A sign put on somebody's message, or a sign alone."""


@dataclass(frozen=True, kw_only=True)
class Courtesy:
    """A message that is nothing but a courtesy."""

    kind: CourtesyKind
    language: str
    """Of its words; the one given where they do not tell."""
    quoted: str = ""
    """What a tapback was put on, as it quotes it: to be found among what was said before the tapback counts."""


LONGEST = 160
"""Characters beyond which a message is no courtesy."""
LONGEST_TAPBACK = 2_000
_GLAD = frozenset("👍👌🙏🙂😊😀😃😄😁☺❤♥💕💖🥰😍🎉✅✔☑👏🤝💪🙌⭐🌟✨😎🤗💙💚💛🧡💜🤍👋🎊💯😘😉🤩😌🫶🤙🌹🌸💐🍀")
_TONES = frozenset("🏻🏼🏽🏾🏿")
_SMILE = re.compile(r"(?<!\w)(?:[:;=]'?-?[)dp]+|<3+|\^\^|x+d+|\(:)(?!\w)")
_SIGNS = frozenset(" \t\r\n.,!;:~-–—…'\"’`´()*_¡")
_RUN = re.compile(r"([a-z])\1{2,}")
_APPLE = (
    r"liked|loved|laughed at|emphasi[sz]ed|hat .{0,3}gefallen|gefällt|gefiel|liebt|le gustó|le ha gustado|le encantó|"
    r"le ha encantado|me gusta|a aimé|j'aime|a adoré|gostou de|gostei de|curtiu|adorou|amou"
)
_SHOWN = (
    r"an? (?:image|photo|picture|video|movie|audio message|attachment|sticker|link)|"
    r"ein(?:e|en)? (?:bild|foto|video|anhang)|"
    r"una? (?:imagen|foto|vídeo|video|archivo)|une? (?:image|photo|vidéo|pièce jointe)|"
    r"uma? (?:imagem|foto|vídeo|anexo)"
)
_TAPBACKS = (
    re.compile(rf"\s*(?:{_APPLE})\s+(?:{_SHOWN})\s*\.?\s*", re.IGNORECASE),
    re.compile(rf"\s*(?:{_APPLE})\s*[“„«\"‟](?P<quoted>.+)[”“»\"‟]\s*", re.IGNORECASE | re.DOTALL),
    re.compile(
        r"\s*(?:reacted\s+|reagierte\s+mit\s+|reaccionó\s+con\s+|a\s+réagi\s+(?:avec|par)\s+|reagiu\s+com\s+)?"
        r"(?P<sign>\W{1,6}?)\s*(?:to|auf|zu|a|à|ao|em)\s*[“„«\"‟](?P<quoted>.+)[”“»\"‟]\s*",
        re.IGNORECASE | re.DOTALL,
    ),
)
"""How telephones write a reaction for those who cannot show it. "Questioned" and "Disliked" are no courtesies."""


def courtesy(text: str, language: str, names: Iterable[str] = ()) -> Courtesy | None:
    """The courtesy that is the whole message; None for everything else.

    `names` are those of the people of the conversation, whom a customer may thank by name.
    """
    tapback = _tapback(text, language)
    if tapback is not None:
        return tapback
    if len(text) > LONGEST or "?" in text or "¿" in text:
        return None
    words = _plain(text)
    if words is None:
        return None
    if not words:
        return Courtesy(kind=CourtesyKind.TAPBACK, language=language) if _glad(text) else None
    called = frozenset(part for name in names for part in fold(name).text.split())
    spoken = next((found for one in _readings(words) if (found := _cover(one, called, language)) is not None), None)
    if not spoken:
        return None
    order = list(CourtesyKind)
    kind, tongue = min(spoken, key=lambda one: order.index(one[0]))
    return Courtesy(kind=kind, language=tongue)


def _tapback(text: str, language: str) -> Courtesy | None:
    if len(text) > LONGEST_TAPBACK:
        return None
    for form in _TAPBACKS:
        found = form.fullmatch(text)
        sign = found.groupdict().get("sign") if found else None
        if found and (sign is None or _glad(sign)):
            return Courtesy(
                kind=CourtesyKind.TAPBACK, language=language, quoted=found.groupdict().get("quoted", "").strip()
            )
    return None


def _glad(text: str) -> bool:
    """Whether a text is friendly signs alone, at least one."""
    signs = [char for char in fold(_SMILE.sub("👍", text.lower())).text if char not in _SIGNS and char not in _TONES]
    return bool(signs) and all(char in _GLAD for char in signs)


def _plain(text: str) -> str | None:
    """The folded words with one blank between them; None if a sign stands there that is no courtesy."""
    folded = _SMILE.sub(" ", fold(text).text)
    letters = []
    for char in folded:
        if (char.isalpha() and char.isascii()) or char == "'":
            letters.append(char)
        elif char in _SIGNS or char in _GLAD or char in _TONES:
            letters.append(" ")
        else:
            return None
    return " ".join(word for word in "".join(letters).split() if word != "'")


def _readings(words: str) -> Iterator[str]:
    """The words as written and, where a letter is stretched, with one and with two of it."""
    yield words
    if _RUN.search(words):
        yield _RUN.sub(r"\1", words)
        yield _RUN.sub(r"\1\1", words)


def _cover(words: str, called: frozenset[str], language: str) -> list[tuple[CourtesyKind, str]] | None:
    """The kinds and languages of the phrases that, with fillers and names, make up all words; None if one is left."""
    found: list[tuple[CourtesyKind, str]] = []
    at = 0
    while at < len(words):
        end, key = _longest_at(words, at, language)
        if key is not None:
            found.append(key)
        else:
            end = words.find(" ", at) if " " in words[at:] else len(words)
            word = words[at:end]
            if word not in FILLERS and not (found and word in called):
                return None
        at = end + 1
    return found


def _longest_at(words: str, at: int, language: str) -> tuple[int, tuple[CourtesyKind, str] | None]:
    """Where the longest phrase that begins here ends; of several, the given language's and the kind that says least."""
    data, order = words.encode(), list(CourtesyKind)
    ends = [
        (found.end(), key[1] == language, order.index(key[0]), key)
        for key, pattern in _patterns().items()
        if (found := pattern.match(data, at))
        and (found.end() == len(data) or data[found.end() : found.end() + 1] == b" ")
    ]
    if not ends:
        return at, None
    end, _, _, key = max(ends, key=lambda one: one[:3])
    return end, key


@cache
def _patterns() -> dict[tuple[CourtesyKind, str], Any]:
    """One pattern for each kind and language, compiled when first needed."""
    options = re2.Options()
    options.longest_match = True
    return {
        (CourtesyKind(kind), language): re2.compile(
            "|".join(f"(?:{compile_phrase(phrase)})" for phrase in phrases).encode(), options
        )
        for kind, by_language in PHRASES.items()
        for language, phrases in by_language.items()
    }
