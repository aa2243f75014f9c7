"""What the desk says when an act is refused: what is missing, in an agent's words; and nobody's words are lost."""

from __future__ import annotations

import pytest

from states.errors import BadInput, GuardRefused
from states.table import TABLE
from states.vocabulary import Event, Role
from tests.house import DEMO, House
from tests.ui.rooms import claimed, handed_over, pick, press
from ui.desk import DeskRoom
from ui.people import DESK_ROLES
from ui.refusals import UNSEEN, WORDS, refusal
from ui.seen import Seen


def test_every_guard_of_a_persons_act_has_words_for_who_meets_it() -> None:
    met = {need for row in TABLE if set(row.roles) & set(DESK_ROLES) for need in row.guard.needs}
    assert met <= set(WORDS)


def test_one_thing_is_named_and_it_is_the_one_that_is_missing(desk: DeskRoom, house: House) -> None:
    seen = claimed(desk, handed_over(house))
    with pytest.warns(UserWarning, match=WORDS["outcome_written", True]) as told:
        press(desk, Event.HANDED_BACK, seen)
    said = str(told[0].message)
    assert not any(words in said for need, words in WORDS.items() if need != ("outcome_written", True))
    assert "handed_back" not in said


def test_what_is_no_guard_speaks_for_itself() -> None:
    assert refusal(BadInput("write more")) == ("refused", "write more")
    assert refusal(GuardRefused("as it is")) == ("refused", "as it is")


@pytest.mark.parametrize("event", [Event.RESOLVED, Event.HANDED_BACK])
def test_what_the_customer_wrote_meanwhile_is_shown_and_the_words_stay(
    desk: DeskRoom, house: House, event: Event
) -> None:
    conversation_id = handed_over(house)
    seen = claimed(desk, conversation_id)
    steps = [
        one["id"] for one in (house.view(conversation_id).handover.packet["action"]["playbook"] or {}).get("steps", ())
    ]  # type: ignore[union-attr]
    for step in steps:
        house.do(conversation_id, Event.STEP_DONE, step=step)
    house.door.post(DEMO, conversation_id, "one more question, how long does delivery take")
    with pytest.warns(UserWarning, match=UNSEEN):
        shown = press(desk, event, seen, note="done")
    assert "one more question" in shown[desk.case.transcript]
    assert desk.case.said not in shown, "what was typed is not taken"
    assert house.view(conversation_id).owner_id == "anna"
    again = press(desk, event, shown[desk.seen], note="done")
    assert Seen.of(again[desk.seen]).newest > Seen.of(seen).newest
    assert house.view(conversation_id).owner_id is None


def test_whoever_looks_after_it_opens_the_desk_as_themselves(desk: DeskRoom, house: House) -> None:
    """Every role that may click on what waits; a role without the button has none, and is nobody else."""
    from tests.ui.rooms import VISITOR, picked

    conversation_id = handed_over(house)
    for role in (Role.ADMIN, Role.AUDITOR, Role.COMPLIANCE_OFFICER):
        shown = desk.pick("", "omar", role.value, VISITOR, picked(conversation_id))
        assert Seen.of(shown[desk.seen]).case.endswith(f":{role.value}:omar")
    assert pick(desk, conversation_id)
