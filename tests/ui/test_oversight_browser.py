"""Oversight in a real browser: a second person, an approved reply, a dead letter, and the link to a case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.components import free_port
from tests.ui.browsing import Watched, open_desk, visit
from tests.ui.server import demo

pytestmark = pytest.mark.browser
CONFIG = """
public_url = "{url}"
[desks.hooks]
kind = "webhook"
url = "http://127.0.0.1:{closed}/hook"
secrets = "whsec_bm90LWEtc2VjcmV0LWJ1dC1sb25nLWVub3VnaA=="
give_up_after = 1
"""


@pytest.fixture(scope="module")
def address(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server whose only destination refuses every connection."""
    folder = tmp_path_factory.mktemp("oversight")
    config = folder / "handrail.toml"
    config.write_text(CONFIG.format(url="https://desk.example", closed=free_port()))
    with demo(folder, config) as running:
        yield running


def become(page: Watched, box: str, name: str) -> None:
    """Says who sits there."""
    page.see(f"#{box} :is(input, textarea)").fill(name)


def test_oversight_decides_approves_and_replays(browser: Any, address: str) -> None:
    with visit(browser, address) as customer, visit(browser, address) as agent, visit(browser, address) as keeper:
        customer.say("I can smell gas in my kitchen, oversight")
        customer.in_state("handed_off")
        open_desk(agent, "oversight")
        agent.see("#hr-act-claimed").click()
        agent.see("#hr-note textarea").fill("Pay for the hotel tonight")
        agent.see("#hr-act-exception_requested").click()
        agent.see("#hr-exception .hr-card")

        keeper.page.get_by_role("tab", name="Oversight").click()
        keeper.see("#hr-deliveries .hr-entry:has-text('ConnectError')")
        keeper.see("#hr-deliveries [data-pick^='replay|']").click()
        keeper.see("[data-testid=toast-body]:has-text('Put back')")

        keeper.page.get_by_text("Write a reply for approval").click()
        become(keeper, "hr-draft-id", "gas.safe")
        keeper.see("#hr-draft-text textarea").fill("Dear {name}, please stay outside.")
        keeper.see("#hr-draft-save").click()
        keeper.see("#hr-templates [data-pick^='approve|gas.safe']").click()
        keeper.see("[data-testid=toast-body]:has-text('refused')")
        become(keeper, "hr-keeper", "cleo")
        keeper.see("#hr-templates [data-pick^='approve|gas.safe']").click()
        keeper.see("#hr-templates .hr-entry:has-text('gas.safe'):has-text('approved by cleo')")

        keeper.see("#hr-consents [data-pick]:has-text('Pay for the hotel tonight')").click()
        keeper.see("#hr-exception .hr-card:has-text('Pay for the hotel tonight')")
        assert keeper.see("#hr-agent :is(input, textarea)").input_value() == "cleo", "whoever has clicked"
        keeper.see("#hr-act-exception_approved").click()
        keeper.page.locator("#hr-exception .hr-card").wait_for(state="detached")


@pytest.mark.parametrize("role", ["Compliance officer", "Admin", "Auditor"])
def test_a_click_on_what_waits_leads_to_the_desk_as_who_has_clicked(browser: Any, address: str, role: str) -> None:
    case = f"waits for {role.lower()}"
    with visit(browser, address) as customer, visit(browser, address) as agent, visit(browser, address) as keeper:
        customer.say(f"I can smell gas in my kitchen, {case}")
        customer.in_state("handed_off")
        open_desk(agent, case)
        agent.see("#hr-act-claimed").click()
        agent.see("#hr-note textarea").fill(f"Pay, {case}")
        agent.see("#hr-act-exception_requested").click()
        agent.see("#hr-exception .hr-card")
        keeper.page.get_by_role("tab", name="Oversight").click()
        become(keeper, "hr-keeper", "cleo")
        keeper.see("#hr-keeper-role input").click()
        keeper.page.get_by_role("option", name=role).click()
        keeper.see(f"#hr-consents [data-pick]:has-text('Pay, {case}')").click()
        keeper.see(f"#hr-exception .hr-card:has-text('Pay, {case}')")
        keeper.page.wait_for_timeout(2_500)  # two looks of the desk's timer: who sits there must not change again
        assert keeper.see("#hr-agent :is(input, textarea)").input_value() == "cleo"
        assert keeper.see("#hr-role input").input_value() == role
        decides = keeper.page.locator("#hr-act-exception_approved")
        assert decides.is_visible() is (role == "Compliance officer"), "by the table, not by who sat there before"


def test_a_link_opens_its_case_and_an_unknown_one_says_so(browser: Any, address: str) -> None:
    with visit(browser, address) as customer, visit(browser, address) as agent:
        customer.say("I can smell gas in my kitchen, linked")
        customer.in_state("handed_off")
        open_desk(agent, "linked")
        case = agent.see("#hr-case code[title=conversation]").inner_text()
        agent.page.goto(f"{address}/?conversation={case}")
        agent.see("#hr-desk-chat .hr-customer:has-text('linked')")
        agent.page.goto(f"{address}/?conversation=nobody")
        agent.see("[data-testid=toast-body]:has-text('There is no conversation nobody')")
