"""The network around a fake goes wrong as it is told to, and only then."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from desks.fakes.server import Fault, Faulty, served

COMMITTED = {Fault.NONE, Fault.REPLY_LOST, Fault.BROKEN_AFTER, Fault.SLOW}


@pytest.fixture
def counter() -> Iterator[tuple[Faulty, httpx2.Client, list[int]]]:
    """A server that counts what it commits."""
    seen: list[int] = []

    async def commit(request: Request) -> Response:
        seen.append(len(await request.body()))
        return JSONResponse({"count": len(seen)}, 201)

    faulty = Faulty(Starlette(routes=[Route("/", commit, methods=["GET", "POST"])]), slow_s=0.2)
    with served(faulty) as url, httpx2.Client(base_url=url, trust_env=False) as client:
        yield faulty, client, seen


@pytest.mark.parametrize("fault", list(Fault))
def test_what_a_fault_commits_is_what_it_says(counter: tuple[Faulty, httpx2.Client, list[int]], fault: Fault) -> None:
    faulty, client, seen = counter
    faulty.script(fault)
    assert client.get("/").status_code == 201, "reads work"
    if fault is Fault.REPLY_LOST:
        with pytest.raises(httpx2.RemoteProtocolError):
            client.post("/", content=b"x")
    else:
        client.post("/", content=b"x")
    assert len(seen) == (2 if fault in COMMITTED else 1)
    assert client.post("/", content=b"x").status_code == 201, "a fault happens once"
    assert faulty.writes == 2
