"""Destinations for the contract: each fake behind a real connection, with the desk that talks to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from desks.config import FreshdeskConfig, ServiceNowConfig, ZendeskConfig
from desks.fakes import freshdesk as fake_freshdesk
from desks.fakes import servicenow as fake_servicenow
from desks.fakes import zendesk as fake_zendesk
from desks.fakes.server import Fault, Faulty, served
from desks.freshdesk import desk as freshdesk
from desks.port import TicketDesk
from desks.servicenow import desk as servicenow
from desks.zendesk import desk as zendesk
from states.clock import FrozenClock
from tests.desks.samples import NOW

ROLE = "frontline_agent"
SECRETS = ("first-webhook-secret-0123456789", "second-webhook-secret-0123456789")
Settings = dict[str, Any]


class HttpBench:
    """What the three fakes share."""

    ann = ben = ""
    idempotent = False

    def __init__(self, url: str, clock: FrozenClock, fake: Any, faulty: Faulty) -> None:
        self.clock, self.fake, self._faulty, self.url = clock, fake, faulty, url
        self._made: list[Any] = []
        self.desk = self.made()
        self.secrets: tuple[str, ...] = (url, url.rpartition(":")[2], *self.credentials())

    def made(self, **settings: Any) -> TicketDesk:
        """The desk with changed settings; closed with the bench."""
        desk = self.build(settings)
        self._made.append(desk)
        return desk

    def close(self) -> None:
        """Gives all connections back."""
        for desk in self._made:
            desk.close()

    def build(self, settings: Settings) -> TicketDesk:
        """The desk."""
        raise NotImplementedError

    def credentials(self) -> tuple[str, ...]:
        """What must not be told."""
        raise NotImplementedError

    def script(self, *faults: Fault) -> None:
        self._faulty.script(*faults)

    def stopped(self) -> TicketDesk:
        return self.made(base_url="http://127.0.0.1:9")

    def hurried(self) -> TicketDesk:
        return self.made(deadline_s=0.3)

    def note(self, ref: str, agent: str, text: str) -> None:
        self.fake.note(ref, self.number(agent), text)

    def reply(self, ref: str, agent: str, text: str) -> None:
        self.fake.reply(ref, self.number(agent), text)

    def write_in(self, ref: str, text: str) -> None:
        self.fake.write_in(ref, text)

    def assign(self, ref: str, agent: str) -> None:
        self.fake.assign(ref, self.number(agent) if agent else None)

    def number(self, agent: str) -> Any:
        return int(agent)


class ZendeskBench(HttpBench):
    """Zendesk's fake."""

    ann, ben, idempotent = "9001", "9002", True

    def build(self, settings: Settings) -> TicketDesk:
        fields: Settings = {
            "base_url": self.url,
            "user": fake_zendesk.USER,
            "token": fake_zendesk.TOKEN,
            "group_id": 77,
            "agents": {"9001": f"{ROLE}/ann"},
            "webhook_secrets": SECRETS,
        }
        return zendesk.build("zendesk", ZendeskConfig(kind="zendesk", **{**fields, **settings}), self.clock)

    def unknown(self) -> TicketDesk:
        return self.made(token="wrong-token")

    def credentials(self) -> tuple[str, ...]:
        return fake_zendesk.TOKEN, "wrong-token", *SECRETS

    def tickets(self) -> int:
        return len(self.fake.shelf.tickets)

    def refs(self) -> list[str]:
        return [str(number) for number in self.fake.shelf.tickets]

    def subject(self, ref: str) -> str:
        return str(self.fake.shelf.tickets[int(ref)]["subject"])

    def resolve(self, ref: str) -> None:
        self.fake.set_status(ref, "solved")

    def reopen(self, ref: str) -> None:
        self.fake.set_status(ref, "open")


class FreshdeskBench(HttpBench):
    """Freshdesk's fake."""

    ann, ben = "4001", "4002"

    def build(self, settings: Settings) -> TicketDesk:
        fields: Settings = {
            "base_url": self.url,
            "api_key": fake_freshdesk.API_KEY,
            "group_id": 88,
            "agents": {"4001": f"{ROLE}/ann"},
            "webhook_secrets": SECRETS,
        }
        return freshdesk.build("freshdesk", FreshdeskConfig(kind="freshdesk", **{**fields, **settings}), self.clock)

    def unknown(self) -> TicketDesk:
        return self.made(api_key="wrong-key")

    def credentials(self) -> tuple[str, ...]:
        return fake_freshdesk.API_KEY, "wrong-key", *SECRETS

    def tickets(self) -> int:
        return len(self.fake.shelf.tickets)

    def refs(self) -> list[str]:
        return [str(number) for number in self.fake.shelf.tickets]

    def subject(self, ref: str) -> str:
        ticket = self.fake.shelf.tickets[int(ref)]
        return f"{ticket['subject']} {ticket['description']}"

    def resolve(self, ref: str) -> None:
        self.fake.set_status(ref, 4)

    def reopen(self, ref: str) -> None:
        self.fake.set_status(ref, 2)


class ServiceNowBench(HttpBench):
    """ServiceNow's fake."""

    ann, ben = "ann", "ben"

    def build(self, settings: Settings) -> TicketDesk:
        fields: Settings = {
            "base_url": self.url,
            "user": fake_servicenow.USER,
            "password": fake_servicenow.PASSWORD,
            "assignment_group": fake_servicenow.GROUP,
            "agents": {"ann": f"{ROLE}/ann"},
        }
        return servicenow.build("servicenow", ServiceNowConfig(kind="servicenow", **{**fields, **settings}), self.clock)

    def unknown(self) -> TicketDesk:
        return self.made(password="wrong-password")

    def credentials(self) -> tuple[str, ...]:
        return fake_servicenow.PASSWORD, "wrong-password"

    def number(self, agent: str) -> Any:
        return agent

    def assign(self, ref: str, agent: str) -> None:
        self.fake.assign(ref, agent)

    def tickets(self) -> int:
        return len(self.fake.tables["incident"])

    def refs(self) -> list[str]:
        return list(self.fake.tables["incident"])

    def subject(self, ref: str) -> str:
        return str(self.fake.tables["incident"][ref]["short_description"])

    def resolve(self, ref: str) -> None:
        self.fake.set_status(ref, "6")

    def reopen(self, ref: str) -> None:
        self.fake.set_status(ref, "2")


@contextmanager
def bench_of(
    made: type[HttpBench], fake: Callable[[FrozenClock], Any], clock: FrozenClock | None = None
) -> Iterator[Any]:
    """A fake that is served for one test."""
    clock = clock or FrozenClock(NOW)
    behind = fake(clock)
    faulty = Faulty(behind.app)
    with served(faulty) as url:
        bench = made(url, clock, behind, faulty)
        try:
            yield bench
        finally:
            bench.close()
