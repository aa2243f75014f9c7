"""The unit of work: the two commits of a turn, and nothing else writes.

Commit 1 (`receive`) makes a customer's message durable and takes the lease. Commit 2 (`commit`) writes an outcome
whole, if the version it was decided on is still the version of the row; otherwise StaleOutcome, and nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from states.errors import Conflict, ConversationClosed, MessageConflict, NotFound
from states.table import CLOCKS, INITIAL
from states.vocabulary import Clock, Effect, Event, State
from store import queries
from store.database import Store
from store.ledger import GENESIS, event_hash
from store.queries import CONVERSATION, EVENT, HANDOVER, MESSAGE, OUTBOX, POLICY, TIMER
from store.records import DueEffect, Happening, Incoming, Outcome, Received

QUEUED = frozenset(
    {
        Effect.DELIVER_HANDOVER,
        Effect.FORWARD_MESSAGE,
        Effect.RAISE_SEVERITY,
        Effect.RENOTIFY,
        Effect.PAGE,
        Effect.NOTIFY_CLAIMED,
        Effect.CLOSE_HANDOVER,
    }
)
"""Effects that leave the database and are therefore outbox rows; all others are rows of the same commit."""


class StaleOutcome(Conflict):
    """The conversation has moved on since the outcome was decided; decide again."""


class AlreadyDone(Conflict):
    """This cause already has an outcome."""


def create(
    connection: Connection,
    *,
    conversation_id: str,
    channel: str,
    language: str,
    customer: str,
    channel_facts: dict[str, Any],
    policy_name: str,
    policy_hash: str,
    idle_until: datetime,
    now: datetime,
) -> bool:
    """Writes a new conversation; False if there is one of that id already, which stays as it is."""
    row = {
        "id": conversation_id, "state": INITIAL.value, "version": 0, "next_seq": 1, "channel": channel,
        "language": language, "customer": customer, "channel_facts": channel_facts, "history": {}, "latched": False,
        "policy_name": policy_name, "policy_hash": policy_hash, "head_hash": GENESIS, "closed": False,
        "created_at": now, "updated_at": now,
    }  # fmt: skip
    try:
        with connection.begin_nested():
            connection.execute(insert(CONVERSATION).values(row))
    except IntegrityError:
        return False
    clock, event = CLOCKS[INITIAL]
    _set_timers(connection, conversation_id, {clock: (event, idle_until)})
    return True


def remember_policy(connection: Connection, policy_hash: str, name: str, canonical: str, now: datetime) -> None:
    """Keeps a policy's text under its hash; does nothing if it is known."""
    if queries.policy_text(connection, policy_hash) is None:
        row = {"hash": policy_hash, "name": name, "canonical": canonical, "first_used_at": now}
        connection.execute(insert(POLICY).values(row))


def receive(connection: Connection, incoming: Incoming, lease_owner: str, lease_s: float) -> Received:
    """Commit 1: the message durable, once per id, and the lease taken if it is free.

    Raises NotFound, MessageConflict (same id, other body) or ConversationClosed; nothing is written then.
    """
    # The sequence number is taken by an update first, so that two receivers of one id queue up behind each other.
    taken = connection.execute(
        update(CONVERSATION)
        .where(CONVERSATION.c.id == incoming.conversation_id)
        .values(next_seq=CONVERSATION.c.next_seq + 1)
        .returning(CONVERSATION.c.next_seq, CONVERSATION.c.closed)
    ).first()
    if taken is None:
        raise NotFound(f"there is no conversation {incoming.conversation_id!r}; create it first, or check the id")
    known = queries.message(connection, incoming.conversation_id, incoming.id)
    if known is not None:
        return _known(connection, incoming, known.outcome_event_id, lease_owner, lease_s)
    if taken.closed:
        raise ConversationClosed(
            f"conversation {incoming.conversation_id!r} is resolved and its reopen window has ended; "
            "create a new conversation"
        )
    connection.execute(insert(MESSAGE).values(_customer_row(incoming, taken.next_seq - 1)))
    leased = take_lease(connection, incoming.conversation_id, lease_owner, incoming.at, lease_s)
    return Received(repeated=False, decided=False, leased=leased)


def _known(
    connection: Connection, incoming: Incoming, outcome_event_id: str | None, lease_owner: str, lease_s: float
) -> Received:
    stored = connection.execute(
        select(MESSAGE.c.body_hash, MESSAGE.c.author).where(
            MESSAGE.c.conversation_id == incoming.conversation_id, MESSAGE.c.id == incoming.id
        )
    ).one()
    if stored.author != "customer" or stored.body_hash != incoming.body_hash:
        raise MessageConflict(
            f"message id {incoming.id!r} was used before with another body; send a new message under a new id"
        )
    if outcome_event_id is not None:
        return Received(repeated=True, decided=True, leased=False)
    leased = take_lease(connection, incoming.conversation_id, lease_owner, incoming.at, lease_s)
    return Received(repeated=True, decided=False, leased=leased)


def _customer_row(incoming: Incoming, seq: int) -> dict[str, Any]:
    return {
        "conversation_id": incoming.conversation_id, "id": incoming.id, "seq": seq, "author": "customer",
        "actor_id": "", "text": incoming.text, "body_hash": incoming.body_hash,
        "redactions": dict(incoming.redactions), "citations": [], "at": incoming.at,
    }  # fmt: skip


def take_lease(connection: Connection, conversation_id: str, owner: str, now: datetime, seconds: float) -> bool:
    """Takes or renews the right to compute this conversation's turns; False if another holds it.

    Only an optimisation: two holders would waste work, and the version check would still let one outcome through.
    """
    free = or_(
        CONVERSATION.c.lease_owner.is_(None), CONVERSATION.c.lease_owner == owner, CONVERSATION.c.lease_until < now
    )
    taken = connection.execute(
        update(CONVERSATION)
        .where(and_(CONVERSATION.c.id == conversation_id, free))
        .values(lease_owner=owner, lease_until=now + timedelta(seconds=seconds))
    )
    return taken.rowcount == 1


def drop_lease(connection: Connection, conversation_id: str, owner: str) -> None:
    """Gives the lease back early, so that the next worker need not wait for it to run out."""
    connection.execute(
        update(CONVERSATION)
        .where(CONVERSATION.c.id == conversation_id, CONVERSATION.c.lease_owner == owner)
        .values(lease_owner=None, lease_until=None)
    )


class UnitOfWork:
    """Commit 2 for one store. `checkpoint` writes the run's buffered checkpoints on the same connection."""

    def __init__(self, store: Store, *, check_version: bool = True) -> None:
        self._store = store
        # Only the test that proves the check necessary turns it off.
        self._check_version = check_version

    def commit(
        self,
        outcome: Outcome,
        checkpoint: Callable[[Connection], None],
        checkpoint_id: str | None,
        lease_owner: str | None,
    ) -> int:
        """Writes the outcome whole and returns the new version.

        Raises StaleOutcome if the conversation has moved on, AlreadyDone if the cause has an outcome already.
        """
        try:
            with self._store.write() as connection:
                first_seq, version, prev_hash = self._advance(connection, outcome, lease_owner)
                head = self._write_events(connection, outcome, first_seq, prev_hash, checkpoint_id)
                connection.execute(
                    update(CONVERSATION).where(CONVERSATION.c.id == outcome.conversation_id).values(head_hash=head)
                )
                self._write_messages(connection, outcome, first_seq + len(outcome.happenings))
                write_handover(connection, outcome)
                _set_timers(connection, outcome.conversation_id, dict(outcome.timers))
                write_outbox(connection, outcome)
                checkpoint(connection)
                return version
        except IntegrityError as error:
            if "cause" not in str(error.orig):
                raise
            raise AlreadyDone(
                f"{outcome.cause!r} of conversation {outcome.conversation_id!r} has an outcome already"
            ) from error

    def _advance(self, connection: Connection, outcome: Outcome, lease_owner: str | None) -> tuple[int, int, str]:
        """Moves the row on, or refuses: the compare-and-set that every word to the customer passes."""
        width = len(outcome.happenings) + len(outcome.utterances)
        values: dict[str, Any] = {
            "state": outcome.state.value, "version": CONVERSATION.c.version + 1,
            "next_seq": CONVERSATION.c.next_seq + width, "language": outcome.language, "latched": outcome.latched,
            "owner_id": outcome.owner_id, "owner_role": outcome.owner_role.value if outcome.owner_role else None,
            "history": dict(outcome.history), "pending_exception": outcome.pending_exception,
            "closed": outcome.closed, "policy_name": outcome.policy_name, "policy_hash": outcome.policy_hash,
            "updated_at": outcome.at, "handover_id": _open_handover_id(outcome),
        }  # fmt: skip
        if outcome.handover_opened is None and "open" not in outcome.handover_changed:
            del values["handover_id"]
        if lease_owner is not None:
            values |= {"lease_owner": None, "lease_until": None}
        still = CONVERSATION.c.id == outcome.conversation_id
        if self._check_version:
            still = and_(still, CONVERSATION.c.version == outcome.expected_version)
        row = connection.execute(
            update(CONVERSATION)
            .where(still)
            .values(values)
            .returning(CONVERSATION.c.next_seq, CONVERSATION.c.version, CONVERSATION.c.head_hash)
        ).first()
        if row is None:
            raise StaleOutcome(
                f"conversation {outcome.conversation_id!r} is no longer at version {outcome.expected_version}; "
                "decide again"
            )
        return row.next_seq - width, row.version, row.head_hash

    def _write_events(
        self, connection: Connection, outcome: Outcome, seq: int, prev_hash: str, checkpoint_id: str | None
    ) -> str:
        rows = []
        for ordinal, happening in enumerate(outcome.happenings):
            row = _event_row(outcome, happening, seq + ordinal, ordinal, checkpoint_id)
            row |= {"prev_hash": prev_hash, "hash": event_hash(prev_hash, row)}
            prev_hash = row["hash"]
            rows.append(row)
        connection.execute(insert(EVENT), rows)
        return prev_hash

    def _write_messages(self, connection: Connection, outcome: Outcome, seq: int) -> None:
        if outcome.message_id is not None:
            connection.execute(
                update(MESSAGE)
                .where(MESSAGE.c.conversation_id == outcome.conversation_id, MESSAGE.c.id == outcome.message_id)
                .values(outcome_event_id=outcome.happenings[0].id)
            )
        rows = [
            {
                "conversation_id": outcome.conversation_id, "id": f"{outcome.happenings[0].id}.{number}",
                "seq": seq + number, "author": said.author, "actor_id": said.actor_id, "text": said.text,
                "body_hash": "", "redactions": dict(said.redactions), "in_reply_to": outcome.message_id,
                "citations": [dict(one) for one in said.citations], "at": outcome.at,
            }
            for number, said in enumerate(outcome.utterances)
        ]  # fmt: skip
        if rows:
            connection.execute(insert(MESSAGE), rows)


def _event_row(
    outcome: Outcome, happening: Happening, seq: int, ordinal: int, checkpoint_id: str | None
) -> dict[str, Any]:
    return {
        "id": happening.id, "conversation_id": outcome.conversation_id, "seq": seq, "event": happening.event.value,
        "source": happening.source.value, "target": happening.target.value, "role": happening.role.value,
        "actor_id": happening.actor_id, "cause": outcome.cause, "ordinal": ordinal,
        "policy_hash": outcome.policy_hash, "checkpoint_id": checkpoint_id, "data": dict(happening.data),
        "at": outcome.at,
    }  # fmt: skip


def _open_handover_id(outcome: Outcome) -> str | None:
    return None if outcome.handover_opened is None else str(outcome.handover_opened["id"])


def write_handover(connection: Connection, outcome: Outcome) -> None:
    """Changes to the open handover, and the one that opens."""
    if outcome.handover_changed:
        connection.execute(
            update(HANDOVER)
            .where(HANDOVER.c.conversation_id == outcome.conversation_id, HANDOVER.c.open)
            .values(dict(outcome.handover_changed))
        )
    if outcome.handover_opened is not None:
        connection.execute(insert(HANDOVER).values(dict(outcome.handover_opened)))


def _set_timers(connection: Connection, conversation_id: str, wanted: dict[Clock, tuple[Event, datetime]]) -> None:
    """Makes `wanted` the conversation's only running clocks; touches only what differs."""
    running = queries.timers(connection, conversation_id)
    stopped = [clock for clock in running if Clock(clock) not in wanted]
    if stopped:
        connection.execute(delete(TIMER).where(TIMER.c.conversation_id == conversation_id, TIMER.c.clock.in_(stopped)))
    for clock, (event, due_at) in wanted.items():
        if clock.value not in running:
            row = {"conversation_id": conversation_id, "clock": clock.value, "event": event.value, "due_at": due_at}
            connection.execute(insert(TIMER).values(row))
        elif running[clock.value] != due_at:
            connection.execute(
                update(TIMER)
                .where(TIMER.c.conversation_id == conversation_id, TIMER.c.clock == clock.value)
                .values(event=event.value, due_at=due_at)
            )


def write_outbox(connection: Connection, outcome: Outcome) -> None:
    """The effects that leave the database, as rows for the worker."""
    rows = [
        {
            "id": f"{happening.id}:{number}", "conversation_id": outcome.conversation_id, "effect": effect.value,
            "payload": dict(outcome.payloads.get(effect, {})), "status": "pending", "attempts": 0,
            "next_attempt_at": outcome.at, "created_at": outcome.at,
        }
        for happening in outcome.happenings
        for number, effect in enumerate(happening.effects)
        if effect in QUEUED
    ]  # fmt: skip
    if rows:
        connection.execute(insert(OUTBOX), rows)


def stop_timer(connection: Connection, conversation_id: str, clock: Clock, due_at: datetime) -> None:
    """Removes a timer that fired for nothing, unless it has been set anew since."""
    connection.execute(
        delete(TIMER).where(
            TIMER.c.conversation_id == conversation_id, TIMER.c.clock == clock.value, TIMER.c.due_at == due_at
        )
    )


def state_of(connection: Connection, conversation_id: str) -> State:
    """The state as the row has it now."""
    return State(queries.conversation(connection, conversation_id)["state"])


def lease_effects(
    connection: Connection, owner: str, now: datetime, seconds: float, limit: int
) -> tuple[DueEffect, ...]:
    """Leases due outbox rows to a worker; rows of a dead worker come back when their lease ends."""
    due = and_(
        OUTBOX.c.status == "pending",
        OUTBOX.c.next_attempt_at <= now,
        or_(OUTBOX.c.lease_owner.is_(None), OUTBOX.c.lease_until < now),
    )
    found = select(OUTBOX).where(due).order_by(OUTBOX.c.next_attempt_at, OUTBOX.c.id).limit(limit)
    rows = connection.execute(found.with_for_update(skip_locked=True)).mappings().all()
    if not rows:
        return ()
    connection.execute(
        update(OUTBOX)
        .where(OUTBOX.c.id.in_([row["id"] for row in rows]))
        .values(lease_owner=owner, lease_until=now + timedelta(seconds=seconds), attempts=OUTBOX.c.attempts + 1)
    )
    return tuple(
        DueEffect(
            id=row["id"],
            conversation_id=row["conversation_id"],
            effect=Effect(row["effect"]),
            payload=row["payload"],
            attempts=row["attempts"] + 1,
        )
        for row in rows
    )


def settle_effect(
    connection: Connection, effect_id: str, owner: str, *, receipt: dict[str, Any], retry_at: datetime | None = None
) -> None:
    """Records what became of an effect: done, or to be tried again at `retry_at`. Only its lease holder may."""
    values: dict[str, Any] = {"receipt": receipt, "lease_owner": None, "lease_until": None}
    values |= {"status": "done"} if retry_at is None else {"next_attempt_at": retry_at}
    connection.execute(update(OUTBOX).where(OUTBOX.c.id == effect_id, OUTBOX.c.lease_owner == owner).values(values))
