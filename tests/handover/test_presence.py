"""Cases go to people who are there and may take them; who is not there is not promised."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.packet.assemble import assemble, minimal
from handover.people.presence import Person, Staffing, is_online, staffing
from handover.people.routing import may_take, pages_at_once, ranked, suggest
from policy.schema import LANGUAGES
from states.vocabulary import Role, State
from tests.handover.example import NOW, POLICY, UNHURRIED, case, fired, loaded

WITHIN = timedelta(seconds=90)
SATURDAY = datetime.fromisoformat("2026-06-13T10:00:00+00:00")


def person(name: str = "ana", **changes: Any) -> Person:
    return Person(**{"id": name, "role": Role.FRONTLINE_AGENT, "seen_at": NOW, **changes})


@dataclass(frozen=True, kw_only=True)
class Case:
    """A line of the queue."""

    name: str = "case"
    severity: str = "normal"
    claim_due_at: datetime = NOW
    waiting_since: datetime = NOW
    state: State = State.HANDED_OFF
    team: str = "support"
    skills: tuple[str, ...] = ()
    language: str = "en"
    owner_id: str | None = None


@pytest.mark.parametrize(
    ("changes", "online"),
    [
        ({}, True),
        ({"seen_at": NOW - timedelta(seconds=90)}, True),
        ({"seen_at": NOW - timedelta(seconds=91)}, False),
        ({"seen_at": NOW + timedelta(days=1)}, False),
        ({"seen_at": None}, False),
        ({"available": False}, False),
    ],
)
def test_online_is_who_is_available_and_was_seen_a_moment_ago(changes: dict[str, Any], online: bool) -> None:
    assert is_online(person(**changes), NOW, WITHIN) is online


def test_a_team_nobody_ever_worked_for_is_unknown_and_not_empty() -> None:
    there, gone = person(teams=("billing",)), person("ben", teams=("legal",), available=False)
    assert staffing((), "legal", NOW, WITHIN) is Staffing.UNKNOWN
    assert staffing((there, gone), "safety", NOW, WITHIN) is Staffing.UNKNOWN
    assert staffing((there, gone), "legal", NOW, WITHIN) is Staffing.NOBODY
    assert staffing((there, gone, person("zoe")), "legal", NOW, WITHIN) is Staffing.ONLINE


@pytest.mark.parametrize(
    ("item", "allowed"),
    [
        (Case(), True),
        (Case(team="legal"), False),
        (Case(skills=("law",)), False),
        (Case(skills=("refunds",)), True),
        (Case(owner_id="ben"), False),
        (Case(state=State.ESCALATED), False),
        (Case(state=State.AGENT_VERIFYING), False),
    ],
)
def test_a_person_takes_what_role_team_and_skills_allow(item: Case, allowed: bool) -> None:
    assert may_take(person(teams=("support",), skills=("refunds",)), item) is allowed


def test_a_senior_takes_escalated_cases_too() -> None:
    assert may_take(person(role=Role.ESCALATION_SPECIALIST), Case(state=State.ESCALATED))


def test_the_most_severe_comes_first_then_ones_own_language_then_the_deadline() -> None:
    later = NOW + timedelta(hours=1)
    waiting = (
        Case(name="early"), Case(name="late", claim_due_at=later),
        Case(name="german", language="de", claim_due_at=later),
        Case(name="danger", language="fr", severity="critical"), Case(name="law", skills=("law",)),
    )  # fmt: skip
    assert [one.name for one in ranked(person(languages=("de",)), waiting)] == ["danger", "german", "early", "late"]
    assert [one.name for one in ranked(person(), waiting)] == ["danger", "early", "late", "german"]


def test_who_speaks_the_language_and_has_the_least_in_hand_is_suggested() -> None:
    busy = person("busy", languages=("de",), workload=4)
    idle = person("idle", languages=("de",))
    english = person("english", languages=("en",))
    full, away = person("full", workload=5), person("away", available=False)
    people = (busy, idle, english, full, away)
    assert suggest(Case(language="de"), people, NOW, WITHIN) == idle
    assert suggest(Case(language="en"), people, NOW, WITHIN) == english
    assert suggest(Case(language="de"), (busy, english, full, away), NOW, WITHIN) == busy
    assert suggest(Case(), (full, away), NOW, WITHIN) is None


_PEOPLE = st.builds(
    Person,
    id=st.sampled_from(["ana", "ben", "cleo"]),
    role=st.sampled_from([Role.FRONTLINE_AGENT, Role.ESCALATION_SPECIALIST]),
    teams=st.lists(st.sampled_from(["support", "legal"]), max_size=2).map(tuple),
    skills=st.lists(st.sampled_from(["law", "refunds"]), max_size=2).map(tuple),
    languages=st.lists(st.sampled_from(["en", "de"]), max_size=2).map(tuple),
    capacity=st.integers(0, 3),
    available=st.booleans(),
    seen_at=st.sampled_from([NOW, NOW - timedelta(minutes=5)]),
    workload=st.integers(0, 3),
)
_ITEMS = st.builds(
    Case,
    severity=st.sampled_from(["critical", "high", "normal", "low"]),
    claim_due_at=st.sampled_from([NOW, NOW + timedelta(hours=1)]),
    state=st.sampled_from([State.HANDED_OFF, State.ESCALATED]),
    team=st.sampled_from(["support", "legal"]),
    skills=st.lists(st.sampled_from(["law", "refunds"]), max_size=2).map(tuple),
    language=st.sampled_from(["en", "de"]),
    owner_id=st.none() | st.just("ben"),
)


@UNHURRIED
@given(people=st.lists(_PEOPLE, max_size=4), items=st.lists(_ITEMS, max_size=6))
def test_nobody_is_suggested_or_shown_what_they_may_not_take(people: list[Person], items: list[Case]) -> None:
    for item in items:
        found = suggest(item, people, NOW, WITHIN)
        assert found is None or (is_online(found, NOW, WITHIN) and found.free and may_take(found, item))
    for one in people:
        shown = ranked(one, items)
        assert all(may_take(one, item) for item in shown)
        assert len(shown) == sum(may_take(one, item) for item in items)
        severities = [["critical", "high", "normal", "low"].index(item.severity) for item in shown]
        assert severities == sorted(severities)


# Routes


ROUTED = POLICY.replace(
    "route: {team: safety}", "route: {team: safety, out_of_hours: {team: night_watch, skills: [en]}}"
)
FALLBACK = ROUTED.replace("scripts:\n", "presence: {fallback_team: operations}\nscripts:\n", 1)
GAS = case(fired=(fired("safety.gas"),), waiting_since=NOW)
GONE = timedelta(hours=1)


def why(text: str, **changes: Any) -> Any:
    return assemble(replace(GAS, **changes), loaded(text)).why


def test_out_of_hours_the_route_leads_elsewhere_and_the_packet_says_so() -> None:
    assert (why(ROUTED).team, why(ROUTED).skills) == ("safety", ())
    night = why(ROUTED, now=SATURDAY, waiting_since=SATURDAY)
    assert (night.team, night.skills) == ("night_watch", ("en",))
    assert {"out_of_hours", "routed:out_of_hours"} <= set(night.flags)


def test_where_nobody_of_the_team_is_online_the_fallback_team_takes_it() -> None:
    gone = person("ana", teams=("safety",), seen_at=NOW - GONE)
    there = person("ben", teams=("operations",))
    found = why(FALLBACK, people=(gone, there))
    assert (found.team, "routed:fallback" in found.flags, "nobody_online" in found.flags) == ("operations", True, False)
    unknown = why(FALLBACK, people=(gone,))
    assert (unknown.team, {"routed:fallback", "nobody_online"} <= set(unknown.flags)) == ("operations", True)
    both = why(FALLBACK, people=(gone, replace(there, available=False)))
    assert (both.team, "nobody_online" in both.flags, "routed:fallback" in both.flags) == ("safety", True, False)
    assert "nobody_online" in why(ROUTED, people=(gone,)).flags


def test_people_who_work_elsewhere_are_not_said_to_be_away() -> None:
    assert not {"nobody_online", "routed:fallback"} & set(why(FALLBACK).flags)


def test_a_packet_that_fails_keeps_the_route_of_the_hour() -> None:
    gone = person("ana", teams=("safety",), seen_at=NOW - GONE)
    packet = minimal(replace(GAS, people=(gone,)), loaded(FALLBACK), "KeyError")
    assert (packet.why.team, "nobody_online" in packet.why.flags) == ("operations", True)


def test_only_a_class_that_cannot_wait_pages_at_once() -> None:
    assert {name: pages_at_once(sla) for name, sla in loaded().policy.sla.items()} == {
        "immediate": True, "standard": False, "calendar": False,
    }  # fmt: skip


PRESENT = {
    "en": ("right with you", "nobody from our team is online"),
    "es": ("enseguida", "nadie de nuestro equipo está en línea"),
    "fr": ("tout de suite", "personne de notre équipe n'est en ligne"),
    "de": ("sofort", "niemand aus unserem team online"),
    "pt": ("já a seguir", "ninguém da nossa equipa está online"),
}
"""Language → what would be a lie, and what must be said, in small letters."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_nobody_is_the_customer_is_told_so_with_one_deadline(language: str) -> None:
    gone = person("ana", teams=("safety",), seen_at=NOW - GONE)
    bare = POLICY[: POLICY.index("scripts:")] + "scripts: {}\n"
    text = bare.replace("    playbook: legal_case\n", "").replace("    playbook: safety_case\n", "")
    told = assemble(replace(GAS, language=language, people=(gone,)), loaded(text)).action.promise.text
    lie, truth = PRESENT[language]
    assert truth in told.lower()
    assert lie not in told.lower()
    assert "5 min" in told.lower()
    assert "12:05" not in told  # The same moment by the clock: one notice names one time.
    there = assemble(replace(GAS, language=language, people=(person(),)), loaded(text)).action.promise.text
    assert truth not in there.lower()


def test_overdue_where_nobody_is_no_time_is_promised() -> None:
    gone = person("ana", teams=("safety",), seen_at=NOW - GONE)
    told = assemble(replace(GAS, waiting_since=NOW - GONE, people=(gone,)), loaded()).action.promise.text
    assert "as soon as possible" in told
    assert "12:05" not in told


def test_out_of_hours_with_somebody_there_is_not_called_closed() -> None:
    text = POLICY.replace("route: {team: support}", "route: {team: support, out_of_hours: {team: night_watch}}")
    asked = case(fired=(fired("human.asked"),), now=SATURDAY, waiting_since=SATURDAY)
    night = replace(person(), teams=("night_watch",), seen_at=SATURDAY)
    assert "back on" in assemble(asked, loaded(text)).action.promise.text
    assert "back on" not in assemble(replace(asked, people=(night,)), loaded(text)).action.promise.text
