"""What was recorded is read by whom may, never without a look that is kept before; an archive can do nothing else."""

from __future__ import annotations

import types
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.wiring import load_policy
from policy.loader import load_text
from service.archive import COVERED, Archive, LookBook, Purpose, Search
from service.record import Look
from service.views import Actor
from states.errors import BadInput, ForbiddenRole, NotFound, StoreUnavailable
from states.rights import RIGHTS, Right
from states.vocabulary import Event, Role
from tests.house import AUDITOR, House
from tests.service.reach import acting, reached

CARD = "4111 1111 1111 1111"
OTHER = Actor(id="eva", role=Role.AUDITOR)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    opened = House(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def case(house: House) -> str:
    """A conversation that a person has."""
    name = house.open("c1")
    house.say(name, "human please")
    house.do(name, Event.CLAIMED)
    return name


def kept(house: House) -> list[Look]:
    """All looks, oldest first."""
    return [*reversed(house.door.archive.looks(AUDITOR, 1000))]


# Looks


def test_each_look_says_who_looked_at_what_and_what_for(house: House, case: str) -> None:
    archive, version = house.door.archive, house.view(case).version
    archive.find(AUDITOR, Search(words=("human",), states=("handed_off",)), 10)
    archive.case(AUDITOR, case)
    archive.case(OTHER, case, Purpose.COMPARED, policy="abc")
    archive.view(OTHER, case)
    archive.ids(OTHER, Purpose.VERIFIED)
    told = [(one.actor_id, one.purpose, one.conversation_id, one.version, dict(one.data)) for one in kept(house)]
    assert told == [
        ("avi", "found", None, None, {"words": ["human"], "states": ["handed_off"], "page": False}),
        ("avi", "read", case, version, {}),
        ("eva", "compared", case, version, {"policy": "abc"}),
        ("eva", "read", case, version, {}),
        ("eva", "verified", None, None, {"all": True}),
    ]
    assert {one.at for one in kept(house)} == {house.clock.now()}
    assert archive.first_broken_look(AUDITOR) is None


def test_turning_from_step_to_step_is_one_look_until_something_happens_or_time_has_passed(
    house: House, case: str
) -> None:
    archive = house.door.archive
    for _ in range(5):
        archive.case(AUDITOR, case)
        archive.checkpoints(AUDITOR, case, [])
    assert len(kept(house)) == 1
    archive.case(OTHER, case)
    assert len(kept(house)) == 2, "nobody looks under somebody else's look"
    house.do(case, Event.AGENT_REPLIED, text="Hello")
    archive.case(AUDITOR, case)
    assert len(kept(house)) == 3, "what is new is a new look"
    house.clock.advance(COVERED + timedelta(seconds=1))
    archive.case(AUDITOR, case)
    assert len(kept(house)) == 4
    archive.case(AUDITOR, case, Purpose.EXPORTED)
    archive.case(AUDITOR, case, Purpose.EXPORTED)
    assert len(kept(house)) == 6, "what is taken along is one look each time"


@pytest.mark.parametrize("look", ["find", "case", "view", "checkpoints", "ids"])
def test_what_cannot_be_kept_as_a_look_is_not_shown(house: House, case: str, look: str) -> None:
    class Full(LookBook):
        def keep(self, look: Any) -> int:
            raise StoreUnavailable("the disk is full")

    archive = Archive(house.store.reader, Full(house.store), house.system._runtime.admission, house.clock)
    asked: dict[str, tuple[Any, ...]] = {
        "find": (Search(), 10), "case": (case,), "view": (case,), "checkpoints": (case, ["x"]), "ids": (Purpose.READ,),
    }  # fmt: skip
    with pytest.raises(StoreUnavailable):
        getattr(archive, look)(AUDITOR, *asked[look])


@pytest.mark.parametrize("role", list(Role), ids=lambda one: one.value)
def test_who_may_not_audit_sees_nothing_and_leaves_no_look(house: House, case: str, role: Role) -> None:
    archive, actor = house.door.archive, Actor(id="root", role=role)
    calls = (
        lambda: archive.find(actor, Search(), 1), lambda: archive.case(actor, case), lambda: archive.view(actor, case),
        lambda: archive.ids(actor, Purpose.READ), lambda: archive.looks(actor, 1), lambda: archive.policies(actor),
        lambda: archive.checkpoints(actor, case, []), lambda: archive.first_broken_look(actor),
        lambda: archive.used_policy(actor, house.door.policy.hash),
    )  # fmt: skip
    if role in RIGHTS[Right.AUDIT]:
        assert all(call() is not NotImplemented for call in calls)
        return
    for call in calls:
        with pytest.raises(ForbiddenRole):
            call()
    assert kept(house) == []


def test_whom_the_policy_does_not_name_for_the_role_may_not_audit(tmp_path: Path) -> None:
    listed = House(tmp_path, rules=load_text("handrail: 1\nname: listed\nextends: default\nroles: {auditor: [avi]}\n"))
    with pytest.raises(ForbiddenRole):
        listed.door.archive.find(Actor(id="mallory", role=Role.AUDITOR), Search(), 1)
    listed.close()


def test_no_private_data_is_kept_of_a_search(tmp_path: Path) -> None:
    opened = House(tmp_path, rules=load_policy("default"))
    opened.door.archive.find(AUDITOR, Search(words=(CARD, "gas"), agent=CARD, trigger=CARD), 10)
    (look,) = kept(opened)
    assert "4111" not in str(look.data)
    assert "gas" in look.data["words"]
    opened.close()


# Reading


def test_what_is_not_there_is_not_found(house: House) -> None:
    archive = house.door.archive
    calls = (
        lambda: archive.case(AUDITOR, "nobody"), lambda: archive.view(AUDITOR, "nobody"),
        lambda: archive.checkpoints(AUDITOR, "nobody", []), lambda: archive.used_policy(AUDITOR, "f" * 64),
    )  # fmt: skip
    for call in calls:
        with pytest.raises(NotFound):
            call()
    with pytest.raises(BadInput):
        archive.find(AUDITOR, Search(), 10, "strange")


def test_pages_lead_through_everything_that_fits(house: House) -> None:
    for number in range(7):
        house.clock.advance(timedelta(minutes=1))
        house.say(house.open(f"p{number}"), "human please")
    archive, names, cursor = house.door.archive, [], ""
    while True:
        page = archive.find(AUDITOR, Search(words=("human",)), 3, cursor)
        names += [one.id for one in page.items]
        assert page.total == 7
        if page.following is None:
            break
        cursor = page.following
    assert names == [f"p{number}" for number in reversed(range(7))]


def test_a_case_has_its_record_packets_and_checkpoints(house: House, case: str) -> None:
    archive = house.door.archive
    found = archive.case(AUDITOR, case)
    assert [one.event for one in found.record.events] == [Event.TRIGGER_FIRED, Event.PACKET_READY, Event.CLAIMED]
    assert [one.packet["why"]["reason_code"] for one in found.handovers] == ["human_request"]
    last = found.record.events[-1].checkpoint_id or ""
    told = archive.checkpoints(AUDITOR, case, [last, "nothing"])
    assert told["nothing"] is None
    assert told[last] is not None
    assert told[last]["checkpoint"]["channel_values"]["state"] == "agent_verifying"


def test_a_policy_that_once_decided_is_read_back(house: House, case: str) -> None:
    (one,) = house.door.archive.policies(AUDITOR)
    assert house.door.archive.used_policy(AUDITOR, one.hash).hash == house.door.policy.hash == one.hash


# It can do nothing else


def test_nothing_that_acts_can_be_reached_from_an_archive(house: House) -> None:
    assert acting(house.door.archive) == set()
    names = set(reached(house.door.archive))
    assert {"service.archive.LookBook", "store.database.Reader", "service.admission.Admission"} <= names


def test_the_database_is_written_by_the_book_of_looks_alone(house: House) -> None:
    archive = house.door.archive
    without: Any = types.SimpleNamespace(**{**vars(archive), "_book": None})
    stores = {"store.database.Store", "tests.house.BreakableStore"}
    assert set(reached(vars(archive)["_book"])) & stores, "that is how a look is kept"
    assert not set(reached(vars(without))) & stores


@pytest.mark.parametrize("way", ["attribute", "closure", "method"])
def test_an_archive_with_a_door_in_it_is_found(house: House, way: str) -> None:
    """Mutants: a door in an attribute, in a closure, behind a bound method."""
    archive: Any = house.door.archive
    archive.extra = {"attribute": house.door, "closure": lambda: house.door, "method": house.door.act}[way]
    assert "service.door.Handrail" in acting(archive)
