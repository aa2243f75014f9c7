"""A message to a resolved conversation: a danger gets a person however it had ended, and no message vanishes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import text

from assistants.port import Draft
from conversation.answer import Direct
from conversation.handle import run_through
from conversation.inbound import Inbound, Kind
from conversation.records import Outcome, Snapshot, StoredMessage
from conversation.rules import Rules
from conversation.run import Run
from handover.people.codes import MIN_KEY, CodeMaker
from policy.loader import load_pack
from proof.chain import GENESIS
from service.door import Handrail
from service.outbox import Outbox
from service.views import Actor, NewConversation
from states.clock import SystemIds
from states.errors import BadInput, ConversationClosed, NotFound
from states.vocabulary import Event, Role, State
from store.arrivals import receive
from store.records import Incoming
from tests.campaigns.invariants import open_handovers, violations
from tests.components import SOAK
from tests.graph.example import Desk
from tests.packs.life_threat_messages import LIFE_THREATS
from tests.ready_databases import sqlite_url
from triggers.engine import compile_policy

NOW = datetime(2026, 1, 7, 11, 0, tzinfo=UTC)
PACKS = ("default", "finance", "healthcare", "privacy")
FINAL = {
    "the assistant's, in the window": (False, False),
    "the assistant's, closed": (False, True),
    "a person's, in the window": (True, False),
    "a person's, closed": (True, True),
}
"""Every way in which a conversation can have ended: latched, closed."""
THREATS = [
    (language, line.strip())
    for language, block in LIFE_THREATS.items()
    for line in block.strip().splitlines()[:: 1 if SOAK else 4]
]


@cache
def rules(pack: str) -> Rules:
    loaded = load_pack(pack)
    return Rules(loaded=loaded, engine=compile_policy(loaded), ids=SystemIds(), codes=CodeMaker(b"k" * MIN_KEY))


def wrote(words: str, pack: str, language: str, latched: bool, closed: bool) -> Outcome:
    """What a message leads to in a conversation that has ended so."""
    ours = rules(pack)
    snapshot = Snapshot(
        id="c1", state=State.RESOLVED, version=3, channel="web", language=language, customer="", channel_facts={},
        history={"turns": 2, "survey": "person"}, latched=latched, owner_id=None, owner_role=None,
        pending_consent=None, policy_name=pack, policy_hash=ours.loaded.hash, head_hash=GENESIS, checkpoint_id=None,
        closed=closed, created_at=NOW - timedelta(days=9), updated_at=NOW - timedelta(days=4),
    )  # fmt: skip
    message = StoredMessage(id="m1", seq=9, author="customer", actor_id="", text=words, at=NOW, late=closed)
    inbound = Inbound(kind=Kind.MESSAGE, id="m1", message=message, text=words)
    run = Run.begin(snapshot, inbound, ours, NOW)
    return run_through(run, Direct(lambda question: Draft(text="Fine.", confidence=1.0, verbatim=True)))


@pytest.mark.parametrize("how", FINAL)
@pytest.mark.parametrize("pack", PACKS)
def test_a_life_threat_gets_a_person_at_once_however_the_conversation_had_ended(pack: str, how: str) -> None:
    wrong = []
    for language, threat in THREATS:
        outcome = wrote(threat, pack, language, *FINAL[how])
        opened = outcome.handover
        waits = outcome.state in (State.HANDED_OFF, State.ESCALATED) and outcome.latched and not outcome.closed
        if opened is None or not opened.open or opened.sla != "immediate" or not waits or not outcome.utterances:
            wrong.append(threat)
    assert wrong == []


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = Desk(sqlite_url(tmp_path))
    yield opened
    opened.runtime.close()


def end(desk: Desk, by: str) -> None:
    """The conversation ends, and its reopen window too."""
    if by == "person":
        desk.say("human please")
        desk.do(Event.CLAIMED)
        desk.do(Event.RESOLVED, text="done")
    else:
        desk.say("Do you deliver?")
        desk.wait(hours=25)
    desk.wait(hours=73)
    assert desk.view.closed


@pytest.mark.parametrize("by", ["person", "assistant"])
@pytest.mark.parametrize("words", ["I smell gas", "human please", "change my address"])
def test_what_calls_for_a_person_after_the_window_has_one(desk: Desk, by: str, words: str) -> None:
    end(desk, by)
    result = desk.say(words, "late")
    assert result.state is State.HANDED_OFF
    assert result.replies[0].text.startswith("A person from")
    assert not desk.view.closed
    assert open_handovers(desk.runtime.store, desk.id) == 1
    assert desk.say(words, "late").repeated
    assert {"claim", "resolve"} <= set(desk.view.timers)
    desk.do(Event.CLAIMED)
    desk.do(Event.AGENT_REPLIED, text="I am here.")
    assert violations(desk.runtime.store, desk.id) == []


@pytest.mark.parametrize("by", ["person", "assistant"])
def test_thanks_after_the_window_are_kept_and_nobody_is_told_to_begin_anew(desk: Desk, by: str) -> None:
    end(desk, by)
    assert desk.say("thank you").replies == ()
    assert desk.view.closed
    assert desk.view.messages[-1].text == "thank you"


def test_what_came_in_time_is_in_time_however_late_it_is_decided(desk: Desk) -> None:
    """A message whose worker died is decided after the window has ended: it is no late one."""
    desk.say("Do you deliver?")
    desk.wait(hours=25)
    with desk.runtime.store.write() as connection:
        incoming = Incoming(
            conversation_id="c1", id="m9", text="And to Cork, do you deliver?", body_hash="h", redactions={},
            at=desk.clock.now(),
        )  # fmt: skip
        receive(connection, incoming, "dead", 1.0)
        connection.execute(text("UPDATE conversation SET closed = true"))
    desk.clock.advance(timedelta(minutes=5))
    assert desk.runtime.recover() == 1
    assert (desk.view.state, desk.view.closed) == (State.BOT_HANDLING, False)


def test_a_danger_after_one_that_was_kept_is_in_the_same_conversation(desk: Desk) -> None:
    end(desk, "person")
    with pytest.raises(ConversationClosed):
        desk.say("where is my lamp now")
    desk.say("I smell gas")
    said = [one.text for one in desk.view.messages if one.author == "customer"]
    assert said[-2:] == ["where is my lamp now", "I smell gas"]
    assert desk.view.handover.packet["why"]["severity"] == "critical"


# The conversation that follows

WEB, OTHER = Actor(id="web", role=Role.CUSTOMER), Actor(id="shop", role=Role.CUSTOMER)


@pytest.fixture
def door(desk: Desk) -> Handrail:
    made = Handrail(desk.runtime, Outbox(desk.runtime.store, desk.clock, {}))
    made.open(WEB, NewConversation(id="old", customer="cus-7"))
    return made


def test_a_new_conversation_names_the_old_one(door: Handrail) -> None:
    opened = door.open(WEB, NewConversation(id="new", customer="cus-7", follows="old"))
    assert opened.follows == "old"
    assert door.view(WEB, "new").follows == "old"


def test_only_a_conversation_of_the_same_channel_and_customer_is_followed(door: Handrail) -> None:
    with pytest.raises(NotFound):
        door.open(OTHER, NewConversation(id="n1", customer="cus-7", follows="old"))
    with pytest.raises(NotFound):
        door.open(WEB, NewConversation(id="n2", customer="cus-7", follows="nothing"))
    with pytest.raises(BadInput, match="none of this customer's"):
        door.open(WEB, NewConversation(id="n3", customer="cus-8", follows="old"))
    with pytest.raises(BadInput, match="none of this customer's"):
        door.open(WEB, NewConversation(id="old", customer="cus-7", follows="old"))
    for name in ("n1", "n2", "n3"):
        with pytest.raises(NotFound):
            door.view(WEB, name)
