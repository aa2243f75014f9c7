"""An agent's desk with many cases in a real browser: the case one has picked is in sight, and nothing begun is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ui.browsing import WAIT_MS, Watched, visit
from tests.ui.server import demo
from tests.ui.test_paged_desk import crowded

pytestmark = pytest.mark.browser
CASES = 90
DESK, PHONE = (1440, 900), (390, 844)
GAS = "I can smell gas in my kitchen"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server where ninety cases wait, and one about gas."""
    folder: Path = tmp_path_factory.mktemp("desk")
    house = crowded(folder, CASES)
    gas = house.open("cnv_gas")
    house.say(gas, GAS)
    house.say(gas, "hello?")
    house.close()
    with demo(folder) as running:
        yield running


def at_desk(agent: Watched, size: tuple[int, int]) -> Watched:
    """The agent has turned to the desk, on a screen of that size."""
    agent.page.set_viewport_size({"width": size[0], "height": size[1]})
    agent.page.get_by_role("tab", name="Desk").click()
    agent.see("#hr-queue .hr-item")
    return agent


def card(agent: Watched, number: int) -> str:
    """The case of a card of the queue."""
    return str(agent.page.locator("#hr-queue .hr-item").nth(number).get_attribute("data-pick"))


def opened(agent: Watched, case: str) -> None:
    agent.see(f"#hr-case [data-conversation='{case}']")


def in_sight(agent: Watched, selector: str) -> bool:
    """Whether all of it is on the screen, and nothing lies over it."""
    return bool(
        agent.page.evaluate(
            """selector => {
                const element = document.querySelector(selector), box = element?.getBoundingClientRect();
                if (!box?.height || box.top < 0 || box.bottom > innerHeight || box.right > innerWidth) return false;
                const over = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
                return element.contains(over) || over?.contains(element) || false;
            }""",
            selector,
        )
    )


def test_a_card_far_down_the_queue_opens_beside_it_above_the_fold(browser: Any, address: str, tmp_path: Path) -> None:
    with visit(browser, address) as agent:
        at_desk(agent, DESK)
        case = card(agent, 15)
        agent.page.locator("#hr-queue .hr-item").nth(15).click()
        opened(agent, case)
        agent.see("#hr-act-claimed")
        agent.see("#hr-queue .hr-chosen")
        for part in ("#hr-case .hr-brief", "#hr-act-claimed", "#hr-queue .hr-chosen", "#hr-case [data-conversation]"):
            assert in_sight(agent, part), part
        assert agent.page.evaluate("scrollY") == 0
        agent.page.screenshot(path=tmp_path / "desk.png")


def test_on_a_phone_the_case_comes_first_and_the_list_is_one_press_away(
    browser: Any, address: str, tmp_path: Path
) -> None:
    with visit(browser, address) as agent:
        at_desk(agent, PHONE)
        case = card(agent, 12)
        agent.page.locator("#hr-queue .hr-item").nth(12).click()
        opened(agent, case)
        agent.see("#hr-case .hr-brief")
        assert agent.page.evaluate("scrollY") == 0
        assert in_sight(agent, "#hr-case .hr-brief dt:nth-of-type(4) + dd"), "what not to do is above the fold"
        assert not agent.page.locator("#hr-queue").is_visible()
        agent.page.screenshot(path=tmp_path / "phone.png")
        agent.see(".hr-back").click()
        agent.see(f"#hr-queue .hr-chosen[data-pick='{case}']")
        assert in_sight(agent, "#hr-queue .hr-chosen"), "the list stands where it stood"
        agent.page.locator("#hr-queue .hr-chosen").click()
        agent.see("#hr-case .hr-brief")
        wide = agent.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, "nothing is wider than the screen"


@pytest.mark.parametrize(("size", "first"), [(DESK, 2), (PHONE, 5)])
def test_a_reload_in_the_middle_keeps_the_case_the_person_and_what_was_begun(
    browser: Any, address: str, size: tuple[int, int], first: int
) -> None:
    name = f"berta{first}"
    with visit(browser, address) as agent:
        at_desk(agent, size)
        agent.see("#hr-agent input, #hr-agent textarea").fill(name)
        one, other = card(agent, first), card(agent, first + 1)
        for case, words in ((one, "For the one"), (other, "For the other")):
            if size is PHONE and agent.page.locator(".hr-back").is_visible():
                agent.see(".hr-back").click()
            agent.see(f"#hr-queue [data-pick='{case}']").click()
            opened(agent, case)
            agent.see("#hr-act-claimed").click()
            agent.see("#hr-reply textarea").click()
            agent.page.keyboard.type(words, delay=30)
        agent.see("#hr-note textarea").fill("A note for the other")
        agent.page.reload()
        opened(agent, other)
        assert agent.see("#hr-reply textarea").input_value() == "For the other"
        assert agent.see("#hr-note textarea").input_value() == "A note for the other"
        if size is PHONE:
            agent.see(".hr-back").click()
        assert agent.see("#hr-agent input, #hr-agent textarea").input_value() == name
        agent.see(f"#hr-queue [data-pick='{one}']").click()
        opened(agent, one)
        assert agent.see("#hr-reply textarea").input_value() == "For the one"
        agent.page.evaluate("document.querySelector('#hr-reply textarea').focus()")
        agent.page.keyboard.press("Enter")
        agent.see("#hr-desk-chat .hr-agent:has-text('For the one')")
        agent.page.reload()
        opened(agent, one)
        assert agent.see("#hr-reply textarea").input_value() == ""
        tab = Watched(agent.page.context.new_page())
        tab.page.set_viewport_size({"width": size[0], "height": size[1]})
        tab.page.goto(f"{address}/?conversation={other}")
        opened(tab, other)
        if size is PHONE:
            tab.see(".hr-back").click()
        tab.see("#hr-agent input, #hr-agent textarea").fill(name)
        if size is PHONE:
            tab.see("#hr-queue .hr-chosen").click()
        assert tab.see("#hr-reply textarea").input_value() == "", "another tab finds nothing that was begun"


def test_views_search_and_filters_leave_what_is_looked_for(browser: Any, address: str) -> None:
    with visit(browser, address) as agent:
        at_desk(agent, DESK)
        agent.see(f"#hr-sought [data-view=all]:has-text('{CASES + 1}')")
        agent.see("#hr-sought input").fill("smell GAS")
        agent.page.locator("#hr-queue .hr-item").nth(1).wait_for(state="detached", timeout=WAIT_MS)
        assert "smell gas" in agent.see("#hr-queue .hr-item mark").inner_text()
        assert "hello?" not in agent.see("#hr-queue .hr-item").inner_text()
        agent.page.reload()
        agent.page.get_by_role("tab", name="Desk").click()
        agent.page.locator("#hr-queue .hr-item").nth(1).wait_for(state="detached", timeout=WAIT_MS)
        assert agent.see("#hr-sought input").input_value() == "smell GAS"
        agent.see("#hr-sought input").fill("")
        agent.page.locator("#hr-queue .hr-item").nth(1).wait_for(timeout=WAIT_MS)
        agent.see("#hr-sought [data-view=closed]").click()
        agent.see("#hr-queue:has-text('No case is like that.')")
        agent.see("#hr-sought [data-view=all]").click()
        agent.see("#hr-sought summary").click()
        agent.see("#hr-sought [data-only=reason]").select_option("safety")
        agent.page.locator("#hr-queue .hr-item").nth(1).wait_for(state="detached", timeout=WAIT_MS)
        agent.see("#hr-sought summary:has-text('Filter (1)')")


def test_a_whole_job_is_done_with_the_keyboard_alone(browser: Any, address: str) -> None:
    with visit(browser, address) as agent:
        at_desk(agent, DESK)
        agent.page.evaluate("document.activeElement?.blur()")
        keys = agent.page.keyboard
        keys.press("j")
        first = card(agent, 0)
        opened(agent, first)
        keys.press("j")
        second = card(agent, 1)
        opened(agent, second)
        keys.press("k")
        opened(agent, first)
        keys.press("j")
        opened(agent, second)
        agent.see("#hr-act-claimed")
        keys.press("c")
        agent.see("#hr-reply textarea")
        keys.press("r")
        keys.type("jkc? I am reading your case.", delay=60)
        keys.press("Enter")
        agent.see("#hr-desk-chat .hr-agent:has-text('jkc? I am reading your case.')")
        opened(agent, second)
        keys.press("Escape")
        keys.press("?")
        agent.see("#hr-keys :text('claim the open case')")
        keys.press("Escape")
        agent.page.locator("#hr-keys").wait_for(state="hidden")
        keys.press("f")
        keys.type("smell gas", delay=60)
        agent.page.locator("#hr-queue .hr-item").nth(1).wait_for(state="detached", timeout=WAIT_MS)
        assert agent.page.title().endswith("Handrail desk")
        waits = int(agent.page.title().partition("(")[2].partition(")")[0])
        assert 0 < waits <= int(agent.see("#hr-sought [data-view=unassigned] b").inner_text())
