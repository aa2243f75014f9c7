"""`handrail verify`: whether what is stored is what was written, word by word."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.terminal import DataOption, JsonOption, note, print_json, printable
from states.errors import BadInput

if TYPE_CHECKING:
    from proof.heads import TreeHead
    from service.verify import Verified

MOST_TOLD = 20
"""Findings that are told one by one; --json has all."""
_COUNTED = ("events", "covered", "waiting", "older", "erased")


def verify(
    conversation: Annotated[
        str | None, typer.Argument(help="The conversation's id, or a bundle of evidence.", metavar="ID|FILE")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every conversation there is.")] = False,
    head: Annotated[
        Path | None, typer.Option("--head", help="A file with heads that were kept elsewhere.", metavar="FILE")
    ] = None,
    key: Annotated[str | None, typer.Option("--key", help="The id of the key that must have signed a bundle.")] = None,
    data_dir: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Recompute every hash.

    Of a conversation, of everything, or of a bundle, which needs no database. Names the first bad event.
    Exit code 1 if anything is not what its hash says; nothing is changed."""
    from app.reading import open_existing
    from app.settings import load_settings
    from service.anchor import FILE
    from service.verify import verify as check

    if everything == (conversation is not None):
        raise BadInput("name a conversation or a bundle, or check them all with --all")
    if conversation is not None and conversation.endswith(".zip"):
        return _verify_bundle(Path(conversation), head, key, as_json=as_json)
    if key is not None:
        raise BadInput("--key stands with a bundle")
    settings = load_settings(data_dir=data_dir)
    beside = settings.data_dir / FILE
    kept = _heads_of(head) if head is not None else _heads_of(beside) if beside.exists() else ()
    with open_existing(settings) as store:
        found = check(store, None if conversation is None else (conversation,), kept)
    if as_json:
        print_json(_as_json(found))
    else:
        _tell(found)
    if found.findings:
        raise typer.Exit(1)


def _verify_bundle(path: Path, head: Path | None, key: str | None, *, as_json: bool) -> None:
    from proof.bundle import open_bundle
    from proof.check import Finding

    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{str(path)!r} cannot be read ({error.strerror}); name the bundle") from None
    try:
        opened = open_bundle(data)
    except BadInput as error:
        if as_json:
            print_json({"bundle": str(path), "holds": False, "findings": [str(error)]})
        raise typer.Exit(_wrong(str(error))) from None
    findings = list(opened.findings)
    if key is not None and key != opened.key_id:
        findings.append(Finding(conversation_id=opened.conversation_id, what=f"it is signed by key {opened.key_id}"))
    if head is not None and opened.head.line() not in {one.line() for one in _heads_of(head)}:
        findings.append(Finding(conversation_id=opened.conversation_id, what=f"its head of the log is not in {head}"))
    if as_json:
        print_json(
            {"bundle": str(path), "conversation": opened.conversation_id, "copy": opened.copy, "key": opened.key_id,
             "made_at": opened.made_at, "made_by": opened.made_by, "head": opened.head.line(), "holds": not findings,
             "findings": [one.line() for one in findings]}
        )  # fmt: skip
    else:
        typer.echo(
            f"{opened.conversation_id}: a {opened.copy} copy, made at {opened.made_at} by {opened.made_by}, signed by "
            f"key {opened.key_id}; {'nothing is wrong' if not findings else f'{len(findings)} findings'}"
        )
    if key is None:
        note("whose key that is only the house can say: compare it with the one they publish, with --key")
    for one in findings[:MOST_TOLD]:
        note(printable(one.line()))
    if findings:
        raise typer.Exit(1)


def _wrong(what: str) -> int:
    note(printable(what))
    return 1


def _heads_of(path: Path) -> tuple[TreeHead, ...]:
    """The heads in a file; BadInput where there is none."""
    from proof.heads import heads_in

    try:
        found = heads_in(path.read_text(errors="replace"))
    except OSError as error:
        raise BadInput(f"{str(path)!r} cannot be read ({error.strerror}); name a file with heads of the log") from None
    if not found:
        raise BadInput(f"{str(path)!r} has no head of a log; a line of one begins with handrail-head:")
    return found


def _as_json(found: Verified) -> dict[str, Any]:
    return {
        "conversations": len(found.conversations),
        **{name: found.total(name) for name in _COUNTED},
        "findings": [
            {"conversation": one.conversation_id, "seq": one.seq, "event": one.event_id, "what": one.what}
            for one in found.findings
        ],
    }


def _tell(found: Verified) -> None:
    count = {name: found.total(name) for name in _COUNTED}
    typer.echo(
        f"{len(found.conversations)} conversations, {count['events']} events, {count['covered']} messages covered; "
        f"{'nothing is wrong' if not found.findings else f'{len(found.findings)} findings'}"
    )
    if count["waiting"]:
        note(f"{count['waiting']} messages wait to be decided: no event covers them yet")
    if count["older"]:
        note(f"{count['older']} events and messages of an older version: its hashes covered events only, no words")
    if count["erased"]:
        note(f"{count['erased']} messages were erased: what is left of them holds")
    for one in found.findings[:MOST_TOLD]:
        note(printable(one.line()))
    if len(found.findings) > MOST_TOLD:
        note(f"... and {len(found.findings) - MOST_TOLD} more; --json lists them")
