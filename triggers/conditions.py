"""CEL conditions over the documented facts, compiled once and run on a context that each thread reuses."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from policy import expressions
from policy.facts import FACTS, FACTS_BY_NAME, Scalar
from states.errors import PolicyError

if TYPE_CHECKING:
    import cel

_STRING = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
_NAME = re.compile(r"\b(" + "|".join(re.escape(fact.name) for fact in FACTS) + r")\b")
_HAS = re.compile(r"\bhas\(\s*(?:" + "|".join(re.escape(fact.name) for fact in FACTS) + r")\s*\)")
_ANSWER = re.compile(r"\banswer\s*\.")
_DEFAULTS: dict[str, Scalar] = {fact.name: fact.default for fact in FACTS}


def mentions_answer(condition: str) -> bool:
    """Whether the condition can only be judged after a draft."""
    return _ANSWER.search("".join(_STRING.split(condition)[::2])) is not None


def names_in(condition: str) -> frozenset[str]:
    """The documented facts that a condition reads."""
    return frozenset(found for part in _STRING.split(condition)[::2] for found in _NAME.findall(part))


class Conditions:
    """The conditions of one policy. Safe to share between threads."""

    def __init__(self, sources: Iterable[str]) -> None:
        self._programs = {source: _compiled(source) for source in dict.fromkeys(sources)}
        self._read = sorted(frozenset().union(*map(names_in, self._programs)))
        self._local = threading.local()

    def read_of(self, facts: Mapping[str, Scalar], *, answered: bool = False) -> dict[str, Scalar]:
        """Those of the facts that some condition reads, with the default of what is left out, as `bind` fills them in.

        `answered`: with what is known of an answer only.
        """
        names = (name for name in self._read if answered or not name.startswith("answer."))
        return {name: facts.get(name, _DEFAULTS[name]) for name in names}

    def bind(self, facts: Mapping[str, Scalar]) -> Bound:
        """The conditions under these facts; names left out take their default, unknown names are ignored.

        The result is for the calling thread, until its next `bind`.
        """
        try:
            context: cel.Context = self._local.context
            current: dict[str, Scalar] = self._local.values
        except AttributeError:
            context = self._local.context = expressions.cel().Context(_FLAT_DEFAULTS)
            current = self._local.values = dict(_DEFAULTS)
        for name in self._read:
            value = facts.get(name, _DEFAULTS[name])
            if current[name] is not value:
                context.add_variable(_flat(name), _coerced(name, value))
                current[name] = value
        return Bound(self._programs, context)


class Bound:
    """Conditions with the facts filled in."""

    __slots__ = ("_context", "_programs")

    def __init__(self, programs: Mapping[str, cel.Program], context: cel.Context) -> None:
        self._programs = programs
        self._context = context

    def holds(self, condition: str) -> bool:
        """Whether the condition is true. One that fails, or gives anything but false, counts as true."""
        try:
            return self._programs[condition].execute(self._context) is not False
        except Exception:  # noqa: BLE001 - safety boundary: what cannot be judged counts as evidence for a person
            return True


def _compiled(source: str) -> cel.Program:
    try:
        program: cel.Program = expressions.cel().compile(_flattened(source))
    except Exception as error:
        raise PolicyError(f"condition {source!r} is no CEL ({error}); see the facts in docs/policy.md") from error
    return program


def _flattened(source: str) -> str:
    """The condition with one variable per fact: a context of nested maps costs eight times as much to fill."""
    parts = _STRING.split(source)
    for at in range(0, len(parts), 2):
        plain = _HAS.sub("true", parts[at])
        parts[at] = _NAME.sub(lambda found: _flat(found[0]), plain)
    return "".join(parts)


def _flat(name: str) -> str:
    return name.replace(".", "__")


_FLAT_DEFAULTS: dict[str, Scalar] = {_flat(name): value for name, value in _DEFAULTS.items()}


def _coerced(name: str, value: Scalar) -> Scalar:
    """A whole number where a fact is a decimal one."""
    if isinstance(FACTS_BY_NAME[name].default, float) and type(value) is int:
        return float(value)
    return value
