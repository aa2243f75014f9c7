"""What one person may do to a case now, asked of the guards themselves: what is offered is what would be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from conversation.facts import guard_facts
from conversation.run import Run
from states.missing import Literal, first_lacking
from states.table import TABLE, allowed_events
from states.vocabulary import Event, Role, State

BROUGHT = {"identity_proven": True, "outcome_written": True, "newest_seen": True, "request_fits": True}
"""Facts that the act itself brings: whoever asks what they may do has written and read nothing yet."""


@dataclass(frozen=True, kw_only=True)
class Possible:
    """An event that the role may cause in this state, and what is missing for it."""

    event: Event
    lacks: Literal | None = None
    """The one fact that is missing, with the value that it needs; None: the act would be done."""


def possible(state: State, actor: str, role: Role, run_of: Callable[[Event], Run]) -> tuple[Possible, ...]:
    """The events of this role in this state, in the order of the table; `run_of` begins a run as an act would."""
    return tuple(
        Possible(event=event, lacks=_lacks(state, event, actor, role, run_of(event)))
        for event in allowed_events(state, role)
    )


def _lacks(state: State, event: Event, actor: str, role: Role, run: Run) -> Literal | None:
    facts = replace(guard_facts(run, actor, role, approved=True), **BROUGHT)
    rows = [row for row in TABLE if row.source is state and row.event is event and role in row.roles]
    return None if any(row.guard.holds(facts) for row in rows) else first_lacking(rows, facts)
