"""Test vectors: every rule of a policy is tried on the examples that stand beside it before it may decide anything.

Without it a typo in a phrase would be found by the customer who needed a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from policy.loader import LoadedPolicy
from policy.schema import Filter, Trigger, Vector, Vectors
from states.errors import PolicyError
from triggers.assessment import Circumstances, Decision, Message
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


def run_vectors(loaded: LoadedPolicy) -> tuple[VectorFailure, ...]:
    """Every vector that fails, triggers first. PolicyError if the policy cannot be compiled."""
    return rule_failures(compile_policy(loaded), (*loaded.policy.triggers, *loaded.policy.filters))


def rule_failures(engine: Engine, rules: Iterable[Trigger | Filter]) -> tuple[VectorFailure, ...]:
    """Every vector of these rules of the engine's policy that fails, in their order."""
    return tuple(failure for rule in rules for failure in _failures(rule.id, rule.vectors, _judge(engine, rule)))


def _judge(engine: Engine, rule: Trigger | Filter) -> Callable[[Vector], bool | None]:
    return partial(_fires if isinstance(rule, Trigger) else _holds_back, engine, rule.id)


def activate(loaded: LoadedPolicy) -> None:
    """Lets a policy become active; PolicyError lists the vectors that fail."""
    failures = run_vectors(loaded)
    if failures:
        listed = tuple(str(failure) for failure in failures)
        what = f"policy {loaded.policy.name!r} fails {len(failures)} of its own examples"
        raise PolicyError(f"{what}; correct the rule or the example:\n  " + "\n  ".join(listed), listed)


def _failures(rule_id: str, vectors: Vectors, met: Callable[[Vector], bool | None]) -> Iterator[VectorFailure]:
    groups: tuple[tuple[str, Iterable[Vector], bool], ...] = (
        ("positive", vectors.positive, True),
        ("negative", vectors.negative, False),
        ("lookalike", vectors.lookalike, False),
    )
    for kind, examples, wanted in groups:
        for vector in examples:
            found = met(vector)
            if found is None:
                yield VectorFailure(rule_id=rule_id, kind=kind, vector=vector, problem="could not be judged")
            elif found is not wanted:
                problem = "does not fire it" if wanted else "fires it"
                yield VectorFailure(rule_id=rule_id, kind=kind, vector=vector, problem=problem)


def _fires(engine: Engine, trigger_id: str, vector: Vector) -> bool | None:
    """Whether the trigger fires on the vector, before or after a draft; None if the evaluation failed."""
    message = Message(text=vector.text)
    circumstances = Circumstances(facts=vector.facts)
    assessment = engine.evaluate(message, circumstances)
    if assessment.decision is Decision.FAULT:
        return None
    if any(one.trigger_id == trigger_id for one in assessment.fired):
        return True
    return any(one.trigger_id == trigger_id for one in engine.judge_answer(circumstances, message))


def _holds_back(engine: Engine, filter_id: str, vector: Vector) -> bool | None:
    hits = engine.screen(vector.text)
    if any(hit.filter_id == FAULT_FILTER for hit in hits):
        return None
    return any(hit.filter_id == filter_id for hit in hits)
