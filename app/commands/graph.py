"""`handrail graph`: the state graph as text or picture, with the path of one conversation lit if wanted."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.terminal import DataOption, note
from states.errors import BadInput

if TYPE_CHECKING:
    from states.vocabulary import Event, State


class Format(StrEnum):
    """What the graph is drawn as."""

    MERMAID = "mermaid"
    SVG = "svg"
    PNG = "png"


def graph(
    form: Annotated[Format, typer.Option("--format", help="What to draw.")] = Format.MERMAID,
    conversation: Annotated[str | None, typer.Option(help="Light the path of this conversation (svg, png).")] = None,
    output: Annotated[Path | None, typer.Option(help="File to write; standard output if absent.")] = None,
    data_dir: DataOption = None,
) -> None:
    """Draw the state graph.

    From the transition table, with the path of one conversation lit if wanted."""
    present, path = _path_of(conversation, data_dir) if conversation else (None, ())
    _write(_draw(form, present, path), output)


def _draw(form: Format, present: State | None, path: tuple[tuple[State, Event, State], ...]) -> bytes:
    from states import diagram

    if form is Format.MERMAID:
        return (diagram.mermaid().rstrip("\n") + "\n").encode()
    drawn = diagram.svg(present=present, path=path)
    return diagram.png(drawn) if form is Format.PNG else drawn.encode()


def _path_of(conversation: str, data_dir: Path | None) -> tuple[State | None, tuple[tuple[State, Event, State], ...]]:
    """Where the conversation is, and the transitions that led there."""
    from app.reading import open_archive
    from app.settings import load_settings
    from states.vocabulary import Event

    with open_archive(load_settings(data_dir=data_dir)) as (archive, who):
        view = archive.view(who, conversation)
    known = {event.value for event in Event}
    path = [(one.source, Event(one.event), one.target) for one in view.events if one.event in known]
    return view.state, tuple(path)


def _write(drawn: bytes, output: Path | None) -> None:
    if output is None:
        sys.stdout.buffer.write(drawn)
        return
    try:
        output.write_bytes(drawn)
    except OSError as error:
        raise BadInput(f"cannot write {str(output)!r} ({error.strerror}); check the path") from None
    note(f"wrote {output}")
