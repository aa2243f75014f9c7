"""What the ticket systems over HTTP have in common: whatever a step adds to a ticket carries the step's marker."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from desks.config import TicketConfig
from desks.kit.appended import Part, append
from desks.kit.http import Web
from desks.kit.notes import has_marker
from desks.port import Delivered, Job, Outcome, Request, Task
from states.clock import Clock


class MarkedDesk(ABC):
    """The part of `desks.port.TicketDesk` that does not depend on the system."""

    def __init__(
        self, *, name: str, config: TicketConfig, clock: Clock, base_url: str, auth: tuple[str, str], actor: str
    ) -> None:
        self.name = name
        self.jobs = frozenset(config.jobs)
        self._clock = clock
        self._actor = actor
        self._web = Web(
            base_url=base_url.rstrip("/"),
            auth=auth,
            headers={"accept": "application/json"},
            deadline_s=config.deadline_s,
        )

    @property
    def actor(self) -> str:
        """Who we are there; empty until it is set, or learned by the first `read` or `ping`."""
        return self._actor

    def close(self) -> None:
        """Gives its connections back."""
        self._web.close()

    @abstractmethod
    def _texts(self, ref: str) -> Sequence[str]:
        """Everything that was added to the ticket. DependencyFault or NotFound if it cannot be read."""

    def _step(
        self, task: Task, ref: str, *, path: str, body: dict[str, Any], expect: Mapping[str, str], method: str = "POST"
    ) -> Request:
        """An addition to a ticket: public only if it is an answer to the customer."""
        public = "true" if task.job is Job.REPLY else "false"
        return Request(
            job=task.job, key=task.key, marker=task.marker, ref=ref, method=method, path=path, body=body,
            expect={"public": public, **expect},
        )  # fmt: skip

    def _append(self, request: Request, parts: Sequence[Part], send: Callable[[Part], Outcome]) -> Outcome:
        """Sends the parts of an addition that are not in the ticket yet."""
        outcome = append(parts, request.marker, lambda: self._texts(request.ref), send)
        return Delivered(ref=request.ref) if isinstance(outcome, Delivered) else outcome

    def _added(self, request: Request) -> Delivered | None:
        """Whether an addition is in the ticket already."""
        return Delivered(ref=request.ref) if has_marker(self._texts(request.ref), request.marker) else None
