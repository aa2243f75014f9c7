"""The buttons of the desk are the table's rows, and a button pressed twice is one act."""

from __future__ import annotations

import pytest

from app.settings import DemoSettings, Settings
from conversation.possible import Possible
from service.views import Act, Actor, ConversationView
from states.errors import BadInput, ForbiddenRole
from states.missing import Literal
from states.table import TABLE, allowed_events
from states.vocabulary import STAFF, Event, Role, State
from tests.ui.rooms import VISITOR, visitor
from tests.ui.views import conversation
from ui.acts import BESIDE, DESK_EVENTS, DESK_ROLES, LABELS, Offer, Typed, act_for, offer, wants_note
from ui.people import actor_for, roles_for
from ui.standing import lacks, stands

ANNA = Actor(id="anna", role=Role.FRONTLINE_AGENT)
TOKENS = {
    "t" * 16: "frontline_agent/anna",
    "u" * 16: "compliance_officer/omar",
    "v" * 16: "customer/web",
    "w" * 16: "escalation_specialist/omar",
}


def allowed(state: State, role: Role, lacks: Literal | None = None) -> tuple[Possible, ...]:
    """What the table allows, with one thing missing for all of it or nothing."""
    return tuple(Possible(event=event, lacks=lacks) for event in allowed_events(state, role))


@pytest.mark.parametrize("role", DESK_ROLES)
@pytest.mark.parametrize("state", State)
def test_buttons_are_what_the_table_allows(state: State, role: Role) -> None:
    found = offer(conversation(state), allowed(state, role))
    assert found.shown == tuple(event for event in allowed_events(state, role) if event not in BESIDE)
    assert set(found.shown) <= set(DESK_EVENTS)
    assert found.ready == set(found.shown)
    assert found.beside == set(allowed_events(state, role)) & BESIDE


def test_what_is_another_persons_has_no_button_and_what_lacks_something_says_what() -> None:
    state, role = State.AGENT_VERIFYING, Role.FRONTLINE_AGENT
    assert offer(conversation(state), allowed(state, role, ("actor_owns", True))) == Offer()
    open_steps = offer(conversation(state), allowed(state, role, ("steps_done", True)))
    assert Event.RESOLVED in open_steps.shown
    assert open_steps.ready == open_steps.beside == frozenset()
    assert "Required steps of the playbook are open" in lacks(open_steps)


def test_whoever_looks_reads_who_has_the_case_and_what_that_means() -> None:
    def told(view: ConversationView, role: Role = Role.FRONTLINE_AGENT, ready: tuple[Event, ...] = ()) -> str:
        return stands(view, Actor(id="anna", role=role), Offer(shown=ready))

    waits, beyond = conversation(State.HANDED_OFF), conversation(State.ESCALATED)
    assert "Claim it" in told(waits, ready=(Event.CLAIMED,))
    assert "a specialist or a compliance officer takes it" in told(beyond)
    assert "Claim it" in told(beyond, Role.COMPLIANCE_OFFICER, ready=(Event.CLAIMED,))
    bens = conversation(State.AGENT_VERIFYING, owner_id="<ben>", owner_role=Role.FRONTLINE_AGENT)
    assert "&lt;ben&gt;</b> has this case and may be writing" in told(bens)
    mine = conversation(State.AGENT_VERIFYING, owner_id="Anna", owner_role=Role.FRONTLINE_AGENT)
    assert told(mine) == ""
    assert "turn to that role" in told(mine, Role.COMPLIANCE_OFFICER)
    assert told(conversation()) == ""


def test_every_button_of_the_desk_has_words_and_a_row() -> None:
    possible = {row.event for row in TABLE if any(role in DESK_ROLES for role in row.roles)}
    assert set(DESK_EVENTS) == possible - BESIDE == set(LABELS)


def test_an_auditor_has_no_button() -> None:
    for state in State:
        assert offer(conversation(state), allowed(state, Role.AUDITOR)) == Offer()


def test_a_closed_conversation_has_no_button() -> None:
    found = allowed(State.AGENT_VERIFYING, Role.FRONTLINE_AGENT)
    assert offer(conversation(State.RESOLVED, closed=True), found) == Offer()
    assert offer(None, found) == Offer()


def press(event: Event, version: int = 3, typed: Typed | None = None) -> Act:
    """An act on the conversation that the agent sees at `version`."""
    return act_for(event, "cnv_1", version, ANNA, typed or Typed())


def test_pressing_twice_on_the_same_page_is_one_act() -> None:
    assert press(Event.CLAIMED).id == press(Event.CLAIMED).id


def test_pressing_again_on_a_newer_page_is_another_act() -> None:
    assert press(Event.CLAIMED, 3).id != press(Event.CLAIMED, 4).id


def test_two_different_replies_are_two_acts() -> None:
    one, other = (press(Event.AGENT_REPLIED, typed=Typed(template=name)) for name in ("one", "two"))
    assert one.id != other.id


def test_a_reply_never_carries_the_internal_note() -> None:
    assert press(Event.AGENT_REPLIED, typed=Typed(template="refund", note="difficult customer")).text == ""


def test_resolving_carries_the_outcome_and_its_code_and_attests_no_step() -> None:
    act = press(Event.RESOLVED, typed=Typed(note="refunded", resolution="refunded"))
    assert (act.text, act.data) == ("refunded", {"resolution": "refunded"})


def test_what_stands_beside_a_field_or_a_step_names_it() -> None:
    verdict = {"field": "context.intent", "verdict": "accept"}
    assert press(Event.PACKET_REVIEWED, typed=Typed(fields=(verdict,))).data == {"fields": [verdict]}
    for event in (Event.STEP_DONE, Event.STEP_UNDONE):
        assert press(event, typed=Typed(step="safe")).data == {"step": "safe"}


def test_an_approved_reply_goes_out_without_words_of_the_agents_own() -> None:
    typed = Typed(note="my own words", template="refund.window", values={"name": "Jane"})
    act = press(Event.AGENT_REPLIED, typed=typed)
    assert (act.text, act.data) == ("", {"template": {"id": "refund.window", "values": {"name": "Jane"}}})


@pytest.mark.parametrize("event", [Event.EXCEPTION_APPROVED, Event.EXCEPTION_DENIED])
def test_a_decision_names_the_request_that_was_on_the_page(event: Event) -> None:
    assert press(event, typed=Typed(request_hash="abc")).data == {"request_hash": "abc"}


def test_the_note_is_asked_for_where_a_button_takes_it() -> None:
    assert wants_note((Event.RESOLVED,))
    assert not wants_note((Event.CLAIMED, Event.AGENT_REPLIED))


def test_in_demo_mode_anybody_may_be_any_of_the_staff() -> None:
    demo = DemoSettings()
    assert roles_for(demo) == STAFF
    officer = actor_for(demo, (VISITOR, " anna ", "compliance_officer"))
    assert officer == Actor(id="anna", role=Role.COMPLIANCE_OFFICER)
    for role in ("admin", "auditor", "system", "customer", ""):
        with pytest.raises(ForbiddenRole):
            actor_for(demo, (VISITOR, "anna", role))


def test_an_agent_without_a_name_does_nothing() -> None:
    with pytest.raises(BadInput, match="no name"):
        actor_for(DemoSettings(), (VISITOR, "  ", "frontline_agent"))


@pytest.mark.parametrize(
    ("login", "actor"),
    [
        ("anna", ANNA),
        ("frontline_agent/anna", ANNA),
        ("compliance_officer/omar", Actor(id="omar", role=Role.COMPLIANCE_OFFICER)),
        ("escalation_specialist/omar", Actor(id="omar", role=Role.ESCALATION_SPECIALIST)),
        ("web", Actor(id="web", role=Role.CUSTOMER)),
    ],
)
def test_with_tokens_the_login_is_who_acts_in_its_one_role(login: str, actor: Actor) -> None:
    settings = Settings(tokens=TOKENS)
    assert roles_for(settings) == ()
    assert actor_for(settings, (visitor(login), "somebody else", "")) == actor
    assert actor_for(settings, (visitor(login), "", actor.role.value)) == actor
    for role in set(Role) - {actor.role}:
        with pytest.raises(ForbiddenRole, match="does not hold the role"):
            actor_for(settings, (visitor(login), login, role.value))


@pytest.mark.parametrize("login", ["omar", "ben", "", None, "compliance_officer/anna"])
def test_a_name_that_stands_for_no_one_holder_is_nobody(login: str | None) -> None:
    with pytest.raises(ForbiddenRole, match="nobody is logged in"):
        actor_for(Settings(tokens=TOKENS), (visitor(login), "omar", "compliance_officer"))
