"""Reads: snapshots for deciding, transcripts and timelines for people."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    RowMapping,
    Text,
    and_,
    bindparam,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
)

from conversation.handover import Handover
from conversation.records import Snapshot, StoredMessage
from handover.packet.attachment import Attachment
from states.errors import NotFound
from states.table import ANSWERING
from states.vocabulary import Effect, Event, Role, State
from store.prepared import Prepared
from store.rows.conversation import (
    ConversationRow,
    EventRow,
    HandoverRow,
    MessageRow,
    OriginalRow,
    PolicyRow,
    TimerRow,
)
from store.rows.log import JournalRow, LeafRow, TreeHeadRow
from store.rows.outside import DeskCursorRow, InboxRow, OutboxRow, TicketRow
from store.rows.people import AttemptsRow, PresenceRow

CONVERSATION = ConversationRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
MESSAGE = MessageRow.__table__  # type: ignore[attr-defined]
EVENT = EventRow.__table__  # type: ignore[attr-defined]
HANDOVER = HandoverRow.__table__  # type: ignore[attr-defined]
TIMER = TimerRow.__table__  # type: ignore[attr-defined]
OUTBOX = OutboxRow.__table__  # type: ignore[attr-defined]
ATTEMPTS = AttemptsRow.__table__  # type: ignore[attr-defined]
PRESENCE = PresenceRow.__table__  # type: ignore[attr-defined]
TICKET = TicketRow.__table__  # type: ignore[attr-defined]
CURSOR = DeskCursorRow.__table__  # type: ignore[attr-defined]
INBOX = InboxRow.__table__  # type: ignore[attr-defined]
ORIGINAL = OriginalRow.__table__  # type: ignore[attr-defined]
POLICY = PolicyRow.__table__  # type: ignore[attr-defined]
JOURNAL = JournalRow.__table__  # type: ignore[attr-defined]
LEAF = LeafRow.__table__  # type: ignore[attr-defined]
TREE_HEAD = TreeHeadRow.__table__  # type: ignore[attr-defined]

MESSAGE_COLUMNS = tuple(column.key for column in MESSAGE.columns if column.key != "outcome_event_id")
"""The columns that a new message sets; its outcome comes later."""
CUSTOMER_COLUMNS = tuple(name for name in MESSAGE_COLUMNS if name not in ("event_seq", "effect"))
"""The same for a customer's message, which no event says."""
WINDOW = 8
"""Messages of the transcript that a run may see."""

PENDING = and_(MESSAGE.c.author == "customer", MESSAGE.c.outcome_event_id.is_(None))
# Statements of every turn are built once: building them costs more CPU than SQLite needs to execute them.
_ID: BindParameter[str] = bindparam("id")
_SNAPSHOT = select(CONVERSATION).where(CONVERSATION.c.id == _ID)
_OPENED_BY = Prepared(select(CONVERSATION.c.opened_by).where(CONVERSATION.c.id == _ID))
_RECENT = Prepared(select(MESSAGE).where(MESSAGE.c.conversation_id == _ID).order_by(MESSAGE.c.seq.desc()).limit(WINDOW))
_OLDEST_PENDING = Prepared(
    select(MESSAGE).where(MESSAGE.c.conversation_id == _ID, PENDING).order_by(MESSAGE.c.seq).limit(1)
)
_OF_CHECKPOINT = Prepared(
    select(EVENT)
    .where(EVENT.c.conversation_id == _ID, EVENT.c.checkpoint_id == bindparam("checkpoint"))
    .order_by(EVENT.c.seq.desc())
    .limit(1)
)
_NEWEST_HANDOVER = (
    select(HANDOVER)
    .where(HANDOVER.c.conversation_id == _ID)
    .order_by(HANDOVER.c.open.desc(), HANDOVER.c.created_at.desc(), HANDOVER.c.id.desc())
    .limit(1)
)

_CUSTOMERS = select(MESSAGE.c.seq).where(MESSAGE.c.conversation_id == _ID, MESSAGE.c.author == "customer")
_THIS = _CUSTOMERS.where(MESSAGE.c.id == bindparam("message")).scalar_subquery()
_BEFORE_THIS = (
    select(func.max(MESSAGE.c.seq))
    .where(MESSAGE.c.conversation_id == _ID, MESSAGE.c.author == "customer", MESSAGE.c.seq < _THIS)
    .scalar_subquery()
)
_RETURNED = select(EVENT.c.seq).where(
    EVENT.c.conversation_id == _ID, EVENT.c.seq == MESSAGE.c.event_seq, EVENT.c.cause.startswith("returned:")
)
_SAID_BEFORE = Prepared(
    select(MESSAGE)
    .where(MESSAGE.c.conversation_id == _ID, MESSAGE.c.author != "customer")
    .where(or_(MESSAGE.c.in_reply_to.is_(None), _RETURNED.exists()), MESSAGE.c.seq < _THIS)
    .where(MESSAGE.c.seq > func.coalesce(_BEFORE_THIS, -1))
    .order_by(MESSAGE.c.seq)
)
_LAST_SAID = (
    select(MESSAGE.c.text)
    .where(MESSAGE.c.conversation_id == HANDOVER.c.conversation_id, MESSAGE.c.author == "customer")
    .order_by(MESSAGE.c.seq.desc())
    .limit(1)
    .scalar_subquery()
)
LINES = (
    select(
        *(HANDOVER.c[name] for name in (
            "id", "conversation_id", "reason_code", "reason", "severity", "team", "language", "waiting_since",
            "claim_due_at", "resolve_due_at", "skills", "closed_at", "resolution",
        )),
        CONVERSATION.c.state.label("conversation_state"),
        CONVERSATION.c.owner_id.label("owner"),
        CONVERSATION.c.channel,
        CONVERSATION.c.customer,
        HANDOVER.c.packet["why", "triggers"].label("triggers"),
        func.coalesce(_LAST_SAID, "").label("last_message"),
    )
    .join(CONVERSATION, CONVERSATION.c.id == HANDOVER.c.conversation_id)
)  # fmt: skip
"""What a line of the queue says of a handover."""


def snapshot(connection: Connection, conversation_id: str) -> Snapshot:
    """What a run decides on. NotFound if there is no such conversation."""
    return snapshot_of(connection, conversation(connection, conversation_id))


def snapshot_of(connection: Connection, row: Mapping[str, Any] | RowMapping) -> Snapshot:
    """The same from a row that was read already."""
    conversation_id = row["id"]
    pending = _OLDEST_PENDING.first(connection, {"id": conversation_id})
    recent = _RECENT.all(connection, {"id": conversation_id})
    decided = [one for one in reversed(recent) if one["author"] != "customer" or one["outcome_event_id"]]
    return Snapshot(
        **{name: row[name] for name in _COPIED},
        state=State(row["state"]),
        owner_role=Role(row["owner_role"]) if row["owner_role"] else None,
        window=tuple(message_of(one) for one in decided),
        pending=message_of(pending) if pending else None,
        handover=_handover_for(connection, row),
        returned=_returned(connection, row),
        timers=timers(connection, conversation_id) if row["latched"] or row["state"] == State.RESOLVED else {},
    )


def _handover_for(connection: Connection, row: Mapping[str, Any] | RowMapping) -> Handover | None:
    found = newest_handover(connection, row["id"]) if row["latched"] or row["handover_id"] else None
    return Handover.from_row(dict(found)) if found is not None else None


def _returned(connection: Connection, row: Mapping[str, Any] | RowMapping) -> Handover | None:
    """Read only for the few conversations that came back from a person."""
    if row["latched"] or not row["history"].get("returned"):
        return None
    found = newest_handover(connection, row["id"])
    return Handover.from_row(dict(found)) if found is not None else None


_COPIED = (
    "id", "version", "channel", "language", "customer", "channel_facts", "history", "latched", "owner_id",
    "pending_consent", "policy_name", "policy_hash", "head_hash", "checkpoint_id", "closed", "created_at",
    "updated_at", "next_seq", "opened_by", "customer_key", "follows",
)  # fmt: skip


def conversation(connection: Connection, conversation_id: str) -> RowMapping:
    """The conversation's row. NotFound if there is none."""
    row = connection.execute(_SNAPSHOT, {"id": conversation_id}).mappings().first()
    if row is None:
        raise NotFound(f"there is no conversation {conversation_id!r}; create it first, or check the id")
    return row


def opened_by(connection: Connection, conversation_id: str) -> str | None:
    """The channel that opened a conversation, empty for none; None if there is no such conversation."""
    row = _OPENED_BY.first(connection, {"id": conversation_id})
    return str(row["opened_by"]) if row is not None else None


def message_of(row: Mapping[str, Any] | RowMapping) -> StoredMessage:
    """A transcript row as a value."""
    return StoredMessage(
        id=row["id"],
        seq=row["seq"],
        author=row["author"],
        actor_id=row["actor_id"],
        text=row["text"],
        at=row["at"],
        redactions=row["redactions"],
        in_reply_to=row["in_reply_to"],
        citations=tuple(row["citations"]),
        attachments=tuple(map(Attachment.from_json, row["attachments"] or ())),
        outcome_event_id=row["outcome_event_id"],
        late=row["late"],
        effect=Effect(row["effect"]) if row["effect"] else None,
        automatic=row["automatic"] or "",
        body_hash=row["body_hash"],
    )


def transcript(connection: Connection, conversation_id: str, newest: int | None = None) -> tuple[StoredMessage, ...]:
    """All messages, or the `newest` ones, oldest first."""
    found = select(MESSAGE).where(MESSAGE.c.conversation_id == conversation_id).order_by(MESSAGE.c.seq.desc())
    rows = connection.execute(found.limit(newest)).mappings().all()
    return tuple(message_of(row) for row in reversed(rows))


def length(connection: Connection, conversation_id: str) -> int:
    """How many messages the transcript has."""
    found = select(func.count()).select_from(MESSAGE).where(MESSAGE.c.conversation_id == conversation_id)
    return int(connection.execute(found).scalar_one())


def message(connection: Connection, conversation_id: str, message_id: str) -> StoredMessage | None:
    """One message by its id."""
    found = select(MESSAGE).where(MESSAGE.c.conversation_id == conversation_id, MESSAGE.c.id == message_id)
    row = connection.execute(found).mappings().first()
    return message_of(row) if row else None


def newest_of_customer(connection: Connection, conversation_id: str, prefix: str = "") -> StoredMessage | None:
    """The customer's newest message, decided or not, of those whose ids begin so."""
    found = (
        select(MESSAGE)
        .where(MESSAGE.c.conversation_id == conversation_id, MESSAGE.c.author == "customer")
        .where(MESSAGE.c.id.startswith(prefix, autoescape=True))
        .order_by(MESSAGE.c.seq.desc())
        .limit(1)
    )
    row = connection.execute(found).mappings().first()
    return message_of(row) if row else None


def written_after(connection: Connection, conversation_id: str, seq: int) -> tuple[StoredMessage, ...]:
    """The customer's messages after a number, decided or not, oldest first; what a machine wrote is none of theirs."""
    found = (
        select(MESSAGE)
        .where(MESSAGE.c.conversation_id == conversation_id, MESSAGE.c.author == "customer", MESSAGE.c.seq > seq)
        .where(MESSAGE.c.automatic.is_(None))
        .order_by(MESSAGE.c.seq)
    )
    return tuple(message_of(row) for row in connection.execute(found).mappings())


def said_before(connection: Connection, conversation_id: str, message_id: str) -> tuple[StoredMessage, ...]:
    """What was said to the customer between their message before this one and this one, in answer to neither; or in
    answer to one that a person left to the assistant, which had its answer before."""
    found = _SAID_BEFORE.all(connection, {"id": conversation_id, "message": message_id})
    return tuple(message_of(row) for row in found)


def said_at(connection: Connection, places: Collection[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """The texts of messages by conversation and number."""
    place = tuple_(MESSAGE.c.conversation_id, MESSAGE.c.seq)
    found = select(MESSAGE.c.conversation_id, MESSAGE.c.seq, MESSAGE.c.text).where(place.in_(places))
    return {(row[0], row[1]): row[2] for row in connection.execute(found)} if places else {}


def replies_to(connection: Connection, conversation_id: str, message_id: str) -> tuple[StoredMessage, ...]:
    """What was said in answer to a customer's message."""
    found = (
        select(MESSAGE)
        .where(MESSAGE.c.conversation_id == conversation_id, MESSAGE.c.in_reply_to == message_id)
        .order_by(MESSAGE.c.seq)
    )
    return tuple(message_of(row) for row in connection.execute(found).mappings())


def events(connection: Connection, conversation_id: str, newest: int | None = None) -> tuple[RowMapping, ...]:
    """The event log, or its `newest` part, oldest first."""
    found = select(EVENT).where(EVENT.c.conversation_id == conversation_id).order_by(EVENT.c.seq.desc())
    return tuple(reversed(connection.execute(found.limit(newest)).mappings().all()))


def first_event_of(connection: Connection, conversation_id: str, cause: str) -> RowMapping | None:
    """The first event a cause led to, if it was handled before."""
    found = select(EVENT).where(
        EVENT.c.conversation_id == conversation_id, EVENT.c.cause == cause, EVENT.c.ordinal == 0
    )
    return connection.execute(found).mappings().first()


def event_of_checkpoint(connection: Connection, conversation_id: str, checkpoint_id: str) -> dict[str, Any] | None:
    """The newest event that was committed with this checkpoint."""
    return _OF_CHECKPOINT.first(connection, {"id": conversation_id, "checkpoint": checkpoint_id})


def has_events(connection: Connection, conversation_id: str) -> bool:
    """Whether anything has happened in a conversation of this id."""
    found = select(EVENT.c.seq).where(EVENT.c.conversation_id == conversation_id).limit(1)
    return connection.execute(found).first() is not None


def with_events(connection: Connection) -> tuple[str, ...]:
    """The ids of all conversations in which anything has happened, in their order."""
    found = select(EVENT.c.conversation_id).distinct().order_by(EVENT.c.conversation_id)
    return tuple(connection.execute(found).scalars())


def conversation_of_act(connection: Connection, act_id: str, actor_id: str, event: Event) -> str | None:
    """The open case of this person in which they did this under this id, if there is one."""
    found = (
        select(EVENT.c.conversation_id)
        .join(HANDOVER, HANDOVER.c.conversation_id == EVENT.c.conversation_id)
        .where(HANDOVER.c.open, HANDOVER.c.owner_id == actor_id)
        .where(EVENT.c.cause == f"act:{act_id}", EVENT.c.actor_id == actor_id, EVENT.c.event == event.value)
    )
    name: str | None = connection.execute(found.limit(1)).scalar()
    return name


def newest_handover(connection: Connection, conversation_id: str) -> RowMapping | None:
    """The open handover, or the newest closed one."""
    return connection.execute(_NEWEST_HANDOVER, {"id": conversation_id}).mappings().first()


def handover_of(connection: Connection, conversation_id: str) -> Handover | None:
    """The same as a value."""
    found = newest_handover(connection, conversation_id)
    return Handover.from_row(dict(found)) if found is not None else None


def summaries_due(connection: Connection, limit: int) -> tuple[RowMapping, ...]:
    """Open handovers whose summary a model has not been asked for yet, oldest first: id and conversation."""
    found = (
        select(HANDOVER.c.id, HANDOVER.c.conversation_id, HANDOVER.c.language)
        .where(HANDOVER.c.open, HANDOVER.c.summary_due)
        .order_by(HANDOVER.c.created_at)
        .limit(limit)
    )
    return tuple(connection.execute(found).mappings())


def conversations(
    connection: Connection, limit: int, before: tuple[datetime, str] | None = None
) -> tuple[RowMapping, ...]:
    """The conversations that changed last, newest first: those that come after a change of a conversation."""
    found = select(CONVERSATION).order_by(CONVERSATION.c.updated_at.desc(), CONVERSATION.c.id.desc()).limit(limit)
    if before is not None:
        found = found.where(_change(*before) > _CHANGED)
    return tuple(connection.execute(found).mappings())


def held(connection: Connection, begin: int, limit: int) -> tuple[tuple[RowMapping, ...], int]:
    """Conversations in which the assistant may speak, the newest change first, and how many there are."""
    speaks = and_(CONVERSATION.c.state.in_(tuple(ANSWERING)), CONVERSATION.c.closed.is_(False))
    found = select(CONVERSATION).where(speaks).order_by(CONVERSATION.c.updated_at.desc(), CONVERSATION.c.id)
    total = connection.execute(select(func.count()).select_from(CONVERSATION).where(speaks)).scalar_one()
    return tuple(connection.execute(found.offset(begin).limit(limit)).mappings()), int(total)


def asking(connection: Connection, begin: int, limit: int) -> tuple[tuple[RowMapping, ...], int]:
    """Some conversations in which something waits for a second person, oldest first, and how many there are."""
    # A consent that was withdrawn may be the JSON null, which is no NULL.
    text = cast(CONVERSATION.c.pending_consent, Text)
    waits = and_(CONVERSATION.c.pending_consent.is_not(null()), text != "null", CONVERSATION.c.closed.is_(False))
    found = select(CONVERSATION).where(waits).order_by(CONVERSATION.c.updated_at, CONVERSATION.c.id)
    total = connection.execute(select(func.count()).select_from(CONVERSATION).where(waits)).scalar_one()
    return tuple(connection.execute(found.offset(begin).limit(limit)).mappings()), int(total)


_CHANGED = tuple_(CONVERSATION.c.updated_at, CONVERSATION.c.id)


def _change(at: datetime, conversation_id: str) -> ColumnElement[Any]:
    return tuple_(literal(at, CONVERSATION.c.updated_at.type), literal(conversation_id))


def timers(connection: Connection, conversation_id: str) -> dict[str, datetime]:
    """Running clocks: kind → due time."""
    found = select(TIMER.c.clock, TIMER.c.due_at).where(TIMER.c.conversation_id == conversation_id)
    return {row[0]: row[1] for row in connection.execute(found)}


def policy_texts(connection: Connection) -> tuple[tuple[str, str], ...]:
    """Hash and canonical text of every policy that ever decided something."""
    found = select(POLICY.c.hash, POLICY.c.canonical).order_by(POLICY.c.hash)
    return tuple((row[0], row[1]) for row in connection.execute(found))


def policy_text(connection: Connection, policy_hash: str) -> str | None:
    """The canonical text of a policy that once decided something."""
    text: str | None = connection.execute(select(POLICY.c.canonical).where(POLICY.c.hash == policy_hash)).scalar()
    return text
