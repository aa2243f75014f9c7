"""Evidence that leaves the house: a bundle of one conversation, with its place in the signed log."""

from __future__ import annotations

from proof.bundle import Inclusion, make_bundle
from proof.copies import Copy
from proof.exhibit import Exhibit
from proof.heads import TreeHead
from proof.merkle import Tree
from service.archive import Purpose
from service.log import Log
from service.views import Actor
from states.clock import Clock
from states.errors import Conflict
from store import log, queries
from store.connection import Connection
from store.database import Store
from store.exhibits import exhibit_of
from store.looks import add_look
from store.records import NewLook

_TRIES = 5


class Evidence:
    """Makes bundles. That one was made, by whom and for whom, stands in the journal and so in the bundle itself."""

    def __init__(self, store: Store, transparency: Log, clock: Clock) -> None:
        self._store, self._log, self._clock = store, transparency, clock

    def export(self, conversation_id: str, copy: Copy, by: Actor) -> bytes:
        """The bundle's bytes. NotFound; BadInput where no such copy can be proved; Conflict if it never held still."""
        now = self._clock.now()
        with self._store.write() as connection:
            row = queries.conversation(connection, conversation_id)
            about = {"by": by.id, "copy": copy.value}
            log.append_journal(connection, conversation_id, Purpose.EXPORTED.value, about, now)
            look = NewLook(
                actor_id=by.id, role=by.role.value, purpose=Purpose.EXPORTED.value, at=now, conversation_id=row["id"],
                version=row["version"], data={"copy": copy.value},
            )  # fmt: skip
            add_look(connection, look)
        for _ in range(_TRIES):
            head = self._log.head_with((conversation_id,))
            with self._store.snapshot() as connection:
                exhibit = exhibit_of(connection, conversation_id)
                inclusion = _inclusion(connection, exhibit, head)
                policies = {str(one.says["policy_hash"]) for one in exhibit.events}
                texts = {name: queries.policy_text(connection, name) for name in sorted(policies)}
            if inclusion is not None:
                return make_bundle(
                    exhibit, {name: text for name, text in texts.items() if text is not None}, inclusion,
                    self._log.signer, copy=copy, made_at=now.isoformat(), made_by=by.id,
                )  # fmt: skip
        raise Conflict(f"conversation {conversation_id!r} moves on too fast to be exported; try again")


def _inclusion(connection: Connection, exhibit: Exhibit, head: TreeHead) -> Inclusion | None:
    """That the head has the chain in it as the exhibit shows it; None where the chain has grown meanwhile."""
    leaf = log.newest_leaf(connection, exhibit.conversation_id)
    journal = exhibit.journal[-1]["hash"] if exhibit.journal else None
    if (
        leaf is None
        or leaf.position >= head.size
        or (leaf.head_hash, leaf.journal_hash) != (exhibit.head_hash, journal)
    ):
        return None
    tree = Tree([bytes.fromhex(one.hash) for one in log.leaves(connection) if one.position < head.size])
    path = tree.inclusion(leaf.position, head.size)
    return Inclusion(entry=leaf.entry(), position=leaf.position, path=tuple(one.hex() for one in path), head=head)
