"""The articles of one language, indexed: finds candidates with BM25 and measures how well each fits."""

from __future__ import annotations

import logging
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, cast

from assistants.articles import Article, Passage
from assistants.confidence import Signals, confidence
from assistants.lexicon import Lexicon, Word, fold

CANDIDATES = 8
"""Articles measured for each question; the right one is among BM25's first three in practice."""
BODY, ELSEWHERE, MISSPELT = 0.8, 0.5, 0.85
"""What a word counts that stands in the passage's text only; in another passage only; with one letter wrong."""
SECTION = 0.9
"""Agreement with a section's heading counts this much of agreement with what names the whole article."""
UNMET = 0.6
"""A word the article lacks weighs at least this, however common it is in other articles."""
ENOUGH = 1.5
"""Weight of met words from which a message is no longer vague: one rare word and a common one."""
SHORT, PHRASE = 6, 0.7
"""A message of at most so many words is a bare phrase, as typed into a search box: nearly a question."""


class _Ranker(Protocol):
    def get_scores(self, query_tokens_single: list[str]) -> Sequence[float]: ...


@dataclass(frozen=True, kw_only=True)
class Match:
    """The best passage of one article for one question."""

    article: Article
    passage: Passage
    confidence: float
    signals: Signals


@dataclass(frozen=True, kw_only=True)
class _Fit:
    """An article before the margin to the next one is known."""

    entry: _Entry
    passage: Passage
    signals: Signals
    exact: bool
    """The question has the words of one of the article's example questions, no more and no fewer."""

    @property
    def rank(self) -> float:
        return self.signals.coverage + self.signals.anchor + self.signals.agreement + 0.5 * self.exact


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """An article with its words."""

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
    text: frozenset[str]
    """Words of all bodies."""


class LanguageIndex:
    """All articles of one language. Built once, read from any number of threads."""

    def __init__(self, articles: Sequence[Article], lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._entries = tuple(_entry(article, lexicon) for article in articles)
        documents = [entry.names | entry.text for entry in self._entries]
        self._weights = _rarity(documents)
        self._spellings = _spellings(articles, lexicon, self._weights)
        self._ranker = _bm25(self._entries)
        self._exact = _exact(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def match(self, text: str) -> Match | None:
        """The best passage for `text`; None if not one of its content words is known."""
        return next(iter(self.nearest(text, 1)), None)

    def nearest(self, text: str, limit: int) -> tuple[Match, ...]:
        """The best passage of each of the nearest articles, at most `limit`, best first."""
        words = self.lexicon.words(text)
        known = {word.stem: self._known(word) for word in words}
        stems = [stem for stem, _ in known.values() if stem]
        if all(word.optional or not known[word.stem][0] for word in words):
            return ()
        form = _form(text, self.lexicon)
        scores = self._ranker.get_scores(stems)
        nearest = sorted(range(len(self._entries)), key=lambda n: -float(scores[n]))[:CANDIDATES]
        named = [n for n in self._exact.get(frozenset(stems), ()) if n not in nearest]
        fits = [self._fit(self._entries[n], words, known, form) for n in (*nearest, *named) if scores[n] > 0]
        fits.sort(key=lambda fit: -fit.rank)
        ranks = [*(fit.rank for fit in fits[1:]), 0.0]
        return tuple(_finish(fit, after) for fit, after in zip(fits[:limit], ranks, strict=False))

    def mentions(self, match: Match, words: Sequence[Word]) -> bool:
        """Whether the matched passage or its article's names use every one of the words."""
        entry = next(entry for entry in self._entries if entry.article is match.article)
        number = entry.article.passages.index(match.passage)
        known = entry.names | entry.bodies[number]
        return all(self._known(word)[0] in known for word in words)

    def _known(self, word: Word) -> tuple[str, float]:
        """The vocabulary's stem for a word and how much it counts; ("", 0) for a word no article uses."""
        if word.stem in self._weights:
            return word.stem, 1.0
        written = word.surface
        if len(written) < 6 or word.caution or not written.isalpha():
            return "", 0.0
        alike = (stem for meant, stem in self._spellings.get(written[0], ()) if one_slip(written, meant))
        near = next(alike, "")
        return near, MISSPELT if near else 0.0

    def _fit(
        self, entry: _Entry, words: Sequence[Word], known: dict[str, tuple[str, float]], form: tuple[float, float]
    ) -> _Fit:
        stems = frozenset(stem for stem, _ in known.values() if stem)
        number = _best_passage(entry, stems, self._weights)
        tally = self._tally(entry, number, words, known)
        total = tally["total"] or 1.0
        exact = frozenset(word.stem for word in words) in entry.asked
        signals = Signals(
            coverage=tally["covered"] / total,
            substance=1.0 if exact and form[0] == 1.0 else min(tally["covered"] / ENOUGH, 1.0),
            anchor=tally["named"] / total,
            agreement=self._agreement(entry, stems, total),
            gaps=min(tally["gaps"], 4) / 4,
            unknown=min(tally["unknown"], 2) / 2,
            caution=min(tally["cautions"] + (tally["acts"] if tally["gaps"] else 0), 2) / 2,
            asks=form[0],
            narrates=form[1],
            margin=0.0,
        )
        return _Fit(entry=entry, passage=entry.article.passages[number], signals=signals, exact=exact)

    def _tally(
        self, entry: _Entry, number: int, words: Sequence[Word], known: dict[str, tuple[str, float]]
    ) -> dict[str, float]:
        """Weights and numbers of the question's words, by what the article makes of them."""
        tally: defaultdict[str, float] = defaultdict(float)
        for word in words:
            stem, factor = known[word.stem]
            if word.optional and stem not in entry.names:
                continue
            share = factor * _share(entry, number, stem, named_only=word.caution)
            weight = self._weights.get(stem, 1.0) if share else max(UNMET, self._weights.get(stem, 1.0))
            tally["total"] += weight
            tally["covered"] += weight * share
            tally["named"] += weight * factor * (stem in entry.names)
            tally["gaps"] += not share
            tally["unknown"] += not stem
            tally["cautions"] += word.caution and not share
            tally["acts"] += word.act and share > 0
        return tally

    def _agreement(self, entry: _Entry, stems: frozenset[str], total: float) -> float:
        """The best F-measure between the question and one key phrase, words weighted by rarity."""
        best = 0.0
        for key in entry.keys:
            shared = self._mass(key & stems)
            if shared:
                best = max(best, 2 * shared / (total + self._mass(key)) * (SECTION if key in entry.headings else 1.0))
        return best

    def _mass(self, stems: Iterable[str]) -> float:
        return sum(self._weights.get(stem, 1.0) for stem in stems)


def _entry(article: Article, lexicon: Lexicon) -> _Entry:
    headings = tuple(lexicon.stems([passage.heading]) for passage in article.passages)
    bodies = tuple(lexicon.stems([passage.text]) for passage in article.passages)
    examples = tuple(lexicon.stems([question]) for question in article.questions)
    phrases = (article.title, *article.keywords)
    keys = (*(lexicon.stems([phrase]) for phrase in phrases), *headings, *examples)
    return _Entry(
        article=article,
        names=frozenset().union(*keys),
        keys=tuple(dict.fromkeys(key for key in keys if key)),
        examples=tuple((example, _nearest_body(example, headings, bodies)) for example in examples),
        asked=frozenset(examples),
        headings=headings,
        bodies=bodies,
        text=frozenset().union(*bodies),
    )


def _exact(entries: Sequence[_Entry]) -> dict[frozenset[str], tuple[int, ...]]:
    """Words of an example question → the articles that have it. BM25 overlooks one made of common words."""
    found: dict[frozenset[str], tuple[int, ...]] = {}
    for number, entry in enumerate(entries):
        for example in entry.asked:
            found[example] = (*found.get(example, ()), number)
    return found


def _nearest_body(example: frozenset[str], headings: Sequence[frozenset[str]], bodies: Sequence[frozenset[str]]) -> int:
    return max(range(len(bodies)), key=lambda n: (2 * len(example & headings[n]) + len(example & bodies[n]), -n))


def _best_passage(entry: _Entry, stems: frozenset[str], weights: dict[str, float]) -> int:
    """The passage whose heading, text and example questions share most with the question."""

    def shared(number: int) -> float:
        examples = [_jaccard(example, stems) for example, belongs in entry.examples if belongs == number]
        heading = sum(weights[stem] for stem in stems & entry.headings[number])
        return heading + sum(weights[stem] for stem in stems & entry.bodies[number]) + 2 * max(examples, default=0.0)

    return max(range(len(entry.bodies)), key=lambda n: (shared(n), -n))


def _share(entry: _Entry, number: int, stem: str, *, named_only: bool) -> float:
    """How well the article covers one word, seen from the chosen passage."""
    if stem in entry.names:
        return 1.0
    if named_only:
        return 0.0
    if stem in entry.bodies[number]:
        return BODY
    return ELSEWHERE if stem in entry.text else 0.0


def _jaccard(left: frozenset[str], right: frozenset[str]) -> float:
    return len(left & right) / len(left | right) if left | right else 0.0


def _form(text: str, lexicon: Lexicon) -> tuple[float, float]:
    """(asks, narrates) of a message."""
    folded = fold(text).strip()
    asks = 1.0 if lexicon.asks.search(folded) else PHRASE if len(folded.split()) <= SHORT else 0.0
    return asks, 1.0 if lexicon.narrates.search(folded) else 0.0


def _finish(best: _Fit, next_rank: float) -> Match:
    margin = 1 - next_rank / best.rank if best.rank else 0.0
    signals = replace(best.signals, margin=margin)
    return Match(article=best.entry.article, passage=best.passage, confidence=confidence(signals), signals=signals)


def _rarity(documents: Sequence[frozenset[str]]) -> dict[str, float]:
    """Inverse document frequency on a scale where a word in one article, or in none, weighs 1; never under 0.2."""
    counts = Counter(stem for document in documents for stem in document)
    top = math.log1p(len(documents))
    return {stem: max(0.2, math.log((len(documents) + 1) / count) / top) for stem, count in counts.items()}


def _spellings(
    articles: Sequence[Article], lexicon: Lexicon, weights: dict[str, float]
) -> dict[str, tuple[tuple[str, str], ...]]:
    """First letter → (correct spelling, its stem) of every longer word the articles know, synonyms included."""
    texts = [text for article in articles for text in (article.title, *article.keywords, *article.questions)]
    texts += [text for article in articles for passage in article.passages for text in (passage.heading, passage.text)]
    written = {surface for text in texts for surface in lexicon.surfaces(text)} | lexicon.same.keys()
    found: dict[str, list[tuple[str, str]]] = {}
    for surface in sorted(written - lexicon.neutral):
        if len(surface) >= 6 and lexicon.stem(surface) in weights:
            found.setdefault(surface[0], []).append((surface, lexicon.stem(surface)))
    return {letter: tuple(pairs) for letter, pairs in found.items()}


def _bm25(entries: Sequence[_Entry]) -> _Ranker:
    import bm25s  # lazy: brings numpy, needed once an index is built

    logging.getLogger("bm25s").setLevel(logging.WARNING)  # it logs every index at debug level into the host's log
    ranker = bm25s.BM25()
    ranker.index([sorted(entry.names | entry.text) for entry in entries], show_progress=False)
    return cast(_Ranker, ranker)


def one_slip(written: str, meant: str) -> bool:
    """Whether one letter is missing, added, changed or swapped with its neighbour."""
    if abs(len(written) - len(meant)) > 1:
        return False
    shorter = min(len(written), len(meant))
    start = next((n for n in range(shorter) if written[n] != meant[n]), shorter)
    rest, target = written[start:], meant[start:]
    swapped = rest[:2] == target[1::-1] and rest[2:] == target[2:]
    return swapped or rest[1:] == target[1:] or rest == target[1:] or rest[1:] == target
