"""Which article a customer chose of those that they were asked about.

What was offered is read from the transcript, so that a replay sees what the decision saw: the titles of articles that
stand, numbered, in the last thing the system said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from assistants.articles import Article
from assistants.lexicon import fold
from assistants.port import NEAREST, Question

_NUMBERED = re.compile(r"(?<!\S)([1-9])\) ")
_NUMBER = re.compile(
    r"^\W*(?:(?:number|option|no\.?|nr\.?|n[ouú]mero|num[eé]ro|nummer|opci[oó]n|opç[aã]o)\W+)?([1-9])\W*$", re.I
)
_MARKS = re.compile(r"\W+")
SPEAKERS = ("system", "assistant")
"""Who may have asked: no customer and no agent offers an article by writing its title."""


def listed(titles: Iterable[str]) -> str:
    """Titles as they are offered: `1) Delivery times, 2) Delivery costs`."""
    return ", ".join(f"{number}) {title}" for number, title in enumerate(titles, 1))


def chosen(question: Question, articles: Sequence[Article]) -> Article | None:
    """The article that the message names, by its number or its whole title; None if nothing was asked or chosen."""
    offered = _offered(question, articles)
    if not offered:
        return None
    number = _NUMBER.match(question.text)
    if number is not None:
        return offered.get(int(number[1]))
    wanted = _plain(question.text)
    return next((article for article in offered.values() if _plain(article.title) == wanted), None)


def _offered(question: Question, articles: Sequence[Article]) -> dict[int, Article]:
    """Number → article, as the last words before the message list them."""
    last = question.window[-1] if question.window else None
    if last is None or last.role not in SPEAKERS:
        return {}
    by_length = sorted(articles, key=lambda article: -len(article.title))
    found: dict[int, Article] = {}
    for hit in _NUMBERED.finditer(last.text):
        rest = last.text[hit.end() :]
        named = next((article for article in by_length if rest.startswith(article.title)), None)
        if named is not None and int(hit[1]) <= NEAREST:
            found[int(hit[1])] = named
    return found


def _plain(text: str) -> str:
    return _MARKS.sub(" ", fold(text)).strip()
