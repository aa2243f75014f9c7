"""One counter of failed identity checks: for all methods, states and conversations of a customer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from handover.people.codes import CodeMaker
from handover.people.directory import FileDirectory
from service.views import Act, Actor, NewConversation
from states.errors import GuardRefused, Refused
from states.table import TABLE
from states.vocabulary import Event, State
from tests.components import postgres_cluster
from tests.graph.example import ANNA, SARA, Desk
from tests.people.example import DIRECTORY, KEY, policy, without_need
from tests.ready_databases import new_database, sqlite_url

RIGHT, WRONG = "Högby Street 7", "1 Nowhere Lane"
KNOWN = {"method": "knowledge", "question": "street"}
LIMIT = 3


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    with postgres_cluster() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """A desk with a customer directory, on each database."""
    url = sqlite_url(tmp_path)
    if request.param == "postgresql":
        url = new_database(request.getfixturevalue("cluster"), f"a{abs(hash(request.node.name))}")
    (tmp_path / "customers.yaml").write_text(DIRECTORY)
    opened = Desk(url, directory=FileDirectory(tmp_path / "customers.yaml"), codes=CodeMaker(KEY))
    opened.runtime.activate(policy())
    yield opened
    opened.runtime.close()


def _case(desk: Desk, state: State, customer: str = "cus-1") -> str:
    """A new case of the customer in a state in which the table allows a check; who owns it is `_owner`."""
    desk.id = desk.runtime.open(NewConversation(customer=customer)).id
    desk.say("what is my balance")
    if state is State.AGENT_VERIFYING:
        desk.do(Event.CLAIMED, ANNA)
    else:
        desk.do(Event.ESCALATED, ANNA)
        desk.do(Event.CLAIMED, SARA)
    assert desk.view.state is state
    return desk.id


def _owner(state: State) -> Actor:
    return ANNA if state is State.AGENT_VERIFYING else SARA


def _guess(desk: Desk, state: State, answer: str) -> Event:
    return desk.do(Event.IDENTITY_VERIFIED, _owner(state), answer=answer, **KNOWN).event


CHECKED = tuple(dict.fromkeys(row.source for row in TABLE if row.event is Event.IDENTITY_VERIFIED))


def test_the_states_with_checks_are_those_of_the_table() -> None:
    assert set(CHECKED) == {State.AGENT_VERIFYING, State.ESCALATED}


@pytest.mark.parametrize("state", CHECKED)
def test_after_the_limit_nothing_that_is_guessed_counts_in_any_state(desk: Desk, state: State) -> None:
    for _ in range(LIMIT):
        _case(desk, State.ESCALATED)
        assert _guess(desk, State.ESCALATED, WRONG) is Event.VERIFICATION_FAILED
    _case(desk, state)
    before = desk.view.version
    for answer in (RIGHT, WRONG):
        with pytest.raises(GuardRefused, match="too many failed, and only time or a written attestation helps"):
            _guess(desk, state, answer)
    with pytest.raises(GuardRefused):
        desk.do(Event.CODE_SENT, _owner(state))
    assert desk.view.version == before
    verified = desk.do(Event.IDENTITY_VERIFIED, _owner(state), "compared the passport by video")
    assert verified.event is Event.IDENTITY_VERIFIED


def test_thirty_guesses_in_one_escalated_case_are_three(desk: Desk) -> None:
    _case(desk, State.ESCALATED)
    found = []
    for _ in range(30):
        try:
            found.append(_guess(desk, State.ESCALATED, WRONG))
        except GuardRefused:
            continue
    assert found == [Event.VERIFICATION_FAILED] * LIMIT
    with pytest.raises(GuardRefused):
        _guess(desk, State.ESCALATED, RIGHT)


def test_codes_and_answers_are_one_count_and_the_last_one_escalates(desk: Desk) -> None:
    _case(desk, State.AGENT_VERIFYING)
    desk.do(Event.CODE_SENT, ANNA)
    assert desk.do(Event.IDENTITY_VERIFIED, ANNA, method="code", code="000000").event is Event.VERIFICATION_FAILED
    _guess(desk, State.AGENT_VERIFYING, WRONG)
    assert desk.view.state is State.AGENT_VERIFYING
    _case(desk, State.AGENT_VERIFYING)
    assert _guess(desk, State.AGENT_VERIFYING, WRONG) is Event.VERIFICATION_FAILED
    assert desk.view.state is State.ESCALATED
    assert desk.view.events[-1].data["attempts"] == LIMIT


def test_time_gives_new_attempts_and_another_customer_has_their_own(desk: Desk) -> None:
    _case(desk, State.ESCALATED)
    for _ in range(LIMIT):
        _guess(desk, State.ESCALATED, WRONG)
    _case(desk, State.ESCALATED, "cus-2")
    assert _guess(desk, State.ESCALATED, WRONG) is Event.VERIFICATION_FAILED
    desk.clock.advance(policy().policy.verification.within.delta)
    _case(desk, State.ESCALATED)
    assert _guess(desk, State.ESCALATED, RIGHT) is Event.IDENTITY_VERIFIED


def test_who_is_not_known_is_counted_for_the_conversation(desk: Desk) -> None:
    first = _case(desk, State.ESCALATED, "")
    for _ in range(LIMIT):
        assert _guess(desk, State.ESCALATED, WRONG) is Event.VERIFICATION_FAILED
    with pytest.raises(GuardRefused):
        _guess(desk, State.ESCALATED, WRONG)
    assert _case(desk, State.ESCALATED, "") != first
    assert _guess(desk, State.ESCALATED, WRONG) is Event.VERIFICATION_FAILED


def test_checks_at_once_in_many_conversations_are_no_more_than_the_limit(desk: Desk) -> None:
    """A right answer among many at once must not rest on a count that the wrong ones have used up."""
    cases = [_case(desk, State.ESCALATED) for _ in range(6)]
    start, found = threading.Barrier(len(cases)), []

    def check(case: str, number: int) -> None:
        data = {**KNOWN, "answer": f"{number} Nowhere Lane"}
        start.wait()
        try:
            act = Act(event=Event.IDENTITY_VERIFIED, actor=SARA, data=data)
            found.append(desk.runtime.act(case, act).event)
        except Refused:
            found.append(None)

    threads = [threading.Thread(target=check, args=(case, number)) for number, case in enumerate(cases)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(found) == len(cases)
    assert found.count(Event.VERIFICATION_FAILED) == LIMIT


def test_without_the_guard_the_fourth_guess_is_right(desk: Desk) -> None:
    """The mutant: it is the row that refuses."""
    from dataclasses import replace

    from states.machine import ConversationMachine

    _case(desk, State.ESCALATED)
    for _ in range(LIMIT):
        _guess(desk, State.ESCALATED, WRONG)
    parts = desk.runtime._parts
    machine = ConversationMachine(without_need(Event.IDENTITY_VERIFIED, "check_allowed"))
    desk.runtime._parts = replace(parts, rules=replace(parts.rules, machine=machine))
    assert _guess(desk, State.ESCALATED, RIGHT) is Event.IDENTITY_VERIFIED


@pytest.mark.parametrize(
    "code", ["926,579", "926 579", "926  579", "9 2 6 5 7 9", "nine two six five seven nine", "92-65-79", "926.579"]
)
def test_a_code_in_any_dress_is_masked(code: str) -> None:
    from handover.people.codes import MASK, masked_codes

    assert masked_codes(f"it is {code}") == (f"it is {MASK}", (code,))
