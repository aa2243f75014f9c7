"""Binding, the worker and the whole server over a real socket."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import urllib.request

import pytest

from app.server import bind, serve, url_of
from app.worker import Worker
from service.system import System
from states.errors import SettingsError, StoreUnavailable
from tests.house import House


class Counted(System):
    """Counts what it is asked for by itself."""

    def __init__(self, house: House) -> None:
        super().__init__(house.system._runtime)
        self.ticks = self.recovered = 0
        self.ticked = threading.Event()
        self.recovery = threading.Event()
        self.recovery.set()

    def fire_due(self) -> int:
        self.ticks += 1
        self.ticked.set()
        return super().fire_due()

    def recover(self) -> int:
        self.recovered += 1
        assert self.recovery.wait(timeout=60)
        return super().recover()


def test_a_taken_port_is_refused_with_the_remedy() -> None:
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"port {port} on 127.0.0.1 is in use; choose another with --port"):
            bind("127.0.0.1", port)


def test_the_demo_takes_the_next_free_port() -> None:
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with bind("127.0.0.1", port, tries=20) as found:
            assert port < found.getsockname()[1] < port + 20


def test_an_address_of_another_machine_is_refused_in_words() -> None:
    with pytest.raises(SettingsError, match=r"cannot listen on 192\.0\.2\.1"):
        bind("192.0.2.1", 0)


def test_the_address_can_be_opened() -> None:
    with bind("127.0.0.1", 0) as listening:
        assert url_of(listening) == f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_a_failed_tick_does_not_end_the_worker(house: House) -> None:
    system = Counted(house)
    worker = Worker(system, seconds=0.001)
    house.store.fails_with = StoreUnavailable("database is locked; try again")
    assert worker.tick_once() == 0
    house.store.fails_with = RuntimeError("a bug")
    assert worker.tick_once() == 0
    assert system.ticks == 2


def test_the_worker_ticks_until_it_is_stopped(house: House) -> None:
    system = Counted(house)
    with Worker(system, seconds=0.001) as worker:
        assert system.ticked.wait(timeout=30)
    assert not worker.is_working


@pytest.mark.filterwarnings("ignore::DeprecationWarning:websockets", "ignore::DeprecationWarning:uvicorn")
def test_the_server_answers_and_ticks_while_it_recovers(house: House) -> None:
    """A real uvicorn on a real socket, ended as an operator would: by its own stop flag."""
    import uvicorn

    system = Counted(house)
    system.recovery.clear()
    started = threading.Event()
    servers: list[uvicorn.Server] = []
    original = uvicorn.Server.run

    class Stoppable(uvicorn.Server):
        def run(self, sockets: list[socket.socket] | None = None) -> None:
            servers.append(self)
            started.set()
            original(self, sockets)

    with bind("127.0.0.1", 0) as listening:
        thread = threading.Thread(
            target=serve, args=(system, house.settings, listening), kwargs={"with_page": False, "server": Stoppable}
        )
        thread.start()
        assert started.wait(timeout=30)
        # The socket listens already, so the request waits in its backlog until the server takes it.
        with urllib.request.urlopen(f"{url_of(listening)}/healthz", timeout=30) as response:
            assert json.load(response)["status"] == "ok"
        assert system.ticked.wait(timeout=30)
        assert not system.recovery.is_set()
        system.recovery.set()
        servers[0].should_exit = True
        thread.join(timeout=30)
    assert not thread.is_alive()
    assert system.recovered >= 1
    assert system.ticks >= 1


def test_no_answer_waits_for_the_one_before_to_be_acknowledged() -> None:
    """Without TCP_NODELAY the body of an answer, a second small write, waits 40 ms for its head to be acknowledged."""

    async def accepted() -> int:
        found: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        class Kept(asyncio.Protocol):
            """One connection, as a server has it."""

            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                option = transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
                found.set_result(option)
                transport.close()

        listening = bind("127.0.0.1", 0)
        server = await asyncio.get_running_loop().create_server(Kept, sock=listening)
        _, writer = await asyncio.open_connection(*listening.getsockname())
        option = await found
        writer.close()
        server.close()
        await server.wait_closed()
        return option

    assert asyncio.run(accepted()) != 0
