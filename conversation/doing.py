"""One effect of one event while it is done: what the event brought along, and the two ways out: words and rows.

Words to a customer are made here and nowhere else, in the name that the table gives the effect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conversation.clocks import LadderStep
from conversation.handover import Handover
from conversation.records import Outbound, Utterance
from conversation.run import Run
from handover.packet.schema import Packet
from handover.people.duties import Duties
from states.machine import Step
from states.table import SPEECH
from states.vocabulary import Effect


@dataclass(frozen=True, kw_only=True)
class Urgency:
    """New evidence in a case that a person has or awaits."""

    packet: Packet
    """The old packet with what the new one adds."""
    duties: Duties
    compliance: bool
    rises: bool
    """It is more severe than before: deadlines move forward."""


@dataclass(frozen=True, kw_only=True)
class Matter:
    """What an event brings along for its effects, beside what came in."""

    words: str = ""
    """What an answer, a caution or a notice says; empty: nothing."""
    citations: tuple[Mapping[str, str], ...] = ()
    packet: Packet | None = None
    """The packet of the handover that opens; None: it is assembled then."""
    again: bool = False
    """A case comes back to people."""
    urgency: Urgency | None = None
    ladder: LadderStep | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)
    """More for the outbox rows of this event."""


@dataclass(frozen=True, kw_only=True)
class Doing:
    """One effect of one event while it is done."""

    run: Run
    effect: Effect
    number: int
    """Its place among the effects of the event."""
    event_id: str
    step: Step
    actor: str
    matter: Matter

    @property
    def handover(self) -> Handover | None:
        """The handover as it stands now."""
        return self.run.standing.handover

    def say(self, text: str, *, actor: str = "", citations: tuple[Mapping[str, str], ...] = ()) -> None:
        """One message to the customer in the name that the table gives this effect; LookupError if it gives none.

        It is sent only if the outcome is committed. Nothing is said where there are no words.
        """
        author = SPEECH[self.effect]
        if text.strip():
            said = Utterance(
                author=author, text=text, event_id=self.event_id, effect=self.effect, actor_id=actor,
                citations=citations,
            )  # fmt: skip
            self.run.record.utterances.append(said)

    def queue(self, **more: Any) -> None:
        """An outbox row: who did what to which case, and where they did it, with what this effect adds."""
        inbound, handover = self.run.inbound, self.handover
        payload = {
            "handover_id": handover.id if handover is not None else None, "event": self.step.event.value,
            "actor": self.actor, "role": self.step.role.value, "origin": inbound.origin, **self.matter.payload, **more,
        }  # fmt: skip
        row = Outbound(event_id=self.event_id, number=self.number, effect=self.effect, payload=payload)
        self.run.record.outbound.append(row)
