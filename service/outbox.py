"""The outbox for operators: how destinations fare, what is stuck, and a second chance for what was given up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desks.config import DeskConfig
from states.clock import Clock
from states.errors import NotFound
from store import steps
from store.database import Store


class Outbox:
    """Needs no running Handrail: the rows tell everything, whichever process did the work."""

    def __init__(self, store: Store, clock: Clock, configs: Mapping[str, DeskConfig]) -> None:
        self._store, self._clock, self._configs = store, clock, configs

    def fares(self) -> list[dict[str, Any]]:
        """Each destination: what waits, what fails now and why, what is dead, when something last got through."""
        found = []
        with self._store.read() as connection:
            for name, config in self._configs.items():
                pending, dead, last = steps.totals(connection, name)
                jobs = getattr(config, "jobs", ())
                found.append(
                    {
                        "name": name, "kind": getattr(config, "kind", ""),
                        "jobs": ", ".join(job.value for job in jobs), "pending": pending,
                        "failing": steps.failing(connection, name), "dead": dead,
                        "last_success": last.isoformat() if last else None,
                    }
                )  # fmt: skip
        return found

    def unsettled(self, most: int) -> list[dict[str, Any]]:
        """Steps that are dead or wait, without what they say."""
        with self._store.read() as connection:
            return [dict(row) for status in ("dead", "pending") for row in steps.unsettled(connection, status, most)]

    def replay(self, step_id: str | None = None) -> int:
        """Puts a dead step back, or all with None; how many. NotFound if there is no such dead step."""
        with self._store.write() as connection:
            count = steps.replay(connection, step_id, self._clock.now())
        if step_id is not None and not count:
            raise NotFound(f"no dead step is called {step_id!r}; `handrail outbox` lists them")
        return count
