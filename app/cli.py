"""The command line, `handrail`: groups are registered here, loaded when used."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from app.commands import backtest, chat, check, deadlines, export, graph, recorded, replay, serve, verify
from app.commands.destinations import desks, outbox
from app.commands.policies import policies
from states.errors import HandrailError

REFUSED = 2
INTERRUPTED = 130

app = typer.Typer(
    name="handrail",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback(invoke_without_command=True)
def handrail(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """A fail-safe human handover for support assistants."""
    if version:
        from app.version import running_version

        typer.echo(running_version())
        raise typer.Exit


for command in (
    serve.demo,
    serve.serve,
    serve.worker,
    check.check,
    graph.graph,
    deadlines.sla,
    recorded.run,
    recorded.evaluate,
    backtest.backtest,
    replay.replay,
    verify.verify,
    export.export,
    chat.chat,
    chat.show,
):
    app.command()(command)
app.add_typer(policies, name="policy")
app.add_typer(desks, name="desks")
app.add_typer(outbox, name="outbox")


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs one command and exits: 0 done, 1 checked and found wanting, 2 refused with a reason and a remedy."""
    try:
        app(list(sys.argv[1:] if arguments is None else arguments))
    except HandrailError as error:
        sys.stderr.write(f"handrail: {error}\n")
        raise SystemExit(REFUSED) from None
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None


if __name__ == "__main__":
    main()
