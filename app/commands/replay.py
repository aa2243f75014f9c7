"""`handrail replay`: what happened in a conversation, step by step, and whether it would be decided so again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.terminal import DataOption, JsonOption, note, print_json, print_table, printable
from states.errors import BadInput

if TYPE_CHECKING:
    from audit.replay import Verification
    from audit.what_if import Course
    from service.archive import Archive
    from service.record import ConversationRecord
    from service.views import Actor

MOST_TOLD = 20
"""Differences that a run over everything tells one by one."""


def replay(
    conversation: Annotated[str | None, typer.Argument(help="The conversation's id.")] = None,
    step: Annotated[int | None, typer.Option(help="Only this step.", min=1)] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Decide every step again; exit code 1 if one differs.")
    ] = False,
    everything: Annotated[bool, typer.Option("--all", help="With --verify: every conversation there is.")] = False,
    policy: Annotated[
        str | None, typer.Option(help="What this policy would have done, turn by turn.", metavar="NAME|FILE")
    ] = None,
    data_dir: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Step through a conversation; decide it again.

    Everything comes from the database: no model and no network is asked."""
    from app.reading import open_archive
    from app.settings import load_settings
    from service.archive import Purpose

    if policy is not None and (verify or step is not None or conversation is None):
        raise BadInput("--policy stands with a conversation, and without --verify and --step")
    if everything and (conversation is not None or not verify):
        raise BadInput("--all stands with --verify and without a conversation")
    if not everything and conversation is None:
        raise BadInput("name a conversation, or check them all with --verify --all")
    with open_archive(load_settings(data_dir=data_dir)) as (archive, who):
        if everything:
            return _verify_all(archive, who, as_json=as_json)
        if policy is not None:
            return _compare(archive, who, conversation or "", policy, as_json=as_json)
        purpose = Purpose.VERIFIED if verify else Purpose.READ
        record = archive.case(who, conversation or "", purpose).record
        _show(record, step, verify=verify, as_json=as_json)


def _show(record: ConversationRecord, number: int | None, *, verify: bool, as_json: bool) -> None:
    from audit.export import figures
    from audit.replay import Replay
    from audit.telling import lines, told

    checked = Replay().verify(record) if verify else None
    steps = told(record, checked)
    if number is not None and number > len(steps):
        raise BadInput(f"{record.id!r} has {len(steps)} steps; there is no step {number}")
    shown = steps if number is None else [steps[number - 1]]
    if as_json:
        verified = {} if checked is None else {"verified": figures([checked])}
        print_json({"conversation": record.id, "broken_at": record.broken_at, "steps": shown, **verified})
    else:
        for one in shown:
            for who, text in lines(one):
                typer.echo(f"{who:>12}  {printable(text)}")
            typer.echo("")
    if checked is not None:
        _end([checked], quiet=as_json)


def _compare(archive: Archive, who: Actor, conversation: str, name: str, *, as_json: bool) -> None:
    """What was done beside what another policy would have done."""
    from app.wiring import load_policy
    from audit.recorded_turn import rules_of
    from audit.what_if import WhatIf
    from policy.linter import require_safe
    from service.archive import Purpose

    loaded = load_policy(name)
    require_safe(loaded)
    record = archive.case(who, conversation, Purpose.COMPARED, policy=loaded.hash).record
    turns = [*WhatIf(record, rules_of(loaded)).turns()]
    if as_json:
        policy = {"name": loaded.policy.name, "hash": loaded.hash}
        print_json({"conversation": record.id, "policy": policy, "turns": [one.as_json() for one in turns]})
        return
    rows = [
        (one.step, printable(one.text)[:60] or one.cause.partition(":")[0], _course(one.recorded), _course(one.would),
         f"{one.turn.value}{f': {one.why}' if one.why else ''}")
        for one in turns
    ]  # fmt: skip
    title = f"{record.id}: recorded, and under {loaded.policy.name} {loaded.hash[:12]}"
    print_table(title, ("step", "message or act", "recorded", "would be", ""), rows)


def _course(course: Course | None) -> str | None:
    if course is None:
        return None
    triggers = f" ({', '.join(course.triggers)})" if course.triggers else ""
    return f"{course.events[0][0].value} → {course.state.value}{triggers}"


def _verify_all(archive: Archive, who: Actor, *, as_json: bool) -> None:
    from audit.export import figures
    from audit.replay import Replay
    from service.archive import Purpose

    replaying = Replay()
    names = archive.ids(who, Purpose.VERIFIED)
    found = [replaying.verify(archive.case(who, one, part_of_all=True).record) for one in names]
    broken = archive.first_broken_look(who)
    if as_json:
        wrong = [one for one in found if not one.holds]
        differing = [_wrong(one) for one in wrong]
        print_json({"verified": figures(found), "differing": differing, "first_broken_look": broken})
    elif broken is not None:
        note(f"the book of looks is not whole: look {broken} was changed, or one before it was taken out")
    _end(found, quiet=as_json, whole=broken is None)


def _wrong(checked: Verification) -> dict[str, Any]:
    from audit.replay import Result

    steps = [{"step": one.number, "why": list(one.why)} for one in checked.of(Result.MISMATCH)]
    return {"conversation": checked.conversation_id, "steps": steps, "at_large": list(checked.at_large)}


def _end(found: list[Verification], *, quiet: bool, whole: bool = True) -> None:
    """The figures and each difference on standard error; exit code 1 if there is one."""
    from audit.export import figures
    from audit.replay import Result

    if not quiet:
        counted = figures(found)
        rate = "–" if counted["match_rate"] is None else f"{counted['match_rate']:.2%}"
        typer.echo(
            f"{counted['conversations']} conversations, {counted['steps']} steps: {counted['match']} match, "
            f"{counted['mismatch']} differ, {counted['unknown']} cannot be derived; {rate} of the derived match"
        )
        told = [
            f"{one.conversation_id}, step {step.number}: {why}"
            for one in found
            for step in (*one.of(Result.MISMATCH), *one.of(Result.UNKNOWN))
            for why in step.why
        ]
        told = [*(f"{one.conversation_id}: {why}" for one in found for why in one.at_large), *told]
        for line in told[:MOST_TOLD]:
            note(printable(line))
        if len(told) > MOST_TOLD:
            note(f"... and {len(told) - MOST_TOLD} more; --json lists those that differ")
    if not whole or any(not one.holds for one in found):
        raise typer.Exit(1)
