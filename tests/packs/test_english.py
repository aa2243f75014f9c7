"""The English side of the packs: messages in customers' own words, and routine ones that stay with the assistant."""

from __future__ import annotations

from functools import cache

import pytest

from policy.linter import lint
from policy.loader import load_pack
from policy.schema import RUNTIME_TRIGGERS, Action, Severity, Trigger, Vectors
from policy.sources import Gravity
from recognition.recogniser import shipped
from tests.packs.english_messages import FRESH, ROUTINE
from triggers.assessment import Circumstances, Message, Scores
from triggers.engine import Engine, compile_policy
from triggers.vectors import run_vectors

PACKS = ("default", "finance", "healthcare", "privacy")

LEAST_RECALL = 0.95
LEAST_RECALL_BY_WORDS = 0.9
WHATEVER_A_MODEL_THINKS = ("human_request", "legal", "safety", "prompt_injection")
LEAST_FAMILY_RECALL = 0.8
MOST_FALSE_POSITIVES = 0.025


@cache
def engine(name: str) -> Engine:
    """The compiled pack."""
    return compile_policy(load_pack(name))


def _by_meaning(trigger: Trigger) -> bool:
    """It rests on the recogniser alone, which the corpus measures: examples beside it are judged by words."""
    return bool(trigger.any) and all(one.recognised is not None for one in trigger.any)


def _has_enough(vectors: Vectors) -> bool:
    return len(vectors.positive) >= 6 and min(len(vectors.negative), len(vectors.lookalike)) >= 3


def hands_over(text: str, pack: str = "default") -> bool:
    """Whether the rules alone hand the message to a person."""
    return engine(pack).evaluate(Message(text=text), Circumstances()).decision.needs_person


def is_found(text: str) -> bool:
    """Whether rules and recogniser together hand the message to a person under the default pack."""
    if hands_over(text):
        return True
    scores = Scores(recognised=shipped().recognise(text).scores)
    return engine("default").evaluate(Message(text=text), Circumstances(), scores).decision.needs_person


@pytest.mark.parametrize("name", PACKS)
def test_a_pack_passes_its_own_examples(name: str) -> None:
    failures = [str(failure) for failure in run_vectors(load_pack(name))]
    assert not failures


@pytest.mark.parametrize("name", PACKS)
def test_a_pack_has_no_lint_errors(name: str) -> None:
    assert [problem for problem in lint(load_pack(name)) if problem.severity is Gravity.ERROR] == []


@pytest.mark.parametrize("name", PACKS)
def test_a_pack_routes_every_trigger_the_runtime_raises(name: str) -> None:
    policy = load_pack(name).policy
    assert all(policy.trigger(runtime).route for runtime in RUNTIME_TRIGGERS)


@pytest.mark.parametrize("name", PACKS)
def test_every_rule_of_a_pack_has_enough_examples(name: str) -> None:
    thin = [
        trigger.id
        for trigger in load_pack(name).policy.triggers
        if trigger.id not in RUNTIME_TRIGGERS and not _by_meaning(trigger) and not _has_enough(trigger.vectors)
    ]
    assert thin == []


@pytest.mark.parametrize("name", PACKS)
def test_every_handover_tells_the_agent_what_to_do(name: str) -> None:
    policy = load_pack(name).policy
    handovers = [trigger for trigger in policy.triggers if trigger.action is Action.HANDOVER]
    assert [one.id for one in handovers if not one.next_steps or one.playbook is None] == []
    assert [one.id for one in handovers if one.severity is Severity.CRITICAL and one.sla != "immediate"] == []


@pytest.mark.parametrize("name", PACKS)
def test_every_family_has_its_customer_script(name: str) -> None:
    policy = load_pack(name).policy
    families = {trigger.family for trigger in policy.triggers if trigger.action is Action.HANDOVER}
    assert {f"handover.{family}" for family in families} - set(policy.scripts) == set()


@pytest.mark.parametrize("name", PACKS)
def test_only_immediate_cases_promise_speed_and_no_script_says_right_away(name: str) -> None:
    said = [text["en"].lower() for key, text in load_pack(name).policy.scripts.items() if key.startswith("handover.")]
    assert not [text for text in said if "right away" in text or "immediately" in text or "shortly" in text]
    assert all("{reply_within}" in text for text in said)


def test_the_scripts_for_danger_name_the_emergency_number_before_our_reply() -> None:
    scripts = load_pack("default").policy.scripts
    for key in ("handover.danger", "handover.self_harm", "handover.threat", "handover.safety"):
        text = scripts[key]["en"]
        assert 0 <= text.find("emergency") < text.find("{reply_within}")


def test_most_fresh_messages_reach_a_person() -> None:
    """By words or by their meaning: what is said in a roundabout way is the recogniser's."""
    messages = [text for texts in FRESH.values() for text in texts]
    missed = [text for text in messages if not is_found(text)]
    assert len(missed) <= (1 - LEAST_RECALL) * len(messages), missed


@pytest.mark.parametrize("family", FRESH)
def test_no_family_of_fresh_messages_is_left_behind(family: str) -> None:
    missed = [text for text in FRESH[family] if not is_found(text)]
    assert len(missed) <= (1 - LEAST_FAMILY_RECALL) * len(FRESH[family]), missed


@pytest.mark.parametrize("family", WHATEVER_A_MODEL_THINKS)
def test_what_must_reach_a_person_whatever_a_model_thinks_is_found_by_words(family: str) -> None:
    missed = [text for text in FRESH[family] if not hands_over(text)]
    assert len(missed) <= (1 - LEAST_RECALL_BY_WORDS) * len(FRESH[family]), missed


@pytest.mark.parametrize("name", PACKS)
def test_routine_messages_stay_with_the_assistant(name: str) -> None:
    disturbed = [text for text in ROUTINE if hands_over(text, name)]
    assert len(disturbed) <= MOST_FALSE_POSITIVES * len(ROUTINE), disturbed


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("hello", "greeting"), ("Good morning!", "greeting"), ("thanks a lot", "thanks"), ("bye", "goodbye"),
        ("are you a bot?", "bot_identity"), ("are you human?", "bot_identity"), ("what can you do", "help"),
        ("ok", "acknowledge"), ("how are you today", "how_are_you"), ("you are great", "compliment"),
    ],
)  # fmt: skip
def test_small_talk_has_an_approved_reply(text: str, kind: str) -> None:
    found = engine("default").smalltalk(text)
    assert found is not None
    assert found[0] == kind
    assert not hands_over(text)


def test_the_assistant_never_claims_to_be_a_person() -> None:
    found = engine("default").smalltalk("are you a real person?")
    assert found is not None
    assert "not a person" in found[1]


@pytest.mark.parametrize(("text", "answer"), [("yes please", "accept"), ("ok", "accept"), ("no thanks", "decline")])
def test_the_offer_of_a_person_is_understood(text: str, answer: str) -> None:
    assert engine("default").offer_answer(text) == answer


def test_no_small_talk_reply_and_no_caution_script_promises_a_person() -> None:
    policy = load_pack("default").policy
    said = [talk.reply["en"] for talk in policy.smalltalk.values()]
    said += [policy.scripts[key]["en"] for key in policy.scripts if key.startswith("caution.")]
    assert [text for text in said if engine("default").screen(text)] == []
