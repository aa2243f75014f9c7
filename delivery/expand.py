"""Effects become steps: what a commit asked for is put to every destination, in one transaction per conversation."""

from __future__ import annotations

import logging

from delivery.settle import Filing, Places
from service.system import System
from states.errors import StoreError
from store import steps

AT_ONCE = 100
"""Conversations in one go."""

log = logging.getLogger("handrail.delivery")


def expand(system: System, places: Places, link: str = "") -> int:
    """Expands what waits; how many effects. With no destinations each is simply done: the case is in our own queue."""
    with system.store.read() as connection:
        waiting = steps.conversations_with_effects(connection, AT_ONCE)
    done = 0
    for conversation_id in waiting:
        try:
            done += _expand_one(system, places, conversation_id, link)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001  safety boundary: the effects stay; the clocks call a person to them
            log.error("not expanded", extra={"conversation": conversation_id, "error": type(error).__name__})
    return done


def _expand_one(system: System, places: Places, conversation_id: str, link: str) -> int:
    with system.store.write() as connection:
        conversation = steps.hold_conversation(connection, conversation_id, patient=False)
        if conversation is None:
            return 0  # Another worker is at it.
        filing = Filing(connection, conversation, places, system.clock.now(), link)
        effects = steps.queued_effects(connection, conversation_id)
        for effect in effects:
            filing.expand(effect)
        return len(effects)
