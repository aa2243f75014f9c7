"""Every keystroke arrives, in order, in the message it was typed for, however slow everything else is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ui.browsing import WAIT_MS, Watched, open_desk, visit
from tests.ui.server import demo

pytestmark = pytest.mark.browser
MESSAGES = ("I have a question", "about the parcel of today", "and one more thing", "I smell gas in my kitchen", "help")
REPLIES = ("This is Anna.", "Is everybody outside, please?", "Do not switch anything on.", "I am calling the supplier.")
PACES = (30, 60, 120, 180)
"""Milliseconds between two keys."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server whose assistant thinks for longer than anybody types."""
    folder: Path = tmp_path_factory.mktemp("slow")
    config = folder / "handrail.toml"
    config.write_text('assistant = "runnable"\nrunnable = "tests.ui.slow:assistant"\n')
    with demo(folder, config) as running:
        yield running


def _type(someone: Watched, box: str, texts: tuple[str, ...], pace_ms: int, *, button: bool) -> None:
    """Types one message after the other without a pause, as a person in a hurry does."""
    someone.see(f"{box} textarea").click()
    for text in texts:
        someone.page.keyboard.type(text, delay=pace_ms)
        if button:
            someone.page.locator(f"{box} .hr-write button").click()
        else:
            someone.page.keyboard.press("Enter")


def _written(someone: Watched, chat: str, author: str) -> list[str]:
    return [str(text) for text in someone.page.locator(f"{chat} .hr-{author} > div").all_inner_texts()]


def _arrived(someone: Watched, chat: str, author: str, count: int) -> list[str]:
    """What stands in the transcript once so many messages do."""
    someone.page.locator(".hr-unsent").first.wait_for(state="detached", timeout=WAIT_MS)
    # An answer that was made before the last message may be drawn after it; the next look puts that right.
    stored = f"{chat} .hr-{author}:not(.hr-pending)"
    someone.page.locator(stored).nth(count - 1).wait_for(timeout=WAIT_MS)
    someone.page.wait_for_function(
        "([stored, count]) => document.querySelectorAll(stored).length >= count", arg=[stored, count], timeout=WAIT_MS
    )
    return _written(someone, chat, author)


@pytest.mark.parametrize("button", [False, True], ids=["enter", "button"])
@pytest.mark.parametrize("pace_ms", PACES)
def test_what_a_customer_types_arrives_whole(browser: Any, address: str, pace_ms: int, button: bool) -> None:
    with visit(browser, address) as customer:
        _type(customer, "#hr-say", MESSAGES, pace_ms, button=button)
        assert customer.see("#hr-say textarea").input_value() == ""
        assert _arrived(customer, "#hr-chat", "customer", len(MESSAGES)) == list(MESSAGES)
        customer.in_state("handed_off")


@pytest.mark.parametrize("button", [False, True], ids=["enter", "button"])
@pytest.mark.parametrize("pace_ms", PACES)
def test_what_an_agent_types_arrives_whole(browser: Any, address: str, pace_ms: int, button: bool) -> None:
    about = f"I can smell gas, at {pace_ms} {'button' if button else 'enter'}"
    with visit(browser, address) as customer, visit(browser, address) as agent:
        customer.say(about)
        customer.in_state("handed_off")
        open_desk(agent, about)
        agent.see("#hr-act-claimed").click()
        _type(agent, "#hr-reply", REPLIES, pace_ms, button=button)
        assert _arrived(agent, "#hr-desk-chat", "agent", len(REPLIES)) == list(REPLIES)
        assert _arrived(customer, "#hr-chat", "agent", len(REPLIES)) == list(REPLIES)


def test_a_message_whose_answer_is_lost_is_sent_again_once(browser: Any, address: str) -> None:
    with visit(browser, address) as customer:
        waits = customer.page.clock
        waits.install()
        lost: list[str] = []

        def lose(route: Any) -> None:
            if lost:
                route.continue_()
                return
            lost.append(route.request.post_data)
            route.fulfill(status=200, content_type="application/json", body=json.dumps({"event_id": "gone"}))

        customer.page.route("**/gradio_api/queue/join*", lose)
        customer.say("Is anybody there?")
        customer.see(".hr-unsent:has-text('Is anybody there?')")
        waits.fast_forward(30_000)
        assert _arrived(customer, "#hr-chat", "customer", 1) == ["Is anybody there?"]


def test_words_for_one_case_never_go_to_another(browser: Any, address: str) -> None:
    with visit(browser, address) as one, visit(browser, address) as other, visit(browser, address) as agent:
        for customer, text in ((one, "I smell gas in the first house"), (other, "I smell gas in the second house")):
            customer.say(text)
            customer.in_state("handed_off")
            open_desk(agent, text)
            agent.see("#hr-act-claimed").click()
            agent.see("#hr-reply textarea")
        agent.page.keyboard.press("Tab")
        agent.see("#hr-reply textarea").fill("For the second")
        open_desk(agent, "first house")
        agent.see("#hr-desk-chat .hr-customer:has-text('first house')")
        assert agent.see("#hr-reply textarea").input_value() == ""
        agent.see("#hr-reply textarea").fill("For the first")
        agent.page.keyboard.press("Enter")
        agent.see("#hr-desk-chat .hr-agent:has-text('For the first')")
        open_desk(agent, "second house")
        agent.see("#hr-desk-chat .hr-customer:has-text('second house')")
        assert agent.see("#hr-reply textarea").input_value() == "For the second"
