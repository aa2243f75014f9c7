"""`handrail check`: is this machine safe, and does this policy do what it says?"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.terminal import JsonOption, PolicyOption, note, print_json, print_table, report_lines
from app.forked import forked

if TYPE_CHECKING:
    from app.check import Checked

SHOWN = 25


def check(
    policy: PolicyOption = None,
    explain: Annotated[
        list[Path] | None,
        typer.Option("--explain", help="What each line of the policy earns on labelled messages.", metavar="FILE"),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Prove the machine, try the policy.

    Searches the transition table, lints the policy and runs all its vectors; exit 1 if anything fails. With --explain,
    which may be given more than once, it tells instead how often each phrase and pattern of the policy meets the
    messages of a JSONL file (`text`, `label`, `trigger`), rightly and wrongly."""
    if explain:
        return _explain(explain, policy, as_json=as_json)
    with _no_collection():
        named = forked(lambda: _policy_of(policy))
        from app.check import run_checks
        from app.wiring import load_policy
        from states.check import prove

        checked = run_checks(load_policy(named()), prove)
    print_json({"passed": checked.passed, **asdict(checked)}) if as_json else _show(checked)
    if not checked.passed:
        raise typer.Exit(1)


def _explain(files: list[Path], policy: str | None, *, as_json: bool) -> None:
    """The figures of each line, those that err most first within their trigger."""
    from app.wiring import load_policy
    from audit.lines import explain_lines
    from audit.recordings import read_lines
    from triggers.engine import compile_policy

    rows = (line for path in files for line in read_lines(path))
    explained = explain_lines(compile_policy(load_policy(_policy_of(policy))), rows)
    report_lines(list(explained.bad_lines), "left out")
    met = [one for one in explained.lines if one.hits]
    if as_json:
        return print_json({**asdict(explained), "silent": len(explained.lines) - len(met)})
    sys.stdout.write(f"{explained.handover} messages for a person, {explained.routine} routine ones\n")
    sys.stdout.write("right  wrong  only by it  precision  line\n")
    for trigger, lines in groupby(met, key=lambda one: one.trigger):
        sys.stdout.write(f"\n{trigger}\n")
        for one in sorted(lines, key=lambda one: (one.precision or 0.0, -one.hits)):
            sys.stdout.write(f"{one.right:5} {one.wrong:6} {one.alone:11} {one.precision:10.0%}  {one.line}\n")
    note(f"{len(explained.lines) - len(met)} of {len(explained.lines)} lines meet none of these messages")


def _policy_of(given: str | None) -> str:
    """The policy that the settings name."""
    from app.settings import load_settings

    return load_settings(policy=given).policy


@contextmanager
def _no_collection() -> Iterator[None]:
    """Lets a short process keep its garbage: looking for it takes a fifth of the time and finds none."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()  # Or the end of the process would walk through everything once more.
        gc.enable()


def _show_machine(checked: Checked) -> None:
    """One line a property; a broken one with the path that breaks it."""
    sys.stdout.write("The machine\n\n")
    for one in checked.machine.properties:
        sys.stdout.write(f"  {'✓' if one.holds else '✗'} {one.statement}\n")
        if not one.holds:
            sys.stdout.write(f"    {one.name}: {one.counterexample}\n")
    proved = "the program does every effect of the table, and says nothing to a customer beside them"
    sys.stdout.write(f"  {'✗' if checked.program_faults else '✓'} {proved}\n\n")
    sys.stdout.flush()


def _show(checked: Checked) -> None:
    _show_machine(checked)
    print_table(
        "The policy",
        ("figure", "value"),
        [
            ("policy", f"{checked.policy} {checked.policy_hash[:12]}"),
            ("vectors passed", f"{checked.vectors - len(checked.vector_failures)} of {checked.vectors}"),
            ("linter errors", len(checked.errors)),
            ("linter warnings", len(checked.warnings)),
            ("situations searched", f"{checked.machine.situations:,} (all there are)"),
            ("steps between them", f"{checked.machine.steps:,}"),
            ("sequences walked", f"of any length; {checked.machine.paths:,} of up to {checked.machine.depth} events"),
            ("seconds", f"{checked.seconds:.2f}"),
        ],
    )
    for line in (*checked.program_faults, *checked.errors, *checked.warnings, *checked.vector_failures)[:SHOWN]:
        note(line)
    note("everything holds" if checked.passed else "NOT SAFE: see above")
