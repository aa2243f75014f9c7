"""`handrail desks` and `handrail outbox`: where handovers go, whether that works, and what is stuck."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.terminal import DataOption, JsonOption, note, print_json, print_table

if TYPE_CHECKING:
    from service.outbox import Outbox

desks = typer.Typer(help="Destinations of handovers: list them, try one out.", no_args_is_help=True)
outbox = typer.Typer(help="What is on its way to destinations, and what was given up.", invoke_without_command=True)
SHOWN = 200


@desks.command("list")
def list_desks(data_dir: DataOption = None, as_json: JsonOption = False) -> None:
    """The destinations of the settings, and how each fares."""
    with _opened(data_dir) as box:
        rows = box.fares()
    if as_json:
        return print_json(rows)
    if not rows:
        return note("no destination is set: handovers are in the queue of the desk; add a table [desks.NAME]")
    names = ("name", "kind", "jobs", "pending", "failing", "dead", "last_success", "unread_since")
    print_table("Destinations", names, (tuple(row[name] for name in names) for row in rows))


@desks.command("test")
def test_desk(name: Annotated[str, typer.Argument(help="Name of a table [desks.NAME].")]) -> None:
    """Try a destination out: a test ticket that is read back, found again and closed, or a test card."""
    from app.settings import load_settings
    from app.wiring import build_desks
    from delivery.attempt import try_out
    from states.clock import SystemClock, SystemIds
    from states.errors import NotFound

    clock = SystemClock()
    places = {one.name: one for one in build_desks(load_settings(), clock)}
    if name not in places:
        known = ", ".join(places) or "none; add a table [desks.NAME] to handrail.toml"
        raise NotFound(f"there is no destination {name!r}; there are: {known}")
    for line in try_out(places[name], SystemIds().new("test_"), clock.now()):
        typer.echo(line)


@outbox.callback(invoke_without_command=True)
def list_outbox(context: typer.Context, data_dir: DataOption = None, as_json: JsonOption = False) -> None:
    """What goes to nobody, and steps that were given up or wait, oldest first."""
    if context.invoked_subcommand is not None:
        return
    with _opened(data_dir) as box:
        rows = box.unsettled(SHOWN)
    if as_json:
        return print_json(rows)
    if not rows:
        return note("nothing waits and nothing was given up")
    if lost := sum(row["status"] == "undeliverable" for row in rows):
        note(f"{lost} undeliverable: somebody must hear of it and no destination can; set one under [desks]")
    names = ("id", "status", "effect", "destination", "job", "attempts", "last_code", "next_attempt_at")
    print_table("Outbox", names, (tuple(row[name] for name in names) for row in rows))


@outbox.command("replay")
def replay(
    step: Annotated[str | None, typer.Argument(help="Id of a dead step.")] = None,
    dead: Annotated[bool, typer.Option("--dead", help="All dead steps.")] = False,
    data_dir: DataOption = None,
) -> None:
    """Put dead steps back into the queue. Each is looked up first: nothing is doubled."""
    from states.errors import BadInput

    if (step is None) is not dead:
        raise BadInput("name the id of one dead step, or all of them with --dead")
    with _opened(data_dir) as box:
        count = box.replay(step)
    note(f"{count} put back; a worker takes them from here")


@contextmanager
def _opened(data_dir: object) -> Iterator[Outbox]:
    from app.reading import open_outbox
    from app.settings import load_settings

    with open_outbox(load_settings(data_dir=data_dir)) as box:
        yield box
