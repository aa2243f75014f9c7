"""Destinations in settings, the command line around them, and a real server with worker and webhooks."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.server import bind, serve, url_of
from app.settings import Settings, load_settings
from app.wiring import build_delivery, build_desks
from delivery.attempt import try_out
from delivery.destinations import Destination
from delivery.pace import Gate
from delivery.work import Delivery
from desks.config import MemoryConfig
from desks.memory import Fault
from service.system import System
from states.clock import FrozenClock
from states.errors import DependencyFault, SettingsError
from states.vocabulary import Event
from tests.delivery.example import SECRET, Channel, Office, destination, hook, memory
from tests.graph.example import START, Desk
from tests.ready_databases import sqlite_url

TOML = """
public_url = "https://help.example/"

[desks.own]
kind = "memory"
teams = ["frontline"]
fallback = "spare"
webhook_secrets = ["one-secret", "another-secret"]
agents = {alice = "frontline_agent/anna"}

[desks.spare]
kind = "memory"
give_up_after = 3
"""


@pytest.fixture
def toml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Writes the settings file that is in force."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HANDRAIL_CONFIG", raising=False)
    return lambda text: (tmp_path / "handrail.toml").write_text(text) and None


def test_destinations_come_from_tables_and_their_secrets_from_the_environment(
    toml: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    toml(
        TOML + '\n[desks.rt]\nkind = "request_tracker"\nbase_url = "http://127.0.0.1:1"\nuser = "bot"\nqueue = "Help"\n'
    )
    monkeypatch.setenv("HANDRAIL_DESKS__RT__PASSWORD", "not-in-the-file")
    settings = load_settings()
    rt: Any = settings.desks["rt"]
    assert rt.password.get_secret_value() == "not-in-the-file"
    assert settings.desks["own"].fallback == "spare"
    for secret in ("one-secret", "another-secret", "not-in-the-file"):
        assert secret not in repr(settings)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('[desks.a]\nkind = "fax"', "desks.a"),
        ('[desks."a:b"]\nkind = "memory"', "pattern"),
        ('[desks.a]\nkind = "memory"\nfallback = "b"', "is no destination"),
        ('[desks.a]\nkind = "memory"\nfallback = "a"', "lead back"),
        ('[desks.a]\nkind = "memory"\nper_minute = 0', "greater than or equal to 1"),
        ('[desks.a]\nkind = "memory"\nwebhook_secrets = ["tops3cret", 17, 18]', "desks.a"),
    ],
)
def test_settings_that_cannot_work_are_refused_without_repeating_a_secret(
    toml: Callable[[str], None], table: str, said: str
) -> None:
    toml(table)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert said in str(refused.value)
    assert "tops3cret" not in str(refused.value)


def test_only_modules_of_kinds_that_are_set_are_needed(toml: Callable[[str], None]) -> None:
    toml(TOML)
    found = build_desks(load_settings(), FrozenClock(START))
    assert [(one.name, one.kind, one.config.give_up_after) for one in found] == [
        ("own", "memory", 8), ("spare", "memory", 3),
    ]  # fmt: skip


def test_the_desks_command_lists_destinations_with_what_waits_and_what_is_dead(
    toml: Callable[[str], None], tmp_path: Path
) -> None:
    toml(TOML)
    desk = Desk(sqlite_url(tmp_path / "data"))
    desk.say("human please")
    settings = load_settings(data_dir=tmp_path / "data")
    delivery = build_delivery(settings, System(desk.runtime), threads=False)
    delivery.tick()
    desk.runtime.close()
    rows = json.loads(_run("desks", "list", "--data-dir", str(tmp_path / "data"), "--json"))
    own = next(one for one in rows if one["name"] == "own")
    assert (own["kind"], own["pending"], own["dead"], own["failing"]) == ("memory", 0, 0, "")
    assert own["last_success"] is not None


def test_the_outbox_command_lists_dead_steps_and_puts_them_back(toml: Callable[[str], None], tmp_path: Path) -> None:
    toml(TOML)
    office = Office(sqlite_url(tmp_path / "data"))
    office.tickets.script(Fault.REJECTED)
    office.case.say("human please")
    office.work()
    rows = json.loads(_run("outbox", "--data-dir", "data", "--json"))
    assert [(one["job"], one["status"]) for one in rows] == [("open", "dead"), ("note", "dead")]
    _run("outbox", "replay", rows[0]["id"], "--data-dir", "data")
    office.clock.advance(timedelta(days=10_000))  # The command runs by the machine's clock.
    while office.delivery.tick():
        pass
    assert len(office.ticket.comments) == 2
    _run("outbox", "replay", "--dead", "--data-dir", "data")
    assert json.loads(_run("outbox", "--data-dir", "data", "--json")) == []
    office.close()


@pytest.mark.parametrize(
    ("arguments", "said"), [(("desks", "list"), "no destination is set"), (("outbox",), "nothing waits")]
)
def test_what_is_empty_is_said_in_a_sentence(
    toml: Callable[[str], None], tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    toml("")
    Desk(sqlite_url(tmp_path / "data")).runtime.close()
    found = CliRunner().invoke(app, [*arguments, "--data-dir", str(tmp_path / "data")])
    assert found.exit_code == 0
    assert said in found.output


@pytest.mark.parametrize(
    "arguments", [("outbox", "replay"), ("outbox", "replay", "x", "--dead"), ("desks", "test", "x")]
)
def test_a_command_without_a_target_is_refused(toml: Callable[[str], None], arguments: tuple[str, ...]) -> None:
    toml(TOML)
    assert CliRunner().invoke(app, arguments).exit_code != 0


def test_the_test_command_opens_reads_and_closes_a_test_ticket(toml: Callable[[str], None]) -> None:
    toml(TOML)
    said = _run("desks", "test", "own").splitlines()
    assert [one.split(":")[0] for one in said] == ["own", "open", "note", "close", "found again by its key"]


def _run(*arguments: str) -> str:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda desk: desk.script(Fault.REJECTED), "http_422.*queue"),
        (lambda desk: desk.drops.add("queue"), "did not take queue"),
        (lambda desk: setattr(desk, "down", True), "is down"),
        (lambda desk: setattr(desk, "lag", 9), "does not find its own ticket"),
    ],
)
def test_trying_out_names_what_does_not_work(spoil: Callable[[Any], None], said: str) -> None:
    clock = FrozenClock(START)
    desk = memory("own", clock)
    spoil(desk)
    with pytest.raises(DependencyFault, match=said):
        list(try_out(destination(desk, clock), "test_1", clock.now()))


def test_trying_out_a_channel_sends_a_card_of_its_own() -> None:
    from desks.port import Job

    clock, chat = FrozenClock(START), Channel("chat", Job.ANNOUNCE, Job.PAGE, Job.QUIET)
    said = list(try_out(destination(chat, clock), "test_1", clock.now()))
    assert said == ["chat: ready", "announce: delivered", "page: delivered", "quiet: delivered"]
    assert {text for _, text in chat.sent} == {"Test from Handrail: nothing to do"}


def test_a_real_server_delivers_receives_webhooks_and_claims(tmp_path: Path) -> None:
    office = Office(sqlite_url(tmp_path))
    config = MemoryConfig(kind="memory", webhook_secrets=(SECRET,), agents={"alice": "frontline_agent/anna"})
    places = [Destination(desk=office.tickets, config=config, gate=Gate(10_000, office.clock))]
    delivery = Delivery(System(office.runtime), places, threads=True)
    listening = bind("127.0.0.1", 0)
    address, ready = url_of(listening), threading.Event()
    import uvicorn

    made: list[uvicorn.Server] = []

    class Stoppable(uvicorn.Server):
        def __init__(self, config: uvicorn.Config) -> None:
            super().__init__(config)
            made.append(self)

    serving = threading.Thread(
        target=serve,
        args=(System(office.runtime), Settings(tick_seconds=0.02), listening),
        kwargs={"with_page": False, "on_ready": ready.set, "server": Stoppable, "delivery": delivery},
    )
    serving.start()
    try:
        assert ready.wait(60)
        office.case.say("human please")
        _until(lambda: len(office.tickets.tickets) == 1 and len(office.ticket.comments) == 2)
        _until(lambda: office.case.view.handover.deliveries[0].ref == "1")
        office.tickets.assign("1", "alice")
        headers, body = hook(office, "1", "d1")
        asked = urllib.request.Request(f"{address}/hooks/tickets", data=body, headers=headers, method="POST")
        with urllib.request.urlopen(asked, timeout=30) as answer:
            assert json.load(answer) == {"status": "kept"}
        _until(lambda: office.state == "agent_verifying")
        office.case.do(Event.RESOLVED, text="done")
        _until(lambda: office.ticket.status == "resolved")
    finally:
        made[0].should_exit = True
        serving.join(30)
        delivery.close()
        office.close()


def _until(holds: Callable[[], bool]) -> None:
    for _ in range(600):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")
