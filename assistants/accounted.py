"""Which words of a question an answer accounts for: the rest was not read, and what was not read is not answered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from assistants.index import Match
from assistants.lexicon import Lexicon, fold

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def accounted(text: str, matches: Iterable[Match], lexicon: Lexicon) -> tuple[str, ...]:
    """Words of the text, as they are written, that the matched passages or the names of their articles use."""
    found = tuple(matches)
    stems = lexicon.stems([phrase for one in found for phrase in (*_names(one), one.passage.heading, one.passage.text)])
    named = frozenset(word for one in found for phrase in _names(one) for word in _WORD.findall(fold(phrase)))
    meant = frozenset(_replaced(text, stems, lexicon))
    return tuple(dict.fromkeys(word for word in _WORD.findall(text) if _is_known(word, named | meant, stems, lexicon)))


def _names(match: Match) -> tuple[str, ...]:
    article = match.article
    return (article.title, *article.keywords, *article.questions)


def _is_known(word: str, named: frozenset[str], stems: frozenset[str], lexicon: Lexicon) -> bool:
    plain = fold(word)
    return plain in named or any(lexicon.stem(part) in stems for part in re.split("['’]", plain) if part)


def _replaced(text: str, stems: frozenset[str], lexicon: Lexicon) -> Iterator[str]:
    """Words that stand for another one: "pick it up" for "collect"."""
    plain = fold(text)
    for pattern, meaning in lexicon.phrases:
        for hit in pattern.finditer(plain):
            words = _WORD.findall(hit.expand(meaning))
            if any(lexicon.stem(lexicon.aspects.get(word, word)) in stems for word in words):
                yield from _WORD.findall(hit[0])
        plain = pattern.sub(meaning, plain)
