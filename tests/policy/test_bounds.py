"""However large or deep a policy is written, it is refused at a line before anything of it is compiled or tried."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.bounds import COUNTS, MAX_CONDITION, MAX_CONDITION_DEPTH, MAX_PATTERN, MAX_PHRASE, MAX_PHRASE_DEPTH, depth
from policy.conditions import condition_findings, phrase_finding
from policy.linter import lint, require_safe
from policy.loader import MAX_PROBLEMS, MAX_TRANSLATIONS, load_pack, load_text
from policy.sources import MAX_CHARS
from states.errors import PolicyError
from tests.policy.example import SAFE, line_of
from triggers.assessment import Circumstances, Message
from triggers.engine import compile_policy

PHRASE, PATTERN, CONDITION = "my lawyer, take you to court", "'court\\s+order'", "customer.tier != 'internal'"
AT_LINE = re.compile(r"policy:\d+: ")


def _nested(opening: str, inner: str, closing: str, times: int) -> str:
    return opening * times + inner + closing * times


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


SHAPES = {
    "round": ("(", "a", ")"),
    "square": ("a [", "a", "]"),
    "choice": ("(b|", "a", ")"),
    "optional": ("(b [", "a", "])"),
    "left open": ("(", "a", ""),
    "closed only": ("", "a", ")"),
    "list": ("[", "1", "]"),
    "call": ("size(", "'a'", ")"),
    "not": ("!(", "true", ")"),
    "minus": ("-", "1", ""),
    "sum": ("1 + (", "1", ")"),
    "map": ("{'a': ", "1", "}"),
    "choice of two": ("true ? (", "true", ") : false"),
}
DEPTHS = (60, 400, 2_000, 40_000)

HOSTILE = {
    **{
        f"{place} of {name}, {times:,} deep": SAFE.replace(old, new(_nested(*shape, times)))
        for place, old, new in (
            ("phrase", PHRASE, lambda text: f"my lawyer, {_quoted(text)}"),
            ("condition", CONDITION, lambda text: _quoted(f"{text} == 1")),
            ("pattern", PATTERN, _quoted),
        )
        for name, shape in SHAPES.items()
        for times in DEPTHS
    },
    **{
        f"a chain of {times} list macros": SAFE.replace(CONDITION, _quoted("[1]" + ".map(x,[x,x])" * times + " == []"))
        for times in (2, 12, 26, 60, 2_000)
    },
    **{
        f"the regex {regex[:12]}": SAFE.replace(CONDITION, _quoted(f"channel.page.matches('{regex}')"))
        for regex in (r"\\w{200}", "(a{60}){60}", "a" * 200, "[ab]{9}" * 60)
    },
    "a regex that is no text": SAFE.replace(CONDITION, "channel.page.matches(channel.page)"),
    "a regex as a function": SAFE.replace(CONDITION, _quoted(r"matches(channel.page, '\\w{200}')")),
    "20,000 facts in one condition": SAFE.replace(CONDITION, " && ".join(["conversation.turns > 1"] * 20_000)),
    "a phrase of 60,000 choices": SAFE.replace(PHRASE, '"(' + "|".join(f"w{n}" for n in range(60_000)) + ')"'),
    "a phrase of 100,000 words": SAFE.replace(PHRASE, "word " * 100_000),
    "a pattern of 100,000 letters": SAFE.replace(PATTERN, "a" * 100_000),
    "30,000 phrases": SAFE.replace(PHRASE, ", ".join(f"w{n} x" for n in range(30_000))),
    "30,000 vectors": SAFE.replace("[I will ask my lawyer]", "[" + "my lawyer, " * 30_000 + "]"),
    "600 patterns": SAFE.replace(PATTERN, ", ".join(f"a{n}" for n in range(600))),
    "1,200 triggers": SAFE + "".join(f"  - {{id: t{n}, family: x, reason: None.}}\n" for n in range(1_200)),
    "9,000 unknown keys": SAFE + "".join(f"k{n}: 1\n" for n in range(9_000)),
    "a text by alias 90,000 times": f"handrail: 1\nname: &a {'x' * 5_000}\nroles: [{'*a, ' * 90_000}]\n",
    "a list by alias, seven times": "handrail: 1\nname: k\n"
    + "".join(f"k{n}: &a{n} [{f'*a{n - 1}, ' * 9}x]\n" for n in range(1, 7)).replace("*a0", "y" * 300),
    "500 translations": SAFE + f"translations: [{'x.yaml, ' * 500}]\n",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_policy_is_refused_at_a_line_or_harmless(text: str) -> None:
    """By the loader, or by the linter before anything runs; never by another exception."""
    try:
        loaded = load_text(text)
        problems = tuple(str(problem) for problem in lint(loaded))
    except PolicyError as error:
        problems = error.problems
    if not problems:
        assert len(text) < len(SAFE) + MAX_PATTERN
        assert compile_policy(loaded).evaluate(Message(text="I will ask my lawyer"), Circumstances()).fault is None
    assert all(AT_LINE.match(problem) for problem in problems)
    assert len(problems) <= MAX_PROBLEMS


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (PHRASE, _quoted(_nested("(", "a", ")", MAX_PHRASE_DEPTH + 1)), "nests brackets deeper"),
        (PHRASE, "a" * (MAX_PHRASE + 1), "the phrase is longer"),
        (PATTERN, "a" * (MAX_PATTERN + 1), "the pattern is longer"),
        (CONDITION, "1 < " + "1" * MAX_CONDITION, "the condition is longer"),
        (CONDITION, _nested("(", "1 < 2", ")", MAX_CONDITION_DEPTH + 1), "nests brackets deeper"),
        ("[I will ask my lawyer]", f"[{'a, ' * (COUNTS['vectors'] + 1)}]", "more than 20,000 vectors"),
        (PHRASE, "a, " * (COUNTS["phrases"] + 1), "more than 20,000 phrases"),
    ],
)
def test_the_loader_itself_refuses_what_is_too_large_at_its_line(old: str, new: str, message: str) -> None:
    """So that nothing large is compiled by whoever loads a policy and does not lint it."""
    text = SAFE.replace(old, new)
    with pytest.raises(PolicyError) as caught:
        load_text(text, "kite.yaml")
    (problem,) = caught.value.problems
    assert message in problem
    assert problem.startswith(f"kite.yaml:{line_of(text, new)}: triggers[0]")


@pytest.mark.parametrize("name", [name for name in HOSTILE if "pattern of" not in name and "minus" not in name])
def test_what_is_deep_or_many_outside_of_patterns_is_always_refused(name: str) -> None:
    with pytest.raises(PolicyError):
        require_safe(load_text(HOSTILE[name]))


def test_what_is_as_large_as_allowed_is_a_policy() -> None:
    widest = "a" * (MAX_PHRASE - 1)
    deepest = _nested("(b|", "a", ")", MAX_PHRASE_DEPTH)
    condition = _nested("(", "1 < 2", ")", MAX_CONDITION_DEPTH)
    for text in (
        SAFE.replace(PHRASE, f"my lawyer, {widest}, {_quoted(deepest)}"),
        SAFE.replace(CONDITION, condition),
        SAFE.replace(CONDITION, _quoted("[1, 2].map(x, x + 1).exists(x, x > 2) || channel.page.matches('^/pay')")),
    ):
        assert lint(load_text(text)) == ()


def test_every_pack_uses_at_most_half_of_every_bound() -> None:
    for name in ("default", "finance", "healthcare", "privacy"):
        policy = load_pack(name).policy
        assert len(policy.triggers) * 2 <= COUNTS["triggers"]
        phrases = [
            one for t in policy.triggers for e in t.any for several in (e.phrases or {}).values() for one in several
        ]
        assert len(phrases) * 2 <= COUNTS["phrases"]
        assert max(map(depth, phrases)) * 2 <= MAX_PHRASE_DEPTH
        vectors = sum(len(t.vectors.positive + t.vectors.negative + t.vectors.lookalike) for t in policy.triggers)
        assert vectors * 2 <= COUNTS["vectors"]


def test_a_phrase_and_a_condition_are_bounded_wherever_they_come_from() -> None:
    """The console tries phrases and conditions that stand in no file yet."""
    assert phrase_finding(_nested("(b|", "a", ")", 2_000)) is not None
    assert [*condition_findings(_nested("(", "1 < 2", ")", 200))] != []


def test_a_refusal_says_how_many_problems_it_leaves_out() -> None:
    with pytest.raises(PolicyError, match="300 problems, of which the first 100 are") as caught:
        load_text(SAFE + "".join(f"k{n}: 1\n" for n in range(300)))
    assert len(caught.value.problems) == MAX_PROBLEMS
    assert MAX_TRANSLATIONS < MAX_PROBLEMS < MAX_CHARS


def _depth_by_the_sign(text: str) -> int:
    """The definition, one sign after the other."""
    now = most = 0
    for sign in text:
        now += (sign in "([{") - (sign in ")]}")
        most = max(most, now)
    return most


@given(st.text("([{}])|'\" a\n", max_size=60))
def test_brackets_are_counted_as_they_open_and_close(text: str) -> None:
    assert depth(text) == _depth_by_the_sign(text)
