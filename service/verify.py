"""The whole log checked: every conversation that any row names, the policies that decided, the journal of the house.

Whatever cannot be read is a finding, never an end of the check.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from policy.loader import canonical_hash
from proof import journal
from proof.canonical import canonical
from proof.chain import GENESIS
from proof.check import Checked, Finding, check, in_order
from proof.exhibit import Exhibit
from proof.heads import TreeHead
from proof.merkle import Frontier, leaf_hash
from service.record import Checkpoint
from service.rows_as_record import checkpoints_of
from states.errors import NotFound
from store import exhibits, log, queries
from store.connection import Connection
from store.database import Store
from store.looks import first_broken_look, look_hashes

_CHECKPOINTS = {
    Checkpoint.DIFFERS: "its checkpoint is not the one that it names",
    Checkpoint.MISSING: "its checkpoint is not there any more",
}


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What a check of some conversations found, or of everything."""

    conversations: tuple[Checked, ...]
    at_large: tuple[Finding, ...] = ()
    """What is wrong with things that belong to no conversation."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that is wrong, conversation by conversation, the first bad event first."""
        return (*(found for one in self.conversations for found in one.findings), *self.at_large)

    def total(self, name: str) -> int:
        """A count of `Checked`, over all conversations."""
        return sum(getattr(one, name) for one in self.conversations)


def verify(
    store: Store, conversation_ids: Iterable[str] | None = None, kept: Sequence[TreeHead] | None = None
) -> Verified:
    """Some conversations, or with None everything there is. NotFound for one that no row names.

    `kept` are heads of the log that were kept elsewhere: the log must begin as each of them says.
    """
    if conversation_ids is not None:
        wanted = tuple(conversation_ids)
        with store.snapshot() as connection:
            known = frozenset(exhibits.named_conversations(connection))
        for one in wanted:
            if one not in known:
                raise NotFound(f"there is no conversation {one!r}; check the id")
        with store.snapshot() as connection:
            at_large = tuple(check_log(connection, kept)) if kept else ()
        return Verified(conversations=tuple(verify_one(store, one) for one in wanted), at_large=at_large)
    with store.snapshot() as connection:
        wanted = exhibits.named_conversations(connection)
        at_large = (*_policies(connection), *_house(connection), *check_log(connection, kept or ()))
    return Verified(conversations=tuple(verify_one(store, one) for one in wanted), at_large=at_large)


def verify_one(store: Store, conversation_id: str) -> Checked:
    """One conversation, with the checkpoints that its events name."""
    try:
        with store.snapshot() as connection:
            exhibit = exhibits.exhibit_of(connection, conversation_id)
            checked, logged = check(exhibit), tuple(_logged(connection, exhibit))
            events: list[Mapping[str, Any]] = [dict(one) for one in queries.events(connection, conversation_id)]
        found = tuple(_checkpoints(store, conversation_id, events))
    except NotFound:
        return _unreadable(conversation_id, "its row is gone, and other rows name it")
    except (ValueError, TypeError, KeyError, AttributeError, LookupError) as error:
        return _unreadable(conversation_id, f"its rows cannot be read ({type(error).__name__})")
    return replace(checked, findings=in_order((*checked.findings, *found, *logged)))


def _unreadable(conversation_id: str, what: str) -> Checked:
    return Checked(conversation_id=conversation_id, findings=(Finding(conversation_id=conversation_id, what=what),))


def _checkpoints(store: Store, conversation_id: str, events: list[Mapping[str, Any]]) -> Iterator[Finding]:
    found = checkpoints_of(store.reader, conversation_id, events)
    for one in events:
        what = _CHECKPOINTS.get(found[one["checkpoint_id"]])
        if what is not None:
            yield Finding(conversation_id=conversation_id, seq=one["seq"], event_id=one["id"], what=what)


def _logged(connection: Connection, exhibit: Exhibit) -> Iterator[Finding]:
    events, entries = (one.hash for one in exhibit.events), (str(one["hash"]) for one in exhibit.journal)
    return _leaves(connection, exhibit.conversation_id, tuple(events), tuple(entries))


def _leaves(
    connection: Connection, chain: str, event_hashes: Sequence[str], entry_hashes: Sequence[str]
) -> Iterator[Finding]:
    """What the log has taken in of a chain is there, in that order."""
    events = {GENESIS: -1, **{one: at for at, one in enumerate(event_hashes)}}
    entries = {GENESIS: -1, **{one: at for at, one in enumerate(entry_hashes)}}
    newest = (-1, -1)
    for leaf in log.leaves_of(connection, chain):
        event, entry = events.get(leaf.head_hash), entries.get(leaf.journal_hash)
        if event is None or entry is None:
            what = f"entry {leaf.position} of the log names an event or a journal entry that is not there any more"
            yield Finding(conversation_id=chain, what=what)
            continue
        if event < newest[0] or entry < newest[1]:
            what = f"entry {leaf.position} of the log is behind the one before it"
            yield Finding(conversation_id=chain, what=what)
        newest = event, entry


def check_log(connection: Connection, kept: Sequence[TreeHead]) -> Iterator[Finding]:
    """Every leaf is what it says, at its place; every signed head, and every one that was kept, is a head of it."""
    signed = log.signed_heads(connection)
    keys = {public for _, public in signed}
    expected: dict[int, list[tuple[TreeHead, str]]] = {}
    for head, public in signed:
        expected.setdefault(head.size, []).append((head, "a signed head"))
        if not head.is_signed_by(bytes.fromhex(public)):
            yield _at_large(f"the signed head over {head.size} entries is not of its key")
    for head in kept:
        expected.setdefault(head.size, []).append((head, "a head that was kept elsewhere"))
        if not any(head.is_signed_by(bytes.fromhex(public)) for public in keys):
            yield _at_large(f"the kept head over {head.size} entries is of no key of this log")
    frontier, pending = Frontier(), []
    for place, leaf in enumerate(log.leaves(connection)):
        if leaf.position != place or leaf.hash != leaf_hash(canonical(leaf.entry())).hex():
            yield _at_large(f"entry {place} of the log is not what its hash says, or is gone")
            return
        pending.append(bytes.fromhex(leaf.hash))
        if place + 1 in expected:
            frontier, pending = frontier.after(pending), []
            for head, which in expected.pop(place + 1):
                if head.root != frontier.root().hex():
                    yield _at_large(f"the log is not the one that {which} over {head.size} entries is of")
    for size, heads in sorted(expected.items()):
        if size == 0:
            continue
        which = heads[0][1]
        yield _at_large(f"the log ends before {which} over {size} entries: an older database was put back, or cut off")


def _at_large(what: str) -> Finding:
    return Finding(conversation_id="", what=what)


def _policies(connection: Connection) -> Iterator[Finding]:
    for name, text in queries.policy_texts(connection):
        if canonical_hash(text) != name:
            yield _at_large(f"policy {name[:12]} is not what its hash says")


def _house(connection: Connection) -> Iterator[Finding]:
    """The looks and the journal of the house, and what the log has taken in of them."""
    look = first_broken_look(connection)
    if look is not None:
        yield _at_large(f"look {look} is not what the chain of looks says")
    entries = exhibits.journal_of(connection, log.HOUSE)
    hashes = (look_hashes(connection), tuple(str(one["hash"]) for one in entries))
    yield from _leaves(connection, log.HOUSE, *hashes)
    broken = journal.first_break(entries)
    if broken is not None:
        yield _at_large(f"entry {broken} of the journal of the house is not what its chain says")
