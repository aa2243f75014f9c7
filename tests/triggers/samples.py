"""Every example of every pack, as the tests that generate from them need it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from policy.loader import load_pack
from policy.schema import Vector
from triggers.assessment import Circumstances, Message
from triggers.engine import Engine, compile_policy

PACKS = ("default", "finance", "healthcare", "privacy")


@dataclass(frozen=True, kw_only=True)
class Sample:
    """An example that fires a trigger or is held by a filter."""

    pack: str
    rule: str
    family: str
    """The trigger's family; `filter` for a filter."""
    vector: Vector


@cache
def engine(pack: str) -> Engine:
    """A pack, compiled."""
    return compile_policy(load_pack(pack))


@cache
def positives() -> tuple[Sample, ...]:
    """Every positive example of every trigger; what a pack inherits is taken once."""
    return tuple(_first_of(lambda policy: policy.triggers, lambda rule: rule.family))


@cache
def held() -> tuple[Sample, ...]:
    """Every positive example of every filter."""
    return tuple(_first_of(lambda policy: policy.filters, lambda rule: "filter"))


def _first_of(rules_of, family_of) -> Iterator[Sample]:  # type: ignore[no-untyped-def]  # two kinds of rules
    seen: set[tuple[str, str]] = set()
    for pack in PACKS:
        for rule in rules_of(load_pack(pack).policy):
            for vector in rule.vectors.positive:
                if vector.text and (rule.id, vector.text) not in seen:
                    seen.add((rule.id, vector.text))
                    yield Sample(pack=pack, rule=rule.id, family=family_of(rule), vector=vector)


def fired(judge: Engine, text: str, sample: Sample) -> frozenset[str]:
    """Ids of the triggers that fire on a text under the facts of an example, before or after a draft."""
    around = Circumstances(facts=sample.vector.facts)
    message = Message(text=text, language="en")
    now = judge.evaluate(message, around).fired
    return frozenset(one.trigger_id for one in (*now, *judge.judge_answer(around, message)))
