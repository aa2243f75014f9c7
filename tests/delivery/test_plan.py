"""What an effect means for each destination, as data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from conversation.effects import OUTBOUND
from conversation.handover import Handover
from delivery.frozen import request_from, request_json, task_from, task_json
from delivery.plan import NEEDED, Case, is_undeliverable, plan
from delivery.settle import act_id, card_of, origin_of
from desks.config import ANNOUNCING, CODES, PAGING, TICKETING, holder, known_as
from desks.port import Job, Request, Task
from policy.schema import Severity
from states.vocabulary import Effect, Role
from store import outbox
from tests.graph.example import START


@dataclass(frozen=True, kw_only=True)
class Place:
    name: str
    jobs: frozenset[Job]
    teams: tuple[str, ...] = ()
    contacts: frozenset[str] = frozenset()

    def takes(self, team: str) -> bool:
        return not self.teams or team in self.teams


RT = Place(name="rt", jobs=frozenset(TICKETING))
ZEN = Place(name="zen", jobs=frozenset(TICKETING))
CHAT = Place(name="chat", jobs=frozenset(ANNOUNCING))
PAGER = Place(name="pager", jobs=frozenset(PAGING))
MAIL = Place(name="mail", jobs=frozenset({Job.ANNOUNCE, Job.PAGE}))
HANDOVER = Handover(
    id="ho_1", conversation_id="c1", team="frontline", packet_json={}, reason="Asked.", outcome="done",
    reason_code="human_request", severity=Severity.HIGH, sla="short", language="en", waiting_since=START,
    claim_due_at=START, resolve_due_at=START, created_at=START,
)  # fmt: skip


def _planned(
    effect: Effect, *places: Place, payload: dict[str, Any] | None = None, **more: Any
) -> list[tuple[str, Job]]:
    case = Case(effect=effect, payload=payload or {}, handover=replace(HANDOVER, **more.pop("handover", {})), **more)
    return [(one.destination, one.job) for one in plan(case, places)]


LETTERS = Place(name="letters", jobs=frozenset(CODES), contacts=frozenset({"email"}))
CODE = {"handover_id": "ho_1", "counter": 1, "contact": "email"}


@pytest.mark.parametrize("effect", sorted(OUTBOUND))
def test_every_effect_that_leaves_the_database_means_something_somewhere(effect: Effect) -> None:
    assert _planned(effect, RT, CHAT, PAGER, LETTERS, paged=frozenset({"pager"}), payload=CODE) != []
    assert _planned(effect, payload=CODE) == []


def test_a_code_goes_one_way_only_and_to_its_kind_of_contact() -> None:
    other = Place(name="other", jobs=frozenset(CODES), contacts=frozenset({"email", "webhook"}))
    assert _planned(Effect.SEND_CODE, RT, LETTERS, other, payload=CODE) == [("letters", Job.CODE)]
    assert _planned(Effect.SEND_CODE, LETTERS, other, payload={**CODE, "contact": "webhook"}) == [("other", Job.CODE)]


@pytest.mark.parametrize("effect", sorted(OUTBOUND))
def test_what_somebody_must_hear_of_is_undeliverable_unless_somebody_is_reached(effect: Effect) -> None:
    """A note in a ticket wakes nobody; what nobody need hear of is never undeliverable."""
    needed = effect in NEEDED
    assert needed == (effect.value in outbox.MUST_BE_HEARD)
    case = Case(effect=effect, payload=CODE, handover=HANDOVER)
    for places, reached in (((), False), ((RT,), False), ((RT, CHAT, LETTERS), True), ((PAGER, LETTERS), True)):
        assert is_undeliverable(effect, plan(case, places)) == (needed and not reached)


def test_a_ticket_is_opened_before_its_note() -> None:
    assert _planned(Effect.DELIVER_HANDOVER, RT, CHAT, PAGER) == [
        ("rt", Job.OPEN), ("rt", Job.NOTE), ("chat", Job.ANNOUNCE),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("effect", "job"),
    [
        (Effect.SEND_AGENT_MESSAGE, Job.REPLY),
        (Effect.FORWARD_MESSAGE, Job.CUSTOMER_MESSAGE),
        (Effect.NOTIFY_CLAIMED, Job.CLAIM),
        (Effect.CLEAR_OWNER, Job.RELEASE),
        (Effect.CLOSE_HANDOVER, Job.CLOSE),
    ],
)
def test_what_happened_in_a_destination_is_told_to_the_others_only(effect: Effect, job: Job) -> None:
    assert (("rt", job) in _planned(effect, RT, ZEN, origin="rt")) is False
    assert ("zen", job) in _planned(effect, RT, ZEN, origin="rt")
    assert ("rt", job) in _planned(effect, RT, ZEN)


def test_a_page_goes_to_pagers_and_to_chats_only_where_there_is_none() -> None:
    assert _planned(Effect.PAGE, RT, CHAT, PAGER) == [("pager", Job.PAGE), ("rt", Job.NOTE)]
    assert _planned(Effect.PAGE, RT, CHAT) == [("chat", Job.ANNOUNCE), ("rt", Job.NOTE)]


def test_a_failure_is_never_told_by_what_failed() -> None:
    assert _planned(Effect.PAGE, MAIL, CHAT, PAGER, payload={"failed": "pager"}) == [("mail", Job.PAGE)]
    assert _planned(Effect.PAGE, PAGER, CHAT, payload={"failed": "pager"}) == [("chat", Job.ANNOUNCE)]


def test_only_who_was_paged_is_told_to_be_quiet() -> None:
    assert ("pager", Job.QUIET) not in _planned(Effect.NOTIFY_CLAIMED, PAGER)
    assert ("pager", Job.QUIET) in _planned(Effect.NOTIFY_CLAIMED, PAGER, paged=frozenset({"pager"}))


def test_teams_are_respected() -> None:
    safety = Place(name="safety", jobs=frozenset(TICKETING), teams=("safety",))
    assert _planned(Effect.DELIVER_HANDOVER, safety) == []
    assert _planned(Effect.DELIVER_HANDOVER, safety, handover={"team": "safety"})[0] == ("safety", Job.OPEN)


def test_a_card_carries_nothing_of_the_customers_words() -> None:
    secret = replace(HANDOVER, reason="SECRET", packet_json={"context": "SECRET"}, outcome="SECRET")
    assert "SECRET" not in str(card_of(secret, "New handover", "https://handrail.example"))


def test_tasks_and_requests_come_back_from_their_rows_as_they_were() -> None:
    task = Task(
        job=Job.CLAIM, id="s", key="ho_1", marker="[ho_1#3]", card=card_of(HANDOVER, "Claimed", ""), text="t",
        author="anna", author_role="frontline_agent", customer="c", packet={"a": [1]},
    )  # fmt: skip
    request = Request(job=Job.OPEN, key="k", marker="m", body={"a": {"b": None}}, expect={"key": "k"})
    assert task_from(task_json(task)) == task
    assert request_from(request_json(request)) == request


def test_names_of_people_find_their_way_there_and_back() -> None:
    agents = {"alice": "frontline_agent/anna"}
    assert holder(agents, "alice") == (Role.FRONTLINE_AGENT, "anna")
    assert known_as(agents, "rt", "frontline_agent", "anna") == "alice"
    assert known_as(agents, "rt", "frontline_agent", "rt:zoe") == "zoe"
    assert known_as(agents, "zen", "frontline_agent", "rt:zoe") == ""


def test_ids_from_tickets_are_stable_short_and_name_their_origin() -> None:
    assert act_id("rt", "7", "replied", "12") == "desk:rt:7:replied:12"
    long = act_id("rt", "7", "replied", "x" * 500)
    assert len(long) <= 200
    assert (origin_of(long), origin_of("web-17"), origin_of("desk:rt:7:wrote:1")) == ("rt", "", "rt")
