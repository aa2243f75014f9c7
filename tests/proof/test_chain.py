"""The chain of events: whatever is changed in it is found, at the event where it was changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proof.chain import CHAINED, GENESIS, LATER, event_hash, first_break
from tests.store.example import NOW


def chain(length: int = 4) -> list[dict[str, Any]]:
    made, prev = [], GENESIS
    for number in range(length):
        values: dict[str, Any] = {name: f"{name}-{number}" for name in CHAINED}
        values |= {"ordinal": number, "data": {"n": [number, None, "ü"]}, "at": NOW + timedelta(seconds=number)}
        values |= {"prev_hash": prev, "hash": event_hash(prev, values)}
        prev = values["hash"]
        made.append(values)
    return made


def test_an_untouched_chain_holds() -> None:
    assert first_break(chain()) is None
    assert first_break([]) is None


@pytest.mark.parametrize("name", CHAINED)
def test_every_column_is_covered(name: str) -> None:
    events = chain()
    events[2][name] = NOW if name == "at" else {"n": 9} if name == "data" else "changed"
    assert first_break(events) == str(events[2]["id"])


@settings(deadline=None)
@given(st.data())
def test_removing_swapping_or_repeating_breaks_it(data: st.DataObject) -> None:
    events = chain(6)
    at = data.draw(st.integers(0, 4))
    act = data.draw(st.sampled_from(["remove", "swap", "repeat"]))
    if act == "remove":
        del events[at]
    elif act == "swap":
        events[at], events[at + 1] = events[at + 1], events[at]
    else:
        events.insert(at, events[at])
    assert first_break(events) is not None


def test_an_event_with_a_hash_of_its_own_breaks_the_next_link() -> None:
    events = chain()
    events[1]["actor_id"] = "mallory"
    events[1]["hash"] = event_hash(events[1]["prev_hash"], events[1])
    assert first_break(events) == events[2]["id"]


@pytest.mark.parametrize("name", LATER)
def test_a_later_column_is_covered_where_it_says_something(name: str) -> None:
    """An event that lacks it keeps the hash that it had before the column came; one that has it cannot lose it."""
    events = chain()
    assert event_hash(GENESIS, {**events[0], name: None}) == events[0]["hash"]
    bound = {**events[0], name: "digest"}
    bound["hash"] = event_hash(GENESIS, bound)
    assert bound["hash"] != events[0]["hash"]
    assert first_break([bound]) is None
    assert first_break([{**bound, name: None}]) == bound["id"]
    assert first_break([{**bound, name: "another"}]) == bound["id"]
