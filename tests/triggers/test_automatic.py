"""A machine's message is known as one, and nothing that a person wrote is taken for one."""

from __future__ import annotations

import pytest

from policy.loader import load_pack
from tests.packs.english_messages import FRESH, ROUTINE
from tests.packs.life_threat_messages import LIFE_THREATS
from tests.packs.test_translations import NEEDS_A_PERSON
from tests.packs.test_translations import ROUTINE as ROUTINE_ELSEWHERE
from tests.triggers.automatic_messages import (
    ADVERTS,
    BOUNCES,
    HINTED,
    OUT_OF_OFFICE,
    PEOPLE,
    PERSONAL,
    PROVEN,
    RECEIVED,
)
from tests.triggers.automatic_notices import NOTICES, TITLES
from triggers.automatic import Automatic, AutomaticKind, automatic
from triggers.automatic_words import MOST

NO_HEADERS: dict[str, str] = {}
OWN_MATTER = "I never got my order, can you help?"


def _customers() -> list[str]:
    blocks = (*LIFE_THREATS.values(), *NEEDS_A_PERSON.values(), *ROUTINE_ELSEWHERE.values())
    lines = [line.strip() for block in blocks for line in block.strip().splitlines()]
    vectors = [
        vector.text
        for trigger in load_pack("default").policy.triggers
        for vector in (*trigger.vectors.positive, *trigger.vectors.negative, *trigger.vectors.lookalike)
        if vector.text
    ]
    return [*lines, *vectors, *ROUTINE, *(text for texts in FRESH.values() for text in texts)]


def test_there_are_enough_examples_on_each_side() -> None:
    machines = len(OUT_OF_OFFICE) + len(RECEIVED) + len(BOUNCES) + len(PROVEN) + len(HINTED) * len(ADVERTS)
    assert machines >= 250
    assert len(PEOPLE) + len(HINTED) + len(PERSONAL) >= 90
    assert len(_customers()) >= 2_000


def test_out_of_office_is_known_by_its_words_alone() -> None:
    missed = [text for text in (*OUT_OF_OFFICE, *NOTICES, *RECEIVED) if automatic(NO_HEADERS, text) is None]
    assert missed == []


def test_a_report_of_the_mail_system_is_known_by_its_words_alone() -> None:
    found = [automatic(NO_HEADERS, text) for text in (*BOUNCES, *TITLES)]
    assert [text for text, one in zip((*BOUNCES, *TITLES), found, strict=True) if one is None] == []
    assert {one.kind for one in found if one} == {AutomaticKind.DELIVERY_REPORT}


@pytest.mark.parametrize("text", PEOPLE)
def test_what_a_person_writes_about_absences_and_reports_is_a_persons(text: str) -> None:
    assert automatic(NO_HEADERS, text) is None


def test_no_customer_of_the_packs_is_a_machine() -> None:
    assert [text for text in _customers() if automatic(NO_HEADERS, text)] == []


def test_a_need_beside_an_automatic_reply_makes_it_a_persons() -> None:
    """Whatever a person adds to the words of a machine, they are heard."""
    needs = [vector.text for t in load_pack("default").policy.triggers for vector in t.vectors.positive if vector.text]
    pairs = [(text, needs[at % len(needs)]) for at, text in enumerate((OUT_OF_OFFICE + NOTICES + TITLES) * 3)]
    lost = [
        both for text, need in pairs for both in (f"{text} {need}", f"{need}. {text}") if automatic(NO_HEADERS, both)
    ]
    assert len(pairs) >= 400
    assert lost == []


@pytest.mark.parametrize("headers", PROVEN, ids=[str(one)[:60] for one in PROVEN])
def test_headers_prove_a_machine_whatever_the_words(headers: dict[str, str]) -> None:
    found = automatic(headers, OWN_MATTER)
    assert found is not None
    assert found.because in {name.lower() for name in headers}


@pytest.mark.parametrize("headers", HINTED, ids=[str(one)[:60] for one in HINTED])
def test_headers_that_groups_add_count_only_where_nobody_speaks(headers: dict[str, str]) -> None:
    """A support address that is a group puts List-Id and Precedence on every customer's mail."""
    assert [text for text in ADVERTS if automatic(headers, text) is None] == []
    assert automatic(headers, OWN_MATTER) is None
    assert automatic(headers, "my kitchen smells of gas") is None


@pytest.mark.parametrize("headers", PERSONAL, ids=[str(one)[:60] for one in PERSONAL])
def test_headers_of_a_persons_mail_prove_nothing(headers: dict[str, str]) -> None:
    assert automatic(headers, "New in the shop") is None


def test_the_channel_knows_best() -> None:
    assert automatic(NO_HEADERS, OWN_MATTER, marked=True) == Automatic(kind=AutomaticKind.MARKED, because="channel")
    assert automatic({"Auto-Submitted": "auto-generated"}, OWN_MATTER, marked=False) is None


def test_why_it_is_automatic_holds_nothing_of_the_message() -> None:
    names = {name.lower() for headers in (*PROVEN, *HINTED) for name in headers}
    said = {one.because for h in (*PROVEN, *HINTED) for text in (*BOUNCES, "") if (one := automatic(h, text))}
    assert said <= names | {"words"}


def test_words_of_a_long_text_decide_nothing() -> None:
    """Beyond its bound a text is read by its headers alone, and goes to a person without them."""
    longest = OUT_OF_OFFICE[0] + " " * (MOST - len(OUT_OF_OFFICE[0]))
    assert automatic(NO_HEADERS, longest) is not None
    assert automatic(NO_HEADERS, longest + " ") is None
