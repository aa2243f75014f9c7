"""The port every desk implements, and the values it speaks in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from states.vocabulary import Effect


@dataclass(frozen=True, kw_only=True)
class Order:
    """One effect to perform, frozen when it was decided."""

    id: str
    """The outbox row's id: the idempotency key."""
    conversation_id: str
    effect: Effect
    payload: Mapping[str, Any]
    attempt: int = 1


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """Proof that the effect happened."""

    ref: str
    """The desk's own reference, e.g. a ticket number."""
    note: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


class Desk(Protocol):
    """Performs effects outside the database.

    `deliver` must be idempotent by `order.id`: the worker calls it again when it does not know whether the first call
    got through. It raises DependencyFault if the effect did not happen or may not have happened; it never waits
    longer than a few seconds.
    """

    def deliver(self, order: Order) -> Receipt:
        """Performs one effect and says where it can be found."""
        ...

    def ping(self) -> str:
        """One line that names the desk and says that it is ready; DependencyFault if it is not."""
        ...
