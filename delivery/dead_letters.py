"""Dead letters: what a step that was given up still says, and where its words come from when it is replayed.

Operators list, copy and mail what was given up. So it keeps ids, names and codes, and none of the customer's words:
those stand in the conversation, and a replay takes them from there.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

from delivery.frozen import request_json, task_from, task_json
from delivery.words import closing, packet_text, with_files
from desks.port import Job, Request, Task
from store import queries, tickets
from store.connection import Connection
from store.records import DueStep

_EMPTIED = "emptied"
_SPOKEN = frozenset({Job.CUSTOMER_MESSAGE, Job.REPLY, Job.SAID, Job.CLOSE})
"""Jobs whose text is somebody's; that of the others is ours, but for packets."""
_OF_A_MESSAGE = _SPOKEN - {Job.CLOSE}


def without_words(step: DueStep) -> dict[str, Any]:
    """What is left of the step's task: nothing that a customer, or a person about a customer, has said."""
    if step.task.get(_EMPTIED):
        return dict(step.task)
    task = task_from(step.task)
    said = task.packet or task.job in _SPOKEN
    emptied = replace(task, text="" if said else task.text, customer="", packet={})
    return {**task_json(emptied), _EMPTIED: True, "had_packet": bool(task.packet)}


def whole_task(connection: Connection, step: DueStep) -> Task | None:
    """The step's task; of one that was given up, with its words as the conversation has them now.

    None if the conversation has them no more.
    """
    kept = dict(step.task)
    emptied, had_packet = kept.pop(_EMPTIED, False), kept.pop("had_packet", False)
    task = task_from(kept)
    if not emptied:
        return task
    handover = tickets.handover_by_id(connection, step.handover_id)
    message = queries.message(connection, step.conversation_id, task.message_id)
    if handover is None or (message is None and task.job in _OF_A_MESSAGE):
        return None
    task = replace(task, customer=queries.conversation(connection, step.conversation_id)["customer"])
    if message is not None:
        return replace(task, text=with_files(message.text, message.attachments))
    if had_packet:
        packet = handover.packet_json
        return replace(task, packet=packet, text=packet_text(packet) if task.job is Job.NOTE else "")
    return replace(task, text=closing(handover)) if task.job is Job.CLOSE else task


def fingerprint(request: Request | None) -> str:
    """SHA-256 of the request as it was frozen, in hex: what was tried can be recognised, not read. Empty for none."""
    if request is None:
        return ""
    whole = json.dumps(request_json(request), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()
