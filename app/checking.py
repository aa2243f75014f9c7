"""What `handrail check` does: the proofs over the table, the linter and every vector of the policy.

Without this module a policy could be put into force that was never tried.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from app.beside import beside
from policy.loader import LoadedPolicy
from policy.schema import Filter, Trigger, Vectors
from policy.sources import Gravity, Problem
from triggers.engine import compile_policy
from triggers.vectors import rule_failures

if TYPE_CHECKING:
    from states.check import Report


@dataclass(frozen=True, kw_only=True)
class Checked:
    """Everything that was checked."""

    machine: Report
    policy: str
    policy_hash: str
    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    vectors: int
    vector_failures: tuple[str, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether the machine and the policy may be used."""
        return self.machine.holds and not self.errors and not self.vector_failures


def run_checks(loaded: LoadedPolicy) -> Checked:
    """Proves the table and tries the policy, where there are two cores on both."""
    started = perf_counter()
    proved = beside(lambda: _proved(loaded))
    engine = compile_policy(loaded)
    rules: tuple[Trigger | Filter, ...] = (*loaded.policy.triggers, *loaded.policy.filters)
    others = beside(lambda: rule_failures(engine, rules[::2]))
    own = rule_failures(engine, rules[1::2])
    failures = (*others(), *own)
    report, problems = proved()
    return Checked(
        machine=report,
        policy=loaded.policy.name,
        policy_hash=loaded.hash,
        errors=tuple(str(one) for one in problems if one.severity is Gravity.ERROR),
        warnings=tuple(str(one) for one in problems if one.severity is not Gravity.ERROR),
        vectors=sum(_count(rule.vectors) for rule in rules),
        vector_failures=tuple(str(failure) for failure in failures),
        seconds=perf_counter() - started,
    )


def _proved(loaded: LoadedPolicy) -> tuple[Report, tuple[Problem, ...]]:
    """What needs no compiled policy; loaded here, so that the process that compiles does not wait for it."""
    from policy.linter import lint
    from states.check import prove

    return prove(), lint(loaded)


def _count(vectors: Vectors) -> int:
    return len(vectors.positive) + len(vectors.negative) + len(vectors.lookalike)
