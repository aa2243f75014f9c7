"""What the policy would do: open world, closed world, and over a conversation."""

from __future__ import annotations

import pytest

from audit.judge import Judge
from audit.recordings import parse_turns
from conversation.decide import Disposition


def _turns(*texts: str) -> list[dict[str, str]]:
    """Customer turns; a text that begins with "bot: " is the assistant's."""
    return [
        {"role": "assistant", "text": text[5:]} if text.startswith("bot: ") else {"role": "user", "text": text}
        for text in texts
    ]


def _handover(judge: Judge, *texts: str) -> int | None:
    return judge.handover_turn(parse_turns(_turns(*texts)))


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("a person please", Disposition.HANDOVER),
        ("careful with that", Disposition.GUARD),
        ("anything else", Disposition.ANSWER),
        ("fault", Disposition.HANDOVER),
    ],
)
def test_without_knowledge_the_evidence_alone_decides(open_judge: Judge, text: str, outcome: Disposition) -> None:
    assert open_judge.message(text).disposition is outcome


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("when is delivery", Disposition.ANSWER),
        ("hi", Disposition.ANSWER),
        ("something unheard of", Disposition.GUARD),
        ("careful about delivery", Disposition.GUARD),
        ("0.6 enough", Disposition.ANSWER),
        ("0.59 too little", Disposition.GUARD),
        ("recommend somebody", Disposition.HANDOVER),
        ("promise me", Disposition.HANDOVER),
        ("0.13 low", Disposition.HANDOVER),
        ("broken", Disposition.HANDOVER),
        ("a person about delivery", Disposition.HANDOVER),
    ],
)
def test_in_the_closed_world_only_what_is_recognised_is_answered(
    closed_judge: Judge, text: str, outcome: Disposition
) -> None:
    assert closed_judge.message(text).disposition is outcome


def test_a_fault_is_a_handover_with_the_reason_noted(open_judge: Judge, closed_judge: Judge) -> None:
    silent = open_judge.message("fault")
    assert (silent.families, silent.rules, silent.score) == (("fault",), ("system.fault",), 1.0)
    assert silent.note == "scanner_silent"
    assert closed_judge.message("broken").note == "timeout"


def test_what_is_not_recognised_scores_above_what_is(closed_judge: Judge) -> None:
    assert closed_judge.message("something unheard of").score > closed_judge.message("when is delivery").score


def test_the_handover_turn_counts_all_turns_from_zero(open_judge: Judge) -> None:
    assert _handover(open_judge, "hello there", "bot: yes?", "a person") == 2
    assert _handover(open_judge, "a person") == 0
    assert _handover(open_judge, "hello there", "bot: a person?") is None


def test_the_second_miss_hands_over_only_with_knowledge(open_judge: Judge, closed_judge: Judge) -> None:
    texts = ("first oddity", "bot: hm", "another one")
    assert _handover(open_judge, *texts) is None
    assert _handover(closed_judge, *texts) == 2


def test_a_recognised_message_between_two_misses_takes_the_first_back(closed_judge: Judge) -> None:
    assert _handover(closed_judge, "first oddity", "when is delivery", "another one") is None


def test_small_talk_between_two_misses_does_not(closed_judge: Judge) -> None:
    assert _handover(closed_judge, "first oddity", "hi", "another one") == 2


def test_after_a_caution_more_confidence_is_asked_for(closed_judge: Judge) -> None:
    assert _handover(closed_judge, "careful 1 one", "0.7 sure") == 1
    assert _handover(closed_judge, "when is delivery", "0.7 sure") is None
    assert _handover(closed_judge, "careful delivery", "0.8 loose") is None


def test_repeats_are_conversation_facts(open_judge: Judge) -> None:
    same = "where is my parcel now"
    assert _handover(open_judge, same, "bot: soon", same, "bot: soon", same) == 4


def test_an_accepted_offer_of_a_person_hands_over(open_judge: Judge) -> None:
    assert _handover(open_judge, "hello there", "bot: shall I transfer you?", "yes") == 2
    assert _handover(open_judge, "hello there", "bot: is it blue?", "yes") is None
    assert _handover(open_judge, "hello there", "bot: shall I transfer you?", "no thanks", "yes") is None
