"""Commit 2: an outcome written whole, or nothing of it.

The first statement is a compare-and-set on the conversation's version. If the row has moved on since the outcome was
decided, StaleOutcome is raised and nothing is written: that is why the bot cannot speak after a person has claimed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, insert, update
from sqlalchemy.exc import IntegrityError

from conversation.given import GIVEN
from conversation.records import Happening, Outcome, StoredMessage
from conversation.speech import require_caused
from proof.chain import event_hash
from states.errors import Conflict
from states.vocabulary import Clock
from store import originals
from store.attempts import write_attempts
from store.covering import covers_of, message_columns, new_salt, touched_by
from store.database import Store
from store.outbox import write_outbox
from store.prepared import Prepared
from store.queries import CONVERSATION, EVENT, HANDOVER, MESSAGE, MESSAGE_COLUMNS
from store.records import Bound
from store.templates import require_approved
from store.timers import set_timers

_DECIDE = Prepared(
    update(MESSAGE)
    .where(MESSAGE.c.conversation_id == bindparam("conversation"), MESSAGE.c.id == bindparam("message"))
    .values(outcome_event_id=bindparam("event"))
)
_NEW = (
    "state", "language", "latched", "owner_id", "owner_role", "handover_id", "history", "pending_consent", "closed",
    "head_hash", "checkpoint_id", "policy_name", "policy_hash", "updated_at",
)  # fmt: skip
"""Columns of the conversation that an outcome sets."""
_OURS = CONVERSATION.c.lease_owner == bindparam("lease")
_BLINDLY = (
    update(CONVERSATION)
    .where(CONVERSATION.c.id == bindparam("conversation"))
    .values(
        {name: bindparam(f"new_{name}", type_=CONVERSATION.c[name].type) for name in _NEW}
        | {
            "version": CONVERSATION.c.version + 1,
            "next_seq": CONVERSATION.c.next_seq + bindparam("width"),
            "lease_until": case((_OURS, None), else_=CONVERSATION.c.lease_until),
            "lease_owner": case((_OURS, None), else_=CONVERSATION.c.lease_owner),
        }
    )
    .returning(CONVERSATION.c.next_seq, CONVERSATION.c.version)
)
_UNCHANGED = _BLINDLY.where(CONVERSATION.c.version == bindparam("expected"))
_ADVANCE_BLINDLY, _ADVANCE = Prepared(_BLINDLY), Prepared(_UNCHANGED)
# A message that comes in moves no version; the number that it takes from the same row tells that it is there.
_ADVANCE_UNHEARD = Prepared(_UNCHANGED.where(CONVERSATION.c.next_seq == bindparam("expected_seq")))
_RETURN = (
    update(MESSAGE)
    .where(MESSAGE.c.conversation_id == bindparam("conversation"), MESSAGE.c.id == bindparam("message"))
    .values(outcome_event_id=None)
)
_ADD_EVENTS, _ADD_MESSAGES = Prepared(insert(EVENT), EVENT.columns.keys()), Prepared(insert(MESSAGE), MESSAGE_COLUMNS)


@dataclass(frozen=True, kw_only=True)
class Committed:
    """What commit 2 made of an outcome."""

    version: int
    replies: tuple[StoredMessage, ...]
    """The messages as they lie in the transcript now."""


class StaleOutcome(Conflict):
    """The conversation has moved on since the outcome was decided; decide again."""


class AlreadyDone(Conflict):
    """This cause already has an outcome."""


class UnitOfWork:
    """Commit 2 for one store. `checkpoint` writes the run's buffered checkpoints on the same connection,
    `bound` is what the events say of the newest of them."""

    def __init__(self, store: Store, *, check_version: bool = True) -> None:
        self._store = store
        # Only the test that proves the check necessary turns it off.
        self._check_version = check_version

    def commit(
        self,
        outcome: Outcome,
        checkpoint: Callable[[Connection], None],
        bound: Bound | None,
        lease_owner: str | None,
    ) -> Committed:
        """Writes the outcome whole.

        Raises StaleOutcome if the conversation has moved on, AlreadyDone if the cause has an outcome already,
        SpeechRefused if it says something that is no effect of one of its events.
        """
        require_caused(outcome)
        try:
            said = _said(outcome)
            events = self._event_rows(outcome, bound, said)
            with self._store.write() as connection:
                seq, version = self._advance(connection, outcome, lease_owner, events[-1])
                if outcome.template is not None:
                    require_approved(connection, outcome.template)
                _ADD_EVENTS.run(connection, *(row | {"seq": seq + row["ordinal"]} for row in events))
                replies = _write_messages(connection, outcome, said, seq)
                _mask_messages(connection, outcome)
                if outcome.returned_message is not None:
                    returned = {"conversation": outcome.conversation_id, "message": outcome.returned_message}
                    connection.execute(_RETURN, returned)
                if outcome.attempts is not None and not write_attempts(connection, outcome.attempts):
                    raise StaleOutcome("another check of this customer's identity was made meanwhile; decide again")
                write_handover(connection, outcome)
                moved = any(one.source is not one.target for one in outcome.happenings) or outcome.closed
                if moved or Clock.IDLE not in outcome.timers:
                    # The idle clock is moved on when it runs out, not with every answer.
                    set_timers(connection, outcome.conversation_id, outcome.timers, outcome.at)
                write_outbox(connection, outcome)
                checkpoint(connection)
                return Committed(version=version, replies=replies)
        except IntegrityError as error:
            if "cause" not in str(error.orig):
                raise
            raise AlreadyDone(
                f"{outcome.cause!r} of conversation {outcome.conversation_id!r} has an outcome already"
            ) from error

    def _event_rows(
        self, outcome: Outcome, bound: Bound | None, said: tuple[StoredMessage, ...]
    ) -> list[dict[str, Any]]:
        """The events of the outcome, chained to the head at the expected version; all but their `seq`."""
        rows, prev_hash, last = [], outcome.prev_hash, len(outcome.happenings) - 1
        for ordinal, happening in enumerate(outcome.happenings):
            row = _event_row(outcome, happening, ordinal, bound)
            if ordinal == last:
                row["covers"] = covers_of(outcome, row["salt"], said, self._touched(outcome))
            row |= {"prev_hash": prev_hash, "hash": event_hash(prev_hash, row)}
            prev_hash = row["hash"]
            rows.append(row)
        return rows

    def _touched(self, outcome: Outcome) -> dict[str, StoredMessage]:
        """The messages that it decides or masks; nothing else changes them, so they are read before the transaction."""
        known = {one.id: one for one in outcome.touched}
        if known.keys() >= outcome.masked.keys() and (outcome.message_id is None or outcome.message_id in known):
            return known
        with self._store.read() as connection:
            return touched_by(connection, outcome)

    def _advance(
        self, connection: Connection, outcome: Outcome, lease_owner: str | None, newest: dict[str, Any]
    ) -> tuple[int, int]:
        """Moves the row on, or refuses: the compare-and-set that every word to the customer passes."""
        width = len(outcome.happenings) + len(outcome.utterances)
        statement = _ADVANCE if self._check_version else _ADVANCE_BLINDLY
        heard: dict[str, Any] = {}
        if self._check_version and outcome.expected_seq is not None:
            statement, heard = _ADVANCE_UNHEARD, {"expected_seq": outcome.expected_seq}
        row = statement.first(
            connection,
            heard
            | {
                "conversation": outcome.conversation_id,
                "expected": outcome.expected_version,
                "width": width,
                "lease": lease_owner or "",
                "new_state": outcome.state.value,
                "new_language": outcome.language,
                "new_latched": outcome.latched,
                "new_owner_id": outcome.owner_id,
                "new_owner_role": outcome.owner_role.value if outcome.owner_role else None,
                "new_handover_id": outcome.handover_id,
                "new_history": dict(outcome.history),
                "new_pending_consent": outcome.pending_consent,
                "new_closed": outcome.closed,
                "new_head_hash": newest["hash"],
                "new_checkpoint_id": newest["checkpoint_id"],
                "new_policy_name": outcome.policy_name,
                "new_policy_hash": outcome.policy_hash,
                "new_updated_at": outcome.at,
            },
        )
        if row is None:
            raise StaleOutcome(
                f"conversation {outcome.conversation_id!r} is no longer at version {outcome.expected_version}; "
                "decide again"
            )
        return row["next_seq"] - width, row["version"]


def _said(outcome: Outcome) -> tuple[StoredMessage, ...]:
    """What is said, as it will lie in the transcript; its numbers are not known yet."""
    first = outcome.happenings[0].id
    return tuple(
        StoredMessage(
            id=f"{first}.{number}",
            seq=0,
            author=one.author.value,
            actor_id=one.actor_id,
            text=one.text,
            at=outcome.at,
            redactions=one.redactions,
            in_reply_to=outcome.message_id,
            citations=one.citations,
            effect=one.effect,
        )
        for number, one in enumerate(outcome.utterances)
    )


def _write_messages(
    connection: Connection, outcome: Outcome, said: tuple[StoredMessage, ...], first_seq: int
) -> tuple[StoredMessage, ...]:
    """Marks the customer's message as decided and adds what is said to the transcript, after the events."""
    if outcome.message_id is not None:
        first = outcome.happenings[0].id
        decided = {"conversation": outcome.conversation_id, "message": outcome.message_id, "event": first}
        _DECIDE.run(connection, decided)
    after = first_seq + len(outcome.happenings)
    said = tuple(replace(one, seq=after + number) for number, one in enumerate(said))
    if said:
        place = {one.id: first_seq + ordinal for ordinal, one in enumerate(outcome.happenings)}
        rows = (
            message_columns(outcome.conversation_id, message) | {"event_seq": place[one.event_id]}
            for message, one in zip(said, outcome.utterances, strict=True)
        )
        _ADD_MESSAGES.run(connection, *rows)
    return said


def _mask_messages(connection: Connection, outcome: Outcome) -> None:
    """Takes out of earlier messages what only a later one has shown to be private."""
    for message_id, (text, redactions) in outcome.masked.items():
        row = and_(MESSAGE.c.conversation_id == outcome.conversation_id, MESSAGE.c.id == message_id)
        connection.execute(update(MESSAGE).where(row).values(text=text, redactions=dict(redactions)))
    if outcome.masked:
        originals.forget(connection, outcome.conversation_id, outcome.masked)


def _event_row(outcome: Outcome, happening: Happening, ordinal: int, bound: Bound | None) -> dict[str, Any]:
    return {
        "id": happening.id, "conversation_id": outcome.conversation_id, "event": happening.event.value,
        "source": happening.source.value, "target": happening.target.value, "role": happening.role.value,
        "actor_id": happening.actor_id, "cause": outcome.cause, "ordinal": ordinal,
        "policy_hash": outcome.policy_hash, "checkpoint_id": bound.id if bound is not None else None,
        "checkpoint_hash": bound.hash if bound is not None else None, "data": _data(happening), "at": outcome.at,
        "salt": new_salt(), "sealed": None, "covers": None,
    }  # fmt: skip


def _data(happening: Happening) -> dict[str, Any]:
    """What the event keeps: what was decided, and what on. Nothing that came in can stand for the latter."""
    return {**happening.data, **({GIVEN: dict(happening.given)} if happening.given else {})}


def write_handover(connection: Connection, outcome: Outcome) -> None:
    """The handover that opens, or what changes of the open one."""
    after, before = outcome.handover, outcome.handover_before
    if after is None:
        return
    if before is None:
        connection.execute(insert(HANDOVER).values(after.to_row()))
        return
    changed = after.changes_since(before)
    if changed:
        connection.execute(update(HANDOVER).where(HANDOVER.c.id == before.id).values(changed))
