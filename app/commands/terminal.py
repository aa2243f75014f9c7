"""What the commands say and show: figures on standard output, progress and problems on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

SHOWN = 20
"""Bad lines that are listed one by one; the rest are counted."""

PolicyOption = Annotated[str | None, typer.Option("--policy", help="Pack name or policy file.", metavar="NAME|FILE")]
KnowledgeOption = Annotated[
    str | None, typer.Option("--knowledge", help="Directory of Markdown articles, or shop, bank.", metavar="DIR")
]
DataOption = Annotated[Path | None, typer.Option("--data-dir", help="Where conversations are kept.", metavar="DIR")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else on standard output.")]


def print_json(value: object) -> None:
    """The value on standard output."""
    sys.stdout.write(json.dumps(value, indent=2, default=str) + "\n")


def printable(text: str) -> str:
    """What a customer wrote, without the control characters that could drive the reader's terminal."""
    return "".join(char if char.isprintable() or char in "\n\t" else "\ufffd" for char in text)


def note(text: str) -> None:
    """One line for people, on standard error."""
    sys.stderr.write(text.rstrip("\n") + "\n")


def print_table(title: str, columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    """A table on standard output; the first column to the left, the others to the right."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, title_style="bold")
    for index, column in enumerate(columns):
        table.add_column(column, justify="left" if index == 0 else "right", overflow="fold")
    for row in rows:
        table.add_row(*(Text("–" if cell is None else str(cell)) for cell in row))
    Console().print(table)


@contextmanager
def progress(path: Path, what: str) -> Iterator[Callable[[int], None]]:
    """A progress bar over the bytes of a file; silent where standard error is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    total = path.stat().st_size if path.is_file() else None
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda size: bar.advance(task, size)


@contextmanager
def counted(total: int, what: str) -> Iterator[Callable[[Sequence[str]], Iterator[str]]]:
    """A progress bar over things that are gone through; silent where standard error is no terminal."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=total)

        def through(things: Sequence[str]) -> Iterator[str]:
            for one in things:
                yield one
                bar.advance(task)

        yield through


def report_lines(problems: list[tuple[int, str]], what: str) -> None:
    """Each line that could not be used, on standard error."""
    for number, problem in problems[:SHOWN]:
        note(f"line {number}: {problem}; {what}")
    if len(problems) > SHOWN:
        note(f"... and {len(problems) - SHOWN} more lines")


def percent(figure: dict[str, Any] | None) -> str:
    """A share with its interval, as people read it."""
    if figure is None or figure["rate"] is None:
        return "–"
    return f"{figure['rate']:.1%}  ({figure['low']:.1%} – {figure['high']:.1%})  {figure['hits']}/{figure['of']}"
