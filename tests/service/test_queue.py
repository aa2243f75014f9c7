"""The agents' queue: what stands in a line, and that its length costs no further reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.views import NewConversation
from states.vocabulary import Event, State
from tests.graph.example import Desk
from tests.ready_databases import new_database, sqlite_url


def _server(request: pytest.FixtureRequest) -> str:
    """A new database on the throw-away PostgreSQL."""
    cluster: str = request.getfixturevalue("postgres")
    return new_database(cluster, f"queue_{abs(hash(request.node.nodeid))}")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def waiting(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """A desk where three conversations wait: one talks on, one is claimed; a fourth stays with the assistant."""
    url = sqlite_url(tmp_path) if request.param == "sqlite" else _server(request)
    opened = Desk(url)
    opened.say("human please")
    opened.do(Event.CLAIMED)
    for name, said in (
        ("c2", ("human please", "hello? " * 60)),
        ("c3", ("I smell gas",)),
        ("c4", ("When do you deliver?",)),
    ):
        opened.runtime.open(NewConversation(id=name))
        for text in said:
            opened.runtime.post(name, text)
    yield opened
    opened.runtime.close()


def test_a_line_of_the_queue_shows_what_the_customer_said_last(waiting: Desk) -> None:
    lines = {one.conversation_id: one for one in waiting.runtime.queue()}
    assert {name: one.last_message for name, one in lines.items()} == {
        "c1": "human please",
        "c2": ("hello? " * 60)[:200],
        "c3": "I smell gas",
    }
    assert (lines["c1"].state, lines["c1"].owner_id) == (State.AGENT_VERIFYING, "anna")
    assert (lines["c3"].team, lines["c3"].severity, lines["c3"].owner_id) == ("safety", "critical", None)
    assert waiting.runtime.queue()[0].conversation_id == "c3"


def test_a_case_nobody_wrote_in_has_an_empty_last_message(waiting: Desk) -> None:
    waiting.runtime.open(NewConversation(id="c5"))
    waiting.id = "c5"
    waiting.do(Event.TRIGGER_FIRED)
    assert next(one for one in waiting.runtime.queue() if one.conversation_id == "c5").last_message == ""
