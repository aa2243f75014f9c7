"""Cases of one customer stand beside each other; those of different customers never do, and nobody is nobody."""

from __future__ import annotations

from itertools import product

import pytest

from store.joined import BESIDE, MOST, customer_key, open_beside, other_cases
from tests.store.example import NOW, Bench

CHANNELS, LABELS, CUSTOMERS = ("web-bot", "mail-bot", ""), ("web", "mail"), ("C-1", "C-2", "c-1", " ", "")


def known(bench: Bench, name: str, key: str | None, follows: str | None = None) -> None:
    """A conversation with an open case `ho-NAME`."""
    bench.open(name, customer_key=key, follows=follows)
    bench.hand_over(name, f"ho-{name}")


def beside(bench: Bench, *names: str) -> dict[str, list[str]]:
    found = bench.rows(lambda connection: open_beside(connection, names))
    return {of: [one.handover_id for one in others] for of, (_, others) in found.items()}


def others(bench: Bench, name: str) -> list[tuple[str, bool]]:
    found = bench.rows(lambda connection: other_cases(connection, name))
    return [(one.handover_id, one.open) for one in found]


def test_open_cases_of_one_customer_are_beside_each_other(bench: Bench) -> None:
    for name, key in (("c1", "k"), ("c2", "k"), ("c3", "other"), ("c4", None), ("c5", None)):
        known(bench, name, key)
    assert beside(bench, "c1", "c2", "c3", "c4", "c5") == {"c1": ["ho-c2"], "c2": ["ho-c1"]}
    assert others(bench, "c1") == [("ho-c2", True)]
    assert others(bench, "c4") == []


def test_a_closed_case_is_an_earlier_one_and_no_open_one(bench: Bench) -> None:
    known(bench, "c1", "k")
    known(bench, "c2", "k")
    bench.commit("c2", handover_changed={"open": False, "closed_at": NOW})
    assert beside(bench, "c1", "c2") == {"c2": ["ho-c1"]}
    assert others(bench, "c1") == [("ho-c2", False)]


def test_what_follows_a_conversation_is_joined_with_it_though_nobody_is_known(bench: Bench) -> None:
    known(bench, "c1", None)
    known(bench, "c2", None, follows="c1")
    known(bench, "c3", None)
    assert beside(bench, "c1", "c2", "c3") == {"c1": ["ho-c2"], "c2": ["ho-c1"]}


def test_a_customer_with_many_cases_fills_no_line(bench: Bench) -> None:
    for number in range(MOST + 3):
        known(bench, f"c{number}", "k")
    total, first = bench.rows(lambda connection: open_beside(connection, ["c0"]))["c0"]
    assert (total, len(first)) == (MOST + 2, BESIDE)
    assert len(others(bench, "c0")) == MOST


@pytest.mark.parametrize("name", ["4111 1111 1111 1111", "a@b.example"])
def test_a_reference_that_was_masked_joins_nobody(name: str) -> None:
    """Two customers whose references are masked to the same words are not the same."""
    assert customer_key("web-bot", "web", name, "[masked]") is None


def test_no_two_channels_labels_or_references_have_the_same_key() -> None:
    asked = list(product(CHANNELS, LABELS, CUSTOMERS))
    keys = [key for who, label, name in asked if (key := customer_key(who, label, name, name)) is not None]
    assert len(keys) == len(set(keys)) == 2 * 2 * 3
    assert customer_key("", "web", "C-1", "C-1") is None, "nobody says who it is"
