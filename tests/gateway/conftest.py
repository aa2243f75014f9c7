"""A Handrail before an upstream endpoint, both over real HTTP, and the official clients that call it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import openai
import pytest

from assistants.knowledge_base import KnowledgeBase
from assistants.stub_endpoint import Reply, StubEndpoint
from assistants.upstream import Routed, UpstreamAssistant
from models.chat import ChatEndpoint
from policy.loader import LoadedPolicy
from service.door import Handrail
from tests.graph.example import policy
from tests.house import House
from tests.served import serving

DELIVERY = "# Delivery\n\n## How long it takes\n\nStandard delivery takes three working days.\n"
ORDERS = "# Where is my order\n\n## Find it\n\nWe look up where your order is.\n"
ROUTINE = "How long does standard delivery take?"
ANSWER = "Standard delivery takes three working days."
PATIENT = (("deadline: 2s", "deadline: 30s"),)
"""Only an upstream that hangs may run into a deadline, however busy the machine is."""


class Served:
    """One Handrail that is served, with the endpoint behind it."""

    def __init__(self, house: House, door: Handrail, address: str, stub: StubEndpoint) -> None:
        self.house, self.door, self.address, self.stub = house, door, address, stub
        self._clients: list[openai.OpenAI] = []

    def client(self, **options: Any) -> openai.OpenAI:
        """The official client with nothing changed but the base URL."""
        made = openai.OpenAI(base_url=f"{self.address}/v1", api_key="unused", max_retries=0, **options)
        self._clients.append(made)
        return made

    def ask(self, text: str, conversation: str | None = None, **options: Any) -> Any:
        """One message of the customer; the answer as the client gives it."""
        named = {"Handrail-Conversation": conversation} if conversation else {}
        said = [{"role": "user", "content": text}]
        create: Any = self.client().chat.completions.create
        return create(model="support", messages=said, extra_headers=named, **options)

    def close(self) -> None:
        """Lets go of the clients' connections."""
        for one in self._clients:
            one.close()


Serve = Callable[..., AbstractContextManager[Served]]


@contextmanager
def before(
    folder: Path,
    reply: Reply | str = ANSWER,
    *,
    mode: str = "ok",
    changes: tuple[tuple[str, str], ...] = PATIENT,
    rules: LoadedPolicy | None = None,
    tools: tuple[str, ...] | None = None,
    door: Callable[[House], Handrail] | None = None,
    **more: Any,
) -> Iterator[Served]:
    """A Handrail in a new folder before an upstream that answers so."""
    articles = folder / "articles"
    articles.mkdir(parents=True)
    (articles / "delivery.md").write_text(DELIVERY)
    (articles / "orders.md").write_text(ORDERS)
    stub = StubEndpoint(mode=mode, reply=reply)
    with stub as url:
        knowledge, endpoint = KnowledgeBase(articles), ChatEndpoint(base_url=url)
        assistant = Routed(knowledge, UpstreamAssistant(endpoint, knowledge, tools=tools))
        house = House(folder, assistant, rules or policy(*changes), **more)
        try:
            opened = door(house) if door else house.door
            with serving(house, opened) as address:
                served = Served(house, opened, address, stub)
                try:
                    yield served
                finally:
                    served.close()
        finally:
            house.close()
            endpoint.close()


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    """`serve(reply=…, mode=…)` begins one; its folders are the test's."""
    number = iter(range(10_000))
    return lambda *given, **how: before(tmp_path / str(next(number)), *given, **how)
