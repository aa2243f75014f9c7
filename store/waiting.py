"""The queue page by page: ordered, filtered and cut in SQL, so that a look costs the same however many cases wait.

A page begins after a case's place in the order, not after a number of cases: what comes in before it or leaves moves
nothing on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Text, and_, case, cast, func, literal, select, tuple_

from policy.schema import Severity
from store.queries import CONVERSATION, HANDOVER, LINES
from store.sought import Looking, fits, is_closed


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What one person may take; an empty tuple of teams or languages is any, `skills` None too."""

    states: tuple[str, ...]
    teams: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    skills: frozenset[str] | None = None


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a case stands in the order."""

    rank: int
    foreign: int
    """1 where the person who asks does not speak its language."""
    claim_due_at: datetime
    waiting_since: datetime
    handover_id: str


@dataclass(frozen=True, kw_only=True)
class Next:
    """A case that somebody may take."""

    place: Place
    conversation_id: str


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some lines of the queue."""

    rows: tuple[RowMapping, ...]
    total: int
    begin: int
    """How many stand before the first of them."""
    previous: Place | None
    """After which the page before this one begins; None: at the beginning, or there is none."""
    following: Place | None
    """After which the next one begins; None: there is none."""


def queue_page(
    connection: Connection,
    limit: int,
    after: Place | None = None,
    wanted: Wanted | None = None,
    looking: Looking | None = None,
) -> Page:
    """Handovers after a place, most urgent first: for one person what they may take, in the order they should.

    `looking` leaves only what somebody looks for; closed ones come the newest first.
    """
    falls = is_closed(looking)
    order = _CLOSED_ORDER if falls else _order(wanted)
    chosen = and_(*fits(looking), *(() if falls else (_fits(connection, wanted),)))
    place, at = tuple_(*order), _values(after) if after is not None else None
    beyond = [] if at is None else [place < at if falls else place > at]
    up, down = [column.asc() for column in order], [column.desc() for column in order]
    forth, back = (down, up) if falls else (up, down)
    # Only places are sorted; what a line says, the customer's last words too, is read for those that are shown.
    forward = select(*order).select_from(_JOINED).where(chosen, *beyond).order_by(*forth).limit(limit + 1)
    found = [_place(row) for row in connection.execute(forward)]
    shown = [one.handover_id for one in found[:limit]]
    lines = {row["id"]: row for row in connection.execute(LINES.where(HANDOVER.c.id.in_(shown))).mappings()}
    before = None if at is None else place >= at if falls else place <= at
    counted = select(func.count(), func.count().filter(before) if before is not None else literal(0))
    total, begin = connection.execute(counted.select_from(_JOINED).where(chosen)).one()
    earlier: Sequence[Any] = ()
    if before is not None:
        backward = select(*order).select_from(_JOINED).where(chosen, before).order_by(*back).limit(limit + 1)
        earlier = connection.execute(backward).all()
    return Page(
        rows=tuple(lines[name] for name in shown), total=int(total), begin=int(begin),
        previous=_place(earlier[limit]) if len(earlier) > limit else None,
        following=found[limit - 1] if len(found) > limit else None,
    )  # fmt: skip


def next_cases(connection: Connection, limit: int, wanted: Wanted, after: Place | None = None) -> tuple[Next, ...]:
    """The same cases in the same order, only where they stand and whose they are, and no more than so many."""
    order = _order(wanted)
    beyond = [tuple_(*order) > _values(after)] if after is not None else []
    found = (
        select(*order, HANDOVER.c.conversation_id)
        .select_from(_JOINED)
        .where(_fits(connection, wanted), *beyond)
        .order_by(*order)
        .limit(limit)
    )
    return tuple(Next(place=_place(row[:-1]), conversation_id=row[-1]) for row in connection.execute(found))


def waiting_before(connection: Connection, conversation_id: str, wanted: Wanted) -> tuple[Mapping[str, Any], ...]:
    """What nobody has and stands before this case in the person's order, or in all of it where there is no such case.

    Counted as `many` by `state`, `team` and `skills`.
    """
    order, one = _order(wanted), func.min(HANDOVER.c.id).label("one")
    at = connection.execute(
        select(*order).select_from(_JOINED).where(HANDOVER.c.open, HANDOVER.c.conversation_id == conversation_id)
    ).first()
    earlier = [tuple_(*order) < _values(_place(at))] if at is not None else []
    kinds = (CONVERSATION.c.state, HANDOVER.c.team, cast(HANDOVER.c.skills, Text))
    rows = connection.execute(
        select(*kinds[:2], one, func.count().label("many"))
        .select_from(_JOINED)
        .where(HANDOVER.c.open, CONVERSATION.c.owner_id.is_(None), *earlier)
        .group_by(*kinds)
    ).mappings().all()  # fmt: skip
    named = select(HANDOVER.c.id, HANDOVER.c.skills).where(HANDOVER.c.id.in_([row["one"] for row in rows]))
    needed = {row[0]: row[1] for row in connection.execute(named)}
    return tuple({**row, "skills": tuple(needed[row["one"]])} for row in rows)


_JOINED = HANDOVER.join(CONVERSATION, CONVERSATION.c.id == HANDOVER.c.conversation_id)
_CLOSED_ORDER = (literal(0), literal(0), HANDOVER.c.closed_at, HANDOVER.c.waiting_since, HANDOVER.c.id)
"""Of closed cases: `Place.claim_due_at` says when they closed."""
_RANK = case(*((HANDOVER.c.severity == one.value, rank) for rank, one in enumerate(Severity)), else_=0)
"""As `handover.deadlines.urgency` ranks; an unknown severity is looked at first."""


def _order(wanted: Wanted | None) -> tuple[ColumnElement[Any], ...]:
    spoken = wanted.languages if wanted is not None else ()
    foreign = case((HANDOVER.c.language.in_(spoken), 0), else_=1) if spoken else literal(0)
    return _RANK, foreign, HANDOVER.c.claim_due_at, HANDOVER.c.waiting_since, HANDOVER.c.id


def _values(place: Place) -> ColumnElement[Any]:
    moment = HANDOVER.c.claim_due_at.type
    return tuple_(
        literal(place.rank), literal(place.foreign), literal(place.claim_due_at, moment),
        literal(place.waiting_since, moment), literal(place.handover_id),
    )  # fmt: skip


def _place(values: Sequence[Any]) -> Place:
    rank, foreign, due, since, handover_id = values
    return Place(rank=rank, foreign=foreign, claim_due_at=due, waiting_since=since, handover_id=handover_id)


def _fits(connection: Connection, wanted: Wanted | None) -> ColumnElement[bool]:
    if wanted is None:
        return and_(HANDOVER.c.open)
    asked: list[ColumnElement[bool]] = [
        HANDOVER.c.open,
        CONVERSATION.c.owner_id.is_(None),
        CONVERSATION.c.state.in_(wanted.states),
    ]
    if wanted.teams:
        asked.append(HANDOVER.c.team.in_(wanted.teams))
    if wanted.skills is not None:
        asked.append(_known(connection, wanted.skills))
    return and_(*asked)


def _known(connection: Connection, skills: frozenset[str]) -> ColumnElement[bool]:
    """Cases that need no skill beyond these: of the few lists of skills that there are, those that fit."""
    text = cast(HANDOVER.c.skills, Text)
    lists = connection.execute(select(text, func.min(HANDOVER.c.id)).where(HANDOVER.c.open).group_by(text)).all()
    one_of = {row[1]: row[0] for row in lists}
    needed = connection.execute(select(HANDOVER.c.id, HANDOVER.c.skills).where(HANDOVER.c.id.in_(one_of))).all()
    return text.in_([one_of[row[0]] for row in needed if set(row[1]) <= skills])
