"""How well handovers are made and ended, counted from the events of conversations: nobody is asked, nothing is guessed.

Pure functions over views; `handrail report` prints what they return."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from audit.metrics import Share, mean, share
from service.views import ConversationView, EventView
from states.vocabulary import Event

OPENING = frozenset({Event.PACKET_READY, Event.FAULT, Event.SLA_BREACHED, Event.REOPENED})
SATISFIED = 4
"""Scores from which a customer counts as satisfied."""
PERSON, ASSISTANT = "person", "assistant"
Figures = dict[str, Any]


@dataclass(kw_only=True)
class _Case:
    """One handover as the log tells it."""

    reviews: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """Field → its reviews, the newest verdict; `filled` and `ask_again` stay once they have been said."""
    missing_context: bool = False
    claims: int = 0
    claims_wrong: int = 0
    summary: str = "extractive"
    summary_fault: str = ""
    dropped: int = 0
    loop: bool = False
    ended: str = ""
    """`resolved`, `handed_back` or empty."""
    resolution: str = ""
    assumed: bool = False


def case_figures(views: Iterable[ConversationView]) -> Figures:
    """The figures over whole conversations (with their events); each share with its counts and Wilson interval.

    - missing context: reviewed handovers where the agent had to ask again or filled a required field by hand;
    - summary errors: claims that were edited or rejected, of the claims in summaries that were reviewed;
    - csat: scores from SATISFIED on, apart for what a person and what the assistant had ended;
    - reopened: resolved cases that the customer opened again; handed over again: hand-backs followed by a handover;
    - loops: handovers for the same reason by the same words as before a hand-back.
    """
    listed = list(views)
    cases = [case for view in listed for case in _cases(view.events)]
    events = [one for view in listed for one in view.events]
    reviewed = [case for case in cases if case.reviews]
    return {
        "handovers": len(cases),
        "reviewed": share(bool(case.reviews) for case in cases).as_json(),
        "missing_context": share(case.missing_context for case in reviewed).as_json(),
        "summary_errors": Share(
            hits=sum(case.claims_wrong for case in cases), of=sum(case.claims for case in cases)
        ).as_json(),
        "summaries": _summaries(cases),
        "csat": {about: _csat(events, about) for about in (PERSON, ASSISTANT)},
        "resolutions": _resolutions(cases),
        "reopened": share(_followed(listed, Event.RESOLVED, {Event.REOPENED})).as_json(),
        "handed_over_again": share(
            _followed(listed, Event.HANDED_BACK, {Event.TRIGGER_FIRED, Event.HUMAN_ACCEPTED, Event.FAULT})
        ).as_json(),
        "loops": share(case.loop for case in cases).as_json(),
    }


def _cases(events: Sequence[EventView]) -> Iterator[_Case]:
    """The handovers of one conversation, in order."""
    case: _Case | None = None
    for one in events:
        if _opens(one):
            if case is not None:
                yield case
            # A handover that is opened beyond the frontline at once was a loop, or nobody assembled it in time.
            case = _Case(loop=one.event == Event.PACKET_READY and one.target.value == "escalated")
        elif case is not None:
            _read(case, one)
    if case is not None:
        yield case


def _opens(one: EventView) -> bool:
    if one.event not in OPENING:
        return False
    if one.event == Event.REOPENED:
        return one.target.value == "handed_off"
    return one.source.value == "triggered" and one.target is not one.source


def _read(case: _Case, one: EventView) -> None:
    if one.event == Event.PACKET_REVIEWED:
        for entry in one.data.get("fields", ()):
            _read_review(case, entry)
    elif one.event == Event.PACKET_UPDATED:
        case.summary_fault = str(one.data.get("fault", ""))
        case.dropped = len(one.data.get("dropped", ()))
        case.summary = "model" if one.data.get("claims") and "kept" not in one.data else case.summary
    elif one.event in (Event.RESOLVED, Event.HANDED_BACK):
        case.ended = one.event
        case.resolution = str(one.data.get("resolution", ""))
        case.assumed = bool(one.data.get("resolution_assumed"))


def _read_review(case: _Case, entry: Mapping[str, Any]) -> None:
    case.reviews[entry["field"]] = entry
    case.missing_context |= entry["verdict"] == "ask_again" or bool(entry.get("filled"))
    if entry["field"] == "context.summary":
        if not case.claims:
            case.claims = int(entry.get("claims", 0))
        case.claims_wrong = min(case.claims, case.claims_wrong + int(entry.get("claims_wrong", 0)))


def _summaries(cases: Sequence[_Case]) -> Figures:
    faults = [case.summary_fault for case in cases if case.summary_fault]
    return {
        "by_model": share(case.summary == "model" for case in cases).as_json(),
        "claims_dropped": sum(case.dropped for case in cases),
        "faults": {kind: faults.count(kind) for kind in sorted(set(faults))},
    }


def _csat(events: Iterable[EventView], about: str) -> Figures:
    scores = [
        int(one.data["score"])
        for one in events
        if one.event == Event.SURVEY_ANSWERED and one.data.get("about") == about
    ]
    average = mean(float(score) for score in scores)
    return {
        **share(score >= SATISFIED for score in scores).as_json(),
        "mean": None if average is None else round(average, 2),
        "scores": {str(score): scores.count(score) for score in range(1, 6)},
    }


def _resolutions(cases: Iterable[_Case]) -> dict[str, int]:
    """Code → cases; those where nobody said it stand apart."""
    names = [f"{case.resolution} (assumed)" if case.assumed else case.resolution for case in cases if case.resolution]
    return {name: names.count(name) for name in sorted(set(names))}


def _followed(views: Iterable[ConversationView], first: Event, then: set[Event]) -> Iterator[bool]:
    """For each `first`: whether one of `then` came before the next `first`."""
    for view in views:
        places = [place for place, one in enumerate(view.events) if one.event == first]
        for place, end in zip(places, [*places[1:], len(view.events)], strict=False):
            yield any(one.event in then for one in view.events[place + 1 : end])
