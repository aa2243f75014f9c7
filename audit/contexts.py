"""What an assistant's reply answered: the turns before it and the articles it had, read from a row of a file.

Rows come from many tools. A text is what the customer wrote; a list holds texts, turns or articles; an object names
them. What cannot be read is told, and the reply is screened without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from assistants.claims import Claim, unfounded
from assistants.lexicon import STEMMERS
from recognition.reply_port import REASONS

SAID = ("prompt", "question", "message", "messages", "turns", "history", "conversation")
"""Keys of what was said before a reply."""
ARTICLES = ("articles", "article", "passages", "sources", "documents", "knowledge")
"""Keys of what a reply may rest on."""
_TEXTS = ("text", "content", "body", "quote", "passage", "page_content")
_TITLES = ("title", "heading")
_WITHOUT_SUPPORT = "unsupported_claim"
_FACTS = frozenset({Claim.FIGURE, Claim.LINK})
"""Claims that are read word for word; a sentence in other words may still say what an article says."""
_DEPTH = 8
assert _WITHOUT_SUPPORT in REASONS


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a reply answered."""

    said: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    language: str | None = None
    problems: tuple[str, ...] = ()
    """What of it could not be read."""

    def unsupported(self, reply: str) -> tuple[str, ...]:
        """`unsupported_claim`, where a link or a figure stands neither in the articles nor in what was said."""
        if not self.articles:
            return ()
        language = self.language if self.language in STEMMERS else "en"
        sources = (*self.articles, *self.said)
        found = any(one.kind in _FACTS for one in unfounded(reply, sources, "", language))
        return (_WITHOUT_SUPPORT,) if found else ()


@dataclass
class _Gathered:
    said: list[str] = field(default_factory=list)
    articles: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def context_of(row: Mapping[str, Any]) -> Context:
    """The context of a row: its `context`, and the keys of `SAID` and `ARTICLES` beside it. Never raises."""
    found = _Gathered()
    if "context" in row:
        _gather(row["context"], found.said, found, 0)
    _gather_keys(row, found, 0)
    language = row.get("language", row.get("lang"))
    return Context(
        said=tuple(found.said),
        articles=tuple(found.articles),
        language=language if isinstance(language, str) and language else None,
        problems=tuple(dict.fromkeys(found.problems)),
    )


def _gather_keys(item: Mapping[str, Any], found: _Gathered, depth: int) -> bool:
    """Whether the object had one of the keys."""
    said, articles = ([key for key in keys if key in item] for keys in (SAID, ARTICLES))
    for key in said:
        _gather(item[key], found.said, found, depth + 1)
    for key in articles:
        _gather(item[key], found.articles, found, depth + 1)
    return bool(said or articles)


def _gather(value: Any, into: list[str], found: _Gathered, depth: int) -> None:
    """Puts the texts of a value where they belong: turns and texts into `into`, articles to the articles."""
    if value is None:
        return
    if depth > _DEPTH:
        found.problems.append("context is nested too deeply")
    elif isinstance(value, str):
        into.append(value)
    elif isinstance(value, list):
        for one in value:
            _gather(one, into, found, depth + 1)
    elif isinstance(value, Mapping):
        _gather_object(value, into, found, depth)
    else:
        found.problems.append(f"context holds {value!r}, which is no text")


def _gather_object(item: Mapping[str, Any], into: list[str], found: _Gathered, depth: int) -> None:
    texts = list(_texts(item))
    if texts:
        titled = "role" not in item and any(isinstance(item.get(key), str) for key in _TITLES)
        (found.articles if titled else into).extend(texts)
    if not _gather_keys(item, found, depth) and not texts:
        found.problems.append("context holds an object without a text")


def _texts(item: Mapping[str, Any]) -> Iterator[str]:
    for key in (*_TITLES, *_TEXTS):
        if isinstance(item.get(key), str):
            yield item[key]
