"""The engine: what fires, what does not, and that every failure is a decision for a person."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.facts import FACTS
from policy.loader import load_pack
from policy.schema import Action
from states.errors import PolicyError
from tests.triggers.policies import CARD, SilentSet, policy, support_policy, trigger
from triggers.assessment import Assessment, Circumstances, Decision, Message, Scores
from triggers.engine import Engine, compile_policy, evaluate

LOADED = support_policy()
ENGINE = Engine(LOADED)

SPELLINGS = [
    "speak to a human", "SPEAK TO A HUMAN", "SpEaK tO a HuMaN", "sp3ak t0 a hum4n", "5p34k 70 4 hum4n",
    "s p e a k t o a h u m a n", "s.p.e.a.k t.o a h.u.m.a.n", "s-p-e-a-k to a h-u-m-a-n", "speak_to_a_human",
    "speak-to-a-human", "ѕреаk tо а humаn", "ｓｐｅａｋ　ｔｏ　ａ　ｈｕｍａｎ",
    "s\u200bp\u200be\u200bak to a hu\u200dman",
    "spéàk tô ä hümån", "𝓼𝓹𝓮𝓪𝓴 𝓽𝓸 𝓪 𝓱𝓾𝓶𝓪𝓷", "🆂🅿🅴🅰🅺 🆃🅾 🅰 🅷🆄🅼🅰🅽", "ꜱᴘᴇᴀᴋ ᴛᴏ ᴀ ʜᴜᴍᴀɴ", "speak 2 a human",
    "speak\nto\ta   human", "sp\u00adeak to a hum@n", "uɐɯnɥ ɐ oʇ ʞɐǝds", "Iwanttospeaktoahuman", "$peak to a hu man",
    "s|p|e|a|k to a h|u|m|a|n", "🇸🇵🇪🇦🇰 🇹🇴 🇦 🇭🇺🇲🇦🇳", "ˢᵖᵉᵃᵏ ᵗᵒ ᵃ ʰᵘᵐᵃⁿ",
]  # fmt: skip


def judge(text: str, topics: dict[str, float] | None = None, **facts: bool | int | float | str) -> Assessment:
    named = {name.replace("__", "."): value for name, value in facts.items()}
    return ENGINE.evaluate(Message(text=text), Circumstances(facts=named), Scores(topics=topics or {}))


def ids(assessment: Assessment) -> list[str]:
    return [one.trigger_id for one in assessment.fired]


@pytest.mark.parametrize("text", SPELLINGS)
def test_a_request_for_a_person_is_found_in_every_spelling(text: str) -> None:
    assert ids(judge(f"hello, {text} please")) == ["person.request"]
    assert judge(text).decision is Decision.HANDOVER


@pytest.mark.parametrize(
    "text", ["where is my order", "the speaker is too human", "I was talking about a person", "human", "real persona"]
)
def test_ordinary_words_are_no_request_for_a_person(text: str) -> None:
    assert judge(text).decision is Decision.CLEAR


def test_languages_are_mixed_in_one_scan() -> None:
    assert ids(judge("please quiero hablar con una persona")) == ["person.request"]


def test_a_lookalike_takes_back_a_phrase_of_its_own_sentence_only() -> None:
    assert judge("How do I kill a background process?").decision is Decision.CLEAR
    assert ids(judge("How do I kill a process? I will kill you.")) == ["safety.threat"]


def test_the_most_severe_trigger_comes_first() -> None:
    assert ids(judge("I kill him if I cannot speak to a human")) == ["safety.threat", "person.request"]


def test_an_action_weaker_than_handover_decides_no_more_than_it_says() -> None:
    assert judge(f"it is {CARD}").decision is Decision.GUARD
    assert judge("my password is hunter2").decision is Decision.FLAG
    assert judge(f"my password is hunter2, card {CARD}").decision is Decision.GUARD


def test_evidence_quotes_the_original_words_without_private_data() -> None:
    text = f"I want to SPEAK to á human, card {CARD}"
    assessment = judge(text)
    by_id = {one.trigger_id: one.evidence[0] for one in assessment.fired}
    assert by_id["person.request"].quote == "SPEAK to á human"
    assert text[by_id["person.request"].start : by_id["person.request"].end] == "SPEAK to á human"
    assert by_id["data.card"].quote == "[card]"
    assert CARD not in repr(assessment.fired)
    assert assessment.redacted_text == "I want to SPEAK to á human, card [card]"


def test_a_quote_that_runs_over_a_card_is_redacted() -> None:
    engine = Engine(policy(trigger("pay.now", any=[{"phrases": ["charge ... today"]}])))
    fired = engine.evaluate(Message(text=f"charge {CARD} today"), Circumstances()).fired
    assert fired[0].evidence[0].quote == "charge [card] today"


def test_a_redacted_text_is_judged_like_the_text_that_came_in() -> None:
    first = judge(f"it is {CARD} and I want to speak to a human")
    assert ids(judge(first.redacted_text)) == ids(first)


def test_conditions_fire_on_facts_alone() -> None:
    assert ids(judge("where is my order", conversation__failed_answers=3)) == ["context.failed"]
    assert ids(judge("", conversation__repeats=2)) == ["context.failed"]
    assert judge("where is my order", conversation__failed_answers=2).decision is Decision.CLEAR


def test_facts_of_one_message_do_not_leak_into_the_next() -> None:
    assert ids(judge("", conversation__failed_answers=9)) == ["context.failed"]
    assert judge("").decision is Decision.CLEAR


def test_words_and_condition_of_a_gated_trigger_must_both_hold() -> None:
    assert ids(judge("refund", customer__tier="gold", conversation__turns=2)) == ["refund.late"]
    assert judge("refund", customer__tier="gold", conversation__turns=1).decision is Decision.CLEAR
    assert judge("hello", customer__tier="gold", conversation__turns=2).decision is Decision.CLEAR


def test_a_condition_that_cannot_be_judged_counts_as_fired() -> None:
    assert ids(judge("hello", conversation__failed_answers="many")) == ["context.failed"]


def test_a_disarmed_condition_stays_silent_but_words_still_fire() -> None:
    around = Circumstances(
        facts={"conversation.failed_answers": 5}, disarmed=frozenset({"context.failed", "person.request"})
    )
    assert ENGINE.evaluate(Message(text="hello"), around).decision is Decision.CLEAR
    assert ids(ENGINE.evaluate(Message(text="speak to a human"), around)) == ["person.request"]


def test_conditions_about_the_answer_wait_for_the_draft() -> None:
    facts: dict[str, bool | int | float | str] = {"answer.drafted": True, "answer.confidence": 0.1}
    assert ENGINE.evaluate(Message(text="hello"), Circumstances(facts=facts)).decision is Decision.CLEAR
    assert [one.trigger_id for one in ENGINE.judge_answer(Circumstances(facts=facts))] == ["answer.unsure"]
    assert ENGINE.judge_answer(Circumstances()) == ()


def test_topics_count_from_their_threshold_and_only_where_a_classifier_spoke() -> None:
    assert ids(judge("hm", {"advice": 0.6})) == ["topic.advice"]
    assert judge("hm", {"advice": 0.59}).decision is Decision.CLEAR
    assert judge("hm", None).decision is Decision.CLEAR
    assert ids(judge("hm", {"advice": float("nan")})) == ["topic.advice"]


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\u200b\u200d", "\0", "\ud800"])
def test_a_message_without_words_is_clear_without_evidence(text: str) -> None:
    assessment = judge(text)
    assert (assessment.decision, assessment.fired) == (Decision.CLEAR, ())


def test_a_silent_scanner_is_a_fault() -> None:
    silent = Engine(LOADED, make_set=SilentSet)
    for text in ("speak to a human", "where is my order", ""):
        assessment = silent.evaluate(Message(text=text), Circumstances())
        assert (assessment.decision, assessment.fault) == (Decision.FAULT, "scanner_silent")
    assert [hit.filter_id for hit in silent.screen("Hello.")] == ["filter.fault"]


def test_without_its_canary_a_silent_scanner_would_look_clear() -> None:
    """The mutant the canary guards against: the same set, its emptiness believed."""

    class Trusting(SilentSet):
        def Match(self, text: bytes) -> list[int] | None:
            return [self.patterns - 1]

    believed = Engine(LOADED, make_set=Trusting)
    assert believed.evaluate(Message(text="speak to a human"), Circumstances()).decision is Decision.CLEAR


def test_a_message_that_is_too_long_is_a_fault_and_still_redacted() -> None:
    assessment = judge("a " * 500_000 + CARD)
    assert (assessment.decision, assessment.fault) == (Decision.FAULT, "message_too_long")
    assert assessment.redacted_text.endswith("[card]")


def test_a_policy_that_does_not_compile_is_a_fault() -> None:
    broken = policy(trigger("bad.pattern", any=[{"pattern": ["(unclosed"]}]))
    assessment = evaluate(Message(text="hello"), Circumstances(), broken)
    assert (assessment.decision, assessment.fault) == (Decision.FAULT, "policy_error")
    with pytest.raises(PolicyError, match="unclosed"):
        compile_policy(broken)


def test_an_unknown_entity_is_refused() -> None:
    with pytest.raises(PolicyError, match="shoe_size"):
        Engine(policy(trigger("bad.entity", any=[{"pii": ["shoe_size"]}])))


def test_one_policy_is_compiled_once() -> None:
    assert compile_policy(support_policy()) is compile_policy(support_policy())


FACT_VALUES = st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
FACT_MAPS = st.dictionaries(st.sampled_from([fact.name for fact in FACTS]) | st.text(max_size=5), FACT_VALUES)


@settings(max_examples=200)
@given(st.text(st.characters(exclude_categories=()), max_size=300), FACT_MAPS)
def test_evaluation_is_total(text: str, facts: dict[str, bool | int | float | str]) -> None:
    assessment = ENGINE.evaluate(Message(text=text), Circumstances(facts=facts))
    assert isinstance(assessment, Assessment)
    assert assessment.policy_hash == LOADED.hash
    assert isinstance(ENGINE.judge_answer(Circumstances(facts=facts)), tuple)
    assert isinstance(ENGINE.screen(text), tuple)
    ENGINE.smalltalk(text, "en")
    ENGINE.offer_answer(text)
    assert -1 <= ENGINE.sentiment(text) <= 1


@pytest.mark.parametrize("around", ["مرحبا {}", "\u202e{}\u202c", "a\0b {} \ud800"])
def test_foreign_and_broken_characters_hide_nothing(around: str) -> None:
    assert ids(judge(around.format("speak to a human"))) == ["person.request"]


def test_raw_patterns_may_anchor_at_lines() -> None:
    engine = Engine(policy(trigger("bare.agent", any=[{"pattern": [r"^\W*agent\W*$"]}])))
    assert ids(engine.evaluate(Message(text="  Agent!! "), Circumstances())) == ["bare.agent"]
    assert engine.evaluate(Message(text="an agent"), Circumstances()).decision is Decision.CLEAR


def test_sentiment_reads_negation_and_shouting() -> None:
    assert ENGINE.sentiment("this is great") > 0 > ENGINE.sentiment("this is terrible")
    assert ENGINE.sentiment("I am not happy") < 0
    assert ENGINE.sentiment("THIS IS TERRIBLE SERVICE") < ENGINE.sentiment("this is terrible service")
    assert ENGINE.sentiment("the parcel is blue") == 0


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("where is my order", "en"), ("hola, donde esta mi pedido", "es"), ("bonjour, je veux un remboursement", "fr"),
        ("hallo, wo ist mein paket", "de"), ("olá, onde está o meu pedido", "pt"), ("ok", "fr"),
        ("Lieferung verspätet sich offenbar wieder einmal erheblich", "de"),
    ],
)  # fmt: skip
def test_the_language_is_told_by_a_sentence_and_otherwise_by_the_hint(text: str, language: str) -> None:
    assert ENGINE.language_of(text, "fr") == language


def test_actions_are_reported_with_the_trigger() -> None:
    fired = judge(f"{CARD}").fired[0]
    assert (fired.action, fired.family, fired.sla) == (Action.GUARD, "test", "short")
    assert re.fullmatch(r"[0-9a-f]{64}", ENGINE.policy_hash)


def test_scan_of_another_text_is_not_believed() -> None:
    engine = compile_policy(load_pack("default"))
    calm = engine.scan("How long does delivery take?")
    found = engine.evaluate(Message(text="I can smell gas in my kitchen"), Circumstances(), scanned=calm)
    assert found.decision is Decision.HANDOVER
    assert engine.sentiment("this is terrible", engine.scan("this is terrible")) == engine.sentiment("this is terrible")
