"""An article with its words, passage by passage: which words are whose, and which passage a question is about."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from assistants.articles import Article
from assistants.lexicon import Lexicon, Word
from assistants.places import EUROPE, EUROPEAN, places

BODY, ELSEWHERE = 0.8, 0.3
"""What a word counts that stands in the passage's text only; in another passage only."""
HEADING = 2.0
"""What a word of a passage's heading counts beside one of its text."""
LISTED = 4
"""Articles that name so many countries of Europe mean these by "Europe"."""

_PRICE = re.compile(r"[£$€¥]\s?\d|\d\s?[€%]|\d\s?%")
_TIME = re.compile(
    r"\d\s?(?:am|pm|h|uhr)\b|\b(?:\d+|one|two|three|five|seven|ten|\w+)(?:[- ]\w+)?[ -]"
    r"(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|sekunden|minuten|stunden|tagen?|werktagen?|wochen"
    r"|horas|dias|semanas|meses|heures|jours|semaines|mois)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An article with its words; a tuple has one member for each passage."""

    article: Article
    names: frozenset[str]
    """Words of title, headings, keywords and example questions."""
    keys: tuple[frozenset[str], ...]
    """The same, each phrase on its own."""
    examples: tuple[tuple[frozenset[str], int], ...]
    """Example questions, each with the number of the passage it belongs to."""
    asked: frozenset[frozenset[str]]
    """The words of each example question: to ask just that is no vague message, however common its words."""
    headings: tuple[frozenset[str], ...]
    bodies: tuple[frozenset[str], ...]
    """Words of each text, and what it tells: what something costs, how long it takes."""
    named: tuple[frozenset[str], ...]
    """What of `names` is not another passage's: title, own heading, own example questions, and the keywords that it
    uses or that no passage uses."""
    text: frozenset[str]
    """Words of all bodies."""
    numbers: tuple[frozenset[tuple[str, str]], ...]
    """Each number with the stem beside it, in the text and in the example questions of the passage."""
    places: tuple[frozenset[str], ...]
    """Countries, and Europe, as heading and text name them."""

    def share(self, number: int, stem: str, word: Word) -> float:
        """How well the article covers one word, of this stem here, seen from a passage."""
        if word.beside:
            return BODY * any((word.stem, beside) in self.numbers[number] for beside in word.beside)
        if stem in self.named[number]:
            return 1.0
        if word.caution:
            return 0.0
        if stem in self.bodies[number]:
            return BODY
        return ELSEWHERE if stem in self.names or stem in self.text else 0.0

    def best_passage(
        self, stems: frozenset[str], asked: frozenset[str], known: frozenset[str], weights: dict[str, float]
    ) -> int:
        """The passage that holds for the places asked about and shares most with the question."""

        def fit(number: int) -> tuple[bool, float, int]:
            examples = [_jaccard(example, stems) for example, belongs in self.examples if belongs == number]
            held = bool(asked) and holds(self.places[number], asked, known)
            shared = _shared(number, stems, self.headings, self.bodies, weights)
            return held, shared + max(examples, default=0.0), -number

        return max(range(len(self.bodies)), key=fit)


def entry(article: Article, lexicon: Lexicon) -> Entry:
    """An article with its words in a language."""
    title = lexicon.stems([article.title])
    keywords = tuple(lexicon.stems([phrase]) for phrase in article.keywords)
    headings = tuple(lexicon.stems([passage.heading]) for passage in article.passages)
    bodies = tuple(lexicon.stems([passage.text]) | _told(passage.text, lexicon) for passage in article.passages)
    within = tuple(places(f"{one.heading}\n{one.text}", lexicon.language) for one in article.passages)
    examples = tuple(
        (stems, _owner(stems, places(question, lexicon.language), headings, bodies, within))
        for question in article.questions
        if (stems := lexicon.stems([question]))
    )
    keys = (title, *keywords, *headings, *(stems for stems, _ in examples))
    return Entry(
        article=article,
        names=frozenset().union(*keys),
        keys=tuple(dict.fromkeys(key for key in keys if key)),
        examples=examples,
        asked=frozenset(stems for stems, _ in examples),
        headings=headings,
        bodies=bodies,
        named=tuple(
            title | headings[n] | _own_keywords(n, frozenset().union(*keywords), headings, bodies)
            | frozenset().union(*(stems for stems, belongs in examples if belongs == n))
            for n in range(len(bodies))
        ),
        text=frozenset().union(*bodies),
        numbers=tuple(
            lexicon.numbers("\n".join((passage.text, article.title, *article.keywords, *article.questions)))
            for passage in article.passages
        ),
        places=within,
    )  # fmt: skip


def holds(told: frozenset[str], asked: frozenset[str], known: frozenset[str]) -> bool:
    """Whether what names these countries holds for the ones asked about; Europe stands for each that is `known`."""
    wide = EUROPE in told
    return all(code in told or (wide and code in known & EUROPEAN) for code in asked)


def known_places(entries: Sequence[Entry]) -> frozenset[str]:
    """The countries that Europe stands for: those the articles name, or every one if they do not list them."""
    named = frozenset(code for one in entries for several in one.places for code in several)
    return named if len(named & EUROPEAN) >= LISTED else named | EUROPEAN


def _told(text: str, lexicon: Lexicon) -> frozenset[str]:
    """The stems of what a text tells without naming it."""
    aspects = (("howmuch", _PRICE), ("howlong", _TIME))
    return frozenset(
        lexicon.stem(lexicon.aspects[aspect])
        for aspect, pattern in aspects
        if aspect in lexicon.aspects and pattern.search(text)
    )


def _owner(
    stems: frozenset[str],
    asked: frozenset[str],
    headings: Sequence[frozenset[str]],
    bodies: Sequence[frozenset[str]],
    within: Sequence[frozenset[str]],
) -> int:
    """The passage that an example question belongs to."""

    def fit(number: int) -> tuple[bool, float, int]:
        held = bool(asked) and holds(within[number], asked, asked)
        return held, _shared(number, stems, headings, bodies), -number

    return max(range(len(bodies)), key=fit)


def _shared(
    number: int,
    stems: frozenset[str],
    headings: Sequence[frozenset[str]],
    bodies: Sequence[frozenset[str]],
    weights: Mapping[str, float] = MappingProxyType({}),
) -> float:
    """What a passage shares with a question; a word that fewer passages have tells more about which is meant."""
    total = 0.0
    for stem in stems:
        here = HEADING * (stem in headings[number]) + (stem in bodies[number])
        if here:
            having = sum(stem in heading or stem in body for heading, body in zip(headings, bodies, strict=True))
            total += here * weights.get(stem, 1.0) / having
    return total


def _own_keywords(
    number: int, keywords: frozenset[str], headings: Sequence[frozenset[str]], bodies: Sequence[frozenset[str]]
) -> frozenset[str]:
    """The words of keywords that this passage uses, or no passage."""
    used = frozenset().union(*headings, *bodies)
    return keywords & (headings[number] | bodies[number]) | (keywords - used)


def _jaccard(left: frozenset[str], right: frozenset[str]) -> float:
    return len(left & right) / len(left | right) if left | right else 0.0
