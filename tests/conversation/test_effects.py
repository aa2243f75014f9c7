"""Every effect of the table is done by one registry, and nothing is said to a customer but by an effect."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import conversation.effects
from assistants.port import Draft
from audit.judge import Judge
from conversation.answer import Direct
from conversation.doing import Doing
from conversation.effects import EFFECTS, OUTBOUND
from conversation.handle import outcome_of, run_through
from conversation.inbound import Inbound, Kind
from conversation.latched import forward
from conversation.proof import LOOKS, program_faults
from conversation.records import Outcome, Snapshot, StoredMessage, Utterance
from conversation.rules import Rules
from conversation.run import Run
from conversation.speech import require_caused
from delivery.plan import PLANS
from policy.loader import load_pack
from states.check import prove
from states.errors import SpeechRefused
from states.table import SPEECH, TABLE
from states.vocabulary import Author, Effect, Event, State
from store import outbox, queries
from store.database import Store, open_store
from store.queries import MESSAGE
from store.speech import allowed, require_speech_check, stands
from tests.graph.example import Desk, policy
from tests.ready_databases import new_database, sqlite_url
from tests.rules import rules_of

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def rules() -> Rules:
    return rules_of(load_pack("default"))


def test_the_registry_is_complete_and_the_table_asks_for_all_of_it() -> None:
    assert set(EFFECTS) == set(Effect) == set(LOOKS)
    assert {effect for row in TABLE for effect in row.effects} == set(Effect)


def test_what_leaves_the_database_has_a_plan_and_nothing_else_has() -> None:
    assert set(PLANS) == OUTBOUND


def test_the_program_does_what_the_table_says(rules: Rules) -> None:
    assert list(program_faults(rules)) == []


@pytest.mark.parametrize("effect", list(Effect))
def test_an_effect_that_nothing_does_is_found(rules: Rules, effect: Effect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(EFFECTS, effect, lambda doing: None)  # type: ignore[arg-type]  # the mutant
    assert any(f"{effect.value} is asked for and not done" in one for one in program_faults(rules)), effect


def test_an_effect_that_the_table_forgets_is_not_done(rules: Rules) -> None:
    """Stripped from every row, an effect changes what the program does: the labels are the program."""
    for effect in (Effect.SEND_ANSWER, Effect.OPEN_HANDOVER, Effect.SEND_SCRIPT, Effect.ASSEMBLE_PACKET):
        fewer = tuple(replace(row, effects=tuple(e for e in row.effects if e is not effect)) for row in TABLE)
        states = {row.source for row in TABLE if effect in row.effects}
        assert states
        assert list(program_faults(rules, fewer)) == [], "the program follows the table that it is given"


def test_letting_go_is_not_told_beside_the_closing(tmp_path: Path) -> None:
    """A closed case keeps who had it last, and its end is told by closing it."""
    desk = Desk(sqlite_url(tmp_path))
    desk.say("human please")
    desk.do(Event.CLAIMED)
    desk.do(Event.RELEASED)
    desk.do(Event.CLAIMED)
    desk.do(Event.RESOLVED, text="done")
    with desk.runtime.store.read() as connection:
        told = [one.effect for one in outbox.queued_effects(connection, desk.id)]
        closed = queries.handover_of(connection, desk.id)
    assert [one for one in told if one in (Effect.CLEAR_OWNER, Effect.CLOSE_HANDOVER)] == [
        Effect.CLEAR_OWNER, Effect.CLOSE_HANDOVER,
    ]  # fmt: skip
    assert closed is not None
    assert (closed.open, closed.owner_id) == (False, "anna")
    desk.runtime.close()


# Words without an effect: one line in `forward`, and three nets


def _whispers(run: Run) -> None:
    """The mutant: whatever `forward` does, and a word of the assistant's beside it."""
    forward(run)
    first = run.record.happenings[0]
    said = Utterance(author=Author.ASSISTANT, text="Hi!", event_id=first.id, effect=Effect.SEND_ANSWER)
    run.record.utterances.append(said)


@pytest.fixture
def mutant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conversation.handle.forward", _whispers)


@pytest.mark.usefixtures("mutant")
def test_the_first_net_is_the_proof_of_the_program(rules: Rules) -> None:
    assert any("SpeechRefused" in one for one in program_faults(rules))


@pytest.mark.usefixtures("mutant")
def test_the_second_net_is_the_check_before_the_commit(tmp_path: Path) -> None:
    desk = Desk(sqlite_url(tmp_path))
    desk.say("human please")
    desk.do(Event.CLAIMED)
    with pytest.raises(SpeechRefused, match="no event of this outcome asks for"):
        desk.say("are you there?")
    assert [one.text for one in desk.view.messages if one.author == "assistant"] == []


def _insert(store: Store, conversation_id: str, author: str, effect: str, seq: int | None) -> None:
    with store.write() as connection:
        at = queries.conversation(connection, conversation_id)["updated_at"]
        row = {
            "conversation_id": conversation_id, "id": f"forged-{author}-{effect}-{seq}", "seq": 10_000 + (seq or 0),
            "author": author, "actor_id": "", "text": "Hi!", "body_hash": "", "redactions": {}, "citations": [],
            "at": at, "event_seq": seq, "effect": effect,
        }  # fmt: skip
        connection.execute(MESSAGE.insert().values(row))


def test_the_third_net_is_the_database(any_url: str) -> None:
    desk = Desk(any_url)
    desk.say("human please")
    desk.do(Event.CLAIMED)
    with desk.runtime.store.read() as connection:
        seqs = [row["seq"] for row in queries.events(connection, desk.id)]
    for seq in (*seqs, None, 9_999):
        for effect in ("send_answer", "send_caution", "", "send_script"):
            with pytest.raises(DBAPIError, match="message_speech"):
                _insert(desk.runtime.store, desk.id, "assistant", effect, seq)
    with pytest.raises(DBAPIError, match="message_speech"):
        _insert(desk.runtime.store, desk.id, "agent", "send_agent_message", seqs[0])
    assert all(one.author != "assistant" for one in desk.view.messages)
    desk.runtime.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def any_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return sqlite_url(tmp_path)
    return new_database(request.getfixturevalue("postgres"), "speech")


def test_the_trigger_follows_the_table(tmp_path: Path) -> None:
    store = open_store(sqlite_url(tmp_path))
    other = tuple(row for row in TABLE if row.event is not Event.MESSAGE_ANSWERED)
    with store.write() as connection:
        assert stands(connection)
        require_speech_check(connection, other)
        assert not stands(connection)
    open_store(sqlite_url(tmp_path))
    with store.read() as connection:
        assert stands(connection)
        found = connection.execute(text("SELECT sql FROM sqlite_master WHERE name = 'message_speech'")).scalar()
    assert all(line in str(found) for line in allowed())


def test_only_effects_make_utterances() -> None:
    """The net before the nets: no other module of ours builds an Utterance or appends one."""
    makers = set()
    # Our packages and no other folder: a second environment that lies in the checkout is not our code.
    packages = [
        folder.parent for folder in ROOT.glob("*/__init__.py") if folder.parent.name not in ("tests", "benchmarks")
    ]
    assert len(packages) >= 16
    for path in (path for package in packages for path in package.glob("**/*.py")):
        name = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Utterance":
                makers.add(name)
            if isinstance(node, ast.Attribute) and node.attr == "append" and "utterances" in ast.dump(node.value):
                makers.add(name)
    assert makers == {"conversation/doing.py"}


def test_an_effect_without_a_voice_cannot_speak(rules: Rules) -> None:
    for effect in set(Effect) - set(SPEECH):
        doing = Doing(run=None, effect=effect, number=0, event_id="e", step=None, actor="", matter=None)  # type: ignore[arg-type]
        with pytest.raises(LookupError):
            doing.say("Hi!")


def _outcome(rules: Rules, said: str) -> Outcome:
    message = StoredMessage(id="m", seq=1, author="customer", actor_id="", text=said, at=_snapshot(rules).created_at)
    inbound = Inbound(kind=Kind.MESSAGE, id="m", message=message, text=said)
    run = Run.begin(_snapshot(rules), inbound, rules, message.at)
    run_through(run, Direct(lambda question: Draft(text="Three days.", confidence=1.0, verbatim=True)))
    return outcome_of(run)


def _snapshot(rules: Rules) -> Snapshot:
    return Judge(rules).beginning()


def test_every_forgery_of_an_honest_outcome_is_refused() -> None:
    rules = rules_of(policy())
    honest = _outcome(rules, "how long is delivery")
    require_caused(honest)
    said = honest.utterances[0]
    forged = (
        replace(said, event_id="evt_other"),
        replace(said, effect=Effect.SEND_CAUTION),
        replace(said, effect=Effect.LOCK_BOT),
        replace(said, author=Author.AGENT),
        replace(said, author=Author.SYSTEM),
    )
    for one in forged:
        with pytest.raises(SpeechRefused):
            require_caused(replace(honest, utterances=(one,)))
    for change in ({"source": State.HANDED_OFF}, {"target": State.HANDED_OFF}, {"event": Event.CUSTOMER_REPLIED}):
        moved = replace(honest.happenings[0], **change)
        with pytest.raises(SpeechRefused):
            require_caused(replace(honest, happenings=(moved,)))


def test_the_machine_still_holds() -> None:
    assert prove().holds
    assert conversation.effects.EFFECTS is EFFECTS
