"""A durable turn without model time: ours against plain LangGraph with SqliteSaver and the messages in the state.

Both answer with a constant text, so what is measured is the machinery: judging the message, the graph run, the commits.
Each contender has a process of its own, and they alternate in short blocks: neither pays for the other's garbage, and
both get the same share of whatever else the machine is doing, so that the ratio holds on a noisy one.
Run as `python -m benchmarks.turn [--json]`. CPU is of the whole process; medians over the turns around a length.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing as mp
import os
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

BLOCKS = {
    10: [(f"short-{number}", 3, 7) for number in range(16)],
    500: [("long", at, at + 8) for at in range(220, 284, 8)],
}
"""For each length in messages (two a turn): which turns of which conversation are measured, block by block."""
WARM = ("warm", 0, 12)
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

    turn: Callable[[str, int], None]
    """Handles one turn of a conversation."""
    size: Callable[[], int]
    """Bytes its database uses."""


@dataclass(kw_only=True)
class _Samples:
    """What one contender's turns around one length took."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    grown: int = 0


def _serve(name: str, pipe: Connection) -> None:
    """A contender's process: drives conversations as told and reports what each measured turn took."""
    done: dict[str, int] = {}
    with CONTENDERS[name]() as contender:
        while (asked := pipe.recv()) is not None:
            conversation, start, stop = asked
            for number in range(done.get(conversation, 0), start):
                contender.turn(conversation, number)
            samples = _Samples(grown=-contender.size())
            for number in range(start, stop):
                cpu, wall = time.process_time(), time.perf_counter()
                contender.turn(conversation, number)
                samples.cpu.append((time.process_time() - cpu) * 1000)
                samples.wall.append((time.perf_counter() - wall) * 1000)
            samples.grown += contender.size()
            done[conversation] = stop
            pipe.send(samples)


def _figures(samples: dict[int, list[_Samples]]) -> dict[str, float]:
    figures: dict[str, float] = {}
    for length, blocks in samples.items():
        cpu = [one for block in blocks for one in block.cpu]
        figures[f"cpu_ms_{length}"] = round(statistics.median(cpu), 2)
        figures[f"wall_ms_{length}"] = round(statistics.median(one for block in blocks for one in block.wall), 2)
        figures[f"bytes_per_turn_{length}"] = round(sum(block.grown for block in blocks) / len(cpu))
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
def ours(detail: str = "states") -> Iterator[Contender]:
    """Handrail with the default pack: rules, graph, two commits, log, timers and checkpoint."""
    from assistants.port import Draft
    from assistants.scripted import ScriptedAssistant
    from graph.build import Detail
    from policy.loader import load_pack
    from service.runtime import Runtime
    from service.views import NewConversation
    from states.clock import SystemClock, SystemIds
    from store.database import open_store

    draft = Draft(text=ANSWER, confidence=0.95, verbatim=True, intent="delivery", model="bench")
    with _folder() as folder:
        runtime = Runtime(
            store=open_store(f"sqlite:///{folder}/handrail.db"),
            policy=load_pack("default"),
            assistant=ScriptedAssistant([draft]),
            clock=SystemClock(),
            ids=SystemIds(),
            detail=Detail(detail),
        )

        def turn(conversation: str, number: int) -> None:
            if number == 0:
                runtime.open(NewConversation(id=conversation))
            _answered(runtime, conversation, number)

        yield Contender(turn=turn, size=lambda: _used_bytes(folder / "handrail.db"))
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


def _answered(runtime: Any, conversation: str, number: int) -> None:
    result = runtime.post(conversation, _question(number), message_id=f"m{number}")
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
    with _folder() as folder, SqliteSaver.from_conn_string(str(folder / "plain.db")) as saver:
        saver.setup()
        saver.conn.execute("PRAGMA synchronous=FULL")
        graph = builder.compile(checkpointer=saver)

        def turn(conversation: str, number: int) -> None:
            config: Any = {"configurable": {"thread_id": conversation}}
            graph.invoke({"messages": [HumanMessage(_question(number))]}, config, durability="sync")

        yield Contender(turn=turn, size=lambda: _used_bytes(folder / "plain.db"))


def steps() -> AbstractContextManager[Contender]:
    """The same with the answering part as a LangGraph graph of its own."""
    return ours("steps")


CONTENDERS = {"ours": ours, "langgraph": langgraph, "steps": steps}


def run() -> dict[str, Any]:
    """Both in one run, and how many times less CPU a turn takes here."""
    context = mp.get_context("spawn")
    pipes: dict[str, Any] = {}
    for name in CONTENDERS:
        pipes[name], theirs = context.Pipe()
        context.Process(target=_serve, args=(name, theirs), daemon=True).start()
    samples: dict[str, dict[int, list[_Samples]]] = {name: {length: [] for length in BLOCKS} for name in pipes}
    for pipe in pipes.values():
        pipe.send(WARM)
        pipe.recv()
    for length, blocks in BLOCKS.items():
        for block in blocks:
            for name, pipe in pipes.items():
                pipe.send(block)
                samples[name][length].append(pipe.recv())
    for pipe in pipes.values():
        pipe.send(None)
    figures = {name: _figures(found) for name, found in samples.items()}
    return {**figures, **{f"ratio_{length}": _ratio(figures, length) for length in BLOCKS}}


def _ratio(figures: dict[str, dict[str, float]], length: int) -> float:
    return round(figures["langgraph"][f"cpu_ms_{length}"] / figures["ours"][f"cpu_ms_{length}"], 2)


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
    print(f"{'a turn without model time':34}" + "".join(f"{name:>12}" for name in CONTENDERS))
    for name in figures["ours"]:
        print(f"{name:34}" + "".join(f"{figures[one][name]:>12}" for one in CONTENDERS))
    for length in BLOCKS:
        print(f"{f'times less CPU at {length} messages':34}{figures[f'ratio_{length}']:>12}")


if __name__ == "__main__":
    main()
