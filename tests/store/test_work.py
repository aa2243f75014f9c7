"""Commit 2: an outcome is written whole on the version it was decided on, or nothing of it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from conversation.effects import OUTBOUND
from conversation.records import TemplateUse
from proof.chain import first_break
from states.errors import GuardRefused, SpeechRefused
from states.table import HAND_OVER
from states.vocabulary import Clock, Effect, Event, Role, State
from store import arrivals, queries
from store.outbox import write_outbox
from store.records import Bound
from store.rows.conversation import ConversationRow
from store.work import AlreadyDone, StaleOutcome, UnitOfWork, write_handover
from tests.store.example import HOUR, NOW, Bench, answering, handover_row


def everything(bench: Bench) -> dict[str, list[Any]]:
    """All rows of all tables."""
    tables = ConversationRow.metadata.sorted_tables
    return bench.rows(lambda connection: {one.name: list(connection.execute(one.select())) for one in tables})


def test_an_outcome_moves_the_row_and_writes_events_words_clocks_and_effects(bench: Bench) -> None:
    bench.open()
    bench.receive()
    done = bench.commit(
        cause="message:m1", message_id="m1", event=Event.PACKET_READY, source=State.TRIGGERED, state=State.HANDED_OFF,
        latched=True, effects=HAND_OVER, says={Effect.SEND_SCRIPT: "A person comes."}, lease="w1",
        handover_opened=handover_row("ho1", "c1"), payloads={Effect.DELIVER_HANDOVER: {"handover_id": "ho1"}},
        timers={Clock.CLAIM: (Event.SLA_BREACHED, NOW + HOUR)},
    )  # fmt: skip
    found = everything(bench)
    (row,), (event,), (effect,), (timer,) = (found[name] for name in ("conversation", "event", "outbox", "timer"))
    (handover,) = found["handover"]
    assert (done.version, row.version, row.state, row.latched, row.lease_owner) == (1, 1, "handed_off", True, None)
    assert (row.handover_id, handover.id, handover.open) == ("ho1", "ho1", True)
    assert (event.cause, event.hash, event.seq) == ("message:m1", row.head_hash, 2)
    assert [(one.author, one.seq, one.in_reply_to) for one in done.replies] == [("system", 3, "m1")]
    assert [(one.outcome_event_id, one.event_seq, one.effect) for one in found["message"]] == [
        (event.id, None, None), (None, event.seq, "send_script"),
    ]  # fmt: skip
    assert (effect.effect, effect.payload, effect.id) == ("deliver_handover", {"handover_id": "ho1"}, f"{event.id}:2")
    assert (timer.clock, timer.due_at) == ("claim", NOW + HOUR)
    assert row.next_seq == 4


def test_an_outcome_on_an_older_version_is_stale_and_writes_nothing(bench: Bench) -> None:
    bench.open()
    computed = bench.outcome(**answering("late"))
    bench.commit(state=State.GUARDED, event=Event.CAUTION_RAISED)
    before = everything(bench)
    with pytest.raises(StaleOutcome, match="version 0"):
        UnitOfWork(bench.store).commit(computed, lambda connection: None, None, None)
    assert everything(bench) == before


def test_without_the_check_the_same_outcome_would_be_written(bench: Bench) -> None:
    bench.open()
    computed = bench.outcome(**answering("late"))
    bench.commit(state=State.GUARDED, event=Event.CAUTION_RAISED)
    done = UnitOfWork(bench.store, check_version=False).commit(computed, lambda connection: None, None, None)
    assert [one.text for one in done.replies] == ["late"]


@pytest.mark.parametrize(
    "changed",
    [
        {"event": Event.CUSTOMER_REPLIED},
        {"role": Role.CUSTOMER},
        {"effects": (Effect.SEND_CAUTION,)},
        {"effects": (Effect.SEND_ANSWER, Effect.PAGE)},
        {"source": State.HANDED_OFF},
        {"state": State.GUARDED},
    ],
    ids=str,
)
def test_words_that_no_row_of_the_table_asks_for_write_nothing(bench: Bench, changed: dict[str, Any]) -> None:
    bench.open()
    before = everything(bench)
    with pytest.raises(SpeechRefused, match="no event of this outcome"):
        bench.commit(**{**answering("Hi!"), **changed})
    assert everything(bench) == before


def test_a_cause_has_one_outcome(bench: Bench) -> None:
    bench.open()
    bench.commit(cause="act:1")
    before = everything(bench)
    with pytest.raises(AlreadyDone, match="act:1"):
        bench.commit(cause="act:1")
    assert everything(bench) == before


def test_a_checkpoint_that_fails_takes_everything_with_it(bench: Bench) -> None:
    bench.open()
    before = everything(bench)

    def broken(connection: object) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        UnitOfWork(bench.store).commit(bench.outcome(), broken, Bound(id="k1", hash="d1"), None)
    assert everything(bench) == before


def test_the_checkpoint_is_named_by_the_row_and_the_event(bench: Bench) -> None:
    bench.open()
    UnitOfWork(bench.store).commit(bench.outcome(), lambda connection: None, Bound(id="k1", hash="d1"), None)
    found = everything(bench)
    assert (found["conversation"][0].checkpoint_id, found["event"][0].checkpoint_id) == ("k1", "k1")
    assert found["event"][0].checkpoint_hash == "d1"
    assert bench.rows(lambda connection: queries.event_of_checkpoint(connection, "c1", "k1"))["checkpoint_hash"] == "d1"
    assert bench.rows(lambda connection: queries.event_of_checkpoint(connection, "c1", "k2")) is None
    known = [bench.rows(lambda connection, name=name: queries.has_events(connection, name)) for name in ("c1", "c2")]
    assert known == [True, False]


@pytest.mark.parametrize("state", [State.BOT_HANDLING, State.GUARDED])
def test_the_database_itself_refuses_a_latched_conversation_in_which_the_bot_may_speak(
    bench: Bench, state: State
) -> None:
    bench.open()
    with pytest.raises(IntegrityError):
        bench.commit(state=state, latched=True)


def test_a_conversation_has_one_open_handover(bench: Bench) -> None:
    bench.case()
    with pytest.raises(IntegrityError):
        bench.hand_over(handover_id="ho2")


def test_changes_reach_the_open_handover_alone(bench: Bench) -> None:
    bench.case()
    bench.commit(handover_changed={"open": False, "outcome": "done", "closed_at": NOW}, state=State.RESOLVED)
    bench.hand_over(handover_id="ho2")
    bench.commit(handover_changed={"severity": "critical"})
    found = {one.id: (one.open, one.severity, one.outcome) for one in everything(bench)["handover"]}
    assert found == {"ho1": (False, "normal", "done"), "ho2": (True, "critical", None)}


def test_an_answer_leaves_the_idle_clock_alone_and_a_move_sets_it(bench: Bench) -> None:
    bench.open()
    later = {Clock.IDLE: (Event.EXPIRED, NOW + 30 * HOUR)}
    bench.commit(timers=later)
    assert bench.rows(lambda connection: queries.timers(connection, "c1"))["idle"] == NOW + 24 * HOUR
    bench.commit(timers=later, state=State.GUARDED)
    assert bench.rows(lambda connection: queries.timers(connection, "c1"))["idle"] == NOW + 30 * HOUR


def test_another_workers_lease_stays(bench: Bench) -> None:
    bench.open()
    bench.run(arrivals.take_lease, "c1", "w2", NOW, 60.0)
    bench.commit(lease="w1")
    assert bench.rows(lambda connection: queries.conversation(connection, "c1"))["lease_owner"] == "w2"


def test_a_template_that_is_no_longer_approved_stops_the_outcome(bench: Bench) -> None:
    bench.open()
    before = everything(bench)
    with pytest.raises(GuardRefused, match="not there"):
        bench.commit(template=TemplateUse(id="letter", language="en", version=1))
    assert everything(bench) == before


def test_what_leaves_the_database_is_a_row_named_by_its_event_and_its_place(bench: Bench) -> None:
    bench.open()
    told = {effect: {"told": effect.value} for effect in OUTBOUND}
    bench.commit(effects=tuple(Effect), payloads=told, at=NOW + HOUR)
    found = everything(bench)
    (event,) = found["event"]
    assert {(one.id, one.effect, one.payload["told"], one.status, one.next_attempt_at) for one in found["outbox"]} == {
        (f"{event.id}:{number}", effect.value, effect.value, "pending", NOW + HOUR)
        for number, effect in enumerate(Effect)
        if effect in OUTBOUND
    }


def test_an_outcome_that_tells_nobody_has_no_row(bench: Bench) -> None:
    bench.open()
    bench.commit()
    assert everything(bench)["outbox"] == []


def test_a_message_is_masked_where_only_a_later_one_shows_it_to_be_private(bench: Bench) -> None:
    bench.open()
    bench.receive(text="it is 4711")
    bench.commit(masked={"m1": ("it is [code]", {"code": 1}), "m9": ("nothing", {})})
    (found,) = everything(bench)["message"]
    assert (found.text, found.redactions) == ("it is [code]", {"code": 1})


def test_events_form_one_chain(bench: Bench) -> None:
    bench.open()
    for _ in range(3):
        bench.commit()
    events = bench.rows(lambda connection: [dict(one) for one in queries.events(connection, "c1")])
    assert (len(events), first_break(events)) == (3, None)


def test_owner_and_consent_are_kept_and_taken_away(bench: Bench) -> None:
    bench.case()
    bench.commit(
        state=State.AGENT_VERIFYING, owner_id="anna", owner_role=Role.FRONTLINE_AGENT, pending_consent={"hash": "x"}
    )
    row = bench.rows(lambda connection: queries.conversation(connection, "c1"))
    assert (row["owner_id"], row["owner_role"], row["pending_consent"]) == ("anna", "frontline_agent", {"hash": "x"})
    bench.commit(owner_id=None, owner_role=None, pending_consent=None)
    row = bench.rows(lambda connection: queries.conversation(connection, "c1"))
    assert (row["owner_id"], row["owner_role"], row["pending_consent"]) == (None, None, None)


def test_effects_and_the_handover_are_parts_of_the_outcome_that_can_be_written_alone(bench: Bench) -> None:
    bench.open()
    outcome = bench.outcome(effects=(Effect.PAGE,), handover_opened=handover_row("ho1", "c1"))
    bench.run(write_outbox, outcome)
    bench.run(write_handover, outcome)
    found = everything(bench)
    assert ([one.effect for one in found["outbox"]], [one.id for one in found["handover"]]) == (["page"], ["ho1"])
