"""One step through one attempt: leased, frozen, looked up if an earlier attempt may have got through, sent, read back.

What came of it is settled in one transaction. A worker that dies anywhere in between leaves a step that comes back
unsure, and what is unsure is looked up first: that is why a handover is neither lost nor doubled.
"""

from __future__ import annotations

import logging
import random
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from delivery.check import agreed, differences
from delivery.codes import Letters, counts, settled
from delivery.dead_letters import fingerprint, whole_task, without_words
from delivery.destinations import ON_TICKET, Destination
from delivery.frozen import request_from, request_json
from delivery.pace import Calls, backoff
from delivery.plan import Planned
from delivery.settle import Filing, Places
from desks.port import (
    TO_CUSTOMERS,
    Ambiguous,
    Delivered,
    Job,
    LetterDesk,
    Outcome,
    Rejected,
    Request,
    RetryAfter,
    Ticket,
)
from handover.people.code_letter import CodeLetter
from service.system import System
from states.errors import DependencyFault, NotFound
from store import outbox, progress, queries, steps, tickets
from store.connection import Connection
from store.records import DueStep, TicketRecord
from store.tickets import handover_by_id

BUDGET_WINDOW = timedelta(minutes=10)
MAX_AGE = timedelta(hours=24)
"""A step is given up after this even if its destination only ever asked to be left alone."""
_JOBS_ON_TICKET = tuple(sorted(job.value for job in ON_TICKET))

log = logging.getLogger("handrail.delivery")


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What is known after one attempt."""

    outcome: Outcome
    looked_up: bool = False
    """An earlier attempt had got through: nothing was sent."""
    wrong: tuple[str, ...] = ()
    """Names of what the destination did not take."""
    ticket: Ticket | None = None
    reading: bool = False
    """What failed was a reading: looking an earlier attempt up, or reading back what was written."""
    written: str | None = None
    """Where it was written, as the destination says, though it could not be read back."""
    called: bool = True
    """The destination was called: what failed before that says nothing of it."""


def new_lease() -> str:
    """A name that no other attempt has, here or elsewhere."""
    return secrets.token_hex(8)


class Performer:
    """Performs the steps of all destinations. Safe to call from several threads, in several processes."""

    def __init__(
        self, system: System, places: Places, *, dice: random.Random, link: str = "", look: bool = True
    ) -> None:
        self._system, self._store, self._clock = system, system.store, system.clock
        self._places, self._dice, self._link = places, dice, link
        self._letters = Letters(codes=system.codes, directory=system.directory)
        # Only the test that proves the look-up necessary turns it off.
        self._look = look

    def has_work(self, place: Destination) -> bool:
        """Whether a step could be performed now."""
        if place.gate.wait() > 0:
            return False
        with self._store.read() as connection:
            return steps.is_due(connection, place.name, self._clock.now(), _JOBS_ON_TICKET)

    def perform_next(self, place: Destination) -> bool:
        """Performs the step that has been due longest; False if there is none, or it is not the time for calls."""
        if place.gate.wait() > 0:
            return False
        now = self._clock.now()
        with self._store.write() as connection:
            step = steps.lease_step(connection, place.name, new_lease(), now, place.lease_s, _JOBS_ON_TICKET)
            if step is None:
                return False
            wait = self._over_budget(connection, place, step, now)
            if wait is not None:
                return steps.hand_back(connection, step, wait, "budget")
            request = self._frozen(connection, place, step)
        if not isinstance(request, Request):
            self._settle(place, step, None, Attempt(outcome=request, called=False))
            return True
        # Entered only when nothing can fail before the call: a probe that is not made keeps everybody else out.
        if not place.gate.enter():
            with self._store.write() as connection:
                steps.hand_back(connection, step, now + timedelta(seconds=max(place.gate.wait(), 1.0)), "gate")
            return False
        with place.gate.calling() as calls:
            attempt = self._attempt(place, request, step)
        self._tell_breaker(place, attempt, calls)
        self._settle(place, step, request, attempt)
        return True

    def _over_budget(self, connection: Connection, place: Destination, step: DueStep, now: datetime) -> datetime | None:
        """When the ticket may be written to again, if we have written to it too often."""
        written = progress.written_since(connection, step.handover_id, place.name, now - BUDGET_WINDOW)
        return written[-place.budget] + BUDGET_WINDOW if len(written) >= place.budget else None

    def _frozen(self, connection: Connection, place: Destination, step: DueStep) -> Request | Rejected | Delivered:
        """The request as it was first made; made and kept now if this is the first attempt. An outcome if there is
        nothing to send any more."""
        if step.job == Job.CODE:
            challenge = counts(handover_by_id(connection, step.handover_id), step.task["counter"])
            if (outcome := settled(challenge, self._clock.now())) is not None:
                return outcome
        if step.request is not None:
            return request_from(step.request)
        ticket = tickets.ticket_of(connection, step.handover_id, place.name)
        try:
            task = whole_task(connection, step)
            if task is None:
                return Rejected(code="record_gone")
            request = place.desk.prepare(task, ticket.ref if ticket else "")
        except Exception as error:  # noqa: BLE001  safety boundary: a step that cannot be put into words is given up
            return Rejected(code=f"prepare_{type(error).__name__}")
        steps.freeze(connection, step, request_json(request))
        return request

    # The attempt

    def _attempt(self, place: Destination, request: Request, step: DueStep) -> Attempt:
        looking = step.unsure and self._look
        if (misplaced := self._misplaced(place, request, step)) is not None:
            return misplaced
        try:
            found = place.desk.find(request) if looking else None
            looking = False
            if request.job is Job.CODE:
                return self._posted(place, request, step)
            outcome = found or place.desk.send(request)
            if not isinstance(outcome, Delivered):
                return Attempt(outcome=outcome)
            return self._checked(place, request, outcome, looked_up=found is not None)
        except DependencyFault as fault:
            written = step.written if looking else None
            return Attempt(outcome=Ambiguous(code=fault.kind), reading=looking, written=written)
        except Exception as error:  # noqa: BLE001  safety boundary: a bug in a desk counts as "nobody knows"
            log.error("desk broke", extra={"destination": place.name, "error": type(error).__name__})
            return Attempt(outcome=Ambiguous(code=f"bug_{type(error).__name__}"))

    def _misplaced(self, place: Destination, request: Request, step: DueStep) -> Attempt | None:
        """Why nothing may be written: the reference leads to another handover's ticket, or nobody knows where.

        A ticket that was the handover's own a moment ago may be written to while the system cannot be read.
        """
        if place.tickets is None or request.job not in ON_TICKET:
            return None
        try:
            where = place.tickets.identify(request.ref).elsewhere(request.ref, request.key)
        except NotFound:
            return None  # What is not there takes nothing: the write itself says so.
        except DependencyFault as fault:
            with self._store.read() as connection:
                known_at = tickets.known_at(connection, step.handover_id, place.name)
            fresh = known_at is not None and self._clock.now() - known_at < timedelta(seconds=place.fresh_s)
            return (
                None if fresh else Attempt(outcome=RetryAfter(seconds=None, code=f"unread_{fault.kind}"), reading=True)
            )
        except Exception as error:  # noqa: BLE001  safety boundary: nothing was written
            log.error("desk broke", extra={"destination": place.name, "error": type(error).__name__})
            return Attempt(outcome=RetryAfter(seconds=None, code=f"bug_{type(error).__name__}"), reading=True)
        if not where:
            return None
        self._tell_person(place, step, "ticket_merged", where)
        return Attempt(outcome=Rejected(code="ticket_merged"))

    def _posted(self, place: Destination, request: Request, step: DueStep) -> Attempt:
        """The letter is made now, and gone when this returns."""
        with self._store.read() as connection:
            challenge = counts(handover_by_id(connection, step.handover_id), int(request.body["counter"]))
            about = queries.conversation(connection, step.conversation_id)
        now = self._clock.now()
        if challenge is None:
            return Attempt(outcome=settled(challenge, now) or Rejected(code="expired"), called=False)
        try:
            letter = self._letters.letter(request, challenge, about["customer"], about["language"], now)
        except DependencyFault as fault:
            return Attempt(outcome=RetryAfter(seconds=None, code=fault.kind), called=False)
        if not isinstance(letter, CodeLetter):
            return Attempt(outcome=letter, called=False)
        return Attempt(outcome=cast(LetterDesk, place.desk).send_code(request, letter))

    def _checked(self, place: Destination, request: Request, outcome: Delivered, *, looked_up: bool) -> Attempt:
        """Reads the ticket back. One that cannot be read is not known to be right: it is looked up again later.

        One that is not there was not written, whatever was answered.
        """
        desk = place.tickets
        if desk is None or not request.expect:
            return Attempt(outcome=outcome, looked_up=looked_up)
        try:
            ticket = desk.read(request.ref or outcome.ref)
        except DependencyFault:
            return Attempt(outcome=Ambiguous(code="not_read_back"), reading=True, written=outcome.ref)
        except NotFound:
            return Attempt(outcome=Ambiguous(code="not_there"), reading=True)
        wrong = differences(request, ticket)
        return Attempt(outcome=outcome, looked_up=looked_up, wrong=wrong, ticket=ticket)

    # What came of it

    def _settle(self, place: Destination, step: DueStep, request: Request | None, attempt: Attempt) -> None:
        outcome = attempt.outcome
        if isinstance(outcome, Delivered):
            return self._done(place, step, request, attempt, outcome)
        waiting = isinstance(outcome, RetryAfter) and outcome.seconds is not None
        tired = step.attempts >= place.config.give_up_after and not waiting
        old = waiting and self._clock.now() - step.created_at > MAX_AGE
        if tired and attempt.written is not None and request is not None:
            return self._done(place, step, request, attempt, Delivered(ref=attempt.written))
        if isinstance(outcome, Rejected) or tired or old:
            return self._given_up(place, step, request, outcome)
        seconds = backoff(step.attempts, self._dice)
        if isinstance(outcome, RetryAfter) and outcome.seconds is not None:
            seconds = outcome.seconds
            place.gate.leave_alone(seconds)
        unsure = isinstance(outcome, Ambiguous) or step.unsure
        with self._store.write() as connection:
            steps.retry_step(
                connection,
                step,
                at=self._clock.now() + timedelta(seconds=seconds),
                code=outcome.code,
                unsure=unsure,
                counts=not waiting,
                written=attempt.written,
            )

    def _tell_breaker(self, place: Destination, attempt: Attempt, calls: Calls) -> None:
        """A write that failed speaks against the destination; a reading that failed keeps nobody from writing."""
        outcome = attempt.outcome
        asked = isinstance(outcome, RetryAfter) and outcome.seconds is not None
        if not attempt.called:
            place.gate.breaker.not_called()
        elif attempt.reading:
            place.gate.breaker.not_read(alive=calls.alive)
        elif isinstance(outcome, Delivered | Rejected) or asked:
            place.gate.breaker.succeeded()
        else:
            place.gate.breaker.failed()

    def _done(
        self, place: Destination, step: DueStep, request: Request | None, attempt: Attempt, outcome: Delivered
    ) -> None:
        doubt = attempt.written is not None
        if doubt:
            self._tell_person(place, step, "not_read_back", "")
        if attempt.wrong:
            self._tell_person(place, step, "not_taken", ",".join(attempt.wrong))
        now = self._clock.now()
        receipt: dict[str, Any] = {"ref": outcome.ref, "attempts": step.attempts, "looked_up": attempt.looked_up}
        receipt |= {"wrong": list(attempt.wrong)} if attempt.wrong else {}
        receipt |= {"read_back": False} if doubt else {}
        receipt |= {"result": outcome.more["result"]} if "result" in outcome.more else {}
        with self._store.write() as connection:
            conversation = outbox.hold_conversation(connection, step.conversation_id)
            assert conversation is not None
            if not steps.step_done(connection, step, receipt, now):
                return
            if request is not None and request.job not in TO_CUSTOMERS:
                self._place_ticket(connection, place, step, request, attempt, outcome)
            if attempt.wrong and place.tickets:
                filing = Filing(connection, conversation, self._places, now, self._link)
                handover = handover_by_id(connection, step.handover_id)
                note = Planned(job=Job.NOTE, destination=place.name, text=_not_taken(attempt.wrong))
                if handover is not None and not step.id.startswith(_WRONG):
                    filing.file(note, handover, f"{_WRONG}{step.id}")

    def _place_ticket(
        self,
        connection: Connection,
        place: Destination,
        step: DueStep,
        request: Request,
        attempt: Attempt,
        outcome: Delivered,
    ) -> None:
        """Keeps where the handover is now, and what both sides agree on."""
        now, known = self._clock.now(), tickets.ticket_of(connection, step.handover_id, place.name)
        both = agreed(request, attempt.ticket)
        if known is not None or not outcome.ref:
            if known is not None and both:
                seen = attempt.ticket is not None
                tickets.change_ticket(connection, known, now, any_revision=True, seen=seen, **both)
            return
        link = attempt.ticket.link if attempt.ticket else str(outcome.more.get("link", ""))
        status, assignee = both.get("status", "open" if place.tickets else ""), both.get("assignee", "")
        tickets.add_ticket(
            connection,
            TicketRecord(
                destination=place.name, ref=outcome.ref, conversation_id=step.conversation_id,
                handover_id=step.handover_id, link=link, status=status, assignee=assignee, version="", last_comment="",
                revision=0,
            ),
            now,
        )  # fmt: skip
        if attempt.looked_up or attempt.reading or assignee or (attempt.ticket and attempt.ticket.assignee):
            # Somebody may have been at it while we did not know that it was there.
            tickets.keep_hint(connection, place.name, f"placed:{outcome.ref}", outcome.ref, now)

    def _given_up(self, place: Destination, step: DueStep, request: Request | None, outcome: Outcome) -> None:
        """A dead letter: a person is told by another way, the fallback takes over, and the step can be replayed."""
        code = outcome.code if not isinstance(outcome, Delivered) else ""
        log.error("step given up", extra={"destination": place.name, "job": step.job, "code": code})
        told = self._tell_person(place, step, "given_up", code)
        receipt: dict[str, Any] = {"attempts": step.attempts, "code": code, "request": fingerprint(request)}
        if isinstance(outcome, Rejected):
            receipt["fields"] = sorted(outcome.field_errors)
        with self._store.write() as connection:
            conversation = outbox.hold_conversation(connection, step.conversation_id)
            assert conversation is not None
            now = self._clock.now()
            if not steps.step_dead(connection, step, without_words(step), receipt, code, now):
                return
            filing = Filing(connection, conversation, self._places, now, self._link)
            filing.give_up(step)
            if not told:
                filing.page(step, failed=place.name)

    def _tell_person(self, place: Destination, step: DueStep, what: str, detail: str) -> bool:
        """A fault on the conversation, once for each handover, destination and kind; False if nobody has the case.

        It comes before the step is settled: a worker that dies in between says it again, and that is once.
        """
        with self._store.read() as connection:
            handover = handover_by_id(connection, step.handover_id)
        if handover is None or not handover.open:
            return False
        data = {"fault": what, "destination": place.name, "job": step.job, "detail": detail[:200]}
        return self._system.fault(step.conversation_id, f"{step.handover_id}:{place.name}:{what}", data)


_WRONG = "wrong:"


def _not_taken(names: tuple[str, ...]) -> str:
    return (
        "Handrail wrote this ticket, but the system did not take everything: "
        f"{', '.join(names)}. Please check these fields by hand."
    )
