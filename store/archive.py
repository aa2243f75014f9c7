"""Finding conversations in what was recorded: filtered, ordered and cut in SQL, by masked text and by what happened.

A page begins after a change of a conversation, not after a number of them. Every word that is searched for is asked of
each conversation's own rows, so that what is read is bounded by its length.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Text, cast, exists, func, literal, or_, select, tuple_

from states.vocabulary import STAFF, Event, Role
from store.queries import CONVERSATION, EVENT, HANDOVER, MESSAGE, POLICY

ACTING = (*STAFF, Role.ADMIN)
"""The roles whose holders are found as the agents of a case."""


@dataclass(frozen=True, kw_only=True)
class Search:
    """What a conversation must have; empty: anything."""

    words: tuple[str, ...] = ()
    """Each stands in some message, in a reason or outcome, or is the id of the conversation, a handover or customer."""
    states: tuple[str, ...] = ()
    trigger: str = ""
    """Of its evidence, or how the names of some triggers begin."""
    agent: str = ""
    """Who has acted in it."""
    resolution: str = ""
    """The policy's code for how one of its cases ended."""
    begin: datetime | None = None
    end: datetime | None = None
    """It was under way at some moment between them."""
    breached: bool = False
    """A deadline for a person has run out in it."""


def find(
    connection: Connection, search: Search, limit: int, before: tuple[datetime, str] | None = None
) -> tuple[tuple[RowMapping, ...], int]:
    """The conversations that fit, the newest change first: those that changed before that change of one. And how many
    fit in all."""
    # What fits is looked for once, for the page and for the count.
    fits = select(CONVERSATION.c.id, CONVERSATION.c.updated_at).where(*_conditions(search)).cte("fits")
    total = select(func.count()).select_from(fits).scalar_subquery()
    place = (fits.c.updated_at, fits.c.id)
    found = (
        select(CONVERSATION, total.label("total"))
        .join(fits, fits.c.id == CONVERSATION.c.id)
        .order_by(*(column.desc() for column in place))
        .limit(limit)
    )
    if before is not None:
        at, name = before
        found = found.where(tuple_(*place) < tuple_(literal(at, CONVERSATION.c.updated_at.type), literal(name)))
    rows = tuple(connection.execute(found).mappings())
    if rows or before is None:
        return rows, int(rows[0]["total"]) if rows else 0
    return (), int(connection.execute(select(total)).scalar_one())


def lengths(connection: Connection, names: Sequence[str]) -> Mapping[str, tuple[int, bool]]:
    """Of each of these conversations how many events it has, and whether a deadline has run out in it."""
    breached = func.count().filter(EVENT.c.event == Event.SLA_BREACHED.value)
    found = select(EVENT.c.conversation_id, func.count(), breached).where(EVENT.c.conversation_id.in_(names))
    rows = connection.execute(found.group_by(EVENT.c.conversation_id)).all()
    return {name: (int(events), bool(breaches)) for name, events, breaches in rows}


def excerpts(connection: Connection, names: Sequence[str], words: Sequence[str]) -> Mapping[str, str]:
    """Of each of these conversations the first message in which one of the words stands; without words, the first."""
    fits = [or_(*(_holds(MESSAGE.c.text, word) for word in words))] if words else []
    first = (
        select(MESSAGE.c.conversation_id, func.min(MESSAGE.c.seq).label("seq"))
        .where(MESSAGE.c.conversation_id.in_(names), *fits)
        .group_by(MESSAGE.c.conversation_id)
        .subquery()
    )
    same = (MESSAGE.c.conversation_id == first.c.conversation_id) & (MESSAGE.c.seq == first.c.seq)
    found = connection.execute(select(MESSAGE.c.conversation_id, MESSAGE.c.text).join(first, same))
    return {row[0]: row[1] for row in found}


def handovers(connection: Connection, names: Sequence[str]) -> tuple[RowMapping, ...]:
    """All handovers of these conversations, in the order in which they were made."""
    found = select(HANDOVER).where(HANDOVER.c.conversation_id.in_(names))
    return tuple(connection.execute(found.order_by(HANDOVER.c.created_at, HANDOVER.c.id)).mappings())


def policies(connection: Connection) -> tuple[RowMapping, ...]:
    """Every policy that ever decided something, without its text: the newest first."""
    columns = (POLICY.c.hash, POLICY.c.name, POLICY.c.first_used_at)
    found = select(*columns).order_by(POLICY.c.first_used_at.desc(), POLICY.c.hash)
    return tuple(connection.execute(found).mappings())


def _conditions(search: Search) -> Iterator[ColumnElement[bool]]:
    yield from map(_said, search.words)
    if search.states:
        yield CONVERSATION.c.state.in_(search.states)
    if search.begin is not None:
        yield CONVERSATION.c.updated_at >= search.begin
    if search.end is not None:
        yield CONVERSATION.c.created_at <= search.end
    if search.trigger:
        named = f'"trigger_id":"{search.trigger}'
        yield _event(cast(EVENT.c.data, Text).contains(named, autoescape=True))
    if search.agent:
        roles = [role.value for role in ACTING]
        yield _event(EVENT.c.role.in_(roles), func.lower(EVENT.c.actor_id) == search.agent.lower())
    if search.breached:
        yield _event(EVENT.c.event == Event.SLA_BREACHED.value)
    if search.resolution:
        yield _of_it(HANDOVER, HANDOVER.c.resolution == search.resolution)


def _said(word: str) -> ColumnElement[bool]:
    told = [_holds(column, word) for column in (HANDOVER.c.reason, HANDOVER.c.reason_code, HANDOVER.c.outcome)]
    return or_(
        CONVERSATION.c.id == word,
        CONVERSATION.c.customer == word,
        _of_it(MESSAGE, _holds(MESSAGE.c.text, word)),
        _of_it(HANDOVER, or_(HANDOVER.c.id == word, *told)),
    )


def _holds(column: ColumnElement[Any], word: str) -> ColumnElement[bool]:
    """Whether the word stands in it, in small or capital letters: of letters beyond ASCII SQLite knows no capitals."""
    if word.isascii():
        return column.icontains(word, autoescape=True)
    forms = dict.fromkeys((word, word.lower(), word.upper(), word.capitalize()))
    return or_(*(column.icontains(form, autoescape=True) for form in forms))


def _event(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return _of_it(EVENT, *conditions)


def _of_it(table: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the conversation has such a row."""
    return exists().where(table.c.conversation_id == CONVERSATION.c.id, *conditions)
