"""The embedded assistant answers what its articles hold, word for word, and nothing else."""

from __future__ import annotations

import statistics
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from assistants.index import LanguageIndex
from assistants.knowledge_base import KnowledgeBase, recognise
from assistants.port import Draft, Question, Turn
from states.errors import DependencyFault
from tests.assistants.calibrate import FROM, indexes, messages, questions

KNOWLEDGE = Path(__file__).parents[2] / "assistants/knowledge"
SHOP = KnowledgeBase(KNOWLEDGE / "shop")
BANK = KnowledgeBase(KNOWLEDGE / "bank")
MOST_CALLS = 20_000
"""2,300 when counted; an index that is not used makes it ten times as many."""


@pytest.fixture(scope="module")
def english() -> dict[tuple[str, str], LanguageIndex]:
    return indexes()


def ask(text: str, *before: str, language: str = "en", knowledge: KnowledgeBase = SHOP) -> Draft:
    window = tuple(Turn(role="customer", text=said) for said in before)
    return knowledge.draft(Question(text=text, language=language, window=window))


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("how long does delivery take?", "delivery-times"),
        ("do you ship to Ireland", "delivery-times"),
        ("what are your opening hours", "opening-hours"),
        ("Delivry times", "delivery-times"),
        ("Hi! Thanks a lot. How do I use a gift card?", "gift-cards"),
    ],
)
def test_a_routine_question_is_answered_word_for_word(text: str, source: str) -> None:
    draft = ask(text)
    article = (KNOWLEDGE / "shop" / f"{source}.md").read_text("utf-8")
    assert draft.intent == source
    assert draft.confidence >= FROM
    assert draft.verbatim
    assert draft.text in article
    assert draft.citations[0].source == source
    assert draft.citations[0].quote in article


def test_an_article_s_own_questions_are_all_answered_from_it() -> None:
    for folder, knowledge in (("shop", SHOP), ("bank", BANK)):
        for path in sorted((KNOWLEDGE / folder).rglob("*.md")):
            matter = yaml.safe_load(path.read_text("utf-8").split("---")[1])
            language = path.parent.name if path.parent.name != folder else "en"
            for question in matter["questions"]:
                draft = ask(question, language=language, knowledge=knowledge)
                assert draft.citations, f"{path.name}: {question} ({draft.confidence:.2f}, {draft.intent})"
                assert draft.intent.endswith(path.stem), f"{path.name}: {question} -> {draft.intent}"


@pytest.mark.parametrize("name", ["shop", "bank"])
def test_traps_are_not_answered(name: str) -> None:
    traps = yaml.safe_load((Path(__file__).parent / "traps.yaml").read_text("utf-8"))
    everything = [*traps["shop"], *traps["bank"]]
    knowledge = SHOP if name == "shop" else BANK
    answered = [trap for trap in everything if ask(trap, knowledge=knowledge).text]
    assert answered == []
    later = [trap for trap in traps["later"] if ask(trap, knowledge=knowledge).text]
    assert len(later) <= 1, later


def test_traps_that_share_words_with_articles_are_far_from_the_threshold() -> None:
    for text in (
        "I can smell gas in my kitchen",
        "my wife died and the bills keep coming",
        "we've been served a subpoena",
        "the charger gave my son a shock",
        "my account shows a stranger's name",
    ):
        for knowledge in (SHOP, BANK):
            draft = ask(text, knowledge=knowledge)
            assert draft.confidence < 0.2, text
            assert draft.text == ""
            assert draft.citations == ()


def test_fresh_questions_that_were_never_tuned_on_are_answered(english: dict[tuple[str, str], LanguageIndex]) -> None:
    for variant, floor in (("full", 0.82), ("bare", 0.75)):
        right = []
        for kb, article, text in questions("held_out"):
            matches, confidence = recognise(Question(text=text), english[kb, variant])
            right.append(confidence >= FROM and article in {match.article.source for match in matches})
        assert len(right) >= 110
        assert statistics.mean(right) >= floor, variant


@pytest.mark.parametrize("kb", ["shop", "bank"])
@pytest.mark.parametrize("variant", ["full", "bare"])
def test_messages_that_need_a_person_hardly_leak(
    english: dict[tuple[str, str], LanguageIndex], kb: str, variant: str
) -> None:
    rows = [row["text"] for row in messages("held_out") if row["label"] == "handover"]
    if not rows:
        pytest.skip("evaluation messages not found; set HANDRAIL_EVAL_DATA to their folder")
    leaked = sum(recognise(Question(text=text), english[kb, variant])[1] >= FROM for text in rows)
    assert leaked / len(rows) <= 0.015


def test_several_questions_are_answered_together_only_if_each_is_known() -> None:
    both = ask("What are your opening hours and do you ship to Ireland?")
    assert [source.source for source in both.citations] == ["opening-hours", "delivery-times"]
    assert all(source.quote in both.text for source in both.citations)
    assert ask("What are your opening hours? My kitchen smells of gas.").text == ""
    assert ask("What are your opening hours and do you employ lion tamers?").text == ""


def test_a_follow_up_is_read_with_the_message_before_it() -> None:
    assert ask("and on Sundays?", "What are your opening hours?").intent == "opening-hours"
    assert ask("what about France?", "do you ship to Ireland?").intent == "delivery-times"
    alone = ask("and on Sundays?")
    followed = ask("and on Sundays?", "what are your opening hours?")
    assert followed.confidence >= FROM
    assert alone.confidence < followed.confidence or alone.intent == followed.intent


def test_a_follow_up_with_a_word_of_its_own_is_not_answered_by_the_message_before_it() -> None:
    assert ask("and if my wife dies?", "do you ship to Ireland?").text == ""
    assert ask("and to Mars?", "do you ship to Ireland?").text == ""


@pytest.mark.parametrize(
    ("text", "language", "source"),
    [
        ("¿Cuánto tarda la entrega?", "es", "es/envios"),
        ("como faço uma devolução?", "pt", "pt/devolucoes"),
        ("Wie lange dauert der Versand?", "de", "de/lieferung"),
        ("Quand êtes-vous ouverts ?", "fr", "fr/horaires"),
        ("what are your opening hours", "nl", "opening-hours"),
    ],
)
def test_each_language_is_answered_from_its_own_articles(text: str, language: str, source: str) -> None:
    draft = ask(text, language=language)
    assert draft.intent == source
    assert draft.text


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("A che ora aprite?", "it"),
        ("Hoe laat zijn jullie open?", "nl"),
        ("Mi hijo recibió una descarga del cargador", "es"),
        ("mon colis n'est jamais arrivé", "fr"),
        ("Ich habe eine Rückgabe geschickt und niemand antwortet!", "de"),
        ("a minha encomenda não chegou", "pt"),
    ],
)
def test_what_is_not_recognised_in_a_language_is_not_answered(text: str, language: str) -> None:
    assert ask(text, language=language).text == ""


def test_a_language_without_articles_is_not_recognised() -> None:
    assert ask("¿Cuál es el horario de las sucursales?", language="es", knowledge=BANK).text == ""
    assert ask("Wie finde ich meine IBAN?", language="de", knowledge=BANK).text == ""


@pytest.mark.parametrize("text", ["", "   ", "???", "thanks", "👍", "it is", "\x00", "a" * 5000, "delivery " * 200])
def test_nothing_and_noise_are_not_routine(text: str) -> None:
    assert ask(text).text == ""


def test_the_threshold_is_the_caller_s() -> None:
    strict = KnowledgeBase(KNOWLEDGE / "shop", answer_from=0.999)
    draft = strict.draft(Question(text="what are your opening hours"))
    assert draft.text == ""
    assert draft.confidence == pytest.approx(ask("what are your opening hours").confidence)


def test_a_model_gets_the_nearest_passages_however_far() -> None:
    found = SHOP.passages(Question(text="my son broke the oak table, how do I clean it"), limit=3)
    assert 1 <= len(found) <= 3
    assert "product-care" in {match.article.source for match in found}


def test_the_fingerprint_follows_the_articles(tmp_path: Path) -> None:
    article = tmp_path / "hours.md"
    article.write_text("# Hours\n\nOpen from 9 to 5.\n", "utf-8")
    first = KnowledgeBase(tmp_path).draft(Question(text="hours")).model
    assert first == KnowledgeBase(tmp_path).draft(Question(text="anything")).model
    article.write_text("# Hours\n\nOpen from 9 to 6.\n", "utf-8")
    assert KnowledgeBase(tmp_path).draft(Question(text="hours")).model != first


def test_unreadable_articles_in_a_conversation_are_a_fault_and_not_silence(tmp_path: Path) -> None:
    knowledge = KnowledgeBase(tmp_path / "nowhere")
    with pytest.raises(DependencyFault) as fault:
        knowledge.draft(Question(text="what are your opening hours"))
    assert fault.value.kind == "knowledge_unreadable"
    with pytest.raises(DependencyFault):
        knowledge.ping()


def test_a_model_gets_english_passages_for_a_language_without_articles() -> None:
    found = SHOP.passages(Question(text="opening hours", language="it"))
    assert {match.article.language for match in found} == {"en"}


@settings(deadline=None)
@given(text=st.text(max_size=200), language=st.sampled_from(["en", "es", "xx"]), before=st.text(max_size=60))
def test_no_text_breaks_the_assistant(text: str, language: str, before: str) -> None:
    draft = ask(text, before, language=language)
    assert 0 <= draft.confidence <= 1
    assert bool(draft.text) == bool(draft.citations) == draft.verbatim
    SHOP.passages(Question(text=text, language=language))


def test_many_threads_get_the_answers_of_one() -> None:
    texts = ["how long does delivery take?", "delivry times", "the charger gave my son a shock"] * 10
    with ThreadPoolExecutor(8) as pool:
        fresh = KnowledgeBase(KNOWLEDGE / "shop")
        together = list(pool.map(lambda text: fresh.draft(Question(text=text)), texts))
    assert together == [ask(text) for text in texts]


def test_ping_names_the_articles() -> None:
    assert "46 articles in de, en, es, fr, pt" in SHOP.ping()


@pytest.mark.parametrize("text", ["how long does delivery take?", "the charger gave my son a shock", "and on Sundays?"])
def test_a_draft_is_little_work(text: str) -> None:
    ask(text)
    calls = 0

    def count(frame: Any, event: str, argument: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        ask(text, "what are your opening hours?")
    finally:
        sys.setprofile(None)
    assert 0 < calls < MOST_CALLS, "a change of order: every article was read"


def test_importing_the_assistant_brings_no_heavy_library() -> None:
    code = (
        "import sys, assistants.knowledge_base, assistants.openai_compatible, assistants.runnable, triggers.llm;"
        "print([m for m in ('numpy', 'bm25s', 'Stemmer', 'langchain_core', 'openai', 'httpx') if m in sys.modules])"
    )
    root = KNOWLEDGE.parents[1]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == "[]"
