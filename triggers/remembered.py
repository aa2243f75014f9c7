"""Verdicts of a classifier that are not asked for twice: by content, topics and the judge, without keeping a word."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.usage import Usage
from triggers.llm import TopicClassifier, TopicScore, TopicVerdict

MOST = 4096
"""Verdicts kept; the one that was not asked for longest goes first."""


@dataclass(frozen=True, kw_only=True)
class _Kept:
    """A score without its words: they are cut from the message again, which is the same."""

    topic: str
    score: float
    start: int
    end: int


class RememberingClassifier:
    """A `TopicClassifier` that asks another one once for each message, window and list of topics.

    `judge` names model and prompt: another of either is asked anew, and so is a policy with other topics. Faults are
    not kept. What is kept are a keyless hash, scores and positions, in memory only, at most `most` of them.
    """

    def __init__(self, asked: TopicClassifier, judge: str, usage: Usage | None = None, most: int = MOST) -> None:
        self._asked, self._judge, self._most = asked, judge, most
        self._usage = usage or Usage()
        self._lock = threading.Lock()
        self._kept: OrderedDict[bytes, tuple[tuple[_Kept, ...], str]] = OrderedDict()

    def classify(self, text: str, window: Sequence[str], topics: Mapping[str, str], deadline_s: float) -> TopicVerdict:
        """The verdict, from memory where the very same was judged before."""
        key = self._key(text, window, topics)
        with self._lock:
            known = self._kept.get(key)
            if known is not None:
                self._kept.move_to_end(key)
        if known is not None:
            self._usage.remembered()
            return TopicVerdict(scores=tuple(_score(one, text) for one in known[0]), model=known[1])
        verdict = self._asked.classify(text, window, topics, deadline_s)
        kept = tuple(_Kept(topic=one.topic, score=one.score, start=one.start, end=one.end) for one in verdict.scores)
        with self._lock:
            self._kept[key] = (kept, verdict.model)
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return verdict

    def __len__(self) -> int:
        """How many verdicts are kept."""
        with self._lock:
            return len(self._kept)

    def _key(self, text: str, window: Sequence[str], topics: Mapping[str, str]) -> bytes:
        # JSON keeps the parts apart: no message can be written so that it stands for another one and its window.
        asked = json.dumps([self._judge, text, list(window), list(topics.items())])
        return hashlib.blake2b(asked.encode(), digest_size=32).digest()


def _score(kept: _Kept, text: str) -> TopicScore:
    quote = text[kept.start : kept.end] if kept.start >= 0 else ""
    return TopicScore(topic=kept.topic, score=kept.score, quote=quote, start=kept.start)
