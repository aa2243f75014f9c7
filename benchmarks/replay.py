"""`python -m benchmarks.replay [CONVERSATIONS] [SEED]`: fresh recorded conversations, decided again without a network.

They are lived by the real system as `tests.audit.recorded.record` says, and then replayed from their records alone.
"""

from __future__ import annotations

import json
import socket
import sys
from time import perf_counter

from audit.replay import Replay, Result
from tests.audit.recorded.record import lived

CONVERSATIONS, SEED = 1090, 7


class CutOff:
    """Stands where the network was: whoever asks for a socket is counted and refused."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, *values: object, **named: object) -> object:
        """OSError, always."""
        self.asked += 1
        raise OSError("the network is cut off")


def measure(conversations: int, seed: int) -> dict[str, object]:
    """How many steps match, differ or cannot be derived, and how long a step takes."""
    records = [*lived(conversations, seed)]
    network, replaying = CutOff(), Replay()
    for name in ("socket", "create_connection", "getaddrinfo"):
        setattr(socket, name, network)
    started = perf_counter()
    found = [replaying.verify(one) for one in records]
    seconds = perf_counter() - started
    steps = sum(len(one.steps) for one in found)
    differing = [(one.conversation_id, step.number, step.why) for one in found for step in one.of(Result.MISMATCH)]
    return {
        "conversations": len(records),
        "steps": steps,
        **{result.value: sum(len(one.of(result)) for one in found) for result in Result},
        "calls outside": network.asked,
        "ms a step": round(1000 * seconds / max(1, steps), 2),
        "differing": differing[:10],
    }


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:3]]
    sys.stdout.write(json.dumps(measure(*(given + [CONVERSATIONS, SEED][len(given) :])), indent=2) + "\n")
