"""`handrail demo`, `handrail serve` and `handrail worker`."""

from __future__ import annotations

import signal
import sys
import threading
import webbrowser
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.terminal import DataOption, KnowledgeOption, PolicyOption, note

if TYPE_CHECKING:
    from app.settings import Settings
    from service.system import System

HostOption = Annotated[str | None, typer.Option(help="Address to listen on.")]
PortOption = Annotated[int | None, typer.Option(help="Port to listen on.")]


def demo(
    policy: PolicyOption = None,
    knowledge: KnowledgeOption = None,
    data_dir: DataOption = None,
    port: PortOption = None,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
    seed: Annotated[bool, typer.Option("--seed", help="Begin with some days that were lived through.")] = False,
) -> None:
    """Everything on this machine, no key needed.

    Customer chat, agent desk, audit and the live state graph in one page."""
    from app.server import DEMO_PORTS

    _serve(
        {"policy": policy, "knowledge": knowledge, "data_dir": data_dir, "port": port, "host": "127.0.0.1"},
        demo=True,
        tries=DEMO_PORTS,
        page=True,
        browser=browser,
        seed=seed,
    )


def serve(
    host: HostOption = None,
    port: PortOption = None,
    policy: PolicyOption = None,
    knowledge: KnowledgeOption = None,
    data_dir: DataOption = None,
    page: Annotated[bool, typer.Option(help="Serve the Gradio page at / too.")] = True,
) -> None:
    """Serve the HTTP API, the page and a worker."""
    _serve(
        {"policy": policy, "knowledge": knowledge, "data_dir": data_dir, "port": port, "host": host},
        demo=False,
        tries=1,
        page=page,
        browser=False,
    )


def worker(policy: PolicyOption = None, data_dir: DataOption = None) -> None:
    """Fire due clocks, deliver handovers to the desks of the settings.

    Any number may run beside any number of servers on the same database."""
    from app.logging import configure
    from app.settings import load_settings
    from app.wiring import build, build_delivery
    from app.worker import Worker

    settings = load_settings(policy=policy, data_dir=data_dir)
    configure(settings.log_level, as_json=settings.log_json)
    system = build(settings)
    delivery = build_delivery(settings, system)
    try:
        note("worker started; stop it with Ctrl+C")
        working = Worker(system, settings.tick_seconds, delivery)
        _on_terminate(working.stop)
        working.run()
    finally:
        delivery.close()
        system.close()


def _on_terminate(stop: Callable[[], object]) -> None:
    """A service manager's SIGTERM ends the work under way instead of cutting it off."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda number, frame: stop())


def _serve(given: dict[str, object], *, demo: bool, tries: int, page: bool, browser: bool, seed: bool = False) -> None:
    """Binds first, so that a taken port is told before anything is opened."""
    from app.keys import TOKEN_FILE, with_admin_token
    from app.logging import configure
    from app.server import bind, url_of
    from app.server import serve as serve_forever
    from app.settings import load_settings
    from app.wiring import build, build_delivery

    settings = load_settings(demo=demo, **given)
    configure(settings.log_level, as_json=settings.log_json)
    _on_terminate(lambda: sys.exit(0))
    with bind(settings.host, settings.port, tries) as listening:
        system = _seeded(settings) if seed else build(settings)
        delivery = build_delivery(settings, system)
        address = url_of(listening)
        made = with_admin_token(settings, system.door.policy)

        def ready() -> None:
            if made is not settings:
                note(
                    f"no tokens are set: the token of {next(iter(made.tokens.values()))} is in "
                    f"{settings.data_dir / TOKEN_FILE}; channels and people need tokens of their own in [tokens]"
                )
            note(f"Handrail is at {address} (API under {address}/v1); stop it with Ctrl+C")
            if browser:
                webbrowser.open(address)

        try:
            serve_forever(system, made, listening, with_page=page, on_ready=ready, delivery=delivery)
        finally:
            delivery.close()
            system.close()


def _seeded(settings: Settings) -> System:
    """A running Handrail with some days behind it, which the real system has lived through on a clock moved by hand."""
    from datetime import UTC, datetime, timedelta

    from app.seeding import moments, seed
    from app.wiring import build
    from states.clock import StagedClock

    opening = datetime.now(UTC)
    clock = StagedClock(moments(opening)[0].at - timedelta(minutes=1))
    system = build(settings, clock=clock)
    done = seed(system, clock, opening)
    clock.let_go()
    note(
        f"{done.conversations} conversations of the last days" if done.conversations else "there is data already: kept"
    )
    for one in done.refused:
        note(f"left out under this policy: {one}")
    return system
