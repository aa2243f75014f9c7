"""One person under every spelling: nobody is at the desk twice, and nobody approves their own words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.views import Actor, Attendance
from states.errors import GuardRefused
from states.vocabulary import Role
from tests.house import AUDITOR, House
from tests.people.example import policy

OMAR = ("Omar", "OMAR", "оmar", "ｏｍａｒ", "om\u0430r", "0mar", "ornar", "omár", "o\u200bmar")
"""Spellings of omar that the rules for names accept, or refuse."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    opened = House(tmp_path_factory.mktemp("spellings"), rules=policy())
    yield opened
    opened.close()


@pytest.mark.parametrize("spelling", [one for one in OMAR if one.isprintable()])
def test_author_approves_no_words_of_their_own(house: House, spelling: str) -> None:
    drafted = house.door.draft_template(Actor(id="omar", role=Role.COMPLIANCE_OFFICER), "spelt", "en", "It is paid.")
    other = Actor(id=spelling, role=Role.COMPLIANCE_OFFICER)
    with pytest.raises(GuardRefused, match="second person"):
        house.door.approve_template(other, "spelt", "en", int(drafted.version), drafted.hash)
    cleo = Actor(id="cleo", role=Role.COMPLIANCE_OFFICER)
    assert house.door.approve_template(cleo, "spelt", "en", int(drafted.version), drafted.hash).approved_by == "cleo"


def test_nobody_is_at_the_desk_twice(tmp_path: Path) -> None:
    house = House(tmp_path, rules=policy())
    first = Actor(id="omar", role=Role.FRONTLINE_AGENT)
    house.door.attend(first, Attendance(teams=("safety",), capacity=2))
    for spelling in OMAR:
        if spelling.isprintable():
            seen = house.door.attend(Actor(id=spelling, role=Role.FRONTLINE_AGENT))
            assert (seen.id, seen.teams, seen.capacity) == ("omar", ("safety",), 2)
    house.door.attend(Actor(id="anna", role=Role.FRONTLINE_AGENT))
    assert [one.id for one in house.door.people(AUDITOR)] == ["anna", "omar"]
    house.close()
