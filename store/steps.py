"""Steps toward destinations: made from an effect in one transaction, leased one at a time, settled with a receipt."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from store.log import append_journal
from store.outbox import RELEASED
from store.queries import OUTBOX, TICKET
from store.records import DueStep, NewStep

_INSERTS: dict[str, Any] = {"sqlite": sqlite_insert, "postgresql": postgresql_insert}
BURIED = "no_ticket"
"""The word for a step that was given up because the ticket it builds on was."""
LONGEST_PAUSE = timedelta(minutes=20)
"""Longer than any lease or pause of `delivery`'s own. Where a server asked for more, it is asked again at a start."""

# Writing steps


def last_step(connection: Connection, handover_id: str, destination: str) -> tuple[str | None, int]:
    """The id of the newest step that others wait for, and how many there are of a handover toward a destination.

    Their order is that of the numbers in their markers: the caller holds the conversation. Nothing waits for a code.
    """
    found = (
        select(OUTBOX.c.id, OUTBOX.c.number, OUTBOX.c.job)
        .where(OUTBOX.c.handover_id == handover_id, OUTBOX.c.destination == destination)
        .order_by(OUTBOX.c.number.desc())
    )
    rows = connection.execute(found).all()
    return next((row[0] for row in rows if row[2] != "code"), None), int(rows[0][1]) if rows else 0


def is_dead(connection: Connection, handover_id: str, destination: str, job: str) -> bool:
    """Whether the handover's step of this job toward a destination was given up."""
    found = _of(handover_id, destination, job).where(OUTBOX.c.status == "dead")
    return connection.execute(found.limit(1)).first() is not None


def has_step(connection: Connection, handover_id: str, destination: str, job: str) -> bool:
    """Whether a handover has a step of this job toward a destination."""
    return connection.execute(_of(handover_id, destination, job).limit(1)).first() is not None


def has_steps(connection: Connection, handover_id: str, besides: Collection[str] = ()) -> bool:
    """Whether any destination was ever asked for something for a handover, jobs aside that tell nobody of it."""
    found = select(OUTBOX.c.id).where(OUTBOX.c.handover_id == handover_id, OUTBOX.c.job.not_in(besides))
    return connection.execute(found.limit(1)).first() is not None


def destinations_of(connection: Connection, handover_id: str, job: str) -> frozenset[str]:
    """The destinations that were given this job for a handover."""
    found = select(OUTBOX.c.destination).where(OUTBOX.c.handover_id == handover_id, OUTBOX.c.job == job)
    return frozenset(row[0] for row in connection.execute(found))


def _of(handover_id: str, destination: str, job: str) -> Select[Any]:
    return select(OUTBOX.c.id).where(
        OUTBOX.c.handover_id == handover_id, OUTBOX.c.destination == destination, OUTBOX.c.job == job
    )


def followers(connection: Connection, handover_id: str, destination: str) -> tuple[DueStep, ...]:
    """The steps of a handover that still wait for their turn at a destination, in their order."""
    found = (
        select(OUTBOX)
        .where(OUTBOX.c.handover_id == handover_id, OUTBOX.c.destination == destination, OUTBOX.c.status == "pending")
        .order_by(OUTBOX.c.number)
    )
    return tuple(
        DueStep(
            **{name: row[name] for name in _COPIED}, task=row["payload"], attempts=row["attempts"], unsure=row["unsure"]
        )
        for row in connection.execute(found).mappings()
    )


def bury(connection: Connection, tasks: Mapping[str, Mapping[str, Any]], now: datetime) -> None:
    """Gives up steps that cannot be performed any more, because the one they build on was given up.

    `tasks`: step → what is left of its task.
    """
    for step_id, task in tasks.items():
        values = {"status": "dead", "last_code": BURIED, "settled_at": now, **_emptied(task), **RELEASED}
        waiting = and_(OUTBOX.c.id == step_id, OUTBOX.c.status == "pending")
        connection.execute(update(OUTBOX).where(waiting).values(values))


def add_step(connection: Connection, step: NewStep, number: int, now: datetime) -> bool:
    """Writes a step; False if it is there already, by its id or as the handover's only OPEN."""
    row = {
        "id": step.id, "conversation_id": step.conversation_id, "effect": step.effect,
        "destination": step.destination, "job": step.job, "handover_id": step.handover_id, "after_id": step.after_id,
        "payload": dict(step.task), "request": dict(step.request) if step.request is not None else None,
        "status": "pending", "attempts": 0, "next_attempt_at": now, "created_at": now, "unsure": False,
        "last_code": "", "number": number,
    }  # fmt: skip
    adding = _INSERTS[connection.dialect.name](OUTBOX).values(row).on_conflict_do_nothing()
    return connection.execute(adding).rowcount == 1


# Performing them


def _due(destination: str, now: datetime, on_ticket: Collection[str]) -> ColumnElement[bool]:
    before = OUTBOX.alias("before")
    waits = select(before.c.id).where(before.c.id == OUTBOX.c.after_id, before.c.status == "pending").exists()
    ticket = (
        select(TICKET.c.ref)
        .where(TICKET.c.handover_id == OUTBOX.c.handover_id, TICKET.c.destination == OUTBOX.c.destination)
        .exists()
    )
    return and_(
        OUTBOX.c.destination == destination,
        OUTBOX.c.status == "pending",
        OUTBOX.c.next_attempt_at <= now,
        or_(OUTBOX.c.lease_owner.is_(None), OUTBOX.c.lease_until < now),
        ~waits,
        or_(OUTBOX.c.job.not_in(on_ticket), ticket),
    )


def is_due(connection: Connection, destination: str, now: datetime, on_ticket: Collection[str]) -> bool:
    """Whether a step toward the destination could be performed now."""
    found = select(OUTBOX.c.id).where(_due(destination, now, on_ticket)).limit(1)
    return connection.execute(found).first() is not None


def lease_step(
    connection: Connection, destination: str, owner: str, now: datetime, seconds: float, on_ticket: Collection[str]
) -> DueStep | None:
    """Leases the step that has been due longest. A job of `on_ticket` waits until there is a ticket.

    A step that a worker still held when it died comes back unsure: its attempt may have got through.
    """
    found = select(OUTBOX).where(_due(destination, now, on_ticket))
    found = found.order_by(OUTBOX.c.next_attempt_at, OUTBOX.c.id).limit(1)
    row = connection.execute(found.with_for_update(skip_locked=True)).mappings().first()
    if row is None:
        return None
    unsure = row["unsure"] or row["lease_owner"] is not None
    connection.execute(
        update(OUTBOX)
        .where(OUTBOX.c.id == row["id"])
        .values(
            lease_owner=owner, lease_until=now + timedelta(seconds=seconds), attempts=row["attempts"] + 1, unsure=unsure
        )
    )
    return DueStep(
        **{name: row[name] for name in _COPIED},
        task=row["payload"],
        attempts=row["attempts"] + 1,
        unsure=unsure,
        lease=owner,
        written=(row["receipt"] or {}).get("ref"),
    )


_COPIED = ("id", "conversation_id", "effect", "destination", "job", "handover_id", "request", "created_at")


def freeze(connection: Connection, step: DueStep, request: Mapping[str, Any]) -> bool:
    """Keeps the request before it is first sent; False if the lease was lost."""
    return _set(connection, step, {"request": dict(request)})


def hand_back(connection: Connection, step: DueStep, at: datetime, code: str) -> bool:
    """Returns a step that was not attempted, to be performed at `at`."""
    return _set(
        connection,
        step,
        {"attempts": step.attempts - 1, "next_attempt_at": at, "last_code": code, **RELEASED},
    )


def retry_step(
    connection: Connection,
    step: DueStep,
    *,
    at: datetime,
    code: str,
    unsure: bool,
    counts: bool,
    written: str | None = None,
) -> bool:
    """An attempt that did not do it, or may have: again at `at`. `counts`: it was one of those that are limited.

    `written`: where it was done, as the destination says; it could not be read back.
    """
    attempts = step.attempts if counts else step.attempts - 1
    values = {"attempts": attempts, "next_attempt_at": at, "last_code": code, "unsure": unsure, **RELEASED}
    values["receipt"] = {"ref": written} if written is not None else None
    return _set(connection, step, values)


def step_done(connection: Connection, step: DueStep, receipt: Mapping[str, Any], now: datetime) -> bool:
    """It happened. What it said is dropped: the conversation has it, and one copy of it is enough."""
    values = {
        "status": "done", "payload": {}, "request": None, "unsure": False, "last_code": "", "settled_at": now,
        "receipt": dict(receipt), **RELEASED,
    }  # fmt: skip
    return _set(connection, step, values) and _journaled(connection, step, "delivered", receipt, now)


def step_dead(
    connection: Connection,
    step: DueStep,
    task: Mapping[str, Any],
    receipt: Mapping[str, Any],
    code: str,
    now: datetime,
) -> bool:
    """Given up. `task` is what is left of it; the request goes, a replay makes it anew."""
    values = {
        "status": "dead", "last_code": code, "settled_at": now, "receipt": dict(receipt), **_emptied(task),
        **RELEASED,
    }  # fmt: skip
    return _set(connection, step, values) and _journaled(connection, step, "given_up", receipt, now)


def _journaled(connection: Connection, step: DueStep, kind: str, receipt: Mapping[str, Any], now: datetime) -> bool:
    """What became of a step stands in the journal of its conversation; nothing of what it said."""
    about = {"step": step.id, "job": step.job, "destination": step.destination, "handover": step.handover_id}
    append_journal(connection, step.conversation_id, kind, {**about, "receipt": dict(receipt)}, now)
    return True


def _emptied(task: Mapping[str, Any]) -> dict[str, Any]:
    return {"payload": dict(task), "request": None}


def _set(connection: Connection, step: DueStep, values: Mapping[str, Any]) -> bool:
    """Only the holder of the lease may; False for everybody else."""
    mine = and_(OUTBOX.c.id == step.id, OUTBOX.c.lease_owner == step.lease)
    return connection.execute(update(OUTBOX).where(mine).values(dict(values))).rowcount == 1


def catch_up(connection: Connection, now: datetime, jump: timedelta) -> int:
    """After the machine's time was set back by `jump`: what waits keeps the length it had left; how many steps do.

    Zero stands for a jump that nobody saw, as before a start: then only what waits longer than any retry is due now.
    """
    beyond = now if jump else now + LONGEST_PAUSE
    late = or_(OUTBOX.c.next_attempt_at > beyond, OUTBOX.c.lease_until > beyond)
    rows = connection.execute(select(OUTBOX).where(OUTBOX.c.status == "pending", late)).mappings().all()
    for row in rows:
        values: dict[str, Any] = {"next_attempt_at": _earlier(row["next_attempt_at"], now, beyond, jump)}
        if row["lease_until"] is not None:
            values["lease_until"] = _earlier(row["lease_until"], now, beyond, jump)
        same = and_(OUTBOX.c.id == row["id"], OUTBOX.c.next_attempt_at == row["next_attempt_at"])
        connection.execute(update(OUTBOX).where(same, OUTBOX.c.status == "pending").values(values))
    return len(rows)


def _earlier(at: datetime, now: datetime, beyond: datetime, jump: timedelta) -> datetime:
    if at <= beyond:
        return at
    return max(now, at - jump) if jump else now


def replay(connection: Connection, step_id: str | None, now: datetime) -> int:
    """Puts a dead step with what was buried for it, or with None all dead ones, back into the queue; how many.

    They are unsure: the last attempt may have got through.
    """
    dead = and_(OUTBOX.c.status == "dead", OUTBOX.c.destination != "")
    one = connection.execute(select(OUTBOX).where(dead, OUTBOX.c.id == step_id)).mappings().first()
    values = {"status": "pending", "attempts": 0, "next_attempt_at": now, "unsure": True, "settled_at": None}
    chosen = dead
    if step_id is not None:
        chosen = and_(dead, OUTBOX.c.id == step_id)
    if one is not None and one["job"] == "open":
        same = and_(OUTBOX.c.handover_id == one["handover_id"], OUTBOX.c.destination == one["destination"])
        chosen = or_(chosen, and_(dead, same, OUTBOX.c.last_code == BURIED))
    return connection.execute(update(OUTBOX).where(chosen).values(values)).rowcount
