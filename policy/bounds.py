"""How large a policy may be: lengths, depths and counts, measured as it is loaded and before any of it is compiled."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from policy.schema import Evidence, Policy, Vectors
from policy.sources import Place

MAX_PHRASE = 2_000
MAX_PHRASE_DEPTH = 8
"""Characters of a phrase as written, and brackets that may stand in each other."""
MAX_CONDITION = 1_000
MAX_CONDITION_DEPTH = 24
"""The same of a CEL condition, quoted text left out of the depth."""
MAX_PATTERN = 2_000
"""Characters of an RE2 pattern as written."""

COUNTS: Mapping[str, int] = {
    "triggers": 1_000,
    "filters": 500,
    "topics": 500,
    "scripts": 2_000,
    "templates": 2_000,
    "playbooks": 500,
    "phrases": 20_000,
    "patterns": 500,
    "conditions": 1_000,
    "vectors": 20_000,
}
"""How many of each a policy may hold, what it extends included; the packs hold a tenth of that at most."""

Excess = tuple[Place, str, str]
"""Where a policy is too large, how, and the remedy."""

_QUOTED = re.compile(r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')""")
_OPEN = "([{"
_BRACKET = re.compile(r"[(\[{)\]}]")


def excesses(policy: Policy) -> Iterator[Excess]:
    """Everything that is larger than any policy needs, in the order of the policy."""
    seen: dict[str, int] = {}
    for section in ("triggers", "filters", "topics", "scripts", "templates", "playbooks"):
        yield from _counted(seen, section, (section,), len(getattr(policy, section)))
    for place, kind, text in _texts(policy):
        yield from _counted(seen, kind, place, 1)
        yield from _too_long(place, kind, text)


def depth(text: str) -> int:
    """How many brackets of any kind stand in each other at most; quotes are read as any other sign."""
    now = most = 0
    for bracket in _BRACKET.findall(text):
        if bracket in _OPEN:
            now += 1
            most = max(most, now)
        else:
            now -= 1
    return most


def condition_excess(condition: str) -> tuple[str, str] | None:
    """Why a condition is too large to be parsed, and the remedy; None if it is not."""
    if len(condition) > MAX_CONDITION:
        return f"the condition is longer than {MAX_CONDITION:,} characters", "split it over two triggers"
    if depth(_QUOTED.sub("", condition)) > MAX_CONDITION_DEPTH:
        return f"the condition nests brackets deeper than {MAX_CONDITION_DEPTH}", "remove brackets"
    return None


def _counted(seen: dict[str, int], kind: str, place: Place, more: int) -> Iterator[Excess]:
    """One excess a kind, at the first that is too many."""
    most, before = COUNTS.get(kind), seen.get(kind, 0)
    seen[kind] = before + more
    if most is not None and before <= most < before + more:
        yield place, f"the policy holds more than {most:,} {kind}", "remove what is not needed"


def _too_long(place: Place, kind: str, text: str) -> Iterator[Excess]:
    if kind == "conditions":
        found = condition_excess(text)
        if found is not None:
            yield place, *found
    elif kind == "patterns" and len(text) > MAX_PATTERN:
        yield place, f"the pattern is longer than {MAX_PATTERN:,} characters", "split it"
    elif kind == "phrases" and len(text) > MAX_PHRASE:
        yield place, f"the phrase is longer than {MAX_PHRASE:,} characters", "split it"
    elif kind == "phrases" and depth(text) > MAX_PHRASE_DEPTH:
        yield place, f"the phrase nests brackets deeper than {MAX_PHRASE_DEPTH}", "write its choices one by one"


def _texts(policy: Policy) -> Iterator[tuple[Place, str, str]]:
    """Every text that is compiled or tried, with its place and kind."""
    for index, trigger in enumerate(policy.triggers):
        place: Place = ("triggers", index)
        yield from _evidence((*place, "any"), trigger.any)
        for number, phrase in enumerate(trigger.unless or ()):
            yield (*place, "unless", number), "phrases", phrase
        if trigger.when is not None:
            yield (*place, "when"), "conditions", trigger.when
        yield from _vectors((*place, "vectors"), trigger.vectors)
    for index, screen in enumerate(policy.filters):
        yield from _evidence(("filters", index, "any"), screen.any)
        yield from _vectors(("filters", index, "vectors"), screen.vectors)
    for kind, talk in policy.smalltalk.items():
        yield from _spoken(("smalltalk", kind, "phrases"), talk.phrases)
    for tone, phrases in policy.sentiment.items():
        yield from _spoken(("sentiment", tone), phrases)
    for answer in ("accept", "decline"):
        yield from _spoken(("offer", answer), getattr(policy.offer, answer))


def _evidence(place: Place, evidence: tuple[Evidence, ...]) -> Iterator[tuple[Place, str, str]]:
    for index, item in enumerate(evidence):
        yield from _spoken((*place, index, "phrases"), item.phrases or {})
        for number, pattern in enumerate(item.pattern or ()):
            yield (*place, index, "pattern", number), "patterns", pattern
        if item.when is not None:
            yield (*place, index, "when"), "conditions", item.when


def _spoken(place: Place, phrases: Mapping[Any, tuple[str, ...]]) -> Iterator[tuple[Place, str, str]]:
    for language, spoken in phrases.items():
        for number, phrase in enumerate(spoken):
            yield (*place, language, number), "phrases", phrase


def _vectors(place: Place, vectors: Vectors) -> Iterator[tuple[Place, str, str]]:
    for kind in ("positive", "negative", "lookalike"):
        for number, vector in enumerate(getattr(vectors, kind)):
            yield (*place, kind, number), "vectors", vector.text
