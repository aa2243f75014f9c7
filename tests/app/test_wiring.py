"""All parts wired as an operator wires them: a small policy file, shipped knowledge, SQLite, and the commands."""

from __future__ import annotations

import io
import json
import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.api.build import build_api
from app.cli import main
from app.logging import configure
from app.settings import load_settings
from app.wiring import (
    WARMING,
    build,
    build_encoder,
    build_knowledge,
    knowledge_directory,
    load_policy,
    warm,
)
from assistants.knowledge_base import KnowledgeBase
from policy.schema import LANGUAGES, RUNTIME_TRIGGERS
from service.views import Actor, NewConversation
from states.errors import NotFound, PolicyError, SettingsError
from states.vocabulary import Event, Role, State
from triggers.engine import Engine, compile_policy

POLICY: dict[str, Any] = {
    "handrail": 1,
    "name": "small",
    "triggers": [
        *(
            {"id": one, "family": "fault", "reason": "The system asks for a person.", "sla": "standard",
             "route": {"team": "frontline"}}
            for one in RUNTIME_TRIGGERS
        ),
        {
            "id": "person.request",
            "family": "human_request",
            "reason": "The customer asks for a person.",
            "any": [{"phrases": ["(speak|talk) to a (person|human)"]}],
            "sla": "standard",
            "route": {"team": "frontline"},
            "vectors": {"positive": ["let me talk to a person"], "negative": ["where is my parcel"]},
        },
    ],
    "sla": {"standard": {"claim": "24h", "resolve": "72h"}},
    "scripts": {
        "handover.default": {"en": "A person takes over."},
        "caution.unknown": {"en": "I do not know that."},
        "caution.clarify": {"en": "Could you say it in other words?"},
        "caution.offer": {"en": "Shall a person help you?"},
        "caution.declined": {"en": "Fine."},
        "notice.claimed": {"en": "A person has your case."},
        "closing.resolved": {"en": "Closed."},
        "closing.expired": {"en": "Closed."},
    },
}  # fmt: skip
WEB = Actor(id="web", role=Role.CUSTOMER)
CONVERSATION = [
    {"role": "user", "text": "zorp flibber quantum"},
    {"role": "assistant", "text": "recorded"},
    {"role": "user", "text": "let me talk to a person"},
]


@pytest.fixture
def policy(no_config: None, tmp_path: Path) -> str:
    path = tmp_path / "small.yaml"
    path.write_text(json.dumps(POLICY))
    return str(path)


@pytest.fixture(autouse=True)
def _plain_logs() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def _leave(*arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    return int(left.value.code or 0)


def test_a_wired_system_hands_over_and_lets_a_person_work(policy: str, tmp_path: Path) -> None:
    system = build(load_settings(policy=policy, data_dir=tmp_path / "data"))
    try:
        name = system.door.open(WEB, NewConversation(channel="api")).id
        assert system.door.post(WEB, name, "let me talk to a person").state is State.HANDED_OFF
        claimed = system.door.act(Actor(id="maria", role=Role.FRONTLINE_AGENT), name, Event.CLAIMED)
        assert claimed.state is State.AGENT_VERIFYING
    finally:
        system.close()
    assert (tmp_path / "data" / "handrail.db").exists()


def test_a_part_nobody_knows_is_refused(policy: str) -> None:
    with pytest.raises(SettingsError, match="stoer"):
        build(load_settings(policy=policy), stoer=None)


def test_a_policy_whose_vectors_fail_is_not_activated(policy: str, tmp_path: Path) -> None:
    broken = json.loads(Path(policy).read_text())
    broken["triggers"][-1]["vectors"]["positive"].append("something else altogether")
    (tmp_path / "broken.yaml").write_text(json.dumps(broken))
    with pytest.raises(PolicyError, match="something else altogether"):
        build(load_settings(policy=str(tmp_path / "broken.yaml")))


def test_a_pack_is_known_by_name_and_a_file_by_path(policy: str) -> None:
    assert load_policy(policy).policy.name == "small"
    assert load_policy("default").policy.name


def test_knowledge_is_a_shipped_name_or_a_directory(no_config: None, tmp_path: Path) -> None:
    assert knowledge_directory("shop").is_dir()
    assert knowledge_directory(str(tmp_path)) == tmp_path
    with pytest.raises(SettingsError, match="one of bank, shop"):
        knowledge_directory("nothing")


def test_articles_that_cannot_be_read_are_found_before_anything_is_served(policy: str, tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    with pytest.raises(SettingsError, match="holds no Markdown text"):
        build(load_settings(policy=policy, knowledge=str(articles), data_dir=tmp_path / "data"))


@pytest.mark.parametrize("learned", [True, False])
def test_vectors_are_made_before_or_beside_what_is_served(
    policy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, learned: bool
) -> None:
    made, threads = threading.Event(), list[str]()

    def learn(knowledge: KnowledgeBase) -> bool:
        threads.append(threading.current_thread().name)
        made.set()
        return True

    monkeypatch.setattr(KnowledgeBase, "learn", learn)
    build(load_settings(policy=policy, data_dir=tmp_path / "off", meaning=False), learned=learned).close()
    assert threads == []
    build(load_settings(policy=policy, data_dir=tmp_path / "data", meaning=True), learned=learned).close()
    assert made.wait(60)
    assert threads == [threading.current_thread().name if learned else "meanings"]


def test_what_the_settings_name_finds_by_meaning_with_one_encoder_for_all(policy: str) -> None:
    knowledge = build_knowledge("bank", load_policy(policy))
    assert "words alone" in knowledge.ping()
    assert knowledge.learn()
    assert "words and meaning" in knowledge.ping()
    assert build_encoder() is build_encoder() is not None  # one memory, one pass


def test_a_warmed_engine_has_judged_messages_and_drafts_of_every_kind(policy: str) -> None:
    asked: set[str] = set()

    class Watched(Engine):
        """Notes what is asked of it."""

        def __getattribute__(self, name: str) -> Any:
            if not name.startswith("_"):
                asked.add(name)
            return super().__getattribute__(name)

    warm(Watched(load_policy(policy)))
    assert {"redact", "evaluate", "smalltalk", "offer_answer", "screen", "judge_answer"} <= asked
    languages = {compile_policy(load_policy("default")).language_of(text) for text in WARMING}
    assert languages == set(LANGUAGES)


def test_warming_leaves_no_trace(policy: str, tmp_path: Path) -> None:
    system = build(load_settings(policy=policy, data_dir=tmp_path / "data"))
    try:
        assert system.door.conversations(Actor(id="ada", role=Role.AUDITOR)) == ()
    finally:
        system.close()


def test_a_data_directory_that_cannot_be_made_is_refused_in_words(policy: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="HANDRAIL_DATA_DIR"):
        build(load_settings(policy=policy, data_dir=tmp_path / "file" / "data"))


def test_run_drives_a_file_and_skips_what_is_stored(policy: str, tmp_path: Path, capsys: Any) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text(json.dumps({"id": "rec 1", "turns": CONVERSATION}) + "\n{bad\n")
    arguments = ["run", str(rows), "--policy", policy, "--data-dir", str(tmp_path / "data"), "--json"]
    assert _leave(*arguments) == 0
    first = capsys.readouterr()
    summary = json.loads(first.out)
    assert (summary["conversations"], summary["turns"], summary["skipped_turns"]) == (1, 2, 0)
    assert (summary["states"], summary["handovers"]) == ({"handed_off": 1}, 1)
    assert "person.request" in summary["triggers"]
    assert "line 2: not JSON" in first.err
    assert _leave(*arguments) == 0
    assert json.loads(capsys.readouterr().out)["skipped_turns"] == 2


def test_show_tells_what_happened_and_why(policy: str, tmp_path: Path, capsys: Any) -> None:
    rows, data = tmp_path / "rows.jsonl", str(tmp_path / "data")
    rows.write_text(json.dumps({"id": "rec", "turns": CONVERSATION}))
    assert _leave("run", str(rows), "--policy", policy, "--data-dir", data) == 0
    capsys.readouterr()
    assert _leave("show", "rec", "--data-dir", data) == 0
    shown = capsys.readouterr().out
    assert "let me talk to a person" in shown
    assert "person.request: The customer asks for a person." in shown
    assert _leave("show", "rec", "--data-dir", data, "--json") == 0
    assert json.loads(capsys.readouterr().out)["state"] == "handed_off"
    assert _leave("graph", "--format", "svg", "--conversation", "rec", "--data-dir", data) == 0
    assert capsys.readouterr().out.startswith("<svg")
    assert _leave("show", "nobody", "--data-dir", data) == 2


def test_reading_needs_a_database_that_is_there(no_config: None, tmp_path: Path) -> None:
    from app.reading import open_archive

    with pytest.raises(NotFound, match="--data-dir"), open_archive(load_settings(data_dir=tmp_path / "none")):
        pass
    assert not (tmp_path / "none").exists()


def test_evaluate_predicts_and_prints_only_json(policy: str, tmp_path: Path, capsys: Any) -> None:
    rows, out = tmp_path / "rows.jsonl", tmp_path / "out.jsonl"
    labelled = [
        {"id": 1, "text": "let me talk to a person", "label": "handover", "trigger": "human_request"},
        {"id": 2, "text": "zorp flibber quantum", "label": "routine", "trigger": "none"},
        {"id": 3, "turns": CONVERSATION, "label": "handover", "handoff_turn": 2},
    ]
    rows.write_text("\n".join(map(json.dumps, labelled)))
    assert _leave("evaluate", str(rows), "--predictions", str(out), "--policy", policy, "--json") == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["messages"]["recall"]["rate"] == 1.0
    assert figures["conversations"]["timing"]["GT-I"] == 1.0
    assert [json.loads(line)["id"] for line in out.read_text().splitlines()] == [1, 2, 3]
    assert _leave("evaluate", str(rows), "--predictions", str(out), "--policy", policy, "--knowledge", "shop") == 0
    assert json.loads(out.read_text().splitlines()[1])["action"] == "guard"


def test_evaluate_of_a_missing_file_is_refused_in_words(policy: str, tmp_path: Path, capsys: Any) -> None:
    assert _leave("evaluate", "none.jsonl", "--predictions", str(tmp_path / "out.jsonl"), "--policy", policy) == 2
    assert "'none.jsonl' cannot be read" in capsys.readouterr().err


def test_check_passes_a_good_policy_and_fails_a_broken_one(policy: str, tmp_path: Path, capsys: Any) -> None:
    assert _leave("check", "--policy", policy) == 0
    shown = capsys.readouterr()
    assert "vectors passed" in shown.out
    assert "everything holds" in shown.err
    broken = json.loads(Path(policy).read_text())
    broken["triggers"][-1]["vectors"]["negative"].append("let me talk to a person")
    (tmp_path / "broken.yaml").write_text(json.dumps(broken))
    assert _leave("check", "--policy", str(tmp_path / "broken.yaml"), "--json") == 1
    report = json.loads(capsys.readouterr().out)
    assert not report["passed"]
    assert len(report["vector_failures"]) == 1


def test_the_api_drives_the_real_system(policy: str, tmp_path: Path) -> None:
    settings = load_settings(demo=True, policy=policy, data_dir=tmp_path / "data")
    system = build(settings)
    agent = {"X-Handrail-Actor": "maria", "X-Handrail-Role": "frontline_agent"}
    try:
        with TestClient(build_api(system.door, settings), raise_server_exceptions=False) as client:
            name = client.post("/v1/conversations", json={"facts": {"customer.tier": "gold"}}).json()["id"]
            url = f"/v1/conversations/{name}"
            first = client.post(f"{url}/messages", json={"id": "m1", "text": "let me talk to a person"})
            assert (first.status_code, first.json()["state"]) == (200, "handed_off")
            again = client.post(f"{url}/messages", json={"id": "m1", "text": "let me talk to a person"})
            assert again.json() == {**first.json(), "repeated": True}
            assert client.post(f"{url}/messages", json={"id": "m1", "text": "other"}).status_code == 409
            waiting = client.get("/v1/queue", headers=agent).json()
            assert [item["conversation_id"] for item in waiting] == [name]
            refused = client.post(f"{url}/acts", json={"event": "agent_replied", "text": "Hi"}, headers=agent)
            assert (refused.status_code, refused.json()["allowed"]) == (409, ["claimed", "escalated"])
            once = {**agent, "Idempotency-Key": "act-1"}
            claims = [client.post(f"{url}/acts", json={"event": "claimed"}, headers=once).json() for _ in range(2)]
            assert [claim["repeated"] for claim in claims] == [False, True]
            assert client.post(f"{url}/messages", json={"text": "are you there?"}).json()["replies"] == []
            view = client.get(url).json()
            assert (view["state"], view["owner_id"]) == ("agent_verifying", "maria")
            assert view["handover"]["packet"]["why"]["reason_code"] == "human_request"
            assert client.get("/v1/conversations").json()[0]["id"] == name
            assert client.post("/v1/conversations", json={"facts": {"no.fact": 1}}).status_code == 422
            assert client.get("/readyz").json()["status"] == "ready"
    finally:
        system.close()


def test_no_private_data_reaches_the_log_of_a_working_system(policy: str, tmp_path: Path) -> None:
    card, email = "4111" + "1111" * 3, "jane" + "@" + "example.com"
    key = "sk-" + "Ab3" * 12
    stream = io.StringIO()
    configure("debug", stream=stream)
    settings = load_settings(demo=True, policy=policy, data_dir=tmp_path / "data")
    system = build(settings)
    try:
        with TestClient(build_api(system.door, settings), raise_server_exceptions=False) as client:
            said = f"my card is {card}, write to {email}, the key is {key}"
            again = {"text": f"a person! {said}", "id": "m1"}
            for body in ({"text": said}, {"text": said, "id": "m1"}, again, {said: 1}):
                client.post("/v1/conversations", json={"id": "c1"})
                client.post("/v1/conversations/c1/messages", json=body)
            client.get(f"/v1/conversations/{email}?card={card}")
            system.tick()
            logging.getLogger("test").warning("the log works")
        stored = str(system.door.view(Actor(id="ada", role=Role.AUDITOR), "c1"))
    finally:
        system.close()
    assert "the log works" in stream.getvalue()
    for canary in (card, email, key):
        assert canary not in stream.getvalue()
    assert card not in stored
    assert key not in stored


def test_chat_reads_lines_until_the_input_ends(
    policy: str, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("let me talk to a person\n/claim\n"))
    assert _leave("chat", "--policy", policy, "--data-dir", str(tmp_path / "data")) == 0
    shown = capsys.readouterr().out
    assert "handed_off" in shown
    assert "agent_verifying" in shown
