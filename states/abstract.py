"""The abstract conversation: the few bits of a conversation that guards depend on, and every step the table allows."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import product
from typing import NamedTuple

from states.table import BESIDE, INITIAL, Transition
from states.vocabulary import SENIOR, Clock, Effect, Event, Role, State, Voice

BOTH = (False, True)


class Owner(StrEnum):
    """Who owns the conversation, as far as guards can tell."""

    NONE = "nobody"
    FRONTLINE = "frontline"
    SENIOR = "senior"


class Consent(StrEnum):
    """What a second person was asked for, and whether they agreed."""

    NONE = "nothing"
    EXCEPTION = "exception"
    HAND_BACK = "hand-back"
    AGREED = "hand-back, agreed"


class Situation(NamedTuple):
    """An abstract conversation."""

    state: State
    latched: bool = False
    owner: Owner = Owner.NONE
    handover_open: bool = False
    consent: Consent = Consent.NONE

    def __str__(self) -> str:
        marks = [
            *(["latched"] if self.latched else []),
            *([f"owned by {self.owner.value}"] if self.owner is not Owner.NONE else []),
            *(["handover open"] if self.handover_open else []),
            *([f"consent for {self.consent.value}"] if self.consent is not Consent.NONE else []),
        ]
        return f"{self.state.value}({', '.join(marks)})"


class Move(NamedTuple):
    """One step that the table allows in a situation."""

    row: Transition
    role: Role
    target: Situation

    def __str__(self) -> str:
        return f"—{self.row.event.value} by {self.role.value}→ {self.target}"


CONSENTS = {
    Effect.OPEN_EXCEPTION: Consent.EXCEPTION,
    Effect.OPEN_HAND_BACK: Consent.HAND_BACK,
    Effect.GIVE_CONSENT: Consent.AGREED,
    Effect.CLOSE_CONSENT: Consent.NONE,
}
"""What is pending after an effect."""


def possible(situation: Situation, role: Role) -> Mapping[str, tuple[bool, ...]]:
    """The facts that the situation and the role fix, with the values they may have; every other fact is free."""
    ranks: dict[Role, Owner] = {Role.FRONTLINE_AGENT: Owner.FRONTLINE, **dict.fromkeys(SENIOR, Owner.SENIOR)}
    return {
        "latched": (situation.latched,),
        "owned": (situation.owner is not Owner.NONE,),
        "consent_pending": (situation.consent is not Consent.NONE,),
        # A request that has run out is pending until its clock says so.
        "consent_lapsed": BOTH if situation.consent is not Consent.NONE else (False,),
        "exception_open": BOTH if situation.consent is Consent.EXCEPTION else (False,),
        "hand_back_asked": BOTH if situation.consent is Consent.HAND_BACK else (False,),
        "hand_back_agreed": BOTH if situation.consent is Consent.AGREED else (False,),
        "actor_owns": BOTH if role in ranks and ranks[role] is situation.owner else (False,),
    }


def after(situation: Situation, row: Transition, role: Role) -> Situation:
    """The situation after a row was taken: its target and what its effects do to the bits."""
    result = situation._replace(state=row.target)
    for effect in row.effects:
        if effect in (Effect.LOCK_BOT, Effect.UNLOCK_BOT):
            result = result._replace(latched=effect is Effect.LOCK_BOT)
        elif effect in (Effect.OPEN_HANDOVER, Effect.CLOSE_HANDOVER):
            result = result._replace(handover_open=effect is Effect.OPEN_HANDOVER)
        elif effect in CONSENTS:
            result = result._replace(consent=CONSENTS[effect])
        elif effect is Effect.ASSIGN_OWNER:
            result = result._replace(owner=Owner.FRONTLINE if role is Role.FRONTLINE_AGENT else Owner.SENIOR)
            if result.consent in (Consent.HAND_BACK, Consent.AGREED):
                result = result._replace(consent=Consent.NONE)  # It was agreed for the owner who asked.
        elif effect is Effect.CLEAR_OWNER:
            result = result._replace(owner=Owner.NONE, consent=Consent.NONE)
    return result


@dataclass(frozen=True)
class Model:
    """A table with every situation it can reach; the state space is finite and searched whole."""

    table: tuple[Transition, ...]
    clocks: Mapping[State, tuple[Clock, Event]]
    voices: Mapping[State, Voice]
    beside: Mapping[State, tuple[tuple[Clock, Event], ...]] = field(default_factory=lambda: BESIDE)

    def moves(self, situation: Situation) -> tuple[Move, ...]:
        """Every step possible in a reachable situation."""
        return self._moves[situation]

    def rows(self, state: State, event: Event, role: Role) -> tuple[Transition, ...]:
        """The rows for this state, event and role."""
        return tuple(row for row in self.table if row.source is state and row.event is event and role in row.roles)

    def outcomes(
        self, situation: Situation, event: Event, role: Role, given: Mapping[str, bool] | None = None
    ) -> Iterator[tuple[Transition, ...]]:
        """The rows enabled under each valuation of the facts that matter, the `given` facts fixed."""
        rows = self.rows(situation.state, event, role)
        known = {**possible(situation, role), **{fact: (value,) for fact, value in (given or {}).items()}}
        facts = sorted({fact for row in rows for fact, _ in row.guard.needs})
        for values in product(*(known.get(fact, BOTH) for fact in facts)):
            valuation = dict(zip(facts, values, strict=True))
            yield tuple(row for row in rows if all(valuation[fact] is value for fact, value in row.guard.needs))

    def always(self, situation: Situation, event: Event, role: Role, given: Mapping[str, bool] | None = None) -> bool:
        """Whether the event is accepted whatever the facts."""
        return all(self.outcomes(situation, event, role, given))

    @cached_property
    def situations(self) -> tuple[Situation, ...]:
        """Every reachable situation, nearest first."""
        return tuple(self._moves)

    @cached_property
    def steps(self) -> int:
        """How many different steps the reachable situations have."""
        return sum(len(moves) for moves in self._moves.values())

    @cached_property
    def _parents(self) -> dict[Situation, tuple[Situation, Move] | None]:
        return {}

    @cached_property
    def _moves(self) -> dict[Situation, tuple[Move, ...]]:
        start = Situation(INITIAL)
        self._parents[start] = None
        found: dict[Situation, tuple[Move, ...]] = {}
        queue = deque([start])
        while queue:
            situation = queue.popleft()
            found[situation] = tuple(self._steps_from(situation))
            for move in found[situation]:
                if move.target not in self._parents:
                    self._parents[move.target] = (situation, move)
                    queue.append(move.target)
        return found

    @cached_property
    def _by_source(self) -> dict[State, tuple[Transition, ...]]:
        return {state: tuple(row for row in self.table if row.source is state) for state in State}

    def _steps_from(self, situation: Situation) -> Iterator[Move]:
        for row in self._by_source[situation.state]:
            for role in row.roles:
                known = possible(situation, role)
                wanted: dict[str, bool] = {}
                if all(
                    value in known.get(fact, BOTH) and wanted.setdefault(fact, value) is value
                    for fact, value in row.guard.needs
                ):
                    yield Move(row, role, after(situation, row, role))

    def path_to(self, situation: Situation) -> str:
        """A shortest way from the start to a reachable situation, readable."""
        moves: list[Move] = []
        while (parent := self._parents[situation]) is not None:
            situation, move = parent
            moves.append(move)
        return " ".join([str(situation), *map(str, reversed(moves))])

    def reaching(self, goal: Callable[[Situation], bool]) -> set[Situation]:
        """The reachable situations from which some path leads to a goal."""
        won = {situation for situation in self.situations if goal(situation)}
        grown = True
        while grown:
            more = {
                situation
                for situation in self.situations
                if situation not in won and any(move.target in won for move in self.moves(situation))
            }
            won |= more
            grown = bool(more)
        return won
