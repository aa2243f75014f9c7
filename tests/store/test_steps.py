"""Steps toward destinations: made once, leased one at a time in their order, settled by their holder alone."""

from __future__ import annotations

from typing import Any

import pytest

from conversation.effects import OUTBOUND
from states.vocabulary import Effect
from store import outbox, progress, steps, tickets
from store.records import DueStep
from tests.store.example import HOUR, MINUTE, NOW, Bench, step, ticket

ON_TICKET = ("note",)


@pytest.fixture
def case(bench: Bench) -> Bench:
    bench.case()
    return bench


def add(bench: Bench, step_id: str, number: int = 1, **more: Any) -> bool:
    made: bool = bench.run(steps.add_step, step(step_id, **more), number, NOW)
    return made


def lease(bench: Bench, owner: str = "w1", at: Any = NOW, seconds: float = 60) -> DueStep | None:
    found: DueStep | None = bench.run(steps.lease_step, "tickets", owner, at, seconds, ON_TICKET)
    return found


def held(bench: Bench, owner: str = "w1", at: Any = NOW) -> DueStep:
    found = lease(bench, owner, at)
    assert found is not None
    return found


def row(bench: Bench, step_id: str) -> Any:
    table = steps.OUTBOX
    return bench.rows(
        lambda connection: connection.execute(table.select().where(table.c.id == step_id)).mappings().one()
    )


def read(bench: Bench, act: Any, *given: Any) -> Any:
    return bench.rows(lambda connection: act(connection, *given))


def test_effects_wait_in_the_order_they_happened(bench: Bench) -> None:
    bench.open()
    bench.hand_over(effects=(Effect.PAGE, Effect.DELIVER_HANDOVER))
    bench.commit(effects=(Effect.FORWARD_MESSAGE,))
    bench.commit(effects=(Effect.SEND_CODE,), payloads={Effect.SEND_CODE: {"handover_id": "ho1"}})
    queued = read(bench, outbox.queued_effects, "c1")
    assert [one.effect for one in queued] == [
        Effect.PAGE, Effect.DELIVER_HANDOVER, Effect.FORWARD_MESSAGE, Effect.SEND_CODE,
    ]  # fmt: skip
    assert queued[1].payload == {"handover_id": "ho1"}
    assert set(read(bench, outbox.effects_in_queue)) == {(one.id, "c1") for one in queued}
    for one in queued:
        bench.run(outbox.effect_expanded, one.id, ["s1"], NOW)
    assert read(bench, outbox.queued_effects, "c1") == ()
    assert read(bench, outbox.effects_in_queue) == ()


@pytest.mark.parametrize(
    ("moot", "receipt"), [("", {"steps": ["s1"]}), ("closed", {"steps": ["s1"], "moot": "closed"})]
)
def test_an_effect_that_was_expanded_tells_what_came_of_it(bench: Bench, moot: str, receipt: dict[str, Any]) -> None:
    bench.open()
    bench.commit(effects=(Effect.PAGE,))
    (one,) = read(bench, outbox.queued_effects, "c1")
    bench.run(outbox.mark_undeliverable, one.id)
    bench.run(outbox.effect_expanded, one.id, ["s1"], NOW, moot)
    found = row(bench, one.id)
    assert (found["status"], found["receipt"], found["last_code"], found["settled_at"]) == ("done", receipt, "", NOW)


def test_the_effect_that_has_waited_longest_comes_first(bench: Bench) -> None:
    for number, age in ((1, 1), (2, 3), (3, 2)):
        bench.open(f"c{number}")
        bench.commit(f"c{number}", effects=(Effect.PAGE,), at=NOW - age * HOUR)
    assert [conversation for _, conversation in read(bench, outbox.effects_in_queue)] == ["c2", "c3", "c1"]


@pytest.mark.parametrize("effect", sorted(OUTBOUND))
def test_an_effect_that_somebody_must_hear_of_is_overdue_until_it_is_marked_once(bench: Bench, effect: Effect) -> None:
    bench.case(effects=(effect,))
    (one,) = read(bench, outbox.queued_effects, "c1")
    assert read(bench, outbox.overdue_effects, NOW) == (), "it is not older than that"
    overdue = read(bench, outbox.overdue_effects, NOW + MINUTE)
    assert overdue == ((one,) if effect.value in outbox.MUST_BE_HEARD else ())
    assert not one.undeliverable
    assert bench.run(outbox.mark_undeliverable, one.id)
    assert not bench.run(outbox.mark_undeliverable, one.id), "it is marked already"
    assert read(bench, outbox.overdue_effects, NOW + MINUTE) == ()
    (marked,) = read(bench, outbox.queued_effects, "c1")
    assert marked.undeliverable, "it waits still"
    bench.run(outbox.effect_expanded, one.id, [], NOW)
    assert not bench.run(outbox.mark_undeliverable, one.id), "it waits no more"


def test_what_no_destination_can_perform_is_shown_oldest_first_with_its_team(bench: Bench) -> None:
    for number, age in ((1, 1), (2, 2), (3, 3)):
        bench.case(f"c{number}", f"ho{number}", effects=(), team=f"team {number}")
        bench.commit(f"c{number}", effects=(Effect.PAGE,), at=NOW - age * HOUR)
    for number in (1, 2):
        (one,) = read(bench, outbox.queued_effects, f"c{number}")
        bench.run(outbox.mark_undeliverable, one.id)
    found = read(bench, outbox.undeliverable, 5)
    assert [(one["conversation_id"], one["handover_id"], one["team"], one["since"]) for one in found] == [
        ("c2", "ho2", "team 2", NOW - 2 * HOUR), ("c1", "ho1", "team 1", NOW - HOUR),
    ]  # fmt: skip
    assert {one["effect"] for one in found} == {"page"}
    assert len(read(bench, outbox.undeliverable, 1)) == 1


def test_a_conversation_is_held(case: Bench) -> None:
    assert case.run(outbox.hold_conversation, "c1")["id"] == "c1"
    assert case.run(outbox.hold_conversation, "c9", patient=False) is None


def test_a_step_is_written_once_and_a_handover_is_opened_once(case: Bench) -> None:
    assert add(case, "s1")
    assert not add(case, "s1")
    assert not add(case, "s2"), "a second OPEN of the same handover"
    assert add(case, "s3", 2, job="note")
    assert add(case, "s4", destination="chat")


def test_steps_are_known_by_their_place_and_job(case: Bench) -> None:
    assert read(case, steps.last_step, "ho1", "tickets") == (None, 0)
    assert not read(case, steps.has_steps, "ho1")
    add(case, "s:1")
    add(case, "s:2", 2, job="note")
    add(case, "x_1", 3, job="note")
    assert read(case, steps.last_step, "ho1", "tickets") == ("x_1", 3)
    assert read(case, steps.has_steps, "ho1")
    assert not read(case, steps.has_steps, "ho2")
    assert not read(case, steps.has_steps, "ho1", ("open", "note"))
    assert read(case, steps.has_step, "ho1", "tickets", "note")
    assert not read(case, steps.has_step, "ho1", "chat", "note")
    assert read(case, steps.destinations_of, "ho1", "open") == {"tickets"}
    assert read(case, progress.count_like, "ho1", "tickets", "s:") == 2
    assert read(case, progress.count_like, "ho1", "tickets", "x_") == 1, "_ is no wildcard"
    assert [one.id for one in read(case, steps.followers, "ho1", "tickets")] == ["s:1", "s:2", "x_1"]


def test_nothing_waits_for_a_code_but_its_number_is_counted(case: Bench) -> None:
    add(case, "s:1")
    add(case, "s:2", 2, job="code")
    assert read(case, steps.last_step, "ho1", "tickets") == ("s:1", 2)


def test_a_step_is_leased_by_one_and_comes_back_unsure_when_its_worker_died(case: Bench) -> None:
    add(case, "s1")
    first = held(case)
    assert (first.id, first.attempts, first.unsure, first.task, first.request) == (
        "s1",
        1,
        False,
        {"text": "words"},
        None,
    )
    assert lease(case, "w2") is None
    assert not read(case, steps.is_due, "tickets", NOW, ON_TICKET)
    again = held(case, "w2", NOW + 2 * MINUTE)
    assert (again.attempts, again.unsure) == (2, True)
    for act in (
        lambda one: case.run(steps.freeze, one, {}),
        lambda one: case.run(steps.hand_back, one, NOW, "gate"),
        lambda one: case.run(steps.retry_step, one, at=NOW, code="x", unsure=True, counts=True),
        lambda one: case.run(steps.step_done, one, {}, NOW),
        lambda one: case.run(steps.step_dead, one, {}, {}, "x", NOW),
    ):
        assert act(first) is False, "the lease was lost"
    assert case.run(steps.step_done, again, {"ref": "1"}, NOW)


def test_a_step_waits_for_the_one_before_it_for_its_time_and_for_the_ticket(case: Bench) -> None:
    add(case, "s1")
    add(case, "s2", 2, job="note", after_id="s1")
    first = held(case)
    assert lease(case, "w2") is None
    case.run(steps.step_done, first, {"ref": "1"}, NOW)
    assert lease(case) is None, "there is no ticket"
    case.run(tickets.add_ticket, ticket(), NOW)
    assert read(case, steps.is_due, "tickets", NOW, ON_TICKET)
    assert not read(case, steps.is_due, "tickets", NOW - MINUTE, ON_TICKET)
    assert held(case).id == "s2"


def test_a_frozen_request_is_sent_again_as_it_was(case: Bench) -> None:
    add(case, "s1")
    one = held(case)
    assert case.run(steps.freeze, one, {"body": 1})
    case.run(steps.retry_step, one, at=NOW + MINUTE, code="timeout", unsure=True, counts=True, written="7")
    assert lease(case) is None
    again = held(case, at=NOW + MINUTE)
    assert (again.request, again.attempts, again.unsure, again.written) == ({"body": 1}, 2, True, "7")


@pytest.mark.parametrize(("counts", "attempts"), [(True, 2), (False, 1)])
def test_an_attempt_counts_or_does_not(case: Bench, counts: bool, attempts: int) -> None:
    add(case, "s1")
    case.run(steps.retry_step, held(case), at=NOW, code="429", unsure=False, counts=counts)
    assert held(case).attempts == attempts


def test_a_step_that_was_not_attempted_goes_back_uncounted(case: Bench) -> None:
    add(case, "s1")
    case.run(steps.hand_back, held(case), NOW + MINUTE, "budget")
    assert (row(case, "s1")["attempts"], row(case, "s1")["last_code"]) == (0, "budget")
    assert lease(case) is None
    assert held(case, at=NOW + MINUTE).unsure is False


@pytest.mark.parametrize(
    ("jump", "due"),
    [(2 * HOUR, NOW - HOUR), (HOUR / 4, NOW + HOUR * 0.75), (0 * HOUR, NOW)],
    ids=["far back", "a little back", "unseen"],
)
def test_after_the_time_was_set_back_what_waits_keeps_the_length_it_had_left(case: Bench, jump: Any, due: Any) -> None:
    add(case, "s1")
    case.run(steps.retry_step, held(case), at=NOW + HOUR, code="429", unsure=False, counts=True)
    assert case.run(steps.catch_up, NOW, jump) == 1
    assert row(case, "s1")["next_attempt_at"] == max(NOW, due)


def test_what_waits_no_longer_than_a_retry_may_is_left_alone_when_nobody_saw_a_jump(case: Bench) -> None:
    add(case, "s1")
    case.run(steps.retry_step, held(case), at=NOW + steps.LONGEST_PAUSE, code="429", unsure=False, counts=True)
    assert case.run(steps.catch_up, NOW, 0 * HOUR) == 0
    assert row(case, "s1")["next_attempt_at"] == NOW + steps.LONGEST_PAUSE


def test_a_lease_from_before_the_time_was_set_back_ends(case: Bench) -> None:
    add(case, "s1")
    held(case, at=NOW + HOUR)
    assert lease(case, "w2") is None
    assert case.run(steps.catch_up, NOW, HOUR) == 1
    assert held(case, "w2", at=NOW + 2 * MINUTE).unsure, "the one who held it may have got through"


def test_what_is_done_keeps_no_words(case: Bench) -> None:
    add(case, "s1")
    one = held(case)
    case.run(steps.freeze, one, {"body": "words"})
    case.run(steps.step_done, one, {"ref": "1"}, NOW)
    found = row(case, "s1")
    assert (found["status"], found["payload"], found["request"], found["receipt"]) == ("done", {}, None, {"ref": "1"})
    assert read(case, progress.written_since, "ho1", "tickets", NOW - MINUTE) == (NOW,)
    assert read(case, progress.written_since, "ho1", "tickets", NOW) == ()


def test_what_is_given_up_is_buried_with_its_followers_and_replayed_with_them(case: Bench) -> None:
    add(case, "s1")
    add(case, "s2", 2, job="note", after_id="s1")
    case.run(steps.step_dead, held(case), {"left": 1}, {"why": "422"}, "http_422", NOW)
    assert read(case, steps.is_dead, "ho1", "tickets", "open")
    case.run(steps.bury, {"s2": {"left": 2}}, NOW)
    assert (row(case, "s2")["status"], row(case, "s2")["last_code"]) == ("dead", steps.BURIED)
    assert [one["id"] for one in read(case, progress.unsettled, "dead", 5)] == ["s1", "s2"]
    assert read(case, progress.totals, "tickets") == (0, 2, None)
    assert case.run(steps.replay, "s1", NOW) == 2
    assert not read(case, steps.is_dead, "ho1", "tickets", "open")
    assert held(case).unsure, "the last attempt may have got through"
    assert case.run(steps.replay, "s1", NOW) == 0


def test_all_that_is_dead_is_replayed_and_effects_are_not(case: Bench) -> None:
    add(case, "s1")
    add(case, "s2", destination="chat")
    for place in ("tickets", "chat"):
        one = case.run(steps.lease_step, place, "w", NOW, 60, ON_TICKET)
        case.run(steps.step_dead, one, {}, {}, "x", NOW)
    assert case.run(steps.replay, None, NOW) == 2
    assert [one.status for one in case.rows(lambda c: c.execute(steps.OUTBOX.select()).all())].count("pending") == 3


def test_operators_see_what_waits_what_fails_and_when_something_got_through(case: Bench) -> None:
    add(case, "s1")
    add(case, "s2", 2, job="note")
    add(case, "s3", 3, job="note")
    case.run(tickets.add_ticket, ticket(), NOW)
    case.run(steps.step_done, held(case), {}, NOW + MINUTE)
    for code in ("timeout", "http_500"):
        case.run(steps.retry_step, held(case), at=NOW + HOUR, code=code, unsure=False, counts=True)
    assert read(case, progress.totals, "tickets") == (2, 0, NOW + MINUTE)
    assert read(case, progress.failing, "tickets") == "http_500, timeout"
    assert read(case, progress.totals, "chat") == (0, 0, None)
    assert read(case, progress.waited_for) == {"tickets"}
    waiting = read(case, progress.unsettled, "pending", 5)
    assert [one["id"] for one in waiting if one["destination"]] == ["s2", "s3"]
    assert "payload" not in waiting[0]


def test_something_of_ours_is_on_its_way_while_effects_or_moves_wait(case: Bench) -> None:
    moves = ("claim",)
    assert read(case, progress.is_changing, "c1", "tickets", moves), "an effect waits"
    for one in read(case, outbox.queued_effects, "c1"):
        case.run(outbox.effect_expanded, one.id, [], NOW)
    assert not read(case, progress.is_changing, "c1", "tickets", moves)
    add(case, "s1", job="note")
    assert not read(case, progress.is_changing, "c1", "tickets", moves)
    add(case, "s2", 2, job="claim")
    assert read(case, progress.is_changing, "c1", "tickets", moves)
    assert not read(case, progress.is_changing, "c1", "chat", moves)


@pytest.mark.parametrize("effect", sorted(OUTBOUND))
def test_what_somebody_must_hear_of_changes_no_ticket(bench: Bench, effect: Effect) -> None:
    bench.case(effects=(effect,))
    assert read(bench, progress.is_changing, "c1", "tickets", ()) == (effect.value not in outbox.MUST_BE_HEARD)


def test_a_destination_is_waited_for_while_a_step_toward_it_waits(case: Bench) -> None:
    assert read(case, progress.waited_for) == frozenset(), "an effect waits for no destination"
    add(case, "s1")
    add(case, "s2", destination="chat")
    assert read(case, progress.waited_for) == {"tickets", "chat"}
    case.run(steps.step_done, held(case), {}, NOW)
    assert read(case, progress.waited_for) == {"chat"}


def test_what_a_destination_held_when_somebody_acted_there(bench: Bench) -> None:
    """A message that was never to be brought there counts as held; one still on its way, or brought later, does not."""
    bench.open()
    for number in ("m1", "m2"):
        bench.receive(message_id=number)
        bench.answer("c1", number, "Three days.")
    assert read(bench, outbox.messages_held, "c1", "tickets", NOW) == {"m1", "m2"}
    bench.hand_over(effects=(Effect.DELIVER_HANDOVER,))
    bench.receive(message_id="m3", text="one more thing")
    bench.commit(
        cause="message:m3", message_id="m3", effects=(Effect.FORWARD_MESSAGE,),
        payloads={Effect.FORWARD_MESSAGE: {"handover_id": "ho1", "message_id": "m3"}},
    )  # fmt: skip
    assert read(bench, outbox.messages_held, "c1", "tickets", NOW) == {"m1", "m2"}
