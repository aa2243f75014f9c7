"""Rows as views: what people and programs outside may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from conversation.given import GIVEN
from conversation.records import StoredMessage
from handover.packet.case import OtherCase
from handover.people.presence import is_online
from policy.facts import default_facts
from service.views import (
    ConversationView,
    DeliveryView,
    EventView,
    HandoverView,
    KeptMask,
    MessageView,
    PersonView,
    QueueItem,
)
from states.vocabulary import Clock, Role, State
from store import joined, originals, queries, tickets
from store.connection import Connection, RowMapping
from store.presence import person_of
from triggers.history import History

SURROUNDING = 60
"""Characters of a message that a line of the queue shows on either side of the words that count."""


def message_view(message: StoredMessage, masks: tuple[KeptMask, ...] = ()) -> MessageView:
    """One message of the transcript; `masks` are those that may be lifted."""
    return MessageView(
        id=message.id,
        seq=message.seq,
        author=message.author,
        text=message.text,
        at=message.at,
        actor_id=message.actor_id,
        in_reply_to=message.in_reply_to,
        citations=message.citations,
        attachments=message.attachments,
        masks=masks,
    )


def transcript_views(
    connection: Connection, conversation_id: str, messages: Sequence[StoredMessage]
) -> tuple[MessageView, ...]:
    """Messages of one conversation, with the masks that may be lifted."""
    masks: dict[str, list[KeptMask]] = {}
    for one in originals.kept(connection, conversation_id):
        mask = KeptMask(number=one.number, kind=one.kind, start=one.mask_start, end=one.mask_end, until=one.delete_at)
        masks.setdefault(one.message_id, []).append(mask)
    return tuple(message_view(one, tuple(masks.get(one.id, ()))) for one in messages)


def _transcript(connection: Connection, conversation_id: str) -> tuple[MessageView, ...]:
    return transcript_views(connection, conversation_id, queries.transcript(connection, conversation_id))


def event_view(row: RowMapping) -> EventView:
    """One event of the log."""
    return EventView(
        id=row["id"],
        seq=row["seq"],
        event=row["event"],
        source=State(row["source"]),
        target=State(row["target"]),
        role=Role(row["role"]),
        actor_id=row["actor_id"],
        at=row["at"],
        policy_hash=row["policy_hash"],
        data={name: value for name, value in row["data"].items() if name != GIVEN},
    )


def handover_view(connection: Connection, row: RowMapping) -> HandoverView:
    """One handover with its packet, and where it was delivered."""
    names = (
        "id", "conversation_id", "open", "reason_code", "severity", "sla", "team", "language", "created_at",
        "claim_due_at", "resolve_due_at", "claimed_at", "owner_id", "outcome", "packet", "resolution",
        "verify_level", "verified_level", "attempts", "codes_sent", "regulated",
    )  # fmt: skip
    code = row["code"]
    return HandoverView(
        **{name: row[name] for name in names},
        steps_done=tuple(row["steps_done"]),
        steps_by=row["steps_by"] or {},
        deliveries=tuple(DeliveryView(**one) for one in tickets.deliveries(connection, row["id"])),
        code_expires_at=datetime.fromisoformat(code["expires_at"]) if code else None,
        code_typed=bool(code and code["typed"]),
    )


def conversation_view(connection: Connection, conversation_id: str, idle: timedelta | None = None) -> ConversationView:
    """A conversation as it is now, with transcript, log and packet."""
    return from_row(connection, queries.conversation(connection, conversation_id), idle, whole=True)


def from_row(
    connection: Connection, row: RowMapping, idle: timedelta | None = None, *, whole: bool
) -> ConversationView:
    """The same from a row that was read already; without transcript, log and packet unless `whole`.

    `idle` is how long a conversation may be quiet: the idle clock's row is moved on only when it runs out, so without
    it the idle clock shows when it will next be looked at.
    """
    conversation_id = row["id"]
    handover = queries.newest_handover(connection, conversation_id) if whole else None
    consent = row["pending_consent"]
    return ConversationView(
        id=conversation_id,
        state=State(row["state"]),
        version=row["version"],
        channel=row["channel"],
        language=row["language"],
        customer=row["customer"],
        latched=row["latched"],
        owner_id=row["owner_id"],
        owner_role=Role(row["owner_role"]) if row["owner_role"] else None,
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        closed=row["closed"],
        policy_name=row["policy_name"],
        policy_hash=row["policy_hash"],
        facts=_facts(row),
        messages=_transcript(connection, conversation_id) if whole else (),
        events=tuple(map(event_view, queries.events(connection, conversation_id))) if whole else (),
        handover=handover_view(connection, handover) if handover else None,
        timers=_timers(queries.timers(connection, conversation_id), row["updated_at"], idle) if whole else {},
        exception=consent if consent and consent["kind"] == "exception" else None,
        consent=consent,
        follows=row["follows"],
        others=joined.other_cases(connection, conversation_id) if whole else (),
        survey=History.from_json(row["history"]).survey if row["state"] == State.RESOLVED.value else "",
    )


def _timers(running: dict[str, datetime], last: datetime, idle: timedelta | None) -> dict[str, datetime]:
    if idle is None or Clock.IDLE.value not in running:
        return running
    return running | {Clock.IDLE.value: max(running[Clock.IDLE.value], last + idle)}


def _facts(row: RowMapping) -> dict[str, Any]:
    """The documented facts that the row knows; `message.*` and `answer.*` belong to a moment, not to a row."""
    defaults = {f"{group}.{name}": value for group, values in default_facts().items() for name, value in values.items()}
    known = {
        **History.from_json(row["history"]).facts(),
        **row["channel_facts"],
        "channel.name": row["channel"],
        "message.language": row["language"],
        "conversation.guarded": row["state"] == State.GUARDED.value,
    }
    return {name: known.get(name, value) for name, value in defaults.items() if not name.startswith("answer.")}


def queue_items(connection: Connection, rows: Sequence[RowMapping]) -> tuple[QueueItem, ...]:
    """Lines of the agents' queue, each with the words that called for a person."""
    led = {row["id"]: _led(row["triggers"]) for row in rows}
    said = queries.said_at(connection, {(row["conversation_id"], led[row["id"]][1]) for row in rows})
    return tuple(
        queue_item(row, led[row["id"]][0], said.get((row["conversation_id"], led[row["id"]][1]), "")) for row in rows
    )


def _led(triggers: Any) -> tuple[str, int]:
    """The first words that were found and the number of their message; no words where only a condition held."""
    notes = [one for one in triggers or () if isinstance(one, Mapping)]
    first = next((one for one in notes if one.get("quote")), notes[0] if notes else {})
    turn = first.get("turn")
    return str(first.get("quote") or ""), turn if isinstance(turn, int) else 0


def _around(said: str, quote: str) -> str:
    """So much of a message that the quote stands in what surrounds it."""
    at = max(0, said.find(quote) - SURROUNDING)
    begin = said.rfind(" ", 0, at) + 1 if at else 0
    cut = said[begin : begin + len(quote) + 2 * SURROUNDING]
    return f"{'… ' if begin else ''}{cut}{' …' if begin + len(cut) < len(said) else ''}"


def queue_item(row: RowMapping, quote: str = "", said: str = "") -> QueueItem:
    """One line of the agents' queue."""
    return QueueItem(
        channel=row["channel"],
        customer=row["customer"],
        quote=quote,
        said=_around(said, quote),
        resolve_due_at=row["resolve_due_at"],
        closed_at=row["closed_at"],
        resolution=row["resolution"] or "",
        handover_id=row["id"],
        conversation_id=row["conversation_id"],
        state=State(row["conversation_state"]),
        reason_code=row["reason_code"],
        reason=row["reason"],
        severity=row["severity"],
        team=row["team"],
        language=row["language"],
        waiting_since=row["waiting_since"],
        claim_due_at=row["claim_due_at"],
        owner_id=row["owner"],
        last_message=row["last_message"][:200],
        skills=tuple(row["skills"]),
    )


def beside(connection: Connection, items: Sequence[QueueItem]) -> tuple[QueueItem, ...]:
    """The same lines, each with the other open cases of its customer."""
    found = joined.open_beside(connection, [one.conversation_id for one in items])
    nothing: tuple[int, list[OtherCase]] = (0, [])
    return tuple(
        replace(one, also_open=tuple(others), also_open_total=total)
        for one in items
        for total, others in (found.get(one.conversation_id, nothing),)
    )


def person_view(row: RowMapping, now: datetime, within: timedelta) -> PersonView:
    """Somebody at the desk, as of now."""
    person = person_of(row)
    return PersonView(
        id=person.id,
        role=person.role,
        teams=person.teams,
        skills=person.skills,
        languages=person.languages,
        capacity=person.capacity,
        available=person.available,
        online=is_online(person, now, within),
        seen_at=row["seen_at"],
        workload=person.workload,
    )
