"""What the embedded assistant's articles know of a message: the words that a match accounts for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from assistants.articles import Article, read_articles
from assistants.index import LanguageIndex, Match
from assistants.knowledge_base import build_indexes, recognise
from assistants.lexicon import Lexicon
from assistants.lexicon import fold as spelled
from assistants.port import Question
from triggers.folding import fold

KNOWLEDGE = Path(__file__).parents[2] / "assistants/knowledge"
ANSWERED = 0.6
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


@cache
def indexes(name: str) -> dict[str, LanguageIndex]:
    """The demo articles of `shop` or `bank`, by language."""
    return build_indexes(read_articles(KNOWLEDGE / name)[0])


def matches(text: str, index: LanguageIndex) -> tuple[Match, ...]:
    """The passages that would be the answer; none below the threshold."""
    found, confidence = recognise(Question(text=text), index)
    return found if confidence >= ANSWERED else ()


def known_words(text: str, found: Iterable[Match], lexicon: Lexicon) -> frozenset[str]:
    """Words of the text that the matched passages, or what names their articles, use."""
    told = [phrase for match in found for phrase in (*_names(match.article), match.passage.heading, match.passage.text)]
    stems = lexicon.stems(told)
    named = {word for match in found for phrase in _names(match.article) for word in _words(phrase)}
    known = {
        word for word in _words(text) if word in named or any(lexicon.stem(one) in stems for one in word.split("'"))
    }
    return frozenset(known | set(_replaced(text, stems, lexicon)))


def _names(article: Article) -> tuple[str, ...]:
    return (article.title, *article.keywords, *article.questions)


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text).text)


def _replaced(text: str, stems: frozenset[str], lexicon: Lexicon) -> Iterator[str]:
    """Words that stand for another one: "pick it up" for "collect"."""
    plain = spelled(text)
    for pattern, meant in lexicon.phrases:
        for hit in pattern.finditer(plain):
            if any(lexicon.stem(lexicon.aspects.get(word, word)) in stems for word in _words(hit.expand(meant))):
                yield from _words(hit[0])
        plain = pattern.sub(meant, plain)
