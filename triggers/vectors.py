"""Test vectors: every rule of a policy is tried on the examples that stand beside it before it may decide anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from policy.loader import LoadedPolicy
from policy.schema import IMMEDIATE, Action, Filter, Trigger, Vector, Vectors
from states.errors import PolicyError
from triggers.assessment import Circumstances, Decision, Fired, Message
from triggers.engine import Engine, compile_policy
from triggers.screen import FAULT_FILTER


@dataclass(frozen=True, kw_only=True)
class VectorFailure:
    """An example that a rule judges otherwise than its author says."""

    rule_id: str
    """Id of the trigger or filter."""
    kind: str
    """positive, negative or lookalike."""
    vector: Vector
    problem: str

    def __str__(self) -> str:
        facts = f" with {dict(self.vector.facts)}" if self.vector.facts else ""
        return f"{self.rule_id}: {self.kind} vector {self.vector.text!r}{facts} {self.problem}"


Verdict = bool | str | None
"""Whether a rule fires on a vector; in words, how it fires otherwise than it may; None if nobody could judge."""


def run_vectors(loaded: LoadedPolicy) -> tuple[VectorFailure, ...]:
    """Every vector that fails, triggers first. PolicyError if the policy cannot be compiled."""
    return rule_failures(compile_policy(loaded), (*loaded.policy.triggers, *loaded.policy.filters))


def rule_failures(engine: Engine, rules: Iterable[Trigger | Filter]) -> tuple[VectorFailure, ...]:
    """Every vector of these rules of the engine's policy that fails, in their order."""
    return tuple(failure for rule in rules for failure in _failures(rule.id, rule.vectors, _judge(engine, rule)))


def _judge(engine: Engine, rule: Trigger | Filter) -> Callable[[Vector], Verdict]:
    if isinstance(rule, Filter):
        return partial(_holds_back, engine, rule.id)
    return partial(_fires, engine, rule)


def activate(loaded: LoadedPolicy) -> None:
    """Lets a policy become active; PolicyError lists the vectors that fail."""
    failures = run_vectors(loaded)
    if failures:
        listed = tuple(str(failure) for failure in failures)
        what = f"policy {loaded.policy.name!r} fails {len(failures)} of its own examples"
        raise PolicyError(f"{what}; correct the rule or the example:\n  " + "\n  ".join(listed), listed)


def _failures(rule_id: str, vectors: Vectors, met: Callable[[Vector], Verdict]) -> Iterator[VectorFailure]:
    groups: tuple[tuple[str, Iterable[Vector], bool], ...] = (
        ("positive", vectors.positive, True),
        ("negative", vectors.negative, False),
        ("lookalike", vectors.lookalike, False),
    )
    for kind, examples, wanted in groups:
        for vector in examples:
            problem = _problem(met(vector), wanted=wanted)
            if problem is not None:
                yield VectorFailure(rule_id=rule_id, kind=kind, vector=vector, problem=problem)


def _problem(found: Verdict, *, wanted: bool) -> str | None:
    if found is None:
        return "could not be judged"
    if isinstance(found, str) and wanted:
        return found
    return None if bool(found) is wanted else "does not fire it" if wanted else "fires it"


def _fires(engine: Engine, trigger: Trigger, vector: Vector) -> Verdict:
    """Whether the trigger fires on the vector, before or after a draft."""
    message = Message(text=vector.text)
    circumstances = Circumstances(facts=vector.facts)
    assessment = engine.evaluate(message, circumstances)
    if assessment.decision is Decision.FAULT:
        return None
    if any(one.trigger_id == trigger.id for one in assessment.fired):
        return (slower(engine, assessment.fired) if trigger.life_threat else None) or True
    if trigger.id not in engine.late:
        return False
    return any(one.trigger_id == trigger.id for one in engine.judge_answer(circumstances, message))


def slower(engine: Engine, fired: Iterable[Fired]) -> str | None:
    """How a case of life and death that fired all this would end slower than it may, in words; None if it does not.

    The first that asks for a handover, most severe first, decides class and script: see `handover.routing`.
    """
    head = next((one for one in fired if one.action is Action.HANDOVER), None)
    if head is None:
        return "ends with the assistant"
    rule = engine.policy.trigger(head.trigger_id)
    if head.sla != IMMEDIATE:
        return f"ends in the class {head.sla!r} of {head.trigger_id!r}"
    return None if rule.life_threat and rule.script else f"ends with the script of {head.trigger_id!r}"


def _holds_back(engine: Engine, filter_id: str, vector: Vector) -> Verdict:
    hits = engine.screen(vector.text)
    if any(hit.filter_id == FAULT_FILTER for hit in hits):
        return None
    return any(hit.filter_id == filter_id for hit in hits)
