"""The paged desk in a real browser, at the width of a desk and of a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ui.browsing import Watched, visit
from tests.ui.server import demo
from tests.ui.test_paged_desk import crowded
from ui.render.queue import PAGE

pytestmark = pytest.mark.browser
CASES = 50


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server over a database in which many cases wait."""
    folder = tmp_path_factory.mktemp("crowd")
    crowded(folder, CASES).close()
    with demo(folder) as running:
        yield running


def shown(agent: Watched) -> list[str]:
    """The cases on the page of the queue, in their order."""
    cards = agent.page.locator("#hr-queue .hr-item")
    return [str(cards.nth(number).get_attribute("data-pick")) for number in range(cards.count())]


def to_the_list(agent: Watched) -> None:
    """On a phone the case stands in the place of the list."""
    back = agent.page.locator(".hr-back")
    if back.is_visible():
        back.click()


@pytest.mark.parametrize("width", [1280, 390])
def test_an_agent_turns_pages_and_the_open_case_and_its_card_stay(
    browser: Any, address: str, width: int, tmp_path: Path
) -> None:
    with visit(browser, address) as agent:
        agent.page.set_viewport_size({"width": width, "height": 800})
        agent.page.get_by_role("tab", name="Desk").click()
        agent.see(f"#hr-queue .hr-pager:has-text('1–{PAGE} of {CASES}')")
        first = shown(agent)
        assert len(first) == PAGE
        agent.page.locator("#hr-queue .hr-pager button:has-text('Next')").click()
        agent.see(f"#hr-queue .hr-pager:has-text('{PAGE + 1}–{2 * PAGE} of {CASES}')")
        second = shown(agent)
        assert set(first).isdisjoint(second)
        mine = second[3 if width > 400 else 5]
        agent.see(f"#hr-queue [data-pick='{mine}']").click()
        agent.see("#hr-act-claimed").click()
        agent.see("#hr-reply")
        to_the_list(agent)
        agent.see(f"#hr-queue .hr-chosen[data-pick='{mine}']")
        agent.see(f"#hr-queue [data-pick='{mine}']:has-text('owned by')")
        assert shown(agent) == second, "a claimed card stays under the hand"
        agent.page.locator("#hr-queue").screenshot(path=tmp_path / f"queue-{width}.png")
        agent.page.screenshot(path=tmp_path / f"desk-{width}.png", full_page=True)
        agent.page.locator("#hr-queue .hr-pager button:has-text('Previous')").click()
        agent.see(f"#hr-queue .hr-pager:has-text('1–{PAGE} of {CASES}')")
        assert shown(agent) == first
        wide = agent.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, "nothing is wider than the screen"
