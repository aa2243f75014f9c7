"""The handover: one case for a person, from the moment it is opened until it is closed, with what may be done to it.

A value: every verb gives the handover as it is afterwards. `from_row` and `to_row` are the only places that know the
columns of its row.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from functools import cached_property, reduce
from typing import Any

from handover.deadlines.ladder import Climb
from handover.packet.playbooks import open_required
from handover.packet.schema import Packet, PacketStep, dump, load
from handover.people.codes import Challenge
from handover.people.duties import higher
from policy.schema import Level, Severity
from states.vocabulary import Clock

_PLAIN = frozenset(
    {
        "id", "conversation_id", "open", "reason_code", "reason", "sla", "team", "language", "waiting_since",
        "claim_due_at", "resolve_due_at", "notices", "verify", "compliance", "verified", "codes_sent", "regulated",
        "attempts", "owner_id", "claimed_at", "closed_at", "outcome", "resolution", "summary_due", "previous_id",
        "created_at",
    }
)  # fmt: skip
"""Fields whose columns hold them as they are."""


@dataclass(frozen=True, kw_only=True)
class Handover:
    """One handover. Times are time-zone-aware; ids are Handrail's own."""

    id: str
    """Also the idempotency key of its tickets."""
    conversation_id: str
    open: bool = True
    reason_code: str
    reason: str
    severity: Severity
    sla: str
    """The name of its class in the policy."""
    team: str
    skills: tuple[str, ...] = ()
    language: str
    waiting_since: datetime
    """The customer's first unmet need."""
    claim_due_at: datetime
    resolve_due_at: datetime
    ladders: Mapping[Clock, Climb] = field(default_factory=dict)
    """How far each of its clocks has climbed."""
    notices: int = 0
    """Waiting notices already sent to the customer."""
    verify: bool = False
    """The customer's identity must be verified before the case is resolved."""
    verify_level: Level = Level.NONE
    """To which level."""
    verified: bool = False
    verified_level: Level = Level.NONE
    attempts: int = 0
    """Identity checks that failed."""
    code: Challenge | None = None
    """The one-time code that was sent last."""
    codes_sent: int = 0
    regulated: bool = False
    """The frontline says approved words only."""
    compliance: bool = False
    """Two people hand it back."""
    steps_done: tuple[str, ...] = ()
    steps_by: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Step id → who ticked it and when."""
    owner_id: str | None = None
    claimed_at: datetime | None = None
    """When it was first claimed."""
    closed_at: datetime | None = None
    outcome: str | None = None
    resolution: str | None = None
    """The policy's code for how it ended."""
    summary_due: bool = False
    """A model has not yet been asked for the summary."""
    packet_json: Mapping[str, Any]
    """The packet as the row keeps it; `packet` is the same, typed."""
    previous_id: str | None = None
    created_at: datetime

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Handover:
        """The handover that a row holds."""
        return cls(
            **{name: row[name] for name in _PLAIN},
            severity=Severity(row["severity"]),
            skills=tuple(row["skills"]),
            ladders={Clock(name): Climb.from_json(climb) for name, climb in row["ladders"].items()},
            verify_level=Level(row["verify_level"]),
            verified_level=Level(row["verified_level"]),
            code=Challenge.from_json(row["code"]) if row["code"] else None,
            steps_done=tuple(row["steps_done"]),
            steps_by=row["steps_by"] or {},
            packet_json=row["packet"],
        )

    def to_row(self) -> dict[str, Any]:
        """Every column of its row."""
        return {
            **{name: getattr(self, name) for name in _PLAIN},
            "severity": self.severity.value,
            "skills": list(self.skills),
            "ladders": {clock.value: climb.to_json() for clock, climb in self.ladders.items()},
            "verify_level": self.verify_level.value,
            "verified_level": self.verified_level.value,
            "code": self.code.to_json() if self.code is not None else None,
            "steps_done": list(self.steps_done),
            "steps_by": dict(self.steps_by) or None,
            "packet": dict(self.packet_json),
        }

    def changes_since(self, before: Handover) -> dict[str, Any]:
        """The columns in which this differs from what was read before."""
        changed = {one.name for one in fields(self) if getattr(self, one.name) != getattr(before, one.name)}
        if not changed:
            return {}
        columns = {"packet" if name == "packet_json" else name for name in changed}
        return {name: value for name, value in self.to_row().items() if name in columns}

    # The packet and the checklist

    @cached_property
    def packet(self) -> Packet:
        """The packet. pydantic.ValidationError if what the row keeps is none."""
        return load(self.packet_json)

    def with_packet(self, packet: Packet) -> Handover:
        """With another packet."""
        return replace(self, packet_json=dump(packet))

    def summarised(self) -> Handover:
        """With the model asked for its summary, whatever came of it."""
        return replace(self, summary_due=False)

    @property
    def steps(self) -> tuple[PacketStep, ...]:
        """The steps of its playbook, in order."""
        playbook = self.packet.action.playbook
        return playbook.steps if playbook is not None else ()

    def open_steps(self, attested: Collection[str] = ()) -> tuple[str, ...]:
        """Ids of the required steps that are neither ticked nor `attested`; none means that it may be resolved."""
        return tuple(step.id for step in open_required(self.steps, {*self.steps_done, *attested}))

    def ticked(self, step: str, by: str, at: datetime) -> Handover:
        """With a step done."""
        marks = {**self.steps_by, step: {"by": by, "at": at.isoformat()}}
        return replace(self, steps_done=self._in_order({*self.steps_done, step}), steps_by=marks)

    def attested(self, steps: Collection[str], by: str, at: datetime) -> Handover:
        """With several steps done at once, each recorded like a tick."""
        return reduce(lambda handover, step: handover.ticked(step, by, at), steps, self)

    def unticked(self, step: str) -> Handover:
        """With a step open again."""
        marks = {name: mark for name, mark in self.steps_by.items() if name != step}
        return replace(self, steps_done=self._in_order({*self.steps_done} - {step}), steps_by=marks)

    def _in_order(self, done: Collection[str]) -> tuple[str, ...]:
        return tuple(step.id for step in self.steps if step.id in done)

    # Who has it

    def claimed(self, owner: str, at: datetime) -> Handover:
        """In somebody's hands."""
        return replace(self, owner_id=owner, claimed_at=self.claimed_at or at)

    def let_go(self) -> Handover:
        """In nobody's hands."""
        return replace(self, owner_id=None)

    def closed(self, at: datetime, outcome: str, resolution: str | None) -> Handover:
        """At its end; it keeps who had it last."""
        return replace(self, open=False, closed_at=at, outcome=outcome, resolution=resolution)

    # Identity

    @property
    def identity_satisfied(self) -> bool:
        """Whether the identity is verified to the level that is asked for, or none is."""
        return not self.verify or self.verified_level.reaches(self.verify_level)

    def code_sent(self, challenge: Challenge) -> Handover:
        """With a new code out; the earlier one counts no more."""
        return replace(self, code=challenge, codes_sent=challenge.counter)

    def code_typed(self, seal: str) -> Handover:
        """With what the customer typed into the chat last, sealed."""
        return replace(self, code=replace(self.code, typed=seal)) if self.code is not None else self

    def check_failed(self, *, by_code: bool) -> Handover:
        """With one more failed check; a wrong code costs the code a try."""
        code = self.code.tried() if self.code is not None and by_code else self.code
        return replace(self, attempts=self.attempts + 1, code=code)

    def identity_verified(self, level: Level, *, by_code: bool) -> Handover:
        """With the identity verified to a level; a code that was right is used up."""
        reached = higher(self.verified_level, level)
        return replace(self, verified=True, verified_level=reached, code=None if by_code else self.code)

    # Urgency

    def more_careful(self, *, regulated: bool, level: Level, compliance: bool) -> Handover:
        """With duties added; none is ever taken away."""
        wanted = higher(self.verify_level, level)
        return replace(
            self,
            regulated=self.regulated or regulated,
            verify_level=wanted,
            verify=self.verify or wanted is not Level.NONE,
            compliance=self.compliance or compliance,
        )

    def more_urgent(self, packet: Packet) -> Handover:
        """With the reason, class and team of a packet that is more urgent; no deadline moves back."""
        why = packet.why
        return replace(
            self,
            severity=why.severity,
            reason_code=why.reason_code,
            reason=why.reason,
            sla=why.sla_class,
            team=why.team,
            skills=tuple(why.skills),
            claim_due_at=min(self.claim_due_at, why.claim_due_at),
            resolve_due_at=min(self.resolve_due_at, why.resolve_due_at),
        )

    def noticed(self) -> Handover:
        """With one more notice sent to the customer who waits."""
        return replace(self, notices=self.notices + 1)

    def climbing(self, clock: Clock, climb: Climb) -> Handover:
        """With one of its clocks at another point of its ladder."""
        return replace(self, ladders={**self.ladders, clock: climb})
