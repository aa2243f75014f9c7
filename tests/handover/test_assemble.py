"""A handover always has a packet: complete where it can be, flagged where not, and never with a card number."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from handover.packet.assemble import IDENTITY, READ_TRANSCRIPT, assemble, assemble_or_minimal, minimal
from handover.packet.case import Attempt, Case, CaseTurn
from handover.packet.json_schema import schema_text
from handover.packet.schema import Entry, Packet, PacketPlaybook, completeness, dump, load
from handover.words.masking import CARD_MASK, safe_text
from policy.loader import LoadedPolicy
from policy.schema import Action, Hours, Severity
from states.errors import PolicyError
from tests.handover.example import NOW, TURNS, UNHURRIED, case, fired, loaded, turn
from triggers.assessment import Evidence, Fired

CARD = "4111" + " 1111" * 3
BARE: LoadedPolicy = loaded("handrail: 1\nname: bare\n")
LOADED: LoadedPolicy = loaded()
UNREADABLE = replace(LOADED, policy=LOADED.policy.model_copy(update={"hours": Hours(timezone="Europe/Atlantis")}))


def test_part_one_says_why_how_soon_and_who() -> None:
    packet = assemble(case(waiting_since=NOW - timedelta(hours=2)), LOADED)
    why = packet.why
    assert (why.reason_code, why.reason) == ("legal", "The customer speaks of legal steps.")
    assert (why.severity, why.sla_class, why.team, why.skills) == (Severity.HIGH, "calendar", "legal_desk", ("law",))
    assert why.claim_due_at == NOW + timedelta(hours=22)
    assert why.resolve_due_at == NOW + timedelta(hours=70)
    assert [(note.trigger_id, note.quote, note.turn) for note in why.triggers] == [("legal.threat", "my lawyer", 5)]
    assert why.offered_or_forced is Entry.FORCED


def test_part_two_says_what_is_known() -> None:
    context = assemble(case(), LOADED).context
    assert (context.customer.ref, context.customer.tier, context.customer.verification_level) == (
        "customer-77", "gold", "none",
    )  # fmt: skip
    assert context.intent == "return_item"
    assert context.entities["order_numbers"] == ("LM-20417",)
    assert (context.sentiment.now, context.sentiment.trend) == (-0.8, -0.45)
    assert [(count.entity, count.count) for count in context.redactions] == [("card_number", 1)]
    assert context.transcript_turns == len(TURNS)
    assert context.summary


def test_part_three_says_what_was_promised_and_what_to_do() -> None:
    plan = assemble(case(), LOADED).action
    assert "ho_000001" in plan.promise.text
    assert plan.next_steps == ("Acknowledge the complaint.",)
    assert plan.do_not == ("Do not argue about liability.",)
    assert plan.required_verifications == (IDENTITY,)
    assert plan.compliance_flags == ("legal",)
    assert any("second person" in condition for condition in plan.hand_back_conditions)
    assert plan.playbook is not None
    assert [step.id for step in plan.playbook.steps] == ["identity", "note", "forward"]


def test_a_complete_packet_carries_no_flag() -> None:
    packet = assemble(case(), LOADED)
    assert completeness(packet) == ()
    assert packet.why.flags == ()


def test_the_envelope_carries_the_policy_and_the_idempotency_key() -> None:
    envelope = assemble(case(previous_handover_id="ho_000000", ledger_head="ab12"), LOADED).envelope
    assert (envelope.handover_id, envelope.policy_name) == ("ho_000001", "lantern-shop")
    assert (envelope.policy_hash, envelope.ledger_head) == (LOADED.hash, "ab12")
    assert envelope.previous_handover_id == "ho_000000"


@pytest.mark.parametrize("order", [1, -1])
def test_the_most_severe_trigger_decides_and_the_rest_are_listed(order: int) -> None:
    both = (fired("legal.threat", "my lawyer", turn=3), fired("safety.gas", "label", turn=3))[::order]
    packet = assemble(case(fired=both), LOADED)
    assert (packet.why.reason_code, packet.why.team, packet.why.sla_class) == ("safety", "safety", "immediate")
    assert packet.why.claim_due_at == NOW - timedelta(minutes=5) + timedelta(minutes=5)
    assert [note.trigger_id for note in packet.why.triggers] == ["safety.gas", "legal.threat"]
    assert packet.action.do_not == ("Do not wait.", "Do not argue about liability.")
    assert packet.action.compliance_flags == ("legal",)
    assert packet.action.playbook is not None
    assert packet.action.playbook.id == "safety_case"


def test_a_trigger_that_only_guards_does_not_decide_over_one_that_hands_over() -> None:
    guarding = fired("safety.gas", action=Action.GUARD)
    assert assemble(case(fired=(guarding, fired("human.asked"))), LOADED).why.reason_code == "human_request"


def test_a_fault_decides_where_nothing_else_asks_for_a_person() -> None:
    packet = assemble(case(fired=(fired("safety.gas", action=Action.GUARD),), fault="scanner_silent"), LOADED)
    assert (packet.why.reason_code, packet.why.team) == ("fault", "operations")
    assert "scanner_silent" in packet.why.reason
    assert "fault:scanner_silent" in packet.why.flags


def test_an_accepted_offer_is_no_forced_handover() -> None:
    assert assemble(case(offered=True), LOADED).why.offered_or_forced is Entry.OFFERED


def test_a_trigger_that_the_policy_does_not_know_takes_the_tightest_class() -> None:
    unknown = replace(fired("human.asked"), trigger_id="gone.rule", sla="gone_class")
    packet = assemble(case(fired=(unknown,)), LOADED)
    assert (packet.why.sla_class, packet.why.team) == ("immediate", "operations")
    assert "unknown_trigger" in packet.why.flags


def test_a_policy_with_nothing_in_it_still_gives_a_packet() -> None:
    packet = assemble(case(fired=()), BARE)
    assert (packet.why.sla_class, packet.why.team, packet.why.severity) == ("built_in", "support", Severity.HIGH)
    assert packet.action.promise.text
    assert "incomplete:action.next_steps|action.playbook" in packet.why.flags


def test_deadlines_that_have_passed_and_closed_doors_are_flagged() -> None:
    evening = case(now=datetime(2026, 6, 13, 20, 0, tzinfo=UTC), fired=(fired("safety.gas"),), waiting_since=NOW)
    assert {"out_of_hours", "waiting_past_deadline"} <= set(assemble(evening, LOADED).why.flags)


def test_an_identity_that_was_verified_is_not_asked_for_again() -> None:
    packet = assemble(case(facts={"customer.verified": True}), LOADED)
    assert packet.action.required_verifications == ()
    assert packet.context.customer.verification_level == "verified"


@pytest.mark.parametrize(
    ("family", "changes", "missing"),
    [
        ("repeated_failure", {"attempts": ()}, "context.steps_tried"),
        ("frustration", {"sentiment": ()}, "context.sentiment.points"),
        ("fraud", {"customer_ref": ""}, "context.customer.ref"),
        ("legal.threat", {}, "action.do_not"),
        ("human_request", {"turns": ()}, "context.summary"),
    ],
)
def test_each_reason_code_says_what_is_missing_and_is_delivered_all_the_same(
    family: str, changes: dict[str, Any], missing: str
) -> None:
    packet = assemble(case(fired=(fired("human.asked", family=family),), **changes), LOADED)
    assert missing in completeness(packet)
    assert f"incomplete:{missing}" in packet.why.flags


def test_a_packet_survives_the_way_through_json() -> None:
    packet = assemble(case(), LOADED)
    assert load(dump(packet)) == load(json.dumps(dump(packet))) == packet
    with pytest.raises(ValidationError):
        load({**dump(packet), "extra": 1})


def test_a_packet_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        assemble(case(), LOADED).envelope.channel = "mail"


def test_the_published_schema_is_current() -> None:
    published = Path(__file__).parents[2] / "docs" / "schemas" / "packet.schema.json"
    assert published.read_text(encoding="utf-8") == schema_text(), (
        "run: python -m handover.packet.json_schema > " + published.name
    )


@pytest.mark.parametrize("written", [CARD, CARD.replace(" ", ""), CARD.replace(" ", "-"), CARD.replace(" ", ".")])
def test_a_card_number_that_slipped_through_is_masked(written: str) -> None:
    leaky = case(
        turns=(turn(1, "customer", f"My card {written} was charged twice, order {written}?"),),
        attempts=(Attempt(turn=1, text=written, articles=(written,), intent=written, result=written),),
        fired=(fired("legal.threat", written), replace(fired("human.asked"), trigger_id=written, reason=written)),
        customer_ref=written,
        flags=(written,),
    )
    for packet in (assemble(leaky, LOADED), minimal(leaky, LOADED, written)):
        text = json.dumps(dump(packet))
        assert written not in text
        assert CARD_MASK in text


@pytest.mark.parametrize(
    "text",
    ["tracking 4111111111111112", "parcel 9400111899223197428490", "at 48.858370, 2.294481", "ISBN 978-3-16-148410-0"],
)
def test_a_long_number_that_is_no_card_stays(text: str) -> None:
    assert safe_text(text) == text


def test_a_card_in_a_text_too_long_to_be_searched_is_still_masked() -> None:
    assert CARD.replace(" ", "") not in safe_text("a " * 700_000 + CARD.replace(" ", ""))


def test_minimal_keeps_reason_and_team_and_makes_the_case_urgent() -> None:
    packet = minimal(case(), LOADED, "TypeError")
    assert (packet.why.reason_code, packet.why.team, packet.why.severity) == ("legal", "legal_desk", Severity.HIGH)
    assert packet.why.flags == ("minimal", "fault:TypeError")
    assert packet.why.claim_due_at == NOW + timedelta(hours=1)
    assert packet.action.promise.text.startswith("A person takes over this conversation and replies within 1 hour.")
    assert packet.action.playbook == PacketPlaybook(id="read_transcript", steps=(READ_TRANSCRIPT,))
    assert packet.context.summary[0].turns == (5,)


def test_minimal_is_not_slower_than_the_class_of_the_case() -> None:
    packet = minimal(case(fired=(fired("safety.gas"),)), LOADED, "KeyError")
    assert packet.why.claim_due_at == NOW + timedelta(minutes=5)
    assert packet.why.severity is Severity.CRITICAL


def test_what_cannot_be_assembled_is_handed_over_minimal() -> None:
    with pytest.raises(PolicyError):
        assemble(case(), UNREADABLE)
    packet = assemble_or_minimal(case(), UNREADABLE)
    assert packet.why.flags == ("minimal", "fault:PolicyError")
    assert assemble_or_minimal(case(), LOADED) == assemble(case(), LOADED)


TEXT = st.text(st.characters(exclude_categories=()), max_size=60)
"""Any text, also one that is no valid UTF-8."""
NUMBER = st.integers(min_value=-5, max_value=9)
MOMENT = st.datetimes(timezones=st.none() | st.just(UTC))
EVIDENCE = st.builds(
    Evidence, kind=TEXT, detail=TEXT, quote=TEXT, score=st.floats(), threshold=st.floats(), turn=NUMBER
)
FIRED = st.builds(
    Fired,
    trigger_id=TEXT | st.sampled_from([trigger.id for trigger in LOADED.policy.triggers]),
    family=TEXT,
    reason=TEXT,
    action=st.sampled_from(Action),
    severity=st.sampled_from(Severity),
    sla=st.none() | TEXT,
    evidence=st.lists(EVIDENCE, max_size=2).map(tuple),
)
ANY_CASE = st.builds(
    Case,
    handover_id=TEXT,
    conversation_id=TEXT,
    now=MOMENT,
    channel=TEXT,
    language=TEXT,
    customer_ref=TEXT,
    verification_level=TEXT,
    previous_handover_id=st.none() | TEXT,
    fired=st.lists(FIRED, max_size=3).map(tuple),
    fault=st.none() | TEXT,
    flags=st.lists(TEXT, max_size=2).map(tuple),
    waiting_since=st.none() | MOMENT,
    turns=st.lists(
        st.builds(CaseTurn, seq=NUMBER, author=st.sampled_from(["customer", "assistant"]) | TEXT, text=TEXT, at=MOMENT),
        max_size=4,
    ).map(tuple),
    attempts=st.lists(st.builds(Attempt, turn=NUMBER, text=TEXT, intent=TEXT, result=TEXT), max_size=2).map(tuple),
    sentiment=st.lists(st.tuples(NUMBER, st.floats()), max_size=3).map(tuple),
    redactions=st.dictionaries(TEXT, NUMBER, max_size=2),
    transcript_turns=NUMBER,
    facts=st.dictionaries(
        st.sampled_from(("conversation.turns", "conversation.sentiment", "conversation.sentiment_trend")) | TEXT,
        NUMBER | st.floats() | TEXT | st.booleans(),
    ),
)  # fmt: skip


def _is_whole(packet: Packet) -> bool:
    return load(dump(packet)) == packet and bool(packet.action.promise.text)


@UNHURRIED
@given(any_case=ANY_CASE)
def test_any_case_has_a_packet(any_case: Case) -> None:
    assert _is_whole(assemble(any_case, LOADED))


@UNHURRIED
@given(any_case=ANY_CASE, fault=TEXT, policy=st.sampled_from([LOADED, BARE, UNREADABLE]))
def test_minimal_cannot_fail(any_case: Case, fault: str, policy: LoadedPolicy) -> None:
    packet = minimal(any_case, policy, fault)
    assert _is_whole(packet)
    assert packet.why.claim_due_at <= packet.envelope.created_at + timedelta(hours=1)


@UNHURRIED
@given(before=TEXT, after=TEXT, author=st.sampled_from(["customer", "assistant"]))
def test_no_packet_of_redacted_texts_has_a_card_number(before: str, after: str, author: str) -> None:
    redacted = f"{before} **** **** **** 1111 {after}"
    packet = assemble(case(turns=(*TURNS, turn(6, author, redacted))), LOADED)
    assert CARD.replace(" ", "") not in json.dumps(dump(packet)).replace(" ", "")
    assert "1111" not in json.dumps(packet.context.entities)
