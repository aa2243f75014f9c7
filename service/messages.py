"""Messages through their turns: stored, decided in order under a lease, and answered once."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from assistants.request import Request
from assistants.upstream import CHANNEL
from conversation.handover import Handover
from conversation.inbound import Inbound, Kind, Proof
from conversation.intake import HIDDEN, MAX_CHARS, check_id, described, storable
from conversation.records import Snapshot, StoredMessage
from conversation.run import Run
from conversation.survey import CLOSED
from conversation.tools import unasked, with_asked
from graph.decider import Decider
from handover.packet.attachment import Attachment
from service.inbound import typed_code
from service.parts import Parts
from service.results import asking_result, stored_result, turn_result
from service.rows_as_views import message_view
from service.views import MessageView, TurnResult
from states.errors import BadInput, ConversationClosed, MessageTooLong
from store import arrivals, queries
from store.connection import Connection
from store.database import Store
from store.records import Incoming, Received
from store.work import AlreadyDone, Committed, StaleOutcome
from triggers.assessment import Redaction
from triggers.automatic import automatic as known_automatic
from triggers.visible import visible

POLL_S = (0.005, 0.04)
"""First and longest pause while another worker holds the conversation."""
FILE_ALONE = "[file]"
"""The text of a message that is nothing but files: never routine, so the customer is asked or a person looks."""


NOTHING = Proof()
Keep = Callable[[Incoming, str, Iterable[Redaction]], Incoming]
"""Adds to a message what is kept of its masks: the message, the text that was redacted, and the redactions."""
log = logging.getLogger("handrail.messages")


class Messages:
    """Takes customers' messages through their turns."""

    def __init__(
        self,
        store: Store,
        decider: Decider,
        parts: Callable[[], Parts],
        lease_s: Callable[[], float],
        keep: Keep | None = None,
    ) -> None:
        self._store, self._decider, self._parts, self._lease_s = store, decider, parts, lease_s
        self._requests: dict[tuple[str, str], Request] = {}
        self._keep = keep or (lambda incoming, text, redactions: incoming)

    def post(
        self,
        conversation_id: str,
        text: str,
        *,
        message_id: str | None = None,
        attachments: tuple[Attachment, ...] = (),
        headers: Mapping[str, str] = MappingProxyType({}),
        automatic: bool | None = None,
        request: Request | None = None,
    ) -> TurnResult:
        """The whole turn of one message, as `Runtime.post` says."""
        message_id = message_id or self._parts().rules.ids.new("msg_")
        check_id(message_id, "message id")
        text, proof = typed_code(text, self._parts().rules.codes, lambda: self._handover(conversation_id))
        machine = known_automatic(headers, text, automatic)
        incoming = self.incoming(conversation_id, message_id, text, attachments)
        incoming = replace(incoming, automatic=machine.kind.value if machine is not None else "")
        lease = self._parts().rules.ids.new("run_")
        with self._store.write() as connection:
            received = arrivals.receive(connection, incoming, lease, self._lease_s())
        turn = None
        if not received.decided:
            # Whoever decides the message, in this process, knows what is asked of its assistant.
            self._requests[conversation_id, message_id] = request or Request()
            try:
                turn = self._settle(conversation_id, message_id, lease, received, proof)
            finally:
                self._requests.pop((conversation_id, message_id), None)
        if turn is None:
            with self._store.read() as connection:
                turn = stored_result(connection, conversation_id, message_id, repeated=received.repeated)
        if turn.decision.get(CLOSED):
            raise ConversationClosed(
                f"conversation {conversation_id!r} is resolved and its reopen window has ended; the message is kept "
                f"there and nobody answers it: create a new conversation that follows {conversation_id!r}, and send "
                "it there"
            )
        return turn

    def id_of_turn(self, conversation_id: str, turn: str, *, first: bool, alone: bool) -> str:
        """The id of a customer's message that is known by its words and all that stood before them.

        Nothing stands before the `first` one, so that the same words may come again: then it is the same message only
        if it is the newest one, or if the caller knows what came after it (not `alone`).
        """
        if not first:
            return turn
        with self._store.read() as connection:
            same = queries.newest_of_customer(connection, conversation_id, f"{turn}.")
            newest = queries.newest_of_customer(connection, conversation_id)
        if same is not None and (not alone or newest == same):
            return same.id
        return f"{turn}.{newest.seq if newest is not None else 0}"

    def said_before(self, conversation_id: str, message_id: str) -> tuple[MessageView, ...]:
        """What was said to the customer since their message before, in answer to none: a person's words, notices."""
        with self._store.read() as connection:
            return tuple(map(message_view, queries.said_before(connection, conversation_id, message_id)))

    def _handover(self, conversation_id: str) -> Handover | None:
        with self._store.read() as connection:
            return queries.handover_of(connection, conversation_id)

    def incoming(
        self, conversation_id: str, message_id: str, text: str, attachments: tuple[Attachment, ...] = ()
    ) -> Incoming:
        """The message as it is kept: redacted, with its files described. BadInput, MessageTooLong."""
        if not text.strip() and attachments:
            text = FILE_ALONE
        if not text.strip():
            raise BadInput("the message is empty; send some text")
        if len(text) > MAX_CHARS:
            raise MessageTooLong(f"the message has {len(text)} characters; {MAX_CHARS} are the most that is kept")
        seen = visible(storable(text))
        redacted, redactions = self._parts().rules.engine.redact(seen.text)
        masked = Counter(one.entity for one in redactions)
        if seen.hid:
            masked[HIDDEN] = sum(count for _, count in seen.removed)
        files = described(attachments, self._parts().rules.redacted)
        body = redacted + (json.dumps([one.to_json() for one in files], sort_keys=True) if files else "")
        incoming = Incoming(
            conversation_id=conversation_id,
            id=message_id,
            text=redacted,
            body_hash=hashlib.sha256(body.encode()).hexdigest(),
            attachments=files,
            redactions=dict(masked),
            at=self._parts().clock.now(),
        )
        return self._keep(incoming, seen.text, redactions)

    def _settle(
        self, conversation_id: str, message_id: str, lease: str, received: Received, proof: Proof = NOTHING
    ) -> TurnResult | None:
        """Decides messages of the conversation, oldest first, until this one has its outcome.

        Returns the turn if it was decided here, None if somebody else was faster.
        """
        leased, pause, snapshot = received.leased, POLL_S[0], received.snapshot
        while True:
            if not leased:
                time.sleep(pause)
                pause = min(pause * 2, POLL_S[1])
                leased = self._lease(conversation_id, lease)
            if snapshot is None:
                with self._store.read() as connection:
                    snapshot = queries.snapshot(connection, conversation_id)
                    if self._is_decided(connection, snapshot, message_id):
                        break
            seen, snapshot = snapshot, None
            pending = seen.pending
            if not leased or pending is None:
                continue
            leased = False
            request = self._requests.get((conversation_id, pending.id))
            if strange := unasked(seen.history, pending.id, request):
                if pending.id == message_id:
                    self._give_back(conversation_id, lease)
                    raise BadInput(
                        f"the tool call {strange[0]!r} was not asked for; its result is not used, and the message is "
                        "decided without tools. Send calls back as they came, with their results directly after them"
                    )
                request = None
            try:
                parts = self._parts()
                inbound = _inbound(seen, pending, proof if pending.id == message_id else NOTHING, request)
                run, done = self._decider.decide(parts.rules, seen, inbound, parts.clock.now(), lease)
                if done is None:
                    self._await_tools(run, lease)
                _tell_fault(run, done)
            except (StaleOutcome, AlreadyDone):
                # Somebody, most often an agent, was faster: what was computed is worthless, decide anew.
                leased = self._lease(conversation_id, lease)
                continue
            if pending.id == message_id:
                # What waited for its tools goes on; it is no repetition.
                goes_on = run.inbound.request is not None and bool(run.inbound.request.rounds)
                repeated = received.repeated and not goes_on
                return asking_result(run) if done is None else turn_result(run, done, repeated=repeated)
            pause = 0.0
        if leased:
            self._give_back(conversation_id, lease)
        return None

    def _await_tools(self, run: Run, lease: str) -> None:
        """The message is left undecided until its tools were run. StaleOutcome where somebody was faster."""
        before, now = run.snapshot, self._parts().clock.now()
        with self._store.write() as connection:
            asking = with_asked(before.history, run.message.id, run.record.asks)
            if not arrivals.await_tools(connection, before.id, lease, before.version, now, self._lease_s(), asking):
                raise StaleOutcome(f"conversation {before.id!r} is no longer at version {before.version}")

    def _is_decided(self, connection: Connection, snapshot: Snapshot, message_id: str) -> bool:
        if snapshot.pending is not None and snapshot.pending.id == message_id:
            return False
        mine = queries.message(connection, snapshot.id, message_id)
        return mine is None or mine.outcome_event_id is not None

    def _lease(self, conversation_id: str, lease: str) -> bool:
        with self._store.write() as connection:
            return arrivals.take_lease(connection, conversation_id, lease, self._parts().clock.now(), self._lease_s())

    def _give_back(self, conversation_id: str, lease: str) -> None:
        with self._store.write() as connection:
            arrivals.drop_lease(connection, conversation_id, lease)

    def return_owed(self, conversation_id: str) -> None:
        """Decides what a person left to the assistant, if anything. What fails here is left to recovery."""
        with self._store.read() as connection:
            snapshot = queries.snapshot(connection, conversation_id)
        owed = snapshot.history.get("owed")
        if not owed:
            return
        try:
            self.complete(conversation_id, owed[0])
        except Exception as error:  # noqa: BLE001  safety boundary: the hand-back is done; recovery decides the message
            log.error("message not recovered", extra={"conversation": conversation_id, "error": type(error).__name__})

    def complete(self, conversation_id: str, message_id: str) -> None:
        """Decides a message that was stored and left."""
        waiting = Received(repeated=True, decided=False, leased=False)
        self._settle(conversation_id, message_id, self._parts().rules.ids.new("run_"), waiting)


def _tell_fault(run: Run, done: Committed | None) -> None:
    """What failed in deciding a message is in its log; whoever runs the service reads of it once, without words."""
    if done is None:
        return
    for one in run.record.happenings:
        if kind := one.data.get("fault"):
            by = run.judgement.failure.by if run.judgement.failure is not None else "run"
            log.warning("fault", extra={"conversation": run.snapshot.id, "by": by, "kind": str(kind)[:80]})
            return


def _inbound(seen: Snapshot, pending: StoredMessage, proof: Proof, request: Request | None) -> Inbound:
    """The message that is decided next. One that a person left to the assistant had an outcome already: this is its
    second, under a cause of its own, once for each hand-back. Nobody waits for its answer, whose program has had the
    answer of its first: the assistant behind the gateway is asked with the conversation alone."""
    owed = seen.history.get("owed") or ("", "")
    if owed[0] != pending.id:
        return Inbound(
            kind=Kind.MESSAGE, id=pending.id, message=pending, text=pending.text, proof=proof, request=request
        )
    name = f"{pending.id}:{owed[1]}"
    alone = Request(gateway=True) if seen.channel == CHANNEL else None
    return Inbound(kind=Kind.RETURNED, id=name, message=pending, text=pending.text, proof=proof, request=alone)
