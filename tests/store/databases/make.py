"""Makes the database of a version, with everything in it that can be open, and prints it as SQL.

`python -m tests.store.databases.make > tests/store/databases/VERSION.sql`, run with the code of that version. Ids and
times are the same in every run; LangGraph's checkpoint ids and what is random in a one-time code are not.
"""

from __future__ import annotations

import sqlite3
import sys
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from desks.memory import DELIVERY, SENT_AT, SIGNATURE, Fault, signature
from handover.packet.attachment import Attachment
from service.views import Attendance
from states.errors import StoreUnavailable
from states.vocabulary import Event
from store import steps
from store.database import open_store
from store.work import UnitOfWork
from tests.store.databases.office import ANNA, BEN, CLEO, HOOK, LEFT, MADE, SARA, Office

GAS, PERSON, CHANGE, ROUTINE = "I smell gas", "human please", "change my address", "When do you deliver?"
ON_DUTY = Attendance(teams=("safety",), available=True)


class Mortal(UnitOfWork):
    """A unit of work that can be told to die before it writes: what was received stays undecided."""

    dead = False

    def commit(self, *given: Any, **named: Any) -> Any:
        """Commit 2, or the end of the process."""
        if self.dead:
            raise StoreUnavailable("the process ended here")
        return super().commit(*given, **named)


def make(folder: Path) -> Path:
    """The database's file."""
    path = folder / "old.db"
    work = Mortal(open_store(f"sqlite:///{path}"))
    office = Office(f"sqlite:///{path}", folder, at=MADE - timedelta(days=30), counted=True, work=work)
    _long_ago(office)
    office.clock.set(MADE)
    _desk(office)
    _answering(office)
    _delivered(office)
    office.tickets.down = True
    _with_people(office)
    _consents(office)
    _ended(office)
    _late(office)
    _troubled(office)
    _on_the_way(office)
    office.clock.set(LEFT - timedelta(minutes=20))
    _waiting(office)
    office.clock.set(LEFT - timedelta(minutes=7))
    _codes(office)
    _undecided(office, work)
    office.close()
    return path


def _long_ago(office: Office) -> None:
    office.open("closed")
    office.say("closed", PERSON)
    office.do("closed", Event.CLAIMED)
    office.do("closed", Event.RESOLVED, text="It was solved on the phone.", resolution="solved")
    office.deliver()
    office.clock.advance(timedelta(hours=73))
    office.runtime.tick()


def _desk(office: Office) -> None:
    """Who works there, and what they may say."""
    office.runtime.attend(ANNA, Attendance(teams=("frontline", "privacy"), languages=("en",), capacity=8))
    office.runtime.attend(BEN, Attendance(available=False))
    for words in ("We have your letter.", "We have your letter and read it."):
        drafted = office.runtime.draft_template(SARA, "letter.received", "en", words)
        if words.endswith("letter."):
            number = int(drafted.version)
            office.runtime.approve_template(CLEO, "letter.received", "en", number, drafted.hash)


def _answering(office: Office) -> None:
    office.open("new")
    office.open("answered")
    office.say("answered", ROUTINE, "And how do you deliver to islands?")
    office.open("guarded")
    office.say("guarded", ROUTINE, "this is annoying")
    office.open("offered")
    office.say("offered", "Do your gnomes sing?")
    office.open("returned")
    office.say("returned", ROUTINE, PERSON)
    office.do("returned", Event.CLAIMED)
    office.do("returned", Event.AGENT_REPLIED, text="Your order is on its way.")
    office.do("returned", Event.HANDED_BACK, text="The rest is routine.")


def _delivered(office: Office) -> None:
    """The first two have tickets: `1` and `2` there are the first ones that are opened."""
    for name, text in (("ticketed", PERSON), ("worked", CHANGE)):
        office.open(name)
        office.say(name, text)
        office.deliver()
    office.do("worked", Event.CLAIMED)
    office.do("worked", Event.STEP_DONE, step="checked")
    office.do("worked", Event.PACKET_REVIEWED, fields=[{"field": "context.intent", "verdict": "accept"}])
    office.deliver()


def _claimed(office: Office, name: str, text: str = CHANGE) -> None:
    office.open(name)
    office.say(name, text)
    office.do(name, Event.CLAIMED)


def _with_people(office: Office) -> None:
    office.say("ticketed", "Is anybody there?")
    _claimed(office, "claimed", PERSON)
    _claimed(office, "regulated", "my lawyer will write to you")
    _claimed(office, "escalated", PERSON)
    office.do("escalated", Event.ESCALATED, text="beyond me")
    _claimed(office, "taken_over", PERSON)
    office.do("taken_over", Event.ESCALATED, text="beyond me")
    office.do("taken_over", Event.CLAIMED, SARA)
    _claimed(office, "failed_once")
    office.do("failed_once", Event.VERIFICATION_FAILED, text="a wrong street", method="attestation")
    _claimed(office, "verified")
    office.do("verified", Event.IDENTITY_VERIFIED, text="compared the passport by video")


def _consents(office: Office) -> None:
    _claimed(office, "exception", PERSON)
    office.do("exception", Event.EXCEPTION_REQUESTED, text="refund 20 after 40 days", kind="refund", amount=20)
    for name in ("hand_back_asked", "hand_back_agreed"):
        _claimed(office, name)
        office.do(name, Event.HAND_BACK_REQUESTED, text="the rest is routine")
    asked = office.view("hand_back_agreed").consent or {}
    office.do("hand_back_agreed", Event.HAND_BACK_AGREED, CLEO, request_hash=asked["hash"])


def _codes(office: Office) -> None:
    _claimed(office, "code_typed")
    office.do("code_typed", Event.CODE_SENT)
    office.send_codes()
    office.say("code_typed", f"it says {office.letters.letters[-1].code}")
    _claimed(office, "code_sent")
    office.do("code_sent", Event.CODE_SENT)


def _ended(office: Office) -> None:
    for name in ("resolved", "reopened"):
        _claimed(office, name, PERSON)
        office.do(name, Event.RESOLVED, text="Sent again.", resolution="solved")
    office.say("reopened", "it still did not come")


def _late(office: Office) -> None:
    """A clock that has climbed to its end, and one on its way there."""
    for name in ("breached", "renotified"):
        office.runtime.attend(BEN, ON_DUTY)
        office.open(name)
        office.say(name, GAS)
        office.clock.advance(timedelta(minutes=3))
    for _ in range(2):
        office.runtime.tick()
        office.clock.advance(timedelta(minutes=3))
    office.runtime.attend(BEN, ON_DUTY)


def _troubled(office: Office) -> None:
    """Steps toward `second`: one given up, one that may have got through, one whose worker died."""
    office.deliver()
    office.second.script(Fault.REJECTED, Fault.REPLY_LOST)
    for name in ("given_up", "unsure"):
        office.open(name)
        office.say(name, GAS)
        office.second.down = False
        office.delivery.tick()
        office.second.down = True
    office.open("worker_died")
    office.say("worker_died", GAS)
    office.deliver()
    with office.runtime.store.write() as connection:
        connection.exec_driver_sql(
            "UPDATE outbox SET next_attempt_at = created_at WHERE destination = 'second' AND status = 'pending' "
            "AND conversation_id = 'worker_died'"
        )
        held = steps.lease_step(connection, "second", "a dead worker", office.clock.now(), 60, ())
    if held is None or held.conversation_id != "worker_died":
        raise RuntimeError("the step of `worker_died` was to be leased")


def _on_the_way(office: Office) -> None:
    """A hint of the ticket system's that nobody has looked into."""
    at = office.clock.now().isoformat()
    signed = {SIGNATURE: signature(HOOK, at, b"1"), SENT_AT: at, DELIVERY: "hook-1"}
    office.delivery.receive("tickets", signed, b"1")


def _waiting(office: Office) -> None:
    """In the queue; no destination has been asked, and the clocks of the urgent one are overdue."""
    office.open("waiting")
    office.say("waiting", ROUTINE, PERSON)
    office.open("with_file")
    office.say(
        "with_file", CHANGE,
        attachments=(Attachment(name="form.pdf", media_type="application/pdf", size=8_000, ref="files/7"),),
    )  # fmt: skip
    office.runtime.attend(BEN, ON_DUTY)
    office.open("overdue")
    office.say("overdue", GAS)


def _undecided(office: Office, work: Mortal) -> None:
    """Received, and the process ended before it was decided: one to answer, one that needs a person, one for Anna."""
    office.open("undecided")
    office.say("undecided", ROUTINE)
    office.open("undecided_danger")
    work.dead = True
    for name, text in (("undecided", "Do you deliver on Sundays?"), ("undecided_danger", GAS), ("claimed", "Hello?")):
        try:
            office.say(name, text)
        except StoreUnavailable:
            continue
        raise RuntimeError(f"the message of {name!r} was decided")


def main() -> None:
    """Prints the SQL."""
    with TemporaryDirectory() as folder:
        opened = sqlite3.connect(make(Path(folder)))
        sys.stdout.write("\n".join(opened.iterdump()) + "\n")
        opened.close()


if __name__ == "__main__":
    main()
