"""Acts on what was not seen: refused by name, and no message of a customer is left with nobody."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.views import Act, ConversationView, NewConversation
from states.errors import BadInput, GuardRefused, NotSeen, StoreUnavailable
from states.table import ANSWERING, ENDING, TABLE, WITH_PERSON
from states.vocabulary import Author, Event, State
from store import arrivals
from store.database import open_store
from store.work import UnitOfWork
from tests.campaigns.invariants import violations
from tests.components import examples, postgres_cluster
from tests.graph.example import ANNA, BEN, Desk
from tests.ready_databases import new_database, sqlite_url

QUESTION = "When do you deliver?"


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    with postgres_cluster() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """A conversation on each database."""
    if request.param == "sqlite":
        url = sqlite_url(tmp_path)
    else:
        url = new_database(request.getfixturevalue("cluster"), f"seen{abs(hash(request.node.name))}")
    opened = Desk(url)
    yield opened
    opened.runtime.close()


def _end(desk: Desk, event: Event, seen: int | None, act_id: str | None = None) -> Any:
    act = Act(event=event, actor=ANNA, text="done", data={}, seen=seen, id=act_id)
    return desk.runtime.act(desk.id, act)


def _taken(desk: Desk) -> int:
    desk.say("human please")
    desk.do(Event.CLAIMED)
    return desk.newest


def test_the_acts_that_end_a_part_are_read_from_the_table() -> None:
    assert {Event.RESOLVED, Event.HANDED_BACK} == ENDING
    for row in TABLE:
        if row.source in WITH_PERSON and row.target not in WITH_PERSON:
            assert row.event in ENDING


@pytest.mark.parametrize("event", sorted(ENDING))
def test_who_has_not_seen_the_newest_message_is_refused_by_its_name(either: Desk, event: Event) -> None:
    seen = _taken(either)
    either.say(QUESTION, message_id="new-1")
    with pytest.raises(NotSeen, match=r"'new-1' \(seq \d+\)"):
        _end(either, event, seen)
    assert either.view.state is State.AGENT_VERIFYING
    assert _end(either, event, either.newest).state not in WITH_PERSON


@pytest.mark.parametrize("event", sorted(ENDING))
def test_an_act_that_names_nothing_is_refused_with_the_remedy(desk: Desk, event: Event) -> None:
    _taken(desk)
    with pytest.raises(NotSeen, match="send `seen`"):
        _end(desk, event, None)


def test_whoever_may_not_act_learns_nothing_of_new_messages(desk: Desk) -> None:
    seen = _taken(desk)
    desk.say(QUESTION)
    with pytest.raises(GuardRefused, match="the actor owns it") as refused:
        desk.runtime.act(desk.id, Act(event=Event.RESOLVED, actor=BEN, text="done", seen=seen))
    assert not isinstance(refused.value, NotSeen)


def test_a_number_that_is_not_there_yet_is_no_message_seen(desk: Desk) -> None:
    _taken(desk)
    with pytest.raises(BadInput, match="no message of that number"):
        _end(desk, Event.HANDED_BACK, 10_000)


def test_where_the_customer_wrote_nothing_there_is_nothing_to_see(desk: Desk) -> None:
    desk.do(Event.TRIGGER_FIRED)
    desk.do(Event.CLAIMED)
    assert _end(desk, Event.HANDED_BACK, None).state is State.BOT_HANDLING


def test_the_same_act_again_is_the_same_act_whatever_came_since(desk: Desk) -> None:
    seen = _taken(desk)
    assert not _end(desk, Event.RESOLVED, seen, "a1").repeated
    desk.say("it is still broken")
    assert _end(desk, Event.RESOLVED, seen, "a1").repeated


class _Between(UnitOfWork):
    """The customer's message comes in between the decision on an act and its commit."""

    come: Any = None

    def commit(self, *given: Any, **named: Any) -> Any:
        come, self.come = self.come, None
        if come is not None:
            come()
        return super().commit(*given, **named)


@pytest.mark.parametrize("event", sorted(ENDING))
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_message_between_decision_and_commit_is_seen_by_the_commit(
    request: pytest.FixtureRequest, tmp_path: Path, database: str, event: Event
) -> None:
    """Commit 1 of a message moves no version: only its number tells."""
    url = sqlite_url(tmp_path)
    if database == "postgresql":
        url = new_database(request.getfixturevalue("cluster"), f"between_{event.value}")
    store = open_store(url)
    work = _Between(store)
    desk = Desk(url, unit_of_work=work)
    try:
        seen = _taken(desk)
        work.come = lambda: _stored_only(desk, "between")
        with pytest.raises(NotSeen, match="'between'"):
            _end(desk, event, seen)
        desk.wait(seconds=1)
        assert desk.view.state is State.AGENT_VERIFYING
        assert desk.events[-1] == "customer_replied"
    finally:
        desk.runtime.close()
        store.close()


def _stored_only(desk: Desk, message_id: str) -> None:
    """Commit 1 of a message whose worker dies there."""
    incoming = desk.runtime._messages.incoming(desk.id, message_id, QUESTION)
    with desk.runtime.store.write() as connection:
        arrivals.receive(connection, incoming, "dead", 0.0)


# What nobody answered is the assistant's


def test_what_nobody_answered_is_answered_after_the_hand_back_once(either: Desk) -> None:
    _taken(either)
    either.say(QUESTION, message_id="q1")
    _end(either, Event.HANDED_BACK, either.newest, "back")
    _end(either, Event.HANDED_BACK, either.newest, "back")
    either.runtime.tick()
    answers = [one for one in either.view.messages if one.author == Author.ASSISTANT and one.in_reply_to == "q1"]
    assert [one.text for one in answers] == ["Delivery takes three days."]
    assert either.events.count("message_answered") == 1
    assert either.view.state is State.BOT_HANDLING
    assert violations(either.runtime.store, either.id) == []


@pytest.mark.parametrize("says", [(), ("[one_time_code]",)], ids=["nothing", "a code"])
def test_what_led_to_the_handover_and_codes_are_not_asked_again(desk: Desk, says: tuple[str, ...]) -> None:
    _taken(desk)
    for text in says:
        desk.say(text)
    _end(desk, Event.HANDED_BACK, desk.newest)
    assert desk.events[-1] == "handed_back"
    assert desk.view.state is State.BOT_HANDLING


def test_what_a_person_answered_is_not_answered_again(desk: Desk) -> None:
    _taken(desk)
    desk.say(QUESTION)
    desk.do(Event.AGENT_REPLIED, text="In three days.")
    _end(desk, Event.HANDED_BACK, desk.newest)
    assert desk.events[-1] == "handed_back"


def test_what_is_dangerous_and_unanswered_comes_back_to_people(desk: Desk) -> None:
    _taken(desk)
    desk.say("I smell gas")
    _end(desk, Event.HANDED_BACK, desk.newest)
    assert desk.view.state in (State.HANDED_OFF, State.ESCALATED)


def test_a_crash_after_the_hand_back_leaves_the_message_to_recovery(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _taken(desk)
    desk.say(QUESTION, message_id="q1")

    def dies(*given: Any) -> None:
        raise StoreUnavailable("the process ended here")

    with monkeypatch.context() as broken:
        broken.setattr(desk.runtime._messages, "complete", dies)
        _end(desk, Event.HANDED_BACK, desk.newest)
    assert desk.events[-1] == "handed_back"
    assert desk.wait(seconds=60) == 1
    assert desk.events[-1] == "message_answered"
    assert desk.wait(seconds=60) == 0


def test_two_workers_answer_what_was_left_once(either: Desk) -> None:
    for turn in range(4):
        either.id = either.runtime.open(NewConversation(customer="cus-1")).id
        _taken(either)
        either.say(QUESTION)
        back = threading.Thread(target=_end, args=(either, Event.HANDED_BACK, either.newest))
        others = [threading.Thread(target=either.runtime.tick) for _ in range(3)]
        for one in (back, *others):
            one.start()
        for one in (back, *others):
            one.join()
        either.runtime.tick()
        assert either.events.count("message_answered") == 1, turn


# No message is left with nobody

STEPS = st.lists(st.sampled_from(["ask", "claim", "reply", "hand_back", "resolve", "stale", "tick"]), max_size=9)


@settings(
    max_examples=examples(25, 600), deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(steps=STEPS)
def test_no_message_is_left_without_answer_owner_or_clock(desk: Desk, steps: list[str]) -> None:
    """Any order of messages and acts on what was seen: whatever is written is answered, or is a person's."""
    desk.id = desk.runtime.open(NewConversation(customer="cus-1")).id
    desk.say("human please")
    seen = 0
    for number, step in enumerate(steps):
        if step != "stale":
            looked = seen if step in ("hand_back", "resolve") and number % 2 else desk.newest
        else:
            looked = 1
        _try(desk, step, looked)
        seen = looked
        _nobody_is_forgotten(desk.view)
    desk.runtime.tick()
    _nobody_is_forgotten(desk.view)


def _try(desk: Desk, step: str, seen: int) -> None:
    try:
        if step == "ask":
            desk.say(QUESTION)
        elif step == "claim":
            desk.do(Event.CLAIMED)
        elif step == "reply":
            desk.do(Event.AGENT_REPLIED, text="In three days.")
        elif step in ("hand_back", "stale"):
            _end(desk, Event.HANDED_BACK, seen)
        elif step == "resolve":
            _end(desk, Event.RESOLVED, seen)
        else:
            desk.runtime.tick()
    except Exception as error:
        if not isinstance(error, GuardRefused) and type(error).__name__ != "IllegalEvent":
            raise


def _nobody_is_forgotten(view: ConversationView) -> None:
    """With the assistant, every question has an answer after it; with people, somebody owns it or a clock calls."""
    if view.state in WITH_PERSON:
        assert view.owner_id or {"claim", "packet"} & set(view.timers)
        return
    asked = [one for one in view.messages if one.text == QUESTION]
    if view.state in ANSWERING and asked:
        answers = [one for one in view.messages if one.author in (Author.ASSISTANT, Author.AGENT)]
        assert answers, "asked, and nobody answered"
        assert max(one.seq for one in answers) > asked[-1].seq
    if view.state is State.RESOLVED:
        ended = max(one.data.get("seen", 0) for one in view.events if one.event == Event.RESOLVED)
        assert all(one.seq <= ended for one in asked)
