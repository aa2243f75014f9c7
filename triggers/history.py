"""What a conversation remembers to judge its next message: counters and a bounded window, never the transcript.

A plain JSON value, so that it can live in the conversation row and in a checkpoint at constant size.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any
from zlib import crc32

from policy.facts import Scalar
from triggers.language import Shown

CONTRADICTION = "context.contradiction"
"""The trigger that says that the customer calls the answer wrong; how often it fired is a fact."""
WINDOW = 6
"""Earlier customer messages that are compared for repeats."""
TREND = 5
"""Sentiment points from which the trend is computed."""
_WORDS = re.compile(r"\w+")
_MAX_WORDS = 40
_SAME = 0.75
DISPLEASED = -0.2
"""Sentiment below which a message counts as displeased."""
_SELDOM = frozenset({"evidence", "handed", "returned", "owed", "asked", "survey", "spoken", "leaning"})


@dataclass(frozen=True, kw_only=True)
class History:
    """Counters over the customer's messages so far."""

    turns: int = 0
    failed_answers: int = 0
    misses: int = 0
    clean_turns: int = 0
    contradictions: int = 0
    handovers: int = 0
    offered: bool = False
    """A person has been offered and the customer has not answered the offer yet."""
    offers: int = 0
    repeats: int = 0
    """Earlier messages in the window that say nearly the same as the newest."""
    recent: tuple[str, ...] = ()
    """Word sets of the last messages as checksums, for the repeat count: sorted, bounded."""
    sentiments: tuple[float, ...] = ()
    disarmed: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    """Marks of what the open handover fired on; checksums, no words."""
    handed: tuple[str, ...] = ()
    """Marks of what fired before a person gave the conversation back: the same again is a loop."""
    returned: str = ""
    """The event by which a person gave the conversation back; empty once a person has it again."""
    owed: tuple[str, ...] = ()
    """The customer's message that a person left to the assistant, and the event by which; empty once it is decided."""
    asked: tuple[str, ...] = ()
    """A message of the customer that waits for tools, and what was asked of them for it; empty once it is decided."""
    spoken: str = ""
    """The language the conversation is held in: told by the channel or shown by the customer; empty until then."""
    leaning: str = ""
    """Another language that the newest message showed, too short to change to it."""
    survey: str = ""
    """Whom the customer was asked about, `person` or `assistant`, and has not answered; empty otherwise."""
    unmet_since: str | None = None
    """When the customer first wrote something that was not answered, ISO 8601; None while all is answered."""

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> History:
        """Reads what `to_json` wrote; unknown keys of a newer version are left out."""
        known = {name: value[name] for name in cls.__dataclass_fields__ if name in value}
        for name in ("recent", "sentiments", "disarmed", "evidence", "handed", "owed", "asked"):
            known[name] = tuple(known.get(name, ()))
        return cls(**known)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; what only few conversations have is left out while it is empty."""
        values = ((name, getattr(self, name)) for name in self.__dataclass_fields__)
        kept = ((name, value) for name, value in values if value or name not in _SELDOM)
        return {name: list(value) if isinstance(value, tuple) else value for name, value in kept}

    def observe(self, text: str, sentiment: float) -> History:
        """The history with one more customer message."""
        words = _fingerprint(text)
        repeats = sum(_similar(words, earlier) for earlier in self.recent)
        return replace(
            self,
            turns=self.turns + 1,
            repeats=repeats,
            recent=(*self.recent, words)[-WINDOW:],
            sentiments=(*self.sentiments, round(sentiment, 3))[-TREND:],
        )

    def hear(self, shown: Shown, default: str = "en") -> History:
        """The history with what one more customer message shows about its language; `language` tells the outcome.

        A sentence of some length changes the language, or a second short one in a row; a greeting counts only where
        nothing else was heard. What shows nothing changes nothing.
        """
        told = shown.language or ("" if self.spoken else shown.greeting or "")
        if not told:
            return self
        if told == self.language(default):
            return replace(self, spoken=told, leaning="")
        if shown.sure or not self.spoken or told == self.leaning:
            return replace(self, spoken=told, leaning="")
        return replace(self, leaning=told)

    def language(self, default: str = "en") -> str:
        """The language to answer in; the default where the customer's words and the channel told none."""
        return self.spoken or default

    def answered(self, *, routine: bool, failed: bool, soft: bool) -> History:
        """The history after the turn was decided without a person."""
        return replace(
            self,
            misses=0 if routine else self.misses + 1,
            failed_answers=self.failed_answers + 1 if failed else 0,
            clean_turns=self.clean_turns + 1 if routine and not soft else 0,
        )

    def facts(self) -> dict[str, Scalar]:
        """The `conversation.*` facts; `observe` the message first."""
        return {
            "conversation.turns": self.turns,
            "conversation.failed_answers": self.failed_answers,
            "conversation.misses": self.misses,
            "conversation.repeats": self.repeats,
            "conversation.contradictions": self.contradictions,
            "conversation.sentiment": self.sentiments[-1] if self.sentiments else 0.0,
            "conversation.sentiment_trend": trend(self.sentiments),
            "conversation.displeased": sum(point < DISPLEASED for point in self.sentiments),
            "conversation.handovers": self.handovers,
        }


def trend(points: tuple[float, ...]) -> float:
    """Least-squares slope per turn; 0 with fewer than three points."""
    n = len(points)
    if n < 3:
        return 0.0
    middle = (n - 1) / 2
    mean = sum(points) / n
    above = sum((i - middle) * (point - mean) for i, point in enumerate(points))
    return round(above / sum((i - middle) ** 2 for i in range(n)), 4)


def _fingerprint(text: str) -> str:
    """The set of words as checksums: enough to compare, and no words in rows and checkpoints that outlive the text."""
    words = sorted(set(_WORDS.findall(text.lower()[:2000])))[:_MAX_WORDS]
    return " ".join(f"{crc32(word.encode('utf-8', 'replace')) & 0xFFFFF:x}" for word in words)


def _similar(one: str, other: str) -> bool:
    """Jaccard similarity of the word sets; two words or fewer say too little to count as a repeat."""
    a, b = set(one.split()), set(other.split())
    if min(len(a), len(b)) < 3:
        return False
    return len(a & b) / len(a | b) >= _SAME
