"""A mood that falls is more than one displeased message."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from policy.loader import load_pack
from triggers.assessment import Circumstances, Message
from triggers.engine import compile_policy
from triggers.history import TREND, History

ENGINE = compile_policy(load_pack("default"))
CALM = st.sampled_from([0.0, 0.4, 0.667])
LOW = st.sampled_from([-0.3, -0.667, -0.8, -1.0])
CROSS = st.sampled_from([-0.667, -0.8, -1.0])


def fires(points: list[float]) -> bool:
    """Whether the default pack sees a trend in these sentiments, the newest last."""
    history = History()
    for number, point in enumerate(points):
        history = history.observe(f"message {number}", point)
    found = ENGINE.evaluate(Message(text="hm"), Circumstances(facts=history.facts()))
    return any(one.trigger_id == "frustration.trend" for one in found.fired)


@given(st.lists(CALM, max_size=8), LOW)
def test_one_displeased_message_after_calm_ones_is_no_trend(calm: list[float], low: float) -> None:
    assert not fires([*calm, low])


@given(st.lists(CALM, min_size=1, max_size=TREND - 2), CROSS, CROSS)
def test_two_cross_messages_after_calm_ones_are_a_trend(calm: list[float], first: float, second: float) -> None:
    assert fires([*calm, first, second])


def test_what_lies_outside_the_window_is_forgotten() -> None:
    assert fires([0.667, 0.4, -0.667, -0.8])
    assert not fires([-0.8, 0.0, 0.0, 0.0, 0.0, -0.8])


def test_a_mood_that_rises_again_is_no_trend() -> None:
    assert not fires([0.667, -0.667, -0.667, 0.4])
    assert not fires([-0.8, -0.8, -0.3])
