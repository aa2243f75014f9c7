"""Exceptions and hand-backs are decided by a second person, on the exact request, in time, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from conversation.intake import act_data
from handover.people.consent import Consent, ConsentKind
from service.views import Actor
from states.errors import BadInput, ForbiddenRole, GuardRefused, IllegalEvent
from states.table import Transition
from states.vocabulary import Effect, Event, Role, State
from store.queries import CONVERSATION
from tests.campaigns.invariants import violations
from tests.graph.example import ANNA, BEN, CLEO, SARA
from tests.people.example import AUDITOR, OMAR, ROOT, SINA, Office, with_role, without_effect, without_need

Table = tuple[Transition, ...]
ANNA_AS_OFFICER = Actor(id="anna", role=Role.COMPLIANCE_OFFICER)
BOT = Actor(id="bot", role=Role.ASSISTANT)
ALL_REFUSALS = (GuardRefused, ForbiddenRole, IllegalEvent)


def _exception(office: Office, **data: Any) -> str:
    """Anna asks for an exception; the hash of her request."""
    office.say("human please")
    office.do(Event.CLAIMED, ANNA)
    office.do(Event.EXCEPTION_REQUESTED, ANNA, text="refund 20 after 40 days", **data)
    return str(office.view.consent["hash"])


def _hand_back(office: Office) -> str:
    """Anna asks to hand a compliance case back; the hash of her request."""
    office.compliance_case()
    office.do(Event.HAND_BACK_REQUESTED, ANNA, text="the rest is routine")
    return str(office.view.consent["hash"])


REQUESTS: dict[Event, Callable[[Office], str]] = {
    Event.EXCEPTION_APPROVED: _exception,
    Event.HAND_BACK_AGREED: _hand_back,
}
CONSENTING = pytest.mark.parametrize("event", list(REQUESTS))


@CONSENTING
def test_second_person_consents_to_exactly_what_was_asked(office: Office, event: Event) -> None:
    asked = REQUESTS[event](office)
    office.do(event, CLEO, text="seen the receipt", request_hash=asked)
    decided = office.view.events[-1]
    assert decided.event == event
    assert decided.data["note"] == "seen the receipt"
    assert (decided.data["consent_hash"], decided.data["requested_by"]) == (asked, "anna")
    assert office.view.state is State.AGENT_VERIFYING


# Each refusal, and a table in which the same consent goes through: the refusal comes from that row alone.


def _by(actor: Actor) -> Callable[[Office, Event, str], None]:
    return lambda office, event, asked: _consent(office, event, asked, actor)


def _consent(office: Office, event: Event, asked: str, actor: Actor = CLEO) -> None:
    office.do(event, actor, request_hash=asked)


def _late(office: Office, event: Event, asked: str) -> None:
    _consent(office, event, asked)


def _altered_row(office: Office) -> None:
    """Somebody with access to the database changes the words, and leaves the hash."""
    _put_back(office, {**office.view.consent, "text": "refund 2000 after 40 days"})


def _put_back(office: Office, consent: Any) -> None:
    with office.runtime.store.write() as connection:
        connection.execute(update(CONVERSATION).where(CONVERSATION.c.id == office.id).values(pending_consent=consent))


Attack = tuple[Callable[[Office, str], str], Callable[[Office, Event, str], None], Callable[[Event], Table]]


def _as_asked(office: Office, asked: str) -> str:
    return asked


def _wait_past(office: Office, asked: str) -> str:
    """Past its time; the clock's row has not fired yet."""
    office.clock.advance(timedelta(hours=13))
    return asked


def _new_message(office: Office, asked: str) -> str:
    office.say("by the way, it was not even mine")
    return asked


def _other_request(office: Office, asked: str) -> str:
    return "0" * 64


def _altered(office: Office, asked: str) -> str:
    _altered_row(office)
    return asked


_OPEN = {Event.EXCEPTION_APPROVED: "exception_open", Event.HAND_BACK_AGREED: "hand_back_asked"}
ATTACKS: dict[str, Attack] = {
    "by the same person in another role": (
        _as_asked, _by(ANNA_AS_OFFICER), lambda event: without_need(event, "four_eyes")),
    "after its time": (_wait_past, _late, lambda event: without_need(event, _OPEN[event])),
    "of a request nobody made": (_other_request, _late, lambda event: without_need(event, "request_fits")),
    "of an altered request": (_altered, _late, lambda event: without_need(event, "request_fits")),
}  # fmt: skip


@CONSENTING
@pytest.mark.parametrize("attack", list(ATTACKS))
def test_consent_is_refused_and_changes_nothing(office: Office, event: Event, attack: str) -> None:
    asked = REQUESTS[event](office)
    before = office.view.consent
    prepare, consent, _ = ATTACKS[attack]
    claimed = prepare(office, asked)
    with office.refused(GuardRefused):
        consent(office, event, claimed)
    if prepare is _altered:
        assert violations(office.runtime.store, office.id) == [
            f"{office.id}: the conversation's row is not what it left"
        ]
        _put_back(office, before)


@CONSENTING
@pytest.mark.parametrize("attack", list(ATTACKS))
def test_consent_goes_through_where_the_row_does_not_ask(office: Office, event: Event, attack: str) -> None:
    asked = REQUESTS[event](office)
    prepare, consent, mutant = ATTACKS[attack]
    claimed = prepare(office, asked)
    office.mutate(mutant(event))
    consent(office, event, claimed)
    assert office.events[-1] == event


@CONSENTING
def test_requester_does_not_consent_in_the_role_they_asked_in(office: Office, event: Event) -> None:
    asked = REQUESTS[event](office)
    with office.refused(ForbiddenRole):
        _consent(office, event, asked, ANNA)
    office.mutate(with_role(event, Role.FRONTLINE_AGENT))
    with office.refused(GuardRefused):
        _consent(office, event, asked, ANNA)


@CONSENTING
@pytest.mark.parametrize("actor", [BOT, AUDITOR, ROOT, BEN, Actor(id="cus-1", role=Role.CUSTOMER)])
def test_only_seniors_consent(office: Office, event: Event, actor: Actor) -> None:
    asked = REQUESTS[event](office)
    with office.refused(ForbiddenRole):
        _consent(office, event, asked, actor)


@CONSENTING
def test_assistant_that_a_table_let_in_is_refused_all_the_same(office: Office, event: Event) -> None:
    asked = REQUESTS[event](office)
    office.mutate(with_role(event, Role.ASSISTANT))
    with office.refused(ForbiddenRole):
        _consent(office, event, asked, BOT)


@CONSENTING
def test_new_message_voids_the_request_and_says_so(office: Office, event: Event) -> None:
    asked = REQUESTS[event](office)
    office.say("by the way, it was not even mine")
    voided = office.view.events[-1]
    assert (voided.event, voided.role) == (Event.CONSENT_VOIDED, Role.SYSTEM)
    assert (voided.data["consent_hash"], voided.data["why"]) == (asked, "customer_replied")
    assert office.view.consent is None
    with office.refused(GuardRefused):
        _consent(office, event, asked)


@CONSENTING
def test_message_voids_because_its_row_closes_the_consent(office: Office, event: Event) -> None:
    asked = REQUESTS[event](office)
    office.mutate(without_effect(Event.CONSENT_VOIDED, Effect.CLOSE_CONSENT))
    office.say("by the way, it was not even mine")
    _consent(office, event, asked)
    assert office.events[-1] == event


@CONSENTING
def test_request_that_runs_out_is_recorded_by_its_clock(office: Office, event: Event) -> None:
    asked = REQUESTS[event](office)
    assert "consent" in office.view.timers
    due = office.view.timers["consent"]
    assert office.view.consent["expires_at"] == due.isoformat()
    office.clock.advance(due - office.clock.now())
    state = office.view.state
    assert office.runtime.tick() >= 1
    expired = next(one for one in office.view.events if one.event == Event.CONSENT_EXPIRED)
    assert (expired.role, expired.target) == (Role.SYSTEM, state)
    assert expired.data["consent_hash"] == asked
    assert office.view.consent is None
    assert "consent" not in office.view.timers
    assert office.events.count(Event.CONSENT_EXPIRED) == 1
    office.runtime.tick()
    assert office.events.count(Event.CONSENT_EXPIRED) == 1


def test_decided_request_leaves_no_clock_behind(office: Office) -> None:
    asked = _exception(office)
    office.do(Event.EXCEPTION_APPROVED, CLEO, request_hash=asked)
    assert "consent" not in office.view.timers
    office.wait(hours=30)
    assert Event.CONSENT_EXPIRED not in office.events


# Who decides which exception


@pytest.mark.parametrize(
    ("data", "actor", "may"),
    [
        ({}, CLEO, True), ({}, OMAR, True), ({}, SARA, False),
        ({"kind": "refund", "amount": 50}, SARA, True), ({"kind": "refund", "amount": 50.01}, SARA, False),
        ({"kind": "refund", "amount": 50.01}, CLEO, True), ({"kind": "refund", "amount": 500.5}, CLEO, False),
        ({"kind": "refund", "amount": 100}, OMAR, False), ({"kind": "refund"}, SARA, False),
        ({"kind": "refund"}, CLEO, False), ({"kind": "goodwill", "amount": 9}, OMAR, True),
        ({"kind": "goodwill", "amount": 9}, SINA, False),
    ],
)  # fmt: skip
def test_policy_names_who_decides_which_exception(
    office: Office, data: dict[str, Any], actor: Actor, may: bool
) -> None:
    asked = _exception(office, **data)
    if may:
        office.do(Event.EXCEPTION_APPROVED, actor, request_hash=asked)
        assert office.view.state is State.AGENT_VERIFYING
        return
    with office.refused(GuardRefused):
        office.do(Event.EXCEPTION_APPROVED, actor, request_hash=asked)
    office.mutate(without_need(Event.EXCEPTION_APPROVED, "may_decide"))
    office.do(Event.EXCEPTION_APPROVED, actor, request_hash=asked)


@pytest.mark.parametrize(
    "data", [{"kind": 7}, {"kind": "Re fund"}, {"amount": "20"}, {"amount": -1}, {"amount": True}, {"amount": 1e300}]
)
def test_terms_that_cannot_be_read_are_not_asked_for(office: Office, data: dict[str, Any]) -> None:
    office.say("human please")
    office.do(Event.CLAIMED, ANNA)
    with office.refused(BadInput):
        office.do(Event.EXCEPTION_REQUESTED, ANNA, text="refund", **data)


def test_denial_says_why(office: Office) -> None:
    asked = _exception(office)
    with office.refused(BadInput):
        office.do(Event.EXCEPTION_DENIED, CLEO, request_hash=asked)
    office.do(Event.EXCEPTION_DENIED, CLEO, text="outside the rules", request_hash=asked)
    assert office.view.events[-1].data["note"] == "outside the rules"
    assert office.view.state is State.AGENT_VERIFYING


def test_second_request_waits_for_the_first(office: Office) -> None:
    _exception(office)
    office.do(Event.CLAIMED, SARA)
    with office.refused(GuardRefused):
        office.do(Event.EXCEPTION_REQUESTED, SARA, text="and another one")


# Handing a compliance case back


def test_compliance_case_goes_back_with_the_agreed_words_only(office: Office) -> None:
    asked = _hand_back(office)
    office.do(Event.HAND_BACK_AGREED, SARA, request_hash=asked)
    with office.refused(GuardRefused):
        office.do(Event.HANDED_BACK, ANNA, text="the rest is routine, more or less")
    with office.refused(GuardRefused):
        office.do(Event.HANDED_BACK, BEN, text="the rest is routine")
    assert office.do(Event.HANDED_BACK, ANNA, text="the rest is routine").state is State.BOT_HANDLING
    assert office.view.consent is None
    assert office.events[-3:] == [Event.HAND_BACK_REQUESTED, Event.HAND_BACK_AGREED, Event.HANDED_BACK]


def test_agreement_is_what_opens_the_way_back(office: Office) -> None:
    _hand_back(office)
    with office.refused(GuardRefused):
        office.do(Event.HANDED_BACK, ANNA, text="the rest is routine")
    office.mutate(without_need(Event.HANDED_BACK, "hand_back_agreed"))
    assert office.do(Event.HANDED_BACK, ANNA, text="the rest is routine").state is State.BOT_HANDLING


@pytest.mark.parametrize("actor", [CLEO, SARA])
def test_senior_alone_does_not_hand_a_compliance_case_back(office: Office, actor: Actor) -> None:
    office.say("change my address")
    office.do(Event.ESCALATED, BEN, text="needs a senior")
    office.do(Event.CLAIMED, actor)
    with office.refused(GuardRefused):
        office.do(Event.HANDED_BACK, actor, text="done")
    office.do(Event.HAND_BACK_REQUESTED, actor, text="done")
    with office.refused(GuardRefused):
        office.do(Event.HAND_BACK_AGREED, actor, request_hash=office.view.consent["hash"])
    other = SARA if actor is CLEO else CLEO
    office.do(Event.HAND_BACK_AGREED, other, request_hash=office.view.consent["hash"])
    assert office.do(Event.HANDED_BACK, actor, text="done").state is State.BOT_HANDLING


def test_agreement_runs_out_like_the_request(office: Office) -> None:
    asked = _hand_back(office)
    office.do(Event.HAND_BACK_AGREED, CLEO, request_hash=asked)
    office.clock.advance(timedelta(hours=6))
    with office.refused(GuardRefused):
        office.do(Event.HANDED_BACK, ANNA, text="the rest is routine")


def test_new_message_voids_an_agreement(office: Office) -> None:
    asked = _hand_back(office)
    office.do(Event.HAND_BACK_AGREED, CLEO, request_hash=asked)
    office.say("and my phone number, too")
    assert office.events[-1] == Event.CONSENT_VOIDED
    with office.refused(GuardRefused):
        office.do(Event.HANDED_BACK, ANNA, text="the rest is routine")


def test_refusal_says_why_and_ends_the_request(office: Office) -> None:
    asked = _hand_back(office)
    with office.refused(BadInput):
        office.do(Event.HAND_BACK_REFUSED, SARA, request_hash=asked)
    office.do(Event.HAND_BACK_REFUSED, SARA, text="the address is not changed yet", request_hash=asked)
    assert office.view.consent is None
    office.do(Event.HAND_BACK_REQUESTED, ANNA, text="changed now")
    assert office.view.consent["hash"] != asked


def test_request_ends_with_the_owner_who_made_it(office: Office) -> None:
    asked = _hand_back(office)
    office.do(Event.RELEASED, ANNA)
    assert office.view.consent is None
    assert office.view.events[-1].data["consent_hash"] == asked
    office.do(Event.CLAIMED, BEN)
    with office.refused(GuardRefused):
        office.do(Event.HAND_BACK_AGREED, CLEO, request_hash=asked)


def test_request_of_a_senior_ends_when_another_takes_the_case(office: Office) -> None:
    office.say("change my address")
    office.do(Event.ESCALATED, BEN, text="needs a senior")
    office.do(Event.CLAIMED, SARA)
    office.do(Event.HAND_BACK_REQUESTED, SARA, text="done")
    office.do(Event.CLAIMED, CLEO)
    assert office.view.consent is None


def test_hand_back_of_an_ordinary_case_needs_nobody_else(office: Office) -> None:
    office.say("human please")
    office.do(Event.CLAIMED, ANNA)
    with office.refused(GuardRefused):
        office.do(Event.HAND_BACK_REQUESTED, ANNA, text="explained")
    assert office.do(Event.HANDED_BACK, ANNA, text="explained").state is State.BOT_HANDLING


# The value itself


def test_hash_binds_every_part_of_the_request(office: Office) -> None:
    _exception(office, kind="refund", amount=20)
    kept = office.view.consent
    consent = Consent.from_json(kept)
    assert consent.to_json() == kept
    assert consent.fits(kept["hash"])
    other: dict[str, Any] = {
        "kind": "hand_back", "conversation_id": "c2", "handover_id": "h", "request_id": "a", "requested_by": "ben",
        "requested_role": "escalation_specialist", "text": "x", "requested_at": "2026-11-23T10:00:01+00:00",
        "expires_at": "2036-11-23T10:00:00+00:00", "about": "goodwill", "amount": 21.0,
    }  # fmt: skip
    assert set(other) == set(kept) - {"hash", "agreed_by"}
    for name, value in other.items():
        assert not Consent.from_json({**kept, name: value}).fits(kept["hash"]), name
    assert not consent.fits(None)
    assert consent.kind is ConsentKind.EXCEPTION


def test_hash_that_looks_like_a_card_number_is_still_the_hash(office: Office) -> None:
    """A hash can hold digits that pass for a card number; masked, it would fit no request."""
    looks_like_a_card = "abcdefab" * 6 + "4" + "1" * 15
    assert office.runtime._parts.rules.redacted(looks_like_a_card) != looks_like_a_card
    data = {"request_hash": looks_like_a_card, "note": looks_like_a_card}
    kept = act_data(data, office.runtime._parts.rules.redacted)
    assert kept["request_hash"] == looks_like_a_card
    assert kept["note"] != looks_like_a_card
    assert (
        "[card]"
        in act_data({"request_hash": "4111 1111 1111 1111"}, office.runtime._parts.rules.redacted)["request_hash"]
    )
