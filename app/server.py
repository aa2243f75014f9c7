"""Serves the API, the page and the worker in one process, on an address that is known to be free."""

from __future__ import annotations

import errno
import gc
import os
import socket
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from starlette.routing import Mount

from app.api.guard import LOGIN_KEY, PageGuard
from app.api.site import site_of
from app.callers import may_log_in
from app.session import Sessions
from states.errors import SettingsError

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI

    from app.settings import Settings
    from delivery.work import Delivery
    from service.door import Handrail
    from service.system import System

DEMO_PORTS = 20
"""Ports that `handrail demo` tries from the wanted one on."""


def bind(host: str, port: int, tries: int = 1) -> socket.socket:
    """A listening socket on the first free port of `tries`; SettingsError names the remedy."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(port, min(port + max(tries, 1), 65536)):
        # Named, or asyncio does not know it for TCP and leaves Nagle's algorithm on: 40 ms for each answer.
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host.strip("[]"), candidate))
            listening.listen(128)
        except OSError as error:
            listening.close()
            if error.errno != errno.EADDRINUSE:
                raise SettingsError(
                    f"cannot listen on {host}:{candidate} ({error.strerror}); choose another host or port "
                    "with --host and --port"
                ) from None
            continue
        return listening
    last = f" to {port + tries - 1}" if tries > 1 else ""
    raise SettingsError(f"port {port}{last} on {host} is in use; choose another with --port, or stop what uses it")


def url_of(listening: socket.socket) -> str:
    """The address to open in a browser."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def assemble(door: Handrail, settings: Settings, *, with_page: bool, delivery: Delivery | None = None) -> FastAPI:
    """The API, the webhooks where something can receive them, and the Gradio page at `/` if wanted.

    In demo mode only for requests that come from this machine and mean it.
    """
    from app.api.build import build_api
    from app.api.local import LocalOnly

    api = build_api(door, settings, delivery)
    app = _mount_page(api, door, settings) if with_page else api
    if settings.demo_mode:
        app.add_middleware(LocalOnly)
    return app


def serve(
    system: System,
    settings: Settings,
    listening: socket.socket,
    *,
    with_page: bool,
    on_ready: Callable[[], None] = lambda: None,
    server: type[uvicorn.Server] | None = None,
    delivery: Delivery | None = None,
) -> None:
    """Serves until interrupted, with the worker beside it: clocks first, and what a crash left while it serves."""
    import uvicorn

    from app.heads import protocol
    from app.worker import Worker

    app = assemble(system.door, settings, with_page=with_page, delivery=delivery)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
        ws="auto",
        http=protocol(),
    )
    _settle_memory()
    with Worker(system, settings.tick_seconds, delivery):
        on_ready()
        (server or uvicorn.Server)(config).run(sockets=[listening])


def _settle_memory() -> None:
    """Takes what was loaded out of the collector's sight: a walk through all of it would hold up a turn at times."""
    gc.collect()
    gc.freeze()


def _mount_page(api: FastAPI, door: Handrail, settings: Settings) -> FastAPI:
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before the import, or it calls home
    gradio = import_module("gradio")
    try:
        page = import_module("ui.page")
    except ModuleNotFoundError as error:
        if error.name not in ("ui", "ui.page"):
            raise
        raise SettingsError("this installation has no page (ui.page); start with --no-page") from None
    options: dict[str, Any] = page.mount_options() if hasattr(page, "mount_options") else {}
    if not settings.demo_mode:
        options |= {"auth_dependency": lambda request: request.scope.get(LOGIN_KEY)}
    mounted: FastAPI = gradio.mount_gradio_app(
        api, page.build(door, settings), path="/", **{"ssr_mode": False, **options}
    )
    _guard(mounted, settings)
    return mounted


def _guard(mounted: FastAPI, settings: Settings) -> None:
    """Puts our own layer around the page, and around nothing else: the API has tokens and no cookies."""
    route = mounted.routes[-1]
    if not isinstance(route, Mount):
        raise TypeError(f"the page was mounted as {type(route).__name__}, not as the Mount that is to be guarded")
    idle, life = (one.delta.total_seconds() for one in (settings.session_idle, settings.session_lifetime))
    may = None if settings.demo_mode else may_log_in(settings)
    route.app = PageGuard(route.app, site_of(settings), Sessions(idle, life), may)
