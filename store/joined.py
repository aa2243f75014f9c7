"""Cases of one customer, as far as the channel says that it is one: beside a case in the queue, and in its packet.

Two conversations are joined if the same channel opened both and gave the same reference of a customer, or if one names
the other as what it follows. Who is not known is nobody: without a channel or a reference, or where the reference had
to be masked, there is no key, and nothing is joined.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, RowMapping, case, func, or_, select

from handover.packet.case import OtherCase
from policy.schema import Severity
from store.queries import CONVERSATION, HANDOVER

MOST = 10
"""Other cases of a packet; open ones first, then the newest."""
BESIDE = 3
"""Other open cases that a line of the queue names, the most severe first; the others are only counted."""
MINE, OTHER = CONVERSATION.alias("mine"), CONVERSATION.alias("other")
_RANK = case(
    *((HANDOVER.c.severity == severity.value, rank) for rank, severity in enumerate(Severity)), else_=0
)  # an unknown severity is looked at first
_SAME = or_(OTHER.c.customer_key == MINE.c.customer_key, OTHER.c.id == MINE.c.follows, OTHER.c.follows == MINE.c.id)
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


def other_cases(connection: Connection, conversation_id: str) -> tuple[OtherCase, ...]:
    """The cases of the same customer in other conversations: open ones first, then the newest."""
    found = (
        select(*_TOLD)
        .select_from(MINE)
        .join(OTHER, _SAME)
        .join(HANDOVER, HANDOVER.c.conversation_id == OTHER.c.id)
        .where(MINE.c.id == conversation_id, OTHER.c.id != MINE.c.id)
        .order_by(HANDOVER.c.open.desc(), HANDOVER.c.created_at.desc(), HANDOVER.c.id)
        .limit(MOST)
    )
    return tuple(_other(row) for row in connection.execute(found).mappings())


def open_beside(connection: Connection, conversations: Collection[str]) -> Mapping[str, tuple[int, list[OtherCase]]]:
    """For each of these conversations how many other cases of its customer are open, and the first of them."""
    of = MINE.c.id.label("of")
    place = func.row_number().over(partition_by=MINE.c.id, order_by=(_RANK, HANDOVER.c.created_at, HANDOVER.c.id))
    every = (
        select(of, *_TOLD, place.label("place"), func.count().over(partition_by=MINE.c.id).label("total"))
        .select_from(MINE)
        .join(OTHER, _SAME)
        .join(HANDOVER, HANDOVER.c.conversation_id == OTHER.c.id)
        .where(MINE.c.id.in_(conversations), OTHER.c.id != MINE.c.id, HANDOVER.c.open)
        .subquery()
    )
    beside: dict[str, tuple[int, list[OtherCase]]] = {}
    for row in connection.execute(select(every).where(every.c.place <= BESIDE).order_by(every.c.place)).mappings():
        beside.setdefault(row["of"], (row["total"], []))[1].append(_other(row))
    return beside


def _other(row: RowMapping | Mapping[str, Any]) -> OtherCase:
    return OtherCase(
        handover_id=row["handover_id"], conversation_id=row["conversation_id"], state=row["state"], open=row["open"],
        reason_code=row["reason_code"], reason=row["reason"], severity=row["severity"], team=row["team"],
        opened_at=row["opened_at"], closed_at=row["closed_at"], resolution=row["resolution"] or "",
    )  # fmt: skip
