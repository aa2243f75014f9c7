"""Looks as rows: appended one after the other, each with the hash of the one before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select

from proof.chain import GENESIS
from store.records import NewLook
from store.rows.looks import LookRow

LOOK = LookRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
CHAINED = ("number", "actor_id", "role", "purpose", "conversation_id", "version", "data", "at")
_LOCK = 5_204_817_264
"""PostgreSQL's lock under which one look is appended after another; SQLite has one writer at a time."""


def look_hash(prev_hash: str, values: Mapping[str, Any]) -> str:
    """SHA-256 over the hash before and everything that the row says."""
    covered = {name: values[name] for name in CHAINED} | {"at": values["at"].isoformat()}
    body = json.dumps(covered, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(prev_hash.encode() + body.encode("utf-8", "surrogatepass")).hexdigest()


def add_look(connection: Connection, look: NewLook) -> int:
    """Appends a look; its number."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    newest = connection.execute(select(LOOK.c.number, LOOK.c.hash).order_by(LOOK.c.number.desc()).limit(1)).first()
    number, prev_hash = (newest[0] + 1, newest[1]) if newest is not None else (1, GENESIS)
    values = {**asdict(look), "number": number}
    hashed = {"prev_hash": prev_hash, "hash": look_hash(prev_hash, values)}
    connection.execute(insert(LOOK).values({**values, **hashed}))
    return int(number)


def is_covered(connection: Connection, look: NewLook, since: datetime) -> bool:
    """Whether the same person has looked at the same version for the same purpose since then."""
    same = ("actor_id", "role", "purpose", "conversation_id", "version")
    found = select(LOOK.c.number).where(*(LOOK.c[name] == getattr(look, name) for name in same), LOOK.c.at >= since)
    return connection.execute(found.limit(1)).first() is not None


def looks(
    connection: Connection, limit: int, conversation_id: str | None = None, before: int | None = None
) -> tuple[RowMapping, ...]:
    """Looks, the newest first: of one conversation or of all, those before a number."""
    found = select(LOOK).order_by(LOOK.c.number.desc()).limit(limit)
    if conversation_id is not None:
        found = found.where(LOOK.c.conversation_id == conversation_id)
    if before is not None:
        found = found.where(LOOK.c.number < before)
    return tuple(connection.execute(found).mappings())


def look_hashes(connection: Connection) -> tuple[str, ...]:
    """The hash of every look, in their order."""
    return tuple(connection.execute(select(LOOK.c.hash).order_by(LOOK.c.number)).scalars())


def first_broken_look(connection: Connection) -> int | None:
    """The number of the first look that is not what the chain says, or after which one is missing; None: it holds."""
    return _first_break(connection.execute(select(LOOK).order_by(LOOK.c.number)).mappings(), 1, GENESIS)


def first_broken_of_newest(connection: Connection, newest: int) -> int | None:
    """The same of the newest looks alone: it costs the same however many there are."""
    found = select(LOOK).order_by(LOOK.c.number.desc()).limit(newest)
    rows = [*reversed(connection.execute(found).mappings().all())]
    if not rows or rows[0]["number"] == 1:
        return _first_break(rows, 1, GENESIS)
    return _first_break(rows, rows[0]["number"], rows[0]["prev_hash"])


def _first_break(rows: Iterable[RowMapping], number: int, prev_hash: str) -> int | None:
    for expected, row in enumerate(rows, number):
        if row["number"] != expected or row["prev_hash"] != prev_hash or row["hash"] != look_hash(prev_hash, dict(row)):
            return expected
        prev_hash = row["hash"]
    return None
