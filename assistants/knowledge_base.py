"""The embedded assistant: answers from a directory of Markdown articles, word for word, with no key and no network.

The world is closed: what is not recognised is not answered. How recognition is measured and calibrated stands in
`assistants.confidence`; which words mean the same, in `assistants.lexicon`. In short:

- the message is compared with each article's title, headings, keywords, example questions and text; front matter
  helps and is not needed;
- a message of several questions is answered if each part is recognised, at the confidence of the weakest;
- "and on Sundays?" is read together with the customer's message before it, and trusted less;
- articles may be in several languages (a top folder named `es`, `fr`, ... or `language:` in the front matter); a
  message in a language without articles is not recognised;
- the draft is the best passage verbatim; below the threshold its text is empty, while `confidence` and `intent`
  still tell how near the nearest article was.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock

from assistants.accounted import accounted
from assistants.articles import Article, Passage, read_articles
from assistants.choice import chosen
from assistants.index import LanguageIndex, Match
from assistants.lexicon import fold, lexicon
from assistants.meaning import LANGUAGE as MEANT
from assistants.meaning import EncoderSource
from assistants.port import NEAREST, Citation, Draft, Question
from states.errors import DependencyFault, SettingsError

ANSWER_FROM = 0.6
"""Default of the policy's `answers.confidence`, which the wiring passes."""
MAX_PARTS = 3
"""A message of more questions is for a person to sort out."""
MAX_CHARS = 600
"""A longer message is a story, whatever it contains."""
OTHER_LANGUAGE = FOLLOWING_UP = 0.9
"""Factors on confidence: articles in another language than the message is marked with; a follow-up question."""
FOLLOW_UP_WORDS = 4
WHOLE = 1800
"""Characters of an article that is shown as a whole to a customer who chose it."""
CHOSEN_FROM = 8
"""Articles searched for the passage of a longer one."""
ASKED_BACK_FROM, ALSO_FROM = 0.35, 0.25
"""Nearness from which a customer is asked back, and from which an article is offered beside a nearer one."""
_WORD = re.compile(r"[^\W_]+")

_log = logging.getLogger(__name__)
Recognition = tuple[tuple[Match, ...], float]
"""The passages that answer a message, and the confidence of the weakest; () and 0.0 if nothing is near."""

_PARTS = re.compile(
    r"(?<=[.?!;])\s+|\n+"
    r"|,?\s+(?:and|also|plus|y|et|und|e)\s+(?:also\s+)?"
    r"(?=(?:what|when|where|which|how|do|does|is|are|can|could|will|que|cual|comment|quel|wie|was|como|qual)\b)",
    re.IGNORECASE,
)
_FOLLOW_UP = re.compile(
    r"^\W*(?:(?:ok|okay|thanks|thank you)\W+)?(?:and|what about|how about|y|et|und|e)\b\W*", re.IGNORECASE
)


class KnowledgeBase:
    """An `Assistant` over one directory. The articles are read at the first use; safe to share between threads."""

    def __init__(
        self, directory: Path, *, answer_from: float = ANSWER_FROM, encoder: EncoderSource | None = None
    ) -> None:
        self._directory = directory
        self._answer_from = answer_from
        self._encoder = encoder
        self._lock, self._learning = Lock(), Lock()
        self._loaded: tuple[dict[str, LanguageIndex], str] | None = None
        self._learned = ""

    def load(self) -> None:
        """Reads and indexes the articles now; SettingsError names what is wrong with the directory."""
        self._indexes()

    def learn(self) -> bool:
        """Makes the vectors by which articles are found by meaning, once; takes a second for 20 articles.

        False, with a warning, without an encoder or where it fails: articles are then found by words alone, as they
        are while this runs in another thread. SettingsError as `load`.
        """
        with self._learning:
            if self._learned or self._encoder is None:
                return bool(self._learned)
            indexes, _ = self._indexes()
            index = indexes.get(MEANT)
            encoder = self._encoder() if index is not None else None
            if index is None or encoder is None:
                return False
            try:
                index.learn(encoder)
            except DependencyFault as error:
                _log.warning("meaning_missing: articles are found by words alone, which finds less: %s", error)
                return False
            self._learned = f" meaning {encoder.fingerprint}"
            return True

    @property
    def instant(self) -> bool:
        """Everything is in memory."""
        return True

    def draft(self, question: Question) -> Draft:
        """The passages that answer the question; empty text below the threshold."""
        indexes, fingerprint = self._ready()
        model = f"knowledge-base {fingerprint}{self._learned}"
        picked = chosen(question, self.articles)
        if picked is not None:
            return self._whole(picked, question, model)
        try:
            matches, confidence = self._recognise(question, indexes)
            known = bool(matches) and confidence >= self._answer_from
            near = self._near(question, indexes)
        except DependencyFault:
            raise
        except Exception as error:  # safety boundary: an unforeseen text must hand over, not crash a turn
            raise DependencyFault("knowledge_error", f"knowledge base failed on a message: {error!r}") from error
        return Draft(
            text="\n\n".join(dict.fromkeys(match.passage.text for match in matches)) if known else "",
            confidence=confidence,
            citations=tuple(citation(match) for match in matches) if known else (),
            verbatim=known,
            intent=matches[0].article.source if matches else "",
            model=model,
            matched=self.accounted(question, matches) if known else (),
            near=near,
            only_in=() if question.language in indexes else tuple(indexes),
        )

    def _whole(self, article: Article, question: Question, model: str) -> Draft:
        """The article that the customer chose, word for word; of a long one the passage nearest to what they asked."""
        passages: tuple[Passage, ...] = article.passages
        if sum(len(one.text) for one in passages) > WHOLE:
            asked = replace(question, text=_previous(question), window=())
            near = [match.passage for match in self.passages(asked, CHOSEN_FROM) if match.article is article]
            passages = tuple(near[:1]) or passages[:1]
        return Draft(
            text="\n\n".join(_under_heading(one, article) for one in passages),
            confidence=1.0,
            citations=tuple(Citation(source=article.source, title=article.title, quote=one.text) for one in passages),
            verbatim=True,
            intent=article.source,
            model=model,
            matched=tuple(_WORD.findall(question.text)),
        )

    def _near(self, question: Question, indexes: dict[str, LanguageIndex]) -> tuple[str, ...]:
        """Titles of the articles that a message may be about, in its language; none for a story."""
        index = indexes.get(question.language)
        if index is None or len(question.text) > MAX_CHARS:
            return ()
        matches = [match for match in index.nearest(question.text, NEAREST) if match.near.best >= ALSO_FROM]
        if not any(match.near.best >= ASKED_BACK_FROM for match in matches):
            return ()
        return tuple(dict.fromkeys(match.article.title for match in matches))

    def accounted(self, question: Question, matches: Iterable[Match]) -> tuple[str, ...]:
        """The words of the question that these passages account for."""
        indexes, _ = self._ready()
        found = tuple(matches)
        return tuple(
            dict.fromkeys(
                word
                for code in dict.fromkeys(one.article.language for one in found)
                for word in accounted(question.text, found, indexes[code].lexicon)
            )
        )

    def passages(self, question: Question, limit: int = 4) -> tuple[Match, ...]:
        """The nearest passages, however far: material for a model that must cite. DependencyFault as `draft`."""
        indexes, _ = self._ready()
        index = indexes.get(question.language) or indexes.get("en") or next(iter(indexes.values()))
        previous = _previous(question) if _FOLLOW_UP.match(question.text) else ""
        return index.nearest(f"{previous} {question.text}"[:MAX_CHARS], limit)

    def recognition(self, question: Question) -> float:
        """The confidence that the articles answer the question, as `draft` would state it."""
        return self.draft(question).confidence

    @property
    def articles(self) -> tuple[Article, ...]:
        """All of them, language by language. DependencyFault if they cannot be read."""
        indexes, _ = self._ready()
        return tuple(article for index in indexes.values() for article in index.articles)

    def ping(self) -> str:
        """Names the articles and how they are found; DependencyFault if they cannot be read."""
        indexes, fingerprint = self._ready()
        count = sum(len(index) for index in indexes.values())
        found = "words and meaning" if self._learned else "words alone"
        named = f"{count} articles in {', '.join(indexes)}"
        return f"knowledge base {self._directory.name!r}: {named} ({fingerprint}), found by {found}"

    def _indexes(self) -> tuple[dict[str, LanguageIndex], str]:
        with self._lock:
            if self._loaded is None:
                articles, fingerprint = read_articles(self._directory)
                self._loaded = build_indexes(articles), fingerprint
            return self._loaded

    def _ready(self) -> tuple[dict[str, LanguageIndex], str]:
        """The indexes; in the middle of a conversation broken articles are a fault of a dependency."""
        try:
            return self._indexes()
        except SettingsError as error:
            raise DependencyFault("knowledge_unreadable", str(error)) from error

    def _recognise(self, question: Question, indexes: dict[str, LanguageIndex]) -> Recognition:
        best: Recognition = ((), 0.0)
        for language in sorted(indexes, key=lambda code: code != question.language):
            factor = 1.0 if language == question.language else OTHER_LANGUAGE
            if best[1] >= self._answer_from:
                break
            matches, confidence = recognise(question, indexes[language])
            if matches and (not best[0] or confidence * factor > best[1]):
                best = matches, confidence * factor
        return best


def build_indexes(articles: tuple[Article, ...]) -> dict[str, LanguageIndex]:
    """One index a language, by language code."""
    return {
        code: LanguageIndex([article for article in articles if article.language == code], lexicon(code))
        for code in sorted({article.language for article in articles})
    }


def recognise(question: Question, index: LanguageIndex) -> Recognition:
    """What one language's articles have for a message: as a whole, part by part, or as a follow-up.

    Of several questions none may be passed over, so they are not read as a whole.
    """
    text = question.text.strip()
    if not text or len(text) > MAX_CHARS:
        return (), 0.0
    parts = [part for part in _PARTS.split(text) if index.lexicon.words(part)]
    several = len(parts) > 1 and all(index.lexicon.asks.search(fold(part)) for part in parts)
    whole = None if several else index.match(text)
    readings: list[Recognition] = [((whole,), whole.confidence)] if whole else []
    readings += _by_parts(parts, index, beyond=whole.confidence if whole else 0.0)
    readings += _as_follow_up(question, index)
    return max(readings, key=lambda reading: reading[1], default=((), 0.0))


def _by_parts(parts: Sequence[str], index: LanguageIndex, *, beyond: float) -> list[Recognition]:
    """Every part that has content must be recognised on its own, more surely than the whole; else nothing."""
    if not 1 <= len(parts) <= MAX_PARTS:
        return []
    found = []
    for part in parts:
        match = index.match(part)
        if match is None or match.confidence <= beyond:
            return []
        found.append(match)
    return [(tuple(found), min(match.confidence for match in found))]


def _as_follow_up(question: Question, index: LanguageIndex) -> list[Recognition]:
    """The message read after the one before it; every new word must stand in the article that is found."""
    opening = _FOLLOW_UP.match(question.text)
    previous = _previous(question)
    if opening is None or not previous:
        return []
    rest = question.text[opening.end() :]
    words = index.lexicon.words(rest)
    match = index.match(f"{previous.rstrip(' ?!.')} {rest}") if 1 <= len(words) <= FOLLOW_UP_WORDS else None
    if match is None or not index.mentions(match, words):
        return []
    return [((match,), match.confidence * FOLLOWING_UP)]


def _previous(question: Question) -> str:
    """The customer's message before this one; what they wrote to a person is not continued here."""
    first = question.after_person.turns_before if question.after_person else 0
    return next((turn.text for turn in reversed(question.window[first:]) if turn.role == "customer"), "")


def _under_heading(passage: Passage, article: Article) -> str:
    return passage.text if passage.heading in ("", article.title) else f"{passage.heading}\n{passage.text}"


def citation(match: Match) -> Citation:
    """The passage as a source."""
    return Citation(source=match.article.source, title=match.article.title, quote=match.passage.text)
