"""The triggers and filters of a policy, compiled: which pattern belongs to which rule, and what its evidence is.

Without it the engine would walk the policy for every message instead of looking up what one scan found.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from policy.phrases import compile_phrase
from policy.schema import Evidence as Wanted
from policy.schema import Trigger
from states.errors import PolicyError
from triggers.assessment import Evidence, Redaction
from triggers.folding import Folded
from triggers.pii import ENTITIES, MASKS, Found, without
from triggers.scanner import Hit, Pattern, Scanner, phrase_pattern
from triggers.watched import compile_source

_STOPS = ("\n", ". ", "! ", "? ", ".\n", "...")
_MAX_EVIDENCE = 8
_MAX_QUOTE = 240


@dataclass(frozen=True, kw_only=True)
class Sign:
    """One pattern of a rule, as the policy writes it."""

    rule: int
    kind: str
    detail: str
    pattern: Pattern


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One trigger or filter: its evidence other than patterns, and what takes patterns back."""

    id: str
    pii: tuple[str, ...] = ()
    topics: tuple[tuple[str, float], ...] = ()
    whens: tuple[str, ...] = ()
    gate: str | None = None
    unless: tuple[str, ...] = ()

    @cached_property
    def takes_back(self) -> Any:
        """One RE2 pattern of everything that takes a fired phrase back."""
        return compile_source("(?m:" + "|".join(f"(?:{compile_phrase(phrase)})" for phrase in self.unless) + ")")


def rule_of(trigger: Trigger) -> Rule:
    """A trigger's rule; `when` alone is its evidence, beside `any` it is a gate."""
    rule = rule_from(trigger.id, trigger.any, trigger.unless or ())
    if trigger.when is None:
        return rule
    if trigger.any:
        return replace(rule, gate=trigger.when)
    return replace(rule, whens=(trigger.when,))


def rule_from(identifier: str, wanted: Sequence[Wanted], unless: tuple[str, ...] = ()) -> Rule:
    """A rule from evidence alone. PolicyError if it asks for private data nobody detects."""
    entities = tuple(entity for one in wanted for entity in one.pii or ())
    for entity in entities:
        if entity not in ENTITIES:
            raise PolicyError(f"{identifier!r} asks for the entity {entity!r}; there are {', '.join(sorted(ENTITIES))}")
    return Rule(
        id=identifier,
        pii=entities,
        topics=tuple((one.topic, one.at_least) for one in wanted if one.topic is not None),
        whens=tuple(one.when for one in wanted if one.when is not None),
        unless=unless,
    )


def signs_of(rule: int, wanted: Sequence[Wanted]) -> Iterable[Sign]:
    """The patterns of one rule; all languages at once, because customers mix them."""
    for one in wanted:
        for phrase in dict.fromkeys(phrase for phrases in (one.phrases or {}).values() for phrase in phrases):
            yield Sign(rule=rule, kind="phrases", detail=phrase, pattern=phrase_pattern(phrase))
        for source in one.pattern or ():
            yield Sign(rule=rule, kind="pattern", detail=source, pattern=Pattern(source=source))


@dataclass
class Reading:
    """One text being judged: its folded form, what the scan hit and the private data in it."""

    folded: Folded
    found: list[Found]
    redactions: tuple[Redaction, ...]
    scanner: Scanner
    turn: int = 0
    hits: dict[int, list[tuple[Sign, Hit]]] = field(default_factory=dict)

    def take(self, hits: Iterable[Hit], signs: Sequence[Sign]) -> None:
        """Groups the hits by rule; hits beyond the signs belong to somebody else."""
        for hit in hits:
            if hit.index < len(signs):
                sign = signs[hit.index]
                self.hits.setdefault(sign.rule, []).append((sign, hit))

    def signs(self, number: int, rule: Rule) -> list[Evidence]:
        """Evidence from patterns, less what the rule takes back."""
        evidence: list[Evidence] = []
        for sign, hit in self.hits.get(number, ()):
            spans = self.scanner.spans(hit, self.folded)
            span = next((one for one in spans if not rule.unless or not self._taken_back(rule, *one)), None)
            if span is not None:
                evidence.append(self._quoted(sign.kind, sign.detail, *self.folded.span(*span)))
            if len(evidence) == _MAX_EVIDENCE:
                break
        return evidence

    def private_data(self, rule: Rule) -> list[Evidence]:
        """Evidence from private data; the quote is the placeholder."""
        return [
            Evidence(kind="pii", detail=name, quote=MASKS[one.group], start=one.start, end=one.end, turn=self.turn)
            for name in rule.pii
            for one in self.found
            if one.is_a(name)
        ][:_MAX_EVIDENCE]

    def _quoted(self, kind: str, detail: str, start: int, end: int) -> Evidence:
        end = min(end, start + _MAX_QUOTE)
        quote = without(self.folded.original, self.redactions, start, end)
        return Evidence(kind=kind, detail=detail, quote=quote, start=start, end=end, turn=self.turn)

    def _taken_back(self, rule: Rule, start: int, end: int) -> bool:
        """Whether a look-alike overlaps the span or stands in its sentence."""
        first, last = self._sentence(start, end)
        return rule.takes_back.search(self.folded.text[first:last].encode()) is not None

    def _sentence(self, start: int, end: int) -> tuple[int, int]:
        text = self.folded.text
        first = max(text.rfind(stop, 0, start) + 1 for stop in _STOPS)
        ends = [at for stop in _STOPS if (at := text.find(stop, end)) >= 0]
        return first, min(ends, default=len(text))
