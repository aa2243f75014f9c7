"""The outbox for operators: how destinations fare, what is stuck, and a second chance for what was given up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from desks.config import DeskConfig, TicketConfig, fresh_s
from desks.port import TO_CUSTOMERS
from states.clock import Clock
from states.errors import NotFound
from store import outbox, progress, steps, tickets
from store.connection import Connection
from store.database import Store

NOT_SET = "(not set)"
"""The kind of a destination that no setting names."""


class Outbox:
    """Needs no running Handrail: the rows tell everything, whichever process did the work."""

    def __init__(self, store: Store, clock: Clock, configs: Mapping[str, DeskConfig]) -> None:
        self._store, self._clock, self._configs = store, clock, configs

    def fares(self) -> list[dict[str, Any]]:
        """Each destination: what waits, what fails now and why, what is dead, when something last got through; also
        those that no setting names any more and for which something waits."""
        found = []
        with self._store.read() as connection:
            gone = dict.fromkeys(progress.waited_for(connection) - set(self._configs), DeskConfig())
            for name, config in {**self._configs, **gone}.items():
                pending, dead, last = progress.totals(connection, name)
                jobs = getattr(config, "jobs", ())
                found.append(
                    {
                        "name": name, "kind": getattr(config, "kind", NOT_SET),
                        "jobs": ", ".join(job.value for job in jobs), "pending": pending,
                        "failing": progress.failing(connection, name), "dead": dead,
                        "last_success": last.isoformat() if last else None,
                        "unread_since": _unread_since(connection, name, config, self._clock.now()),
                    }
                )  # fmt: skip
        return found

    def unsettled(self, most: int) -> list[dict[str, Any]]:
        """Steps that are dead or wait, without what they say; first what no destination can perform."""
        with self._store.read() as connection:
            found = [
                dict(row) for status in ("dead", "pending") for row in progress.unsettled(connection, status, most)
            ]
        lost = [{**one, "status": outbox.UNDELIVERABLE} for one in found if one["last_code"] == outbox.UNDELIVERABLE]
        # An effect without a destination is our own queue's where none is set.
        known = [one for one in found if one["last_code"] != outbox.UNDELIVERABLE and self._is_on_its_way(one)]
        return [*lost, *known]

    def _is_on_its_way(self, step: Mapping[str, Any]) -> bool:
        telling = (set(getattr(config, "jobs", ())) - TO_CUSTOMERS for config in self._configs.values())
        return bool(step["destination"]) or any(telling)

    def undeliverable(self, most: int = 1000) -> list[dict[str, Any]]:
        """Effects that somebody must hear of and that no destination can perform: which, of which case, since when."""
        with self._store.read() as connection:
            return [{**row, "since": row["since"].isoformat()} for row in outbox.undeliverable(connection, most)]

    def line(self) -> str:
        """One line for whoever watches the service: "ready", or what goes to nobody and what is not read."""
        lost = Counter(one["effect"] for one in self.undeliverable())
        fares = self.fares()
        said = [f"{count} {effect} undeliverable: no destination" for effect, count in sorted(lost.items())]
        said += [f"steps wait for {one['name']}, which no setting names" for one in fares if one["kind"] == NOT_SET]
        said += [f"changes of {one['name']} are not read" for one in fares if one["unread_since"]]
        return "; ".join(said) or "ready"

    def replay(self, step_id: str | None = None) -> int:
        """Puts a dead step back, or all with None; how many. NotFound if there is no such dead step."""
        with self._store.write() as connection:
            count = steps.replay(connection, step_id, self._clock.now())
        if step_id is not None and not count:
            raise NotFound(f"no dead step is called {step_id!r}; `handrail outbox` lists them")
        return count


def _unread_since(connection: Connection, name: str, config: DeskConfig, now: datetime) -> str | None:
    """Since when its changes were not read, if that is longer ago than its freshness allows."""
    read_at = tickets.read_at(connection, name) if isinstance(config, TicketConfig) else None
    late = read_at is not None and now - read_at > timedelta(seconds=fresh_s(config))
    return read_at.isoformat() if read_at is not None and late else None
