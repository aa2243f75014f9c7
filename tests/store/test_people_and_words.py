"""Who is at the desk, and versions of templates."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from conversation.records import TemplateUse
from states.errors import GuardRefused
from states.templates import TemplateState
from states.vocabulary import Role, State
from store import presence, templates
from tests.store.example import MINUTE, NOW, Bench

# Presence


def person(bench: Bench, agent: str) -> Any:
    return bench.rows(lambda connection: presence.person(connection, agent))


def test_a_heartbeat_keeps_what_was_said_before(bench: Bench) -> None:
    bench.run(presence.seen, "anna", Role.FRONTLINE_AGENT, NOW, {"teams": ["privacy"], "capacity": 2})
    bench.run(presence.seen, "anna", Role.FRONTLINE_AGENT, NOW + MINUTE, {})
    found = person(bench, "anna")
    assert (found["teams"], found["capacity"], found["available"], found["seen_at"]) == (
        ["privacy"], 2, True, NOW + MINUTE,
    )  # fmt: skip
    assert person(bench, "nobody") is None


def test_the_workload_is_the_open_cases_somebody_owns(bench: Bench) -> None:
    for agent in ("ben", "anna"):
        bench.run(presence.seen, agent, Role.FRONTLINE_AGENT, NOW, {})
    for number in (1, 2, 3):
        bench.case(f"c{number}", f"ho{number}")
        bench.commit(f"c{number}", owner_id="anna", owner_role=Role.FRONTLINE_AGENT, state=State.AGENT_VERIFYING)
    bench.commit("c3", handover_changed={"open": False, "closed_at": NOW}, state=State.RESOLVED)
    rows = bench.rows(presence.people)
    assert [(one["agent_id"], one["workload"]) for one in rows] == [("anna", 2), ("ben", 0)]
    value = presence.person_of(rows[0])
    assert (value.id, value.role, value.workload, value.teams) == ("anna", Role.FRONTLINE_AGENT, 2, ())


# Templates


def used(version: int = 1) -> TemplateUse:
    return TemplateUse(id="letter", language="en", version=version)


def draft(bench: Bench, version: int = 1, author: str = "sara") -> None:
    bench.run(
        templates.add,
        {
            "id": "letter", "language": "en", "version": version, "state": "draft", "text": f"words {version}",
            "hash": f"h{version}", "author_id": author, "author_role": "escalation_specialist", "created_at": NOW,
            "note": "",
        },
    )  # fmt: skip


def state(bench: Bench, version: int = 1) -> str:
    found = bench.rows(lambda connection: templates.find(connection, used(version)))
    return str(found["state"]) if found else ""


def test_versions_are_counted_for_each_name_and_language(bench: Bench) -> None:
    def following(language: str) -> Any:
        return bench.rows(lambda connection: templates.next_version(connection, "letter", language))

    assert following("en") == 1
    draft(bench)
    assert (following("en"), following("de")) == (2, 1)


def test_one_version_is_approved_and_retires_the_one_before(bench: Bench) -> None:
    for version in (1, 2):
        draft(bench, version)
        assert bench.run(templates.approve, used(version), "cleo", NOW)
    assert (state(bench, 1), state(bench, 2)) == ("retired", "approved")
    current = bench.rows(lambda connection: templates.approved(connection, "letter", "en"))
    assert (current["version"], current["approved_by"]) == (2, "cleo")
    assert not bench.run(templates.approve, used(2), "cleo", NOW), "it is a draft no more"
    assert [one["version"] for one in bench.rows(templates.listed)] == [2, 1]


def test_the_database_refuses_that_an_author_approves(bench: Bench) -> None:
    draft(bench, author="cleo")
    with pytest.raises(IntegrityError):
        bench.run(templates.approve, used(), "cleo", NOW)
    assert state(bench) == "draft"


def test_only_what_is_approved_now_may_be_said(bench: Bench) -> None:
    for wanted in ("not there", "draft"):
        with pytest.raises(GuardRefused, match=wanted):
            bench.run(templates.require_approved, used())
        if wanted == "not there":
            draft(bench)
    bench.run(templates.approve, used(), "cleo", NOW)
    bench.run(templates.require_approved, used())
    assert bench.run(templates.retire, used(), TemplateState.APPROVED, "cleo", NOW)
    assert not bench.run(templates.retire, used(), TemplateState.APPROVED, "cleo", NOW)
    with pytest.raises(GuardRefused, match="retired"):
        bench.run(templates.require_approved, used())
