"""Messages that are recognised as a whole: small talk of a known kind, and a yes or no to the offer of a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import re2

from policy.phrases import compile_phrase
from policy.schema import OfferWords, Policy
from triggers.coverage import strange_signs
from triggers.folding import Folded, fold
from triggers.visible import visible

_LONGEST = 160
"""A longer message is never small talk."""
_FILLERS = frozenset(
    {"there", "all", "team", "everyone", "again", "so", "very", "much", "then", "well", "oh", "ah", "um", "hm",
     "hmm", "haha", "lol", "xd", "guys", "sir", "madam", "dear", "now", "just", "and", "a", "y", "et", "und", "e",
     "ja", "pues", "bueno", "alors", "also", "muy", "tous", "zusammen", "todos"}
)  # fmt: skip
_POLITE = frozenset(
    {"please", "thanks", "thank", "you", "pls", "por", "favor", "gracias", "merci", "s'il", "s", "il", "vous", "te",
     "plait", "bitte", "danke", "obrigado", "obrigada"}
)  # fmt: skip
_RANK = {"acknowledge": 0, "greeting": 1, "compliment": 2, "thanks": 3, "goodbye": 4}
"""Of several kinds in one message the highest is answered; kinds not listed rank above these."""
_NAMED = ("greeting", "thanks", "goodbye")
"""Kinds that may be followed by somebody's name."""
_THUMBS: dict[str, Literal["accept", "decline"]] = {"👍": "accept", "✅": "accept", "👌": "accept", "👎": "decline"}


class Recogniser:
    """Whole-message recognition for one policy. Safe to share between threads."""

    def __init__(self, policy: Policy) -> None:
        self._talk = _Kinds(
            {
                (kind, language): phrases
                for kind, talk in policy.smalltalk.items()
                for language, phrases in talk.phrases.items()
            }
        )
        self._replies: dict[str, dict[str, str]] = {
            kind: {str(language): reply for language, reply in talk.reply.items()}
            for kind, talk in policy.smalltalk.items()
        }
        self._offer = _offer_words(policy.offer)

    def smalltalk(self, text: str, language: str | None) -> tuple[str, str] | None:
        """The kind of small talk and the approved reply, if the whole message is small talk; otherwise None.

        The reply is in `language`, the conversation's; without one, in the language of the words.
        """
        spoken = self._spoken(text)
        if not spoken:
            return None
        ranked = [(_RANK.get(kind, len(_RANK)), at, kind, lang) for at, (kind, lang) in enumerate(spoken)]
        _, _, kind, spoken_in = max(ranked)
        replies = self._replies[kind]
        wanted = next((one for one in (language, spoken_in, "en") if one in replies), None)
        return (kind, replies[wanted]) if wanted is not None else None

    def offer_answer(self, text: str) -> Literal["accept", "decline"] | None:
        """Whether the whole message takes up or declines the offer of a person; None if it does neither, or both."""
        if not _is_short(text):
            return None
        folded = fold(text)
        found = _cover(folded, self._offer, _POLITE | _FILLERS, named=())
        kinds = {kind for kind, _ in found or ()}
        if found is not None and not kinds and not any(char.isalnum() for char in folded.text):
            kinds = {kind for sign, kind in _THUMBS.items() if sign in text}
        if len(kinds) != 1:
            return None
        return "accept" if "accept" in kinds else "decline"

    def _spoken(self, text: str) -> list[tuple[str, str]] | None:
        if not _is_short(text) or not text.strip():
            return None
        return _cover(fold(text), self._talk, _FILLERS, named=_NAMED)


def _is_short(text: str) -> bool:
    """Whether a message is short enough to be recognised as a whole, and all of it can be read."""
    signs = (sign for sign in strange_signs(text) if sign not in _THUMBS)
    return len(text) <= _LONGEST and not visible(text).hid and next(signs, None) is None


def _offer_words(words: OfferWords) -> _Kinds:
    kinds: dict[str, Mapping[Any, tuple[str, ...]]] = {"accept": words.accept, "decline": words.decline}
    return _Kinds(
        {(kind, language): phrases for kind, by_language in kinds.items() for language, phrases in by_language.items()}
    )


class _Kinds:
    """The phrases of several kinds, each in several languages."""

    def __init__(self, phrases: Mapping[tuple[str, str], Iterable[str]]) -> None:
        self._phrases = {key: several for key, several in phrases.items() if several}
        self._compiled: dict[tuple[str, str], Any] = {}
        every = [one for several in phrases.values() for one in several]
        self._any = _longest(every) if every else None

    def best_at(self, data: bytes, at: int) -> tuple[int, tuple[str, str] | None]:
        """Where the longest phrase that begins at `at` ends, and the first kind that has it."""
        # Nearly every message is no small talk: one match says so instead of one for each kind and language.
        found = self._any.match(data, at) if self._any is not None else None
        if found is None or found.end() <= at:
            return at, None
        end = found.end()
        return end, next(key for key in self._phrases if self._end_of(key, data, at) == end)

    def _end_of(self, key: tuple[str, str], data: bytes, at: int) -> int | None:
        """Where the longest phrase of one kind that begins at `at` ends; its pattern is compiled when first needed."""
        regex = self._compiled.get(key)
        if regex is None:
            regex = self._compiled[key] = _longest(self._phrases[key])
        found = regex.match(data, at)
        return None if found is None else int(found.end())


def _longest(phrases: Iterable[str]) -> Any:
    """One pattern for all phrases that prefers the longest match."""
    options = re2.Options()
    options.longest_match = True
    options.log_errors = False
    return re2.compile("|".join(f"(?:{compile_phrase(phrase)})" for phrase in phrases).encode(), options)


def _cover(
    folded: Folded, kinds: _Kinds, fillers: frozenset[str], *, named: tuple[str, ...]
) -> list[tuple[str, str]] | None:
    """The kinds that, with fillers, make up the whole message, in order; None if something is left over."""
    if any(char.isalnum() and not char.isascii() for char in folded.text):
        return None
    found: list[tuple[str, str]] = []
    data, at, names = folded.data, 0, 0
    while at < len(data):
        if not _is_word_byte(data[at]):
            at += 1
            continue
        best, key = kinds.best_at(data, at)
        if key is not None:
            found.append(key)
            at = best
            continue
        end = at
        while end < len(data) and (_is_word_byte(data[end]) or data[end : end + 1] == b"'"):
            end += 1
        word = data[at:end].decode("utf-8", "replace")
        if word not in fillers:
            names += 1
            if names > 1 or not found or found[-1][0] not in named or not _is_name(folded, at, end):
                return None
        at = end
    return found


def _is_word_byte(byte: int) -> bool:
    return 97 <= byte <= 122 or 48 <= byte <= 57


def _is_name(folded: Folded, start: int, end: int) -> bool:
    """One capitalised word, as in "Hi Anna"."""
    first, last = folded.byte_span(start, end)
    written = folded.original[first:last]
    return written.isalpha() and written[:1].isupper() and 2 <= len(written) <= 15 and not written[1:].isupper()
