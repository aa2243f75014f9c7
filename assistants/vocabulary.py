"""The words of one language's articles: how rare each is, how it may be misspelt, and which articles have it."""

from __future__ import annotations

import logging
import math
from collections import Counter
from collections.abc import Sequence
from typing import Protocol, cast

from assistants.articles import Article
from assistants.entries import Entry
from assistants.lexicon import Lexicon


class Ranker(Protocol):
    """Scores all documents for a query."""

    def get_scores(self, query_tokens_single: list[str]) -> Sequence[float]:
        """One score a document, in their order."""
        ...


def rarity(documents: Sequence[frozenset[str]]) -> dict[str, float]:
    """Inverse document frequency on a scale where a word in one article, or in none, weighs 1; never under 0.2."""
    counts = Counter(stem for document in documents for stem in document)
    top = math.log1p(len(documents))
    return {stem: max(0.2, math.log((len(documents) + 1) / count) / top) for stem, count in counts.items()}


def spellings(
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


def bm25(entries: Sequence[Entry]) -> Ranker:
    """A ranker of the articles by their words (BM25)."""
    import bm25s  # lazy: brings numpy, needed once an index is built

    logging.getLogger("bm25s").setLevel(logging.WARNING)  # it logs every index at debug level into the host's log
    ranker = bm25s.BM25()
    ranker.index([sorted(one.names | one.text) for one in entries], show_progress=False)
    return cast(Ranker, ranker)


def one_slip(written: str, meant: str) -> bool:
    """Whether one letter is missing, added, changed or swapped with its neighbour."""
    if abs(len(written) - len(meant)) > 1:
        return False
    shorter = min(len(written), len(meant))
    start = next((n for n in range(shorter) if written[n] != meant[n]), shorter)
    rest, target = written[start:], meant[start:]
    swapped = rest[:2] == target[1::-1] and rest[2:] == target[2:]
    return swapped or rest[1:] == target[1:] or rest == target[1:] or rest[1:] == target
