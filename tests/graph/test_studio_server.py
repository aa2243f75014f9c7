"""`langgraph dev` serves the graph of `langgraph.json`, and LangGraph's own client drives it over HTTP."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from langgraph_sdk import get_sync_client

from tests.components import free_port, missing

ROOT = Path(__file__).parent.parent.parent
STARTS_WITHIN_S = 60


def _langgraph() -> Path | None:
    named = Path(os.environ.get("HANDRAIL_STUDIO", ROOT / ".venv-studio")) / "bin" / "langgraph"
    return named if named.exists() else None


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A client of a server of our own, in a copy: the server keeps its threads beside `langgraph.json`."""
    program = _langgraph()
    if program is None:
        missing("LangGraph's development server", "make .venv-studio/.ready, or name an environment in HANDRAIL_STUDIO")
        return
    folder, port = tmp_path_factory.mktemp("studio"), free_port()
    (folder / "graph").mkdir()
    for name in ("langgraph.json", "graph/studio.py"):
        shutil.copy(ROOT / name, folder / name)
    told = folder / "server.log"
    command = [str(program), "dev", "--host", "127.0.0.1", "--port", str(port), "--no-browser", "--no-reload"]
    quiet = {"LANGGRAPH_CLI_NO_ANALYTICS": "1", "LANGSMITH_TRACING": "false", "PYTHONPATH": str(ROOT)}
    with told.open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, env=os.environ | quiet, stdout=log, stderr=subprocess.STDOUT)
    try:
        url = f"http://127.0.0.1:{port}"
        _await(url, server, told)
        with get_sync_client(url=url) as found:
            yield found
    finally:
        server.terminate()
        server.wait(timeout=20)


def _await(url: str, server: subprocess.Popen[bytes], told: Path) -> None:
    ends = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < ends and server.poll() is None:
        try:
            with urlopen(f"{url}/ok", timeout=1):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"the server did not start:\n{told.read_text()[-3000:]}")


def _run(client: Any, thread: str, inbound: Any) -> list[tuple[str, Any]]:
    """Every event of a run's stream: its name with the graph's, and its data."""
    stream = client.runs.stream(
        thread, "handrail", input={"inbound": inbound}, stream_mode=["updates"], stream_subgraphs=True
    )
    return [(event.event, event.data) for event in stream]


def _nodes(events: list[tuple[str, Any]]) -> list[str]:
    return [node for name, data in events if name.startswith("updates") for node in data]


def _state(client: Any, thread: str) -> dict[str, Any]:
    found: dict[str, Any] = client.threads.get_state(thread)["values"]
    return found


def test_a_message_streams_its_states_and_the_steps_inside_them(client: Any) -> None:
    thread = client.threads.create()["thread_id"]
    answered = _run(client, thread, {"kind": "message", "text": "How long does delivery take?"})
    assert sorted(_nodes(answered)[1:4]) == ["classify", "draft", "rules"]
    assert _nodes(answered)[0] == "arrive"
    assert _nodes(answered)[4:] == ["screen", "decide", "bot_handling"]
    assert answered[-1][1]["bot_handling"]["said"][0]["author"] == "assistant"
    assert all(
        "run" not in update for name, data in answered if "updates" in name for update in data.values() if update
    )

    urgent = _run(client, thread, {"kind": "message", "text": "I can smell gas in my kitchen"})
    assert _nodes(urgent) == ["arrive", "rules", "decide", "bot_handling", "triggered"]
    assert _state(client, thread)["state"] == "handed_off"
    assert _state(client, thread)["memory"]["latched"]


def test_an_act_is_taken_by_role_and_refused_in_words(client: Any) -> None:
    thread = client.threads.create()["thread_id"]
    _run(client, thread, {"kind": "message", "text": "Can I speak to a human?"})
    refused = _run(client, thread, {"kind": "act", "event": "claimed", "role": "assistant"})
    assert refused[-1][0] == "error"
    assert "may not cause 'claimed' in state 'handed_off'" in refused[-1][1]["message"]
    _run(client, thread, {"kind": "act", "event": "claimed", "role": "frontline_agent", "actor": "anna"})
    claimed = _state(client, thread)
    assert claimed["state"] == "agent_verifying"
    assert claimed["memory"]["owner"] == {"id": "anna", "role": "frontline_agent"}
    silent = _run(client, thread, {"kind": "message", "text": "How long does delivery take?"})
    assert "draft" not in _nodes(silent)
    assert not any(one["author"] == "assistant" for one in silent[-1][1]["agent_verifying"]["said"])


@pytest.mark.parametrize(
    ("inbound", "lacks"),
    [({"kind": "message"}, "text Field required"), ({"kind": "act"}, "event Field required"), ("hello", "send {")],
)
def test_an_input_that_lacks_something_is_told_so(client: Any, inbound: Any, lacks: str) -> None:
    thread = client.threads.create()["thread_id"]
    name, data = _run(client, thread, inbound)[-1]
    assert name == "error"
    assert lacks in data["message"]
    assert _nodes(_run(client, thread, {"text": "How long does delivery take?"}))[-1] == "bot_handling"
    assert _state(client, thread)["state"] == "bot_handling"


def test_studio_is_shown_the_inner_nodes(client: Any) -> None:
    drawn = {node["id"] for node in client.assistants.get_graph("handrail", xray=True)["nodes"]}
    assert {f"bot_handling:{node}" for node in ("rules", "classify", "draft", "screen", "decide")} <= drawn
