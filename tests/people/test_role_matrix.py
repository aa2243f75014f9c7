"""The role matrix over HTTP: what a role may do works, everything else is refused and changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from app.api.build import build_api
from app.api.logins import WrongLogins
from service.system import System
from service.views import Actor, NewConversation
from states.rights import CHANGING, RIGHTS, matrix
from states.table import ENDING, TABLE, allowed_roles
from states.templates import TemplateEvent, template_roles
from states.vocabulary import STAFF, Event, Role, State
from store import queries
from store.queries import CONVERSATION
from tests.graph.example import ANNA, BEN, SARA
from tests.house import FORGIVEN
from tests.people.example import AUDITOR, OMAR, SINA, Office
from tests.people.surfaces import CALLERS, OTHER_CHANNEL, SETTINGS, WEB
from tests.ready_databases import sqlite_url

PAGE = Path(__file__).parents[2] / "docs" / "roles.md"


class Api:
    """The API with tokens over a real runtime, and short words for what tests do with it."""

    def __init__(self, folder: Path) -> None:
        self.office = Office(sqlite_url(folder))
        app = build_api(System(self.office.runtime).door, SETTINGS, logins=WrongLogins(most=FORGIVEN))
        self.client = TestClient(app, raise_server_exceptions=False)
        self.count = 0

    def new(self, *said: str) -> None:
        """A new conversation of the channel `web`, in which the customer has written."""
        self.count += 1
        # All are the same customer's: what failed in one must not count in the next.
        self.office.clock.advance(self.office.runtime.policy.policy.verification.within.delta)
        new = NewConversation(id=f"c{self.count}", customer="cus-1")
        self.office.id = self.office.runtime.open(new, opened_by=WEB.id).id
        for text in said:
            self.office.say(text)

    def act(self, caller: Actor, event: Event, **body: Any) -> Any:
        """An act over HTTP."""
        url = f"/v1/conversations/{self.office.id}/acts"
        seen = {"seen": self.office.newest} if event in ENDING else {}
        return self.client.post(url, json={"event": event.value, **seen, **body}, headers=self.token(caller))

    def token(self, caller: Actor | None) -> dict[str, str]:
        """The header of a caller."""
        return {"Authorization": f"Bearer token-of-{caller.role.value}-{caller.id}-0123456789"} if caller else {}

    def mark(self) -> tuple[Any, ...]:
        """What must not change when something is refused: the row's version and every event, timer and message."""
        with self.office.runtime.store.read() as connection:
            row = queries.conversation(connection, self.office.id)
            events = queries.events(connection, self.office.id)
            timers = queries.timers(connection, self.office.id)
            return row["version"], row["next_seq"], row["state"], len(events), timers


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    folder = tmp_path_factory.mktemp("matrix")
    opened = Api(folder)
    with opened.client:
        yield opened
    opened.office.runtime.close()


# States


def _handed_off(api: Api) -> None:
    api.new("human please")


def _verifying(api: Api, owner: Actor = ANNA, said: str = "human please") -> None:
    api.new(said)
    api.office.do(Event.CLAIMED, owner)


def _escalated(api: Api, owner: Actor | None = SARA, said: str = "human please") -> None:
    api.new(said)
    api.office.do(Event.ESCALATED, BEN, text="needs a senior")
    if owner:
        api.office.do(Event.CLAIMED, owner)


def _triggered(api: Api) -> None:
    """The moment between trigger and packet, as a crash would leave it."""
    api.new("human please")
    with api.office.runtime.store.write() as connection:
        connection.execute(update(CONVERSATION).where(CONVERSATION.c.id == api.office.id).values(state="triggered"))


def _resolved(api: Api) -> None:
    _verifying(api)
    api.office.do(Event.RESOLVED, ANNA, text="done")


IN: dict[State, Callable[[Api], None]] = {
    State.BOT_HANDLING: lambda api: api.new(),
    State.GUARDED: lambda api: api.new("this is annoying"),
    State.TRIGGERED: _triggered,
    State.HANDED_OFF: _handed_off,
    State.AGENT_VERIFYING: _verifying,
    State.ESCALATED: _escalated,
    State.RESOLVED: _resolved,
}
"""How a conversation comes into each state."""

MATRIX = [(state, role, event) for state in State for role in CALLERS for event in Event]
NO_ACT = Event.MASK_LIFTED
"""What the table lets people cause, and no act does: `tests/app/test_originals.py` has who may."""
REFUSED = [
    one for one in MATRIX if one[2] is NO_ACT or one[1] not in allowed_roles(one[0], one[2]) or one[1] is Role.CUSTOMER
]
ALLOWED = [one for one in MATRIX if one not in REFUSED]


@pytest.fixture(scope="module")
def prepared(api: Api) -> dict[State, str]:
    """One conversation in each state; what is refused leaves it as it is, so that all refusals share it."""
    found = {}
    for state, arrange in IN.items():
        arrange(api)
        assert api.office.view.state is state
        found[state] = api.office.id
    return found


def test_matrix_is_as_large_as_it_claims() -> None:
    assert len(REFUSED) + len(ALLOWED) == len(State) * len(CALLERS) * len(Event) > 1000
    assert len(ALLOWED) >= 40


@pytest.mark.parametrize(("state", "role", "event"), REFUSED, ids=lambda one: one.value)
def test_what_is_not_in_the_matrix_is_refused(
    api: Api, prepared: dict[State, str], state: State, role: Role, event: Event
) -> None:
    api.office.id = prepared[state]
    before = api.mark()
    answer = api.act(CALLERS[role], event, text="because")
    assert answer.status_code in (403, 409), answer.text
    assert answer.json()["error"] in ("forbidden_role", "illegal_event")
    assert event.value not in answer.json().get("allowed", ())
    assert api.mark() == before


@pytest.mark.parametrize("event", list(Event), ids=lambda one: one.value)
@pytest.mark.parametrize("state", list(State), ids=lambda one: one.value)
def test_without_a_token_nothing_happens(api: Api, prepared: dict[State, str], state: State, event: Event) -> None:
    api.office.id = prepared[state]
    before = api.mark()
    for headers in ({}, {"Authorization": "Bearer no-such-token-0123456789"}, {"X-Handrail-Role": "admin"}):
        url = f"/v1/conversations/{api.office.id}/acts"
        answer = api.client.post(url, json={"event": event.value, "text": "because"}, headers=headers)
        assert answer.status_code == 401
    assert api.mark() == before


# What is allowed works, in a conversation where its guard holds


def _second(caller: Actor) -> Actor:
    """Somebody of the same role who is not the caller."""
    return {"sara": SINA, "cleo": OMAR}[caller.id]


def _asked(api: Api, caller: Actor, state: State) -> dict[str, Any]:
    if state is State.AGENT_VERIFYING:
        _verifying(api, said="change my address")
        owner = ANNA
    else:
        owner = _second(caller)
        _escalated(api, owner, "change my address")
    api.office.do(Event.HAND_BACK_REQUESTED, owner, text="done")
    return {"text": "agreed", "data": {"request_hash": api.office.view.consent["hash"]}}


def _exception(api: Api, caller: Actor, state: State) -> dict[str, Any]:
    _verifying(api)
    api.office.do(Event.EXCEPTION_REQUESTED, ANNA, text="refund", kind="refund", amount=20)
    return {"text": "fine", "data": {"request_hash": api.office.view.consent["hash"]}}


def _owned(said: str = "human please") -> Callable[[Api, Actor, State], dict[str, Any]]:
    def arrange(api: Api, caller: Actor, state: State) -> dict[str, Any]:
        theirs = caller.role in STAFF
        if state is State.AGENT_VERIFYING:
            _verifying(api, caller if theirs else ANNA, said)
        else:
            _escalated(api, caller if theirs else SARA, said)
        return {"text": "done"}

    return arrange


def _unowned(api: Api, caller: Actor, state: State) -> dict[str, Any]:
    IN[state](api) if state is not State.ESCALATED else _escalated(api, None)
    return {"text": "because"}


def _worked(**data: Any) -> Callable[[Api, Actor, State], dict[str, Any]]:
    """A case with a checklist that the caller owns; a step that is to be taken back is ticked first."""

    def arrange(api: Api, caller: Actor, state: State) -> dict[str, Any]:
        _owned("change my address")(api, caller, state)
        if data.pop("undo", False):
            assert api.act(caller, Event.STEP_DONE, data=data).status_code == 200
        return {"data": dict(data)}

    return arrange


FIELD = {"field": "context.intent", "verdict": "accept"}
ARRANGED: dict[Event, Callable[[Api, Actor, State], dict[str, Any]]] = {
    Event.TRIGGER_FIRED: _unowned,
    Event.CLAIMED: _unowned,
    Event.HAND_BACK_AGREED: _asked,
    Event.HAND_BACK_REFUSED: _asked,
    Event.HAND_BACK_REQUESTED: _owned("change my address"),
    Event.EXCEPTION_APPROVED: _exception,
    Event.EXCEPTION_DENIED: _exception,
    Event.PACKET_REVIEWED: lambda api, caller, state: _worked(fields=[FIELD])(api, caller, state),
    Event.STEP_DONE: lambda api, caller, state: _worked(step="checked")(api, caller, state),
    Event.STEP_UNDONE: lambda api, caller, state: _worked(step="checked", undo=True)(api, caller, state),
}
"""How the guard of an event is made to hold; otherwise the caller owns the case."""


@pytest.mark.parametrize(("state", "role", "event"), ALLOWED, ids=lambda one: one.value)
def test_what_is_in_the_matrix_works(api: Api, state: State, role: Role, event: Event) -> None:
    caller = CALLERS[role]
    arrange = _unowned if state is State.HANDED_OFF else ARRANGED.get(event, _owned())
    body = arrange(api, caller, state)
    assert api.office.view.state is state
    version = api.mark()[0]
    answer = api.act(caller, event, **body)
    assert answer.status_code == 200, answer.text
    done = api.office.view
    assert answer.json()["version"] == done.version == version + 1
    last = [one for one in done.events if one.event == event][-1]
    assert (last.actor_id, last.role) == (caller.id, role)
    assert (last.source, last.target) in {(r.source, r.target) for r in TABLE if r.event is event and role in r.roles}


# Rights beside the events: each address in test_route_matrix, each function of the page in test_page_matrix


def test_auditor_has_no_right_that_changes_something() -> None:
    assert all(Role.AUDITOR not in RIGHTS[right] for right in CHANGING)
    assert all(Role.AUDITOR in roles for right, roles in RIGHTS.items() if right not in CHANGING)
    assert all(Role.AUDITOR not in row.roles for row in TABLE)


def test_channel_sees_its_own_conversations_only(api: Api) -> None:
    api.new("human please")
    before, theirs = api.mark(), api.token(OTHER_CHANNEL)
    mine = f"/v1/conversations/{api.office.id}"
    assert api.client.get(mine, headers=theirs).status_code == 404
    assert api.client.post(f"{mine}/messages", json={"text": "hello"}, headers=theirs).status_code == 404
    assert api.client.post("/v1/conversations", json={"id": api.office.id}, headers=theirs).status_code == 404
    assert api.mark() == before
    seen = api.client.get(mine, headers=api.token(WEB)).json()
    assert [one["author"] for one in seen["messages"]] == ["customer", "system"]
    assert (seen["events"], seen["handover"], seen["consent"], seen["owner_id"]) == ([], None, None, None)


def test_auditor_reads_evidence_packet_and_log(api: Api) -> None:
    _verifying(api)
    seen = api.client.get(f"/v1/conversations/{api.office.id}", headers=api.token(AUDITOR)).json()
    assert seen["handover"]["packet"]["why"]["reason_code"] == "human_request"
    assert [one["event"] for one in seen["events"]][-1] == "claimed"


# Templates


@pytest.mark.parametrize("role", list(CALLERS), ids=lambda one: one.value)
@pytest.mark.parametrize("event", list(TemplateEvent), ids=lambda one: one.value)
def test_templates_are_kept_by_whom_their_table_names(api: Api, event: TemplateEvent, role: Role) -> None:
    drafted = api.office.runtime.draft_template(BEN, "matrix.case", "en", "Good day.")
    count = len(api.office.runtime.templates())
    one = f"/v1/templates/matrix.case/en/{drafted.version}"
    address = {TemplateEvent.DRAFTED: "/v1/templates", TemplateEvent.APPROVED: f"{one}/approval",
               TemplateEvent.RETIRED: f"{one}/retirement"}[event]  # fmt: skip
    body = {TemplateEvent.DRAFTED: {"id": "matrix.case", "text": "Good evening."},
            TemplateEvent.APPROVED: {"hash": drafted.hash}, TemplateEvent.RETIRED: {}}[event]  # fmt: skip
    answer = api.client.post(address, json=body, headers=api.token(CALLERS[role]))
    source = None if event is TemplateEvent.DRAFTED else drafted.state
    now = {(t.id, t.version): t.state for t in api.office.runtime.templates()}["matrix.case", drafted.version]
    if role in template_roles(source, event):
        assert answer.status_code in (200, 201), answer.text
        assert event is TemplateEvent.DRAFTED or now.value == event.value
    else:
        assert answer.status_code == 403
        assert (now, len(api.office.runtime.templates())) == (drafted.state, count)


def test_page_of_roles_is_current() -> None:
    assert PAGE.read_text() == matrix(), "run: python -m states.rights > docs/roles.md"
