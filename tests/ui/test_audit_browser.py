"""The auditor's whole job in a real browser: find, step by slider, compare, decide again, try a policy, take along."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ui.browsing import WAIT_MS, Watched, visit
from tests.ui.server import demo
from tests.ui.test_audit_room import STRICT

pytestmark = pytest.mark.browser
WRITTEN = ("Do your gnomes sing?", "I want to speak to a human about my parcel")


@pytest.fixture(scope="module")
def address(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server at which a customer was handed over."""
    with demo(tmp_path_factory.mktemp("audit")) as running:
        with visit(browser, running) as customer:
            for text in WRITTEN:
                customer.say(text)
                customer.see(f"#hr-chat .hr-customer:has-text('{text}')")
            customer.in_state("handed_off")
        yield running


def opened(page: Watched, words: str) -> str:
    """Finds a case by its words and opens it by the keyboard; its id."""
    page.page.get_by_role("tab", name="Audit").click()
    page.see("#hr-found [data-pick^='case|']")
    page.see("#hr-find :is(input, textarea)").fill(words)
    page.page.keyboard.press("Enter")
    line = page.see(f"#hr-found [data-pick^='case|']:has-text('{words.split()[-1]}')")
    line.focus()
    page.page.keyboard.press("Enter")
    page.see("#hr-step-said .hr-card")
    return str(page.see("#hr-audited [data-audited]").get_attribute("data-audited"))


def step(page: Watched, key: str, shown: int) -> None:
    """Moves the slider by a key."""
    page.see("#hr-step input[type=range]").focus()
    page.page.keyboard.press(key)
    page.see(f"#hr-step-who .hr-card:has-text('Step {shown}:')")


def fold(page: Watched, name: str) -> None:
    """Opens a fold by the keyboard."""
    page.page.get_by_role("button", name=name).focus()
    page.page.keyboard.press("Enter")


def test_an_auditor_does_the_whole_job_without_a_mouse_and_on_a_phone(
    browser: Any, address: str, tmp_path: Path
) -> None:
    with visit(browser, address, accept_downloads=True) as auditor:
        case, page = opened(auditor, "parcel"), auditor.page

        # Step by slider: the edge that the step took is lit, and the evidence stands beside it.
        step(auditor, "ArrowRight", 2)
        auditor.see("#hr-step-graph svg[aria-label*='triggered']")
        auditor.see("#hr-step-said mark:has-text('speak to a human')")
        step(auditor, "ArrowRight", 3)
        fold(auditor, "Packet at this step")
        auditor.see("#hr-step-packet .hr-packet:has-text('human_request')")
        fold(auditor, "LangGraph checkpoint as JSON")
        assert json.loads(auditor.see("#hr-step-checkpoint pre").inner_text())["checkpoint"]["channel_values"]

        fold(auditor, "What differs between two steps")
        auditor.see("#hr-other input").fill("1")
        auditor.see("#hr-compare").press("Enter")
        auditor.see("#hr-differences tr:has-text('checkpoint.memory.latched') ins:has-text('true')")

        auditor.see("#hr-verify").press("Enter")
        auditor.see("#hr-verdict .hr-verdicts:has-text('100 %')")

        fold(auditor, "What another policy would have done")
        policy = tmp_path / "strict.yaml"
        policy.write_text(STRICT.replace("my parcel", "gnomes sing").replace("where is my parcel", "do gnomes sing"))
        page.locator("#hr-policy-file input").set_input_files(policy)
        auditor.see("#hr-would tr.hr-flip:has-text('strict.parcel')")
        auditor.see("#hr-would .hr-flip [data-pick='step|1']").press("Enter")
        auditor.see("#hr-step-who .hr-card:has-text('Step 1:')")

        with page.expect_download(timeout=WAIT_MS) as download:
            auditor.see("#hr-export").press("Enter")
        download.value.save_as(tmp_path / "case.json")
        taken = json.loads((tmp_path / "case.json").read_text())
        assert (taken["conversation"], taken["verified"]["match_rate"]) == (case, 1.0)

        fold(auditor, "Who has looked at this case")
        for purpose in ("Read", "Verified", "Compared", "Exported"):
            auditor.see(f"#hr-looks td:has-text('{purpose}')")

        page.set_viewport_size({"width": 390, "height": 844})
        page.wait_for_function("document.documentElement.clientWidth === 390")
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390, f"on a phone the page is {wide} pixels wide"
