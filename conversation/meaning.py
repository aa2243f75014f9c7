"""What a message means, asked of the recogniser inside a deadline and told in words that a person can check."""

from __future__ import annotations

from dataclasses import replace

from models.deadline import within
from recognition.port import MeaningRecogniser, Recognised
from states.errors import DependencyFault
from triggers.assessment import Assessment, Evidence, Fired
from triggers.burst import Burst

DEADLINE_S = 3.0
"""A pass takes hundredths of a second. Shorter than the margin of a lease: a turn that waits is not taken over."""


def recognise(recogniser: MeaningRecogniser, burst: Burst, deadline_s: float = DEADLINE_S) -> Recognised:
    """What the newest message means, alone and after those before it. DependencyFault where nobody can tell in time."""
    before = tuple(part.text for part in burst.parts[:-1])
    try:
        return within(deadline_s, lambda: recogniser.recognise(burst.newest.text, before=before), "the recogniser")
    except DependencyFault:
        raise
    except Exception as error:
        raise DependencyFault("broken", f"the recogniser raised {type(error).__name__}") from error


def explained(found: Assessment, recognised: Recognised | None) -> Assessment:
    """The assessment with the nearest known messages beside each score of the likeliest family."""
    if recognised is None or not recognised.like:
        return found
    words = "; ".join(f"like: {text!r}" for text in recognised.like)
    return replace(found, fired=tuple(_explained(one, words) for one in found.fired))


def _explained(fired: Fired, words: str) -> Fired:
    return replace(fired, evidence=tuple(_told(one, words) for one in fired.evidence))


def _told(evidence: Evidence, words: str) -> Evidence:
    return replace(evidence, detail=f"{evidence.detail}, {words}") if evidence.kind == "recognised" else evidence
