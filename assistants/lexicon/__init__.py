"""Words of one language: which carry no topic, which mean the same, which call for care.

The lists are data (one YAML file a language), so that whoever speaks a language can mend them without reading Python.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Protocol, cast

import yaml

from states.errors import SettingsError

STEMMERS = {
    "en": "english", "es": "spanish", "fr": "french", "de": "german", "pt": "portuguese", "it": "italian",
    "nl": "dutch", "sv": "swedish", "da": "danish", "no": "norwegian", "fi": "finnish", "ro": "romanian",
    "hu": "hungarian", "ru": "russian", "tr": "turkish",
}  # fmt: skip
"""Languages a knowledge base may be written in, and their Snowball algorithm."""

OWN_NAMES = {
    "en": "English", "es": "Español", "fr": "Français", "de": "Deutsch", "pt": "Português", "it": "Italiano",
    "nl": "Nederlands", "sv": "Svenska", "da": "Dansk", "no": "Norsk", "fi": "Suomi", "ro": "Română",
    "hu": "Magyar", "ru": "Русский", "tr": "Türkçe",
}  # fmt: skip
"""What each calls itself: whoever reads it can read the articles."""

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_CONTRACTED_NOT = re.compile(r"(?<=n)['’]t\b")
_DIGIT = re.compile(r"\d")
_FOLDER = Path(__file__).parent


class _Stems(Protocol):
    def stemWord(self, word: str) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Word:
    """One content word of a text."""

    stem: str
    """Canonical: synonyms of a language share it."""
    surface: str
    act: bool = False
    """It names a change to be made ("close"): met only by an article that knows what is to be changed, too."""
    optional: bool = False
    """It says what is asked about a thing ("how long"): supports a match, and counts nothing where it is unmet."""
    beside: frozenset[str] = frozenset()
    """Of a number, the stems before and after it: it is met by a text that has it beside one of these."""
    light: bool = False
    """A verb or adverb of no subject: beside what a passage says it hardly tells that something else is asked."""
    caution: bool = False
    """It names trouble, another person, a change to be made or a number, or negates: only an article's own names may
    meet it, its running text may not."""


@dataclass(frozen=True, kw_only=True)
class Lexicon:
    """The words of one language, ready to split texts with. Safe to share between threads."""

    language: str
    neutral: frozenset[str]
    light: frozenset[str]
    general: frozenset[str]
    """Stems of words for whatever is sold: "item"."""
    negation: frozenset[str]
    careful: frozenset[str]
    """Negations, words for other persons and words of trouble."""
    acts: frozenset[str]
    """Stems."""
    phrases: tuple[tuple[re.Pattern[str], str], ...]
    same: dict[str, str]
    """Surface form → the first word of its synonym group."""
    aspects: dict[str, str]
    """Surface form of an optional word → the word it supports."""
    asks: re.Pattern[str]
    """Found in a message that asks for information."""
    narrates: re.Pattern[str]
    """Found in a message that tells what happened to its writer."""
    states: re.Pattern[str]
    """Found in a sentence that tells and does not ask."""
    wishes: re.Pattern[str]
    """Found in a message that wants something done."""
    stemmer: _Stems = field(repr=False)
    _cache: dict[str, str] = field(default_factory=dict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def words(self, text: str) -> tuple[Word, ...]:
        """The content words of `text` in order, without repeats."""
        found: dict[str, Word] = {}
        surfaces = self.surfaces(text)
        for at, surface in enumerate(surfaces):
            if surface in self.neutral:
                continue
            stem = "not" if surface in self.negation else self.stem(self.aspects.get(surface, surface))
            act = stem in self.acts
            beside = frozenset(map(self.stem, _neighbours(surfaces, at))) if _is_number(surface) else frozenset[str]()
            caution = act or _is_number(surface) or surface in self.careful
            word = Word(
                stem=stem, surface=surface, caution=caution, act=act, beside=beside,
                optional=surface in self.aspects, light=surface in self.light,
            )  # fmt: skip
            if stem not in found or found[stem].optional:
                found[stem] = word
        return tuple(found.values())

    def stems(self, texts: Iterable[str]) -> frozenset[str]:
        """The stems of all content words of several texts."""
        return frozenset(word.stem for text in texts for word in self.words(text))

    def numbers(self, text: str) -> frozenset[tuple[str, str]]:
        """Each number of a text with the stem before it, and with the one after it."""
        surfaces = self.surfaces(text)
        numbers = [(at, surface) for at, surface in enumerate(surfaces) if _is_number(surface)]
        return frozenset(
            (surface, self.stem(beside)) for at, surface in numbers for beside in _neighbours(surfaces, at)
        )

    def surfaces(self, text: str) -> list[str]:
        """The words of a text: folded, phrases replaced, contractions opened."""
        folded = fold(text)
        for pattern, replacement in self.phrases:
            folded = pattern.sub(replacement, folded)
        return [part for word in _WORD.findall(folded) for part in _open(word)]

    def stem(self, surface: str) -> str:
        """The canonical stem of a word. The stemmer keeps state, hence the lock around its rare calls."""
        cached = self._cache.get(surface)
        if cached is None:
            with self._lock:
                cached = self.stemmer.stemWord(self.same.get(surface, surface))
                if len(self._cache) < 50_000:
                    self._cache[surface] = cached
        return cached


def _is_number(surface: str) -> bool:
    return not surface.isalpha() and bool(_DIGIT.search(surface))


def _neighbours(surfaces: Sequence[str], at: int) -> Sequence[str]:
    return [*surfaces[max(at - 1, 0) : at], *surfaces[at + 1 : at + 2]]


def fold(text: str) -> str:
    """Lower case, compatibility forms, no accents, straight apostrophes."""
    plain = _CONTRACTED_NOT.sub(" not", unicodedata.normalize("NFKC", text).casefold()).replace("’", "'")
    if plain.isascii():
        return plain
    decomposed = unicodedata.normalize("NFD", plain)
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if not unicodedata.combining(c)))


def _open(word: str) -> list[str]:
    """`order's` → order; `l'ouverture` → ouverture."""
    if "'" not in word:
        return [word]
    head, tail = word.split("'", 1)
    return [tail] if len(head) == 1 and len(tail) > 2 else [head]


@lru_cache(maxsize=32)
def lexicon(language: str) -> Lexicon:
    """The lexicon of a language; without a file only its stemmer. SettingsError for an unknown language."""
    import Stemmer  # lazy: compiled extension, needed once an index is built

    if language not in STEMMERS:
        raise SettingsError(f"language {language!r} has no stemmer; write articles in one of {', '.join(STEMMERS)}")
    path = _FOLDER / f"{language}.yaml"
    raw = cast(dict[str, object], yaml.safe_load(path.read_text("utf-8"))) if path.exists() else {}
    phrases = cast(dict[str, str], raw.get("phrases") or {})
    groups = [group.split() for group in cast(list[str], raw.get("synonyms") or [])]
    stemmer = cast(_Stems, Stemmer.Stemmer(STEMMERS[language]))
    same = {word: group[0] for group in groups for word in group}
    return Lexicon(
        language=language,
        neutral=_set(raw, "neutral"),
        light=_set(raw, "light"),
        general=frozenset(stemmer.stemWord(same.get(word, word)) for word in _set(raw, "general")),
        negation=_set(raw, "negation"),
        careful=_set(raw, "negation") | _set(raw, "persons") | _set(raw, "alarm"),
        acts=frozenset(stemmer.stemWord(same.get(word, word)) for word in _set(raw, "acts")),
        phrases=tuple((re.compile(pattern), replacement) for pattern, replacement in phrases.items()),
        aspects=cast(dict[str, str], raw.get("aspects") or {}),
        asks=re.compile(str(raw.get("asks") or r"\?").strip()),
        narrates=re.compile(str(raw.get("narrates") or "!").strip()),
        states=re.compile(str(raw.get("states") or "(?!)").strip()),
        wishes=_wishes(raw),
        same=same,
        stemmer=stemmer,
    )


def _set(raw: dict[str, object], key: str) -> frozenset[str]:
    return frozenset(str(raw.get(key) or "").split())


def _wishes(raw: dict[str, object]) -> re.Pattern[str]:
    """The alternatives of `wishes`, one a line, with each of `wish_verbs` for VERB."""
    verbs = "|".join(re.escape(verb) for verb in sorted(_set(raw, "wish_verbs")))
    return re.compile(re.sub(r"\s+\|", "|", str(raw.get("wishes") or "(?!)").strip()).replace("VERB", verbs or "(?!)"))
