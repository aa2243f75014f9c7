"""What a step was decided on, as the log keeps it beside what was decided: who has it decides again and asks nobody.

Texts of messages are not in it: they stand in the transcript. What a model said is in it as far as it is not there,
without private data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from assistants.port import Changed, Citation, Draft
from conversation.intake import kept, masked, storable
from conversation.records import StoredMessage
from conversation.run import Run
from recognition.port import Recognised
from states.facts import Facts
from states.vocabulary import Effect
from triggers.llm import TopicScore, TopicVerdict

GIVEN = "given"
"""Under this key it stands in the data of an event."""
GUARDS = "guards"
"""The facts that were true when the machine was asked, on every event."""
SAID = "said"
"""Stands for the text and the sources of a draft that the customer has read."""
_FACTS = tuple(one.name for one in fields(Facts))


def guards_json(facts: Facts) -> list[str]:
    """The names of the facts that are true."""
    return [name for name in _FACTS if getattr(facts, name)]


def guards_from(names: Iterable[str]) -> Facts:
    """The facts of which these are true and all others are not."""
    true = set(names)
    return Facts(**{name: name in true for name in _FACTS})


def given_json(run: Run) -> dict[str, Any]:
    """What the message of a run was decided on; empty for a run that is about no message.

    What is empty, false or zero is left out.
    """
    if run.inbound.message is None:
        return {}
    snapshot, judged, handover = run.snapshot, run.judgement, run.snapshot.handover
    numbers = {one.id: one.seq for one in (*snapshot.window, run.message)}
    found = {
        "window": [one.seq for one in snapshot.window],
        "history": {name: value for name, value in snapshot.history.items() if value},
        "language": snapshot.language,
        "latched": snapshot.latched,
        "closed": snapshot.closed,
        "verified": handover is not None and handover.open and handover.verified,
        "broken": run.broken,
        "mistrusted": run.mistrusted,
        "masked": sorted(numbers[name] for name in run.record.masked if name in numbers),
        "judged": _judged_json(run),
        "recognised": _recognised_json(run),
        "draft": _draft_json(run),
        "topics": _topics_json(judged.consulted.topics) if judged.consulted is not None else None,
        "failed": _failed_json(run),
    }
    return {name: value for name, value in found.items() if value}


def _judged_json(run: Run) -> dict[str, Any] | None:
    """What was found in a message under the latch, where no event says it: a decision and the triggers."""
    found = run.judgement.assessment
    if found is None or not run.snapshot.latched:
        return None
    return {"decision": found.decision.value, "fired": [one.trigger_id for one in found.fired]}


# What was recognised


def _recognised_json(run: Run) -> dict[str, Any] | None:
    found, assessment = run.judgement.recognised, run.judgement.assessment
    if found is None or run.rules.recogniser is None:
        return None
    evidence = (one.kind for fired in (assessment.fired if assessment else ()) for one in fired.evidence)
    like = {"like": list(found.like)} if "recognised" in evidence else {}
    return {"by": run.rules.recogniser.fingerprint, "scores": dict(found.scores), **like}


def recognised_from(found: Mapping[str, Any]) -> Recognised:
    """What a message was recognised as."""
    return Recognised(scores=found["scores"], like=tuple(found.get("like", ())))


# What failed


def _failed_json(run: Run) -> dict[str, str] | None:
    failure = run.judgement.failure
    if failure is None:
        return None
    return {"by": failure.by, "kind": failure.kind, "detail": run.rules.redacted(storable(failure.detail))}


# What the models said


def _topics_json(topics: TopicVerdict | None) -> dict[str, Any] | None:
    return {"by": topics.model, "scores": {one.topic: one.score for one in topics.scores}} if topics else None


def topics_from(found: Mapping[str, Any]) -> TopicVerdict:
    """The verdict of the classifier, without its quotes: no decision reads them."""
    scores = tuple(TopicScore(topic=topic, score=score) for topic, score in found["scores"].items())
    return TopicVerdict(scores=scores, model=found["by"])


def _draft_json(run: Run) -> dict[str, Any] | None:
    """A draft without private data; `masked` tells that its text was another one."""
    consulted = run.judgement.consulted
    if consulted is None:
        return None
    draft = kept(consulted.draft)
    safe = masked(draft, run.rules.redacted)
    said = safe.text and any(
        one.effect is Effect.SEND_ANSWER and one.text == safe.text for one in run.record.utterances
    )
    sources = {"text": safe.text, "sources": [[one.source, one.title] for one in safe.citations]}
    found: dict[str, Any] = {
        "confidence": safe.confidence, **({SAID: True} if said else sources), "verbatim": safe.verbatim,
        "wants_person": safe.wants_person, "intent": safe.intent, "model": safe.model, "near": list(safe.near),
        "only_in": list(safe.only_in), "changed": [[one.tool, one.result] for one in safe.changed],
        "masked": safe.text != draft.text,
    }  # fmt: skip
    found = {name: value for name, value in found.items() if value or name == "confidence"}
    return found if safe.matched is None else found | {"matched": list(safe.matched)}


def draft_from(found: Mapping[str, Any], answer: StoredMessage | None) -> Draft:
    """A draft; `answer` is what the customer read of it, if they did. LookupError where that is gone."""
    if found.get(SAID) and answer is None:
        raise LookupError("the answer that was said is not in the transcript any more")
    said = answer if found.get(SAID) else None
    sources: Iterable[Any] = said.citations if said is not None else ()
    read = [Citation(source=one["source"], title=one["title"], quote=one["quote"]) for one in sources]
    unread = [Citation(source=source, title=title, quote="") for source, title in found.get("sources", ())]
    return Draft(
        text=said.text if said is not None else found.get("text", ""),
        confidence=found["confidence"],
        citations=(*read, *unread),
        verbatim=found.get("verbatim", False),
        wants_person=found.get("wants_person", False),
        intent=found.get("intent", ""),
        model=found.get("model", ""),
        matched=tuple(found["matched"]) if "matched" in found else None,
        near=tuple(found.get("near", ())),
        only_in=tuple(found.get("only_in", ())),
        changed=tuple(Changed(tool=tool, result=result) for tool, result in found.get("changed", ())),
    )
