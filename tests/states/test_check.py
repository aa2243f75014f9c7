"""The proofs hold for the table, and each of them catches a table that breaks its promise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from states.abstract import Model
from states.check import DEPTH, count_sequences, first_leak, prove
from states.properties import CHECKS
from states.table import ALWAYS, ANSWERING, CLOCKS, OWNER, TABLE, VOICES, WITH_PERSON, Guard, Transition
from states.vocabulary import STAFF, Clock, Effect, Event, Role, State, Voice

S, E, R, X = State, Event, Role, Effect
Table = tuple[Transition, ...]
Which = Callable[[Transition], bool]


def _on(source: State | None = None, event: Event | None = None, target: State | None = None) -> Which:
    return lambda row: source in (None, row.source) and event in (None, row.event) and target in (None, row.target)


def _without(which: Which) -> Table:
    return tuple(row for row in TABLE if not which(row))


def _changed(which: Which, change: Callable[[Transition], Transition]) -> Table:
    assert any(map(which, TABLE)), "the mutant changes nothing"
    return tuple(change(row) if which(row) else row for row in TABLE)


def _with(source: State, event: Event, target: State, role: Role, *effects: Effect, guard: Guard = ALWAYS) -> Table:
    return (*TABLE, Transition(source=source, event=event, target=target, roles=(role,), guard=guard, effects=effects))


def _less(effect: Effect) -> Callable[[Transition], Transition]:
    return lambda row: replace(row, effects=tuple(one for one in row.effects if one is not effect))


def _more(*effects: Effect) -> Callable[[Transition], Transition]:
    return lambda row: replace(row, effects=(*row.effects, *effects))


def _open(row: Transition) -> Transition:
    return replace(row, guard=ALWAYS)


def _to(target: State) -> Callable[[Transition], Transition]:
    return lambda row: replace(row, target=target)


def _by(*roles: Role) -> Callable[[Transition], Transition]:
    return lambda row: replace(row, roles=roles)


def _needing(fact: str, value: bool = True) -> Callable[[Transition], Transition]:
    return lambda row: replace(row, guard=Guard("mutant", (*row.guard.needs, (fact, value))))


def _not_needing(fact: str) -> Callable[[Transition], Transition]:
    def change(row: Transition) -> Transition:
        return replace(row, guard=Guard("mutant", tuple(need for need in row.guard.needs if need[0] != fact)))

    return change


MUTANTS: dict[str, tuple[Table, ...]] = {
    "a_person_is_reachable": (_without(_on(event=E.CLAIMED)),),
    "a_handover_needs_no_goodwill": (
        _without(lambda row: row.source is S.TRIGGERED and row.event in (E.PACKET_READY, E.FAULT, E.SLA_BREACHED)),
        _changed(lambda row: row.source is S.TRIGGERED and R.SYSTEM in row.roles, _by(R.ADMIN)),
    ),
    "the_latch_holds": (
        _changed(_on(S.HANDED_OFF, E.FAULT), _to(S.BOT_HANDLING)),
        _changed(_on(S.AGENT_VERIFYING, E.CUSTOMER_REPLIED), _to(S.GUARDED)),
        _changed(_on(S.ESCALATED, E.RELEASED), _to(S.BOT_HANDLING)),
        _changed(_on(S.RESOLVED, E.REOPENED, S.BOT_HANDLING), _open),
        _changed(_on(event=E.HANDED_BACK), lambda row: replace(row, roles=(R.SYSTEM,), guard=ALWAYS)),
        _with(S.HANDED_OFF, E.MESSAGE_ANSWERED, S.HANDED_OFF, R.ASSISTANT, X.SEND_ANSWER),
    ),
    "the_latch_follows_the_states": (
        _changed(_on(S.BOT_HANDLING, E.TRIGGER_FIRED), _less(X.LOCK_BOT)),
        _changed(_on(event=E.HANDED_BACK), _less(X.UNLOCK_BOT)),
    ),
    "only_people_clear_the_latch": (
        _changed(_on(event=E.HANDED_BACK), _by(*STAFF, R.SYSTEM)),
        _changed(_on(event=E.RELEASED), _more(X.UNLOCK_BOT)),
        _changed(_on(S.HANDED_OFF, E.SLA_BREACHED), _more(X.UNLOCK_BOT)),
    ),
    "hand_back_is_guarded": (
        _changed(_on(event=E.HANDED_BACK), _open),
        _changed(_on(event=E.HANDED_BACK), _not_needing("compliance")),
        _changed(_on(event=E.HANDED_BACK), _not_needing("outcome_written")),
    ),
    "compliance_cases_go_back_by_two_people": (
        _changed(_on(event=E.HANDED_BACK), lambda row: replace(row, guard=OWNER)),
        _changed(_on(event=E.HAND_BACK_AGREED), _not_needing("four_eyes")),
        _changed(_on(event=E.HAND_BACK_AGREED), _not_needing("request_fits")),
        _changed(_on(event=E.HAND_BACK_AGREED), _not_needing("hand_back_asked")),
        _changed(_on(event=E.HAND_BACK_AGREED), _by(*STAFF)),
        _changed(_on(event=E.HAND_BACK_REQUESTED), _more(X.GIVE_CONSENT)),
        _changed(_on(event=E.HAND_BACK_REQUESTED), _not_needing("actor_owns")),
        _changed(_on(event=E.AGENT_REPLIED), _more(X.OPEN_HAND_BACK)),
    ),
    "every_state_has_a_clock": (
        _without(_on(S.HANDED_OFF, E.SLA_BREACHED, S.ESCALATED)),
        _without(_on(S.BOT_HANDLING, E.EXPIRED)),
        _without(_on(S.ESCALATED, E.SLA_BREACHED)),
    ),
    "clocks_beside_are_heard": (
        _without(_on(S.HANDED_OFF, E.SLA_ENDANGERED)),
        _without(_on(S.ESCALATED, E.SLA_BREACHED)),
    ),
    "an_ignored_clock_climbs": (
        # A step that is taken at every breach, one that is skipped, two at once, and no end.
        _changed(_on(S.HANDED_OFF, E.SLA_BREACHED, S.HANDED_OFF), _open),
        _changed(lambda row: _on(S.HANDED_OFF, E.SLA_BREACHED)(row) and X.RENOTIFY in row.effects, _less(X.RENOTIFY)),
        _changed(lambda row: _on(S.HANDED_OFF, E.SLA_BREACHED)(row) and X.RENOTIFY in row.effects, _more(X.PAGE)),
        _changed(
            lambda row: _on(S.AGENT_VERIFYING, E.SLA_BREACHED, S.AGENT_VERIFYING)(row) and X.PAGE in row.effects,
            _to(S.ESCALATED),
        ),
        _changed(_on(S.HANDED_OFF, E.SLA_BREACHED, S.ESCALATED), _to(S.HANDED_OFF)),
        _changed(_on(S.AGENT_VERIFYING, E.SLA_BREACHED, S.ESCALATED), _less(X.PAGE)),
    ),
    "faults_are_accepted": (
        _without(_on(S.GUARDED, E.FAULT)),
        _changed(_on(S.HANDED_OFF, E.FAULT), _needing("owned")),
    ),
    "faults_lead_to_a_person": (
        _changed(_on(S.BOT_HANDLING, E.FAULT), _to(S.GUARDED)),
        _changed(_on(S.ESCALATED, E.FAULT), _to(S.HANDED_OFF)),
        _changed(_on(S.AGENT_VERIFYING, E.FAULT), _to(S.RESOLVED)),
    ),
    "urgency_only_rises": (
        _changed(_on(S.ESCALATED, E.SLA_BREACHED), _to(S.HANDED_OFF)),
        _changed(_on(S.HANDED_OFF, E.CUSTOMER_REPLIED), _to(S.RESOLVED)),
    ),
    "roles_keep_to_their_part": (
        _changed(_on(S.HANDED_OFF, E.CLAIMED), _by(*STAFF, R.ADMIN)),
        _changed(_on(S.HANDED_OFF, E.ESCALATED), _by(R.AUDITOR)),
        _changed(_on(event=E.MESSAGE_ANSWERED), _by(R.SYSTEM)),
        _changed(_on(S.TRIGGERED, E.PACKET_READY), _by()),
        _changed(_on(event=E.CUSTOMER_REPLIED), _by(R.CUSTOMER, R.ASSISTANT)),
    ),
    "the_frontline_stays_out_of_escalated_cases": (_changed(_on(S.ESCALATED, E.CLAIMED), _by(*STAFF)),),
    "the_table_is_deterministic": (
        _changed(_on(S.HANDED_OFF, E.SLA_BREACHED, S.HANDED_OFF), _open),
        _with(S.TRIGGERED, E.FAULT, S.ESCALATED, R.SYSTEM, X.PAGE),
    ),
    "no_row_is_dead": (
        _changed(_on(S.BOT_HANDLING, E.MESSAGE_ANSWERED), _needing("owned")),
        _changed(_on(S.TRIGGERED, E.PACKET_READY), _needing("latched", False)),
        _changed(_on(S.HANDED_OFF, E.CLAIMED), _needing("owned")),
    ),
    "a_waiting_case_has_a_handover": (
        _changed(_on(S.TRIGGERED, E.FAULT), _less(X.OPEN_HANDOVER)),
        _changed(_on(S.AGENT_VERIFYING, E.RELEASED), _more(X.CLOSE_HANDOVER)),
    ),
    "no_promise_without_a_handover": (
        _changed(_on(S.HANDED_OFF, E.SLA_BREACHED), _more(X.SEND_SCRIPT)),
        _changed(_on(S.TRIGGERED, E.PACKET_READY), _less(X.SEND_SCRIPT)),
        _changed(
            _on(S.TRIGGERED, E.PACKET_READY),
            lambda row: replace(row, effects=(X.SEND_SCRIPT, X.OPEN_HANDOVER, X.DELIVER_HANDOVER)),
        ),
    ),
    "agent_verifying_is_owned": (
        _changed(_on(S.HANDED_OFF, E.CLAIMED), _less(X.ASSIGN_OWNER)),
        _changed(_on(S.AGENT_VERIFYING, E.VERIFICATION_FAILED, S.ESCALATED), _to(S.AGENT_VERIFYING)),
    ),
    "owners_are_respected": (
        _changed(_on(S.HANDED_OFF, E.CLAIMED), _open),
        _changed(_on(event=E.AGENT_REPLIED), _open),
        _changed(_on(S.AGENT_VERIFYING, E.ESCALATED), _open),
        _changed(_on(event=E.PACKET_REVIEWED), _open),
        _changed(_on(event=E.STEP_DONE), _open),
        _changed(_on(event=E.STEP_UNDONE), _open),
    ),
    "resolving_is_guarded": (_changed(_on(S.ESCALATED, E.RESOLVED), _not_needing("outcome_written")),),
    "missed_promises_are_told": (
        _changed(_on(S.HANDED_OFF, E.SLA_BREACHED, S.HANDED_OFF), _less(X.SEND_DELAY)),
        _changed(_on(S.ESCALATED, E.SLA_BREACHED), _less(X.SEND_DELAY)),
        _changed(_on(S.HANDED_OFF, E.SLA_ENDANGERED), _more(X.SEND_DELAY)),
    ),
    "nobody_ends_what_they_have_not_seen": (
        _changed(_on(event=E.RESOLVED, target=S.RESOLVED), _not_needing("newest_seen")),
        _changed(_on(S.ESCALATED, E.HANDED_BACK), _not_needing("newest_seen")),
        _with(S.AGENT_VERIFYING, E.RELEASED, S.RESOLVED, R.ADMIN),
    ),
    "unanswered_messages_are_returned": (
        _changed(_on(S.AGENT_VERIFYING, E.HANDED_BACK), _less(X.RETURN_MESSAGE)),
        _changed(_on(S.AGENT_VERIFYING, E.RELEASED), _more(X.RETURN_MESSAGE)),
    ),
    "notes_move_nothing": (
        _changed(_on(S.AGENT_VERIFYING, E.PACKET_REVIEWED), _to(S.ESCALATED)),
        _changed(_on(S.AGENT_VERIFYING, E.STEP_DONE), _more(X.CLEAR_OWNER)),
        _changed(_on(S.ESCALATED, E.STEP_UNDONE), _more(X.SEND_AGENT_MESSAGE)),
        _changed(_on(S.HANDED_OFF, E.PACKET_UPDATED), _to(S.RESOLVED)),
        _changed(_on(event=E.PACKET_UPDATED), _less(X.UPDATE_PACKET)),
        _changed(_on(event=E.CLAIMED), _more(X.RECORD_STEP)),
        _with(S.BOT_HANDLING, E.PACKET_UPDATED, S.BOT_HANDLING, R.SYSTEM, X.UPDATE_PACKET),
    ),
    "a_lifted_mask_moves_nothing": (
        _changed(_on(S.HANDED_OFF, E.MASK_LIFTED), _to(S.ESCALATED)),
        _changed(_on(event=E.MASK_LIFTED), _more(X.SEND_NOTICE)),
        _changed(_on(event=E.MASK_LIFTED), _by(*STAFF, R.ASSISTANT)),
    ),
    "a_survey_answer_moves_nothing": (
        _changed(_on(event=E.SURVEY_ANSWERED), _open),
        _changed(_on(event=E.SURVEY_ANSWERED), _to(S.BOT_HANDLING)),
        _changed(_on(event=E.SURVEY_ANSWERED), _more(X.UNLOCK_BOT)),
        _changed(_on(event=E.SURVEY_ANSWERED), _by(R.CUSTOMER, *STAFF)),
        _changed(_on(S.RESOLVED, E.REOPENED), _more(X.RECORD_SURVEY)),
    ),
    "loops_go_to_seniors": (
        _changed(_on(S.TRIGGERED, E.PACKET_READY, S.ESCALATED), _to(S.HANDED_OFF)),
        _changed(_on(S.TRIGGERED, E.PACKET_READY, S.HANDED_OFF), _open),
        _changed(_on(event=E.HANDED_BACK), _less(X.SEND_RETURNED)),
        _changed(_on(event=E.RELEASED), _more(X.SEND_RETURNED)),
    ),
    "resolved_is_tidy": (
        _changed(_on(S.AGENT_VERIFYING, E.RESOLVED), _less(X.CLOSE_HANDOVER)),
        _changed(_on(S.ESCALATED, E.RESOLVED), _less(X.CLEAR_OWNER)),
    ),
    "every_state_is_reachable": (_without(_on(target=S.GUARDED)), _without(_on(target=S.ESCALATED))),
    "every_case_can_end": (
        _without(_on(target=S.RESOLVED)),
        _without(lambda row: row.event in (E.RESOLVED, E.HANDED_BACK)),
    ),
    "no_message_is_ignored": (
        _without(_on(S.TRIGGERED, E.CUSTOMER_REPLIED)),
        _without(_on(S.RESOLVED, E.REOPENED, S.HANDED_OFF)),
        _without(lambda row: ("person_needed", True) in row.guard.needs),
        _changed(lambda row: ("person_needed", True) in row.guard.needs, _needing("latched")),
        _without(_on(S.RESOLVED, E.MESSAGE_KEPT)),
        _without(_on(S.GUARDED, E.MESSAGE_ANSWERED)),
        _without(_on(S.BOT_HANDLING, E.CAUTION_RAISED)),
        _changed(_on(S.ESCALATED, E.CUSTOMER_REPLIED), _less(X.FORWARD_MESSAGE)),
    ),
    "an_accepted_offer_is_kept": (
        _without(_on(S.GUARDED, E.HUMAN_ACCEPTED)),
        _changed(_on(S.BOT_HANDLING, E.HUMAN_ACCEPTED), _needing("caution_over")),
    ),
    "exceptions_need_four_eyes": (
        _changed(_on(event=E.EXCEPTION_APPROVED), _open),
        _changed(_on(event=E.EXCEPTION_DENIED), _by(*STAFF)),
        _changed(_on(event=E.EXCEPTION_APPROVED), _less(X.CLOSE_CONSENT)),
        *(
            _changed(_on(event=E.EXCEPTION_APPROVED), _not_needing(fact))
            for fact in ("exception_open", "four_eyes", "request_fits", "may_decide")
        ),
    ),
    "consents_are_asked_for_once": (
        _changed(_on(event=E.EXCEPTION_REQUESTED), _not_needing("consent_pending")),
        _changed(_on(event=E.HAND_BACK_REQUESTED), _not_needing("actor_owns")),
        _changed(_on(event=E.AGENT_REPLIED), _more(X.CLOSE_CONSENT)),
        _changed(_on(event=E.CONSENT_VOIDED), _less(X.CLOSE_CONSENT)),
        _changed(_on(S.AGENT_VERIFYING, E.RELEASED), _more(X.OPEN_EXCEPTION)),
    ),
    "consents_end": (
        _without(_on(S.ESCALATED, E.CONSENT_EXPIRED)),
        _without(_on(S.AGENT_VERIFYING, E.CONSENT_VOIDED)),
        _changed(_on(event=E.CONSENT_EXPIRED), _needing("climb_paged")),
    ),
    "regulated_words_are_approved": (
        _changed(_on(S.AGENT_VERIFYING, E.AGENT_REPLIED), _not_needing("approved_content")),
        _changed(_on(S.AGENT_VERIFYING, E.AGENT_REPLIED), _by(*STAFF)),
        _changed(_on(event=E.AGENT_REPLIED), _open),
    ),
    "identities_are_proven": (
        _changed(_on(event=E.IDENTITY_VERIFIED), _not_needing("identity_proven")),
        _changed(_on(event=E.CODE_SENT), _not_needing("code_allowed")),
        _changed(_on(S.AGENT_VERIFYING, E.AGENT_REPLIED), _more(X.SEND_CODE)),
    ),
    "the_assistant_keeps_to_its_states": (
        _changed(_on(S.GUARDED, E.MESSAGE_ANSWERED), _open),
        _changed(_on(S.BOT_HANDLING, E.MESSAGE_ANSWERED), _open),
        _changed(_on(S.RESOLVED, E.REOPENED), _more(X.SEND_ANSWER)),
        _changed(_on(S.HANDED_OFF, E.FAULT), _more(X.SEND_CAUTION)),
    ),
    "voices_agree_with_effects": (
        _changed(_on(S.HANDED_OFF, E.SLA_BREACHED), _more(X.SEND_AGENT_MESSAGE)),
        _without(_on(S.GUARDED, E.MESSAGE_ANSWERED)),
    ),
    "every_word_is_used": (
        _without(_on(event=E.CAUTION_CLEARED)),
        _changed(lambda row: X.RAISE_SEVERITY in row.effects, _less(X.RAISE_SEVERITY)),
    ),
    "every_sequence_keeps_the_latch": (
        _changed(_on(S.HANDED_OFF, E.FAULT), _to(S.BOT_HANDLING)),
        _changed(_on(S.RESOLVED, E.EXPIRED), _to(S.BOT_HANDLING)),
        _changed(_on(S.BOT_HANDLING, E.FAULT), _to(S.BOT_HANDLING)),
        _with(S.TRIGGERED, E.MESSAGE_ANSWERED, S.TRIGGERED, R.ASSISTANT, X.SEND_ANSWER),
    ),
}


def test_every_promise_holds_for_the_table() -> None:
    report = prove()
    assert report.holds, str(report)
    assert "BROKEN" not in str(report)
    assert f"searched {report.situations} situations and {report.steps} steps" in str(report)


def test_every_promise_has_a_mutant() -> None:
    assert set(MUTANTS) == {proved.name for proved in prove(depth=1).properties}
    assert len(MUTANTS) == len(CHECKS) + 1


@pytest.mark.parametrize(
    ("name", "mutant"), [pytest.param(n, m, id=f"{n}-{i}") for n, ms in MUTANTS.items() for i, m in enumerate(ms)]
)
def test_mutant_is_caught(name: str, mutant: Table) -> None:
    report = prove(mutant)
    caught = {proved.name: proved.counterexample for proved in report.properties if not proved.holds}
    assert name in caught, f"not caught; caught are {sorted(caught)}"
    assert caught[name]
    assert not report.holds
    assert "BROKEN" in str(report)


def test_a_state_without_a_clock_is_caught() -> None:
    clocks = dict(CLOCKS)
    del clocks[S.HANDED_OFF]
    broken = [proved for proved in prove(clocks=clocks).properties if not proved.holds]
    assert "every_state_has_a_clock" in [proved.name for proved in broken]
    assert "handed_off" in broken[0].counterexample


def test_a_clock_nobody_listens_to_is_caught() -> None:
    report = prove(clocks={**CLOCKS, S.RESOLVED: (Clock.REOPEN, E.SLA_BREACHED)})
    broken = [proved.name for proved in report.properties if not proved.holds]
    assert broken == ["every_state_has_a_clock"]


def test_a_voice_against_the_rows_is_caught() -> None:
    broken = [p.name for p in prove(voices={**VOICES, S.TRIGGERED: Voice.ASSISTANT}).properties if not p.holds]
    assert broken == ["voices_agree_with_effects"]


def test_a_counterexample_is_a_path_a_person_can_read() -> None:
    mutant = _changed(_on(S.HANDED_OFF, E.FAULT), _to(S.BOT_HANDLING))
    (found,) = [proved for proved in prove(mutant).properties if proved.name == "the_latch_holds"]
    assert found.counterexample.startswith("bot_handling() —")
    assert found.counterexample.endswith("—fault by system→ bot_handling(latched, handover open)")


def test_the_monitor_sees_a_leak_that_the_latch_bit_hides() -> None:
    """A table that unlatches on a fault fools every check that trusts the bit; the monitor does not trust it."""
    mutant = _changed(
        _on(S.HANDED_OFF, E.FAULT), lambda row: replace(row, target=S.BOT_HANDLING, effects=(X.UNLOCK_BOT,))
    )
    assert "—fault by system→ bot_handling(" in first_leak(Model(mutant, CLOCKS, VOICES))


def _one_by_one(model: Model, depth: int) -> tuple[int, int]:
    """Every sequence by itself: how many there are, and the length of a shortest that leaks, 0 if none does."""
    count, leaks, longest = 0, [], [(model.situations[0], False)]
    for length in range(1, depth + 1):
        longer = []
        for situation, locked in longest:
            for move in model.moves(situation):
                count += 1
                row = move.row
                back = row.event is E.HANDED_BACK and move.role in STAFF
                happened = row.event in (E.TRIGGER_FIRED, E.HUMAN_ACCEPTED, E.FAULT) or row.target in WITH_PERSON
                now = not back and (locked or happened)
                if now and (X.SEND_ANSWER in row.effects or row.target in ANSWERING):
                    leaks.append(length)
                longer.append((move.target, now))
        longest = longer
    return count, min(leaks, default=0)


@pytest.mark.parametrize("depth", [0, 1, 2, 3, 4])
def test_every_sequence_is_counted_once(depth: int) -> None:
    model = Model(TABLE, CLOCKS, VOICES)
    assert count_sequences(model, depth) == _one_by_one(model, depth)[0]


@given(st.data())
def test_sequences_walked_together_leak_where_one_by_one_they_do(data: st.DataObject) -> None:
    """A row is turned to any state with any of the latch's effects: what the one search finds, the other does."""
    at = data.draw(st.integers(0, len(TABLE) - 1))
    effects = data.draw(st.lists(st.sampled_from((X.LOCK_BOT, X.UNLOCK_BOT, X.SEND_ANSWER)), unique=True))
    changed = replace(TABLE[at], target=data.draw(st.sampled_from(State)), effects=tuple(effects), guard=ALWAYS)
    model = Model((*TABLE[:at], changed, *TABLE[at + 1 :]), CLOCKS, VOICES)
    assert _one_by_one(model, 3)[1] == (length if (length := _length(first_leak(model))) <= 3 else 0)


def _length(leak: str) -> int:
    """How many events a counterexample has; 0 if there is none."""
    return leak.count("→")


def test_a_leak_is_found_however_long_the_way_to_it_is() -> None:
    """The system hands an escalated case back once two people agreed: no sequence of the counted length leads there."""
    agreed = Guard("mutant", (("hand_back_agreed", True),))
    mutant = _changed(_on(S.ESCALATED, E.HANDED_BACK), lambda row: replace(row, roles=(R.SYSTEM,), guard=agreed))
    model = Model(mutant, CLOCKS, VOICES)
    assert _one_by_one(model, DEPTH)[1] == 0
    assert _length(first_leak(model)) > DEPTH
