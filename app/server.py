"""Serves the API, the page and the worker in one process, on an address that is known to be free.

Without this module a taken port would be reported by a stack trace after the database had been opened.
"""

from __future__ import annotations

import errno
import gc
import os
import socket
from collections.abc import Callable
from hmac import compare_digest
from importlib import import_module
from typing import TYPE_CHECKING, Any

from app.ports import Delivery, Outbox, Runtime
from app.settings import Settings, parse_holder
from states.errors import SettingsError
from states.vocabulary import Role

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI

DEMO_PORTS = 20
"""Ports that `handrail demo` tries from the wanted one on."""


def bind(host: str, port: int, tries: int = 1) -> socket.socket:
    """A listening socket on the first free port of `tries`; SettingsError names the remedy."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(port, min(port + max(tries, 1), 65536)):
        listening = socket.socket(family, socket.SOCK_STREAM)
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


def assemble(runtime: Runtime, settings: Settings, *, with_page: bool, delivery: Delivery | None = None) -> FastAPI:
    """The API, the webhooks where something can receive them, and the Gradio page at `/` if wanted."""
    from app.api.build import build_api

    api = build_api(runtime, settings, delivery)
    return _mount_page(api, runtime, settings, delivery.outbox if delivery else None) if with_page else api


def serve(
    runtime: Runtime,
    settings: Settings,
    listening: socket.socket,
    *,
    with_page: bool,
    on_ready: Callable[[], None] = lambda: None,
    server: type[uvicorn.Server] | None = None,
    delivery: Delivery | None = None,
) -> None:
    """Completes what a crash left, then serves with the worker beside it until interrupted."""
    import uvicorn

    from app.worker import Worker

    runtime.recover()
    app = assemble(runtime, settings, with_page=with_page, delivery=delivery)
    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=5, ws="auto"
    )
    _settle_memory()
    with Worker(runtime, settings.tick_seconds, delivery):
        on_ready()
        (server or uvicorn.Server)(config).run(sockets=[listening])


def _settle_memory() -> None:
    """Takes what was loaded out of the collector's sight: a walk through all of it would hold up a turn at times."""
    gc.collect()
    gc.freeze()


def _mount_page(api: FastAPI, runtime: Runtime, settings: Settings, outbox: Outbox | None) -> FastAPI:
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
        options["auth"] = page_login(settings)
    mounted: FastAPI = gradio.mount_gradio_app(
        api, page.build(runtime, settings, outbox), path="/", **{"ssr_mode": False, **options}
    )
    return mounted


def page_login(settings: Settings) -> Callable[[str, str], bool]:
    """Who may open the page where tokens are set: a staff holder's id with their token as password."""

    def may_enter(name: str, password: str) -> bool:
        entered = False
        for token, holder in settings.tokens.items():
            role, holder_id = parse_holder(holder)
            known = compare_digest(token.encode(), password.encode()) and holder_id == name
            entered = entered or (known and role is not Role.CUSTOMER)
        return entered

    return may_enter
