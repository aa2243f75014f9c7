"""Topics judged by a language model: one call for all topics, and no verdict that cannot show its words."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from models.port import Model
from prompts.loader import load
from states.errors import DependencyFault

QUOTE_FROM = 0.2
"""A score above this must be shown by a quote."""


@dataclass(frozen=True, kw_only=True)
class TopicScore:
    """How surely a message is about one topic."""

    topic: str
    score: float
    """0 to 1."""
    quote: str = ""
    """The words of the message that show it, verbatim; empty at a score of at most QUOTE_FROM."""
    start: int = -1
    """Where the quote begins in the message; -1 without a quote."""

    @property
    def end(self) -> int:
        """Where the quote ends; -1 without a quote."""
        return self.start + len(self.quote) if self.start >= 0 else -1


@dataclass(frozen=True, kw_only=True)
class TopicVerdict:
    """One score for every topic asked for, in their order, and which model and prompt judged."""

    scores: tuple[TopicScore, ...]
    model: str = ""

    def of(self, topic: str) -> TopicScore:
        """The score of a topic; KeyError if it was not asked for."""
        for score in self.scores:
            if score.topic == topic:
                return score
        raise KeyError(topic)


class TopicClassifier(Protocol):
    """Judges which topics a message is about.

    An implementation is free of effects, safe to call from several threads and total: a verdict has exactly the topics
    asked for and quotes only the message. It returns within `deadline_s` or raises DependencyFault (timeout,
    malformed, refused, missing_topic, unknown_topic, unfounded_quote, ...), and raises nothing else. The caller counts
    a fault as fired.
    """

    def classify(self, text: str, window: Sequence[str], topics: Mapping[str, str], deadline_s: float) -> TopicVerdict:
        """The verdict on `text`; `window` holds earlier messages as context, `topics` identifier → what to look for."""
        ...


class JudgedTopic(BaseModel):
    """One line of the form."""

    model_config = ConfigDict(extra="forbid")
    topic: str
    score: float = Field(ge=0, le=1, strict=True)
    """No text, no true or false: what is no number is no score."""
    quote: str


class Judgement(BaseModel):
    """The form the model fills in."""

    model_config = ConfigDict(extra="forbid")
    topics: list[JudgedTopic]


class ModelClassifier:
    """A `TopicClassifier` over a `Model`. Safe to share between threads."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._prompt = load("classifier")

    def classify(self, text: str, window: Sequence[str], topics: Mapping[str, str], deadline_s: float) -> TopicVerdict:
        """One call for all topics; no call if there are none."""
        if not topics:
            return TopicVerdict(scores=(), model=self.judge)
        listed = "\n".join(f"- {topic}: {meaning}" for topic, meaning in topics.items())
        shown = json.dumps({"earlier_messages": list(window), "message": text}, ensure_ascii=False)
        judgement = self._model.ask(
            Judgement, [("system", self._prompt.fill(topics=listed)), ("user", shown)], deadline_s
        )
        return TopicVerdict(scores=checked(judgement, text, topics), model=self.judge)

    @property
    def judge(self) -> str:
        """Which model and prompt judge."""
        return f"{self._model.name}, prompt {self._prompt.fingerprint}"


def checked(judgement: Judgement, text: str, topics: Mapping[str, str]) -> tuple[TopicScore, ...]:
    """The scores in the order of `topics`; DependencyFault unless each topic is there once and each quote is real."""
    judged: dict[str, JudgedTopic] = {}
    for line in judgement.topics:
        if line.topic not in topics:
            raise DependencyFault("unknown_topic", f"classifier judged {line.topic!r}, which was not asked")
        if line.topic in judged:
            raise DependencyFault("repeated_topic", f"classifier judged {line.topic!r} twice")
        judged[line.topic] = line
    missing = [topic for topic in topics if topic not in judged]
    if missing:
        raise DependencyFault("missing_topic", f"classifier left out {', '.join(missing)}")
    return tuple(_score(judged[topic], text) for topic in topics)


def _score(line: JudgedTopic, text: str) -> TopicScore:
    if line.score <= QUOTE_FROM:
        return TopicScore(topic=line.topic, score=line.score)
    quote = line.quote.strip()
    start = text.find(quote) if quote else -1
    if start < 0:
        start = _find_folded(quote, text)
    if start < 0:
        raise DependencyFault("unfounded_quote", f"classifier scored {line.topic!r} on words that the message has not")
    return TopicScore(topic=line.topic, score=line.score, quote=text[start : start + len(quote)], start=start)


def _find_folded(quote: str, text: str) -> int:
    """The quote with another letter case; models capitalise. -1 where lower-casing shifts positions."""
    lower = text.lower()
    return lower.find(quote.lower()) if quote and len(lower) == len(text) else -1


class ScriptedClassifier:
    """A `TopicClassifier` that finds what it was told to: topic → words whose presence means the topic, at `score`.

    `fault`, if given, is raised instead. With `judge`, a function decides for each message.
    """

    def __init__(
        self,
        words: Mapping[str, Sequence[str]] | None = None,
        *,
        score: float = 0.9,
        fault: DependencyFault | None = None,
        judge: Callable[[str], Mapping[str, float]] | None = None,
    ) -> None:
        self.texts: list[str] = []
        self._words = words or {}
        self._score = score
        self._fault = fault
        self._judge = judge

    def classify(self, text: str, window: Sequence[str], topics: Mapping[str, str], deadline_s: float) -> TopicVerdict:
        """The scripted verdict."""
        self.texts.append(text)
        if self._fault is not None:
            raise self._fault
        told = self._judge(text) if self._judge is not None else {}
        return TopicVerdict(scores=tuple(self._one(topic, text, told) for topic in topics), model="scripted")

    def _one(self, topic: str, text: str, told: Mapping[str, float]) -> TopicScore:
        if topic in told:
            return TopicScore(topic=topic, score=told[topic], quote=text, start=0)
        for word in self._words.get(topic, ()):
            start = text.lower().find(word.lower())
            if start >= 0:
                return TopicScore(topic=topic, score=self._score, quote=text[start : start + len(word)], start=start)
        return TopicScore(topic=topic, score=0.0)
