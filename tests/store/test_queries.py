"""Reads: what a run decides on, and what people see."""

from __future__ import annotations

from datetime import datetime
from random import Random

import pytest

from conversation.handover import Handover
from handover.deadlines.ladder import Climb
from handover.people.codes import Challenge
from states.errors import NotFound
from states.vocabulary import Effect, Event, Role, State
from store import queries
from tests.store.example import HOUR, MINUTE, NOW, Bench, answering, handover_row


def read(bench: Bench, act: object, *given: object) -> object:
    return bench.rows(lambda connection: act(connection, *given))  # type: ignore[operator]


def talked(bench: Bench, turns: int = 2) -> None:
    bench.open()
    for number in range(1, turns + 1):
        bench.receive(message_id=f"m{number}", text=f"question {number}", at=NOW + number * MINUTE)
        bench.answer("c1", f"m{number}", f"answer {number}")


def test_a_snapshot_has_the_row_a_bounded_window_and_the_oldest_open_message(bench: Bench) -> None:
    talked(bench, turns=queries.WINDOW)
    bench.receive(message_id="open-1", at=NOW + HOUR)
    bench.receive(message_id="open-2", at=NOW + HOUR)
    seen = read(bench, queries.snapshot, "c1")
    assert (seen.state, seen.version, seen.latched, seen.handover) == (State.BOT_HANDLING, queries.WINDOW, False, None)
    assert seen.pending.id == "open-1"
    assert [one.text for one in seen.window][-2:] == [f"question {queries.WINDOW}", f"answer {queries.WINDOW}"]
    assert len(seen.window) <= queries.WINDOW
    assert seen.timers == {}
    row = read(bench, queries.conversation, "c1")
    assert read(bench, queries.snapshot_of, row) == seen


def test_a_snapshot_under_the_latch_has_the_handover_and_the_clocks(bench: Bench) -> None:
    bench.case()
    seen = read(bench, queries.snapshot, "c1")
    assert (seen.latched, seen.handover.id, set(seen.timers)) == (True, "ho1", {"claim"})


def test_what_a_person_gave_back_is_read_where_the_history_says_so(bench: Bench) -> None:
    bench.case()
    closed = {"open": False, "closed_at": NOW}
    back = {"state": State.BOT_HANDLING, "latched": False, "handover_changed": closed}
    bench.commit(**back)
    assert read(bench, queries.snapshot, "c1").returned is None
    bench.commit(history={"returned": "ho1"})
    seen = read(bench, queries.snapshot, "c1")
    assert (seen.returned.id, seen.handover) == ("ho1", None)


@pytest.mark.parametrize("act", [queries.snapshot, queries.conversation])
def test_a_conversation_that_is_not_there_is_named(bench: Bench, act: object) -> None:
    with pytest.raises(NotFound, match="'c9'"):
        read(bench, act, "c9")


def test_the_transcript_is_in_order_whole_or_its_end(bench: Bench) -> None:
    talked(bench)
    assert [one.text for one in read(bench, queries.transcript, "c1")] == [
        "question 1", "answer 1", "question 2", "answer 2",
    ]  # fmt: skip
    assert [one.text for one in read(bench, queries.transcript, "c1", 2)] == ["question 2", "answer 2"]
    assert read(bench, queries.length, "c1") == 4


def test_one_message_and_what_was_answered_to_it(bench: Bench) -> None:
    talked(bench)
    assert read(bench, queries.message, "c1", "m2").text == "question 2"
    assert read(bench, queries.message, "c1", "m9") is None
    assert [one.text for one in read(bench, queries.replies_to, "c1", "m1")] == ["answer 1"]


def test_a_row_of_the_transcript_is_a_value(bench: Bench) -> None:
    talked(bench, turns=1)
    row = bench.rows(lambda connection: connection.execute(queries.MESSAGE.select()).mappings().first())
    assert queries.message_of(row) == read(bench, queries.message, "c1", "m1")


def test_events_are_in_order_whole_or_their_end_and_found_by_their_cause(bench: Bench) -> None:
    talked(bench)
    assert [one["cause"] for one in read(bench, queries.events, "c1")] == ["message:m1", "message:m2"]
    assert [one["cause"] for one in read(bench, queries.events, "c1", 1)] == ["message:m2"]
    assert read(bench, queries.first_event_of, "c1", "message:m1")["event"] == Event.MESSAGE_ANSWERED
    assert read(bench, queries.first_event_of, "c1", "message:m9") is None


def test_an_act_is_found_in_the_open_case_of_who_did_it(bench: Bench) -> None:
    bench.case()
    bench.commit(cause="act:a1", event=Event.CLAIMED, handover_changed={"owner_id": ""})
    assert read(bench, queries.conversation_of_act, "a1", "", Event.CLAIMED) == "c1"
    assert read(bench, queries.conversation_of_act, "a1", "ben", Event.CLAIMED) is None
    assert read(bench, queries.conversation_of_act, "a1", "", Event.RELEASED) is None


def test_the_open_handover_comes_before_newer_closed_ones(bench: Bench) -> None:
    bench.case()
    bench.commit(handover_changed={"open": False, "closed_at": NOW}, state=State.RESOLVED)
    assert read(bench, queries.newest_handover, "c1")["id"] == "ho1"
    bench.hand_over(handover_id="ho2", created_at=NOW - HOUR)
    assert read(bench, queries.newest_handover, "c1")["id"] == "ho2"
    assert read(bench, queries.newest_handover, "c9") is None


def test_a_handover_comes_back_as_the_value_that_was_written(bench: Bench) -> None:
    challenge = Challenge(nonce="n", counter=1, contact="email", expires_at=NOW + HOUR)
    columns = {
        "severity": "critical", "skills": ["seniors"], "verify": True, "verify_level": "attested", "owner_id": "anna",
        "steps_done": ["checked"], "steps_by": {"checked": {"by": "anna", "at": NOW.isoformat()}}, "claimed_at": NOW,
        "ladders": {"claim": Climb(due_at=NOW, paged=True).to_json()}, "code": challenge.to_json(), "codes_sent": 1,
    }  # fmt: skip
    bench.case()
    bench.commit(handover_changed=columns)
    found = read(bench, queries.handover_of, "c1")
    assert found == Handover.from_row(handover_row("ho1", "c1", **columns))
    assert found == read(bench, queries.snapshot, "c1").handover
    assert read(bench, queries.handover_of, "c9") is None


def test_the_queue_shows_open_cases_with_what_was_said_last(bench: Bench) -> None:
    bench.case()
    bench.case("c2", "ho2")
    bench.commit("c2", handover_changed={"open": False, "closed_at": NOW}, state=State.RESOLVED)
    (only,) = bench.rows(
        lambda connection: connection.execute(queries.LINES.where(queries.HANDOVER.c.open)).mappings().all()
    )
    assert (only["id"], only["conversation_state"], only["last_message"]) == ("ho1", "handed_off", "human please")


def test_summaries_that_are_due_come_oldest_first(bench: Bench) -> None:
    for number, age in ((1, 1), (2, 2), (3, 0)):
        bench.case(f"c{number}", f"ho{number}", summary_due=number != 3, created_at=NOW - age * HOUR)
    assert [one["id"] for one in read(bench, queries.summaries_due, 5)] == ["ho2", "ho1"]
    assert [one["id"] for one in read(bench, queries.summaries_due, 1)] == ["ho2"]


def test_conversations_that_changed_last_come_first(bench: Bench) -> None:
    for number in (1, 2, 3):
        bench.open(f"c{number}", now=NOW + number * MINUTE)
    found = read(bench, queries.conversations, 2)
    assert [one["id"] for one in found] == ["c3", "c2"]
    after = (found[-1]["updated_at"], found[-1]["id"])
    assert [one["id"] for one in read(bench, queries.conversations, 2, after)] == ["c1"]


def test_a_page_of_conversations_loses_and_doubles_none_while_others_come_and_change(bench: Bench) -> None:
    """Many change in the same moment: then the id decides."""
    chance = Random(8)
    for number in range(40):
        bench.open(f"c{number:02}", now=NOW + chance.randrange(4) * MINUTE)
    still = {f"c{number:02}" for number in range(40)}
    shown: list[str] = []
    after: tuple[datetime, str] | None = None
    for turn in range(60):
        page = read(bench, queries.conversations, chance.randrange(1, 6), after)
        if not page:
            break
        shown += [one["id"] for one in page]
        after = (page[-1]["updated_at"], page[-1]["id"])
        later = NOW + HOUR + turn * MINUTE
        for number in range(chance.randrange(3)):
            bench.open(f"new{turn}-{number}", now=later)
        changed = f"c{chance.randrange(40):02}"
        bench.commit(changed, at=later)
        still -= {changed} - set(shown)
    assert len(shown) == len(set(shown)), "none twice"
    assert still <= set(shown), "none lost that stayed where it was"
    assert not [one for one in shown if one.startswith("new")]


def test_what_the_assistant_holds_comes_in_pages_the_newest_change_first(bench: Bench) -> None:
    for number in range(1, 6):
        bench.open(f"c{number}")
        bench.commit(f"c{number}", at=NOW + number * MINUTE)
    bench.commit("c4", state=State.RESOLVED, closed=True)
    bench.hand_over("c5")
    assert [(one["id"], total) for rows, total in [read(bench, queries.held, 0, 2)] for one in rows] == [
        ("c3", 3),
        ("c2", 3),
    ]
    assert [one["id"] for one in read(bench, queries.held, 2, 2)[0]] == ["c1"]


def test_what_waits_for_a_second_person_comes_oldest_first_and_not_when_it_is_closed(bench: Bench) -> None:
    for number in (1, 2, 3, 4):
        bench.open(f"c{number}")
    for number in (2, 1):
        bench.commit(f"c{number}", pending_consent={"hash": "x"}, at=NOW - number * MINUTE)
    bench.commit("c3", pending_consent={"hash": "x"}, closed=True, state=State.RESOLVED)
    rows, total = read(bench, queries.asking, 0, 10)
    assert ([one["id"] for one in rows], total) == (["c2", "c1"], 2)
    rows, total = read(bench, queries.asking, 1, 1)
    assert ([one["id"] for one in rows], total) == (["c1"], 2)


def test_roles_come_back_as_roles(bench: Bench) -> None:
    bench.case()
    bench.commit(state=State.AGENT_VERIFYING, owner_id="anna", owner_role=Role.FRONTLINE_AGENT)
    assert read(bench, queries.snapshot, "c1").owner_role is Role.FRONTLINE_AGENT


def test_what_the_customer_wrote_after_a_number_decided_or_not(bench: Bench) -> None:
    bench.open()
    bench.receive(message_id="m1")
    bench.answer("c1", "m1", "In three days.")
    seen = max(one.seq for one in bench.rows(lambda connection: queries.transcript(connection, "c1")))
    bench.receive(message_id="m2", text="and to Ireland?")
    bench.receive(message_id="m3", text="hello?", owner="w2")
    found = bench.rows(lambda connection: queries.written_after(connection, "c1", seen))
    assert [one.id for one in found] == ["m2", "m3"]
    assert bench.rows(lambda connection: queries.written_after(connection, "c1", found[-1].seq)) == ()


def test_conversations_with_events_are_those_in_which_anything_has_happened(bench: Bench) -> None:
    talked(bench)
    bench.open("c2")
    assert read(bench, queries.with_events) == ("c1",)


def test_the_newest_message_of_a_customer_is_found_also_by_how_its_id_begins(bench: Bench) -> None:
    talked(bench)
    bench.receive(message_id="open", at=NOW + HOUR)
    assert read(bench, queries.newest_of_customer, "c1").id == "open"
    assert read(bench, queries.newest_of_customer, "c1", "m").id == "m2"
    assert read(bench, queries.newest_of_customer, "c1", "_") is None, "no letter of a prefix stands for others"
    assert read(bench, queries.newest_of_customer, "c2") is None


def test_the_channel_that_opened_a_conversation_is_known(bench: Bench) -> None:
    bench.open("c1", opened_by="web")
    bench.open("c2")
    assert [read(bench, queries.opened_by, name) for name in ("c1", "c2", "c3")] == ["web", "", None]


def test_what_was_said_between_two_messages_of_the_customer_in_answer_to_none(bench: Bench) -> None:
    talked(bench)
    bench.receive(message_id="m3", at=NOW + HOUR)
    effect = Effect.SEND_AGENT_MESSAGE
    replied = {"event": Event.AGENT_REPLIED, "source": State.AGENT_VERIFYING, "role": Role.FRONTLINE_AGENT}
    owned = {"state": State.AGENT_VERIFYING, "latched": True, "owner_id": "anna", "owner_role": Role.FRONTLINE_AGENT}
    bench.commit(**replied, **owned, effects=(effect,), says={effect: "Anna here."})
    bench.receive(message_id="m4", at=NOW + HOUR)
    said = {name: [one.text for one in read(bench, queries.said_before, "c1", name)] for name in ("m1", "m3", "m4")}
    assert said == {"m1": [], "m3": [], "m4": ["Anna here."]}
    assert read(bench, queries.said_before, "c1", "nobody's") == ()
    late = {"cause": "returned:m3:e9", "message_id": "m3", "state": State.BOT_HANDLING, "latched": False}
    bench.commit(**answering("Three days."), **late, source=State.BOT_HANDLING, owner_id=None, owner_role=None)
    bench.receive(message_id="m5", at=NOW + HOUR)
    bench.receive(message_id="m6", at=NOW + HOUR)
    assert [one.text for one in read(bench, queries.said_before, "c1", "m5")] == ["Three days."]
    assert read(bench, queries.said_before, "c1", "m6") == ()


def test_messages_are_read_by_their_places(bench: Bench) -> None:
    bench.case()
    bench.case("c2", "ho2")
    numbers = {name: read(bench, queries.transcript, name)[0].seq for name in ("c1", "c2")}
    places = {("c1", numbers["c1"]), ("c2", numbers["c2"]), ("c2", 99)}
    assert read(bench, queries.said_at, places) == {place: "human please" for place in places if place[1] != 99}
    assert read(bench, queries.said_at, set()) == {}
