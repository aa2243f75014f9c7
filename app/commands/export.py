"""`handrail export`: one conversation as evidence that leaves the house."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.commands.terminal import DataOption, note
from states.errors import BadInput


def export(
    conversation: Annotated[str, typer.Argument(help="The conversation's id.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the bundle.", metavar="FILE")],
    redacted: Annotated[bool, typer.Option("--redacted", help="Without words, names and packet.")] = False,
    customer: Annotated[bool, typer.Option("--customer", help="What was said; nothing of the staff.")] = False,
    data_dir: DataOption = None,
) -> None:
    """Write a conversation as evidence.

    A ZIP file with a readable report, signed; `handrail verify FILE` checks it anywhere."""
    from app.keys import build_signer
    from app.reading import open_existing, user_name
    from app.settings import load_settings
    from app.wiring import build_anchors
    from proof.copies import Copy
    from service.evidence import Evidence
    from service.log import Log
    from service.views import Actor
    from states.clock import SystemClock
    from states.vocabulary import Role

    if redacted and customer:
        raise BadInput("a copy is redacted or the customer's, not both")
    settings, clock = load_settings(data_dir=data_dir), SystemClock()
    with open_existing(settings) as store:
        log = Log(store, build_signer(settings), clock, build_anchors(settings))
        copy = Copy.REDACTED if redacted else Copy.CUSTOMER if customer else Copy.FULL
        bundle = Evidence(store, log, clock).export(conversation, copy, Actor(id=user_name(), role=Role.AUDITOR))
    try:
        output.write_bytes(bundle)
    except OSError as error:
        raise BadInput(f"{str(output)!r} cannot be written ({error.strerror}); name another file") from None
    note(f"{output}: {len(bundle):,} bytes, a {copy.value} copy, signed by key {log.signer.key_id}")
