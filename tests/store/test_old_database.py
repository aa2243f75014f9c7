"""A database that an older version made opens under this one, and every conversation in it goes on."""

from __future__ import annotations

import gzip
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlmodel import SQLModel

from desks.memory import MemoryDesk
from desks.port import Job, Request
from graph.saver import TurnSaver
from handover.packet.schema import dump, load
from states.errors import ConversationClosed, GuardRefused
from states.vocabulary import Clock, Event, State
from store.append_only import drop_append_only
from store.database import open_store
from store.migrate import HEAD
from tests.campaigns.invariants import open_handovers, violations
from tests.store.databases.make import CHANGE, PERSON, ROUTINE, make
from tests.store.databases.office import ANNA, CLEO, HERE, LEFT, SARA, Office

ANSWER = "Delivery takes three days."
UNDECIDED = ("undecided", "undecided_danger", "claimed")
VERSIONS = sorted(path.name.removesuffix(".sql.gz") for path in HERE.glob("*.sql.gz"))


@pytest.fixture(scope="module", params=VERSIONS)
def migrated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an old database that the present code has opened once, and nobody has worked on."""
    file = tmp_path_factory.mktemp(request.param) / "old.db"
    opened = sqlite3.connect(file)
    opened.executescript(gzip.decompress((HERE / f"{request.param}.sql.gz").read_bytes()).decode())
    opened.close()
    open_store(f"sqlite:///{file}").close()
    return file


@pytest.fixture
def url(migrated: Path, tmp_path: Path) -> str:
    """The old database, in a file of its own."""
    shutil.copyfile(migrated, tmp_path / "old.db")
    return f"sqlite:///{tmp_path}/old.db"


@pytest.fixture
def office(url: str, tmp_path: Path) -> Iterator[Office]:
    """The present code, two minutes later; the tickets that were there are still there."""
    opened = Office(url, tmp_path, at=LEFT + timedelta(minutes=2))
    for row in rows(opened, "SELECT destination, ref, handover_id, status, assignee FROM ticket ORDER BY ref"):
        stock({"tickets": opened.tickets, "second": opened.second}[row["destination"]], row)
    yield opened
    opened.close()


def stock(desk: MemoryDesk, row: Any) -> None:
    """Opens the ticket again in an empty ticket system."""
    body = {"fields": {}, "comment": "", "public": False, "packet": {}, "key": row["handover_id"]}
    desk.send(Request(job=Job.OPEN, key=row["handover_id"], marker="", ref="", path="", body=body, expect={}))
    if row["assignee"]:
        desk.assign(row["ref"], row["assignee"])
    desk.set_status(row["ref"], row["status"])


def rows(office: Office, statement: str, **values: Any) -> list[Any]:
    """What a query finds."""
    with office.runtime.store.read() as connection:
        return list(connection.execute(text(statement), values).mappings())


def names(office: Office) -> list[str]:
    """All conversations."""
    return [row["id"] for row in rows(office, "SELECT id FROM conversation ORDER BY id")]


def state(office: Office, name: str) -> State:
    return office.view(name).state


def said(office: Office, name: str) -> str:
    """What the customer read last."""
    return office.view(name).messages[-1].text


def events(office: Office, name: str) -> list[str]:
    return [one.event for one in office.view(name).events]


def finish(office: Office, name: str, actor: Any = ANNA) -> None:
    """The owner answers and ends it."""
    office.do(name, Event.AGENT_REPLIED, actor, text="It is done.")
    assert said(office, name) == "It is done."
    office.do(name, Event.RESOLVED, actor, text="done", resolution="solved")
    assert state(office, name) is State.RESOLVED
    assert open_handovers(office.runtime.store, name) == 0


# What is next in each conversation


def _closed(office: Office) -> None:
    with pytest.raises(ConversationClosed):
        office.say("closed", "hello?")


def _answering(name: str) -> Callable[[Office], None]:
    def goes_on(office: Office) -> None:
        office.say(name, ROUTINE)
        assert said(office, name) == ANSWER
        office.say(name, PERSON)
        assert state(office, name) is State.HANDED_OFF

    return goes_on


def _guarded(office: Office) -> None:
    office.say("guarded", "Do you deliver to Malta?", "And do you deliver gifts?")
    assert said(office, "guarded") == ANSWER
    assert state(office, "guarded") is State.BOT_HANDLING


def _offered(office: Office) -> None:
    office.say("offered", "yes please")
    assert events(office, "offered")[-2:] == ["human_accepted", "packet_ready"]


def _returned(office: Office) -> None:
    before = office.view("returned").handover
    office.say("returned", ROUTINE)
    assert said(office, "returned") == ANSWER
    office.say("returned", PERSON)
    again = office.view("returned").handover
    assert before is not None
    assert again is not None
    assert again.packet["envelope"]["previous_handover_id"] == before.id
    assert state(office, "returned") is State.ESCALATED, "the same need again is a loop"


def _queued(name: str) -> Callable[[Office], None]:
    def goes_on(office: Office) -> None:
        version = office.view(name).version
        office.say(name, "Is it long?")
        assert office.view(name).version == version + 1
        office.do(name, Event.CLAIMED)
        office.do(name, Event.IDENTITY_VERIFIED, text="compared the passport by video")
        if office.view(name).handover.packet["action"]["playbook"]:
            office.do(name, Event.STEP_DONE, step="checked")
        finish(office, name)

    return goes_on


def _worked(office: Office) -> None:
    handover = office.view("worked").handover
    assert handover is not None
    assert handover.steps_done == ("checked",)
    assert [one["field"] for one in handover.packet["review"]] == ["context.intent"]
    with pytest.raises(GuardRefused):
        office.do("worked", Event.RESOLVED, text="done", resolution="solved")
    office.do("worked", Event.IDENTITY_VERIFIED, text="compared the passport by video")
    finish(office, "worked")


def _claimed(office: Office) -> None:
    assert office.runtime.recover() == len(UNDECIDED)
    finish(office, "claimed")


def _regulated(office: Office) -> None:
    with pytest.raises(GuardRefused):
        office.do("regulated", Event.AGENT_REPLIED, text="You will win.")
    office.do("regulated", Event.AGENT_REPLIED, template={"id": "letter.received", "language": "en", "version": 1})
    assert said(office, "regulated") == "We have your letter."


def _senior(name: str) -> Callable[[Office], None]:
    def goes_on(office: Office) -> None:
        if office.view(name).owner_id != SARA.id:
            office.do(name, Event.CLAIMED, SARA)
        finish(office, name, SARA)

    return goes_on


def _failed_once(office: Office) -> None:
    for wanted in (State.AGENT_VERIFYING, State.ESCALATED):
        office.do("failed_once", Event.VERIFICATION_FAILED, text="a wrong street", method="attestation")
        assert state(office, "failed_once") is wanted


def _verified(office: Office) -> None:
    office.do("verified", Event.STEP_DONE, step="checked")
    finish(office, "verified")


def _exception(office: Office) -> None:
    asked = office.view("exception").consent
    assert asked is not None
    office.do("exception", Event.EXCEPTION_APPROVED, CLEO, request_hash=asked["hash"])
    assert (state(office, "exception"), office.view("exception").owner_id) == (State.AGENT_VERIFYING, "anna")
    finish(office, "exception")


def _hand_back_asked(office: Office) -> None:
    asked = office.view("hand_back_asked").consent
    assert asked is not None
    office.do("hand_back_asked", Event.HAND_BACK_AGREED, CLEO, request_hash=asked["hash"])
    _hand_back(office, "hand_back_asked")


def _hand_back(office: Office, name: str = "hand_back_agreed") -> None:
    with pytest.raises(GuardRefused):
        office.do(name, Event.HANDED_BACK, text="something else")
    office.do(name, Event.HANDED_BACK, text="the rest is routine")
    office.say(name, ROUTINE)
    assert said(office, name) == ANSWER


def _code_typed(office: Office) -> None:
    office.do("code_typed", Event.IDENTITY_VERIFIED, method="code", from_chat=True)
    office.do("code_typed", Event.STEP_DONE, step="checked")
    finish(office, "code_typed")


def _code_sent(office: Office) -> None:
    assert office.send_codes() == 1
    office.do("code_sent", Event.IDENTITY_VERIFIED, method="code", code=office.letters.letters[-1].code)
    office.do("code_sent", Event.STEP_DONE, step="checked")
    finish(office, "code_sent")


def _resolved(office: Office) -> None:
    assert office.view("resolved").survey == "person"
    office.say("resolved", "5")
    assert events(office, "resolved")[-1] == Event.SURVEY_ANSWERED
    office.say("resolved", "it still did not come")
    assert state(office, "resolved") is State.HANDED_OFF


def _climbing(name: str, *expected: Event) -> Callable[[Office], None]:
    def goes_on(office: Office) -> None:
        before = len(events(office, name))
        office.runtime.tick()
        assert set(expected) <= set(events(office, name)[before:])

    return goes_on


def _toward_second(name: str) -> Callable[[Office], None]:
    """A step that was given up, is unsure or had a worker that died: one ticket in the end, not two."""

    def goes_on(office: Office) -> None:
        if name == "given_up":
            dead = rows(office, "SELECT id FROM outbox WHERE status = 'dead' AND job = 'open'")
            assert office.outbox.replay(dead[0]["id"]) >= 1
        work(office)
        handover = office.view(name).handover
        assert handover is not None
        assert [one.key for one in office.second.tickets].count(handover.id) == 1

    return goes_on


def _undecided(office: Office) -> None:
    assert office.runtime.recover() == len(UNDECIDED)
    assert said(office, "undecided") == ANSWER


def _undecided_danger(office: Office) -> None:
    office.say("undecided_danger", "please hurry")
    assert state(office, "undecided_danger") is State.HANDED_OFF
    assert office.view("undecided_danger").handover.packet["why"]["severity"] == "critical"


NEXT: dict[str, Callable[[Office], None]] = {
    "closed": _closed,
    "new": _answering("new"),
    "answered": _answering("answered"),
    "guarded": _guarded,
    "offered": _offered,
    "returned": _returned,
    "ticketed": _queued("ticketed"),
    "worked": _worked,
    "claimed": _claimed,
    "regulated": _regulated,
    "escalated": _senior("escalated"),
    "taken_over": _senior("taken_over"),
    "failed_once": _failed_once,
    "verified": _verified,
    "exception": _exception,
    "hand_back_asked": _hand_back_asked,
    "hand_back_agreed": _hand_back,
    "code_typed": _code_typed,
    "code_sent": _code_sent,
    "resolved": _resolved,
    "reopened": _queued("reopened"),
    "breached": _senior("breached"),
    "renotified": _climbing("renotified", Event.SLA_BREACHED),
    "given_up": _toward_second("given_up"),
    "unsure": _toward_second("unsure"),
    "worker_died": _toward_second("worker_died"),
    "waiting": _queued("waiting"),
    "with_file": _queued("with_file"),
    "overdue": _climbing("overdue", Event.SLA_ENDANGERED, Event.SLA_BREACHED),
    "undecided": _undecided,
    "undecided_danger": _undecided_danger,
}


@pytest.mark.parametrize("name", list(NEXT))
def test_each_conversation_goes_on(office: Office, name: str) -> None:
    before = rows(office, "SELECT checkpoint_id FROM conversation WHERE id = :id", id=name)[0]["checkpoint_id"]
    NEXT[name](office)
    assert violations(office.runtime.store, name) == []
    assert before is None or before in line(office, name)


def line(office: Office, name: str) -> list[str]:
    """The thread's checkpoints, from the one its row names back to the first."""
    found = rows(
        office,
        "SELECT checkpoint_id, parent_checkpoint_id FROM checkpoints WHERE thread_id = :id AND checkpoint_ns = ''",
        id=name,
    )
    parents = {row["checkpoint_id"]: row["parent_checkpoint_id"] for row in found}
    at = rows(office, "SELECT checkpoint_id FROM conversation WHERE id = :id", id=name)[0]["checkpoint_id"]
    walked = []
    while at is not None:
        walked.append(at)
        at = parents[at]
    return walked


# What holds of all of them


def test_the_next_thing_is_tried_in_every_conversation(office: Office) -> None:
    assert names(office) == sorted(NEXT)


def test_it_is_brought_to_this_versions_schema(office: Office) -> None:
    assert rows(office, "SELECT version_num FROM alembic_version")[0]["version_num"] == HEAD
    with office.runtime.store.read() as connection:
        found = compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)
    assert [
        one for one in found if getattr(one[1], "name", "") not in {"checkpoints", "writes", "alembic_version"}
    ] == []


def test_it_has_whatever_can_be_open(office: Office) -> None:
    assert {row["state"] for row in rows(office, "SELECT state FROM conversation")} == set(State) - {State.TRIGGERED}
    assert {row["clock"] for row in rows(office, "SELECT clock FROM timer")} == set(Clock) - {Clock.PACKET}
    outbox = rows(office, "SELECT status, destination = '' AS queued, unsure, lease_owner FROM outbox")
    assert {(row["status"], bool(row["queued"])) for row in outbox} >= {
        ("pending", True), ("pending", False), ("done", True), ("done", False), ("dead", False)
    }  # fmt: skip
    assert any(row["unsure"] for row in outbox)
    assert any(row["lease_owner"] for row in outbox)
    assert len(rows(office, "SELECT 1 FROM message WHERE author = 'customer' AND outcome_event_id IS NULL")) == 3
    assert len(rows(office, "SELECT 1 FROM conversation WHERE pending_consent IS NOT NULL")) == 3
    assert len(rows(office, "SELECT 1 FROM inbox WHERE processed_at IS NULL")) == 1


def test_every_chain_holds_and_every_log_agrees_with_its_row(office: Office) -> None:
    wrong = {name: violations(office.runtime.store, name) for name in names(office) if name not in UNDECIDED}
    assert {name: found for name, found in wrong.items() if found} == {}


def test_a_changed_word_in_an_old_log_is_found(office: Office) -> None:
    with office.runtime.store.write() as connection:
        drop_append_only(connection)
        connection.execute(text("UPDATE event SET actor_id = 'mallory' WHERE conversation_id = 'worked' AND seq = 5"))
        connection.execute(text("UPDATE event SET data = '{}' WHERE conversation_id = 'ticketed'"))
    assert all("hash chain" in violations(office.runtime.store, name)[0] for name in ("worked", "ticketed"))


def test_every_old_packet_is_read_and_written_back_the_same(office: Office) -> None:
    packets = [office.view(name).handover for name in names(office)]
    assert len([one for one in packets if one is not None]) >= 20
    assert all(dump(load(one.packet)) == one.packet for one in packets if one is not None)


def test_every_thread_stands_where_its_row_does(office: Office) -> None:
    saver, found = TurnSaver(office.runtime.store), 0
    for row in rows(office, "SELECT id, state, checkpoint_id FROM conversation WHERE checkpoint_id IS NOT NULL"):
        kept = saver.get_tuple({"configurable": {"thread_id": row["id"], "checkpoint_ns": ""}})
        assert kept is not None
        assert kept.checkpoint["id"] == row["checkpoint_id"]
        assert kept.checkpoint["channel_values"]["state"] == row["state"]
        found += 1
    assert found >= 25


def test_queue_people_and_templates_are_there(office: Office) -> None:
    open_now = len(rows(office, "SELECT 1 FROM handover WHERE open"))
    assert len(office.runtime.queue()) == open_now >= 20
    assert [one.id for one in office.runtime.people()] == ["anna", "ben"]
    assert {(one.id, one.state.value) for one in office.runtime.templates() if isinstance(one.version, int)} == {
        ("letter.received", "approved"), ("letter.received", "draft")
    }  # fmt: skip
    assert office.view("with_file").messages[0].attachments[0].name == "form.pdf"


def test_what_was_left_undecided_is_decided_once(office: Office) -> None:
    assert office.runtime.recover() == len(UNDECIDED)
    assert office.runtime.recover() == 0
    assert all(violations(office.runtime.store, name) == [] for name in UNDECIDED)
    assert state(office, "undecided_danger") is State.HANDED_OFF


def work(office: Office, minutes: int = 30) -> None:
    """A worker's half hour: delivery looks twice a minute; no clock fires."""
    for _ in range(2 * minutes):
        office.clock.advance(timedelta(seconds=30))
        office.deliver()


def test_what_waited_in_the_outbox_reaches_the_ticket_system_once(office: Office) -> None:
    work(office, minutes=60)
    left = rows(office, "SELECT id, last_code FROM outbox WHERE status = 'pending' AND effect <> 'send_code'")
    assert [dict(row) for row in left] == []
    keys = [one.key for one in office.tickets.tickets]
    handovers = [row["id"] for row in rows(office, "SELECT id FROM handover")]
    assert sorted(keys) == sorted(handovers)
    (known,) = rows(office, "SELECT id FROM handover WHERE conversation_id = 'ticketed'")
    (mine,) = (one for one in office.tickets.tickets if one.key == known["id"])
    assert [one.text.split("\n")[0] for one in mine.comments].count("Is anybody there?") == 1
    assert rows(office, "SELECT 1 FROM inbox WHERE processed_at IS NULL") == []


def test_what_may_have_got_through_is_looked_up_before_it_is_sent_again(office: Office) -> None:
    unsure = office.view("unsure").handover
    assert unsure is not None
    ref = str(len(office.second.tickets) + 1)
    stock(office.second, {"handover_id": unsure.id, "assignee": "", "ref": ref, "status": "open"})
    work(office)
    assert [one.key for one in office.second.tickets].count(unsure.id) == 1
    (receipt,) = rows(
        office,
        "SELECT receipt FROM outbox WHERE destination = 'second' AND job = 'open' AND conversation_id = 'unsure'",
    )
    assert receipt["receipt"] is not None


def test_every_clock_fires_and_everybody_is_called_or_let_go(office: Office) -> None:
    before = {name: len(events(office, name)) for name in names(office)}
    for _ in range(8 * 8):
        office.clock.advance(timedelta(hours=3))
        office.runtime.tick()
    happened = {event for name in names(office) for event in events(office, name)[before[name] :]}
    assert happened >= {"sla_breached", "sla_endangered", "consent_expired", "expired"}
    for name in names(office):
        view = office.view(name)
        assert violations(office.runtime.store, name) == []
        assert view.closed or view.state is State.ESCALATED, f"{name} was left in {view.state}"


def test_an_answer_that_an_old_version_gave_is_given_again(office: Office) -> None:
    version = office.view("answered").version
    again = office.runtime.post("answered", ROUTINE, message_id="answered-1")
    assert (again.repeated, again.replies[0].text) == (True, ANSWER)
    assert office.view("answered").version == version


def test_a_person_is_reached_from_each_old_state(office: Office) -> None:
    """Whatever was open, a message that tells of danger has a person's eyes in the end."""
    office.runtime.recover()
    for name in names(office):
        office.say(name, "I smell gas")
        handover = office.view(name).handover
        assert handover is not None, name
        assert handover.open, name
        assert handover.packet["why"]["severity"] == "critical", name


def test_this_version_makes_such_a_database_too(office: Office, tmp_path: Path) -> None:
    """`make` runs with the code of today, so that the next version finds one of this."""
    folder = tmp_path / "new"
    folder.mkdir()
    new = Office(f"sqlite:///{make(folder)}", folder)
    assert [(name, state(new, name)) for name in names(new)] == [(name, state(office, name)) for name in names(office)]
    new.close()


def test_nothing_old_is_in_the_way_of_a_new_conversation(office: Office) -> None:
    office.open("fresh")
    office.say("fresh", CHANGE)
    assert state(office, "fresh") is State.HANDED_OFF
