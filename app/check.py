"""What `handrail check` does: the proofs over the table, the linter and every vector of the policy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from app.forked import Claims, forked
from policy.loader import LoadedPolicy
from policy.schema import Filter, Trigger, Vectors
from policy.sources import Gravity, Problem
from triggers.engine import Engine, compile_policy
from triggers.vectors import VectorFailure, rule_failures

if TYPE_CHECKING:
    from states.check import Report


@dataclass(frozen=True, kw_only=True)
class Checked:
    """Everything that was checked."""

    machine: Report
    program_faults: tuple[str, ...]
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
        return self.machine.holds and not self.program_faults and not self.errors and not self.vector_failures


Rules = Sequence[Trigger | Filter]
Tried = dict[int, tuple[VectorFailure, ...]]
"""Number of a rule → its vectors that failed."""


def run_checks(loaded: LoadedPolicy, proved: Callable[[], Report]) -> Checked:
    """Tries the policy, where there are two cores on both; `proved` gives the proofs over the table."""
    started = perf_counter()
    engine = compile_policy(loaded)
    rules: Rules = (*loaded.policy.triggers, *loaded.policy.filters)
    with Claims(len(rules)) as claims:
        others = forked(lambda: (_lint(loaded), proved(), _program(loaded, engine), _tried(engine, rules, claims)))
        own = _tried(engine, rules, claims)
        problems, report, program, theirs = others()
    tried = {**theirs, **own}
    # A process that died has claimed rules of which nothing is known: whatever has no answer is tried here.
    tried |= {number: rule_failures(engine, [rule]) for number, rule in enumerate(rules) if number not in tried}
    return Checked(
        machine=report,
        program_faults=program,
        policy=loaded.policy.name,
        policy_hash=loaded.hash,
        errors=tuple(str(one) for one in problems if one.severity is Gravity.ERROR),
        warnings=tuple(str(one) for one in problems if one.severity is not Gravity.ERROR),
        vectors=sum(_count(rule.vectors) for rule in rules),
        vector_failures=tuple(str(failure) for _, failures in sorted(tried.items()) for failure in failures),
        seconds=perf_counter() - started,
    )


def _lint(loaded: LoadedPolicy) -> tuple[Problem, ...]:
    """Loaded here, so that the process that compiles does not wait for it."""
    from policy.linter import lint

    return lint(loaded)


def _tried(engine: Engine, rules: Rules, claims: Claims) -> Tried:
    """The rules that this process came to try."""
    return {number: rule_failures(engine, [rules[number]]) for number in claims}


def _program(loaded: LoadedPolicy, engine: Engine) -> tuple[str, ...]:
    """What the program does beside or against the table; loaded here, as above."""
    from conversation.proof import program_faults
    from conversation.rules import Rules as Deciding
    from handover.people.codes import MIN_KEY, CodeMaker
    from states.clock import SequentialIds

    deciding = Deciding(loaded=loaded, engine=engine, ids=SequentialIds(), codes=CodeMaker(bytes(MIN_KEY)))
    return tuple(program_faults(deciding))


def _count(vectors: Vectors) -> int:
    return len(vectors.positive) + len(vectors.negative) + len(vectors.lookalike)
