"""The Merkle log over the heads of all chains, its signed heads, and the journal. Everything is appended only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, text

from proof.canonical import canonical
from proof.chain import GENESIS
from proof.heads import TreeHead
from proof.journal import entry_hash
from proof.merkle import leaf_hash
from store.covering import new_salt
from store.looks import LOOK
from store.queries import CONVERSATION, JOURNAL, LEAF, TREE_HEAD

_ADVISORY_LOCK = 5_204_817_265
HOUSE = ""
"""The chain of what belongs to no conversation: the looks, and the journal of the house."""
_HEAD = ("size", "milliseconds", "root", "key_id", "signature")
_AT_ONCE = 10_000


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """The head of one chain, at its place in the log."""

    position: int
    chain: str
    head_hash: str
    journal_hash: str
    hash: str

    def entry(self) -> dict[str, str]:
        """What the log has taken in."""
        return entry_of(self.chain, self.head_hash, self.journal_hash)


def entry_of(chain: str, head_hash: str, journal_hash: str) -> dict[str, str]:
    """The entry for a chain whose newest event and whose newest journal entry have these hashes."""
    return {"chain": chain, "event": head_hash, "journal": journal_hash}


def all_chains(connection: Connection) -> tuple[str, ...]:
    """Every chain there is, in their order; the one of the house always."""
    conversations, journals = select(CONVERSATION.c.id), select(JOURNAL.c.chain).distinct()
    return tuple(sorted({HOUSE, *connection.execute(conversations).scalars(), *connection.execute(journals).scalars()}))


def journaled_since(connection: Connection, since: datetime) -> tuple[str, ...]:
    """Chains whose journals have entries since then."""
    found = select(JOURNAL.c.chain).where(JOURNAL.c.at >= since).distinct().order_by(JOURNAL.c.chain)
    return tuple(connection.execute(found).scalars())


def take_in(connection: Connection, chains: Iterable[str]) -> int:
    """Appends a leaf for each of these chains that has grown since its newest leaf; how many."""
    hold(connection)
    position, added = size(connection), 0
    for chain in chains:
        head, newest = _head_of(connection, chain), newest_leaf(connection, chain)
        if head == (GENESIS, GENESIS) or (newest and head == (newest.head_hash, newest.journal_hash)):
            continue
        row = {
            "position": position + added, "chain": chain, "head_hash": head[0], "journal_hash": head[1],
            "hash": leaf_hash(canonical(entry_of(chain, *head))).hex(),
        }  # fmt: skip
        connection.execute(insert(LEAF).values(row))
        added += 1
    return added


def hold(connection: Connection) -> None:
    """Until the transaction ends nobody else appends to the log. On SQLite the write transaction holds it already."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})


def _head_of(connection: Connection, chain: str) -> tuple[str, str]:
    found = select(CONVERSATION.c.head_hash).where(CONVERSATION.c.id == chain)
    if chain == HOUSE:
        found = select(LOOK.c.hash).order_by(LOOK.c.number.desc()).limit(1)
    return connection.execute(found).scalar() or GENESIS, _newest_entry(connection, chain)[1]


def size(connection: Connection) -> int:
    """How many leaves there are."""
    newest = connection.execute(select(func.max(LEAF.c.position))).scalar()
    return 0 if newest is None else int(newest) + 1


def newest_leaf(connection: Connection, chain: str) -> Leaf | None:
    """The newest leaf of a chain."""
    found = select(LEAF).where(LEAF.c.chain == chain).order_by(LEAF.c.position.desc()).limit(1)
    row = connection.execute(found).mappings().first()
    return _leaf(row) if row is not None else None


def leaves_of(connection: Connection, chain: str) -> tuple[Leaf, ...]:
    """Every leaf of a chain, in their order."""
    found = select(LEAF).where(LEAF.c.chain == chain).order_by(LEAF.c.position)
    return tuple(map(_leaf, connection.execute(found).mappings()))


def leaf_at(connection: Connection, position: int) -> Leaf | None:
    """The leaf at a place."""
    row = connection.execute(select(LEAF).where(LEAF.c.position == position)).mappings().first()
    return _leaf(row) if row is not None else None


def leaves(connection: Connection, begin: int = 0) -> Iterator[Leaf]:
    """All leaves from a place on, in their order."""
    while True:
        found = select(LEAF).where(LEAF.c.position >= begin).order_by(LEAF.c.position).limit(_AT_ONCE)
        rows = connection.execute(found).mappings().all()
        yield from map(_leaf, rows)
        if len(rows) < _AT_ONCE:
            return
        begin = rows[-1]["position"] + 1


def _leaf(row: Mapping[Any, Any]) -> Leaf:
    return Leaf(**{name: row[name] for name in Leaf.__dataclass_fields__})


def add_head(connection: Connection, head: TreeHead, public_key: str) -> None:
    """Keeps a signed head."""
    connection.execute(insert(TREE_HEAD).values(**{name: getattr(head, name) for name in _HEAD}, public_key=public_key))


def newest_head(connection: Connection) -> TreeHead | None:
    """The newest signed head."""
    row = connection.execute(select(TREE_HEAD).order_by(TREE_HEAD.c.size.desc()).limit(1)).mappings().first()
    return TreeHead(**{name: row[name] for name in _HEAD}) if row is not None else None


def signed_heads(connection: Connection) -> tuple[tuple[TreeHead, str], ...]:
    """Every signed head with the public key that it names, the oldest first."""
    rows = connection.execute(select(TREE_HEAD).order_by(TREE_HEAD.c.size)).mappings()
    return tuple((TreeHead(**{name: row[name] for name in _HEAD}), row["public_key"]) for row in rows)


def append_journal(connection: Connection, chain: str, kind: str, data: Mapping[str, Any], now: datetime) -> None:
    """Adds an entry to the journal of a conversation; with an empty name of what belongs to none."""
    hold(connection)
    number, prev_hash = _newest_entry(connection, chain)
    row = {
        "chain": chain, "number": number + 1, "kind": kind, "salt": new_salt(), "data": dict(data), "at": now,
        "prev_hash": prev_hash,
    }  # fmt: skip
    connection.execute(insert(JOURNAL).values({**row, "hash": entry_hash(prev_hash, row)}))


def _newest_entry(connection: Connection, chain: str) -> tuple[int, str]:
    found = select(JOURNAL.c.number, JOURNAL.c.hash).where(JOURNAL.c.chain == chain)
    row = connection.execute(found.order_by(JOURNAL.c.number.desc()).limit(1)).first()
    return (row[0], row[1]) if row is not None else (0, GENESIS)
