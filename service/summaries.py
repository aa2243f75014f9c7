"""Summaries that a model writes once a handover is durable: beside the turn, never before it.

The handover goes out with the extractive summary; what the model has to say follows as an event (docs/decisions/0007).
Without a module of its own a slow model would stand between a customer in danger and the queue.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from conversation.inbound import Inbound, Kind
from handover.packet.case import CaseTurn
from handover.packet.model_summary import MAX_TURNS
from service.parts import Parts
from states.errors import DependencyFault, HandrailError
from states.vocabulary import Event, Role
from store import queries
from store.database import Store

DEADLINE_S = 20.0
"""For one summary: nobody waits for it, but an answer after that would find the agent at work."""
AT_ONCE = 4
"""Summaries under way in one process."""

log = logging.getLogger("handrail.summarising")
Record = Callable[[str, Inbound], object]
"""Commits an inbound event of a conversation."""


class Summaries:
    """Finds handovers whose summary is due and lets the model write them, in threads of the services' pool.

    Whether one is due lies in the handover's row, so any process may take it up after a crash. Two that do so at once
    waste a call; the event's cause lets one of them write.
    """

    def __init__(self, store: Store, record: Record) -> None:
        self._store = store
        self._record = record
        self._lock = threading.Lock()
        self._under_way: set[str] = set()

    def start(self, parts: Parts) -> int:
        """Begins what is due and not under way here; how many. Returns at once."""
        if parts.summariser is None:
            return 0
        with self._store.read() as connection:
            due = queries.summaries_due(connection, AT_ONCE)
        return sum(self._begin(parts, row["conversation_id"], row["id"], row["language"]) for row in due)

    def _begin(self, parts: Parts, conversation_id: str, handover_id: str, language: str) -> bool:
        with self._lock:
            if handover_id in self._under_way or len(self._under_way) >= AT_ONCE:
                return False
            self._under_way.add(handover_id)
        parts.models.pool.submit(self._work, parts, conversation_id, handover_id, language)
        return True

    def _work(self, parts: Parts, conversation_id: str, handover_id: str, language: str) -> None:
        try:
            data = self._written(parts, conversation_id, language)
            self._record(conversation_id, _inbound(handover_id, data))
        except HandrailError as error:
            # Closed meanwhile, or the database is away: then it is due still and tried again.
            log.warning("summary not kept", extra={"conversation": conversation_id, "error": type(error).__name__})
        except Exception as error:  # noqa: BLE001  safety boundary: the extractive summary stands; the thread lives on
            log.error("summary broke", extra={"conversation": conversation_id, "error": type(error).__name__})
        finally:
            with self._lock:
                self._under_way.discard(handover_id)

    def _written(self, parts: Parts, conversation_id: str, language: str) -> dict[str, Any]:
        """What the event records: the claims, or why there are none."""
        writer = parts.summariser
        if writer is None:
            raise DependencyFault("not_configured", "no model is configured for summaries")
        with self._store.read() as connection:
            messages = queries.transcript(connection, conversation_id, MAX_TURNS)
        turns = tuple(CaseTurn(seq=one.seq, author=one.author, text=one.text, at=one.at) for one in messages)
        try:
            summary = writer.write(turns, language, parts.rules.redacted, DEADLINE_S)
        except DependencyFault as fault:
            return {"model": writer.name, "fault": fault.kind}
        except Exception as error:  # noqa: BLE001  safety boundary: recorded, and the extractive summary stands
            return {"model": writer.name, "fault": f"broken_{type(error).__name__}"}
        return {
            "model": summary.model,
            "claims": [{"claim": one.claim, "turns": list(one.turns)} for one in summary.claims],
            "dropped": [{"claim": o.claim, "turns": list(o.turns), "why": o.why.value} for o in summary.dropped],
        }


def _inbound(handover_id: str, data: dict[str, Any]) -> Inbound:
    return Inbound(kind=Kind.SUMMARY, id=handover_id, event=Event.PACKET_UPDATED, role=Role.SYSTEM, data=data)
