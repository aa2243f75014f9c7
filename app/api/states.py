"""The transition table as data for programs: a view of `states.table`, never a second copy."""

from __future__ import annotations

from pydantic import BaseModel

from states.table import BESIDE, CLOCKS, TABLE, VOICES, allowed_events
from states.vocabulary import Clock, Effect, Event, Role, State


class StateRow(BaseModel):
    """One state."""

    state: State
    voice: str
    clock: Clock
    clock_event: Event
    clocks_beside: dict[Clock, Event] = {}
    """Further clocks that may run here, and what they cause."""
    allowed: dict[Role, list[Event]]
    """Role → the events it may cause here, guards aside; roles that may cause none are left out."""


class TransitionRow(BaseModel):
    """One row of the table."""

    source: State
    event: Event
    target: State
    roles: list[Role]
    guard: str
    needs: dict[str, bool]
    effects: list[Effect]


class StateTable(BaseModel):
    """The whole machine."""

    states: list[StateRow]
    transitions: list[TransitionRow]


def state_table() -> StateTable:
    """The machine as it is compiled into this process."""
    return StateTable(
        states=[_state_row(state) for state in State],
        transitions=[
            TransitionRow(
                source=row.source,
                event=row.event,
                target=row.target,
                roles=list(row.roles),
                guard=row.guard.name,
                needs=dict(row.guard.needs),
                effects=list(row.effects),
            )
            for row in TABLE
        ],
    )


def _state_row(state: State) -> StateRow:
    clock, event = CLOCKS[state]
    allowed = {role: list(allowed_events(state, role)) for role in Role}
    return StateRow(
        state=state,
        voice=VOICES[state].value,
        clock=clock,
        clock_event=event,
        clocks_beside=dict(BESIDE.get(state, ())),
        allowed={role: events for role, events in allowed.items() if events},
    )
