"""A destination as delivery sees it: the desk, what the operator set for it, and its gate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from delivery.pace import Gate
from desks.config import DeskConfig, TicketConfig, fresh_s, holder
from desks.port import Desk, Job, Standing, TicketDesk
from states.vocabulary import Role

ON_TICKET = frozenset(
    {Job.NOTE, Job.REPLY, Job.CUSTOMER_MESSAGE, Job.URGENCY, Job.CLAIM, Job.RELEASE, Job.CLOSE}
)  # fmt: skip
"""Jobs that need a ticket to be there."""
MOVING = frozenset({Job.CLAIM, Job.RELEASE, Job.CLOSE})
"""Jobs that change who has a ticket, or its status."""


@dataclass(frozen=True, kw_only=True)
class Destination:
    """One table `[desks.NAME]` at work."""

    desk: Desk
    config: DeskConfig
    gate: Gate

    @property
    def name(self) -> str:
        """The operator's name for it."""
        return self.desk.name

    @property
    def kind(self) -> str:
        """Which system it is."""
        return str(getattr(self.config, "kind", ""))

    @property
    def jobs(self) -> frozenset[Job]:
        """What it is given: what it can do."""
        return self.desk.jobs

    @property
    def contacts(self) -> frozenset[str]:
        """The kinds of contact that it reaches with one-time codes."""
        return self.config.contacts if Job.CODE in self.jobs else frozenset()

    @property
    def tickets(self) -> TicketDesk | None:
        """The desk, if people work in tickets there."""
        return cast(TicketDesk, self.desk) if Job.OPEN in self.jobs else None

    @property
    def lease_s(self) -> float:
        """How long a step is a worker's own: a look-up, an attempt, a reading back, and time to spare."""
        return self.config.deadline_s * 4 + 30

    @property
    def poll_s(self) -> float:
        """How often its changes are read."""
        return self.config.poll_s if isinstance(self.config, TicketConfig) else 0.0

    @property
    def fresh_s(self) -> float:
        """How long its changes may stay unread before that is a fault."""
        return fresh_s(self.config)

    @property
    def budget(self) -> int:
        """Our own writes to one ticket in ten minutes."""
        return self.config.updates_per_ticket if isinstance(self.config, TicketConfig) else 1_000_000

    def takes(self, team: str) -> bool:
        """Whether handovers of this team go there."""
        return not self.config.teams or team in self.config.teams

    def person(self, name: str, standing: Standing | None) -> tuple[Role, str] | None:
        """Who the system's name is here: as the settings say; a frontline agent known by place and name, if the system
        itself calls them staff; else nobody. Whoever was shut out there is nobody, whatever the settings say."""
        if not name or standing is Standing.BARRED:
            return None
        own = (Role.FRONTLINE_AGENT, f"{self.name}:{name}") if standing is Standing.STAFF else None
        return self.known_person(name) or own

    def known_person(self, name: str) -> tuple[Role, str] | None:
        """Who the settings say the system's name is; None if they do not."""
        agents: dict[str, str] = getattr(self.config, "agents", {})
        return holder(agents, name)
