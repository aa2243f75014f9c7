"""The triggers and filters of a policy, compiled: which pattern belongs to which rule, and what its evidence is."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from typing import Any

from policy.phrases import compile_phrase
from policy.schema import Evidence as Wanted
from policy.schema import Trigger
from states.errors import PolicyError
from triggers.assessment import Evidence, Redaction
from triggers.folding import Folded
from triggers.pii import ENTITIES, MASKS, PLACEHOLDERS, Found, without
from triggers.scanner import Hit, Pattern, Scanner, phrase_pattern
from triggers.watched import compile_source

_STOPS = compile_source(r"\n|\. |! |\? |\.\.\.")
_JOINTS = compile_source(r"[,;:()] | [-/] | (?:and|but|und|aber|y|pero|et|mais|mas) ")
"""Where one clause ends and the next begins; folded. Portuguese "e" is left out: folded, it is also "is"."""
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
    recognised: tuple[tuple[str, float], ...] = ()
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
        recognised=tuple((one.recognised, one.at_least) for one in wanted if one.recognised is not None),
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


Seen = tuple[Sign, Hit, Folded]
"""A pattern, where it was met, and in which reading of the text."""


@dataclass
class Judged:
    """One text being judged: what the scans of its readings hit and the private data in it."""

    original: str
    found: Sequence[Found]
    redactions: tuple[Redaction, ...]
    scanner: Scanner
    turn: int = 0
    settled: int = 0
    """Evidence that ends before this offset was judged earlier."""
    breaks: tuple[int, ...] = ()
    """Where one message ends and the next begins, in order; what takes back reaches no further than its phrase."""
    hits: dict[int, list[Seen]] = field(default_factory=dict)
    _ends: dict[tuple[int, bool], list[int]] = field(default_factory=dict)
    _verdicts: dict[tuple[str, int, int, int], tuple[list[int], list[int]]] = field(default_factory=dict)

    def take(self, folded: Folded, hits: Iterable[Hit], signs: Sequence[Sign]) -> None:
        """Groups the hits in one reading by rule; hits beyond the signs belong to somebody else."""
        for hit in hits:
            if hit.index < len(signs):
                sign = signs[hit.index]
                self.hits.setdefault(sign.rule, []).append((sign, hit, folded))

    def signs(self, number: int, rule: Rule) -> list[Evidence]:
        """Evidence from patterns, less what the rule takes back."""
        standing = islice(self.standing(number, rule), _MAX_EVIDENCE)
        return [self._quoted(sign.kind, sign.detail, *span) for sign, span in standing]

    def standing(self, number: int, rule: Rule) -> Iterator[tuple[Sign, tuple[int, int]]]:
        """Every pattern of a rule that nothing takes back, and its first place in the first reading that has it."""
        seen: set[tuple[str, str]] = set()
        for sign, hit, folded in self.hits.get(number, ()):
            if (sign.kind, sign.detail) not in seen:
                span = next(self._standing(rule, hit, folded), None)
                if span is not None:
                    seen.add((sign.kind, sign.detail))
                    yield sign, span

    def private_data(self, rule: Rule) -> list[Evidence]:
        """Evidence from private data; the quote is the placeholder."""
        return [
            Evidence(kind="pii", detail=name, quote=MASKS[one.group], start=one.start, end=one.end, turn=self.turn)
            for name in rule.pii
            for one in self.found
            if one.is_a(name) and (one.end > self.settled or self._shows_now(one))
        ][:_MAX_EVIDENCE]

    def _shows_now(self, one: Found) -> bool:
        """Whether an earlier message holds a value that was not masked then: what came after says what it is."""
        return one.group in PLACEHOLDERS and self.original[one.start : one.end] != PLACEHOLDERS[one.group]

    def _standing(self, rule: Rule, hit: Hit, folded: Folded) -> Iterator[tuple[int, int]]:
        """Places of a hit in the original that count and that nothing takes back."""
        for start, end in self.scanner.spans(hit, folded):
            first, last = folded.span(start, end)
            if last > self.settled and not (rule.unless and self._taken_back(rule, folded, start, end)):
                yield first, last

    def _quoted(self, kind: str, detail: str, start: int, end: int) -> Evidence:
        end = min(end, start + _MAX_QUOTE)
        quote = without(self.original, self.redactions, start, end)
        return Evidence(kind=kind, detail=detail, quote=quote, start=start, end=end, turn=self.turn)

    def _taken_back(self, rule: Rule, folded: Folded, start: int, end: int) -> bool:
        """Whether a look-alike of its sentence reaches into the clause of the span, in a message that the span is in.

        One clause says nothing about another: "do you sell anti-theft bags and somebody stole my card".
        """
        first, last = self._around(folded, start, end, stops=True)
        asked = rule.id, id(folded), first, last
        if asked not in self._verdicts:
            self._verdicts[asked] = _lookalikes(rule, folded, first, last)
        begins, ends = self._verdicts[asked]
        here, there = self._around(folded, start, end, stops=False)
        near = range(bisect_right(ends, here), bisect_left(begins, there))
        return any(self._is_of_one_message(folded, start, end, begins[at], ends[at]) for at in near)

    def _is_of_one_message(self, folded: Folded, start: int, end: int, one: int, other: int) -> bool:
        """Whether a look-alike stands in a message of the burst in which the span does."""
        if not self.breaks:
            return True
        (here, there), (one, other) = folded.span(start, end), folded.span(one, other)
        begin = max((at for at in self.breaks if at <= here), default=0)
        finish = min((at for at in self.breaks if at >= there), default=len(self.original))
        return begin <= one and other <= finish

    def _around(self, folded: Folded, start: int, end: int, *, stops: bool) -> tuple[int, int]:
        """The offsets of the sentence around a span, from stop to stop, or of its clause."""
        ends = self._ends.get((id(folded), stops))
        if ends is None:
            sources = (_STOPS,) if stops else (_STOPS, _JOINTS)
            found = (folded.char_at(one.start()) for source in sources for one in source.finditer(folded.data))
            ends = self._ends[id(folded), stops] = sorted(found)
        before, after = bisect_left(ends, start), bisect_left(ends, end)
        return ends[before - 1] + 1 if before else 0, ends[after] if after < len(ends) else len(folded.text)


def _lookalikes(rule: Rule, folded: Folded, first: int, last: int) -> tuple[list[int], list[int]]:
    """Where look-alikes begin and end in a sentence, as offsets in the folded text, in order."""
    data = folded.text[first:last].encode()
    head = len(folded.text[:first].encode())
    found = [
        (folded.char_at(head + one.start()), folded.char_at(head + one.end())) for one in rule.takes_back.finditer(data)
    ]
    return [start for start, _ in found], [end for _, end in found]
