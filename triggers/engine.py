"""The engine: one policy, compiled, that judges messages and drafts in microseconds without a model."""

from __future__ import annotations

import gc
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Literal

from policy.facts import Scalar
from policy.loader import LoadedPolicy
from policy.schema import Policy, Severity, Trigger
from states.errors import DependencyFault, PolicyError
from triggers.assessment import Assessment, Circumstances, Decision, Evidence, Fired, Message, Redaction, Scores
from triggers.burst import Burst, BurstAssessment, mask, united
from triggers.conditions import Bound, Conditions, mentions_answer
from triggers.firing import ACTIONS, conditional, decision_of, fault_fired, fire, moved, scored
from triggers.folding import Folded
from triggers.language import detect, shown
from triggers.masks import private_data, redact
from triggers.pii import SYNONYMS, redactions_of, without
from triggers.readings import Readings, readings
from triggers.recognised import Recogniser
from triggers.rules import Judged, Rule, rule_of, signs_of
from triggers.scanner import Hit, Scanner
from triggers.screen import FilterHit, Screen
from triggers.sentiment import Lexicon
from triggers.watched import SetFactory

WITHHELD = "[withheld: this text could not be redacted]"
_SEVERITIES = tuple(Severity)
_CACHED = 32


@dataclass(frozen=True, kw_only=True)
class Scanned:
    """A text with what the scans of its readings found; the first reading is the text as it stands."""

    text: str
    read: tuple[tuple[Folded, list[Hit]], ...]

    @property
    def readings(self) -> tuple[Folded, ...]:
        """The readings alone."""
        return tuple(folded for folded, _ in self.read)


class Engine:
    """A compiled policy. Safe to share between threads; PolicyError if a pattern or condition cannot be compiled."""

    def __init__(self, loaded: LoadedPolicy, make_set: SetFactory | None = None, read: Readings = readings) -> None:
        self.policy: Policy = loaded.policy
        self.policy_hash = loaded.hash
        self._triggers: tuple[Trigger, ...] = self.policy.triggers
        self._rules = tuple(rule_of(trigger) for trigger in self._triggers)
        self._signs = tuple(sign for n, trigger in enumerate(self._triggers) for sign in signs_of(n, trigger.any))
        self._lexicon = Lexicon(self.policy, offset=len(self._signs))
        self._scanner = Scanner([*(sign.pattern for sign in self._signs), *self._lexicon.patterns], make_set)
        self._read = read
        self._screen = Screen(self.policy, make_set, read)
        self._recogniser = Recogniser(self.policy)
        whens = (when for rule in self._rules for when in (*rule.whens, *((rule.gate,) if rule.gate else ())))
        self._conditions = Conditions((*whens, *self._screen.conditions()))
        self._index()

    def _index(self) -> None:
        """Which rules can fire without a pattern, and which only after a draft."""
        self._late = tuple(n for n, rule in enumerate(self._rules) if _reads_answer(rule))
        self.late = frozenset(self._rules[n].id for n in self._late)
        """Ids of the triggers that `judge_answer` can fire."""
        self._gated_late = frozenset(n for n in self._late if mentions_answer(self._rules[n].gate or ""))
        self._by_fact = tuple(
            (n, when)
            for n, rule in enumerate(self._rules)
            if n not in self._gated_late
            for when in rule.whens
            if not mentions_answer(when)
        )
        self._by_pii = tuple(n for n, rule in enumerate(self._rules) if rule.pii)
        self._by_score = tuple(n for n, rule in enumerate(self._rules) if rule.topics or rule.recognised)
        self.recognises = any(rule.recognised for rule in self._rules)
        """Whether any trigger asks what a message means."""
        self._extra = frozenset(SYNONYMS.get(name, name) for rule in self._rules for name in rule.pii)
        self._order = {
            trigger.id: (_SEVERITIES.index(trigger.severity), ACTIONS.index(trigger.action), n)
            for n, trigger in enumerate(self._triggers)
        }

    # Messages

    def scan(self, text: str) -> Scanned:
        """The text read and scanned once, for `language_of`, `sentiment` and `evaluate` of the same message."""
        return Scanned(text=text, read=tuple((folded, self._scanner.scan(folded)) for folded in self._read(text)))

    def evaluate(
        self,
        message: Message,
        circumstances: Circumstances,
        scores: Scores | None = None,
        scanned: Scanned | None = None,
    ) -> Assessment:
        """What one message calls for. Total: whatever fails inside is a FAULT decision.

        `scores` are those of a classifier and of a recogniser; where none is configured, that is no evidence.
        `scanned` spares the scan if it is of this very text.
        """
        started = perf_counter()
        try:
            return self._assess(message, circumstances, scores or Scores(), scanned, started)
        except Exception as error:  # noqa: BLE001 - safety boundary: a message nobody could judge goes to a person
            kind = error.kind if isinstance(error, DependencyFault) else "evaluation_error"
            return self._fault(message, kind, started, self._by_words(message, circumstances))

    def evaluate_burst(
        self,
        burst: Burst,
        message: Message,
        circumstances: Circumstances,
        scores: Scores | None = None,
        scanned: Scanned | None = None,
    ) -> BurstAssessment:
        """What the newest message of a burst calls for, alone and together with those before it. Total.

        `message` is that newest message; the other arguments are as for `evaluate`.
        """
        started = perf_counter()
        alone = self.evaluate(message, circumstances, scores, scanned)
        if len(burst.parts) == 1 or alone.decision is Decision.FAULT:
            return BurstAssessment(assessment=alone)
        try:
            return self._assess_burst(burst, alone, message, circumstances, started)
        except Exception as error:  # noqa: BLE001 - safety boundary: a burst nobody could judge goes to a person
            kind = error.kind if isinstance(error, DependencyFault) else "evaluation_error"
            return BurstAssessment(assessment=self._fault(message, kind, started, alone.fired))

    def _assess_burst(
        self, burst: Burst, alone: Assessment, message: Message, circumstances: Circumstances, started: float
    ) -> BurstAssessment:
        scanned = self.scan(burst.text)
        whole = replace(message, text=burst.text)
        judged = self._judged(whole, scanned, settled=burst.open_from, breaks=burst.starts)
        facts = _own_facts(message, alone.language, alone.sentiment) | dict(circumstances.facts)
        joined = self._fired(judged, self._conditions.bind(facts), Scores(), circumstances.disarmed)
        fired = self._ordered(united(alone.fired, joined, burst))
        masked = mask(burst, judged.found)
        text, redactions = masked.pop(burst.newest.id, (message.text, ()))
        assessment = replace(
            alone,
            decision=decision_of(fired),
            fired=fired,
            redactions=redactions,
            redacted_text=text,
            micros=(perf_counter() - started) * 1e6,
        )
        return BurstAssessment(assessment=assessment, masked=masked)

    def _assess(
        self,
        message: Message,
        circumstances: Circumstances,
        scores: Scores,
        scanned: Scanned | None,
        started: float,
    ) -> Assessment:
        if len(message.text) > self.policy.limits.message_chars:
            return self._too_long(message, circumstances, scores, started)
        if scanned is None or scanned.text != message.text:
            scanned = self.scan(message.text)
        language = message.language or shown(message.text, classify=False).language or "en"
        judged = self._judged(message, scanned)
        sentiment = self._score(scanned)
        facts = _own_facts(message, language, sentiment) | dict(circumstances.facts)
        fired = self._fired(judged, self._conditions.bind(facts), scores, circumstances.disarmed)
        return Assessment(
            decision=decision_of(fired),
            fired=fired,
            redactions=judged.redactions,
            redacted_text=without(message.text, judged.redactions) if judged.redactions else message.text,
            language=language,
            sentiment=sentiment,
            policy_hash=self.policy_hash,
            micros=(perf_counter() - started) * 1e6,
        )

    def _fired(self, judged: Judged, bound: Bound, scores: Scores, disarmed: frozenset[str]) -> tuple[Fired, ...]:
        whens: dict[int, list[Evidence]] = {}
        for number, condition in self._by_fact:
            if bound.holds(condition) and self._rules[number].id not in disarmed:
                whens.setdefault(number, []).append(conditional(condition, judged.turn))
        candidates = {*judged.hits, *whens, *(self._by_pii if judged.found else ())}
        if scores.topics or scores.recognised:
            candidates.update(self._by_score)
        fired: list[Fired] = []
        for number in candidates - self._gated_late:
            rule = self._rules[number]
            evidence = [*judged.signs(number, rule), *judged.private_data(rule), *whens.get(number, ())]
            evidence += scored(rule, scores, judged.turn)
            if evidence and (rule.gate is None or bound.holds(rule.gate)):
                fired.append(fire(self._triggers[number], evidence))
        return self._ordered(fired)

    def read_of(self, facts: Mapping[str, Scalar], *, answered: bool = False) -> dict[str, Scalar]:
        """The facts that the policy's conditions read, as they read them; `answered`: those of an answer too."""
        return self._conditions.read_of(facts, answered=answered)

    def judge_answer(self, circumstances: Circumstances, message: Message | None = None) -> tuple[Fired, ...]:
        """The triggers whose conditions read `answer.`, judged after a draft; most severe first. Never raises.

        A trigger that needs words of the message besides can only fire if `message` is given.
        """
        try:
            bound = self._conditions.bind(circumstances.facts)
            judged = (
                self._judged(message, self.scan(message.text)) if message is not None and self._gated_late else None
            )
            turn = message.turn if message is not None else 0
            disarmed = circumstances.disarmed
            fired = [one for n in self._late if (one := self._judged_late(n, bound, judged, turn, disarmed))]
            return self._ordered(fired)
        except Exception as error:  # noqa: BLE001 - safety boundary: an answer nobody could judge goes to a person
            return (fault_fired(type(error).__name__),)

    def _judged_late(
        self, number: int, bound: Bound, judged: Judged | None, turn: int, disarmed: frozenset[str]
    ) -> Fired | None:
        rule = self._rules[number]
        late = (when for when in rule.whens if mentions_answer(when) or number in self._gated_late)
        evidence = [conditional(when, turn) for when in late if rule.id not in disarmed and bound.holds(when)]
        if judged is not None and number in self._gated_late:
            evidence += [*judged.signs(number, rule), *judged.private_data(rule)]
        if not evidence or (rule.gate is not None and not bound.holds(rule.gate)):
            return None
        return fire(self._triggers[number], evidence)

    def _judged(self, message: Message, scanned: Scanned, *, settled: int = 0, breaks: tuple[int, ...] = ()) -> Judged:
        found = private_data(scanned.readings, self._extra)
        redactions = redactions_of(found, message.text) if found else ()
        judged = Judged(message.text, found, redactions, self._scanner, message.turn, settled, breaks)
        for folded, hits in scanned.read:
            judged.take(folded, hits, self._signs)
        return judged

    def _ordered(self, fired: Iterable[Fired]) -> tuple[Fired, ...]:
        return tuple(sorted(fired, key=lambda one: self._order[one.trigger_id]))

    def _too_long(self, message: Message, circumstances: Circumstances, scores: Scores, started: float) -> Assessment:
        """A fault that still tells what fired in the beginning and in the end: what is urgent there stays urgent."""
        limit = self.policy.limits.message_chars
        fired: dict[str, Fired] = {}
        for first in (0, len(message.text) - limit):
            part = replace(message, text=message.text[first : first + limit])
            for one in self._assess(part, circumstances, scores, None, started).fired:
                fired.setdefault(one.trigger_id, moved(one, first))
        return self._fault(message, "message_too_long", started, self._ordered(fired.values()))

    def _by_words(self, message: Message, circumstances: Circumstances) -> tuple[Fired, ...]:
        """What the words of a message fire whose private data could not be told: urgent stays urgent. No quotes."""
        try:
            scanned = self.scan(message.text[: self.policy.limits.message_chars])
            withheld = (Redaction(entity="secret", start=0, end=len(message.text)),)
            judged = Judged(message.text, (), withheld, self._scanner, message.turn)
            for folded, hits in scanned.read:
                judged.take(folded, hits, self._signs)
            return self._fired(judged, self._conditions.bind(circumstances.facts), Scores(), circumstances.disarmed)
        except Exception:  # noqa: BLE001 - safety boundary: the message goes to a person without it
            return ()

    def _fault(self, message: Message, kind: str, started: float, fired: tuple[Fired, ...] = ()) -> Assessment:
        text, redactions = _redacted(message.text)
        return Assessment(
            decision=Decision.FAULT,
            fired=fired,
            redactions=redactions,
            redacted_text=text,
            language=message.language or "en",
            fault=kind,
            policy_hash=self.policy_hash,
            micros=(perf_counter() - started) * 1e6,
        )

    def lines(self, text: str) -> tuple[tuple[str, str], ...]:
        """(trigger id, phrase or pattern) of every line of the policy that a text meets and nothing takes back."""
        judged = self._judged(Message(text=text), self.scan(text))
        standing = (
            (rule.id, sign.detail) for n, rule in enumerate(self._rules) for sign, _ in judged.standing(n, rule)
        )
        return tuple(dict.fromkeys(standing))

    # Drafts, small talk and the rest

    def screen(
        self, draft_text: str, language: str | None = None, promises_allowed: bool = False
    ) -> tuple[FilterHit, ...]:
        """The filters that hold a draft back; empty if it may go out. Never raises: a failure is a hit.

        `promises_allowed` is for texts of a turn in which a handover exists. Filters of all languages apply.
        """
        facts: dict[str, Scalar] = {"message.language": language} if language else {}
        return self._screen.hits(draft_text, self._conditions, facts, promises_allowed=promises_allowed)

    def smalltalk(self, text: str, language: str | None = None) -> tuple[str, str] | None:
        """The kind of small talk and its approved reply, if the whole message is small talk; otherwise None."""
        return self._recogniser.smalltalk(text, language)

    def offer_answer(self, text: str) -> Literal["accept", "decline"] | None:
        """Whether the whole message takes up or declines the offer of a person."""
        return self._recogniser.offer_answer(text)

    def language_of(self, text: str, hint: str | None = None, scanned: Scanned | None = None) -> str:
        """The language of a message by itself, one of the packs' five; the hint where the text is not sure.

        A conversation asks `History.hear` instead, which knows the messages before.
        """
        return detect(text, hint)

    def sentiment(self, text: str, scanned: Scanned | None = None) -> float:
        """-1 (angry) to 1 (pleased), from the policy's word lists."""
        return self._score(scanned or self.scan(text))

    def _score(self, scanned: Scanned) -> float:
        """The worst of the readings."""
        return min(self._lexicon.score(hits, folded, self._scanner) if hits else 0.0 for folded, hits in scanned.read)

    def redact(self, text: str) -> tuple[str, tuple[Redaction, ...]]:
        """The text that may be stored. Never raises: a text that cannot be redacted is withheld as a whole."""
        return _redacted(text)


def _redacted(text: str) -> tuple[str, tuple[Redaction, ...]]:
    try:
        return redact(text)
    except Exception:  # noqa: BLE001 - safety boundary: nothing that might hold a card number is written
        return WITHHELD, (Redaction(entity="secret", start=0, end=len(text)),)


def _own_facts(message: Message, language: str, sentiment: float) -> dict[str, Scalar]:
    return {
        "message.length": len(message.text),
        "message.language": language,
        "conversation.turns": message.turn,
        "conversation.sentiment": sentiment,
    }


def _reads_answer(rule: Rule) -> bool:
    return any(mentions_answer(condition) for condition in (*rule.whens, rule.gate or ""))


_engines: OrderedDict[str, Engine] = OrderedDict()
_lock = threading.Lock()


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keeps the garbage collector from walking a hundred thousand fresh values that all stay: a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def compile_policy(loaded: LoadedPolicy) -> Engine:
    """The engine of a policy; the last few are kept by hash. PolicyError if it cannot be compiled."""
    with _lock:
        engine = _engines.get(loaded.hash)
        if engine is None:
            with _no_collection():
                engine = _engines[loaded.hash] = Engine(loaded)
        _engines.move_to_end(loaded.hash)
        while len(_engines) > _CACHED:
            _engines.popitem(last=False)
        return engine


def evaluate(
    message: Message,
    circumstances: Circumstances,
    loaded: LoadedPolicy,
    scores: Scores | None = None,
) -> Assessment:
    """`Engine.evaluate` for a policy by value. Total: a policy that cannot be compiled is a FAULT as well."""
    try:
        engine = compile_policy(loaded)
    except Exception as error:  # noqa: BLE001 - safety boundary: without a policy a person decides
        text, redactions = _redacted(message.text)
        return Assessment(
            decision=Decision.FAULT,
            redactions=redactions,
            redacted_text=text,
            fault="policy_error" if isinstance(error, PolicyError) else "evaluation_error",
            policy_hash=loaded.hash,
        )
    return engine.evaluate(message, circumstances, scores)
