"""What `handrail check` does: the proofs over the table, the linter and every vector of the policy.

Without this module a policy could be put into force that was never tried.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter

from policy.linter import lint
from policy.loader import LoadedPolicy
from policy.schema import Policy, Vectors
from policy.sources import Gravity
from states.check import Report, prove
from triggers.vectors import run_vectors


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
    """Proves the table and tries the policy."""
    started = perf_counter()
    report = prove()
    problems = lint(loaded)
    failures = run_vectors(loaded)
    return Checked(
        machine=report,
        policy=loaded.policy.name,
        policy_hash=loaded.hash,
        errors=tuple(str(one) for one in problems if one.severity is Gravity.ERROR),
        warnings=tuple(str(one) for one in problems if one.severity is not Gravity.ERROR),
        vectors=sum(_count(vectors) for vectors in _vectors(loaded.policy)),
        vector_failures=tuple(str(failure) for failure in failures),
        seconds=perf_counter() - started,
    )


def _vectors(policy: Policy) -> Iterator[Vectors]:
    yield from (trigger.vectors for trigger in policy.triggers)
    yield from (one.vectors for one in policy.filters)


def _count(vectors: Vectors) -> int:
    return len(vectors.positive) + len(vectors.negative) + len(vectors.lookalike)
