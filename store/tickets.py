"""Where handovers are at destinations, how far each destination's changes were read, and the hints it sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from conversation.handover import Handover
from store.log import append_journal
from store.outbox import UNDELIVERABLE
from store.queries import CURSOR, HANDOVER, INBOX, OUTBOX, TICKET
from store.records import TicketRecord, WaitingHint

_INSERTS: dict[str, Any] = {"sqlite": sqlite_insert, "postgresql": postgresql_insert}
_RECORD = tuple(TicketRecord.__dataclass_fields__)


# Tickets


def ticket_of(connection: Connection, handover_id: str, destination: str) -> TicketRecord | None:
    """The ticket of a handover at a destination."""
    return _ticket(connection, TICKET.c.handover_id == handover_id, TICKET.c.destination == destination)


def ticket_by_ref(connection: Connection, destination: str, ref: str) -> TicketRecord | None:
    """The ticket that a destination calls so; None if it is none of ours."""
    return _ticket(connection, TICKET.c.destination == destination, TICKET.c.ref == ref)


def _ticket(connection: Connection, *which: Any) -> TicketRecord | None:
    row = connection.execute(select(TICKET).where(*which)).mappings().first()
    return TicketRecord(**{name: row[name] for name in _RECORD}) if row else None


def known_at(connection: Connection, handover_id: str, destination: str) -> datetime | None:
    """When a handover's ticket was last read as its own, or made."""
    found = select(TICKET.c.updated_at).where(TICKET.c.handover_id == handover_id, TICKET.c.destination == destination)
    at: datetime | None = connection.execute(found).scalar()
    return at


def add_ticket(connection: Connection, ticket: TicketRecord, now: datetime) -> None:
    """Keeps where a handover is; what is there already stays."""
    row = {name: getattr(ticket, name) for name in _RECORD} | {"created_at": now, "updated_at": now}
    connection.execute(_INSERTS[connection.dialect.name](TICKET).values(row).on_conflict_do_nothing())


def change_ticket(
    connection: Connection,
    ticket: TicketRecord,
    now: datetime,
    *,
    any_revision: bool = False,
    seen: bool = True,
    **changes: Any,
) -> bool:
    """Changes what is known of a ticket; False if somebody changed it since `ticket` was read. `seen`: it was read."""
    same = and_(TICKET.c.destination == ticket.destination, TICKET.c.ref == ticket.ref)
    if not any_revision:
        same = and_(same, TICKET.c.revision == ticket.revision)
    values = {**changes, "revision": TICKET.c.revision + 1, **({"updated_at": now} if seen else {})}
    return connection.execute(update(TICKET).where(same).values(values)).rowcount == 1


def deliveries(connection: Connection, handover_id: str) -> tuple[dict[str, Any], ...]:
    """Where a handover was or is to be delivered: one entry for each destination, by name."""
    counted = (
        select(OUTBOX.c.destination, OUTBOX.c.status, func.count())
        .where(OUTBOX.c.handover_id == handover_id)
        .group_by(OUTBOX.c.destination, OUTBOX.c.status)
    )
    found: dict[str, dict[str, Any]] = {}
    for destination, status, count in connection.execute(counted):
        found.setdefault(destination, {})[status] = int(count)
    placed = select(TICKET).where(TICKET.c.handover_id == handover_id)
    tickets = {row["destination"]: row for row in connection.execute(placed).mappings()}
    known = tuple(
        {
            "destination": name,
            "ref": tickets[name]["ref"] if name in tickets else "",
            "link": tickets[name]["link"] if name in tickets else "",
            "status": tickets[name]["status"] if name in tickets else "",
            "pending": found.get(name, {}).get("pending", 0),
            "dead": found.get(name, {}).get("dead", 0),
        }
        for name in sorted({*found, *tickets})
    )
    return (*_to_nobody(connection, handover_id), *known)


def _to_nobody(connection: Connection, handover_id: str) -> Iterator[dict[str, Any]]:
    """What somebody must hear of and no destination can perform, as an entry that no destination's name can have."""
    lost = (
        select(OUTBOX.c.effect, func.count())
        .where(OUTBOX.c.status == "pending", OUTBOX.c.destination == "", OUTBOX.c.last_code == UNDELIVERABLE)
        .where(OUTBOX.c.payload["handover_id"].as_string() == handover_id)
        .group_by(OUTBOX.c.effect)
        .order_by(OUTBOX.c.effect)
    )
    for effect, count in connection.execute(lost):
        what = f"{effect} ×{count}" if count > 1 else effect
        yield {
            "destination": "(nobody)", "ref": what, "link": "", "status": UNDELIVERABLE, "pending": 0, "dead": 0,
        }  # fmt: skip


def handover_by_id(connection: Connection, handover_id: str) -> Handover | None:
    """A handover by its id."""
    row = connection.execute(select(HANDOVER).where(HANDOVER.c.id == handover_id)).mappings().first()
    return Handover.from_row(dict(row)) if row else None


# Cursors


def is_poll_due(connection: Connection, destination: str, now: datetime) -> bool:
    """Whether it is time to read a destination's changes."""
    found = select(CURSOR.c.next_poll_at).where(CURSOR.c.destination == destination)
    next_poll_at = connection.execute(found).scalar()
    return next_poll_at is None or next_poll_at <= now


def read_at(connection: Connection, destination: str) -> datetime | None:
    """When a destination's changes were last read; None if never."""
    found = select(CURSOR.c.next_poll_at).where(CURSOR.c.destination == _reading(destination))
    at: datetime | None = connection.execute(found).scalar()
    return at


def was_read(connection: Connection, destination: str, now: datetime) -> None:
    """Keeps when a destination's changes were read."""
    row = {"destination": _reading(destination), "cursor": "", "next_poll_at": now}
    adding = _INSERTS[connection.dialect.name](CURSOR).values(row)
    connection.execute(adding.on_conflict_do_update(index_elements=["destination"], set_={"next_poll_at": now}))


def _reading(destination: str) -> str:
    """A row of its own beside the destination's: the cursor's own time says when to read next, not what came of it.

    No destination's name has a colon.
    """
    return f"{destination}:read"


def most_urgent(connection: Connection, destination: str) -> TicketRecord | None:
    """Of the open cases with a ticket at a destination, the one that is due first."""
    found = (
        select(TICKET)
        .join(HANDOVER, HANDOVER.c.id == TICKET.c.handover_id)
        .where(TICKET.c.destination == destination, HANDOVER.c.open)
        .order_by(HANDOVER.c.claim_due_at, HANDOVER.c.id)
        .limit(1)
    )
    row = connection.execute(found).mappings().first()
    return TicketRecord(**{name: row[name] for name in _RECORD}) if row else None


def begin_polling(connection: Connection, destination: str, now: datetime, seconds: float) -> str | None:
    """The cursor to read changes from, if it is time to; None if it is not, or another worker has just begun."""
    first = {"destination": destination, "cursor": "", "next_poll_at": now}
    connection.execute(_INSERTS[connection.dialect.name](CURSOR).values(first).on_conflict_do_nothing())
    due = and_(CURSOR.c.destination == destination, CURSOR.c.next_poll_at <= now)
    moved = update(CURSOR).where(due).values(next_poll_at=now + timedelta(seconds=seconds)).returning(CURSOR.c.cursor)
    row = connection.execute(moved).first()
    return str(row[0]) if row else None


def move_cursor(connection: Connection, destination: str, old: str, new: str) -> bool:
    """Everything up to `new` is kept as hints; False if another worker was faster."""
    same = and_(CURSOR.c.destination == destination, CURSOR.c.cursor == old)
    return connection.execute(update(CURSOR).where(same).values(cursor=new)).rowcount == 1


# Hints


def keep_hint(
    connection: Connection, destination: str, delivery_id: str, ref: str, now: datetime, actor: str = "", asks: str = ""
) -> bool:
    """Keeps a hint, and that it came in the journal of the house; False if this delivery was kept before."""
    row = {
        "destination": destination, "delivery_id": delivery_id, "ref": ref, "actor": actor, "asks": asks,
        "received_at": now, "next_attempt_at": now, "attempts": 0,
    }  # fmt: skip
    added = connection.execute(_INSERTS[connection.dialect.name](INBOX).values(row).on_conflict_do_nothing())
    if added.rowcount != 1:
        return False
    append_journal(connection, "", "hint", {name: row[name] for name in ("destination", "delivery_id", "ref")}, now)
    return True


def take_hint(connection: Connection, destination: str, now: datetime, seconds: float) -> WaitingHint | None:
    """The hint that has waited longest; for `seconds` nobody else takes it."""
    waiting = and_(INBOX.c.destination == destination, INBOX.c.processed_at.is_(None), INBOX.c.next_attempt_at <= now)
    found = select(INBOX).where(waiting).order_by(INBOX.c.received_at, INBOX.c.delivery_id).limit(1)
    row = connection.execute(found.with_for_update(skip_locked=True)).mappings().first()
    if row is None:
        return None
    later = {"next_attempt_at": now + timedelta(seconds=seconds), "attempts": row["attempts"] + 1}
    connection.execute(update(INBOX).where(_this(destination, row["delivery_id"])).values(later))
    return WaitingHint(
        destination=destination, delivery_id=row["delivery_id"], ref=row["ref"], actor=row["actor"], asks=row["asks"],
        attempts=row["attempts"] + 1, received_at=row["received_at"],
    )  # fmt: skip


def hint_waiting(connection: Connection, destination: str, now: datetime) -> bool:
    """Whether there is a hint to look into."""
    waiting = and_(INBOX.c.destination == destination, INBOX.c.processed_at.is_(None), INBOX.c.next_attempt_at <= now)
    return connection.execute(select(INBOX.c.ref).where(waiting).limit(1)).first() is not None


def hint_processed(connection: Connection, hint: WaitingHint, read_at: datetime, now: datetime) -> None:
    """Ends a hint, and every other one to look at the same ticket that had come before it was read."""
    same = and_(INBOX.c.destination == hint.destination, INBOX.c.ref == hint.ref, INBOX.c.asks == "")
    older = and_(same, INBOX.c.received_at < read_at) if not hint.asks else INBOX.c.delivery_id == ""
    both = _this(hint.destination, hint.delivery_id) | older
    connection.execute(update(INBOX).where(both, INBOX.c.processed_at.is_(None)).values(processed_at=now))


def hint_again(connection: Connection, hint: WaitingHint, at: datetime) -> None:
    """Looks into a hint again at `at`."""
    connection.execute(update(INBOX).where(_this(hint.destination, hint.delivery_id)).values(next_attempt_at=at))


def forget_hints(connection: Connection, before: datetime) -> int:
    """Drops processed hints that are older; how many."""
    return connection.execute(delete(INBOX).where(INBOX.c.processed_at < before)).rowcount


def _this(destination: str, delivery_id: str) -> Any:
    return and_(INBOX.c.destination == destination, INBOX.c.delivery_id == delivery_id)
