"""`handrail backtest`: what another policy would do with recorded messages and conversations, before it decides any."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.terminal import (
    DataOption,
    JsonOption,
    KnowledgeOption,
    note,
    percent,
    print_json,
    print_table,
    progress,
    report_lines,
)
from states.errors import BadInput

if TYPE_CHECKING:
    from app.settings import Settings
    from audit.backtest.parts import Part
    from audit.backtest.tally import Tally
    from audit.backtest.work import Judged, Maker
    from policy.loader import LoadedPolicy

TOLD = 15
"""Flips, rules and teams that the terminal tells; the page and --json have them all."""


def backtest(
    new: Annotated[str, typer.Argument(help="The policy to try: a pack's name or a file.", metavar="NAME|FILE")],
    data: Annotated[
        Path | None, typer.Option(help="JSON lines, as `evaluate` reads them; labels are used.", metavar="FILE")
    ] = None,
    store: Annotated[bool, typer.Option("--store", help="The conversations that are kept, instead of a file.")] = False,
    against: Annotated[
        str | None, typer.Option(help="With --data: the policy to compare with, or the one in force.", metavar="NAME")
    ] = None,
    knowledge: KnowledgeOption = None,
    workers: Annotated[int | None, typer.Option(help="Processes; one for each core.", min=1)] = None,
    dask: Annotated[str | None, typer.Option(help="Scheduler of a Dask cluster instead.", metavar="URL")] = None,
    words: Annotated[bool, typer.Option("--words", help="By words alone, without the recogniser: faster.")] = False,
    html: Annotated[Path | None, typer.Option(help="Where to write the report as a page.", metavar="FILE")] = None,
    flips: Annotated[
        Path | None, typer.Option(help="Where to write each row that flips, as JSON lines.", metavar="FILE")
    ] = None,
    work: Annotated[Path | None, typer.Option(help="Where parts are kept meanwhile.", metavar="DIR")] = None,
    data_dir: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Try a policy on recorded rows or conversations.

    Which rows flip and why, against labels where there are any, and what it means for the teams. When it is
    interrupted, the same command goes on where it was."""
    from app.logging import configure
    from app.settings import load_settings
    from app.wiring import load_policy
    from policy.linter import require_safe

    if store == (data is not None):
        raise BadInput("name rows with --data FILE, or the conversations that are kept with --store")
    if store and (against or knowledge or dask or words):
        raise BadInput("--store compares with what was recorded; leave out --against, --knowledge, --dask and --words")
    settings = load_settings(policy=against, data_dir=data_dir)
    configure("warning")
    tried = load_policy(new)
    require_safe(tried)
    started = perf_counter()
    about: dict[str, Any] = {"new": _named(tried)}
    if data is None:
        tally = _stored(settings, tried, flips, about)
    else:
        old = load_policy(settings.policy)
        require_safe(old)
        about |= {"old": _named(old), "closed_world": knowledge is not None, "recogniser": not words}
        tally = _rows(settings, (old, tried), data, flips, knowledge, work, _judges(dask, workers), words=words)
    about["seconds"] = round(perf_counter() - started, 2)
    if html is not None:
        _page(html, about, tally)
    report_lines(tally.problems, "not judged")
    print_json({**about, **tally.figures()}) if as_json else _show(about, tally)
    if tally.bad and not tally.rows:
        raise typer.Exit(1)


Judges = Callable[["Maker", Iterable["Part"], Path], Iterator["Judged"]]


def _judges(dask: str | None, workers: int | None) -> Judges:
    from audit.backtest.work import here, in_processes, on_dask

    if dask is not None:
        return lambda maker, missing, data: on_dask(maker, missing, data, dask)
    cores = workers or os.cpu_count() or 1
    return here if cores == 1 else lambda maker, missing, data: in_processes(maker, missing, data, cores)


def _rows(
    settings: Settings,
    policies: tuple[LoadedPolicy, LoadedPolicy],
    data: Path,
    flips: Path | None,
    knowledge: str | None,
    work: Path | None,
    judges: Judges,
    *,
    words: bool,
) -> Tally:
    from app.judging import maker_of
    from audit.backtest.parts import plan
    from audit.backtest.run import Kept
    from audit.backtest.run import backtest as run

    parts = plan(data)
    maker = maker_of(*policies, knowledge, meaning=not words)
    kept = Kept.under(work or settings.data_dir / "backtests", parts, maker.key)
    with progress(data, "rows") as advance:
        return run(parts, kept, lambda missing: judges(maker, missing, data), flips, advance)


def _stored(settings: Settings, tried: LoadedPolicy, flips: Path | None, about: dict[str, Any]) -> Tally:
    from app.commands.terminal import counted
    from app.reading import open_archive
    from audit.backtest.run import written
    from audit.backtest.stored import Stored
    from service.archive import Purpose

    found = Stored()
    with open_archive(settings) as (archive, who), written(flips) as write:
        names = archive.ids(who, Purpose.COMPARED, policy=tried.hash)
        with counted(len(names), "conversations") as advance:
            for one in found.live((archive.case(who, name, part_of_all=True).record for name in advance(names)), tried):
                write(json.dumps(one.without_words()) + "\n")
    about |= {
        "old": {"name": "what was recorded", "hash": ""}, "conversations": found.conversations,
        "unknown_turns": dict(found.unknown.most_common()),
    }  # fmt: skip
    return found.tally


def _named(loaded: LoadedPolicy) -> dict[str, str]:
    return {"name": loaded.policy.name, "hash": loaded.hash}


def _page(target: Path, about: dict[str, Any], tally: Tally) -> None:
    from audit.backtest.page import page

    try:
        target.write_text(page(about, tally), "utf-8")
    except OSError as error:
        raise BadInput(f"the page cannot be written to {str(target)!r} ({error.strerror}); check the path") from None


def _show(about: dict[str, Any], tally: Tally) -> None:
    figures = tally.figures()
    old, new = figures["old"], figures["new"]
    names = [f"{about[side]['name']} {about[side]['hash'][:12]}".strip() for side in ("old", "new")]
    note(f"{names[1]} against {names[0]}; {figures['rows']} rows, {about['seconds']} s")
    for why, count in about.get("unknown_turns", {}).items():
        note(f"{count} turns are not known: {why}")
    rows: list[tuple[object, ...]] = [
        (name.replace(".", ": "), old["outcomes"].get(name, 0), new["outcomes"].get(name, 0))
        for name in sorted({*old["outcomes"], *new["outcomes"]})
    ]
    for kind in ("messages", "conversations", "replies"):
        for name in new.get(kind, {}):
            rows.append((f"{kind}: {name.replace('_', ' ')}", percent(old[kind][name]), percent(new[kind][name])))
    if "timing" in new:
        rows += [(name, old["timing"][name], new["timing"][name]) for name in ("GT-I", "GT-II", "GT-III")]
    print_table("What becomes of the rows", ("", "before", "then"), rows)
    flips = list(figures["flips"].items())
    print_table(f"{figures['flipped']} rows flip", ("from → to", "rows"), flips[:TOLD])
    reasons = [(name, f"+{count}") for name, count in figures["gained"].items()]
    reasons += [(name, f"-{count}") for name, count in figures["lost"].items()]
    if reasons:
        print_table("By which rule", ("rule", "rows toward (+) or away from (-) a person"), reasons[:TOLD])
    for title, by in (("team", "teams"), ("class", "classes")):
        loads = [(name, old[by].get(name, 0), new[by].get(name, 0)) for name in sorted({*old[by], *new[by]})]
        if loads:
            print_table(f"Handovers by {title}", (title, "before", "then"), loads[:TOLD])
