"""What `handrail check` does: the proofs over the table, the linter and every vector of the policy."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from app.forked import forked
from policy.loader import LoadedPolicy
from policy.schema import Filter, Trigger, Vectors
from policy.sources import Gravity, Problem
from triggers.engine import Engine, compile_policy
from triggers.vectors import rule_failures

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


def run_checks(loaded: LoadedPolicy) -> Checked:
    """Proves the table and tries the policy, where there are two cores on both."""
    started = perf_counter()
    proved = forked(lambda: _proved(loaded))
    engine = compile_policy(loaded)
    rules: tuple[Trigger | Filter, ...] = (*loaded.policy.triggers, *loaded.policy.filters)
    others = forked(lambda: (rule_failures(engine, rules[::2]), _program(loaded, engine)))
    own = rule_failures(engine, rules[1::2])
    theirs, program = others()
    failures = (*theirs, *own)
    report, problems = proved()
    return Checked(
        machine=report,
        program_faults=program,
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


def _program(loaded: LoadedPolicy, engine: Engine) -> tuple[str, ...]:
    """What the program does beside or against the table; loaded here, as above."""
    from conversation.proof import program_faults
    from conversation.rules import Rules
    from handover.people.codes import MIN_KEY, CodeMaker
    from states.clock import SequentialIds

    rules = Rules(loaded=loaded, engine=engine, ids=SequentialIds(), codes=CodeMaker(bytes(MIN_KEY)))
    return tuple(program_faults(rules))


def _count(vectors: Vectors) -> int:
    return len(vectors.positive) + len(vectors.negative) + len(vectors.lookalike)
