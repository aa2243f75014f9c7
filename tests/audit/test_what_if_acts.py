"""Whatever people did, under the policy of the day it is what it was: no act is lost on the way into the memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from audit.recorded_turn import rules_of
from audit.what_if import Turn, WhatIf
from handover.people.directory import FileDirectory
from service.record import ConversationRecord
from service.views import Actor
from states.table import TABLE
from states.vocabulary import STAFF, Event, Role
from store import queries
from tests.graph.example import ANNA, BEN, CLEO, SARA
from tests.house import AUDITOR, House
from tests.people.example import DIRECTORY, ROOT, policy

E = Event
Done = str | tuple[Event, Actor, str, dict[str, Any]]
CONSENT, CODE = "{consent}", "{code}"
"""Stand for what is only known when it is there: the hash of a request, the code that was sent."""


def did(event: Event, actor: Actor = ANNA, text: str = "", **data: Any) -> Done:
    return event, actor, text, data


SEEN = did(E.IDENTITY_VERIFIED, text="I saw the passport", method="attestation")
REFUND = did(E.EXCEPTION_REQUESTED, text="refund it", kind="refund", amount=20)
EDIT = {"field": "context.intent", "verdict": "edit", "value": "another street"}
SCRIPTS: dict[str, tuple[Done, ...]] = {
    "steps": (
        "change my address", did(E.CLAIMED), did(E.STEP_DONE, step="checked"), did(E.STEP_UNDONE, step="checked"),
        did(E.PACKET_REVIEWED, fields=[EDIT, {"field": "context.summary", "verdict": "accept"}]), SEEN,
        did(E.RESOLVED, text="done", steps_done=["checked"]),
    ),
    "failed": ("change my address", did(E.CLAIMED), did(E.VERIFICATION_FAILED, method="attestation"), SEEN),
    "gave up": ("change my address", did(E.CLAIMED), *[did(E.VERIFICATION_FAILED, method="attestation")] * 3),
    "knowledge": (
        "my balance", did(E.CLAIMED), did(E.IDENTITY_VERIFIED, method="knowledge", question="pet", answer="Rex"),
        did(E.RESOLVED, text="told"),
    ),
    "wrong code": (
        "change my address", did(E.CLAIMED), did(E.CODE_SENT), did(E.IDENTITY_VERIFIED, method="code", code="000000"),
    ),
    "right code": (
        "change my address", did(E.CLAIMED), did(E.CODE_SENT), did(E.IDENTITY_VERIFIED, method="code", code=CODE),
        did(E.STEP_DONE, step="checked"),
    ),
    "approved": (
        "human please", did(E.CLAIMED), REFUND, did(E.EXCEPTION_APPROVED, CLEO, "ok", request_hash=CONSENT),
        did(E.AGENT_REPLIED, text="It is paid."), did(E.RESOLVED, text="refunded"),
    ),
    "denied": (
        "human please", did(E.CLAIMED), REFUND, did(E.EXCEPTION_DENIED, CLEO, "no", request_hash=CONSENT),
        did(E.ESCALATED, text="help"), did(E.CLAIMED, SARA), did(E.RELEASED, ROOT, "later"),
    ),
    "handed back": (
        "change my address", did(E.CLAIMED), SEEN, did(E.STEP_DONE, step="checked"),
        did(E.HAND_BACK_REQUESTED, text="done"), did(E.HAND_BACK_REFUSED, CLEO, "no", request_hash=CONSENT),
        did(E.HAND_BACK_REQUESTED, text="all done"), did(E.HAND_BACK_AGREED, CLEO, "yes", request_hash=CONSENT),
        did(E.HANDED_BACK, text="all done"), "when do you deliver",
    ),
    "regulated": (
        "my lawyer will write", did(E.CLAIMED),
        did(E.AGENT_REPLIED, template={"id": "legal.received", "values": {"name": "Jane"}}),
        did(E.RESOLVED, text="done"),
    ),
    "taken over": ("when do you deliver", did(E.TRIGGER_FIRED, BEN, "I know them"), did(E.CLAIMED, BEN)),
}  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("acts")
    (folder / "customers.yaml").write_text(DIRECTORY)
    opened = House(folder, rules=policy(), directory=FileDirectory(folder / "customers.yaml"))
    yield opened
    opened.close()


def _filled(house: House, name: str, data: dict[str, Any]) -> dict[str, Any]:
    """The act's data with what is only known now."""
    known: dict[str, Callable[[], str]] = {
        CONSENT: lambda: str((house.view(name).consent or {})["hash"]), CODE: lambda: _code(house, name)
    }  # fmt: skip
    return {key: known[value]() if isinstance(value, str) and value in known else value for key, value in data.items()}


def _code(house: House, name: str) -> str:
    with house.store.read() as connection:
        handover = queries.handover_of(connection, name)
    assert handover is not None
    assert handover.code is not None
    return house.system.codes.code(handover.code)


def _lived(house: House, script: str) -> ConversationRecord:
    name = house.open()
    # All are the same customer's: what failed in one must not count in the next.
    house.clock.advance(house.door.policy.policy.verification.within.delta)
    for one in SCRIPTS[script]:
        house.clock.advance(timedelta(seconds=20))
        if isinstance(one, str):
            house.say(name, one)
        else:
            event, actor, text, data = one
            house.do(name, event, actor, text, **_filled(house, name, data))
    return house.door.archive.case(AUDITOR, name).record


@pytest.mark.parametrize("script", SCRIPTS)
def test_under_the_policy_of_the_day_each_act_is_what_it_was(house: House, script: str) -> None:
    record = _lived(house, script)
    turns = [*WhatIf(record, rules_of(house.door.policy)).turns()]
    assert [(one.step, one.turn, one.why) for one in turns if one.turn is not Turn.SAME] == []


def test_every_act_of_people_is_tried() -> None:
    people = {*STAFF, Role.ADMIN}
    acts = {row.event for row in TABLE if people & {*row.roles}} - {Event.MASK_LIFTED}
    tried = {one[0] for script in SCRIPTS.values() for one in script if not isinstance(one, str)}
    assert tried == acts, "a mask that is lifted moves nothing and needs an original that is kept"
