"""A durable turn without model time: ours against plain LangGraph with SqliteSaver and the messages in the state.

Both answer with a constant text, so what is measured is the machinery: judging the message, the graph run, the commits.
Run as `python -m benchmarks.turn [--json]`. CPU is of the whole process; medians over the turns around a length.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

TURNS = 30
"""Turns measured around each length."""
BLOCK = 10
"""Turns that one takes before it is the other's turn."""
LENGTHS = (10, 500)
ANSWER = (
    "Standard delivery takes three to five working days. You get a message with a tracking link as soon as we ship. "
    * 3
)


@contextmanager
def _folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="handrail-bench-"))
    try:
        yield path
    finally:
        shutil.rmtree(path)


@dataclass(frozen=True, kw_only=True)
class Contender:
    """One way of handling turns."""

    turn: Callable[[int], None]
    size: Callable[[], int]
    """Bytes its database uses."""


def _measure(contenders: dict[str, Contender]) -> dict[str, dict[str, float]]:
    """Drives each through one conversation; around each length (messages, two a turn) they alternate in blocks.

    Alternating gives both the same share of whatever else the machine is doing, so that the ratio holds on a noisy one.
    """
    figures: dict[str, dict[str, float]] = {name: {} for name in contenders}
    done = 0
    for length in LENGTHS:
        start = max(done, (length - TURNS) // 2)
        for contender in contenders.values():
            for number in range(done, start):
                contender.turn(number)
        before = {name: contender.size() for name, contender in contenders.items()}
        cpu: dict[str, list[float]] = {name: [] for name in contenders}
        wall: dict[str, list[float]] = {name: [] for name in contenders}
        done = start + TURNS
        for block in range(start, done, BLOCK):
            for name, contender in contenders.items():
                for number in range(block, block + BLOCK):
                    cpu_start, wall_start = time.process_time(), time.perf_counter()
                    contender.turn(number)
                    cpu[name].append((time.process_time() - cpu_start) * 1000)
                    wall[name].append((time.perf_counter() - wall_start) * 1000)
        for name, contender in contenders.items():
            figures[name][f"cpu_ms_{length}"] = round(statistics.median(cpu[name]), 2)
            figures[name][f"wall_ms_{length}"] = round(statistics.median(wall[name]), 2)
            figures[name][f"bytes_per_turn_{length}"] = round((contender.size() - before[name]) / TURNS)
    return figures


def _used_bytes(path: Path) -> int:
    """Bytes of all pages in use, the write-ahead log folded in."""
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        pages = (
            connection.execute("PRAGMA page_count").fetchone()[0]
            - connection.execute("PRAGMA freelist_count").fetchone()[0]
        )
        size: int = pages * connection.execute("PRAGMA page_size").fetchone()[0]
    return size


@contextmanager
def ours() -> Iterator[Contender]:
    """Handrail with the default pack: rules, graph, two commits, log, timers and checkpoint."""
    from assistants.port import Draft
    from assistants.scripted import ScriptedAssistant
    from graph.runtime import Runtime
    from graph.views import NewConversation
    from policy.loader import load_pack
    from states.clock import SystemClock, SystemIds
    from store.database import open_store

    draft = Draft(text=ANSWER, confidence=0.95, verbatim=True, intent="delivery", model="bench")
    with _folder() as folder:
        runtime = Runtime(
            store=open_store(f"sqlite:///{folder}/handrail.db"),
            policy=load_pack("default"),
            assistant=ScriptedAssistant(lambda question: draft),
            clock=SystemClock(),
            ids=SystemIds(),
        )
        runtime.open(NewConversation(id="bench"))
        yield Contender(
            turn=lambda number: _answered(runtime, number), size=lambda: _used_bytes(folder / "handrail.db")
        )
        runtime.close()


_THINGS = (
    *("lamp", "kettle", "sofa", "mirror", "towel", "blanket", "chair", "basket", "candle", "carpet", "shelf"),
    *("clock", "vase", "teapot", "cushion", "curtain", "frame", "bowl", "pan", "knife", "toaster", "fan"),
    *("heater", "bulb", "ladder", "hammer", "plant", "pot", "rug"),
)


def _question(number: int) -> str:
    """A different question each turn: repeats are a trigger."""
    one, two, three = (_THINGS[(number * step + step) % len(_THINGS)] for step in (1, 7, 11))
    return f"How long does delivery of the {one} take, and do the {two} and the {three} come in parcel {number}?"


def _answered(runtime: Any, number: int) -> None:
    result = runtime.post("bench", _question(number), message_id=f"m{number}")
    if result.decision["event"] != "message_answered":
        raise RuntimeError(f"turn {number} was not answered: {result.decision}")


@contextmanager
def langgraph() -> Iterator[Contender]:
    """LangGraph's usual way: `MessagesState`, SqliteSaver, durability "sync", one node a step of the same pipeline."""
    from langchain_core.messages import AIMessage, HumanMessage
    from langgraph.checkpoint.sqlite import SqliteSaver
    from langgraph.graph import END, START, MessagesState, StateGraph

    builder: Any = StateGraph(MessagesState)
    for step in ("rules", "classify", "screen"):
        builder.add_node(step, lambda state: {"messages": []})
    builder.add_node("answer", lambda state: {"messages": [AIMessage(ANSWER)]})
    for one, after in pairwise((START, "rules", "classify", "answer", "screen", END)):
        builder.add_edge(one, after)
    config: Any = {"configurable": {"thread_id": "bench"}}
    with _folder() as folder, SqliteSaver.from_conn_string(str(folder / "plain.db")) as saver:
        saver.setup()
        saver.conn.execute("PRAGMA synchronous=FULL")
        graph = builder.compile(checkpointer=saver)

        def turn(number: int) -> None:
            graph.invoke({"messages": [HumanMessage(_question(number))]}, config, durability="sync")

        yield Contender(turn=turn, size=lambda: _used_bytes(folder / "plain.db"))


def run() -> dict[str, Any]:
    """Both in one run, and how many times less CPU a turn takes here."""
    with ours() as mine, langgraph() as plain:
        figures = _measure({"ours": mine, "langgraph": plain})
    ratios = {
        f"ratio_{length}": round(figures["langgraph"][f"cpu_ms_{length}"] / figures["ours"][f"cpu_ms_{length}"], 2)
        for length in LENGTHS
    }
    return {**figures, **ratios}


def main() -> None:
    """Prints a table, or JSON."""
    os.environ.setdefault("LANGSMITH_TRACING", "false")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    figures = run()
    if asked.json:
        print(json.dumps(figures))
        return
    print(f"{'a turn without model time':34}{'ours':>12}{'langgraph':>12}")
    for name in figures["ours"]:
        print(f"{name:34}{figures['ours'][name]:>12}{figures['langgraph'][name]:>12}")
    for length in LENGTHS:
        print(f"{f'times less CPU at {length} messages':34}{figures[f'ratio_{length}']:>12}")


if __name__ == "__main__":
    main()
