"""Times the whole evaluation of a message: 500 phrases with 20 conditions, the default pack, and LangChain's detectors.

    python -m benchmarks.triggers [--json]

Figures are medians over blocks, in microseconds a message; a peer is measured in the same run, because two runs
on a shared machine cannot be compared; "cpu" is the time of this process alone. "fresh" cycles through messages the
automata have not seen before.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable, Iterator
from statistics import median
from time import perf_counter, process_time

from benchmarks.phrases import SENTENCES, message, phrases
from policy.loader import LoadedPolicy, load_pack, load_text
from states.errors import PolicyError
from triggers.assessment import Circumstances, Message
from triggers.engine import Engine

LENGTHS = (200, 4000)
_BLOCKS, _SECONDS = 25, 0.04
_CONDITIONS = (
    "conversation.failed_answers >= 3 || conversation.repeats >= 2",
    "customer.tier == 'platinum' && customer.value > 1000.0",
    "conversation.sentiment < -0.5 && conversation.sentiment_trend < -0.2",
    "channel.sensitive && !hours.open",
)


def large_policy() -> LoadedPolicy:
    """50 triggers of ten phrases each, and 20 triggers of one condition each."""
    listed = phrases(500)
    worded = [
        _trigger(f"words.n{at}", {"any": [{"phrases": list(listed[at * 10 : at * 10 + 10])}]}) for at in range(50)
    ]
    known = [
        _trigger(f"facts.n{at}", {"when": f"({_CONDITIONS[at % 4]}) && conversation.turns > {at}"}) for at in range(20)
    ]
    return load_text(
        json.dumps({"handrail": 1, "name": "benchmark", "triggers": [*worded, *known], "sla": {"short": _SLA}})
    )


_SLA = {"claim": "1h", "resolve": "8h"}


def _trigger(identifier: str, evidence: dict[str, object]) -> dict[str, object]:
    return {
        "id": identifier,
        "family": "benchmark",
        "reason": "Measured.",
        "sla": "short",
        "route": {"team": "nobody"},
        **evidence,
    }


def micros(work: Callable[[], object], clock: Callable[[], float] = perf_counter) -> float:
    """Median over blocks of the time of one call, in microseconds."""
    started = clock()
    work()
    calls = max(1, int(_SECONDS / max(clock() - started, 1e-6)))
    blocks: list[float] = []
    for _ in range(_BLOCKS):
        started = clock()
        for _ in range(calls):
            work()
        blocks.append((clock() - started) / calls * 1e6)
    return round(median(blocks), 1)


def engine_micros(engine: Engine, length: int, clock: Callable[[], float] = perf_counter) -> float:
    """One message again and again."""
    said, around = Message(text=message(length), language="en"), Circumstances()
    return micros(lambda: engine.evaluate(said, around), clock)


def fresh_micros(engine: Engine, length: int, count: int = 400) -> float:
    """Median of the first evaluation of messages with words in an order never seen, after a warm-up of as many."""
    around = Circumstances()
    times: list[float] = []
    for text in _shuffled(length, 2 * count):
        said = Message(text=text, language="en")
        started = perf_counter()
        engine.evaluate(said, around)
        times.append((perf_counter() - started) * 1e6)
    return round(median(times[count:]), 1)


def _shuffled(length: int, count: int) -> Iterator[str]:
    dice = random.Random(7)
    words = " ".join(SENTENCES).split()
    for _ in range(count):
        yield " ".join(dice.choices(words, k=length // 5 + 1))[:length]


def langchain_micros(length: int) -> float | None:
    """LangChain's five built-in PII detectors over the same message; None where langchain is not installed."""
    try:
        from langchain.agents.middleware import _redaction as peer
    except ImportError:
        return None
    detectors = (
        peer.detect_email,
        peer.detect_credit_card,
        peer.detect_ip,
        peer.detect_mac_address,
        peer.detect_url,
    )
    text = message(length)
    return micros(lambda: [detect(text) for detect in detectors])


def measure() -> dict[str, float | None]:
    """Every figure, by key."""
    figures: dict[str, float | None] = {}
    engine = Engine(large_policy())
    for length in LENGTHS:
        figures[f"evaluate_us_{length}"] = engine_micros(engine, length)
        figures[f"evaluate_cpu_us_{length}"] = engine_micros(engine, length, process_time)
        figures[f"langchain_us_{length}"] = langchain_micros(length)
        figures[f"evaluate_fresh_us_{length}"] = fresh_micros(engine, length)
    try:
        default = Engine(load_pack("default"))
    except PolicyError as error:
        print(f"default pack skipped: {error}", file=sys.stderr)
        return figures
    for length in LENGTHS:
        figures[f"default_pack_us_{length}"] = engine_micros(default, length)
        figures[f"default_pack_cpu_us_{length}"] = engine_micros(default, length, process_time)
        figures[f"default_pack_fresh_us_{length}"] = fresh_micros(default, length)
    return figures


def main(arguments: list[str]) -> None:
    """Prints the figures."""
    figures = measure()
    if "--json" in arguments:
        print(json.dumps(figures, indent=2))
        return
    for key, value in figures.items():
        print(f"{key:28} {'not installed' if value is None else f'{value:8.1f} µs'}")


if __name__ == "__main__":
    main(sys.argv[1:])
