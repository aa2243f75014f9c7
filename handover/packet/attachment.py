"""A file that came with a customer's message, as the channel describes it. The channel keeps the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """Its name and kind, its size in bytes (0: unknown), and the channel's reference, by which staff find it."""

    name: str
    media_type: str = ""
    size: int = 0
    ref: str = ""

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Attachment:
        """The attachment as a message's row keeps it."""
        return cls(name=kept["name"], media_type=kept["media_type"], size=kept["size"], ref=kept["ref"])

    def to_json(self) -> dict[str, Any]:
        """As a message's row keeps it."""
        return asdict(self)
