"""After a person has handed back, the assistant behind the gateway answers again."""

from __future__ import annotations

from states.vocabulary import Event, State
from tests.campaigns.invariants import violations
from tests.gateway.conftest import ANSWER, ROUTINE, Serve, Served
from tests.graph.example import ANNA
from tests.house import newest


def hand_back(served: Served, conversation: str = "c1") -> None:
    """Anna gives the conversation back, on all that was said."""
    seen = newest(served.house.view(conversation))
    served.house.door.act(ANNA, conversation, Event.HANDED_BACK, text="Solved by phone.", seen=seen)


def test_the_next_message_is_answered_by_the_upstream(serve: Serve) -> None:
    with serve() as served:
        served.ask("human please", "c1")
        served.house.do("c1", Event.CLAIMED)
        served.house.do("c1", Event.AGENT_REPLIED, text="Anna here.")
        hand_back(served)
        assert served.house.view("c1").state is State.BOT_HANDLING
        answer = served.ask(ROUTINE, "c1")
        assert answer.choices[0].message.content.endswith(ANSWER)
        assert answer.handrail["owner"] == "assistant"
        assert [one["author"] for one in answer.handrail["messages"]] == ["system", "agent", "system", "assistant"]


def test_what_a_person_left_to_the_assistant_is_answered_and_heard_with_the_next_message(serve: Serve) -> None:
    """Nobody waits at the hand-back: the upstream is asked with the conversation alone."""
    with serve() as served:
        served.ask("human please", "c1")
        served.house.do("c1", Event.CLAIMED)
        served.ask(ROUTINE, "c1", tools=[], temperature=0.5)
        calls = len(served.stub.requests)
        hand_back(served)
        view = served.house.view("c1")
        assert view.state is State.BOT_HANDLING
        assert [one.text for one in view.messages if one.author == "assistant"] == [ANSWER]
        assert len(served.stub.requests) == calls + 1
        assert "tools" not in served.stub.requests[-1]
        thanks = served.ask("thanks", "c1")
        assert [one["text"] for one in thanks.handrail["messages"]].count(ANSWER) == 1
        assert thanks.handrail["state"] == "bot_handling"
        assert ANSWER not in served.ask("thanks, bye", "c1").choices[0].message.content, "it is heard once"
        assert violations(served.house.store, "c1") == []


def test_an_upstream_that_fails_at_the_hand_back_calls_a_person_again(serve: Serve) -> None:
    with serve(mode="refuse") as served:
        served.ask("human please", "c1")
        served.house.do("c1", Event.CLAIMED)
        served.ask(ROUTINE, "c1")
        hand_back(served)
        assert served.house.view("c1").state is State.HANDED_OFF
