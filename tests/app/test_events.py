"""What happens, told to whoever follows it: page by page, by long poll and as a stream, each event once."""

from __future__ import annotations

import http.client
import json
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.api.bell import Bell
from app.api.gate import is_stream
from service.cursors import mark_cursor
from service.door import Handrail
from service.feed import Feed
from service.feed_views import BEGINNING, FeedPage
from service.views import Actor
from states.errors import StoreUnavailable
from states.vocabulary import Event
from store.feed import Mark
from tests.components import examples
from tests.house import House
from tests.served import serving

AGENT = {"X-Handrail-Actor": "anna", "X-Handrail-Role": "frontline_agent"}
OTHER = {"X-Handrail-Actor": "other", "X-Handrail-Role": "customer"}
WAIT_S = 30
ROOT = Path(__file__).parents[2]


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    with house.client() as client:
        yield client


def case(house: House, name: str = "c1") -> None:
    """Words of the assistant, a handover, a person and their words."""
    house.open(name)
    house.say(name, "How long does delivery take?")
    house.say(name, "human please")
    house.do(name, Event.CLAIMED)
    house.do(name, Event.AGENT_REPLIED, text="Good morning.")


def said(events: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(one["author"], one["text"]) for event in events for one in event["messages"]]


def whole(client: TestClient, limit: int, **headers: str) -> list[dict[str, Any]]:
    """All of the log, page by page."""
    found: list[dict[str, Any]] = []
    after = BEGINNING
    while True:
        page = client.get("/v1/events", params={"after": after, "limit": limit}, headers=headers).json()
        found += page["events"]
        after = page["next"]
        if not page["more"] and not page["events"]:
            return found


# Pages


def test_a_channel_reads_what_its_customers_notice_and_nobodys_name(house: House, client: TestClient) -> None:
    case(house)
    house.do("c1", Event.PACKET_REVIEWED, fields=[{"field": "context.intent", "verdict": "accept"}])
    found = whole(client, 20)
    assert [one["event"] for one in found] == [
        "message_answered", "trigger_fired", "packet_ready", "claimed", "agent_replied",
    ]  # fmt: skip
    assert said(found)[0] == ("assistant", "Delivery takes three days.")
    assert said(found)[-2:] == [("system", "A person has joined."), ("agent", "Good morning.")]
    assert found[1]["state"] == "triggered"
    assert found[0]["message_id"] == house.view("c1").messages[0].id
    told = json.dumps(found)
    assert "anna" not in told
    assert all(one["data"] == {} and one["role"] is None and one["actor_id"] == "" for one in found)


def test_staff_read_every_conversation_with_its_evidence(house: House, client: TestClient) -> None:
    case(house)
    found = whole(client, 20, **AGENT)
    assert found[-1]["actor_id"] == "anna"
    assert found[1]["data"]["decision"] == "handover"
    assert "given" not in json.dumps([one["data"] for one in found])


def test_another_channel_reads_nothing_of_it(house: House, client: TestClient) -> None:
    case(house)
    assert whole(client, 20, **OTHER) == []
    one = client.get("/v1/conversations/c1/events", headers=OTHER)
    assert one.status_code == 404
    assert one.json() == client.get("/v1/conversations/c2/events", headers=OTHER).json() | {
        "detail": one.json()["detail"], "message": one.json()["message"],
    }  # fmt: skip
    assert one.json()["message"] == client.get("/v1/conversations/c1", headers=OTHER).json()["message"]


@pytest.mark.parametrize("limit", [1, 2, 3, 1000])
def test_pages_together_are_the_log(house: House, client: TestClient, limit: int) -> None:
    for name in ("c1", "c2"):
        case(house, name)
    found = whole(client, limit, **AGENT)
    events = [one.id for name in ("c1", "c2") for one in house.view(name).events]
    assert [one["id"] for one in found] == events
    each: list[str] = []
    for name in ("c1", "c2"):
        after, more = 0, True
        while more:
            page = client.get(f"/v1/conversations/{name}/events", params={"after": after, "limit": limit}).json()
            each += [one["id"] for one in page["events"]]
            after, more = page["next"], page["more"]
    assert each == [one["id"] for one in whole(client, limit)]


def test_what_is_not_ours_is_passed_over_once(house: House) -> None:
    """A channel with few conversations among many of others gets a cursor that moves on, also from empty pages."""
    for name in ("c1", "c2", "c3"):
        case(house, name)
    feed, after, pages = Feed(house.store, looked_at=3, looks=2), BEGINNING, 0
    while (page := feed.page(after, 20, "other")).more:
        assert page.events == ()
        assert page.next != after
        after, pages = page.next, pages + 1
    assert (page.events, pages) == ((), 2)
    for most in (1, 2, 5):
        after, found = BEGINNING, []
        while (page := feed.page(after, most, None)).events:
            assert len(page.events) <= most
            found += [one.id for one in page.events]
            after = page.next
        assert len(found) == len(set(found)) == 15


NONE = [Mark(number=number, conversation_id=name, seq=1) for number, name in ((1, "no"), (2**61, "c1"), (9, "c1"))]
STRANGE = ["x", "AAAA", "W10", "WzEsMl0", "[", "ü", "W1tbW1tb", "A" * 1999, *map(mark_cursor, NONE)]


@pytest.mark.parametrize("cursor", STRANGE)
def test_a_cursor_that_is_none_of_this_log_is_refused(house: House, client: TestClient, cursor: str) -> None:
    case(house)
    assert client.get("/v1/events", params={"after": cursor}).status_code == 422
    stream = client.get("/v1/events/stream", headers=[(b"Last-Event-ID", cursor.encode("latin-1"))])
    assert stream.status_code == 422
    assert stream.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "query", ["wait=-1", "wait=61", "wait=nan", "wait=x", "limit=0", "limit=1001", "after=" + "a" * 2001]
)
def test_bounds_are_kept(client: TestClient, query: str) -> None:
    assert client.get(f"/v1/events?{query}").status_code == 422


def test_what_stays_open_is_counted() -> None:
    assert is_stream("/v1/events/stream")
    assert is_stream("/v1/events", b"after=x&wait=5")
    assert is_stream("/v1/conversations/c1/events", b"wait=5")
    assert not is_stream("/v1/events", b"after=x")
    assert not is_stream("/v1/conversations/c1", b"wait=5")


def test_a_transcript_is_read_in_pages(house: House, client: TestClient) -> None:
    case(house)
    for headers in ({}, AGENT):
        found, after, more = [], 0, True
        while more:
            params = {"after": after, "limit": 2}
            page = client.get("/v1/conversations/c1/messages", params=params, headers=headers).json()
            assert len(page["messages"]) <= 2
            found += page["messages"]
            after, more = page["next"], page["more"]
        whole = client.get("/v1/conversations/c1", headers=headers).json()["messages"]
        assert [one["id"] for one in found] == [one["id"] for one in whole]
        assert {one["actor_id"] for one in found} == ({"", "anna"} if headers else {""})
    assert client.get("/v1/conversations/c1/messages", headers=OTHER).status_code == 404


# Waiting


def test_without_a_cursor_it_begins_now(house: House, client: TestClient) -> None:
    case(house)
    page = client.get("/v1/events").json()
    assert page["events"] == []
    house.do("c1", Event.AGENT_REPLIED, text="Still here?")
    assert said(client.get("/v1/events", params={"after": page["next"]}).json()["events"]) == [("agent", "Still here?")]


@pytest.mark.parametrize("address", ["/v1/events", "/v1/conversations/c1/events"])
def test_a_long_poll_answers_with_what_comes(house: House, address: str) -> None:
    case(house)
    with serving(house, house.door) as base, ThreadPoolExecutor(1) as threads:
        whole_log = ask(base, f"{address}?after={BEGINNING if address == '/v1/events' else 0}&limit=1000")
        polled = threads.submit(ask, base, f"{address}?after={whole_log['next']}&wait={WAIT_S}")
        threading.Event().wait(0.3)
        assert not polled.done()
        house.do("c1", Event.AGENT_REPLIED, text="Still here?")
        assert said(polled.result(WAIT_S)["events"]) == [("agent", "Still here?")]
        assert ask(base, f"{address}?after={polled.result()['next']}&wait=0.2")["events"] == []


def test_a_poll_of_one_channel_is_not_woken_by_anothers(house: House) -> None:
    """It is not even read for; and what an empty answer passed over is passed over for good."""
    case(house)
    with serving(house, house.door) as base:
        first = ask(base, "/v1/events", OTHER)
        house.do("c1", Event.AGENT_REPLIED, text="Still here?")
        again = ask(base, f"/v1/events?after={first['next']}&wait=0.3", OTHER)
        assert again["events"] == []
        assert again["next"] != first["next"]


def test_a_database_that_fails_is_told_and_not_waited_for(house: House, client: TestClient) -> None:
    case(house)
    house.store.fails_with = StoreUnavailable("gone")
    assert client.get("/v1/events", params={"after": BEGINNING}).status_code == 503
    assert client.get("/v1/events", params={"wait": 1}).status_code == 503
    assert client.get("/v1/events/stream").status_code == 503


# Streams


@contextmanager
def streaming(base: str, address: str = "/v1/events/stream", headers: Any = ()) -> Iterator[Iterator[dict[str, str]]]:
    """The events of a stream as they come: their fields."""
    host, port = base.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=WAIT_S)
    connection.request("GET", address, headers=dict(headers))
    response = connection.getresponse()
    assert response.status == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    try:
        yield _blocks(response)
    finally:
        response.close()
        connection.close()


def _blocks(response: http.client.HTTPResponse) -> Iterator[dict[str, str]]:
    fields: dict[str, str] = {}
    for line in response:
        name, _, value = line.decode().rstrip("\n").partition(": ")
        if name:
            fields[name] = value
        elif fields:
            yield fields
            fields = {}


def told(blocks: Iterator[dict[str, str]], count: int) -> list[dict[str, Any]]:
    """The next events, without what only keeps the connection alive."""
    found: list[dict[str, Any]] = []
    while len(found) < count:
        block = next(blocks)
        if "data" in block:
            found.append({**json.loads(block["data"]), "sse": block})
    return found


def ask(base: str, address: str, headers: Any = ()) -> Any:
    host, port = base.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=WAIT_S + 10)
    try:
        connection.request("GET", address, headers=dict(headers))
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        return json.loads(answer.read())
    finally:
        connection.close()


def test_a_stream_tells_a_persons_words_and_goes_on_from_the_last_id(house: House) -> None:
    case(house)
    with serving(house, house.door) as base:
        with streaming(base) as blocks:
            assert next(blocks) == {"retry": "1000"}
            house.do("c1", Event.AGENT_REPLIED, text="Still here?")
            (event,) = told(blocks, 1)
            assert said([event]) == [("agent", "Still here?")]
            assert event["sse"]["event"] == "agent_replied"
            assert event["sse"]["id"] == event["cursor"]
        house.do("c1", Event.AGENT_REPLIED, text="One more thing.")
        house.do("c1", Event.AGENT_REPLIED, text="And another.")
        with streaming(base, headers={"Last-Event-ID": event["cursor"]}) as blocks:
            assert [text for _, text in said(told(blocks, 2))] == ["One more thing.", "And another."]
        with streaming(base, f"/v1/events/stream?after={BEGINNING}", AGENT) as blocks:
            assert len(told(blocks, 8)) == 8


def test_a_quiet_stream_stays_alive_and_moves_its_place(house: House) -> None:
    with (
        serving(house, house.door, Bell(house.door, heartbeat_s=0.05)) as base,
        streaming(base, headers=OTHER) as blocks,
    ):
        next(blocks)
        first = next(block["id"] for block in blocks if "id" in block)
        case(house)
        assert next(block["id"] for block in blocks if block.get("id", first) != first)


def test_what_comes_between_the_first_look_and_listening_is_not_missed(house: House) -> None:
    """Another stream listens already: what it was told of rings for nobody who comes later."""
    case(house)

    class Interrupted(Handrail):
        """A door behind which something happens just after the first look of an agent."""

        looked = False

        def events(self, actor: Actor, *asked: Any, **how: Any) -> FeedPage:
            page = super().events(actor, *asked, **how)
            if actor.id == "anna" and not self.looked:
                self.looked = True
                house.do("c1", Event.AGENT_REPLIED, text="Still here?")
                assert heard.wait(WAIT_S)
            return page

    heard, door = threading.Event(), copy(house.door)
    door.__class__ = Interrupted
    with serving(house, door, Bell(door, heartbeat_s=1000.0)) as base, streaming(base) as first:

        def wait() -> None:
            assert said(told(first, 1)) == [("agent", "Still here?")]
            heard.set()

        with ThreadPoolExecutor(1) as threads:
            waiting = threads.submit(wait)
            with streaming(base, headers=AGENT) as second:
                assert said(told(second, 1)) == [("agent", "Still here?")]
            waiting.result(WAIT_S)


def test_a_stream_ends_where_the_log_cannot_be_read_and_the_next_one_goes_on(house: House) -> None:
    case(house)
    with serving(house, house.door) as base:
        with streaming(base) as blocks:
            next(blocks)
            house.do("c1", Event.AGENT_REPLIED, text="one")
            (event,) = told(blocks, 1)
            house.store.fails_with = StoreUnavailable("gone")
            assert list(blocks) == []
        house.store.fails_with = None
        house.do("c1", Event.AGENT_REPLIED, text="two")
        with streaming(base, headers={"Last-Event-ID": event["cursor"]}) as blocks:
            assert said(told(blocks, 1)) == [("agent", "two")]


def test_every_stream_gets_each_event_once_while_many_write(house: House) -> None:
    """Several writers, several readers, and connections that break off in the middle."""
    cases, words, readers = 3, examples(4, 100), 3
    for number in range(cases):
        case(house, f"c{number}")

    def write(number: int) -> None:
        for count in range(words):
            house.do(f"c{number}", Event.AGENT_REPLIED, text=f"{number}.{count}")

    def follow(base: str, start: str, pause: int) -> list[str]:
        found: list[str] = []
        after = start
        while len(found) < cases * words:
            with streaming(base, headers={"Last-Event-ID": after}) as blocks:
                for event in told(blocks, min(pause, cases * words - len(found))):
                    found += [text for _, text in said([event])]
                    after = event["cursor"]
        return found

    with serving(house, house.door) as base, ThreadPoolExecutor(cases + readers) as threads:
        start = ask(base, "/v1/events")["next"]
        following = [threads.submit(follow, base, start, pause) for pause in range(1, readers + 1)]
        list(threads.map(write, range(cases)))
        for one in following:
            heard = one.result(WAIT_S)
            assert sorted(heard) == sorted(f"{number}.{count}" for number in range(cases) for count in range(words))
            for number in range(cases):
                mine = [text for text in heard if text.startswith(f"{number}.")]
                assert mine == [f"{number}.{count}" for count in range(words)]


def test_the_code_of_the_page_runs(house: House, capsys: Any) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs/events.md").read_text(), flags=re.DOTALL)
    assert len(blocks) == 2
    case(house)
    over = threading.Event()

    def write() -> None:
        while not over.wait(0.1):
            house.do("c1", Event.AGENT_REPLIED, text="Still here?")

    with serving(house, house.door) as base, ThreadPoolExecutor(1) as threads:
        threads.submit(write)
        known: dict[str, Any] = {}
        try:
            for block in blocks:
                exec(block.replace("http://127.0.0.1:7860", base), known)
        finally:
            over.set()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "c1 agent Still here?"
    assert lines[-1] == "agent_replied agent_verifying ['Still here?']"
