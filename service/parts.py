"""What the service is made of beside its store: the rules in force, the models, the clock, who is on file."""

from __future__ import annotations

from dataclasses import dataclass

from conversation.rules import Rules
from handover.packet.model_summary import SummaryWriter
from handover.people.directory import Directory
from service.models import Models
from states.clock import Clock


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Replaced as a whole when another policy comes into force."""

    rules: Rules
    models: Models
    clock: Clock
    directory: Directory
    summariser: SummaryWriter | None = None
