"""From outside in: signed webhooks and the poller leave hints, and every hint makes somebody look at the ticket.

A hint is never believed beyond that. The poller finds what no webhook told.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import cast

from conversation.handover import Handover
from delivery import words
from delivery.destinations import Destination
from delivery.reconcile import Reconciler
from delivery.settle import Places, act_id
from desks.port import Delivered, Hooked, Whispering
from service.system import System
from service.views import Actor
from states.errors import BadInput, BadSignature, Conflict, DependencyFault, NotFound, Refused, StoreError
from states.vocabulary import Event
from store import tickets
from store.records import WaitingHint
from store.tickets import handover_by_id

KEEP = timedelta(days=7)
"""How long a processed hint is kept, so that a repeat is known as one."""
AGAIN_S = (2.0, 300.0)
"""How soon a hint that could not be settled is looked into again: at first, and at the latest."""
MAX_BREAKS = 5
"""How often looking may break before a person is told to look."""
WATCH = timedelta(seconds=10)
"""How often it is looked whether changes were read."""
_HELD_S = 60.0

log = logging.getLogger("handrail.delivery")


class Inbound:
    """Receives hints and looks into them."""

    def __init__(self, system: System, places: Places, link: str = "") -> None:
        self._system, self._store, self._clock = system, system.store, system.clock
        self._places, self._link = places, link
        self._reconciler = Reconciler(system, places, link)
        self._began, self._watched_at = self._clock.now(), self._clock.now()

    def receive(self, name: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Keeps the hint of a webhook; False if this delivery was kept before.

        NotFound for a destination that takes none, BadSignature for a request that is not surely its own.
        """
        place = self._places.get(name)
        if place is None or not hasattr(place.desk, "verify"):
            raise NotFound("no such webhook; the path is /hooks/ and the name of a destination that sends some")
        now = self._clock.now()
        try:
            hint = cast(Hooked, place.desk).verify(headers, body, now)
        except Exception as error:  # safety boundary: whatever is wrong with a signature, it does not hold
            raise BadSignature(f"the webhook of {name!r} is not signed as it must be") from error
        if not _keepable(hint.delivery_id) or not _keepable(hint.ref):
            raise BadSignature(f"the webhook of {name!r} names no delivery or no ticket")
        with self._store.write() as connection:
            return tickets.keep_hint(connection, name, hint.delivery_id, hint.ref, now, hint.actor, hint.asks)

    def has_work(self, place: Destination) -> bool:
        """Whether it is time to read changes, or a hint waits."""
        now = self._clock.now()
        if place.gate.wait() > 0:
            return False
        with self._store.read() as connection:
            due = place.tickets is not None and tickets.is_poll_due(connection, place.name, now)
            return due or tickets.hint_waiting(connection, place.name, now)

    def poll(self, place: Destination) -> int:
        """Reads the changes since the last time, if it is time to; how many tickets changed."""
        desk, now = place.tickets, self._clock.now()
        if desk is None or place.gate.wait() > 0:
            return 0
        with self._store.write() as connection:
            cursor = tickets.begin_polling(connection, place.name, now, place.poll_s)
            if cursor is not None:
                tickets.forget_hints(connection, now - KEEP)
        if cursor is None or not place.gate.enter():
            return 0
        try:
            with place.gate.calling() as calls:
                changes = desk.changes(cursor)
        except DependencyFault as fault:
            place.gate.breaker.not_read(alive=calls.alive)
            log.warning("changes not read", extra={"destination": place.name, "kind": fault.kind})
            return 0
        except Exception:
            place.gate.breaker.failed()  # or a probe that broke would keep everybody out until it is forgotten
            raise
        place.gate.breaker.succeeded()
        with self._store.write() as connection:
            tickets.was_read(connection, place.name, self._clock.now())
            if changes.cursor != cursor and tickets.move_cursor(connection, place.name, cursor, changes.cursor):
                for ref in changes.refs:
                    tickets.keep_hint(connection, place.name, f"poll:{changes.cursor}:{ref}", ref, now)
        return len(changes.refs)

    def watch(self) -> None:
        """Makes a fault of every destination whose changes nobody has read for longer than its freshness allows.

        It is told on the case that is due first, by other destinations than this one, once an hour.
        """
        now = self._clock.now()
        if timedelta() <= now - self._watched_at < WATCH:
            return
        self._watched_at = now
        for place in self._places.values():
            if place.tickets is None:
                continue
            with self._store.read() as connection:
                read_at = tickets.read_at(connection, place.name)
                record = tickets.most_urgent(connection, place.name)
            since = max(read_at or self._began, self._began)  # what nobody read while nobody worked is read now
            if now - since <= timedelta(seconds=place.fresh_s):
                continue
            log.error("changes not read for too long", extra={"destination": place.name, "since": since.isoformat()})
            if record is not None:
                self._reconciler.tell(record, "changes_unread", f"{now:%Y-%m-%dT%H}")

    def follow_next(self, place: Destination) -> bool:
        """Looks into the hint that has waited longest; False if there is none, or it is not the time for calls."""
        if place.gate.wait() > 0:
            return False
        now = self._clock.now()
        with self._store.write() as connection:
            hint = tickets.take_hint(connection, place.name, now, _HELD_S)
        if hint is None or not place.gate.enter():
            return False
        settled = self._look(place, hint)
        with self._store.write() as connection:
            if settled:
                tickets.hint_processed(connection, hint, now, self._clock.now())
            else:
                seconds = min(AGAIN_S[0] * hint.attempts, AGAIN_S[1])
                tickets.hint_again(connection, hint, self._clock.now() + timedelta(seconds=seconds))
        return True

    def _look(self, place: Destination, hint: WaitingHint) -> bool:
        try:
            with place.gate.calling() as calls:
                settled = self._asked(place, hint) if hint.asks else self._reconciler.look(place, hint.ref)
        except DependencyFault as fault:
            place.gate.breaker.not_read(alive=calls.alive)
            log.warning("ticket not read", extra={"destination": place.name, "kind": fault.kind})
            if self._clock.now() - hint.received_at > timedelta(seconds=place.fresh_s) and not hint.asks:
                self._reconciler.tell_person(place, hint.ref, "ticket_unread")
            return False
        except StoreError:
            place.gate.breaker.failed()
            raise
        except Exception as error:  # noqa: BLE001  safety boundary: after some tries a person is told to look instead
            place.gate.breaker.failed()
            log.error("ticket not followed", extra={"destination": place.name, "error": type(error).__name__})
            return hint.attempts >= MAX_BREAKS and self._reconciler.tell_person(place, hint.ref, "not_followed")
        place.gate.breaker.succeeded()
        return settled

    # Where there is no ticket to look at

    def _asked(self, place: Destination, hint: WaitingHint) -> bool:
        """A button of a card: the person claims the case it shows, and is told what came of it."""
        person = place.known_person(hint.actor)
        with self._store.read() as connection:
            handover = handover_by_id(connection, hint.ref)
        if handover is None or hint.asks != Event.CLAIMED.value:
            return True
        if person is None:
            self._answer(place, hint, handover, words.NOT_NAMED)
            return True
        if not handover.open:
            # The conversation may have a new one by now; this card's button is not for that.
            self._answer(place, hint, handover, words.NOT_OPEN)
            return True
        role, name = person
        try:
            self._system.door.act(
                Actor(id=name, role=role), handover.conversation_id, Event.CLAIMED, origin=place.name,
                act_id=act_id(place.name, hint.ref, hint.asks, hint.delivery_id),
            )  # fmt: skip
        except (Refused, Conflict, BadInput):
            with self._store.read() as connection:
                now = handover_by_id(connection, hint.ref) or handover
            self._answer(place, hint, now, words.refused(now.owner_id or "", name))
            return True
        self._answer(place, hint, handover, words.YOURS)
        return True

    def _answer(self, place: Destination, hint: WaitingHint, handover: Handover, text: str) -> None:
        """Tells whoever clicked, and nobody else. A reply that is lost does no harm: the card shows how it stands."""
        if not hasattr(place.desk, "whisper"):
            return
        outcome = cast(Whispering, place.desk).whisper(hint.actor, f"{text} ({handover.id})")
        if not isinstance(outcome, Delivered):
            log.warning("click not answered", extra={"destination": place.name, "code": outcome.code})


def _keepable(text: str) -> bool:
    """Whether it names something: 1 to 200 printable characters."""
    return 0 < len(text) <= 200 and text.isprintable()
