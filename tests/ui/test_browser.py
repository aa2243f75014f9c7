"""The page in a real browser: talk, hand over, claim, answer, resolve."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ui.browsing import WAIT_MS, Watched, open_desk, visit
from tests.ui.server import demo

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=\"document.title='pwned'\"> ${document.title='pwned'} {{constructor}} <b>bold</b>"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One server for all tests here: they share nothing but the desk."""
    with demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


def test_a_routine_question_is_answered_with_its_source(browser: Any, address: str) -> None:
    with visit(browser, address) as customer:
        customer.say("How long does delivery take?")
        assert "Source: Delivery times" in customer.see(".hr-assistant:not(.hr-typing)").inner_text()
        customer.in_state("bot_handling")
        assert "Answered" in customer.see("#hr-why").inner_text()


def test_a_case_goes_from_the_bot_to_a_person_and_is_resolved(browser: Any, address: str, tmp_path: Path) -> None:
    with visit(browser, address) as customer, visit(browser, address) as agent:
        customer.say("I can smell gas in my kitchen")
        customer.in_state("handed_off")
        assert "A person takes over" in customer.see(".hr-system").inner_text()
        assert "the conversation is in handed_off" in str(customer.see("svg.hr-graph").get_attribute("aria-label"))
        assert customer.see("#hr-why mark").inner_text() == "smell gas"
        assert "Why and where" in customer.see("#hr-packet").inner_text()
        customer.page.screenshot(path=tmp_path / "handover.png")

        open_desk(agent, "smell gas")
        agent.see("#hr-act-claimed").dblclick()
        agent.see("#hr-reply")
        customer.in_state("agent_verifying")
        agent.see("#hr-reply textarea").fill("This is Anna. Is everybody outside?")
        agent.page.keyboard.press("Enter")
        assert "Is everybody outside?" in customer.see("#hr-chat .hr-agent").inner_text()

        spoken = customer.page.locator("#hr-chat .hr-assistant").count()
        customer.say("How long does delivery take?")
        agent.see("#hr-desk-chat .hr-customer:has-text('How long does delivery take?')")
        assert customer.page.locator("#hr-chat .hr-assistant").count() == spoken

        agent.see("#hr-desk-packet [data-pick^='edit|context.intent']").click()
        agent.see("#hr-edit textarea").fill("Help: gas in the kitchen")
        agent.see("#hr-save").click()
        agent.see("#hr-desk-packet dd:has-text('Help: gas in the kitchen') .hr-judged:has-text('anna')")
        agent.see("#hr-desk-packet [data-pick^='accept|context.summary']").click()
        agent.see("#hr-desk-packet dd:has(li) .hr-judged:has-text('anna')")

        assert "Required steps of the playbook are open" in agent.see("#hr-lacks").inner_text()
        assert agent.see("#hr-act-resolved").is_disabled()
        agent.see("#hr-note textarea").fill("Known by voice.")
        agent.see("#hr-act-identity_verified").click()
        customer.page.get_by_text("Event log").click()
        customer.see(".hr-log:has-text('identity_verified')")
        while agent.page.locator("#hr-steps [aria-checked=false]").count():
            ticked = agent.page.locator("#hr-steps [aria-checked=true]").count()
            agent.see("#hr-steps [aria-checked=false]").click()
            agent.page.locator("#hr-steps [aria-checked=true]").nth(ticked).wait_for(timeout=WAIT_MS)
        agent.see("#hr-note textarea").fill("Everybody is safe, the supplier is on the way.")
        agent.see("#hr-act-resolved").click()
        customer.in_state("resolved")
        customer.see("#hr-chat .hr-system:has-text('closed')")
        agent.see("#hr-case [data-do=next]")

        log = customer.see(".hr-log").inner_text()
        assert len(re.findall(r"\bclaimed\b", log)) == 1


def test_a_conversation_of_the_bot_is_taken_over(browser: Any, address: str) -> None:
    with visit(browser, address) as customer, visit(browser, address) as agent:
        customer.say("How long does delivery take?")
        customer.see(".hr-assistant:not(.hr-typing)")
        agent.page.get_by_role("tab", name="Desk").click()
        agent.see("#hr-live [data-pick]").click()
        agent.see("#hr-act-trigger_fired").click()
        agent.see("#hr-act-claimed")
        assert customer.page.locator("#hr-banner").count() == 1


def test_visitors_do_not_see_each_other(browser: Any, address: str) -> None:
    with visit(browser, address) as one, visit(browser, address) as other:
        one.say("Can I speak to a real person?")
        one.in_state("handed_off")
        other.in_state("bot_handling")
        assert "real person" not in other.see("#hr-chat").inner_text()
        one.see("#hr-new").click()
        one.in_state("bot_handling")
        assert one.page.locator("#hr-chat .hr-msg").count() == 0


def test_a_reload_and_a_second_tab_show_the_same_conversation(browser: Any, address: str) -> None:
    with visit(browser, address) as customer:
        customer.say("Can I speak to a real person, please?")
        customer.in_state("handed_off")
        customer.page.reload()
        customer.see("#hr-chat .hr-customer:has-text('a real person, please?')")
        tab = Watched(customer.page.context.new_page())
        tab.page.goto(address)
        tab.see("#hr-chat .hr-customer:has-text('a real person, please?')")
        tab.say("Are you there, in this tab?")
        customer.see("#hr-chat .hr-customer:has-text('in this tab?')")
        customer.in_state("handed_off")


def test_an_answer_that_arrives_late_does_not_stay_on_the_page(browser: Any, address: str) -> None:
    with visit(browser, address) as customer, visit(browser, address) as agent:
        customer.say("I can smell gas in my kitchen, said late")
        customer.in_state("handed_off")
        late: list[tuple[Any, Any]] = []

        def hold_the_claim(route: Any) -> None:
            answer = route.fetch()
            if late or "agent_verifying" not in answer.text():
                route.fulfill(response=answer)
            else:
                late.append((route, answer))

        customer.page.route("**/gradio_api/run/predict*", hold_the_claim)
        open_desk(agent, "said late")
        agent.see("#hr-act-claimed").click()
        agent.see("#hr-reply")
        for _ in range(WAIT_MS // 100):
            if not late:
                customer.page.wait_for_timeout(100)
        customer.say("Are you there?")
        customer.see(".hr-customer:not(.hr-pending):has-text('Are you there?')")
        ((route, answer),) = late
        route.fulfill(response=answer)
        customer.page.wait_for_timeout(3000)
        customer.see(".hr-customer:not(.hr-pending):has-text('Are you there?')")


def test_hostile_text_does_nothing_on_either_page(browser: Any, address: str) -> None:
    with visit(browser, address) as customer, visit(browser, address) as agent:
        customer.say(f"{HOSTILE} let me talk to a human")
        customer.in_state("handed_off")
        open_desk(agent, "{{constructor}}")
        shown = agent.see("#hr-desk-chat .hr-customer").inner_text()
        assert "<b>bold</b>" in shown
        for page in (customer.page, agent.page):
            assert re.fullmatch(r"Handrail|(\(\d+\) )?Handrail desk", page.title())
            assert page.locator(".hr-msg img, .hr-msg b:has-text('bold')").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_a_telephone(browser: Any, address: str, scheme: str) -> None:
    with visit(browser, address, color_scheme=scheme) as customer:
        customer.page.set_viewport_size({"width": 420, "height": 860})
        customer.see(".hr-chip:has-text('A person')").click()
        customer.in_state("handed_off")
        assert customer.page.evaluate("document.documentElement.scrollWidth") <= 420
        assert customer.page.evaluate("document.body.classList.contains('dark')") is (scheme == "dark")
