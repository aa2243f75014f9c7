"""Planned steps become rows: numbered, in order, with their task frozen. Called inside a transaction that holds the
conversation, so that two workers cannot give two steps one number."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from conversation.handover import Handover
from delivery import words
from delivery.dead_letters import whole_task, without_words
from delivery.destinations import ON_TICKET, Destination
from delivery.frozen import task_json
from delivery.plan import NEEDED, Case, Planned, has_audience, is_undeliverable, plan
from delivery.undeliverable import say_undeliverable, why_moot
from desks.port import TO_CUSTOMERS, Card, Job, Task
from states.vocabulary import Effect
from store import outbox, queries, steps
from store.connection import Connection, RowMapping
from store.records import DueStep, NewStep, QueuedEffect
from store.tickets import handover_by_id

Places = Mapping[str, Destination]


class Filing:
    """Writes the steps of one conversation."""

    def __init__(
        self,
        connection: Connection,
        conversation: RowMapping,
        places: Places,
        now: datetime,
        link: str,
        head: Callable[[], str] = str,
    ) -> None:
        self._connection, self._conversation = connection, conversation
        self._places, self._now, self._link, self._head = places, now, link, head

    def expand(self, effect: QueuedEffect) -> bool:
        """Asks every destination for what the effect means there, and marks it as done.

        False: it waits, because no destination of this process could do anything for it; then nothing is settled.
        """
        handover = self._handover_of(effect.payload)
        moot = why_moot(effect, handover, self._now)
        if handover is None or moot:
            outbox.effect_expanded(self._connection, effect.id, (), self._now, moot)
            return True
        places = tuple(self._places.values())
        planned = plan(self._case(effect, handover), places)
        filed = [one for step in planned if (one := self.file(step, handover, effect.id, effect.effect.value))]
        if is_undeliverable(effect.effect, planned):
            if outbox.mark_undeliverable(self._connection, effect.id):
                say_undeliverable(effect, handover)
            return False
        if self._nobody_is_told(effect, handover, places):
            return False
        outbox.effect_expanded(self._connection, effect.id, filed, self._now)
        return True

    def _nobody_is_told(self, effect: QueuedEffect, handover: Handover, places: Sequence[Destination]) -> bool:
        """Whether the case has been nowhere yet and no destination takes its team."""
        if effect.effect in NEEDED or has_audience(handover.team, places):
            return False
        return not steps.has_steps(self._connection, handover.id, TO_CUSTOMERS)

    def _handover_of(self, payload: Mapping[str, Any]) -> Handover | None:
        named = payload.get("handover_id")
        if named:
            return handover_by_id(self._connection, named)
        return queries.handover_of(self._connection, self._conversation["id"])

    def _case(self, effect: QueuedEffect, handover: Handover) -> Case:
        message_id = effect.payload.get("message_id") or ""
        message = queries.message(self._connection, effect.conversation_id, message_id) if message_id else None
        return Case(
            effect=effect.effect,
            payload=effect.payload,
            handover=handover,
            customer=self._conversation["customer"],
            said=words.with_files(message.text, message.attachments) if message else "",
            author=message.actor_id if message else "",
            origin=effect.payload.get("origin") or origin_of(message_id),
            head=self._head() if effect.effect is Effect.DELIVER_HANDOVER else "",
            paged=steps.destinations_of(self._connection, handover.id, Job.PAGE.value),
        )

    def file(self, planned: Planned, handover: Handover, prefix: str, effect: str = "") -> str | None:
        """Writes one step, or with a fallback in force the fallback's; None if it is there already.

        Where the ticket was given up and nobody falls in, what would stand in it is given up with it, until a replay.
        """
        place = self._places[planned.destination]
        fallback = self._places.get(place.config.fallback or "")
        lost = steps.is_dead(self._connection, handover.id, place.name, Job.OPEN.value)
        if lost and fallback:
            return self._fall_back(planned, handover, prefix, effect, fallback)
        written = self._write(planned, handover, f"{prefix}:{place.name}:{planned.job.value}", effect)
        if lost and written and planned.job in ON_TICKET:
            self._bury(steps.followers(self._connection, handover.id, place.name))
        return written

    def _fall_back(
        self, planned: Planned, handover: Handover, prefix: str, effect: str, fallback: Destination
    ) -> str | None:
        """The same for another destination, which opens its own ticket first, or is at least told."""
        job = planned.job
        if job is Job.CODE and planned.contact not in fallback.contacts:
            return None
        if job is Job.SAID and job not in fallback.jobs:
            return None  # A card says no words.
        if job not in fallback.jobs:
            job = Job.ANNOUNCE
        elif job in ON_TICKET and not steps.has_step(self._connection, handover.id, fallback.name, Job.OPEN.value):
            opening = replace(
                planned,
                job=Job.OPEN,
                destination=fallback.name,
                headline=words.NEW,
                packet=handover.packet_json,
                text="",
            )
            self._write(opening, handover, f"{prefix}:{fallback.name}:{Job.OPEN.value}", effect)
        if job not in fallback.jobs:
            return None
        moved = replace(planned, destination=fallback.name, job=job, headline=planned.headline or words.NEW)
        return self._write(moved, handover, f"{prefix}:{fallback.name}:{job.value}", effect)

    def _write(self, planned: Planned, handover: Handover, step_id: str, effect: str) -> str | None:
        last_id, last = steps.last_step(self._connection, handover.id, planned.destination)
        task = Task(
            job=planned.job,
            id=step_id,
            key=handover.id,
            marker=f"[{handover.id}#{last + 1}]",
            card=card_of(handover, planned.headline, self._address(handover)),
            text=planned.text,
            author=planned.author,
            author_role=planned.author_role,
            customer=self._conversation["customer"],
            packet=planned.packet,
            news=planned.news,
            at=self._now,
            message_id=planned.message_id,
            contact=planned.contact,
            counter=planned.counter,
        )
        step = NewStep(
            id=step_id,
            conversation_id=self._conversation["id"],
            effect=effect,
            destination=planned.destination,
            job=planned.job.value,
            handover_id=handover.id,
            task=task_json(task),
            after_id=None if planned.job is Job.CODE else last_id,
        )
        return step_id if steps.add_step(self._connection, step, last + 1, self._now) else None

    def _address(self, handover: Handover) -> str:
        """Where a person opens the case."""
        return (
            f"{self._link.rstrip('/')}/?conversation={quote(handover.conversation_id, safe='')}" if self._link else ""
        )

    # When a step is given up

    def give_up(self, step: DueStep) -> None:
        """Buries what waited for a ticket that will not be, and gives the step and them to the fallback."""
        waiting = steps.followers(self._connection, step.handover_id, step.destination) if _opens(step) else ()
        waiting = tuple(one for one in waiting if one.id != step.id)
        self._bury(waiting)
        place = self._places.get(step.destination)
        fallback = self._places.get(place.config.fallback or "") if place else None
        handover = handover_by_id(self._connection, step.handover_id)
        if fallback is None or handover is None:
            return
        for one in (step, *waiting):
            task = whole_task(self._connection, one)
            if task is not None:
                self._fall_back(_planned(task), handover, f"instead:{one.id}", one.effect, fallback)

    def _bury(self, waiting: Sequence[DueStep]) -> None:
        steps.bury(self._connection, {one.id: without_words(one) for one in waiting}, self._now)

    def page(self, step: DueStep, failed: str) -> None:
        """Tells somebody by other destinations than the one that failed. What is told so is not told about again."""
        handover = handover_by_id(self._connection, step.handover_id)
        if handover is None or step.id.startswith(_TOLD):
            return
        case = Case(effect=Effect.PAGE, payload={"event": "fault", "failed": failed}, handover=handover)
        for planned in plan(case, tuple(self._places.values())):
            self.file(planned, handover, f"{_TOLD}{step.id}")


_TOLD = "told:"


def _opens(step: DueStep) -> bool:
    return step.job == Job.OPEN.value


def _planned(task: Task) -> Planned:
    return Planned(
        job=task.job, headline=task.card.headline, news=task.news, text=task.text, author=task.author,
        author_role=task.author_role, packet=task.packet, message_id=task.message_id, contact=task.contact,
        counter=task.counter,
    )  # fmt: skip


def card_of(handover: Handover, headline: str, link: str) -> Card:
    """What may be shown of a handover anywhere."""
    return Card(
        handover_id=handover.id,
        conversation_id=handover.conversation_id,
        reason_code=handover.reason_code,
        severity=handover.severity.value,
        team=handover.team,
        language=handover.language,
        claim_due_at=handover.claim_due_at,
        headline=headline,
        link=link,
    )


def act_id(destination: str, ref: str, what: str, which: str) -> str:
    """The id of an act or a message that comes from a ticket: the same thing seen again has the same."""
    whole = f"desk:{destination}:{ref}:{what}:{which}"
    return whole if len(whole) <= 200 else f"desk:{destination}:{hashlib.sha256(whole.encode()).hexdigest()}"


def origin_of(message_id: str) -> str:
    """The destination a customer's message came through; empty if it came through a channel of ours."""
    kind, _, rest = message_id.partition(":")
    return rest.partition(":")[0] if kind == "desk" else ""
