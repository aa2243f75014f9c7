"""What somebody looks for in the queue, as SQL; and how many cases there are of each kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, literal, or_, select

from handover.people.sought import LONGEST_SEARCH, Sought, Tally, View
from states.vocabulary import State
from store.queries import CONVERSATION, HANDOVER, MESSAGE

_JOINED = HANDOVER.join(CONVERSATION, CONVERSATION.c.id == HANDOVER.c.conversation_id)
_FILTERS: dict[str, ColumnElement[Any]] = {
    "reason": HANDOVER.c.reason_code,
    "state": CONVERSATION.c.state,
    "channel": CONVERSATION.c.channel,
    "language": HANDOVER.c.language,
}
"""Field of `Sought` → the column that it narrows."""


@dataclass(frozen=True, kw_only=True)
class Looking:
    """Who looks for what, and when."""

    now: datetime
    sought: Sought = field(default_factory=Sought)
    names: tuple[str, ...] = ()
    """Every spelling under which the person owns cases; read where the view is of these."""
    teams: tuple[str, ...] = ()
    """Of the person; empty: all."""
    claimable: tuple[str, ...] = ()
    """States in which the person's role may claim."""


def is_closed(looking: Looking | None) -> bool:
    """Whether closed cases are looked for."""
    return looking is not None and looking.sought.view is View.CLOSED


def fits(looking: Looking | None) -> Sequence[ColumnElement[bool]]:
    """What a case must be to be found; a case that was reopened and is closed again is found once."""
    if looking is None:
        return (HANDOVER.c.open,)
    sought = looking.sought
    asked = [_VIEWS[sought.view](looking)]
    asked += [column == value for name, column in _FILTERS.items() if (value := getattr(sought, name))]
    text = sought.text.strip()[:LONGEST_SEARCH]
    return (*asked, _says(text)) if text else asked


def owners(connection: Connection) -> tuple[str, ...]:
    """Everybody who has an open case now, as they are spelt there."""
    found = select(CONVERSATION.c.owner_id).select_from(_JOINED).where(HANDOVER.c.open).distinct()
    return tuple(connection.execute(found.where(CONVERSATION.c.owner_id.is_not(None))).scalars())


def tally(connection: Connection, looking: Looking, owns: Callable[[str], bool]) -> Tally:
    """How many open cases there are, read in one pass; `owns` tells which owners are the person who looks."""
    views = [view for view in View if view not in (View.CLOSED, View.MINE)]
    counted = [func.count().filter(_VIEWS[view](looking)) for view in views]
    may = func.count().filter(and_(_nobody(looking), CONVERSATION.c.state.in_(looking.claimable)))
    kinds = [*_FILTERS.values(), CONVERSATION.c.owner_id]
    rows = connection.execute(
        select(*kinds, func.count(), may, *counted).select_from(_JOINED).where(HANDOVER.c.open).group_by(*kinds)
    ).all()
    facets: dict[str, Counter[str]] = {name: Counter() for name in _FILTERS}
    found, claimable = Counter[View](), 0
    for row in rows:
        values, (owner, many, may_claim, *by_view) = row[: len(_FILTERS)], row[len(_FILTERS) :]
        for name, value in zip(_FILTERS, values, strict=True):
            facets[name][value] += many
        found.update(dict(zip(views, by_view, strict=True)))
        found[View.MINE] += many if owner is not None and owns(owner) else 0
        claimable += may_claim
    return Tally(
        claimable=claimable, views=found, reasons=facets["reason"], states=facets["state"],
        channels=facets["channel"], languages=facets["language"],
    )  # fmt: skip


def _says(text: str) -> ColumnElement[bool]:
    """The text stands in what names the case, or in what its customer wrote."""
    said = select(literal(1)).where(
        MESSAGE.c.conversation_id == CONVERSATION.c.id, MESSAGE.c.author == "customer",
        MESSAGE.c.text.icontains(text, autoescape=True),
    )  # fmt: skip
    named = (CONVERSATION.c.id, HANDOVER.c.id, CONVERSATION.c.customer, HANDOVER.c.reason)
    return or_(*(column.icontains(text, autoescape=True) for column in named), said.exists())


def _nobody(looking: Looking) -> ColumnElement[bool]:
    return and_(HANDOVER.c.open, CONVERSATION.c.owner_id.is_(None))


def _mine(looking: Looking) -> ColumnElement[bool]:
    return and_(HANDOVER.c.open, CONVERSATION.c.owner_id.in_(looking.names))


def _team(looking: Looking) -> ColumnElement[bool]:
    return and_(HANDOVER.c.open, HANDOVER.c.team.in_(looking.teams)) if looking.teams else and_(HANDOVER.c.open)


def _late(looking: Looking) -> ColumnElement[bool]:
    now = literal(looking.now, HANDOVER.c.claim_due_at.type)
    unclaimed = and_(CONVERSATION.c.owner_id.is_(None), HANDOVER.c.claim_due_at < now)
    return and_(HANDOVER.c.open, or_(unclaimed, HANDOVER.c.resolve_due_at < now))


def _closed(looking: Looking) -> ColumnElement[bool]:
    other = HANDOVER.alias("newer")
    newer = select(literal(1)).where(
        other.c.conversation_id == HANDOVER.c.conversation_id,
        or_(other.c.open, other.c.created_at > HANDOVER.c.created_at),
    )
    return and_(~HANDOVER.c.open, HANDOVER.c.closed_at.is_not(None), ~newer.exists())


_VIEWS = {
    View.ALL: lambda looking: and_(HANDOVER.c.open),
    View.MINE: _mine,
    View.TEAM: _team,
    View.UNASSIGNED: _nobody,
    View.LATE: _late,
    View.ESCALATED: lambda looking: and_(HANDOVER.c.open, CONVERSATION.c.state == State.ESCALATED.value),
    View.CLOSED: _closed,
}
"""View → what its cases are, for whoever looks; a test asks that there is one for each."""
