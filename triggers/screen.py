"""The screen on the way out: a draft that matches a filter is never sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from policy.facts import Scalar
from policy.schema import Filter, Policy
from triggers.assessment import Evidence
from triggers.conditions import Bound, Conditions
from triggers.masks import private_data
from triggers.pii import PLACEHOLDERS, redactions_of
from triggers.readings import Readings, readings
from triggers.rules import Judged, Rule, rule_from, signs_of
from triggers.scanner import Scanner
from triggers.watched import SetFactory

FAULT_FILTER = "filter.fault"
"""The id of the hit that stands for a screen which failed."""


@dataclass(frozen=True, kw_only=True)
class FilterHit:
    """A filter that holds a draft back."""

    filter_id: str
    reason: str
    evidence: tuple[Evidence, ...] = ()
    promises_person: bool = False
    """The draft promises a person: the handover must be created instead."""


class Screen:
    """The filters of one policy, compiled. Safe to share between threads."""

    def __init__(self, policy: Policy, make_set: SetFactory | None = None, read: Readings = readings) -> None:
        self._read = read
        self._filters: tuple[Filter, ...] = policy.filters
        self._rules = tuple(rule_from(one.id, one.any) for one in policy.filters)
        self._signs = tuple(sign for number, one in enumerate(policy.filters) for sign in signs_of(number, one.any))
        self._scanner = Scanner([sign.pattern for sign in self._signs], make_set)
        names = {name for rule in self._rules for name in rule.pii}
        self._extra = frozenset(names - set(PLACEHOLDERS))

    def conditions(self) -> tuple[str, ...]:
        """The conditions the filters use."""
        return tuple(when for rule in self._rules for when in rule.whens)

    def hits(
        self, draft: str, conditions: Conditions, facts: Mapping[str, Scalar], *, promises_allowed: bool
    ) -> tuple[FilterHit, ...]:
        """The filters that match; a failure inside is a hit of its own."""
        try:
            bound = conditions.bind(facts)
            read = self._read(draft)
            found = private_data(read, self._extra)
            judged = Judged(draft, found, redactions_of(found, draft), self._scanner)
            for folded in read:
                judged.take(folded, self._scanner.scan(folded), self._signs)
            wanted = [(n, one) for n, one in enumerate(self._filters) if not (promises_allowed and one.promises_person)]
            held = ((one, self._evidence(judged, n, self._rules[n], bound)) for n, one in wanted)
            return tuple(
                FilterHit(filter_id=one.id, reason=one.reason, evidence=evidence, promises_person=one.promises_person)
                for one, evidence in held
                if evidence
            )
        except Exception as error:  # noqa: BLE001 - safety boundary: a draft nobody could screen is held back
            reason = f"The draft could not be screened ({type(error).__name__})."
            return (FilterHit(filter_id=FAULT_FILTER, reason=reason),)

    def _evidence(self, judged: Judged, number: int, rule: Rule, bound: Bound) -> tuple[Evidence, ...]:
        whens = tuple(Evidence(kind="when", detail=when) for when in rule.whens if bound.holds(when))
        return (*judged.signs(number, rule), *judged.private_data(rule), *whens)
