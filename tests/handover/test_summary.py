"""Every sentence of a summary is supported by the messages it cites."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.packet.case import Attempt, Case, cleaned
from handover.packet.entities import MAX_EACH, entities
from handover.packet.schema import Claim
from handover.packet.summary import (
    MAX_QUESTIONS,
    MAX_QUOTE,
    NOT_ANSWERED,
    check_claims,
    clip,
    extract,
    intent,
    open_questions,
    steps_tried,
)
from tests.graph.example import Desk
from tests.handover.example import TURNS, UNHURRIED, case, fired, turn
from tests.ready_databases import sqlite_url


def test_the_summary_says_what_was_wanted_tried_and_said_last() -> None:
    assert extract(case()) == (
        Claim(claim=f'The customer first wrote: "{TURNS[2].text}"', turns=(3,)),
        Claim(claim=f'The assistant answered: "{TURNS[3].text}"', turns=(4,)),
        Claim(claim=f'The customer wrote last: "{TURNS[4].text}"', turns=(5,)),
        Claim(claim='The words that called for a person: "my lawyer"', turns=(5,)),
    )


def test_a_quote_that_stands_in_no_message_is_not_in_the_summary() -> None:
    claims = extract(case(fired=(fired("legal.threat", "my solicitor", turn=3),)))
    assert not any("solicitor" in claim.claim for claim in claims)


def test_turns_are_counted_right_when_only_the_last_part_of_the_transcript_is_there() -> None:
    late = case(turns=TURNS[2:], facts={"conversation.turns": 41}, fired=(fired("legal.threat", "my lawyer", turn=41),))
    assert late.seq_of(41) == 5
    assert late.seq_of(40) == 3
    assert late.seq_of(1) == 0
    assert extract(late)[-1].turns == (5,)


@pytest.mark.parametrize(
    "claim",
    [
        Claim(claim="The customer's lamp order came broken.", turns=(3,)),
        Claim(claim="Order LM-20417 cost €49.90.", turns=(3,)),
        Claim(claim='The customer said "I will ask my LAWYER now".', turns=(5,)),
        Claim(claim="The label does not print.", turns=(5,)),
    ],
)
def test_supported_claims_are_kept(claim: Claim) -> None:
    assert check_claims((claim,), TURNS) == (claim,)


@pytest.mark.parametrize(
    "claim",
    [
        Claim(claim="The customer demands compensation for distress.", turns=(3,)),
        Claim(claim="The order cost €94.90.", turns=(3,)),
        Claim(claim='The customer said "I will sue".', turns=(5,)),
        Claim(claim="The label does print now.", turns=(5,)),
        Claim(claim="The order came broken.", turns=(9,)),
        Claim(claim="The order came broken.", turns=()),
        Claim(claim='The customer is dishonest and said "my lawyer".', turns=(5,)),
        Claim(claim="", turns=(3,)),
    ],
)
def test_unsupported_claims_are_dropped(claim: Claim) -> None:
    assert check_claims((claim,), TURNS) == ()


def test_what_was_tried_comes_with_what_came_of_it() -> None:
    tried = steps_tried(case(attempts=(case().attempts[0], Attempt(turn=5))))
    assert tried[0].action == "Answered from returns: You can return a lamp within 30 days. Print the label first."
    assert tried[0].result == f"the customer replied: {TURNS[4].text}"
    assert tried[1].action == "Looked for an answer"
    assert tried[1].result == "no answer was given"


def test_open_questions_are_those_nobody_answered() -> None:
    asked = (*TURNS, turn(6, "customer", "Where is my money? And who pays the postage?\nHello?"))
    assert open_questions(case(turns=asked)) == ("Where is my money?", "And who pays the postage?", "Hello?")


def test_a_question_the_assistant_answered_is_not_open() -> None:
    assert open_questions(case()) == ()
    told = (turn(1, "customer", "How long does delivery take?"), turn(2, "assistant", "Three days."))
    answered = (Attempt(turn=2, text="Three days."),)
    assert open_questions(case(turns=(*told, turn(3, "customer", "I can smell gas")), attempts=answered)) == ()


def test_a_question_the_assistant_could_not_answer_stays_open() -> None:
    talk = (
        turn(1, "customer", "Do your gnomes sing?"),
        turn(2, "assistant", "I do not want to guess."),
        turn(3, "customer", "How long does delivery take?"),
        turn(4, "assistant", "Three days."),
        turn(5, "customer", "Let me talk to a person."),
    )
    attempts = (Attempt(turn=2, text=talk[1].text, result=NOT_ANSWERED), Attempt(turn=4, text=talk[3].text))
    assert open_questions(case(turns=talk, attempts=attempts)) == ("Do your gnomes sing?",)
    replied = (*talk, turn(6, "agent", "They do not."))
    assert open_questions(case(turns=replied, attempts=attempts)) == ()


def test_the_packet_of_a_real_conversation_lists_what_was_not_answered(tmp_path: Path) -> None:
    desk = Desk(sqlite_url(tmp_path))
    for text in ("When do you deliver?", "Do your gnomes sing?", "I can smell gas"):
        desk.say(text)
    packet = desk.view.handover.packet
    desk.runtime.close()
    assert packet["context"]["open_questions"] == ["Do your gnomes sing?"]


def test_open_questions_are_bounded() -> None:
    many = tuple(turn(seq, "customer", f"Question {seq}?") for seq in range(1, 30))
    assert open_questions(case(turns=many)) == tuple(f"Question {seq}?" for seq in range(25, 25 + MAX_QUESTIONS))


def test_the_latest_intent_counts() -> None:
    attempts = (Attempt(turn=2, intent="greeting"), Attempt(turn=4, intent="return_item"), Attempt(turn=6))
    assert intent(case(attempts=attempts)) == "return_item"
    assert intent(case(attempts=())) == ""


def test_long_messages_are_cut_at_a_word() -> None:
    assert clip("ab " * 200).endswith("ab…")
    assert len(clip("ab " * 200)) <= MAX_QUOTE + 1
    assert clip("x" * 500, 10) == "x" * 10 + "…"


def test_entities_are_found_in_the_customers_words() -> None:
    text = (
        "Order number LM-20417 and #88123 of 3 May 2026 (paid on 2026-05-04): the iPhone 15 and the XR200 cost "
        "€1,249.90 and 20 EUR. Bestellung Nr. 55710 vom 12. März, pedido 77120."
    )
    assert entities([text]) == {
        "order_numbers": ("LM-20417", "88123", "55710", "77120"),
        "amounts": ("€1,249.90", "20 EUR"),
        "dates": ("3 May 2026", "2026-05-04", "12. März"),
        "products": ("iPhone 15", "XR200"),
    }


MASKED = ["[card_number]", "**** **** **** 1111", "•••• 1111", "XXXX-XXXX-1111", "<CARD 1111>"]


@pytest.mark.parametrize("masked", MASKED)
def test_masked_values_are_no_entities(masked: str) -> None:
    assert entities([f"order {masked}, reference {masked}"]) == {}


def test_entities_are_bounded_and_not_repeated() -> None:
    found = entities([f"order A-{number}" for number in range(1000, 1100)] * 2)
    assert found["order_numbers"] == tuple(f"A-{number}" for number in range(1000, 1000 + MAX_EACH))


@UNHURRIED
@given(texts=st.lists(st.text(), max_size=6), quote=st.text())
def test_every_extracted_claim_passes_the_check_a_model_has_to_pass(texts: list[str], quote: str) -> None:
    turns = tuple(turn(seq, "customer" if seq % 2 else "assistant", text) for seq, text in enumerate(texts, 1))
    attempts = tuple(Attempt(turn=one.seq, text=one.text) for one in turns if one.author == "assistant")
    some: Case = cleaned(case(turns=turns, attempts=attempts, fired=(fired("legal.threat", quote),), facts={}))
    claims = extract(some)
    assert check_claims(claims, some.turns) == claims
    if any(text.strip() for text in texts[::2]):
        assert claims
    for claim in claims:
        assert claim.turns


@UNHURRIED
@given(st.lists(st.text(), max_size=5))
def test_entities_of_any_text_raise_nothing(texts: list[str]) -> None:
    for values in entities(texts).values():
        assert all(value.strip() for value in values)
