"""What the customer wrote survives every thread; what others wrote is set apart from it."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.loader import load_pack
from tests.packs.english_messages import FRESH, ROUTINE
from tests.packs.life_threat_messages import LIFE_THREATS
from tests.triggers.mail_threads import AGENT, ATTRIBUTIONS, BLOCKS, DISCLAIMERS, OWN, SIGNATURES
from triggers.quoted import Parts, RestKind, own_words

QUOTED = "\n".join(f"> {line}" for line in AGENT)
LATE = "My parcel is late."


def _customers() -> tuple[str, ...]:
    triggers = load_pack("default").policy.triggers
    vectors = [vector.text for t in triggers for vector in (*t.vectors.positive, *t.vectors.lookalike) if vector.text]
    lives = [line.strip() for block in LIFE_THREATS.values() for line in block.strip().splitlines()]
    return (*vectors, *lives, *ROUTINE, *(text for texts in FRESH.values() for text in texts))


CUSTOMERS = _customers()


def _holds(parts: Parts, text: str) -> bool:
    """Whether spans and own words make up the text, and each span is where it says."""
    spans = parts.spans
    inside = "".join(text[span.start : span.end] for span in spans)
    outside, at = "", 0
    for span in spans:
        outside, at = outside + text[at : span.start], span.end
    outside += text[at:]
    apart = all(one.end <= other.start for one, other in pairwise(spans))
    return apart and inside == parts.rest and outside.strip() == parts.own.strip()


@pytest.mark.parametrize("text", OWN)
def test_a_text_without_signs_of_mail_is_all_own(text: str) -> None:
    assert own_words(text) == Parts(own=text, rest="", spans=())


def test_no_customer_of_the_packs_loses_a_word() -> None:
    assert len(CUSTOMERS) > 900
    assert [text for text in CUSTOMERS if own_words(text) != Parts(own=text, rest="", spans=())] == []


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_a_quoted_thread_is_the_rest_above_and_below_the_words(attribution: str) -> None:
    thread = f"{attribution}\n{QUOTED}"
    for text in (f"{LATE}\n\n{thread}", f"{thread}\n\n{LATE}", f"{LATE}\r\n\r\n{thread}".replace("\n> ", "\r\n> ")):
        parts = own_words(text)
        assert parts.own == LATE
        assert all(line in parts.rest for line in AGENT)
        assert _holds(parts, text)


@pytest.mark.parametrize("block", BLOCKS)
def test_a_thread_without_marks_below_the_words_is_the_rest(block: str) -> None:
    text = f"{LATE}\n\n{block}\n\n" + "\n".join(AGENT)
    parts = own_words(text)
    assert parts.own == LATE
    assert {span.kind for span in parts.spans} == {RestKind.QUOTE}
    assert _holds(parts, text)


def test_an_undated_sentence_that_ends_in_wrote_is_the_customers() -> None:
    text = "Hello,\nOn 3 May your agent wrote:\nwe refund you\nbut nothing came, my kitchen smells of gas"
    assert own_words(text).own == text


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_words_between_quoted_lines_survive(attribution: str) -> None:
    """Every customer's words of the packs, at every place in a thread, above it, in it and below it."""
    quoted = QUOTED.split("\n")
    mine = CUSTOMERS[ATTRIBUTIONS.index(attribution) :: len(ATTRIBUTIONS)]
    assert len(mine) >= 60
    for number, words in enumerate(mine):
        place = number % (len(quoted) + 1)
        lines = [*quoted[:place], words, *quoted[place:]]
        parts = own_words("\n".join([attribution, *lines]))
        assert parts.own == words
        assert all(line in parts.rest for line in AGENT)


@pytest.mark.parametrize(("signature", "attribution"), tuple(product(SIGNATURES, ATTRIBUTIONS[:2])))
def test_a_signature_is_the_rest_and_what_follows_it_is_not(signature: str, attribution: str) -> None:
    for below in ("", f"\n\n{attribution}\n{QUOTED}"):
        parts = own_words(f"{LATE}\n\n{signature}{below}")
        assert parts.own == LATE
        assert RestKind.SIGNATURE in {span.kind for span in parts.spans}
        told = own_words(f"{LATE}\n\n{signature}\n\nPS: the charger is smoking{below}")
        assert told.own.startswith(LATE)
        assert told.own.endswith("PS: the charger is smoking")


@pytest.mark.parametrize("disclaimer", DISCLAIMERS)
def test_a_disclaimer_is_the_rest(disclaimer: str) -> None:
    parts = own_words(f"{LATE}\n\n{disclaimer}")
    assert parts.own == LATE
    assert {span.kind for span in parts.spans} == {RestKind.DISCLAIMER}
    assert own_words(f"{disclaimer}\n\n{LATE}").own == LATE
    assert "my lawyer" in own_words(f"{LATE}\n\n{disclaimer} I will tell my lawyer.").own


def test_words_below_a_signature_survive() -> None:
    """But for names and titles alone, in capitals as those are written."""
    pairs = list(zip(SIGNATURES * (len(CUSTOMERS) // len(SIGNATURES)), CUSTOMERS, strict=False))
    lost = [
        words for sign, words in pairs if words.lower() not in own_words(f"{LATE}\n\n{sign}\n\n{words.lower()}\n").own
    ]
    assert len(pairs) > 900
    assert lost == []


@pytest.mark.parametrize(
    "whole", [QUOTED, f"{ATTRIBUTIONS[0]}\n{QUOTED}", f"{BLOCKS[0]}\n\nI smell gas", SIGNATURES[2], DISCLAIMERS[0]]
)
def test_where_nothing_else_is_left_everything_is_the_customers(whole: str) -> None:
    """Somebody who only quotes, forwards or signs means what they send."""
    assert own_words(whole) == Parts(own=whole, rest="", spans=())


@pytest.mark.parametrize(
    "pointer", ["see below", "My answers are inline.", "siehe unten", "ver abajo", "voir ci-dessous", "ver abaixo"]
)
def test_who_points_to_answers_below_is_read_to_the_end(pointer: str) -> None:
    text = f"{pointer}\n\n{BLOCKS[1]}\n\nWhich one is broken?\nThe kettle, it gave my son a shock"
    assert "gave my son a shock" in own_words(text).own


def test_what_was_said_to_the_customer_is_not_theirs_when_they_quote_it() -> None:
    said = ("Please call us at once if you smell gas.", "Do you want a refund?")
    text = 'You wrote "call us at once if you smell gas" but gave no number.'
    parts = own_words(text, said)
    assert parts.own == "You wrote  but gave no number."
    assert parts.rest == '"call us at once if you smell gas"'
    assert own_words(text) == Parts(own=text, rest="", spans=())
    own = 'My husband said "I smell gas in the kitchen" and left.'
    assert own_words(own, said).own == own
    assert own_words('you said "refund"', said).own == 'you said "refund"'


@given(
    st.lists(
        st.sampled_from((*ATTRIBUTIONS, *BLOCKS, *SIGNATURES, *DISCLAIMERS, *OWN, QUOTED, "\n", "> ", ">>")), max_size=8
    )
)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_any_mail_is_taken_apart_without_a_loss_and_twice_alike(pieces: list[str]) -> None:
    text = "\n".join(pieces)
    parts = own_words(text)
    assert _holds(parts, text)
    assert not any(char.isalnum() for char in text) or any(char.isalnum() for char in parts.own)


@given(st.text(max_size=300))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_any_text_is_taken_apart_without_a_loss(text: str) -> None:
    assert _holds(own_words(text, ("Do you want a refund?",)), text)
