"""What is typed or pressed while the desk is drawn anew is not lost, in whatever order its answers arrive."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ui.browsing import WAIT_MS, Watched, open_desk, visit
from tests.ui.server import demo
from tests.ui.test_masks import IBAN, KEEP, KEY, OFFICER, REASON
from ui.desk import HOLD

pytestmark = pytest.mark.browser
Asks = Callable[[dict[str, Any]], bool]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that keeps originals for one role."""
    folder: Path = tmp_path_factory.mktemp("redraws")
    (folder / "keeps.yaml").write_text(f"handrail: 1\nname: keeps\nextends: default\n{KEEP}")
    config = folder / "handrail.toml"
    config.write_text(f'policy = "{folder}/keeps.yaml"\n[originals]\nkey = "{KEY}"\n')
    with demo(folder, config) as running:
        yield running


class Late:
    """Answers of the server that are made at once and that the page gets when the test says so."""

    def __init__(self, someone: Watched, held: Asks) -> None:
        self._page, self._held = someone.page, held
        self._answers: list[tuple[Any, Any]] = []
        self._all = False
        self._page.route("**/gradio_api/run/**", self._answer)

    def _answer(self, route: Any) -> None:
        if self._all or not self._held(json.loads(route.request.post_data or "{}")):
            route.continue_()
            return
        self._answers.append((route, route.fetch()))

    def until(self, many: int) -> None:
        """Waits until so many are held back."""
        for _ in range(WAIT_MS // 20):
            if len(self._answers) >= many:
                return
            self._page.wait_for_timeout(20)
        raise AssertionError(f"{len(self._answers)} answers are held back instead of {many}")

    def give(self, many: int = 1) -> None:
        """The page gets the oldest of them, and has drawn them when this returns."""
        for _ in range(many):
            route, response = self._answers.pop(0)
            with self._page.expect_response(route.request.url):
                route.fulfill(response=response)
        self._page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 100)))")

    def give_all(self) -> None:
        """The same for all of them; none is held back any more."""
        self._all = True
        self.give(len(self._answers))


def is_look(asked: dict[str, Any]) -> bool:
    """A look at the desk that nobody asked for, and that does look: one that waits for something else does not."""
    return not asked.get("event_data") and asked["data"][:1] != [HOLD]


def handed_over(someone: Watched, text: str) -> None:
    someone.say(text)
    someone.in_state("handed_off")


def test_a_reason_that_is_typed_while_another_role_is_drawn_stays_and_is_taken(browser: Any, address: str) -> None:
    with visit(browser, address) as customer, visit(browser, address) as agent:
        handed_over(customer, f"I want to speak to a person about my iban {IBAN}")
        open_desk(agent, "about my iban")
        late = Late(agent, lambda asked: OFFICER in json.dumps(asked["data"]) and is_look(asked))
        agent.see("#hr-role input").click()
        agent.page.get_by_role("option", name="Compliance officer").click()
        late.until(1)
        agent.page.wait_for_timeout(1500)  # the next look of the timer is on its way too
        late.give()
        button = agent.see("#hr-desk-chat [data-pick^='lift|1|']")
        why = agent.see("#hr-lift-why textarea, #hr-lift-why input")
        why.click()
        agent.page.keyboard.type(REASON, delay=30)
        late.give_all()
        assert why.input_value() == REASON
        button.click()
        assert IBAN in agent.see("#hr-lifted .hr-original code").inner_text()
        agent.page.wait_for_function(
            "() => document.querySelector('#hr-lift-why input, #hr-lift-why textarea').value === ''"
        )


def test_an_original_stays_while_the_customer_writes_on(browser: Any, address: str) -> None:
    with visit(browser, address) as customer, visit(browser, address) as agent:
        handed_over(customer, f"Another person for my iban {IBAN} please")
        open_desk(agent, "Another person for my iban")
        agent.see("#hr-role input").click()
        agent.page.get_by_role("option", name="Compliance officer").click()
        button = agent.see("#hr-desk-chat [data-pick^='lift|1|']")
        agent.see("#hr-lift-why textarea, #hr-lift-why input").fill(REASON)
        button.click()
        agent.see("#hr-lifted .hr-original code")
        customer.say("Are you still there?")
        agent.see("#hr-desk-chat .hr-customer:has-text('still there')")
        assert IBAN in agent.see("#hr-lifted .hr-original code").inner_text()
        agent.see("#hr-agent input, #hr-agent textarea").fill("berta")
        agent.page.wait_for_function("() => !document.querySelector('.hr-original')", timeout=WAIT_MS)


def test_a_card_that_was_pressed_stays_open_when_an_older_look_arrives_late(browser: Any, address: str) -> None:
    with visit(browser, address) as one, visit(browser, address) as other, visit(browser, address) as agent:
        handed_over(one, "I want to speak to a person about the green lamp")
        handed_over(other, "I want to speak to a person about the blue lamp")
        open_desk(agent, "green lamp")
        agent.see("#hr-desk-chat .hr-customer:has-text('green lamp')")
        late = Late(agent, is_look)
        late.until(1)
        late.give()
        one.say("It is the green lamp in the hall")
        late.until(1)
        agent.see("#hr-queue [data-pick]:has-text('blue lamp')").click()
        agent.see("#hr-desk-chat .hr-customer:has-text('blue lamp')")
        late.give_all()
        agent.see("#hr-desk-chat .hr-customer:has-text('blue lamp')")
        agent.see("#hr-act-claimed").click()
        other.see("#hr-banner :text('anna owns')")
        assert one.page.locator("#hr-banner [data-state=handed_off]").count() == 1


def test_a_card_that_was_pressed_opens_although_another_role_is_chosen_before_its_answer(
    browser: Any, address: str
) -> None:
    with visit(browser, address) as one, visit(browser, address) as agent:
        handed_over(one, "I want to speak to a person about the grey lamp")
        agent.page.get_by_role("tab", name="Desk").click()
        agent.see("#hr-queue [data-pick]:has-text('grey lamp')")
        late = Late(agent, lambda asked: not is_look(asked))
        agent.see("#hr-queue [data-pick]:has-text('grey lamp')").click()
        late.until(1)
        agent.see("#hr-role input").click()
        agent.page.get_by_role("option", name="Compliance officer").click()
        agent.see("#hr-desk-chat .hr-customer:has-text('grey lamp')")
        late.give_all()
        agent.see("#hr-desk-chat .hr-customer:has-text('grey lamp')")
        assert agent.see("#hr-role input").input_value() == "Compliance officer"


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_a_press_during_which_the_list_is_drawn_anew_counts(browser: Any, address: str, by: str) -> None:
    with visit(browser, address) as one, visit(browser, address) as other, visit(browser, address) as agent:
        handed_over(one, f"I want to speak to a person about the red lamp, by {by}")
        agent.page.get_by_role("tab", name="Desk").click()
        card = agent.see(f"#hr-queue [data-pick]:has-text('red lamp, by {by}')")
        card.scroll_into_view_if_needed()
        place = card.bounding_box()
        agent.page.evaluate("() => { document.querySelector('#hr-queue .hr-queue').dataset.old = 'yes'; }")
        if by == "mouse":
            agent.page.mouse.move(place["x"] + 20, place["y"] + 20)
            agent.page.mouse.down()
        else:
            card.focus()
        handed_over(other, f"I want to speak to a person about the white lamp, by {by}")
        agent.see("#hr-queue .hr-queue:not([data-old])")
        if by == "mouse":
            agent.page.mouse.up()
        else:
            agent.page.keyboard.press("Enter")
        agent.see(f"#hr-desk-chat .hr-customer:has-text('red lamp, by {by}')")
