"""The state `triggered`: the packet is assembled, and the handover, its script and its clocks become one outcome."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conversation.clocks import next_step, wakes_somebody
from conversation.doing import Matter
from conversation.hand_back import is_loop, note_evidence
from conversation.packets import assembled
from conversation.run import Run
from conversation.step import apply
from handover.packet.schema import Packet, Why
from handover.people.routing import NOBODY_ONLINE
from states.vocabulary import Event, Role


def hand_over(run: Run) -> None:
    """Assembles the packet of a conversation that has just been triggered, and puts it into the queue."""
    run.judged(looping=is_loop(run))
    note_evidence(run, run.judgement.fired)
    packet, broke = assembled(run)
    event, data = (Event.FAULT, {"fault": f"packet_{broke}"}) if broke else (Event.PACKET_READY, {})
    open_handover(run, packet, event, Role.SYSTEM, data)


def open_handover(
    run: Run, packet: Packet, event: Event, role: Role, data: Mapping[str, Any], *, again: bool = False
) -> None:
    """Steps the machine with an event that opens a handover, and wakes somebody where nobody can wait."""
    apply(run, event, role, data, matter=Matter(packet=packet, again=again))
    page_if_nobody(run, packet.why)


def page_if_nobody(run: Run, why: Why) -> None:
    """Pages the person on call now, where the class cannot wait and nobody is known to be online."""
    if not wakes_somebody(run, why):
        return
    step = next_step(run, Event.SLA_ENDANGERED)
    data = {**(step.data() if step is not None else {}), "because": NOBODY_ONLINE}
    apply(run, Event.SLA_ENDANGERED, Role.SYSTEM, data, matter=Matter(ladder=step))
