"""The queue is ordered, filtered and cut in SQL as the rules say; what comes or goes before a page leaves it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import Connection, event

from handover.deadlines.urgency import urgency
from handover.people.presence import Person
from handover.people.routing import ranked
from policy.schema import Severity
from states.table import allowed_events
from states.vocabulary import Event, Role, State
from store.waiting import Page, Place, Wanted, next_cases, queue_page, waiting_before
from tests.store.example import NOW, Bench

ROLES = (Role.FRONTLINE_AGENT, Role.COMPLIANCE_OFFICER)


@dataclass(frozen=True, kw_only=True)
class Line:
    """A row as the rules of routing read it."""

    id: str
    state: State
    severity: str
    team: str
    language: str
    skills: tuple[str, ...]
    owner_id: str | None
    claim_due_at: datetime
    waiting_since: datetime


def line(row: Any) -> Line:
    names = ("id", "severity", "team", "language", "claim_due_at", "waiting_since")
    return Line(
        state=State(row["conversation_state"]), skills=tuple(row["skills"]), owner_id=row["owner"],
        **{name: row[name] for name in names},
    )  # fmt: skip


def pages(bench: Bench, limit: int, wanted: Wanted | None = None) -> list[Page]:
    """From the first to the last."""
    found: list[Page] = []
    after: Place | None = None
    for _ in range(200):
        found.append(bench.rows(lambda connection, at=after: queue_page(connection, limit, at, wanted)))
        after = found[-1].following
        if after is None:
            return found
    raise AssertionError("the pages never end")


def names(page: Page) -> list[str]:
    return [row["id"] for row in page.rows]


def fill(bench: Bench, many: int, seed: int = 1) -> None:
    chance = Random(seed)
    for number in range(many):
        bench.open(f"c{number}")
        owner = chance.choice([None, None, "ben"])
        state = State.AGENT_VERIFYING if owner else chance.choice([State.HANDED_OFF, State.ESCALATED])
        bench.hand_over(
            f"c{number}", f"ho{number:03}", severity=chance.choice([*Severity]).value,
            team=chance.choice(["safety", "billing"]), language=chance.choice(["en", "de"]),
            skills=chance.choice([[], [], ["german"], ["german", "law"]]),
            claim_due_at=NOW + timedelta(minutes=chance.randrange(3)),
            waiting_since=NOW - timedelta(minutes=chance.randrange(3)),
        )  # fmt: skip
        bench.commit(f"c{number}", state=state, owner_id=owner, owner_role=Role.FRONTLINE_AGENT if owner else None)


def test_pages_together_are_the_queue_in_the_order_of_urgency(bench: Bench) -> None:
    fill(bench, 17)
    for limit in (1, 4, 17, 20):
        found = pages(bench, limit)
        lines = [line(row) for page in found for row in page.rows]
        assert lines == sorted(lines, key=lambda one: (urgency(one), one.id))
        assert len(lines) == 17
        assert {page.total for page in found} == {17}
        assert [page.begin for page in found] == [limit * number for number in range(len(found))]
        # The page before each one begins where that began.
        ends = [None, *(page.following for page in found[:-1])]
        assert [page.previous for page in found[1:]] == ends[:-1]


@pytest.mark.parametrize("teams", [(), ("safety",)])
@pytest.mark.parametrize("languages", [(), ("de",)])
@pytest.mark.parametrize("skills", [(), ("german",), ("german", "law")])
def test_what_one_person_may_take_is_what_the_rules_say(
    bench: Bench, teams: tuple[str, ...], languages: tuple[str, ...], skills: tuple[str, ...]
) -> None:
    fill(bench, 14)
    every = [line(row) for row in pages(bench, 50)[0].rows]
    for role in ROLES:
        states = tuple(state.value for state in State if Event.CLAIMED in allowed_events(state, role))
        person = Person(id="anna", role=role, teams=teams, languages=languages, skills=skills)
        wanted = Wanted(states=states, teams=teams, languages=languages, skills=frozenset(skills))
        found = [line(row) for page in pages(bench, 3, wanted) for row in page.rows]
        assert {one.id for one in found} == {one.id for one in ranked(person, every)}
        assert found == list(ranked(person, sorted(every, key=lambda one: one.id)))


def test_a_page_stays_while_cases_come_and_go_before_it(bench: Bench) -> None:
    fill(bench, 9)
    first, second, _ = pages(bench, 3)
    shown = names(second)
    bench.open("new")
    bench.hand_over("new", "ho-new", severity="critical", claim_due_at=NOW - timedelta(hours=1))
    gone = first.rows[-1]
    bench.commit(gone["conversation_id"], handover_changed={"open": False, "closed_at": NOW}, state=State.RESOLVED)
    bench.commit(second.rows[0]["conversation_id"], owner_id="anna", owner_role=Role.FRONTLINE_AGENT)
    after = first.following
    again = bench.rows(lambda connection: queue_page(connection, 3, after))
    assert names(again) == shown, "neither a new case nor one that left or was claimed moves a line"
    assert (again.begin, again.total) == (3, 9)
    assert names(bench.rows(lambda connection: queue_page(connection, 3)))[0] == "ho-new"


@pytest.mark.parametrize("seed", range(3))
def test_the_next_cases_are_the_first_of_the_whole_queue(bench: Bench, seed: int) -> None:
    """Some hundreds of cases at random, for persons at random: the same as from the list that holds them all."""
    fill(bench, 250, seed)
    every = sorted((line(row) for row in pages(bench, 500)[0].rows), key=lambda one: one.id)
    chance = Random(seed)
    for _ in range(12):
        teams, languages = chance.choice([(), ("safety",)]), chance.choice([(), ("de",)])
        skills, role = chance.choice([(), ("german",), ("german", "law")]), chance.choice(ROLES)
        states = tuple(state.value for state in State if Event.CLAIMED in allowed_events(state, role))
        person = Person(id="anna", role=role, teams=teams, languages=languages, skills=skills)
        wanted = Wanted(states=states, teams=teams, languages=languages, skills=frozenset(skills))
        first = bench.rows(lambda connection, asked=wanted: next_cases(connection, 7, asked))
        beyond = bench.rows(lambda connection, asked=wanted, at=first[-1].place: next_cases(connection, 7, asked, at))
        assert [one.place.handover_id for one in (*first, *beyond)] == [one.id for one in ranked(person, every)][:14]


def test_what_is_read_for_the_next_case_does_not_grow_with_the_queue(bench: Bench) -> None:
    def read(connection: Connection) -> tuple[int, int]:
        statements: list[str] = []
        event.listen(connection, "before_cursor_execute", lambda *told: statements.append(told[2]))
        states = tuple(state.value for state in State)
        found = next_cases(connection, 5, Wanted(states=states, skills=frozenset({"german"})))
        return len(statements), len(found)

    fill(bench, 10)
    short = bench.rows(read)
    for number in range(10, 200):
        bench.open(f"c{number}")
        bench.hand_over(f"c{number}", f"ho{number:03}")
    assert bench.rows(read) == short == (3, 5)


@pytest.mark.parametrize("seed", range(2))
def test_what_waits_before_a_case_is_counted_by_what_could_bar_somebody(bench: Bench, seed: int) -> None:
    fill(bench, 60, seed)
    rows = list(pages(bench, 100)[0].rows)
    for languages in ((), ("de",)):
        wanted = Wanted(states=("handed_off",), languages=languages)
        spoken = sorted((line(row) for row in rows), key=lambda one: one.id)
        places = {
            one.id: (urgency(one)[0], bool(languages) and one.language not in languages, *urgency(one)[1:], one.id)
            for one in spoken
        }
        for row in (rows[0], rows[30], rows[59]):
            found = bench.rows(
                lambda connection, at=row, by=wanted: waiting_before(connection, at["conversation_id"], by)
            )
            told = {(one["state"], one["team"], one["skills"]): one["many"] for one in found}
            earlier = [one for one in spoken if one.owner_id is None and places[one.id] < places[row["id"]]]
            assert told == Counter((one.state.value, one.team, one.skills) for one in earlier)
    whole = bench.rows(lambda connection: waiting_before(connection, "", Wanted(states=())))
    assert sum(one["many"] for one in whole) == sum(row["owner"] is None for row in rows)
