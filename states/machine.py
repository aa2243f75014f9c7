"""The machine: a pure step from (state, event, role, facts) to the next state and the effects as data.

`transitions` executes the table on a throw-away cursor, so two threads can never share a half-made step.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from transitions import Machine

from states.errors import ForbiddenRole, GuardRefused, IllegalEvent
from states.facts import Facts
from states.missing import WORDS, first_lacking
from states.table import TABLE, Transition, allowed_events, allowed_roles
from states.vocabulary import Effect, Event, Role, State


@dataclass(frozen=True, kw_only=True)
class Step:
    """What one event did to the machine."""

    source: State
    event: Event
    role: Role
    target: State
    effects: tuple[Effect, ...]


class _Cursor:
    """A throw-away model: holds the state for the length of one step, and which row let it pass."""

    __slots__ = ("row", "state")

    def __init__(self, state: State) -> None:
        self.state: str = state.value
        self.row: Transition | None = None


def _passes(row: Transition, data: Any) -> bool:
    """The condition of one row: its role and its guard. Marks the cursor; no effect beyond it."""
    if data.kwargs["role"] not in row.roles or not row.guard.holds(data.kwargs["facts"]):
        return False
    cursor: _Cursor = data.model
    cursor.row = row
    return True


class ConversationMachine:
    """The table, ready to execute. Holds no conversation; may be shared by any number of threads."""

    def __init__(self, table: tuple[Transition, ...] = TABLE) -> None:
        self._table = table
        self._machine = Machine(
            model=None,
            states=[state.value for state in State],
            initial=State.BOT_HANDLING.value,
            auto_transitions=False,
            send_event=True,
        )
        for row in table:
            self._machine.add_transition(
                row.event.value, row.source.value, row.target.value, conditions=[partial(_passes, row)]
            )

    def step(self, state: State, event: Event, role: Role, facts: Facts) -> Step:
        """The one transition that `event` causes.

        Raises IllegalEvent, ForbiddenRole or GuardRefused, naming what would be allowed; nothing changes then.
        """
        rows = [row for row in self._table if row.source is state and row.event is event]
        if not rows:
            raise IllegalEvent(
                f"{event.value!r} cannot happen in state {state.value!r}; "
                f"{role.value} may cause there: {_names(allowed_events(state, role, self._table))}"
            )
        if not any(role in row.roles for row in rows):
            raise ForbiddenRole(
                f"{role.value!r} may not cause {event.value!r} in state {state.value!r}; "
                f"allowed roles: {_names(allowed_roles(state, event, self._table))}"
            )
        cursor = _Cursor(state)
        self._machine.events[event.value].trigger(cursor, role=role, facts=facts)
        if cursor.row is None:
            needed = first_lacking([row for row in rows if role in row.roles], facts)
            raise GuardRefused(f"{event.value!r} in state {state.value!r} needs: {WORDS[needed]}", needed)
        return Step(source=state, event=event, role=role, target=State(cursor.state), effects=cursor.row.effects)

    def allows(self, state: State, event: Event, role: Role, facts: Facts) -> bool:
        """Whether `step` would succeed."""
        return any(
            row.source is state and row.event is event and role in row.roles and row.guard.holds(facts)
            for row in self._table
        )


def _names(members: tuple[Event, ...] | tuple[Role, ...]) -> str:
    return ", ".join(member.value for member in members) or "nothing"
