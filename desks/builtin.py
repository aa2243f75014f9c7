"""The built-in queue: the handover's row itself. It always has the handover, whatever an external desk does."""

from __future__ import annotations

from desks.port import Order, Receipt
from states.errors import DependencyFault


class BuiltInDesk:
    """Agents read the queue from the database, so delivering is done when the row is committed."""

    def deliver(self, order: Order) -> Receipt:
        """Names the row that agents see."""
        return Receipt(ref=str(order.payload.get("handover_id") or order.conversation_id), note="in the built-in queue")

    def ping(self) -> str:
        """Always ready: it is the database."""
        return "built-in queue"


class RecordingDesk:
    """An in-memory desk for tests and the demo: keeps what it was given, once per order id, and fails on demand."""

    def __init__(self, failures: int = 0) -> None:
        self.orders: dict[str, Order] = {}
        self.calls = 0
        self._failures = failures

    def deliver(self, order: Order) -> Receipt:
        """Keeps the order; raises DependencyFault for the first `failures` calls."""
        self.calls += 1
        if self.calls <= self._failures:
            raise DependencyFault("desk_unavailable", "the recording desk was told to fail")
        self.orders.setdefault(order.id, order)
        return Receipt(ref=f"rec-{list(self.orders).index(order.id) + 1}")

    def ping(self) -> str:
        """Always ready."""
        return "recording desk"
