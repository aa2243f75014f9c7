"""What every destination with tickets must do. A destination's tests derive from `TicketDeskContract`, or from
`RemoteDeskContract` if it is reached over HTTP, and give a bench.

The bench is the destination with people at work in it and a network that goes wrong on demand.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Protocol

import pytest

from desks.config import ANNOUNCING, TICKETING
from desks.fakes.server import Fault
from desks.port import (
    Ambiguous,
    Comment,
    Delivered,
    Job,
    Outcome,
    Rejected,
    Request,
    RetryAfter,
    Task,
    Ticket,
    TicketDesk,
)
from states.clock import FrozenClock
from states.errors import DependencyFault, NotFound
from tests.desks.samples import CANARY, KEY, card, packet, task


class Bench(Protocol):
    """A destination, its people and its network."""

    desk: TicketDesk
    clock: FrozenClock
    ann: str
    """The destination's name of a person whom the settings call `frontline_agent/ann`."""
    ben: str
    """The destination's name of a person whom the settings do not name."""
    idempotent: bool
    """Creating twice under one key makes one ticket."""
    secrets: tuple[str, ...]
    """Credentials and address: they appear nowhere."""

    def script(self, *faults: Fault) -> None:
        """How the next writes go wrong."""

    def stopped(self) -> TicketDesk:
        """The same destination where nobody listens."""

    def unknown(self) -> TicketDesk:
        """The same destination with wrong credentials."""

    def hurried(self) -> TicketDesk:
        """The same destination with a deadline that a slow answer misses."""

    def tickets(self) -> int:
        """How many tickets there are."""

    def subject(self, ref: str) -> str:
        """What lists show of a ticket."""

    def assign(self, ref: str, agent: str) -> None:
        """A person takes it; empty: nobody has it."""

    def reply(self, ref: str, agent: str, text: str) -> None:
        """A person writes to the customer."""

    def note(self, ref: str, agent: str, text: str) -> None:
        """A person writes an internal note."""

    def write_in(self, ref: str, text: str) -> None:
        """The customer writes to the ticket system itself."""

    def resolve(self, ref: str) -> None:
        """A person resolves it."""

    def reopen(self, ref: str) -> None:
        """A person opens it again."""


def done(bench: Bench, step: Task, ref: str = "") -> str:
    """Sends a step that must work and gives the ticket; checks what the step expects to read back."""
    request = bench.desk.prepare(step, ref)
    outcome = bench.desk.send(request)
    assert isinstance(outcome, Delivered), outcome
    assert mismatches(request, bench.desk.read(outcome.ref)) == {}
    return outcome.ref


def mismatches(request: Request, ticket: Ticket) -> dict[str, str]:
    """What the ticket shows otherwise than the step expects."""
    marked = with_marker(ticket, request.marker)
    shown = {"public": "true" if marked and marked[0].public else "false"}
    wrong = {}
    for name, wanted in request.expect.items():
        have = shown.get(name, str(getattr(ticket, name, "")))
        if have != wanted:
            wrong[name] = have
    return wrong


def with_marker(ticket: Ticket, marker: str) -> list[Comment]:
    """The comments that carry the marker."""
    return [comment for comment in ticket.comments if marker in comment.text]


def opened(bench: Bench) -> str:
    """A ticket of ours."""
    return done(bench, task(Job.OPEN, packet=packet()))


class TicketDeskContract:
    """Tests that hold for every destination with tickets."""

    @pytest.fixture
    def bench(self) -> Iterable[Bench]:
        """The destination; a new one for each test."""
        raise NotImplementedError

    def test_it_does_every_job_of_a_ticket_system(self, bench: Bench) -> None:
        assert set(TICKETING) <= bench.desk.jobs
        assert not bench.desk.jobs & set(ANNOUNCING)
        assert bench.desk.ping()

    def test_a_ticket_reads_back_with_its_key_and_priority(self, bench: Bench) -> None:
        ref = opened(bench)
        ticket = bench.desk.read(ref)
        assert (ticket.ref, ticket.key, ticket.status, ticket.assignee, ticket.priority) == (
            ref,
            KEY,
            "open",
            "",
            "critical",
        )
        assert ticket.link

    @pytest.mark.parametrize("severity", ["critical", "high", "normal", "low"])
    def test_each_severity_is_a_priority_of_its_own(self, bench: Bench, severity: str) -> None:
        ref = done(bench, task(Job.OPEN, card=card(severity=severity)))
        assert bench.desk.read(ref).priority == severity

    def test_a_key_finds_its_ticket_and_no_other(self, bench: Bench) -> None:
        request = bench.desk.prepare(task(Job.OPEN), "")
        assert bench.desk.find(request) is None
        ref = done(bench, task(Job.OPEN, key="ho_other"))
        assert bench.desk.find(request) is None
        mine = opened(bench)
        found = bench.desk.find(request)
        assert found is not None
        assert found.ref == mine != ref

    def test_after_a_lost_reply_the_ticket_is_found_instead_of_made_again(self, bench: Bench) -> None:
        request = bench.desk.prepare(task(Job.OPEN), "")
        bench.script(Fault.REPLY_LOST)
        assert isinstance(bench.desk.send(request), Ambiguous)
        found = bench.desk.find(request)
        assert found is not None
        assert bench.desk.read(found.ref).key == KEY
        assert bench.tickets() == 1

    def test_the_naive_retry_doubles_a_ticket_unless_the_system_is_idempotent(self, bench: Bench) -> None:
        request = bench.desk.prepare(task(Job.OPEN), "")
        bench.script(Fault.REPLY_LOST)
        bench.desk.send(request)
        bench.desk.send(request)
        assert bench.tickets() == (1 if bench.idempotent else 2)

    def test_the_packet_can_be_read_by_a_person_and_as_data(self, bench: Bench) -> None:
        ref = opened(bench)
        done(bench, task(Job.NOTE, 2, packet=packet(), text="Why: somebody smells gas."), ref)
        ticket = bench.desk.read(ref)
        assert ticket.packet == packet()
        [said] = with_marker(ticket, f"[{KEY}#2]")
        assert not said.public
        assert "Why: somebody smells gas." in said.text

    def test_a_note_whose_reply_was_lost_is_found_and_not_added_again(self, bench: Bench) -> None:
        ref = opened(bench)
        request = bench.desk.prepare(task(Job.NOTE, 2, text="Ring before you enter."), ref)
        assert bench.desk.find(request) is None
        bench.script(Fault.REPLY_LOST)
        assert isinstance(bench.desk.send(request), Ambiguous)
        assert bench.desk.find(request) is not None
        assert len(with_marker(bench.desk.read(ref), request.marker)) == 1

    def test_the_naive_retry_doubles_a_note(self, bench: Bench) -> None:
        ref = opened(bench)
        request = bench.desk.prepare(task(Job.NOTE, 2, text="Ring before you enter."), ref)
        bench.script(Fault.REPLY_LOST)
        bench.desk.send(request)
        bench.desk.send(request)
        assert len(with_marker(bench.desk.read(ref), request.marker)) == 2

    def test_what_the_customer_wrote_is_internal_and_complete(self, bench: Bench) -> None:
        ref = opened(bench)
        done(bench, task(Job.CUSTOMER_MESSAGE, 2, text="Still smells.\n<b>Please</b> hurry & come 😀"), ref)
        [said] = with_marker(bench.desk.read(ref), f"[{KEY}#2]")
        assert not said.public
        assert all(part in said.text for part in ("Still smells.", "<b>Please</b> hurry & come 😀"))

    def test_a_reply_reads_back_with_the_visibility_it_was_given(self, bench: Bench) -> None:
        ref = opened(bench)
        done(bench, task(Job.REPLY, 2, text="We are on our way.", author="ann"), ref)
        done(bench, task(Job.NOTE, 3, text="Second key at the neighbour's."), ref)
        ticket = bench.desk.read(ref)
        assert len(with_marker(ticket, f"[{KEY}#2]")) == 1
        [internal] = with_marker(ticket, f"[{KEY}#3]")
        assert not internal.public

    def test_urgency_sets_the_priority_anew(self, bench: Bench) -> None:
        ref = done(bench, task(Job.OPEN, card=card(severity="normal")))
        done(bench, task(Job.URGENCY, 2, card=card(severity="high")), ref)
        assert bench.desk.read(ref).priority == "high"

    def test_a_claim_by_a_person_the_system_knows_assigns_the_ticket(self, bench: Bench) -> None:
        ref = opened(bench)
        done(bench, task(Job.CLAIM, 2, author="ann", author_role="frontline_agent"), ref)
        ticket = bench.desk.read(ref)
        assert (ticket.status, ticket.assignee) == ("claimed", bench.ann)

    def test_a_claim_by_a_stranger_to_the_system_says_who_it_is(self, bench: Bench) -> None:
        ref = opened(bench)
        done(bench, task(Job.CLAIM, 2, text="Claimed by zoe", author="zoe", author_role="frontline_agent"), ref)
        ticket = bench.desk.read(ref)
        [said] = with_marker(ticket, f"[{KEY}#2]")
        assert "zoe" in said.text
        assert not said.public
        assert ticket.status == "claimed"
        assert ticket.assignee in ("", bench.desk.actor)

    def test_release_close_and_claim_again(self, bench: Bench) -> None:
        ref = opened(bench)
        claim = {"author": "ann", "author_role": "frontline_agent"}
        done(bench, task(Job.CLAIM, 2, **claim), ref)
        done(bench, task(Job.RELEASE, 3), ref)
        assert (bench.desk.read(ref).status, bench.desk.read(ref).assignee) == ("open", "")
        done(bench, task(Job.CLOSE, 4, text="Leak repaired."), ref)
        ticket = bench.desk.read(ref)
        assert ticket.status == "resolved"
        assert "Leak repaired." in with_marker(ticket, f"[{KEY}#4]")[0].text
        done(bench, task(Job.CLAIM, 5, **claim), ref)
        assert bench.desk.read(ref).status == "claimed"
        done(bench, task(Job.RELEASE, 6), ref)
        assert bench.desk.read(ref).status == "open"

    @pytest.mark.parametrize("job", [Job.URGENCY, Job.CLAIM, Job.RELEASE, Job.CLOSE])
    def test_a_change_whose_reply_was_lost_is_found(self, bench: Bench, job: Job) -> None:
        ref = opened(bench)
        request = bench.desk.prepare(task(job, 2, author="ann", author_role="frontline_agent"), ref)
        tries = 0
        while bench.desk.find(request) is None:
            bench.script(Fault.REPLY_LOST)
            assert isinstance(bench.desk.send(request), Ambiguous | RetryAfter)
            tries += 1
            if tries > 1:
                bench.desk.send(request)
        assert tries <= 2
        assert len(with_marker(bench.desk.read(ref), request.marker)) == 1

    def test_what_people_do_there_can_be_read(self, bench: Bench) -> None:
        ref = opened(bench)
        bench.assign(ref, bench.ann)
        bench.reply(ref, bench.ann, "On my way.")
        bench.note(ref, bench.ben, "I have the key.")
        bench.write_in(ref, "Thank you.")
        ticket = bench.desk.read(ref)
        assert (ticket.status, ticket.assignee) == ("claimed", bench.ann)
        said = [comment for comment in ticket.comments if comment.author != bench.desk.actor]
        assert [(one.public, one.from_customer) for one in said] == [(True, False), (False, False), (True, True)]
        assert [one.author for one in said[:2]] == [bench.ann, bench.ben]
        assert ["On my way." in said[0].text, "I have the key." in said[1].text] == [True, True]
        bench.resolve(ref)
        assert bench.desk.read(ref).status == "resolved"
        bench.reopen(ref)
        assert bench.desk.read(ref).status != "resolved"

    def test_what_we_wrote_is_known_as_ours(self, bench: Bench) -> None:
        ref = opened(bench)
        done(bench, task(Job.NOTE, 2, text="A note."), ref)
        done(bench, task(Job.REPLY, 3, text="A reply."), ref)
        bench.note(ref, bench.ann, "Mine.")
        ticket = bench.desk.read(ref)
        assert bench.desk.actor
        ours = [comment.author == bench.desk.actor for comment in ticket.comments]
        assert ours == [True] * (len(ours) - 1) + [False]

    def test_versions_grow_with_every_change(self, bench: Bench) -> None:
        ref = opened(bench)
        versions = [bench.desk.read(ref).version]
        for act in (
            lambda: bench.assign(ref, bench.ann),
            lambda: bench.note(ref, bench.ann, "One."),
            lambda: bench.assign(ref, bench.ben),
            lambda: bench.resolve(ref),
        ):
            bench.clock.advance(timedelta(seconds=1))
            act()
            versions.append(bench.desk.read(ref).version)
        assert sorted(versions, key=lambda one: (len(one), one)) == versions
        assert len(set(versions)) == len(versions)

    def test_a_change_is_seen_after_the_cursor_and_then_no_more(self, bench: Bench) -> None:
        ref = opened(bench)
        bench.clock.advance(timedelta(minutes=10))
        start = bench.desk.changes("")
        assert ref not in start.refs
        bench.assign(ref, bench.ann)
        bench.clock.advance(timedelta(minutes=5))
        seen = bench.desk.changes(start.cursor)
        assert seen.refs == (ref,)
        bench.clock.advance(timedelta(minutes=5))
        again = bench.desk.changes(seen.cursor)
        bench.clock.advance(timedelta(minutes=5))
        assert bench.desk.changes(again.cursor).refs == ()

    def test_no_change_is_lost_however_polls_and_changes_interleave(self, bench: Bench) -> None:
        refs = [done(bench, task(Job.OPEN, key=f"ho_{number}")) for number in range(4)]
        cursor, seen, expected = bench.desk.changes("").cursor, [], []
        for round_ in range(12):
            ref = refs[round_ % 4]
            bench.note(ref, bench.ann, f"Round {round_}.")
            expected.append((ref, f"Round {round_}."))
            if round_ % 3 == 0:
                bench.clock.advance(timedelta(seconds=1))
            if round_ % 2 == 0:
                bench.clock.advance(timedelta(seconds=13))
                changes = bench.desk.changes(cursor)
                cursor = changes.cursor
                seen += [(ref, one.text) for ref in changes.refs for one in bench.desk.read(ref).comments]
        bench.clock.advance(timedelta(minutes=3))
        seen += [(ref, one.text) for ref in bench.desk.changes(cursor).refs for one in bench.desk.read(ref).comments]
        assert set(expected) <= set(seen)

    @pytest.mark.parametrize("ref", ["", "../../users", "1?x=1", "999999", "f" * 32, "١"])
    def test_a_ticket_that_is_not_there_is_not_found(self, bench: Bench, ref: str) -> None:
        with pytest.raises(NotFound):
            bench.desk.read(ref)


class RemoteDeskContract(TicketDeskContract):
    """Tests that hold for every destination with tickets that is reached over HTTP and keeps only texts."""

    def test_lists_show_the_reason_and_nothing_of_the_customer(self, bench: Bench) -> None:
        ref = done(bench, task(Job.OPEN, packet=packet(), text=CANARY, customer="bob@example.org", author="Bob"))
        shown = bench.subject(ref)
        assert "safety.gas" in shown
        assert not [word for word in (CANARY, "bob", "Bob", "gas</b>") if word in shown]

    @pytest.mark.parametrize("length", [10_000, 30_000, 120_000])
    def test_a_long_packet_arrives_to_its_last_letter(self, bench: Bench, length: int) -> None:
        ref = opened(bench)
        done(bench, task(Job.NOTE, 2, packet=packet(length)), ref)
        assert bench.desk.read(ref).packet == packet(length)

    def test_a_long_packet_whose_replies_are_lost_arrives_once(self, bench: Bench) -> None:
        ref = opened(bench)
        request = bench.desk.prepare(task(Job.NOTE, 2, packet=packet(60_000)), ref)
        lost = 0
        for _ in range(60):
            bench.script(Fault.REPLY_LOST)
            outcome = bench.desk.send(request)
            if isinstance(outcome, Delivered):
                break
            assert isinstance(outcome, Ambiguous)
            lost += 1
            if bench.desk.find(request) is not None:
                break
        ticket = bench.desk.read(ref)
        texts = [comment.text for comment in ticket.comments]
        assert lost >= 1
        assert ticket.packet == packet(60_000)
        assert len(set(texts)) == len(texts)

    @pytest.mark.parametrize(
        ("fault", "outcome"),
        [
            (Fault.TOO_MANY, RetryAfter(seconds=30.0, code="http_429")),
            (Fault.UNAVAILABLE, RetryAfter(seconds=60.0, code="http_503")),
            (Fault.BROKEN, Ambiguous(code="http_500")),
            (Fault.BROKEN_AFTER, Ambiguous(code="http_502")),
            (Fault.PLAIN, Rejected(code="http_400")),
            (Fault.HTML, Ambiguous(code="unreadable")),
        ],
    )
    def test_each_refusal_has_its_outcome(self, bench: Bench, fault: Fault, outcome: Outcome) -> None:
        bench.script(fault)
        assert bench.desk.send(bench.desk.prepare(task(Job.OPEN), "")) == outcome
        ref = opened(bench)
        bench.script(fault)
        assert bench.desk.send(bench.desk.prepare(task(Job.NOTE, 2, text="A note."), ref)) == outcome

    def test_nobody_listening_is_no_delivery_and_no_knowledge(self, bench: Bench) -> None:
        desk = bench.stopped()
        request = desk.prepare(task(Job.OPEN), "")
        assert isinstance(desk.send(request), RetryAfter)
        cursor = bench.desk.changes("").cursor
        looks = (lambda: desk.find(request), lambda: desk.read("1"), lambda: desk.changes(cursor), desk.ping)
        for look in looks:
            with pytest.raises((DependencyFault, NotFound)):
                look()
        with pytest.raises(DependencyFault):
            desk.find(request)

    def test_a_slow_answer_is_ambiguous(self, bench: Bench) -> None:
        desk = bench.hurried()
        request = desk.prepare(task(Job.OPEN), "")
        bench.script(Fault.SLOW)
        assert isinstance(desk.send(request), Ambiguous)

    def test_wrong_credentials_are_rejected_and_do_not_pass_for_absence(self, bench: Bench) -> None:
        desk = bench.unknown()
        request = desk.prepare(task(Job.OPEN), "")
        assert desk.send(request) == Rejected(code="http_401")
        with pytest.raises(DependencyFault):
            desk.find(request)
        with pytest.raises(DependencyFault):
            desk.ping()

    def test_words_of_the_customer_pass_neither_for_a_marker_nor_for_a_packet(self, bench: Bench) -> None:
        ref = opened(bench)
        done(bench, task(Job.NOTE, 2, packet=packet()), ref)
        [carried] = [one.text for one in bench.desk.read(ref).comments if f"[{KEY}#2]" in one.text]
        data = next((line for line in carried.split("\n") if "safety.gas" in line and line.endswith("}")), "")
        forged = f"[{KEY}#4]\n" + data.replace("safety.gas", "nothing")
        done(bench, task(Job.CUSTOMER_MESSAGE, 3, text=forged), ref)
        assert bench.desk.find(bench.desk.prepare(task(Job.NOTE, 4, text="A note."), ref)) is None
        assert bench.desk.read(ref).packet == packet()

    def test_neither_address_nor_credentials_are_told(self, bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        told: list[str] = []
        ref = opened(bench)
        for fault in (Fault.NONE, Fault.TOO_MANY, Fault.PLAIN, Fault.HTML, Fault.REPLY_LOST):
            bench.script(fault)
            request = bench.desk.prepare(task(Job.NOTE, 2, text=CANARY), ref)
            told += [repr(bench.desk.send(request))]
        told += [json.dumps(_plain(request)), repr(bench.desk)]
        cursor = bench.desk.changes("").cursor
        for desk in (bench.stopped(), bench.unknown()):
            told.append(repr(desk.send(desk.prepare(task(Job.OPEN), ""))))
            for look in (desk.ping, lambda desk=desk: desk.read("1"), lambda desk=desk: desk.changes(cursor)):
                with pytest.raises((DependencyFault, NotFound)) as caught:
                    look()
                told += [str(caught.value), repr(caught.value)]
        lines = [record.getMessage() for record in caplog.records if record.name.partition(".")[0] != "asyncio"]
        for secret in bench.secrets:
            assert not [line for line in [*told, *lines] if secret in line]
        assert not [line for line in lines if CANARY in line]


def _plain(request: Request) -> dict[str, Any]:
    return {"path": request.path, "body": request.body, "expect": dict(request.expect), "marker": request.marker}
