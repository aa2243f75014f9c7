"""Commit 1: a conversation begins, a message becomes durable, and one worker takes the right to decide it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from proof.chain import GENESIS
from states.errors import MessageConflict, NotFound
from states.table import CLOCKS, INITIAL
from store import originals, queries
from store.prepared import Prepared
from store.queries import CONVERSATION, CUSTOMER_COLUMNS, MESSAGE, PENDING, POLICY
from store.records import Incoming, Received
from store.timers import SKEW, set_timers

AWAITING = "tools"
"""Holds the lease of a conversation whose newest message waits for tools: any message may take it, recovery must not
before it has run out."""
# Statements are built once: building them costs more CPU than SQLite needs to execute them.
_FREE = or_(
    CONVERSATION.c.lease_owner.is_(None),
    CONVERSATION.c.lease_owner == bindparam("owner"),
    CONVERSATION.c.lease_until < bindparam("now"),
    CONVERSATION.c.lease_until > bindparam("beyond"),
)
_OPEN = or_(_FREE, CONVERSATION.c.lease_owner == AWAITING)
_UNTIL = bindparam("until", type_=CONVERSATION.c.lease_until.type)
_ARRIVE = Prepared(
    update(CONVERSATION)
    .where(CONVERSATION.c.id == bindparam("conversation"))
    .values(
        next_seq=CONVERSATION.c.next_seq + 1,
        lease_owner=case((_OPEN, bindparam("owner")), else_=CONVERSATION.c.lease_owner),
        lease_until=case(
            (_OPEN, bindparam("until", type_=CONVERSATION.c.lease_until.type)), else_=CONVERSATION.c.lease_until
        ),
    )
    .returning(CONVERSATION)
)
_TAKE = (
    update(CONVERSATION)
    .where(and_(CONVERSATION.c.id == bindparam("conversation"), _OPEN))
    .values(lease_owner=bindparam("owner"), lease_until=bindparam("until"))
)
_AWAIT = (
    update(CONVERSATION)
    .where(
        CONVERSATION.c.id == bindparam("conversation"),
        CONVERSATION.c.lease_owner == bindparam("owner"),
        CONVERSATION.c.version == bindparam("decided_on"),
    )
    .values(
        lease_owner=AWAITING,
        lease_until=bindparam("until"),
        history=bindparam("asking", type_=CONVERSATION.c.history.type),
    )
)
_DROP = (
    update(CONVERSATION)
    .where(CONVERSATION.c.id == bindparam("conversation"), CONVERSATION.c.lease_owner == bindparam("owner"))
    .values(lease_owner=None, lease_until=None)
)
_INSERTS = {
    "sqlite": Prepared(sqlite_insert(MESSAGE).on_conflict_do_nothing(), CUSTOMER_COLUMNS),
    "postgresql": Prepared(postgresql_insert(MESSAGE).on_conflict_do_nothing(), CUSTOMER_COLUMNS),
}
_NEW_CONVERSATIONS = {
    "sqlite": sqlite_insert(CONVERSATION).on_conflict_do_nothing(),
    "postgresql": postgresql_insert(CONVERSATION).on_conflict_do_nothing(),
}
_NEW_POLICIES = {
    "sqlite": sqlite_insert(POLICY).on_conflict_do_nothing(),
    "postgresql": postgresql_insert(POLICY).on_conflict_do_nothing(),
}
_GIVE_BACK = (
    update(CONVERSATION)
    .where(CONVERSATION.c.id == bindparam("conversation"))
    .values(next_seq=CONVERSATION.c.next_seq - 1)
)
_KNOWN = select(MESSAGE.c.body_hash, MESSAGE.c.author, MESSAGE.c.outcome_event_id).where(
    MESSAGE.c.conversation_id == bindparam("conversation"), MESSAGE.c.id == bindparam("message")
)


def create(
    connection: Connection,
    *,
    conversation_id: str,
    channel: str,
    language: str,
    customer: str,
    channel_facts: dict[str, Any],
    opened_by: str = "",
    follows: str | None = None,
    customer_key: str | None = None,
    channel_language: bool = False,
    policy_name: str,
    policy_hash: str,
    idle_until: datetime,
    now: datetime,
) -> bool:
    """Writes a new conversation; False if there is one of that id already, which stays as it is.

    `channel_language`: the language is what the channel says, and no guess.
    """
    if connection.execute(select(CONVERSATION.c.id).where(CONVERSATION.c.id == conversation_id)).first():
        return False
    row = {
        "id": conversation_id, "state": INITIAL.value, "version": 0, "next_seq": 1, "channel": channel,
        "language": language, "customer": customer, "channel_facts": channel_facts, "opened_by": opened_by,
        "follows": follows, "customer_key": customer_key,
        "history": {"spoken": language} if channel_language else {}, "latched": False,
        "policy_name": policy_name, "policy_hash": policy_hash, "head_hash": GENESIS, "closed": False,
        "created_at": now, "updated_at": now,
    }  # fmt: skip
    if connection.execute(_NEW_CONVERSATIONS[connection.dialect.name], row).rowcount != 1:
        return False
    clock, event = CLOCKS[INITIAL]
    set_timers(connection, conversation_id, {clock: (event, idle_until)}, now)
    return True


def remember_policy(connection: Connection, policy_hash: str, name: str, canonical: str, now: datetime) -> None:
    """Keeps a policy's text under its hash; does nothing if it is known."""
    if queries.policy_text(connection, policy_hash) is None:
        row = {"hash": policy_hash, "name": name, "canonical": canonical, "first_used_at": now}
        connection.execute(_NEW_POLICIES[connection.dialect.name], row)


def receive(connection: Connection, incoming: Incoming, lease_owner: str, lease_s: float) -> Received:
    """Commit 1: the message durable, once per id, and the lease taken if it is free.

    One that comes after the reopen window is kept as `late`. Raises NotFound or MessageConflict (same id, other body);
    nothing is written then.
    """
    # The row is updated first, so that two receivers of one id queue up behind each other.
    asked = _lease_values(incoming.conversation_id, lease_owner, incoming.at, lease_s)
    arrived = _ARRIVE.first(connection, asked)
    if arrived is None:
        raise NotFound(f"there is no conversation {incoming.conversation_id!r}; create it first, or check the id")
    leased = arrived["lease_owner"] == lease_owner
    row = _customer_row(incoming, arrived["next_seq"] - 1, late=arrived["closed"])
    if _INSERTS[connection.dialect.name].run(connection, row) == 1:
        originals.keep(connection, incoming.originals)
        snapshot = queries.snapshot_of(connection, arrived) if leased else None
        return Received(repeated=False, decided=False, leased=leased, snapshot=snapshot)
    return _known(connection, incoming, lease_owner, leased)


def _known(connection: Connection, incoming: Incoming, lease_owner: str, leased: bool) -> Received:
    """A message that was there before."""
    asked = {"conversation": incoming.conversation_id, "message": incoming.id}
    # A repeat takes no number: a hole would look like a message that was taken out.
    connection.execute(_GIVE_BACK, {"conversation": incoming.conversation_id})
    stored = connection.execute(_KNOWN, asked).first()
    if stored is None or stored.author != "customer" or stored.body_hash != incoming.body_hash:
        raise MessageConflict(
            f"message id {incoming.id!r} was used before with another body; send a new message under a new id"
        )
    decided = stored.outcome_event_id is not None
    if decided and leased:
        drop_lease(connection, incoming.conversation_id, lease_owner)
    return Received(repeated=True, decided=decided, leased=leased and not decided)


def _customer_row(incoming: Incoming, seq: int, *, late: bool) -> dict[str, Any]:
    return {
        "conversation_id": incoming.conversation_id, "id": incoming.id, "seq": seq, "author": "customer",
        "actor_id": "", "text": incoming.text, "body_hash": incoming.body_hash,
        "redactions": dict(incoming.redactions), "in_reply_to": None, "citations": [], "at": incoming.at,
        "automatic": incoming.automatic or None, "late": late,
        "attachments": [one.to_json() for one in incoming.attachments] or None,
    }  # fmt: skip


def _beyond(now: datetime, seconds: float) -> datetime:
    """No lease taken by this clock ends later than one of now, but for the skew of machines.

    One that does is of a time that was set back, and its holder may be dead.
    """
    return now + timedelta(seconds=seconds) + SKEW


def _lease_values(conversation_id: str, owner: str, now: datetime, seconds: float) -> dict[str, Any]:
    return {
        "conversation": conversation_id, "owner": owner, "now": now, "until": now + timedelta(seconds=seconds),
        "beyond": _beyond(now, seconds),
    }  # fmt: skip


def take_lease(connection: Connection, conversation_id: str, owner: str, now: datetime, seconds: float) -> bool:
    """Takes or renews the right to compute this conversation's turns; False if another holds it.

    Only an optimisation: two holders would waste work, and the version check would still let one outcome through.
    """
    return connection.execute(_TAKE, _lease_values(conversation_id, owner, now, seconds)).rowcount == 1


def await_tools(
    connection: Connection,
    conversation_id: str,
    owner: str,
    version: int,
    now: datetime,
    seconds: float,
    history: Mapping[str, Any],
) -> bool:
    """Leaves the message under way to whoever brings what its tools told, for so long; then recovery decides it.

    The row's `history` says from now on what was asked of them. False where the lease or the
    version is another one by now: then nothing may be asked of tools.
    """
    asked = {"conversation": conversation_id, "owner": owner, "decided_on": version}
    values = {**asked, "until": now + timedelta(seconds=seconds), "asking": dict(history)}
    return connection.execute(_AWAIT, values).rowcount == 1


def undecided(connection: Connection, now: datetime, seconds: float) -> tuple[tuple[str, str], ...]:
    """(conversation id, message id) of customer messages without an outcome that nobody works on, oldest first.

    Whose lease `take_lease` would refuse for a lease of so many seconds is left out.
    """
    found = (
        select(MESSAGE.c.conversation_id, MESSAGE.c.id)
        .join(CONVERSATION, CONVERSATION.c.id == MESSAGE.c.conversation_id)
        .where(PENDING, _FREE)
        .order_by(MESSAGE.c.at, MESSAGE.c.seq)
    )
    nobody = {"owner": "", "now": now, "beyond": _beyond(now, seconds)}
    return tuple((row[0], row[1]) for row in connection.execute(found, nobody))


def drop_lease(connection: Connection, conversation_id: str, owner: str) -> None:
    """Gives the lease back early, so that the next worker need not wait for it to run out."""
    connection.execute(_DROP, {"conversation": conversation_id, "owner": owner})
