"""The whole Handrail that tests of surfaces share: the real parts over a new SQLite file, with a frozen clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import Connection, insert

from app.api.build import build_api
from app.api.logins import WrongLogins
from app.settings import DemoSettings, Settings
from app.wiring import build
from assistants.port import Assistant
from assistants.scripted import ScriptedAssistant
from delivery.work import Delivery
from policy.loader import LoadedPolicy
from service.views import Actor, ActResult, ConversationView, NewConversation, TurnResult
from states.clock import FrozenClock
from states.vocabulary import Event, Role
from store.database import Store
from store.queries import OUTBOX
from tests.graph.example import ANNA, START, knows, policy
from tests.ready_databases import sqlite_url

DEMO = Actor(id="demo", role=Role.CUSTOMER)
"""The channel of whoever says nothing in demo mode."""
AUDITOR = Actor(id="avi", role=Role.AUDITOR)
HERE = "http://127.0.0.1"
FORGIVEN = 10**9
"""Wrong logins of one address, for tests that are about something else."""


def refused_as(answer: Any) -> str:
    """The word for a refusal, in whichever form the address gives it."""
    told = answer.json()["error"]
    return str(told["code"] if isinstance(told, dict) else told)


def newest(view: ConversationView) -> int:
    """The number of the newest message: what an act names that has seen everything."""
    return max((one.seq for one in view.messages), default=0)


class BreakableStore(Store):
    """A database that fails from the moment it is told to."""

    fails_with: Exception | None = None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A write transaction, or the failure."""
        if self.fails_with is not None:
            raise self.fails_with
        with super().write() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read transaction, or the failure."""
        if self.fails_with is not None:
            raise self.fails_with
        with super().read() as connection:
            yield connection


class House:
    """A running Handrail with its door, and short words for what tests do at it."""

    def __init__(
        self,
        folder: Path,
        assistant: Assistant | None = None,
        rules: LoadedPolicy | None = None,
        settings: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> None:
        self.clock = FrozenClock(START)
        self.store = BreakableStore(sqlite_url(folder))
        self.settings = DemoSettings(data_dir=folder, **(settings or {}))
        self.system = build(
            self.settings,
            store=self.store,
            policy=rules or policy(),
            assistant=assistant or ScriptedAssistant(knows),
            clock=self.clock,
            **more,
        )
        self.door = self.system.door

    def client(self, settings: Settings | None = None, *, delivery: Delivery | None = None) -> TestClient:
        """The API for a caller at this machine; in demo mode unless other settings are given."""
        api = build_api(self.door, settings or self.settings, delivery, WrongLogins(most=FORGIVEN))
        return TestClient(api, base_url=HERE, raise_server_exceptions=False)

    def open(self, name: str | None = None, channel: Actor = DEMO) -> str:
        """A new conversation."""
        return self.door.open(channel, NewConversation(id=name, customer="cus-1")).id

    def say(self, conversation_id: str, text: str, channel: Actor = DEMO) -> TurnResult:
        """The customer writes."""
        return self.door.post(channel, conversation_id, text)

    def do(self, conversation_id: str, event: Event, actor: Actor = ANNA, text: str = "", **data: Any) -> ActResult:
        """Somebody at the desk acts, on all that was said."""
        return self.door.act(
            actor, conversation_id, event, text=text, data=data, seen=newest(self.view(conversation_id))
        )

    def view(self, conversation_id: str) -> ConversationView:
        """The conversation now, with its evidence."""
        return self.door.view(AUDITOR, conversation_id)

    def given_up(self, conversation_id: str, destination: str = "gone") -> str:
        """A step that was given up on its way to a destination."""
        step = f"dead:{conversation_id}"
        row = {
            "id": step, "conversation_id": conversation_id, "effect": "page", "destination": destination, "job": "page",
            "payload": {}, "status": "dead", "attempts": 8, "next_attempt_at": self.clock.now(),
            "created_at": self.clock.now(), "unsure": False, "last_code": "http_422", "number": 1,
        }  # fmt: skip
        with self.store.write() as connection:
            connection.execute(insert(OUTBOX).values(row))
        return step

    def close(self) -> None:
        """Ends it, however it was broken."""
        self.store.fails_with = None
        self.system.close()
