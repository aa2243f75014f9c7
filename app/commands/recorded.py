"""`handrail run` and `handrail evaluate`: recorded conversations through the system, decisions against labels."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import typer

from app.commands.terminal import (
    DataOption,
    JsonOption,
    KnowledgeOption,
    PolicyOption,
    note,
    percent,
    print_json,
    print_table,
    progress,
    report_lines,
)

FileArgument = Annotated[Path, typer.Argument(help="JSON lines: {id, turns: [{role, text}]} or {id, text}.")]
RowsArgument = Annotated[Path, typer.Argument(help="JSON lines: the same, or {id, context, reply} to screen a reply.")]


def run(
    file: FileArgument,
    policy: PolicyOption = None,
    knowledge: KnowledgeOption = None,
    data_dir: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Drive recorded conversations through it.

    Each customer turn goes through the whole system. Run it again, and what is stored is skipped."""
    from app.callers import local_caller
    from app.logging import configure
    from app.settings import load_settings
    from app.wiring import build
    from audit.driver import CHANNEL, Driver
    from audit.recordings import read_lines
    from states.vocabulary import Role

    settings = load_settings(policy=policy, knowledge=knowledge, data_dir=data_dir)
    configure("warning")
    lines = read_lines(file)
    system = build(settings, learned=True)
    channel, reader = (local_caller(role, system.door.policy, CHANNEL) for role in (Role.CUSTOMER, Role.AUDITOR))
    started = perf_counter()
    try:
        system.recover()
        with progress(file, "conversations") as advance:
            done = Driver(system.door, channel=channel, reader=reader).drive(lines, advance)
    finally:
        system.close()
    summary = {"policy_hash": system.door.policy.hash, **done.summary(), "seconds": round(perf_counter() - started, 2)}
    report_lines(done.bad_lines, "skipped")
    report_lines(done.refused, "not taken")
    print_json(summary) if as_json else _show_run(summary)
    if done.bad_lines and not done.conversations:
        raise typer.Exit(1)


def evaluate(
    file: RowsArgument,
    predictions: Annotated[Path, typer.Option(help="Where to write one prediction per line.", metavar="FILE")],
    policy: PolicyOption = None,
    knowledge: KnowledgeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Decide every row, measure against labels.

    Nothing is stored. Writes one prediction per line and prints figures where labels exist."""
    from app.judging import build_judge
    from app.logging import configure
    from app.settings import load_settings
    from audit.evaluation import evaluate_file
    from audit.recordings import read_lines

    settings = load_settings(policy=policy)
    configure("warning")
    judge, loaded = build_judge(settings.policy, knowledge, meaning=settings.meaning)
    started = perf_counter()
    with progress(file, "rows") as advance:
        found = evaluate_file(read_lines(file), judge, predictions, advance)
    figures = {
        "policy": loaded.policy.name,
        "policy_hash": loaded.hash,
        "closed_world": knowledge is not None,
        "seconds": round(perf_counter() - started, 2),
        **found.figures(),
    }
    report_lines(found.bad_lines, "no prediction")
    report_lines(found.notes, "not all of it could be read")
    print_json(figures) if as_json else _show_figures(figures)
    if found.bad_lines and not figures["predictions"]:
        raise typer.Exit(1)


def _show_run(summary: dict[str, Any]) -> None:
    rows = [(name, count) for name, count in summary["states"].items()]
    print_table("Conversations by state", ("state", "conversations"), rows)
    print_table("Triggers", ("trigger", "turns"), list(summary["triggers"].items())[:25])
    times = summary["turn_ms"]
    print_table(
        "Run",
        ("figure", "value"),
        [
            ("conversations", summary["conversations"]),
            ("customer turns", summary["turns"]),
            ("of these stored before", summary["skipped_turns"]),
            ("handovers", summary["handovers"]),
            ("faults", summary["faults"]),
            ("bad lines", len(summary["bad_lines"])),
            ("turns not taken", len(summary["refused_turns"])),
            ("ms a turn, median", times["median"]),
            ("ms a turn, 95 %", times["p95"]),
            ("seconds in all", summary["seconds"]),
        ],
    )


def _show_figures(figures: dict[str, Any]) -> None:
    world = "closed world" if figures["closed_world"] else "evidence alone"
    note(f"policy {figures['policy']} {figures['policy_hash'][:12]}, {world}, {figures['seconds']} s")
    if "messages" in figures:
        _show_messages(figures["messages"])
    if "conversations" in figures:
        _show_conversations(figures["conversations"])
    if "replies" in figures:
        _show_replies(figures["replies"])
    note(f"{figures['lines']} lines, {figures['predictions']} predictions, {len(figures['bad_lines'])} bad lines")


def _show_messages(found: dict[str, Any]) -> None:
    print_table("Messages", ("action", "rows"), list(found["actions"].items()))
    if not found["labelled"]:
        return
    names = ("recall", "false_positive_rate", "leak_rate", "guarded_of_handover", "answered_of_routine")
    groups = {"all": found, **found["tiers"]}
    print_table(
        "Against labels (95 % Wilson intervals)",
        ("figure", *groups),
        [(name.replace("_", " "), *(percent(group[name]) for group in groups.values())) for name in names],
    )
    print_table(
        "By trigger (also counted where it is a second reason)",
        ("trigger", "recall", "for the right reason", "leaked"),
        [
            (name, percent(group["recall"]), percent(group["recall_right_reason"]), percent(group["leak_rate"]))
            for name, group in found["triggers"].items()
        ],
    )


def _show_conversations(found: dict[str, Any]) -> None:
    rows: list[tuple[object, ...]] = [("conversations", found["count"]), ("handed over", found["handed_over"])]
    if found["labelled"]:
        rows += [("recall", percent(found["recall"])), ("false positive rate", percent(found["false_positive_rate"]))]
        rows += list(found["timing"].items())
        rows += [(f"{name} where a person was needed", value) for name, value in found["timing_of_handover"].items()]
        rows += [(name.replace("_", " "), count) for name, count in found["moments"].items()]
        rows += [("right turn unknown, not timed", found["untimed"])]
    print_table("Conversations", ("figure", "value"), rows)


def _show_replies(found: dict[str, Any]) -> None:
    rows: list[tuple[object, ...]] = [("replies", found["count"]), ("blocked", found["blocked"])]
    if found["labelled"]:
        rows += [("blocked of what must be", percent(found["recall"]))]
        rows += [("blocked of what may pass", percent(found["false_positive_rate"]))]
    print_table("Replies", ("figure", "value"), rows)
    if found.get("reasons"):
        shown = (
            (name, percent(group["recall"]), percent(group["recall_right_reason"]))
            for name, group in found["reasons"].items()
        )
        print_table("By reason", ("reason", "blocked", "for the right reason"), list(shown))
