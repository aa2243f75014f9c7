"""Tools at the gateway: run by the client while the assistant may speak freely, and never after the latch."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import openai
import pytest
from openai.types.chat import ChatCompletion

from assistants.stub_endpoint import Reply, completion
from states.vocabulary import Event, State
from store import queries
from tests.campaigns.invariants import violations
from tests.gateway.conftest import Serve, Served
from tests.graph.example import ANNA
from tests.house import newest

TOOL: dict[str, Any] = {
    "type": "function",
    "function": {"name": "find_order", "description": "Where an order is", "parameters": {"type": "object"}},
}
QUESTION = "Where is my order?"
FOUND = "The order is in Hamburg and arrives on 3 December."


def wants(name: str = "find_order", arguments: str = '{"order": 17}', *, text: str = "") -> dict[str, Any]:
    """A completion that asks for one tool."""
    asked = completion(arguments, "stub", tool=name)
    asked["choices"][0]["message"]["content"] = text or None
    asked["choices"][0]["finish_reason"] = "tool_calls"
    return asked


def looks_up(body: Mapping[str, Any]) -> Any:
    """An assistant that asks for the tool first, and then says what it told."""
    return says(FOUND)(body) if body["messages"][-1]["role"] == "tool" else wants()


def says(text: str) -> Reply:
    """An assistant that answers in words, tools or not."""
    return lambda body: completion(text, "stub")


def ask(served: Served, *after: Any, conversation: str = "c1", text: str = QUESTION, **options: Any) -> Any:
    """The question with the tool on offer, and what has come after it."""
    create: Any = served.client().chat.completions.create
    said = [{"role": "user", "content": text}, *after]
    named = {"Handrail-Conversation": conversation}
    return create(model="m", messages=said, tools=[TOOL], extra_headers=named, **options)


def told(answer: Any, result: str = FOUND) -> list[Any]:
    """The client's part: the calls as they came, and a result for each."""
    message = answer.choices[0].message
    results = [{"role": "tool", "tool_call_id": one.id, "content": result} for one in message.tool_calls]
    return [message.model_dump(exclude_none=True), *results]


def test_a_tool_is_asked_for_run_by_the_client_and_what_it_told_is_a_source(serve: Serve) -> None:
    with serve(reply=looks_up) as served:
        first = ask(served)
        assert first.choices[0].finish_reason == "tool_calls"
        assert first.choices[0].message.content is None
        assert first.choices[0].message.tool_calls[0].function.arguments == '{"order": 17}'
        view = served.house.view("c1")
        assert [one.text for one in view.messages] == [QUESTION], "the message is kept"
        assert view.events == (), "and not decided"
        answer = ask(served, *told(first))
        assert answer.choices[0].message.content == FOUND
        assert answer.id == first.id
        assert answer.handrail["repeated"] is False
        assert served.house.view("c1").events[0].data["changed"] == [{"tool": "find_order", "result": FOUND}]
        assert ask(served, *told(first)).handrail["repeated"] is True
        assert len(served.stub.requests) == 2
        assert violations(served.house.store, "c1") == []


def test_a_tool_in_a_stream(serve: Serve) -> None:
    with serve(reply=looks_up) as served, ask(served, stream=True) as stream:
        chunks = list(stream)
        calls = [call for one in chunks for call in one.choices[0].delta.tool_calls or ()]
        assert [(one.index, one.function.name) for one in calls] == [(0, "find_order")]
        assert chunks[-1].choices[0].finish_reason == "tool_calls"


@pytest.mark.parametrize(
    ("reply", "tools"),
    [(wants("wire_money"), None), (wants(), ()), (wants(), ("find_shop",))],
    ids=["not offered", "none allowed", "another one allowed"],
)
def test_a_tool_that_may_not_be_used_is_a_persons(
    serve: Serve, reply: dict[str, Any], tools: tuple[str, ...] | None
) -> None:
    with serve(reply=lambda body: reply, tools=tools) as served:
        answer = ask(served)
        assert (answer.handrail["event"], answer.handrail["state"]) == ("fault", "handed_off")
        assert answer.choices[0].message.tool_calls is None
        assert served.house.view("c1").events[-2].data["fault"] == "tool_refused"


def test_no_tool_in_a_guarded_conversation(serve: Serve) -> None:
    with serve(reply=lambda body: wants() if "tools" in body else says("Gnomes sing.")(body)) as served:
        served.ask("Do your gnomes sing?", "c1")
        assert served.house.view("c1").state is State.GUARDED
        answer = ask(served)
        assert answer.choices[0].message.tool_calls is None
        assert answer.handrail["state"] == "handed_off"


def test_what_is_said_beside_a_call_is_not_let_go(serve: Serve) -> None:
    with serve(reply=lambda body: wants(text="You will get 500 EUR back.")) as served:
        assert "500" not in ask(served).model_dump_json()


def test_a_lie_about_what_a_tool_told_is_not_said(serve: Serve) -> None:
    def lies(body: Mapping[str, Any]) -> Any:
        return says("It arrives on 9 December.")(body) if body["messages"][-1]["role"] == "tool" else wants()

    with serve(reply=lies) as served:
        answer = ask(served, *told(ask(served)))
        assert "9 December" not in answer.choices[0].message.content
        assert answer.handrail["state"] == "guarded"


def test_tools_that_never_come_back_are_a_fault_and_a_person_takes_over(serve: Serve) -> None:
    with serve(reply=looks_up) as served:
        ask(served)
        assert served.house.system.recover() == 0, "the client has time to run them"
        served.house.clock.advance(timedelta(minutes=2))
        assert served.house.system.recover() == 1
        view = served.house.view("c1")
        assert view.state is State.HANDED_OFF
        assert view.events[0].data["fault"] == "abandoned"
        late = ask(served, *told(completed()))
        assert late.choices[0].message.tool_calls is None
        assert late.handrail["state"] == "handed_off"


def completed() -> Any:
    """A tool call that came before, as the client has kept it."""
    return ChatCompletion.model_validate(wants())


def test_a_second_message_does_not_wait_for_tools(serve: Serve) -> None:
    with serve(reply=looks_up) as served:
        ask(served)
        answer = served.ask("human please", "c1")
        assert answer.handrail["state"] == "handed_off"
        texts = [one.text for one in served.house.view("c1").messages if one.author == "customer"]
        assert texts == [QUESTION, "human please"]


def test_a_call_that_was_computed_while_a_person_took_the_conversation_is_not_passed_on(serve: Serve) -> None:
    """The fence: the assistant's call was made before the latch, and would arrive after it."""
    asked, taken = threading.Event(), threading.Event()

    def slowly(body: Mapping[str, Any]) -> Any:
        asked.set()
        assert taken.wait(30)
        return wants()

    with serve(reply=slowly) as served:
        answers: list[Any] = []
        thread = threading.Thread(target=lambda: answers.append(ask(served)))
        thread.start()
        assert asked.wait(30)
        view = served.house.view("c1")
        served.house.door.act(ANNA, "c1", Event.TRIGGER_FIRED, text="mine", seen=newest(view))
        taken.set()
        thread.join(30)
        assert answers[0].choices[0].message.tool_calls is None
        assert answers[0].handrail["state"] == "handed_off"


def test_results_that_fit_no_call_are_refused(serve: Serve) -> None:
    with serve(reply=looks_up) as served:
        calls = told(ask(served))
        for after in ([calls[0]], [calls[1]], [calls[0], {**calls[1], "tool_call_id": "other"}]):
            with pytest.raises(openai.BadRequestError):
                ask(served, *after)


def changed_call(calls: list[Any], **changes: Any) -> list[Any]:
    """The client's part, with another call than the one that came."""
    asked = {**calls[0]["tool_calls"][0]}
    asked["function"] = {**asked["function"], **{name: value for name, value in changes.items() if name != "id"}}
    asked["id"] = changes.get("id", asked["id"])
    return [{**calls[0], "tool_calls": [asked]}, {**calls[1], "tool_call_id": asked["id"]}]


@pytest.mark.parametrize(
    "change",
    [{"id": "call_other"}, {"name": "wire_money"}, {"arguments": '{"order": 18}'}, {"arguments": "{"}],
    ids=["another id", "another tool", "other arguments", "no arguments"],
)
def test_results_of_a_call_that_was_not_asked_for_are_refused_and_never_reach_the_upstream(
    serve: Serve, change: dict[str, str]
) -> None:
    with serve(reply=looks_up) as served:
        calls = told(ask(served))
        with pytest.raises(openai.BadRequestError, match="was not asked for"):
            ask(served, *changed_call(calls, **change))
        assert len(served.stub.requests) == 1
        assert served.house.view("c1").events == ()
        assert ask(served, *calls).choices[0].message.content == FOUND, "those that were asked for still count"


def test_results_that_come_with_words_that_nobody_has_seen_are_refused_and_the_words_are_judged(serve: Serve) -> None:
    with serve(reply=looks_up) as served:
        with pytest.raises(openai.BadRequestError, match="was not asked for"):
            ask(served, *told(completed()), text="human please")
        assert served.house.system.recover() == 1
        assert served.house.view("c1").state is State.HANDED_OFF


def test_calls_of_several_rounds_are_known_however_their_json_is_written(serve: Serve) -> None:
    def twice(body: Mapping[str, Any]) -> Any:
        results = sum(one["role"] == "tool" for one in body["messages"])
        return says(FOUND)(body) if results == 2 else numbered(results)

    def numbered(number: int) -> dict[str, Any]:
        asked = wants(arguments=f'{{"order":17,"part":{number}}}')
        asked["choices"][0]["message"]["tool_calls"][0]["id"] = f"call_{number}"
        return asked

    with serve(reply=twice) as served:
        first = told(ask(served))
        second = told(ask(served, *first))
        written = [
            changed_call(calls, arguments=json.dumps(dict(reversed(list(asked(calls).items())))))
            for calls in (first, second)
        ]
        assert ask(served, *written[0], *written[1]).choices[0].message.content == FOUND
        given = served.house.system.store
        with given.read() as connection:
            row = queries.conversation(connection, "c1")
        assert "asked" not in row["history"], "what was decided waits for nothing"


def asked(calls: list[Any]) -> dict[str, Any]:
    """The arguments of the call."""
    found: dict[str, Any] = json.loads(calls[0]["tool_calls"][0]["function"]["arguments"])
    return found


def test_what_was_asked_of_tools_stands_in_the_log(serve: Serve) -> None:
    with serve(reply=looks_up) as served:
        ask(served, *told(ask(served)))
        with served.house.store.read() as connection:
            (event,) = queries.events(connection, "c1")
        message_id, call = event["data"]["given"]["history"]["asked"]
        assert message_id == served.house.view("c1").messages[0].id
        assert call.startswith("find_order ")
