"""A claim stands only on what its cited messages say: planted inventions are dropped, each for its reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.packet.case import CaseTurn
from handover.packet.support import CHECKS, Fault, fault_of
from tests.handover.example import NOW


def _turn(seq: int, author: str, text: str) -> CaseTurn:
    return CaseTurn(seq=seq, author=author, text=text, at=NOW)


TURNS = {
    one.seq: one
    for one in (
        _turn(1, "customer", "My order LM-20417 arrived on 3 May with a broken shade. It cost €49.90."),
        _turn(2, "assistant", "Returns are free within 30 days. Shall I explain how?"),
        _turn(
            3, "customer", "I did not get the second lamp, and I don't want a voucher. My neighbour Priya Nair saw it."
        ),
        _turn(4, "assistant", "I do not have a reliable answer to that."),
        _turn(5, "agent", "I promise a replacement lamp by Friday."),
        _turn(6, "customer", "It arrived but it does not work. I never received the two spare bulbs."),
        _turn(7, "customer", "Mi pedido llegó roto y no quiero un vale. Costó 49,90 euros."),
        _turn(8, "customer", "Meine Bestellung kam nicht an, ich möchte keinen Gutschein. Sie kostete 49,90 Euro."),
        _turn(9, "customer", "The total was 1,250.00 dollars."),
    )
}


@pytest.mark.parametrize(
    ("claim", "turns"),
    [
        ("The customer's order LM-20417 arrived on 3 May with a broken shade.", (1,)),
        ("The customer says that the order cost €49.90.", (1,)),
        ("The assistant explained that returns are free within 30 days.", (2,)),
        ("The customer did not get the second lamp.", (3,)),
        ("The customer does not want a voucher.", (3,)),
        ("The customer mentions that the neighbour Priya Nair saw it.", (3,)),
        ("The assistant had no reliable answer.", (4,)),
        ("The agent promised a replacement lamp by Friday.", (5,)),
        ("The customer never received the 2 spare bulbs.", (6,)),
        ('The customer wrote: "I don\'t want a voucher".', (3,)),
        ("The customer says that it arrived.", (6,)),
        ("El cliente no quiere un vale.", (7,)),
        ("Der Kunde möchte keinen Gutschein.", (8,)),
        ("The customer says the total was 1,250.00 dollars.", (9,)),
    ],
)
def test_what_the_messages_say_is_kept(claim: str, turns: tuple[int, ...]) -> None:
    assert fault_of(claim, turns, TURNS) is None


@pytest.mark.parametrize(
    ("claim", "turns", "fault"),
    [
        ("The customer says the total was 1250.00 dollars.", (9,), Fault.ENTITY),
        ("El cliente dice que el pedido llegó roto.", (7,), Fault.NEGATION),
        ("Der Kunde schreibt, dass die Bestellung nicht ankam.", (8,), Fault.WORDS),
        ("The customer is unhappy with the shade.", (1,), Fault.WORDS),
    ],
)
def test_what_is_true_in_other_words_may_be_dropped_as_well(claim: str, turns: tuple[int, ...], fault: Fault) -> None:
    """The check errs in this direction: the extractive summary stands behind it."""
    assert fault_of(claim, turns, TURNS) is fault


PLANTED: list[tuple[str, tuple[int, ...], Fault]] = [
    # Numbers, amounts, dates, order numbers.
    ("The customer's order LM-20418 arrived with a broken shade.", (1,), Fault.NUMBER),
    ("The customer says that the order cost €59.90.", (1,), Fault.NUMBER),
    ("The customer says that the order cost $49.90.", (1,), Fault.ENTITY),
    ("The customer's order arrived on 4 May with a broken shade.", (1,), Fault.NUMBER),
    ("The customer's order arrived on 3 June with a broken shade.", (1,), Fault.ENTITY),
    ("The assistant explained that returns are free within 14 days.", (2,), Fault.NUMBER),
    ("The customer never received the three spare bulbs.", (6,), Fault.NUMBER),
    # Citations.
    ("The customer's order arrived with a broken shade.", (), Fault.CITATION),
    ("The customer's order arrived with a broken shade.", (99,), Fault.CITATION),
    ("The customer's order arrived with a broken shade.", (3,), Fault.WORDS),
    ("The customer says returns are free within 30 days.", (2,), Fault.SPEAKER),
    ("The assistant says the order arrived with a broken shade.", (1,), Fault.SPEAKER),
    ("The agent explained that returns are free within 30 days.", (2,), Fault.SPEAKER),
    ("The customer's order arrived with a broken shade.", tuple(range(1, 9)), Fault.CITATION),
    # Promises.
    ("The assistant promised that returns are free within 30 days.", (2,), Fault.PROMISE),
    ("The assistant promised a replacement lamp by Friday.", (2, 5), Fault.PROMISE),
    ("The agent promised a refund for the lamp by Friday.", (5,), Fault.PROMISE),
    ("The assistant confirmed a refund within 30 days.", (2,), Fault.PROMISE),
    # Negation.
    ("The customer did get the second lamp.", (3,), Fault.NEGATION),
    ("The customer wants a voucher for the second lamp.", (3,), Fault.NEGATION),
    ("The assistant has a reliable answer.", (4,), Fault.NEGATION),
    ("The customer's order did not arrive with a broken shade.", (1,), Fault.NEGATION),
    ("The customer says that it did not arrive.", (6,), Fault.NEGATION),
    ("The customer received the two spare bulbs.", (6,), Fault.NEGATION),
    ("El cliente quiere un vale.", (7,), Fault.NEGATION),
    ("Der Kunde möchte einen Gutschein.", (8,), Fault.NEGATION),
    # Names, quotes, words.
    ("The customer says the neighbour Peter Nair saw it.", (3,), Fault.NAME),
    ("The customer says the neighbour Leo saw it.", (3,), Fault.NAME),
    ('The customer wrote: "the order with a shade arrived broken".', (1,), Fault.QUOTE),
    ("The customer bought the lamp in Berlin, it arrived with a broken shade.", (1,), Fault.NAME),
    ('The customer wrote: "I want a voucher".', (3,), Fault.QUOTE),
    ("The customer's order exploded and burned the carpet.", (1,), Fault.WORDS),
    ("The customer's order LM-20417 arrived on 3 May with a broken shade and mould.", (1,), Fault.WORDS),
    ("The customer is furious and threatens legal steps.", (1,), Fault.WORDS),
    ("The customer wants this.", (1,), Fault.WORDS),
    ("The customer's order arrived with a broken shade. " * 9, (1,), Fault.TOO_LONG),
]


@pytest.mark.parametrize(("claim", "turns", "fault"), PLANTED)
def test_what_was_invented_is_dropped_with_its_reason(claim: str, turns: tuple[int, ...], fault: Fault) -> None:
    assert fault_of(claim, turns, TURNS) is fault


@pytest.mark.parametrize("left_out", CHECKS)
def test_every_check_is_needed_because_without_it_an_invention_passes(left_out: Fault) -> None:
    others = {fault: check for fault, check in CHECKS.items() if fault is not left_out}
    passing = [claim for claim, turns, fault in PLANTED if fault_of(claim, turns, TURNS, others) is None]
    assert passing, f"nothing planted is caught by {left_out} alone"


@given(st.text(max_size=400), st.lists(st.integers(-3, 12), max_size=8))
def test_no_text_of_a_model_breaks_the_check(claim: str, turns: list[int]) -> None:
    assert fault_of(claim, tuple(turns), TURNS) in (None, *Fault)
