"""What people do in a ticket becomes acts here: the ticket as it is now against what both sides last agreed on.

The ticket is read anew for every hint, so events that are lost, repeated or out of order change nothing. Every act has
an id made from what was seen, so that seeing it twice does it once. What the machine refuses is said in the ticket, and
the ticket is put right again.
"""

from __future__ import annotations

import hashlib
import logging

from conversation.records import Snapshot
from delivery import words
from delivery.destinations import MOVING, Destination
from delivery.plan import Planned
from delivery.quotes import without_ours
from delivery.seen import Seen, older, reads_as_automatic
from delivery.settle import Filing, Places, act_id
from desks.port import Comment, Job, Standing
from service.system import System
from service.views import Actor
from states.errors import BadInput, Conflict, ConversationClosed, HandrailError, NotFound, Refused
from states.vocabulary import Event, Role
from store import outbox, progress, queries, tickets
from store.records import TicketRecord
from store.tickets import handover_by_id

MAX_SET_BACK = 5
"""How often a ticket is put right in the course of a handover; then a person must look at the two systems."""
MAX_STRANGERS = 10
"""Notes on strangers in one ticket: whoever can mail to it can mail often."""
_MOVING = tuple(sorted(job.value for job in MOVING))

log = logging.getLogger("handrail.delivery")


class Reconciler:
    """Brings conversations up to what their tickets say."""

    def __init__(self, system: System, places: Places, link: str = "") -> None:
        self._system, self._store, self._clock = system, system.store, system.clock
        self._places, self._link = places, link

    def look(self, place: Destination, ref: str) -> bool:
        """Reads the ticket and does what follows; False if it must be looked at again, because something moves.

        Raises DependencyFault if the ticket cannot be read now.
        """
        desk = place.tickets
        with self._store.read() as connection:
            record = tickets.ticket_by_ref(connection, place.name, ref)
        if desk is None or record is None:
            return True  # None of ours.
        if self._is_moving(record):
            return False
        with self._store.read() as connection:
            known_at = tickets.known_at(connection, record.handover_id, place.name) or self._clock.now()
            held = outbox.messages_held(connection, record.conversation_id, place.name, known_at)
        try:
            ticket = desk.read(ref)
        except NotFound:
            return self._gone(record)
        if older(ticket.version, record.version):
            return True
        if where := ticket.identity.elsewhere(record.ref, record.handover_id):
            return self._merged(record, where)
        seen = Seen(place=place, desk=desk, record=record, ticket=ticket, held=held)
        if self._is_moving(record):
            return False  # What was read may be our own doing: look again when it is settled.
        return self._follow(seen)

    def _is_moving(self, record: TicketRecord) -> bool:
        """Whether a change of ours is on its way, or the record is no longer the one we began with."""
        with self._store.read() as connection:
            now = tickets.ticket_by_ref(connection, record.destination, record.ref)
            moving = progress.is_changing(connection, record.conversation_id, record.destination, _MOVING)
        return moving or now is None or now.revision != record.revision

    def _follow(self, seen: Seen) -> bool:
        self._assigned(seen)
        for comment in seen.told:
            self._said(seen, comment)
        self._moved(seen)
        ticket = seen.ticket
        last = ticket.comments[-1].id if ticket.comments else seen.record.last_comment
        with self._store.write() as connection:
            return tickets.change_ticket(
                connection, seen.record, self._clock.now(), status=ticket.status, assignee=ticket.assignee,
                version=ticket.version, last_comment=last, link=ticket.link or seen.record.link,
            )  # fmt: skip

    # Who has it

    def _assigned(self, seen: Seen) -> None:
        name = seen.ticket.assignee
        if name == seen.record.assignee or name == seen.desk.actor:
            return
        snapshot = self._snapshot(seen)
        if not self._is_current(seen, snapshot):
            return
        owner, person = _owner(snapshot), seen.person(name)
        if name and person is None:
            self._stranger(seen, "assigned", name, "was given this ticket")
            return self._set_right(seen)
        if name and person == owner:
            return  # We have put them there.
        before = seen.place.person(seen.record.assignee, Standing.STAFF)
        if owner is not None and owner == before:
            self._act(seen, "released", Event.RELEASED, owner, text="the ticket has another holder")
        if person is not None:
            self._act(seen, "claimed", Event.CLAIMED, person)
        elif owner is not None and owner != before:
            self._set_right(seen)

    # What was said

    def _said(self, seen: Seen, comment: Comment) -> None:
        if seen.is_ours(comment) or not comment.public or comment.automatic:
            return
        if not comment.text.strip() and not comment.files:
            return
        if comment.from_customer:
            return self._customer_wrote(seen, comment)
        person = seen.person(comment.author)
        if person is None:
            return self._stranger(seen, "wrote", comment.author, "wrote in this ticket", comment)
        if reads_as_automatic(comment.text):
            self._note(seen, "replied", f"{comment.id}:automatic", words.NOBODY_WROTE)
            return self.tell(seen.record, "reply_not_passed_on", comment.id)
        if comment.files:
            self._not_carried(seen, comment)
        self._replied(seen, comment, person)

    def _replied(self, seen: Seen, comment: Comment, person: tuple[Role, str]) -> None:
        """An agent's words to the customer, without what we wrote for the agent alone."""
        said = without_ours(comment.text, seen.ours_before(comment), self._transcript(seen))
        if said.leaks:
            self._note(seen, "replied", f"{comment.id}:quoted", words.QUOTED_WITHIN)
            return self.tell(seen.record, "reply_not_passed_on", comment.id)
        if said.left_out or (comment.text.strip() and not said.text):
            self._note(seen, "replied", f"{comment.id}:quoted", words.LEFT_OUT)
        if not said.text:
            return
        snapshot = self._snapshot(seen)
        if self._is_current(seen, snapshot) and snapshot.owner_id is None:
            self._act(seen, "claimed_by_reply", Event.CLAIMED, person, which=comment.id)
        self._act(seen, "replied", Event.AGENT_REPLIED, person, text=said.text, which=comment.id)

    def _not_carried(self, seen: Seen, comment: Comment) -> None:
        """Files do not cross: the agent is told in the ticket, and a person on the case."""
        names = ", ".join(one.name for one in comment.files)
        self._note(seen, "replied", f"{comment.id}:files", words.not_carried(names))
        self.tell(seen.record, "file_not_carried", comment.id, names)

    def _stranger(self, seen: Seen, did: str, name: str, what: str, comment: Comment | None = None) -> None:
        """Whoever is not positively known is nobody: a note in the ticket, a fault on the case, and nothing else."""
        self.tell(seen.record, "stranger", did, name)
        prefix = act_id(seen.place.name, seen.record.ref, f"refused_stranger_{did}", "")
        with self._store.read() as connection:
            if progress.count_like(connection, seen.record.handover_id, seen.place.name, prefix) >= MAX_STRANGERS:
                return  # What they write stands in the ticket all the same.
        text = words.stranger(name, what, comment.text[:2000] if comment else "")
        self._note(seen, f"stranger_{did}", comment.id if comment else seen.ticket.version, text)

    def _customer_wrote(self, seen: Seen, comment: Comment) -> None:
        message_id = seen.act_id("wrote", comment.id)
        try:
            self._system.relay(seen.record.conversation_id, comment.text, message_id, comment.files)
        except (Conflict, BadInput) as error:
            self._refuse(seen, "wrote", comment.id, error)

    # Its status

    def _moved(self, seen: Seen) -> None:
        now, before = seen.ticket.status, seen.record.status
        if now == before or "resolved" not in (now, before):
            return
        snapshot = self._snapshot(seen)
        current = self._is_current(seen, snapshot)
        if now == "resolved" and current:
            return self._set_aside(seen) if seen.ticket.closed_as else self._resolved(seen, snapshot)
        if before == "resolved" and not current:
            told = "This case is closed in Handrail. It opens again, with a new ticket, when the customer writes."
            self._note(seen, "reopened", seen.ticket.version, told)

    def _set_aside(self, seen: Seen) -> None:
        """Closed, but not because the work is done: that is for a person to look at, and no outcome."""
        self.tell(seen.record, "ticket_set_aside", seen.ticket.closed_as, seen.ticket.closed_as)

    def _resolved(self, seen: Seen, snapshot: Snapshot) -> None:
        name = seen.ticket.assignee
        person = seen.person(name) if name and name != seen.desk.actor else _owner(snapshot)
        if person is None:
            return self._refuse(
                seen, "resolved", seen.ticket.version, BadInput("nobody has claimed the case; take the ticket first")
            )
        self._act(
            seen, "resolved", Event.RESOLVED, person, text=seen.outcome, puts_right=True, newest=self._newest(seen)
        )

    def _newest(self, seen: Seen) -> int:
        """The seq up to which whoever works in the ticket has everything that the customer wrote.

        They have what the ticket had when it was last agreed on, and what the customer wrote in the ticket. What was
        brought there since may have come a moment after they closed it.
        """
        there = seen.held | {seen.act_id("wrote", one.id) for one in seen.ticket.comments}
        with self._store.read() as connection:
            written = queries.written_after(connection, seen.record.conversation_id, 0)
        missing = (one.seq - 1 for one in written if one.id not in there)
        return next(missing, written[-1].seq if written else 0)

    # Doing it

    def _act(
        self,
        seen: Seen,
        what: str,
        event: Event,
        person: tuple[Role, str],
        *,
        text: str = "",
        which: str = "",
        puts_right: bool = False,
        newest: int | None = None,
    ) -> None:
        """One act of a person's, once; a refusal is said in the ticket."""
        role, name = person
        try:
            self._system.door.act(
                Actor(id=name, role=role), seen.record.conversation_id, event, text=text,
                act_id=seen.act_id(what, which), origin=seen.place.name, seen=newest,
            )  # fmt: skip
        except (Refused, Conflict, BadInput) as error:
            self._refuse(seen, what, which or seen.ticket.version, error)
            if puts_right or event is Event.CLAIMED:
                self._set_right(seen)

    def _refuse(self, seen: Seen, what: str, which: str, error: HandrailError) -> None:
        kept = isinstance(error, ConversationClosed)
        more = " The message was not passed on." if what in ("replied", "wrote") and not kept else ""
        if what == "resolved":
            more = _missing(self._snapshot(seen))
        self._note(seen, what, which, f"Handrail could not follow this ({what}): {error}.{more}")

    def _note(self, seen: Seen, what: str, which: str, text: str) -> None:
        """An internal note in the ticket; the same words about the same thing only once."""
        once = (
            which if what in ("replied", "wrote", "stranger_wrote") else hashlib.sha256(text.encode()).hexdigest()[:12]
        )
        planned = Planned(job=Job.NOTE, destination=seen.place.name, text=text)
        self._file(seen, planned, seen.act_id(f"refused_{what}", once))

    def _set_right(self, seen: Seen) -> None:
        """Shows in the ticket who has the case here and that it is open, unless the two systems fight over it."""
        prefix = act_id(seen.place.name, seen.record.ref, "set_right", "")
        with self._store.read() as connection:
            often = progress.count_like(connection, seen.record.handover_id, seen.place.name, prefix)
        if often >= MAX_SET_BACK:
            self.tell(seen.record, "two_systems_disagree")
            return
        owner = _owner(self._snapshot(seen))
        job = Job.CLAIM if owner else Job.RELEASE
        role, name = owner or (None, "")
        text = f"Put right: {name or 'nobody'} has this case"
        planned = Planned(
            job=job, destination=seen.place.name, text=text, author=name, author_role=role.value if role else ""
        )
        self._file(seen, planned, prefix + seen.ticket.version)

    def _file(self, seen: Seen, planned: Planned, prefix: str) -> None:
        with self._store.write() as connection:
            conversation = outbox.hold_conversation(connection, seen.record.conversation_id)
            handover = handover_by_id(connection, seen.record.handover_id)
            assert conversation is not None
            assert handover is not None
            Filing(connection, conversation, self._places, self._clock.now(), self._link).file(
                planned, handover, prefix
            )

    def tell_person(self, place: Destination, ref: str, what: str) -> bool:
        """A fault on the case of a ticket; True, also if it is none of ours."""
        with self._store.read() as connection:
            record = tickets.ticket_by_ref(connection, place.name, ref)
        if record is not None:
            self.tell(record, what)
        return True

    def _merged(self, record: TicketRecord, where: str) -> bool:
        """Nothing of another handover's ticket is ours to follow, nor the closing that a merge brings."""
        log.error("ticket merged", extra={"destination": record.destination})
        self.tell(record, "ticket_merged", detail=where)
        return True

    def _gone(self, record: TicketRecord) -> bool:
        log.error("ticket gone", extra={"destination": record.destination})
        self.tell(record, "ticket_gone")
        return True

    def tell(self, record: TicketRecord, what: str, which: str = "", detail: str = "") -> None:
        """A fault on a ticket's case, once for each kind, and `which` of them: a person is called by another way."""
        fault_id = ":".join(filter(None, (record.handover_id, record.destination, what, which)))
        data = {"fault": what, "destination": record.destination} | ({"detail": detail[:200]} if detail else {})
        self._system.fault(record.conversation_id, fault_id, data)

    # What is true here

    def _snapshot(self, seen: Seen) -> Snapshot:
        with self._store.read() as connection:
            return queries.snapshot(connection, seen.record.conversation_id)

    def _transcript(self, seen: Seen) -> tuple[str, ...]:
        """What the customer has written and read."""
        with self._store.read() as connection:
            return tuple(one.text for one in queries.transcript(connection, seen.record.conversation_id))

    @staticmethod
    def _is_current(seen: Seen, snapshot: Snapshot) -> bool:
        """Whether the ticket is that of the open handover."""
        handover = snapshot.handover
        return handover is not None and handover.open and handover.id == seen.record.handover_id


def _owner(snapshot: Snapshot) -> tuple[Role, str] | None:
    return (snapshot.owner_role, snapshot.owner_id) if snapshot.owner_role and snapshot.owner_id else None


def _missing(snapshot: Snapshot) -> str:
    """What keeps the case from being resolved, by name."""
    handover = snapshot.handover
    if handover is None:
        return ""
    still_open = handover.open_steps()
    missing = [f"required step “{one.text}”" for one in handover.steps if one.id in still_open]
    if not handover.identity_satisfied:
        missing.append("the customer's identity is not verified")
    return f" Still missing: {'; '.join(missing)}. Do it at Handrail's desk." if missing else ""
