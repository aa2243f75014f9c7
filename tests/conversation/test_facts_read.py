"""What the conditions of the policy read is on the event that they led to, as it was then."""

from __future__ import annotations

import pytest

from policy.loader import load_pack
from service.views import EventView
from states.vocabulary import Event
from tests.graph.example import POLICY, Desk, policy
from triggers.conditions import Conditions, names_in
from triggers.engine import compile_policy
from ui.render.facts import as_judged

EARLY = "conversation.repeats"


def test_a_condition_reads_the_facts_that_it_names_and_no_text() -> None:
    assert names_in("conversation.repeats >= 2 && channel.name == 'customer.tier'") == {
        "conversation.repeats", "channel.name",
    }  # fmt: skip
    conditions = Conditions(["answer.confidence < 0.5", "hours.open"])
    assert conditions.read_of({}) == {"hours.open": True}
    assert set(conditions.read_of({}, answered=True)) == {"answer.confidence", "hours.open"}


@pytest.mark.parametrize("pack", ["default", "finance"])
def test_every_condition_of_a_pack_reads_what_is_recorded(pack: str) -> None:
    loaded = load_pack(pack)
    recorded = compile_policy(loaded).read_of({}, answered=True)
    for trigger in loaded.policy.triggers:
        if trigger.when:
            assert names_in(trigger.when) <= set(recorded)


def _newest(desk: Desk, event: Event) -> EventView:
    found: EventView = [one for one in desk.view.events if one.event == event][-1]
    return found


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("When do you deliver?", Event.MESSAGE_ANSWERED),
        ("Do your gnomes sing?", Event.CAUTION_RAISED),
        ("human please", Event.TRIGGER_FIRED),
        ("thanks", Event.MESSAGE_ANSWERED),
    ],
)
def test_the_event_of_a_message_says_what_was_read(desk: Desk, text: str, event: Event) -> None:
    desk.say(text)
    assert _newest(desk, event).data["facts"][EARLY] == 0


def test_the_page_shows_what_was_read_and_nothing_that_came_later(desk: Desk) -> None:
    """The second time the same is asked, the condition has read 1; handed back, the row says 0 again."""
    for _ in range(2):
        desk.say("Do all your garden gnomes sing songs?")
    fired = _newest(desk, Event.TRIGGER_FIRED)
    assert as_judged(desk.view) == fired.data["facts"]
    read = fired.data["facts"]
    assert read[EARLY] == 1
    desk.do(Event.CLAIMED)
    desk.do(Event.HANDED_BACK, text="done")
    assert desk.view.facts[EARLY] == 0
    assert as_judged(desk.view) == read


def test_what_is_known_of_an_answer_is_recorded_where_it_was_read(desk: Desk) -> None:
    desk.runtime.activate(
        policy(("when: conversation.repeats >= 2", "when: conversation.repeats >= 2 || answer.confidence < 0.05"))
    )
    assert "answer.confidence" not in POLICY
    desk.say("When do you deliver?")
    assert _newest(desk, Event.MESSAGE_ANSWERED).data["facts"]["answer.confidence"] == 0.9
    desk.say("human please")
    assert "answer.confidence" not in _newest(desk, Event.TRIGGER_FIRED).data["facts"]


def test_a_message_to_a_person_is_judged_by_facts_too(desk: Desk) -> None:
    desk.say("human please")
    desk.say("is anybody there")
    assert EARLY in _newest(desk, Event.CUSTOMER_REPLIED).data["facts"]
