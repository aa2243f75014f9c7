"""`handrail sla`: when an ignored case must be claimed, is paged, escalated and must be resolved, by a policy."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.terminal import JsonOption, PolicyOption, note, print_json, print_table
from states.errors import BadInput

if TYPE_CHECKING:
    from handover.deadlines.ladder import Planned
    from policy.schema import Hours, Policy

WORDS = {
    ("page", "page"): "claim: page the person on call",
    ("claim", "renotify"): "claim: due, tell the team again",
    ("claim", "page"): "claim: page the person on call",
    ("claim", "escalate"): "claim: escalate and page",
    ("claim", "page_again"): "claim: page again",
    ("resolve", "renotify"): "resolve: due, tell again",
    ("resolve", "page"): "resolve: page the person on call",
    ("resolve", "escalate"): "resolve: escalate and page",
    ("resolve", "page_again"): "resolve: page again",
}
"""(clock, step) → what it means."""


def sla(
    name: Annotated[str | None, typer.Argument(help="Class, as in immediate; all if absent.", metavar="CLASS")] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="When the customer began to wait; now if absent.", metavar="TIME")
    ] = None,
    policy: PolicyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Explain a class's deadlines.

    When an ignored case is claimed, paged, escalated and resolved at the latest. A TIME such as 2026-06-12T16:30
    is in the policy's time zone unless it names its own."""
    from app.settings import load_settings
    from app.wiring import load_policy
    from handover.deadlines.ladder import plan
    from handover.deadlines.sla import zone
    from states.clock import SystemClock

    loaded = load_policy(load_settings(policy=policy).policy)
    hours = loaded.policy.hours
    start = _moment(since, hours) if since else SystemClock().now().astimezone(zone(hours))
    plans = {one: plan(loaded.policy.sla[one], start, hours) for one in _classes(loaded.policy, name)}
    if as_json:
        print_json({"policy": loaded.policy.name, "policy_hash": loaded.hash, "since": start, "classes": _data(plans)})
        return
    note(
        f"policy {loaded.policy.name} {loaded.hash[:12]}; a customer waits since {_shown(start, hours)}\n"
        "claim: nobody takes the case; resolve: somebody has it and does not end it"
    )
    for one, steps in plans.items():
        _show(one, steps, loaded.policy, start)


def _classes(policy: Policy, name: str | None) -> tuple[str, ...]:
    if name is None:
        return tuple(sorted(policy.sla, key=lambda one: policy.sla[one].claim.delta))
    if name not in policy.sla:
        raise BadInput(f"policy {policy.name!r} has no class {name!r}; it has {', '.join(policy.sla) or 'none'}")
    return (name,)


def _moment(text: str, hours: Hours) -> datetime:
    from handover.deadlines.sla import zone

    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{text[:40]!r} is no time; write it as in 2026-06-12T16:30") from None
    return found if found.tzinfo else found.replace(tzinfo=zone(hours))


def _show(name: str, steps: tuple[Planned, ...], policy: Policy, start: datetime) -> None:
    given = policy.sla[name]
    counted = "around the clock" if given.hours == "always" else "in business hours"
    rows = [(_shown(one.at, policy.hours), _length(one.at, start), WORDS[_key(one)]) for one in steps]
    title = f"{name}: claim {given.claim}, resolve {given.resolve}, {counted}"
    print_table(title, ("at", "after", "if nobody acts"), rows)


def _key(one: Planned) -> tuple[str, str]:
    return one.clock.value, one.rung.value


def _data(plans: dict[str, tuple[Planned, ...]]) -> dict[str, Any]:
    return {
        name: [{"at": one.at.isoformat(), "clock": one.clock.value, "step": one.rung.value} for one in steps]
        for name, steps in plans.items()
    }


def _shown(at: datetime, hours: Hours) -> str:
    from handover.deadlines.sla import zone

    local = at.astimezone(zone(hours))
    return f"{local:%a %Y-%m-%d %H:%M:%S %Z}" if local.second else f"{local:%a %Y-%m-%d %H:%M %Z}"


def _length(at: datetime, start: datetime) -> str:
    """How long that is by the calendar: 2 d 03:30:00."""
    seconds = int((at - start).total_seconds())
    days, rest = divmod(seconds, 86400)
    clock = f"{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"
    return f"{days} d {clock}" if days else clock
