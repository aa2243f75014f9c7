"""Lints what a policy matches with: phrases, RE2 patterns and CEL conditions."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from policy.bounds import MAX_PATTERN, condition_excess
from policy.expressions import cel
from policy.facts import FACTS, FACTS_BY_NAME, FactValues, Scalar, default_facts
from policy.phrases import compile_phrase
from states.errors import PolicyError

MAX_PROGRAM = 1_500
"""Instructions of a compiled RE2 pattern. RE2's time is the message's length times this, whatever the message says."""
MAX_REGEX = 60
"""Characters of the pattern of CEL's `matches`, quotes included."""

Finding = tuple[str, str]
"""What is wrong, and the remedy."""

_STRING = re.compile(r"""[rb]*("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')""")
_MACRO = re.compile(r"\.\s*(all|exists|exists_one|existsOne|map|filter|transformList|transformMap)\s*\(\s*(\w*)")
_BUILDER = re.compile(r"\.\s*(?:map|transformList|transformMap)\s*\(")
_MATCHES = re.compile(r"(?<!\w)matches\s*\(\s*(?:[^\"',()]*,\s*)?")
_NAME = re.compile(r"(?<![\w.])([A-Za-z_]\w*)((?:\s*\.\s*[A-Za-z_]\w*)*)\s*([\[(]?)")
_WORDS = frozenset({"true", "false", "null", "in"})
_GROUPS = frozenset(fact.name.split(".")[0] for fact in FACTS)


def did_you_mean(word: str, known: Iterator[str] | tuple[str, ...], otherwise: str) -> str:
    """A remedy: the known word nearest to a mistaken one."""
    guess = difflib.get_close_matches(word, list(known), 1, 0.6)
    return f"did you mean {guess[0]!r}?" if guess else otherwise


def phrase_finding(phrase: str) -> Finding | None:
    """What is wrong with a phrase, if anything."""
    try:
        compile_phrase(phrase)
    except (PolicyError, ValueError) as error:
        message, _, remedy = str(error).partition("; ")
        return message, remedy or "use words, [optional], (one|other), .., ... and a final *"
    return None


def pattern_finding(pattern: str) -> Finding | None:
    """What is wrong with an RE2 pattern, if anything."""
    import re2  # a native library, loaded only when a policy is linted

    if len(pattern) > MAX_PATTERN:
        return f"the pattern is longer than {MAX_PATTERN:,} characters", "split it"
    options = re2.Options()
    options.log_errors = False
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else str(error)
        return f"the pattern {pattern!r:.60} is no RE2: {reason}", "RE2 has no look-around and no back references"
    if compiled.programsize > MAX_PROGRAM:
        size = f"{compiled.programsize:,} steps a character, at most {MAX_PROGRAM:,}"
        return (
            f"the pattern {pattern!r:.60} is too slow: {size}",
            "use smaller {m,n} counts, or * and + which cost nothing more",
        )
    if compiled.search("") is not None:
        return f"the pattern {pattern!r:.60} matches nothing at all, hence every message", "require one character"
    return None


def condition_findings(condition: str) -> Iterator[Finding]:
    """What is wrong with a CEL condition over the documented facts."""
    excess = condition_excess(condition)
    if excess is not None:
        yield excess
        return
    bare = _STRING.sub(lambda found: '"' + " " * (len(found[0]) - 2) + '"', condition)
    nested = _nested_macro(bare)
    if nested:
        yield f"{nested} stands inside another macro, which CEL runs without a cost limit", "use one macro at a time"
        return
    costly = _costly(bare, condition)
    if costly is not None:
        yield costly
        return
    unknown = tuple(_unknown_facts(bare))
    yield from unknown
    if not unknown:
        yield from _trial(condition)


def _nested_macro(bare: str) -> str:
    """The name of a macro inside another one's parentheses or applied to another one's result; empty if none is."""
    for outer in _MACRO.finditer(bare):
        rest = bare[outer.end() :]
        depth = 1
        for index, char in enumerate(rest):
            depth += {"(": 1, ")": -1}.get(char, 0)
            if depth == 0:
                rest = rest[:index]
                break
        inner = _MACRO.search(rest)
        if inner:
            return f"{inner[1]}()"
    return ""


def _costly(bare: str, condition: str) -> Finding | None:
    """What the engine runs without a limit although it is short.

    A chain of macros that build lists doubles its value with each; a counted repeat is compiled anew for every message.
    """
    if len(_BUILDER.findall(bare)) > 1:
        return "the condition builds a list from a built list, which CEL runs without a cost limit", "build one list"
    for call in _MATCHES.finditer(bare):
        literal = condition[call.end() :]
        plain = _STRING.match(literal)
        if plain is None or len(plain[0]) > MAX_REGEX or "{" in plain[0]:
            what = "matches() compiles its pattern for every message"
            return what, f"give it a quoted pattern of at most {MAX_REGEX} characters, without {{m,n}}"
    return None


def _unknown_facts(bare: str) -> Iterator[Finding]:
    bound = {found[2] for found in _MACRO.finditer(bare)}
    for root, rest, after in _NAME.findall(bare.replace('"', " ")):
        parts = [part.strip() for part in rest.split(".")[1:]]
        if root in _WORDS or root in bound or (after == "(" and not parts):
            continue
        if root in _GROUPS and not parts:
            yield f"{root!r} is a group of facts, not a fact", f"write {root}.name with a documented name"
            continue
        name = ".".join([root, *parts[:1]])
        if name not in FACTS_BY_NAME:
            yield f"{name!r} is no fact", did_you_mean(name, tuple(FACTS_BY_NAME), "use a documented fact")
        elif len(parts) > 1 and not (after == "(" and len(parts) == 2):
            yield f"{name!r} has no parts", f"write {name} alone"


def _raised_facts() -> FactValues:
    """Facts unlike the defaults, so that a branch which the defaults skip is tried as well."""
    values: FactValues = {}
    for fact in FACTS:
        group, name = fact.name.split(".")
        values.setdefault(group, {})[name] = _raised(fact.default)
    return values


def _raised(default: Scalar) -> Scalar:
    if isinstance(default, bool):
        return not default
    return default + "x" if isinstance(default, str) else default + 7


def _trial(condition: str) -> Iterator[Finding]:
    """Compiles the condition and runs it twice: it must give true or false."""
    try:
        program = cel().compile(condition)
    except ValueError as error:
        yield f"the condition is no CEL: {_reason(error)}", "correct it"
        return
    for facts in (default_facts(), _raised_facts()):
        try:
            result: object = program.execute(facts)
        except Exception as error:  # noqa: BLE001 - safety boundary: whatever CEL raises becomes a refused policy
            yield f"the condition fails: {_reason(error)}", "compare values of one type, and never divide by a fact"
            return
        if not isinstance(result, bool):
            yield f"the condition gives {type(result).__name__}, not true or false", "compare it with a value"
            return


def _reason(error: Exception) -> str:
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    return text.rpartition("ERROR: <input>:")[2][:160].rstrip(". ")
