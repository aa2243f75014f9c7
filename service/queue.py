"""The floor: who is at the desk, what each should take, and taking it.

Somebody who spells their id in another way is the person who is there already (`policy.persons`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from conversation.intake import label
from handover.people.presence import Person
from handover.people.routing import Bar, barred, suggest
from handover.people.sought import Sought, Tally, View
from policy.persons import same_person
from service.cursors import cursor_of, place_of
from service.rows_as_views import beside, person_view, queue_items
from service.views import Act, Actor, ActResult, Attendance, PersonView, QueueItem, QueuePage
from states.clock import Clock
from states.errors import BadInput, Conflict, ForbiddenRole, GuardRefused, NotFound, Refused
from states.table import allowed_events
from states.vocabulary import STAFF, Event, Role, State
from store import presence, queries
from store.connection import Connection, RowMapping
from store.database import Store
from store.sought import Looking, owners, tally
from store.waiting import Next, Place, Wanted, next_cases, queue_page, waiting_before

MOST_NAMES = 50
MOST_CASES = 100
MOST_LINES = 200
"""Lines of the queue that are read at once; the rest comes by pages."""
MOST_TRIED = 20
"""Cases that are read at once for somebody who takes the next one: more than colleagues take in that moment."""


class Floor:
    """People and the queue over one store; safe to call from any thread."""

    def __init__(
        self, store: Store, clock: Clock, *, seen_within: Callable[[], timedelta], redact: Callable[[str], str]
    ) -> None:
        self._store = store
        self._clock = clock
        self._seen_within = seen_within
        self._redact = redact

    def attend(self, actor: Actor, said: Attendance) -> PersonView:
        """A heartbeat: the person is at the desk now, and what they say of themselves holds from now on."""
        if actor.role not in STAFF:
            raise ForbiddenRole(f"{actor.role.value!r} takes no cases; people at the desk are: {_staff()}")
        changes, now = self._changes(said), self._clock.now()
        with self._store.write() as connection:
            name = _spelt(actor.id, presence.people(connection))
            presence.seen(connection, name, actor.role, now, changes)
            row = presence.person(connection, name)
        if row is None:
            raise NotFound(f"{actor.id!r} is not at the desk")
        return person_view(row, now, self._seen_within())

    def people(self) -> tuple[PersonView, ...]:
        """Everybody who has come to the desk, and who is online."""
        now, within = self._clock.now(), self._seen_within()
        with self._store.read() as connection:
            return tuple(person_view(row, now, within) for row in presence.people(connection))

    def queue(self, person: Actor | None = None) -> tuple[QueueItem, ...]:
        """The open handovers that come first; for one person what they may take, in the order they should."""
        return self.page(person, MOST_LINES).items

    def page(
        self,
        person: Actor | None,
        limit: int,
        cursor: str = "",
        *,
        asker: Actor | None = None,
        sought: Sought | None = None,
    ) -> QueuePage:
        """Some of the same lines: those after the cursor, of those that `asker` looks for and as they may take them.

        BadInput for a cursor that is none of ours.
        """
        after = place_of(cursor)
        with self._store.read() as connection:
            known = tuple(map(presence.person_of, presence.people(connection)))
            wanted = _wanted(person, known) if person is not None else None
            looking = self._looking(connection, asker, known, sought) if asker and sought else None
            found = queue_page(connection, limit, after, wanted, looking)
            items = beside(connection, queue_items(connection, found.rows))
        items = tuple(map(self._suggester(known), items)) if known else items
        return QueuePage(
            items=tuple(_for(asker, one) for one in items) if asker else items,
            total=found.total,
            begin=found.begin,
            previous=None if after is None else cursor_of(found.previous) if found.previous is not None else "",
            following=cursor_of(found.following) if found.following is not None else None,
        )

    def tally(self, asker: Actor) -> Tally:
        """How many open cases there are, as they stand to whoever asks."""
        with self._store.read() as connection:
            known = tuple(map(presence.person_of, presence.people(connection)))
            looking = self._looking(connection, asker, known, Sought())
            return tally(connection, looking, lambda owner: same_person(owner, asker.id))

    def _looking(self, connection: Connection, asker: Actor, known: tuple[Person, ...], sought: Sought) -> Looking:
        mine = sought.view is View.MINE
        names = [one for one in owners(connection) if same_person(one, asker.id)] if mine else []
        teams = next((one.teams for one in known if same_person(one.id, asker.id)), ())
        claimable = _claimable_states(asker.role)
        return Looking(now=self._clock.now(), sought=sought, names=tuple(names), teams=teams, claimable=claimable)

    def take_next(self, actor: Actor, act_id: str, claim: Callable[[str, Act], ActResult]) -> ActResult:
        """Claims the first case that fits the person; whoever loses a race gets the next one.

        The same act id again gives the same case. NotFound when nothing fits; GuardRefused when the person has as
        many cases as they take, unless a critical one waits.
        """
        with self._store.read() as connection:
            taken = self._taken(connection, actor, act_id)
            known = tuple(map(presence.person_of, presence.people(connection)))
        if taken is not None:
            return replace(claim(taken, _claim(actor, act_id)), repeated=True)
        person, wanted = _as(actor, known), _wanted(actor, known)
        fitting = self._next_cases(wanted)
        if not fitting:
            raise NotFound(f"nothing waits that {actor.id!r} may take; the whole queue is at GET /v1/queue")
        if not person.free and fitting[0].place.rank > 0:
            raise GuardRefused(
                f"{actor.id!r} has {person.workload} open cases and takes {person.capacity}; close one, or raise the "
                "capacity with PUT /v1/presence"
            )
        for one in self._in_turn(wanted, fitting):
            if not person.free and one.place.rank > 0:
                break  # Only what is critical goes to somebody who has no room.
            try:
                return claim(one.conversation_id, _claim(actor, act_id))
            except (Refused, Conflict):
                continue  # Somebody was faster.
        raise NotFound(f"nothing is left that {actor.id!r} may take; ask again")

    def passed_over(self, actor: Actor, conversation_id: str) -> Mapping[Bar, int]:
        """How many cases that wait before this one, or at all where it is none, are not for the person, and why."""
        with self._store.read() as connection:
            known = tuple(map(presence.person_of, presence.people(connection)))
            wanted = _wanted(actor, known)
            found = waiting_before(connection, conversation_id, wanted)
        person, said = _as(actor, known), wanted.skills is not None
        bars: Counter[Bar] = Counter()
        for row in found:
            bar = barred(person, State(row["state"]), row["team"], row["skills"] if said else ())
            bars.update({bar: row["many"]} if bar is not None else {})
        return bars

    def _in_turn(self, wanted: Wanted, cases: tuple[Next, ...]) -> Iterator[Next]:
        """These cases, and then as many of those after them as are asked for."""
        while cases:
            yield from cases
            cases = self._next_cases(wanted, cases[-1].place)

    def _next_cases(self, wanted: Wanted, after: Place | None = None) -> tuple[Next, ...]:
        with self._store.read() as connection:
            return next_cases(connection, MOST_TRIED, wanted, after)

    def _taken(self, connection: Connection, actor: Actor, act_id: str) -> str | None:
        return queries.conversation_of_act(connection, act_id, actor.id, Event.CLAIMED)

    def _suggester(self, known: tuple[Person, ...]) -> Callable[[QueueItem], QueueItem]:
        now, within = self._clock.now(), self._seen_within()

        def suggested(item: QueueItem) -> QueueItem:
            found = suggest(item, known, now, within)
            return replace(item, suggested=found.id) if found else item

        return suggested

    def _changes(self, said: Attendance) -> Mapping[str, Any]:
        """The columns that are set; BadInput for what no row should hold."""
        changes = {name: value for name, value in asdict(said).items() if value is not None}
        for name in ("teams", "skills", "languages"):
            if name in changes:
                values = [label(value.strip(), name, self._redact) for value in changes[name]]
                if len(values) > MOST_NAMES or not all(values):
                    raise BadInput(f"{name} has {len(values)} entries; give at most {MOST_NAMES}, none of them empty")
                changes[name] = list(dict.fromkeys(values))
        if not 0 <= changes.get("capacity", 0) <= MOST_CASES:
            raise BadInput(f"capacity is {changes['capacity']}; give 0 to {MOST_CASES}")
        return changes


def _as(actor: Actor, known: tuple[Person, ...]) -> Person:
    """The person as they described themselves, in the role they act in; whoever has said nothing has room."""
    for person in known:
        if same_person(person.id, actor.id):
            return replace(person, role=actor.role)
    return Person(id=actor.id, role=actor.role, capacity=MOST_CASES)


def _wanted(actor: Actor, known: tuple[Person, ...]) -> Wanted:
    """What the person may take, as `handover.people.routing.may_take` says it of one case."""
    states = _claimable_states(actor.role)
    for one in known:
        if same_person(one.id, actor.id):
            return Wanted(states=states, teams=one.teams, languages=one.languages, skills=frozenset(one.skills))
    return Wanted(states=states)


def _claimable_states(role: Role) -> tuple[str, ...]:
    return tuple(state.value for state in State if Event.CLAIMED in allowed_events(state, role))


def _for(asker: Actor, item: QueueItem) -> QueueItem:
    """The line as it stands to whoever asks: a senior may take an escalated case over, all others wait for it."""
    free = item.owner_id is None or (item.state is State.ESCALATED and not same_person(item.owner_id, asker.id))
    may = item.closed_at is None and free and item.state.value in _claimable_states(asker.role)
    return replace(item, claimable=may)


def _spelt(name: str, known: tuple[RowMapping, ...]) -> str:
    """The id as it is spelt at the desk already; as given for somebody new."""
    there = [str(row["agent_id"]) for row in known]
    return name if name in there else next((one for one in there if same_person(one, name)), name)


def _claim(actor: Actor, act_id: str) -> Act:
    return Act(event=Event.CLAIMED, actor=actor, id=act_id)


def _staff() -> str:
    return ", ".join(role.value for role in STAFF)
