"""Effects become steps: what a commit asked for is put to every destination, in one transaction per conversation.

A process expands only what its own destinations can do something for. The rest stays in its row: another process may
have the destination, or a later start of this one.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import partial

from delivery.settle import Filing, Places
from delivery.undeliverable import GRACE, is_outdated, newest_pages, say_undeliverable
from service.system import System
from states.errors import StoreError
from store import outbox
from store.tickets import handover_by_id

AT_ONCE = 100
"""Conversations in one go."""
AGAIN = timedelta(seconds=60)
"""When an effect that waits for a destination is looked at again: its case may be closed, or another team's."""

log = logging.getLogger("handrail.delivery")


class Expansion:
    """Expands what waits. Any number of processes may; which effects wait for a destination is each one's own view."""

    def __init__(self, system: System, places: Places, link: str = "") -> None:
        self._system, self._places, self._link = system, places, link
        self._set_aside: dict[str, datetime] = {}
        self._looked_at: datetime | None = None

    def __call__(self) -> int:
        """Expands what can be expanded; how many effects."""
        done = 0
        for conversation_id in self._waiting() if self._places else ():
            try:
                done += self._expand_one(conversation_id)
            except StoreError:
                raise
            except Exception as error:  # noqa: BLE001  safety boundary: the effects stay; the clocks call a person to them
                log.error("not expanded", extra={"conversation": conversation_id, "error": type(error).__name__})
        self._watch()
        return done

    def _waiting(self) -> list[str]:
        now = self._system.clock.now()
        with self._system.store.read() as connection:
            queued = outbox.effects_in_queue(connection)
        self._set_aside = {one: self._set_aside[one] for one, _ in queued if one in self._set_aside}
        new = (conversation for one, conversation in queued if self._set_aside.get(one, now) <= now)
        return list(dict.fromkeys(new))[:AT_ONCE]

    def _expand_one(self, conversation_id: str) -> int:
        now, waits, done = self._system.clock.now(), [], 0
        with self._system.store.write() as connection:
            conversation = outbox.hold_conversation(connection, conversation_id, patient=False)
            if conversation is None:
                return 0  # Another worker is at it.
            head = partial(self._system.head_for, connection, conversation_id)
            filing = Filing(connection, conversation, self._places, now, self._link, head)
            effects = outbox.queued_effects(connection, conversation_id)
            newest = newest_pages(effects)
            for effect in effects:
                if is_outdated(effect, newest):
                    outbox.effect_expanded(connection, effect.id, (), now, "outdated")
                elif not filing.expand(effect):
                    waits.append(effect.id)
                    continue
                done += 1
        self._system.keep_head()
        self._set_aside |= dict.fromkeys(waits, now + AGAIN)
        return done

    def _watch(self) -> None:
        """What somebody must hear of and no process has taken up in time is undeliverable, whatever the reason."""
        now = self._system.clock.now()
        if self._looked_at is not None and timedelta() <= now - self._looked_at < GRACE / 4:
            return
        self._looked_at = now
        with self._system.store.read() as connection:
            overdue = outbox.overdue_effects(connection, now - GRACE)
        for effect in overdue:
            with self._system.store.write() as connection:
                handover = handover_by_id(connection, effect.payload.get("handover_id", ""))
                if handover is not None and outbox.mark_undeliverable(connection, effect.id):
                    say_undeliverable(effect, handover)
