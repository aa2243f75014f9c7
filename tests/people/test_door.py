"""The door itself: whoever calls is named first, and what needs no caller is a short list."""

from __future__ import annotations

import inspect
from dataclasses import fields

import pytest

from conversation.intake import OURS
from service.door import Handrail
from service.system import System
from service.views import Actor, NewConversation
from states.errors import BadInput, ForbiddenRole, NotFound
from states.rights import RIGHTS, Right
from states.vocabulary import Role
from tests.house import DEMO, House

WITHOUT_ACTOR = {"policy", "now", "ping", "delivery_line", "moved"}
"""What tells nothing of any conversation; `moved` tells the API's bell whose streams have something to read."""
CALLS = {name for name in vars(Handrail) if not name.startswith("_")} - WITHOUT_ACTOR


def test_every_call_takes_the_actor_first() -> None:
    assert len(CALLS) >= 20
    for name in CALLS:
        assert list(inspect.signature(getattr(Handrail, name)).parameters)[1] == "actor", name


def test_nothing_that_happens_by_itself_is_behind_the_door() -> None:
    assert not {"tick", "recover", "fault", "relay", "activate", "store", "close"} & set(dir(Handrail))
    assert {"tick", "recover", "fault", "relay"} <= set(dir(System))
    assert "opened_by" not in {one.name for one in fields(NewConversation)}, "the door says who opens, not the caller"


@pytest.mark.parametrize("role", [Role.SYSTEM, Role.ASSISTANT])
@pytest.mark.parametrize("right", list(Right), ids=lambda one: one.name.lower())
def test_the_machine_is_no_caller(house: House, right: Right, role: Role) -> None:
    assert role not in RIGHTS[right]
    with pytest.raises(ForbiddenRole):
        house.door.admit(Actor(id="system", role=role), right)


@pytest.mark.parametrize("name", ["", " anna", "anna ", "a\x00", "x" * 201, "\u200b"])
def test_a_caller_without_a_usable_name_is_nobody(house: House, name: str) -> None:
    for right in Right:
        with pytest.raises((BadInput, ForbiddenRole)):
            house.door.admit(Actor(id=name, role=RIGHTS[right][0]), right)


def test_another_channels_id_is_refused_in_the_words_of_one_that_is_not_there(house: House) -> None:
    other = Actor(id="shop", role=Role.CUSTOMER)
    mine = house.open()
    said = []
    for name in (mine, "nowhere"):
        with pytest.raises(NotFound) as refused:
            house.door.view(other, name)
        said.append(str(refused.value).replace(name, "…"))
    assert said[0] == said[1]
    with pytest.raises(NotFound):
        house.door.open(other, NewConversation(id=mine))


@pytest.mark.parametrize("value", [float("inf"), float("nan"), 2**63, -(2**63)])
def test_no_number_without_bounds_comes_in(house: House, value: float) -> None:
    with pytest.raises(BadInput, match="out of bounds"):
        house.door.open(DEMO, NewConversation(facts={"customer.value": value}))
    for fact in OURS:
        with pytest.raises(BadInput, match="decided here"):
            house.door.open(DEMO, NewConversation(facts={fact: True}))


@pytest.mark.parametrize("name", ["x" * 5_000, "Customer.verified", "customer.verified ", "owner.id"])
def test_the_refusal_of_a_fact_names_only_what_may_be_stated_and_repeats_little(house: House, name: str) -> None:
    with pytest.raises(BadInput, match="may state") as refused:
        house.door.open(DEMO, NewConversation(facts={name: True}))
    allowed = str(refused.value).partition("may state: ")[2]
    assert not any(fact in allowed for fact in OURS)
    assert len(str(refused.value)) < 400
