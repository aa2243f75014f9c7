"""A house that is served over real HTTP, for clients that are no part of this process's code."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from app.api.bell import Bell
from app.server import assemble, bind, url_of
from service.door import Handrail
from tests.house import House


@contextmanager
def serving(house: House, door: Handrail, bell: Bell | None = None) -> Iterator[str]:
    """The address of a house that is served, by this door, until the block ends."""
    listening = bind("127.0.0.1", 0)
    app = assemble(door, house.settings, with_page=False)
    app.state.bell = bell or app.state.bell
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield url_of(listening)
    finally:
        server.should_exit = True
        thread.join(30)
        listening.close()
