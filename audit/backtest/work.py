"""Who judges the parts: this process, several of them, or a Dask cluster. The sums are the same, and a worker that dies
changes nothing: its part is judged again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from audit.backtest.judged import Pair
from audit.backtest.parts import Part
from audit.backtest.tally import Tally
from states.errors import BadInput, DependencyFault

ATTEMPTS = 3
"""Times that a part is judged in all before a worker's death is laid to the part itself."""
AHEAD = 2
"""Parts in hand for each worker: enough that none waits, few enough that memory stays flat."""

SCHEDULER_WITHIN = "10s"
"""A scheduler answers within this time, or there is none."""


@dataclass(frozen=True, kw_only=True)
class Maker:
    """Makes the pair in whichever process is to judge; picklable, and the same for all."""

    key: str
    """Names the policies and whatever else decides."""
    make: Callable[[], Pair]


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A part after it was judged."""

    number: int
    size: int
    tally: dict[str, Any]
    """As `Tally.as_json`."""
    flips: str
    """One JSON line for each, without words."""


Parts = Iterable[tuple[Part, bytes]]
_made: dict[str, Pair] = {}


def judge_part(maker: Maker, part: Part, raw: bytes) -> Judged:
    """Judges a part here. The pair is made once in a process and kept."""
    pair = _made.get(maker.key)
    if pair is None:
        _made.clear()
        pair = _made[maker.key] = maker.make()
    tally = Tally()
    flips = [json.dumps(one.without_words()) + "\n" for one in pair.judge(part.lines(raw), tally)]
    return Judged(number=part.number, size=part.size, tally=tally.as_json(), flips="".join(flips))


def here(maker: Maker, parts: Iterable[Part], path: Path) -> Iterator[Judged]:
    """Judges all parts in this process."""
    return (judge_part(maker, part, part.read(path)) for part in parts)


def in_processes(maker: Maker, parts: Iterable[Part], path: Path, workers: int) -> Iterator[Judged]:
    """Judges the parts in so many processes, in the order in which they are done.

    Where a process dies, a new pool judges what was in hand again. DependencyFault for a part that kills its process
    each time.
    """
    waiting = iter(parts)
    again: list[Part] = []
    tried: dict[int, int] = {}
    while True:
        in_hand: dict[Future[Judged], Part] = {}
        try:
            with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
                while True:
                    while len(in_hand) < workers * AHEAD:
                        part = again.pop() if again else next(waiting, None)
                        if part is None:
                            break
                        in_hand[pool.submit(judge_part, maker, part, part.read(path))] = part
                    if not in_hand:
                        return
                    for done in wait(in_hand, return_when=FIRST_COMPLETED).done:
                        result = done.result()
                        del in_hand[done]
                        yield result
        except BrokenProcessPool:
            lost = sorted(in_hand.values(), key=lambda one: one.number)
            for part in lost:
                tried[part.number] = tried.get(part.number, 0) + 1
                if tried[part.number] >= ATTEMPTS:
                    raise DependencyFault(
                        "worker_died",
                        f"a process died {ATTEMPTS} times over the lines from {part.first_line}; what is done is kept: "
                        "begin again with --workers 1 and more memory",
                    ) from None
            again.extend(reversed(lost))


def on_dask(maker: Maker, parts: Iterable[Part], path: Path, address: str) -> Iterator[Judged]:
    """Judges the parts on the cluster of this scheduler. BadInput names what is missing."""
    try:
        dask: Any = import_module("distributed")  # optional, and without types
    except ImportError:
        raise BadInput("Dask is not installed; install handrail[cluster] here and on the workers") from None
    try:
        client = dask.Client(address, timeout=SCHEDULER_WITHIN, set_as_default=False)
    except OSError as error:
        raise BadInput(f"no Dask scheduler answers at {address!r} ({error}); start one or check the address") from None
    try:
        yield from _through(dask, client, maker, parts, path)
    finally:
        client.close()


def _through(dask: Any, client: Any, maker: Maker, parts: Iterable[Part], path: Path) -> Iterator[Judged]:
    waiting = iter(parts)
    given = client.submit(_given, maker, pure=False)  # as a task: made anew where the worker that holds it dies
    threads = sum(client.nthreads().values()) or 1

    def submit(part: Part) -> Any:
        return client.submit(judge_part, given, part, part.read(path), pure=False, retries=ATTEMPTS - 1)

    done = dask.as_completed(
        [submit(part) for part in islice(waiting, threads * AHEAD)], loop=client.loop, with_results=True
    )
    for _, result in done:
        following = next(waiting, None)
        if following is not None:
            done.add(submit(following))
        yield result


def _given(maker: Maker) -> Maker:
    return maker
