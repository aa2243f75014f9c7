"""`handrail chat` and `handrail show`: one conversation, tried out or read back."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.terminal import DataOption, JsonOption, KnowledgeOption, PolicyOption, print_json, printable

if TYPE_CHECKING:
    from rich.console import Console

STYLES = {
    "customer": "bold", "assistant": "cyan", "agent": "green", "system": "magenta", "state": "yellow", "error": "red",
}  # fmt: skip


def chat(
    policy: PolicyOption = None,
    knowledge: KnowledgeOption = None,
    data_dir: DataOption = None,
    conversation: Annotated[str | None, typer.Option(help="Go on with this conversation.")] = None,
) -> None:
    """Talk to the assistant in the terminal.

    State and evidence stand after each turn; /claim, /reply, /resolve act as the agent."""
    from rich.console import Console

    from app.logging import configure
    from app.settings import load_settings
    from app.terminal_chat import HELP, TerminalChat
    from app.wiring import build

    console = Console()
    configure("warning")
    system = build(load_settings(policy=policy, knowledge=knowledge, data_dir=data_dir), learned=True)
    try:
        system.recover()
        chatting = TerminalChat(system.door, conversation, lambda who, text: _show_line(console, who, text))
        _show_line(console, "system", f"conversation {chatting.id}. {HELP}")
        while chatting.take(_typed(console)):
            system.tick()
    finally:
        system.close()


def show(
    conversation: Annotated[str, typer.Argument(help="The conversation's id.")],
    data_dir: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """One conversation, with all its evidence.

    Messages and events in order, and what each decision rests on."""
    from rich.console import Console

    from app.reading import open_archive
    from app.settings import load_settings
    from app.terminal_chat import timeline

    with open_archive(load_settings(data_dir=data_dir)) as (archive, reader):
        view = archive.view(reader, conversation)
    if as_json:
        from pydantic import TypeAdapter

        from service.views import ConversationView

        print_json(TypeAdapter(ConversationView).dump_python(view, mode="json"))
        return
    console = Console()
    owner = f" · owner {view.owner_id}" if view.owner_id else ""
    policy = f"policy {view.policy_name} {view.policy_hash[:12]}"
    _show_line(console, "system", f"{view.id} · {view.state.value} · version {view.version} · {policy}{owner}")
    for who, text in timeline(view):
        _show_line(console, who, text)


def _show_line(console: Console, who: str, text: str) -> None:
    """One line; what people wrote is never read as markup."""
    from rich.text import Text

    said = Text(printable(text), style=STYLES.get(who, "dim"))
    console.print(Text(f"{who:>10}  ", style="dim") + said, soft_wrap=True)


def _typed(console: Console) -> str:
    """The next line; the end of the input ends the chat."""
    try:
        return console.input("[bold]> [/bold]" if sys.stdin.isatty() else "")
    except EOFError:
        return "/quit"
