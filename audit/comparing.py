"""What a case was at one of its steps, and what differs between two of them."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from service.record import CaseFile, RecordedEvent
from service.views import HandoverView
from states.vocabulary import Event

NOTHING = object()
"""Stands for a value that is not there."""
_NOT_KEPT = frozenset({Event.PACKET_UPDATED, Event.CUSTOMER_REPLIED, Event.TRIGGER_FIRED, Event.IDENTITY_VERIFIED})
"""Events that may have added to a packet what the log does not keep by itself."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One value that is another, or is only in one of two."""

    place: str
    """As in `checkpoint.memory.latched`."""
    before: Any
    after: Any

    @property
    def added(self) -> bool:
        """It was not there before."""
        return self.before is NOTHING

    @property
    def removed(self) -> bool:
        """It is not there afterwards."""
        return self.after is NOTHING


def differences(before: Any, after: Any, place: str = "") -> Iterator[Difference]:
    """Each value that differs, by where it stands; lists are compared entry by entry."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys((*before, *after)):
            inner = f"{place}.{name}" if place else str(name)
            yield from differences(before.get(name, NOTHING), after.get(name, NOTHING), inner)
    elif isinstance(before, list) and isinstance(after, list):
        for number in range(max(len(before), len(after))):
            a, b = (one[number] if number < len(one) else NOTHING for one in (before, after))
            yield from differences(a, b, f"{place}[{number + 1}]")
    elif type(before) is not type(after) or before != after:
        yield Difference(place=place, before=before, after=after)


@dataclass(frozen=True, kw_only=True)
class PacketAt:
    """The packet as it stood at a step, as far as the log can tell."""

    handover: HandoverView
    uncertain: tuple[int, ...]
    """Later steps that may have added to it what the log does not keep: that is shown as it is now."""


def packet_at(case: CaseFile, number: int) -> PacketAt | None:
    """The packet at a step: what people changed in it later is taken back. None before there was one."""
    events, event = case.record.events, case.record.events[number - 1]
    found = case.handover_at(event)
    if found is None or not _made(case, found, number):
        return None
    packet, uncertain = copy.deepcopy(dict(found.packet)), []
    for later in range(len(events), number, -1):
        one = events[later - 1]
        if case.handover_at(one) is not found:
            continue
        if one.event is Event.PACKET_REVIEWED:
            _take_back(packet, one)
        elif one.event in _NOT_KEPT:
            uncertain.append(later)
    packet["review"] = [one for one in packet.get("review", ()) if str(one.get("at", "")) <= _stamp(event)]
    closed_later = not found.open and any(_ends(one) for one in events[number:])
    then = replace(
        found, packet=packet, open=found.open or closed_later,
        claimed_at=found.claimed_at if found.claimed_at and found.claimed_at <= event.at else None,
    )  # fmt: skip
    return PacketAt(handover=then, uncertain=tuple(sorted(uncertain)))


def situation(case: CaseFile, number: int, checkpoint: Mapping[str, Any] | None) -> dict[str, Any]:
    """What two steps are compared by: where the case stood, the facts as last read, the packet, the checkpoint."""
    events, event = case.record.events, case.record.events[number - 1]
    judged = next((one for one in reversed(events[:number]) if "facts" in one.data), None)
    packet = packet_at(case, number)
    values = checkpoint["checkpoint"].get("channel_values", {}) if checkpoint else {}
    return {
        "state": event.target.value,
        "event": event.event.value,
        "policy": event.policy_hash,
        "facts": dict(judged.data["facts"]) if judged is not None else {},
        "guards": dict.fromkeys(event.given.get("guards", ()), True),
        "packet": dict(packet.handover.packet) if packet is not None else {},
        "checkpoint": dict(values),
    }


def _made(case: CaseFile, handover: HandoverView, number: int) -> bool:
    """Whether the handover was there after this step: steps of one moment are told apart by the event that made it."""
    for place, one in enumerate(case.record.events, 1):
        if one.data.get("handover_id") == handover.id:
            return place <= number
    return True


def _take_back(packet: dict[str, Any], reviewed: RecordedEvent) -> None:
    for one in reversed(reviewed.data.get("fields", ())):
        if "old" not in one:
            continue
        *path, key = str(one["field"]).split(".")
        place: Any = packet
        for part in path:
            place = place.get(part, {}) if isinstance(place, dict) else {}
        if isinstance(place, dict):
            place[key] = one["old"]


def _stamp(event: RecordedEvent) -> str:
    return event.at.isoformat().replace("+00:00", "Z")


def _ends(one: RecordedEvent) -> bool:
    return one.event in (Event.RESOLVED, Event.HANDED_BACK)
