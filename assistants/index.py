"""The articles of one language, indexed: finds candidates with BM25 and measures how well each fits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from assistants.articles import Article, Passage
from assistants.both import BORNE_OUT, SURE, Beside, Together, confidence_of_both, fused, lead, rank_of_both
from assistants.confidence import Signals, confidence
from assistants.entries import BODY, ELSEWHERE, Entry, entry, holds, known_places
from assistants.form import Form, bound_words, form, proper_names
from assistants.lexicon import Lexicon, Word
from assistants.meaning import NOWHERE, Encodes, Meanings, Near
from assistants.places import places
from assistants.vocabulary import bm25, one_slip, rarity, spellings

CANDIDATES = 8
"""Articles measured for each question; the right one is among BM25's first three in practice."""
KEPT = 8
"""Texts whose matches are remembered: one message is read as a whole, in parts, and for what is near."""
BY_WORDS = -1
"""In the place of a passage's number: the one that words find."""
MISSPELT = 0.85
"""What a word counts with one letter wrong."""
SECTION = 0.9
"""Agreement with a section's heading counts this much of agreement with what names the whole article."""
UNMET = 0.6
"""A word the article lacks weighs at least this, however common it is in other articles."""
LIGHT = 0.25
"""What a verb or adverb of no subject counts beside the passage's words."""
NAME = 2.0
"""A name beside the passage's words counts so many times what another word does."""
UNMET_ACT = 0.4
"""What a change that the article does not name counts of any other word that calls for care."""
UNTOLD = 0.5
"""What counts against a passage that does not tell what is asked about a thing: its price, its time."""
ENOUGH = 1.5
"""Weight of met words from which a message is no longer vague: one rare word and a common one."""


@dataclass(frozen=True, kw_only=True)
class Match:
    """The best passage of one article for one question."""

    article: Article
    passage: Passage
    confidence: float
    signals: Signals
    near: Near = NOWHERE
    """By meaning; nowhere if it was found by words alone."""


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """A question as it is measured."""

    words: Sequence[Word]
    known: dict[str, tuple[str, float]]
    """Stem of each word → the vocabulary's stem and how much it counts."""
    form: Form
    places: frozenset[str]
    """Codes of the countries that it names."""
    names: frozenset[str]
    """Its words that are written as names, folded."""
    bound: frozenset[str]
    """Its words that stand after a preposition, folded: "by fax", "for a business"."""
    fits: dict[tuple[int, int], _Fit]
    """Number of an article and of a passage → how it fits, once measured."""

    @property
    def stems(self) -> frozenset[str]:
        """The vocabulary's stems of its words."""
        return frozenset(stem for stem, _ in self.known.values() if stem)


@dataclass(frozen=True, kw_only=True)
class _Fit:
    """An article before the margin to the next one is known."""

    entry: Entry
    number: int
    """Of the passage."""
    passage: Passage
    signals: Signals
    untold: float
    """How many things are asked about the thing that the passage does not tell."""
    exact: bool
    """The question has the words of one of the article's example questions, no more and no fewer."""
    beside: Beside

    @property
    def rank(self) -> float:
        fit, anchored = 2 * self.signals.coverage + self.signals.agreement, 0.1 * self.signals.anchor
        return fit + anchored + 0.5 * self.exact - self.untold - self.signals.strays - self.signals.elsewhere


class LanguageIndex:
    """All articles of one language. Built once, read from any number of threads."""

    def __init__(self, articles: Sequence[Article], lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._entries = tuple(entry(article, lexicon) for article in articles)
        documents = [one.names | one.text for one in self._entries]
        self._weights = rarity(documents)
        self._spellings = spellings(articles, lexicon, self._weights)
        self._ranker = bm25(self._entries)
        self._exact = _exact(self._entries)
        self._places = known_places(self._entries)
        self._meanings: Meanings | None = None
        self._found = lru_cache(KEPT)(self._nearest)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def articles(self) -> tuple[Article, ...]:
        """All of them."""
        return tuple(one.article for one in self._entries)

    def match(self, text: str) -> Match | None:
        """The best passage for `text`; None if not one of its content words is known."""
        return next(iter(self.nearest(text, 1)), None)

    def learn(self, encoder: Encodes) -> None:
        """Makes the vectors of all passages, once; from then on articles are found by words and meaning together.

        DependencyFault if the encoder cannot.
        """
        self._meanings = Meanings(self._entries, self.lexicon, encoder)
        self._found = lru_cache(KEPT)(self._nearest)

    def nearest(self, text: str, limit: int) -> tuple[Match, ...]:
        """The best passage of each of the nearest articles, at most `limit` and `CANDIDATES`, best first."""
        return self._found(text)[:limit]

    def _nearest(self, text: str) -> tuple[Match, ...]:
        words = self.lexicon.words(text)
        known = {word.stem: self._known(word) for word in words}
        stems = [stem for stem, _ in known.values() if stem]
        meanings = self._meanings
        if all(word.optional or not known[word.stem][0] for word in words) and (meanings is None or not words):
            return ()
        language = self.lexicon.language
        asked = _Asked(
            words=words, known=known, form=form(text, self.lexicon), places=places(text, language),
            names=proper_names(text, language), bound=bound_words(text) if meanings else frozenset(), fits={},
        )  # fmt: skip
        scores = self._ranker.get_scores(stems) if stems else [0.0] * len(self._entries)
        by_words = self._by_words(asked, scores)
        if meanings is None:
            return by_words
        return preferred(by_words, self._by_both(asked, scores, meanings.near(text)))

    def _by_words(self, asked: _Asked, scores: Sequence[float]) -> tuple[Match, ...]:
        nearest = sorted(range(len(self._entries)), key=lambda n: -float(scores[n]))[:CANDIDATES]
        named = [n for n in self._exact.get(asked.stems, ()) if n not in nearest]
        fits = [self._fit(n, asked) for n in (*nearest, *named) if scores[n] > 0]
        fits.sort(key=lambda fit: -fit.rank)
        ranks = [*(fit.rank for fit in fits[1:]), 0.0]
        return tuple(_finish(fit, after) for fit, after in zip(fits, ranks, strict=False))

    def _by_both(self, asked: _Asked, scores: Sequence[float], near: Sequence[Sequence[Near]]) -> tuple[Match, ...]:
        """The same by words and meaning: of each article the passage that either finds, of both the better."""
        places_of = fused(scores, [max(one.best for one in several) for several in near])
        fits: list[tuple[float, _Fit, Near, float]] = []
        for n, agreed in places_of[:CANDIDATES]:
            by_words = self._fit(n, asked)
            by_meaning = self._fit(n, asked, max(range(len(near[n])), key=lambda number: near[n][number].best))
            found = [
                (rank_of_both(fit.signals, fit.untold, near[n][fit.number]), fit) for fit in (by_words, by_meaning)
            ]
            rank, best = max(found, key=lambda one: one[0])
            fits.append((rank, best, near[n][best.number], agreed))
        fits.sort(key=lambda one: -one[0])
        likest = max((fit.signals.agreement for _, fit, _, _ in fits), default=0.0)
        ranks = [*(rank for rank, *_ in fits[1:]), 0.0]
        return tuple(
            _finish_both(
                fit, near_by, Together(agreed=agreed, margin=lead(rank, after), likest=likest, beside=fit.beside)
            )
            for (rank, fit, near_by, agreed), after in zip(fits, ranks, strict=False)
        )

    def mentions(self, match: Match, words: Sequence[Word]) -> bool:
        """Whether the matched passage or its article's names use every one of the words."""
        found = next(one for one in self._entries if one.article is match.article)
        number = found.article.passages.index(match.passage)
        known = found.named[number] | found.bodies[number]
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

    def _fit(self, n: int, asked: _Asked, number: int = BY_WORDS) -> _Fit:
        """How an article fits by one of its passages, measured once; by the one that words find, if none is named."""
        if (n, number) not in asked.fits:
            one = self._entries[n]
            wanted = number
            if wanted == BY_WORDS:
                wanted = one.best_passage(asked.stems, asked.places, self._places, self._weights)
            fit = asked.fits.get((n, wanted)) or self._measured(one, asked, wanted)
            asked.fits[n, number] = asked.fits[n, wanted] = fit
        return asked.fits[n, number]

    def _measured(self, one: Entry, asked: _Asked, number: int) -> _Fit:
        stems = asked.stems
        held = holds(one.places[number], asked.places, self._places)
        tally = self._tally(one, number, asked, held=held and bool(asked.places))
        total = tally["total"] or 1.0
        exact = frozenset(word.stem for word in asked.words) in one.asked
        signals = Signals(
            coverage=tally["covered"] / total,
            substance=1.0 if exact and asked.form.asks == 1.0 else min(tally["covered"] / ENOUGH, 1.0),
            anchor=tally["named"] / total,
            agreement=self._agreement(one, stems, total),
            strays=min(tally["strays"], 2) / 2,
            unknown=min(tally["unknown"], 2) / 2,
            caution=min(tally["cautions"] + (tally["acts"] if tally["gaps"] else 0), 2) / 2,
            asks=asked.form.asks,
            narrates=asked.form.narrates,
            wishes=asked.form.wishes,
            elsewhere=0.0 if held else 1.0,
            margin=0.0,
        )
        beside = Beside(words=tally["beside"], bound=tally["bound"], names=tally["strange"])
        return _Fit(
            entry=one, number=number, passage=one.article.passages[number], signals=signals, exact=exact,
            untold=tally["untold"], beside=beside,
        )  # fmt: skip

    def _tally(self, one: Entry, number: int, asked: _Asked, *, held: bool) -> dict[str, float]:
        """Weights and numbers of the question's words, by what the article makes of them."""
        tally: defaultdict[str, float] = defaultdict(float)
        for word in asked.words:
            stem, factor = asked.known[word.stem]
            share = factor * one.share(number, stem, word)
            if held and not share and places(word.surface, self.lexicon.language):
                share = BODY
            if word.optional and share <= ELSEWHERE:
                tally["untold"] += 1
                tally["total"] += UNTOLD
                tally["strays"] += UNTOLD
                continue
            weight = self._weights.get(stem, 1.0) if share else max(UNMET, self._weights.get(stem, 1.0))
            tally["total"] += weight
            tally["covered"] += weight * share
            tally["named"] += weight * factor * (stem in one.named[number])
            tally["gaps"] += not share
            tally["strays"] += (
                0.0
                if word.caution
                else self._stray(one, number, word, stem, share) * (NAME if word.surface in asked.names else 1.0)
            )
            tally["unknown"] += not stem and not word.light
            aside = share <= ELSEWHERE and not word.caution
            tally["beside"] += aside and not word.light
            tally["bound"] += aside and not word.light and word.surface in asked.bound
            tally["strange"] += aside and word.surface in asked.names
            tally["cautions"] += (UNMET_ACT if word.act else 1.0) if word.caution and not share else 0.0
            tally["acts"] += word.act and share > 0
        return tally

    def _stray(self, one: Entry, number: int, word: Word, stem: str, share: float) -> float:
        """How much a word beside the passage's own says that something else is asked.

        What is said of any item holds for the things that other articles name.
        """
        if share > ELSEWHERE:
            return 0.0
        weight = LIGHT if word.light else max(UNMET, self._weights.get(stem, 1.0))
        general = bool(stem) and not self.lexicon.general.isdisjoint(one.bodies[number])
        return weight * (0.5 if share or general else 1.0)

    def _agreement(self, one: Entry, stems: frozenset[str], total: float) -> float:
        """The best F-measure between the question and one key phrase, words weighted by rarity."""
        best = 0.0
        for key in one.keys:
            shared = self._mass(key & stems)
            if shared:
                best = max(best, 2 * shared / (total + self._mass(key)) * (SECTION if key in one.headings else 1.0))
        return best

    def _mass(self, stems: Iterable[str]) -> float:
        return sum(self._weights.get(stem, 1.0) for stem in stems)


def _exact(entries: Sequence[Entry]) -> dict[frozenset[str], tuple[int, ...]]:
    """Words of an example question → the articles that have it. BM25 overlooks one made of common words."""
    found: dict[frozenset[str], tuple[int, ...]] = {}
    for number, one in enumerate(entries):
        for example in one.asked:
            found[example] = (*found.get(example, ()), number)
    return found


def _finish(best: _Fit, next_rank: float) -> Match:
    margin = min(max(1 - next_rank / best.rank, 0.0), 1.0) if best.rank > 0 else 0.0
    signals = replace(best.signals, margin=margin)
    return Match(article=best.entry.article, passage=best.passage, confidence=confidence(signals), signals=signals)


def _finish_both(best: _Fit, near: Near, together: Together) -> Match:
    signals = replace(best.signals, margin=together.margin)
    stated = confidence_of_both(signals, near, together)
    return Match(article=best.entry.article, passage=best.passage, confidence=stated, signals=signals, near=near)


def preferred(by_words: tuple[Match, ...], by_both: tuple[Match, ...]) -> tuple[Match, ...]:
    """The order by both; what words alone are surer of goes in front if both put the same article first.

    Words that meaning does not bear out are a coincidence: "a change of address" in an article about buses.
    """
    first, best = (one[0] if one else None for one in (by_words, by_both))
    if first is None or best is None:
        return by_both
    surer = best.confidence < min(first.confidence, SURE)
    if surer and best.article is first.article and best.near.best >= BORNE_OUT:
        return (replace(first, near=best.near), *by_both[1:])
    return by_both
