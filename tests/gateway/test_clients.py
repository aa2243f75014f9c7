"""The code of docs/gateway.md, langchain-openai, several clients at once, and clients that go away in the middle."""

from __future__ import annotations

import http.client
import json
import re
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI

from policy.loader import load_pack
from states.vocabulary import State
from tests.campaigns.invariants import violations
from tests.gateway.conftest import ANSWER, ROUTINE, Serve, Served
from tests.gateway.test_tools import FOUND, QUESTION, looks_up

ROOT = Path(__file__).parents[2]
AT_ONCE = 8


def langchain(served: Served, conversation: str, **options: Any) -> ChatOpenAI:
    named = {"Handrail-Conversation": conversation}
    return ChatOpenAI(
        base_url=f"{served.address}/v1", api_key="unused", model="m", default_headers=named, max_retries=0, **options
    )  # type: ignore[arg-type]  # a plain text is what its users give


def test_the_code_of_the_page_runs(serve: Serve, capsys: Any) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs/gateway.md").read_text(), flags=re.DOTALL)
    assert len(blocks) == 2
    with serve(rules=load_pack("default")) as served:
        for block in blocks:
            exec(block.replace("http://127.0.0.1:7860", served.address), {})
    said = capsys.readouterr().out
    assert said.splitlines()[:2] == [ANSWER, "bot_handling assistant"]
    assert "reference" in said.splitlines()[2].lower()


def test_langchain_asks_streams_and_runs_tools(serve: Serve) -> None:
    @tool
    def find_order(order: int) -> str:
        """Where an order is."""
        return FOUND

    with serve(reply=lambda body: looks_up(body) if "tools" in body else ANSWER) as served:
        assert langchain(served, "c1").invoke([HumanMessage(ROUTINE)]).content == ANSWER
        streamed = [str(one.content) for one in langchain(served, "c2").stream(ROUTINE)]
        assert "".join(streamed) == ANSWER
        model = langchain(served, "c3").bind_tools([find_order])
        asked = model.invoke(QUESTION)
        assert isinstance(asked, AIMessage)
        results = [ToolMessage(find_order.invoke(call["args"]), tool_call_id=call["id"]) for call in asked.tool_calls]
        assert model.invoke([HumanMessage(QUESTION), asked, *results]).content == FOUND
        told = model.invoke([HumanMessage(QUESTION), asked, *results, AIMessage(FOUND), HumanMessage("human please")])
        assert str(told.content).startswith("A person from")
        assert served.house.view("c3").state is State.HANDED_OFF


def test_one_request_from_many_clients_is_one_turn(serve: Serve) -> None:
    with serve() as served, ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(lambda _: served.ask(ROUTINE, "c1"), range(AT_ONCE)))
        assert len({one.id for one in answers}) == 1
        assert {one.choices[0].message.content for one in answers} == {ANSWER}
        assert len(served.stub.requests) == 1
        assert len(served.house.view("c1").messages) == 2


def test_many_clients_in_one_conversation_each_get_their_own_answer(serve: Serve) -> None:
    """Whoever decides a message that waits knows what its own client asks of the assistant: none is abandoned."""
    texts = [f"{'Please: ' * number}{ROUTINE}" for number in range(AT_ONCE)]
    with serve() as served, ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(lambda text: served.ask(text, "c1"), texts))
        assert len({one.id for one in answers}) == AT_ONCE
        view = served.house.view("c1")
        assert sorted(one.text for one in view.messages if one.author == "customer") == sorted(texts)
        assert [one.data.get("fault") for one in view.events if one.event == "fault"] == []
        assert violations(served.house.store, "c1") == []


def test_after_the_latch_nobody_hears_the_assistant_however_many_ask(serve: Serve) -> None:
    texts = [ROUTINE, "human please", *(f"{'Please: ' * number}{ROUTINE}" for number in range(1, AT_ONCE - 1))]
    with serve() as served, ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(lambda text: served.ask(text, "c1"), texts))
        assert served.house.view("c1").latched
        assert violations(served.house.store, "c1") == []
        calls = len(served.stub.requests)
        assert ANSWER not in served.ask("And now?", "c1").choices[0].message.content
        assert len(served.stub.requests) == calls


def _sent(served: Served, *, stream: bool) -> http.client.HTTPConnection:
    """A request on a connection of its own, whose answer nobody has read yet."""
    host, port = served.address.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=30)
    body = json.dumps({"model": "m", "stream": stream, "messages": [{"role": "user", "content": ROUTINE}]})
    headers = {"Content-Type": "application/json", "Handrail-Conversation": "c1"}
    connection.request("POST", "/v1/chat/completions", body, headers)
    return connection


def test_a_client_that_goes_away_while_the_upstream_thinks_finds_its_turn_done(serve: Serve) -> None:
    asked, gone = threading.Event(), threading.Event()

    def slowly(body: Mapping[str, Any]) -> str:
        asked.set()
        assert gone.wait(30)
        return ANSWER

    with serve(reply=slowly) as served:
        connection = _sent(served, stream=True)
        assert asked.wait(30)
        connection.close()
        gone.set()
        again = served.ask(ROUTINE, "c1")
        assert again.choices[0].message.content == ANSWER
        assert again.handrail["repeated"] is True
        assert len(served.stub.requests) == 1


def test_a_client_that_goes_away_in_the_middle_of_a_stream_can_ask_again(serve: Serve) -> None:
    with serve() as served:
        connection = _sent(served, stream=True)
        response = connection.getresponse()
        assert response.readline().startswith(b"data: ")
        response.close()
        connection.close()
        again = served.ask(ROUTINE, "c1", stream=True)
        with again:
            assert "".join(one.choices[0].delta.content or "" for one in again) == ANSWER
        assert len(served.stub.requests) == 1
