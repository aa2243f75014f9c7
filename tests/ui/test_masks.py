"""Masks at the desk: a button for whom the policy names, an original that is shown once and is nowhere afterwards."""

from __future__ import annotations

import warnings
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from states.vocabulary import Event, Role
from tests.graph.example import policy
from tests.house import House
from tests.ui.browsing import WAIT_MS, chromium, open_desk, visit
from tests.ui.rooms import VISITOR, drawn, picked, told
from tests.ui.server import demo
from ui.conversation import ConversationRoom
from ui.desk import SKIP, DeskRoom
from ui.render.transcript import lift_pick, picked_mask
from ui.seen import Seen

IBAN = "DE89 3704 0044 0532 0130 00"
KEY = b64encode(bytes(range(32))).decode()
KEEP = "privacy: {keep_originals: {kinds: [iban], roles: [compliance_officer]}}\n"
OFFICER = Role.COMPLIANCE_OFFICER.value
REASON = "The refund goes there."


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    opened = House(tmp_path, rules=policy(("guard: {", KEEP + "guard: {")), settings={"originals": {"key": KEY}})
    yield opened
    opened.close()


@pytest.fixture
def desk(house: House) -> DeskRoom:
    return drawn(DeskRoom(house.door, house.settings))


def _open(desk: DeskRoom, case: str, role: str = OFFICER) -> dict[Any, Any]:
    return desk.open(case, (VISITOR, "cleo", role))


def _lift(desk: DeskRoom, seen: str, pick: str, text: str = REASON, role: str = OFFICER) -> dict[Any, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the page says of a refusal
        return desk.lift(seen, "cleo", role, text, VISITOR, picked(pick))


def _case(house: House) -> tuple[str, str]:
    """A case with a mask, and what its button sends."""
    case = house.open()
    return case, lift_pick(house.say(case, f"human please, my iban is {IBAN}").message_id, 1)


def test_an_original_is_shown_once_to_whom_the_policy_names(house: House, desk: DeskRoom) -> None:
    case, pick = _case(house)
    opened = _open(desk, case)
    assert pick in opened[desk.case.transcript]
    assert opened[desk.case.why_lift]["visible"]
    shown = _lift(desk, opened[desk.seen], pick)
    assert IBAN in shown[desk.case.lifted]
    assert told(desk, shown)["taken"] == {"reason": REASON}
    assert [name for name, value in shown.items() if IBAN in str(value)] == [desk.case.lifted]
    assert house.view(case).events[-1].data["note"] == REASON
    # No look at the desk takes it away from under the reader; whoever turns to a case or takes another role does.
    assert desk.poll(shown[desk.seen], "cleo", OFFICER, VISITOR) == SKIP
    house.say(case, "hello?")
    later = desk.poll(shown[desk.seen], "cleo", OFFICER, VISITOR)
    assert desk.case.lifted not in later
    for turned in (_open(desk, case), desk.sit(shown[desk.seen], "cleo", OFFICER, VISITOR)):
        assert turned[desk.case.lifted] == ""
        assert IBAN not in str([later, turned])


@pytest.mark.parametrize(
    "role", [one.value for one in (Role.FRONTLINE_AGENT, Role.ESCALATION_SPECIALIST, Role.AUDITOR)]
)
def test_whom_the_policy_does_not_name_sees_no_button_and_no_original(house: House, desk: DeskRoom, role: str) -> None:
    case, pick = _case(house)
    opened = _open(desk, case, role)
    assert "lift|" not in opened[desk.case.transcript]
    assert not opened[desk.case.why_lift]["visible"]
    shown = _lift(desk, opened[desk.seen], pick, role=role)
    assert IBAN not in str(shown)
    assert Event.MASK_LIFTED not in [one.event for one in house.view(case).events]


@pytest.mark.parametrize("reason", ["", "  ", f"is it {IBAN}?"])
def test_without_a_reason_nothing_is_shown(house: House, desk: DeskRoom, reason: str) -> None:
    case, pick = _case(house)
    shown = _lift(desk, _open(desk, case)[desk.seen], pick, reason)
    assert IBAN not in str(shown)
    assert Event.MASK_LIFTED not in [one.event for one in house.view(case).events]


def test_the_customers_page_has_no_such_button(house: House) -> None:
    room = drawn(ConversationRoom(house.door, house.settings))
    case, _ = _case(house)
    with house.client() as client:
        assert "masks" in client.get(f"/v1/conversations/{case}").json()["messages"][0]
    assert "lift|" not in str(room._show(house.view(case), None))


@pytest.mark.parametrize(
    "pick", ["", "lift|", "lift|1|", "lift|x|m", "lift|-1|m", "lift|11111|m", "claim|1|m", "lift|１|m"]
)
def test_a_click_on_something_else_lifts_nothing(house: House, desk: DeskRoom, pick: str) -> None:
    assert picked_mask(pick) is None
    assert desk.lift(Seen(conversation=house.open()).text(), "cleo", OFFICER, REASON, VISITOR, picked(pick)) == SKIP
    assert picked_mask(lift_pick("a|b", 2)) == ("a|b", 2)


@pytest.mark.browser
def test_an_original_is_gone_from_the_page_when_it_is_loaded_again(tmp_path: Path) -> None:
    (tmp_path / "keeps.yaml").write_text(f"handrail: 1\nname: keeps\nextends: default\n{KEEP}")
    config = tmp_path / "handrail.toml"
    config.write_text(f'policy = "{tmp_path}/keeps.yaml"\n[originals]\nkey = "{KEY}"\n')
    with (
        chromium() as browser,
        demo(tmp_path, config) as address,
        visit(browser, address) as customer,
        visit(browser, address) as agent,
    ):
        customer.say(f"I want to speak to a person about my iban {IBAN}")
        customer.in_state("handed_off")
        open_desk(agent, "about my iban")
        agent.see("#hr-role input").click()
        agent.page.get_by_role("option", name="Compliance officer").click()
        button = agent.see("#hr-desk-chat [data-pick^='lift|1|']")
        agent.see("#hr-lift-why textarea, #hr-lift-why input").fill(REASON)
        button.click()
        assert IBAN in agent.see("#hr-lifted .hr-original code").inner_text()
        assert IBAN not in customer.page.content()
        agent.page.reload()
        open_desk(agent, "about my iban")
        agent.see("#hr-desk-chat .hr-customer")
        assert IBAN not in agent.page.content()
        agent.page.wait_for_function("() => !document.querySelector('.hr-original')", timeout=WAIT_MS)
    assert IBAN.encode() not in (tmp_path / "server.log").read_bytes()
