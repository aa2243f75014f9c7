"""Cases of one customer, as far as the channel says that it is one: beside a case in the queue, and in its packet.

Two conversations are joined if the same channel opened both and gave the same reference of a customer, or if one names
the other as what it follows. Who is not known is nobody: without a channel or a reference, or where the reference had
to be masked, there is no key, and nothing is joined.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Subquery, select

from handover.deadlines.urgency import severity_rank
from handover.packet.case import OtherCase
from store.queries import CONVERSATION, HANDOVER

MOST = 10
"""Other cases of a packet; open ones first, then the newest."""
BESIDE = 3
"""Other open cases that a line of the queue names, the most severe first; the others are only counted."""
MOST_READ = 50
"""Open cases of one customer that are read for a line of the queue; of more it says so many."""
MINE, OTHER = CONVERSATION.alias("mine"), CONVERSATION.alias("other")
_TOLD = (
    HANDOVER.c.id.label("handover_id"), HANDOVER.c.conversation_id, HANDOVER.c.open, HANDOVER.c.reason_code,
    HANDOVER.c.reason, HANDOVER.c.severity, HANDOVER.c.team, HANDOVER.c.created_at.label("opened_at"),
    HANDOVER.c.closed_at, HANDOVER.c.resolution, OTHER.c.state,
)  # fmt: skip


def customer_key(opened_by: str, channel: str, given: str, kept: str) -> str | None:
    """What joins conversations of one customer; None for nobody. `kept` is the reference without what was masked."""
    if not opened_by or not given.strip() or given != kept:
        return None
    return hashlib.sha256(json.dumps([opened_by, channel, kept]).encode()).hexdigest()


def _pairs(conversations: Collection[str]) -> Subquery:
    """`of`, one of the conversations, and `beside`, another of its customer; each part has an index."""
    same = (
        select(MINE.c.id.label("of"), OTHER.c.id.label("beside"))
        .join(OTHER, OTHER.c.customer_key == MINE.c.customer_key)
        .where(MINE.c.id.in_(conversations), OTHER.c.id != MINE.c.id)
    )
    followed = select(MINE.c.id, MINE.c.follows).where(MINE.c.id.in_(conversations), MINE.c.follows.is_not(None))
    following = select(OTHER.c.follows, OTHER.c.id).where(OTHER.c.follows.in_(conversations))
    return same.union(followed, following).subquery("pair")


def other_cases(connection: Connection, conversation_id: str) -> tuple[OtherCase, ...]:
    """The cases of the same customer in other conversations: open ones first, then the newest."""
    pair = _pairs([conversation_id])
    found = (
        select(*_TOLD)
        .select_from(pair)
        .join(OTHER, OTHER.c.id == pair.c.beside)
        .join(HANDOVER, HANDOVER.c.conversation_id == OTHER.c.id)
        .order_by(HANDOVER.c.open.desc(), HANDOVER.c.created_at.desc(), HANDOVER.c.id)
        .limit(MOST)
    )
    return tuple(_other(row) for row in connection.execute(found).mappings())


def open_beside(connection: Connection, conversations: Collection[str]) -> Mapping[str, tuple[int, list[OtherCase]]]:
    """For each of these conversations how many other cases of its customer are open, and the first of them.

    One small read for each customer, of MOST_READ cases: a channel that calls everybody by one name slows nobody down.
    """
    asked = select(CONVERSATION.c.id, CONVERSATION.c.customer_key, CONVERSATION.c.follows)
    mine = connection.execute(asked.where(CONVERSATION.c.id.in_(conversations))).all()
    keys = {key for _, key, _ in mine if key is not None}
    of_customer = {key: _open(connection, OTHER.c.customer_key == key) for key in keys}
    followed = {follows for _, _, follows in mine if follows is not None}
    linked = _open(connection, OTHER.c.id.in_(followed)) if followed else []
    linked += _open(connection, OTHER.c.follows.in_(conversations))
    beside: dict[str, tuple[int, list[OtherCase]]] = {}
    for name, key, follows in mine:
        by_link = (one for after, one in linked if one.conversation_id == follows or after == name)
        same = (one for _, one in of_customer.get(key, ()))
        others = {one.handover_id: one for one in (*same, *by_link) if one.conversation_id != name}
        if others:
            beside[name] = len(others), sorted(others.values(), key=_weight)[:BESIDE]
    return beside


def _weight(one: OtherCase) -> tuple[int, datetime, str]:
    return severity_rank(one.severity), one.opened_at, one.handover_id


def _open(connection: Connection, which: ColumnElement[bool]) -> list[tuple[str | None, OtherCase]]:
    """Open cases of such conversations, each with the conversation that its own one follows."""
    found = (
        select(*_TOLD, OTHER.c.follows)
        .select_from(OTHER)
        .join(HANDOVER, HANDOVER.c.conversation_id == OTHER.c.id)
        .where(which, HANDOVER.c.open)
        .limit(MOST_READ)
    )
    return [(row["follows"], _other(row)) for row in connection.execute(found).mappings()]


def _other(row: RowMapping | Mapping[str, Any]) -> OtherCase:
    return OtherCase(
        handover_id=row["handover_id"], conversation_id=row["conversation_id"], state=row["state"], open=row["open"],
        reason_code=row["reason_code"], reason=row["reason"], severity=row["severity"], team=row["team"],
        opened_at=row["opened_at"], closed_at=row["closed_at"], resolution=row["resolution"] or "",
    )  # fmt: skip
