"""What the gateway adds to an answer of the assistant behind it, over real HTTP, under the shipped policy and articles.

    python -m benchmarks.gateway [--json] [--answers N]

The assistant is the stub endpoint in a process of its own, Handrail is another. The same question goes to the one and
through the other by turns, each through Handrail in a new conversation: its beginning, the two commits of the turn, the
rules, the recogniser, the articles and the screen are in what is measured. Medians, without the first few;
and the CPU of Handrail's process for one answer, which holds on a busy machine too, where most of the time is waiting.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing as mp
import os
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

QUESTION = "How long does delivery take?"
ANSWER = "Standard delivery takes 2 to 4 working days."
WARM = 10


def _upstream(pipe: Connection) -> None:
    from assistants.stub_endpoint import StubEndpoint

    with StubEndpoint(reply=ANSWER) as url:
        pipe.send(url)
        pipe.recv()


def _handrail(pipe: Connection, upstream: str, folder: str) -> None:
    from app.server import bind, serve, url_of
    from app.settings import DemoSettings, GatewaySettings
    from app.wiring import build

    settings = DemoSettings(data_dir=Path(folder), gateway=GatewaySettings(upstream=upstream))
    system = build(settings, learned=True)
    with bind("127.0.0.1", 0) as listening:
        serve(system, settings, listening, with_page=False, on_ready=lambda: pipe.send(url_of(listening)))


@contextmanager
def _process(target: Any, *given: str) -> Iterator[tuple[str, int]]:
    """A process that says where it is, and its id, until the block ends."""
    context = mp.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=target, args=(theirs, *given), daemon=True)
    process.start()
    try:
        yield ours.recv(), process.pid or 0
    finally:
        process.terminate()
        process.join()


def _ask(connection: http.client.HTTPConnection, path: str, conversation: str) -> tuple[float, dict[str, Any]]:
    """One question; milliseconds and the answer."""
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": QUESTION}]})
    headers = {"Content-Type": "application/json", "Handrail-Conversation": conversation}
    began = perf_counter()
    connection.request("POST", path, body, headers)
    answer = connection.getresponse().read()
    return (perf_counter() - began) * 1000, json.loads(answer)


def _cpu_ms(pid: int) -> float:
    """CPU that a process has used."""
    used = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(used[11]) + int(used[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def measure(answers: int) -> dict[str, float]:
    """Milliseconds: directly, through the gateway, what it adds, what it adds in the fastest tenth, and its CPU."""
    direct: list[float] = []
    through: list[float] = []
    used = 0.0
    with (
        tempfile.TemporaryDirectory() as folder,
        _process(_upstream) as (upstream, _),
        _process(_handrail, upstream, folder) as (handrail, pid),
    ):
        places = [urlsplit(one) for one in (upstream, handrail)]
        connections = [http.client.HTTPConnection(str(one.hostname), int(one.port or 0)) for one in places]
        for number in range(answers + WARM):
            used = _cpu_ms(pid) if number == WARM else used
            direct.append(_ask(connections[0], "/v1/chat/completions", "none")[0])
            took, answer = _ask(connections[1], "/v1/chat/completions", f"c{number}")
            if answer["choices"][0]["message"]["content"] != ANSWER:
                raise RuntimeError(f"this was no answer of the assistant: {json.dumps(answer)[:500]}")
            through.append(took)
        used = _cpu_ms(pid) - used
    before, behind = statistics.median(direct[WARM:]), statistics.median(through[WARM:])
    return {
        "gateway_direct_ms": round(before, 2),
        "gateway_through_ms": round(behind, 2),
        "gateway_overhead_ms": round(behind - before, 2),
        "gateway_fast_ms": round(statistics.quantiles(through[WARM:], n=10)[0] - before, 2),
        "gateway_cpu_ms": round(used / answers, 2),
    }


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--answers", type=int, default=200)
    given = parser.parse_args()
    found = measure(given.answers)
    print(json.dumps(found) if given.json else "\n".join(f"{name}: {value} ms" for name, value in found.items()))


if __name__ == "__main__":
    main()
