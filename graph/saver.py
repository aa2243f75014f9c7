"""LangGraph's checkpoints, committed by the unit of work instead of by LangGraph.

Inside `buffered()` writes wait in memory and reads look there first, then in the database; `flush` hands them to the
official SQLite or PostgreSQL saver on the very connection of the turn's transaction. So a checkpoint exists exactly
when the events it belongs to do. Outside `buffered()` every write is a transaction of its own. Whatever is read from
the database is the checkpoint that its event names, or CheckpointMismatch is raised (`graph.binding`).
"""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    WRITES_IDX_MAP,
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    copy_checkpoint,
    get_checkpoint_id,
    get_checkpoint_metadata,
)
from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver

from graph.binding import checkpoint_hash, require_bound
from states.errors import CheckpointMismatch, StoreError
from store.connection import Connection
from store.database import Store, has_tables
from store.migrate import libpq_url
from store.records import Bound


@dataclass(kw_only=True)
class _Put:
    """One buffered checkpoint with its writes."""

    config: RunnableConfig
    checkpoint: Checkpoint
    metadata: CheckpointMetadata
    versions: ChannelVersions


@dataclass(kw_only=True)
class _Writes:
    config: RunnableConfig
    writes: Sequence[tuple[str, Any]]
    task_id: str
    task_path: str


@dataclass
class Buffer:
    """What one run would have written."""

    head_id: str | None = None
    """The thread's newest checkpoint as the conversation's row names it; None: it has none, or none to be trusted."""
    head_hash: str | None = None
    """The hash of the newest event as the row has it; None: not known."""
    first_version: int = 0
    """What the channels of a thread without a checkpoint are numbered from."""
    puts: list[_Put] = field(default_factory=list)
    writes: list[_Writes] = field(default_factory=list)

    @property
    def bound(self) -> Bound | None:
        """The newest checkpoint in the buffer, as the events that are committed with it will name it."""
        if not self.puts:
            return None
        return Bound(id=self.puts[-1].checkpoint["id"], hash=checkpoint_hash(_tuple(self, self.puts[-1])))

    def begin_anew(self, first_version: int) -> None:
        """What is stored of the thread is not to be trusted: it begins without it, its channels numbered above it."""
        self.head_id, self.first_version = None, first_version


class _NoCommit:
    """A SQLite connection as the official saver sees it inside our transaction: commit is the unit of work's."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def cursor(self) -> Any:
        return self._connection.cursor()

    def commit(self) -> None:
        """Not here: the transaction belongs to the unit of work."""


UNKNOWN = "unknown"
"""Head of a thread of which the caller does not know the newest checkpoint."""
HEADS = 1024
"""Newest checkpoints kept in memory."""
_BUFFER: ContextVar[Buffer | None] = ContextVar("handrail_checkpoint_buffer", default=None)


class TurnSaver(BaseCheckpointSaver[str]):
    """A `BaseCheckpointSaver` over the store; passes LangGraph's conformance suite, buffered or not."""

    def __init__(self, store: Store) -> None:
        # None allows LangGraph's own safe types only: a row that somebody wrote by hand must not choose which class
        # of this process is called, and with what.
        super().__init__(serde=JsonPlusSerializer(allowed_msgpack_modules=None))
        self._store = store
        set_up(store)
        self._heads: OrderedDict[str, CheckpointTuple] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def buffered(self, head_id: str | None = UNKNOWN, head_hash: str | None = None) -> Iterator[Buffer]:
        """Holds all writes of this context, threads started in it included, in the buffer it yields.

        `head_id` is the thread's newest checkpoint as the row names it, `head_hash` the newest event: then reading it
        needs no query if this process wrote it, and none if there is none.
        """
        buffer = Buffer(head_id=head_id, head_hash=head_hash)
        token = _BUFFER.set(buffer)
        try:
            yield buffer
        finally:
            _BUFFER.reset(token)

    def flush(self, buffer: Buffer, connection: Connection) -> None:
        """Writes the buffer through the official saver on `connection`, inside its transaction."""
        official = self._official(connection)
        for put in buffer.puts:
            official.put(put.config, put.checkpoint, put.metadata, put.versions)
        for one in buffer.writes:
            official.put_writes(one.config, one.writes, one.task_id, one.task_path)
        if buffer.puts:
            # Should the transaction still fail, no row will name this checkpoint, and it is never looked up.
            self._remember(_tuple(buffer, buffer.puts[-1]))

    def _remember(self, head: CheckpointTuple) -> None:
        with self._lock:
            self._heads[head.config["configurable"]["thread_id"]] = head
            while len(self._heads) > HEADS:
                self._heads.popitem(last=False)

    def _known_head(self, buffer: Buffer, config: RunnableConfig) -> CheckpointTuple | None:
        """The thread's newest checkpoint, if it is the one the row names; a copy, since runs change it."""
        with self._lock:
            head = self._heads.get(config["configurable"]["thread_id"])
        if head is None or head.checkpoint["id"] != buffer.head_id:
            return None
        return head._replace(checkpoint=copy_checkpoint(head.checkpoint))

    def _official(self, connection: Connection) -> BaseCheckpointSaver[Any]:
        raw = connection.connection.dbapi_connection
        if self._store.is_sqlite:
            saver = SqliteSaver(cast(Any, _NoCommit(raw)), serde=self.serde)
            saver.is_setup = True
            return saver
        return PostgresSaver(cast(Any, raw), serde=self.serde)

    # Reads

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """The checkpoint `config` names, or the thread's newest; the buffer first. CheckpointMismatch."""
        buffer = _BUFFER.get()
        if buffer is not None:
            found = next(_matching(buffer, config, get_checkpoint_id(config)), None)
            if found is None and get_checkpoint_id(config) is None:
                found = self._known_head(buffer, config)
            if found is not None or buffer.head_id is None:
                return found
            if get_checkpoint_id(config) is None and buffer.head_id != UNKNOWN:
                return self._stored_head(buffer, config)
        return self._stored(config)

    def _stored_head(self, buffer: Buffer, config: RunnableConfig) -> CheckpointTuple:
        """The checkpoint that the conversation's row names, whatever else there is of the thread."""
        stored = self._stored(_config(config, buffer.head_id or ""), buffer.head_hash)
        if stored is None:
            raise CheckpointMismatch(f"checkpoint {buffer.head_id!r}, which the row names, is not there")
        self._remember(stored._replace(checkpoint=copy_checkpoint(stored.checkpoint)))
        return stored

    def _stored(self, config: RunnableConfig, head_hash: str | None = None) -> CheckpointTuple | None:
        """From the database, if it is what its event says."""
        with _readable(config), self._store.read() as connection:
            stored = self._official(connection).get_tuple(config)
            if stored is not None:
                require_bound(connection, stored, head_hash)
        return stored

    def list(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> Iterator[CheckpointTuple]:
        """Checkpoints, newest first; buffered ones before stored ones, since they are newer."""
        buffer = _BUFFER.get()
        limit_left = limit
        if buffer is not None and config is not None:
            before_id = get_checkpoint_id(before) if before else None
            for found in islice(_listed(buffer, config, filter, before_id), limit):
                limit_left = None if limit_left is None else limit_left - 1
                yield found
        if limit_left == 0:
            return
        with _readable(config), self._store.read() as connection:
            stored = [*self._official(connection).list(config, filter=filter, before=before, limit=limit_left)]
            for found in stored:
                require_bound(connection, found)
        yield from stored

    # Writes

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Keeps a checkpoint; in the buffer if there is one."""
        buffer = _BUFFER.get()
        if buffer is None:
            with self._store.write() as connection:
                _begin(connection)
                return self._official(connection).put(config, checkpoint, metadata, new_versions)
        buffer.puts.append(_Put(config=config, checkpoint=checkpoint, metadata=metadata, versions=new_versions))
        return _config(config, checkpoint["id"])

    def put_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """Keeps intermediate writes; in the buffer if there is one."""
        buffer = _BUFFER.get()
        if buffer is None:
            with self._store.write() as connection:
                _begin(connection)
                self._official(connection).put_writes(config, writes, task_id, task_path)
            return
        buffer.writes.append(_Writes(config=config, writes=writes, task_id=task_id, task_path=task_path))

    def delete_thread(self, thread_id: str) -> None:
        """Forgets all checkpoints of a thread, buffered ones included: used when a customer is erased."""
        buffer = _BUFFER.get()
        if buffer is not None:
            buffer.puts = [one for one in buffer.puts if one.config["configurable"]["thread_id"] != thread_id]
            buffer.writes = [one for one in buffer.writes if one.config["configurable"]["thread_id"] != thread_id]
        with self._store.write() as connection:
            _begin(connection)
            self._official(connection).delete_thread(thread_id)

    # The same, asynchronously: the database work is short, a worker thread carries it.

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """`get_tuple` in a thread."""
        return await asyncio.to_thread(self.get_tuple, config)

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        """`list` in a thread."""
        found = await asyncio.to_thread(lambda: [*self.list(config, filter=filter, before=before, limit=limit)])
        for one in found:
            yield one

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """`put` in a thread."""
        return await asyncio.to_thread(self.put, config, checkpoint, metadata, new_versions)

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """`put_writes` in a thread."""
        await asyncio.to_thread(self.put_writes, config, writes, task_id, task_path)

    async def adelete_thread(self, thread_id: str) -> None:
        """`delete_thread` in a thread."""
        await asyncio.to_thread(self.delete_thread, thread_id)

    def get_next_version(self, current: str | None, channel: None) -> str:
        """Growing, fixed-width channel versions: compared as text, and short, since a checkpoint has a dozen.

        PostgreSQL keeps the value of each version once, so a thread that begins anew never takes a number again.
        """
        buffer = _BUFFER.get()
        first = buffer.first_version if buffer is not None else 0
        return f"{int(current or first) + 1:010}"


@contextmanager
def _readable(config: RunnableConfig | None) -> Iterator[None]:
    """What breaks while a stored checkpoint is read is a row that is none of ours; a database that is away is not."""
    try:
        yield
    except (CheckpointMismatch, StoreError):
        raise
    except Exception as error:
        name = config["configurable"].get("thread_id") if config is not None else None
        raise CheckpointMismatch(f"a checkpoint of {name!r} cannot be read ({type(error).__name__})") from error


def set_up(store: Store) -> None:
    """Lets the official savers make their tables, on a connection of their own in autocommit; nothing if they stand."""
    if _stands(store):
        return
    with store.changing_schema():
        if store.is_sqlite:
            with SqliteSaver.from_conn_string(str(store.path)) as sqlite_saver:
                sqlite_saver.setup()
        else:
            with PostgresSaver.from_conn_string(libpq_url(store.url)) as postgres_saver:
                postgres_saver.setup()


def _stands(store: Store) -> bool:
    """Whether the tables are those of the saver that is installed."""
    with store.read() as connection:
        if store.is_sqlite:
            return has_tables(connection, "checkpoints", "writes")
        if not has_tables(connection, "checkpoint_migrations"):
            return False
        newest = connection.exec_driver_sql("SELECT max(v) FROM checkpoint_migrations").scalar()
        return newest == len(PostgresSaver.MIGRATIONS) - 1


def _begin(connection: Connection) -> None:
    """Makes the driver open the transaction before the official saver uses the raw connection."""
    connection.exec_driver_sql("SELECT 1")


def _config(config: RunnableConfig, checkpoint_id: str) -> RunnableConfig:
    named = config["configurable"]
    return {
        "configurable": {
            "thread_id": named["thread_id"],
            "checkpoint_ns": named.get("checkpoint_ns", ""),
            "checkpoint_id": checkpoint_id,
        }
    }


def _same_thread(one: RunnableConfig, other: RunnableConfig) -> bool:
    a, b = one["configurable"], other["configurable"]
    return bool(a["thread_id"] == b["thread_id"] and a.get("checkpoint_ns", "") == b.get("checkpoint_ns", ""))


def _matching(buffer: Buffer, config: RunnableConfig, checkpoint_id: str | None) -> Iterator[CheckpointTuple]:
    for put in reversed(buffer.puts):
        if _same_thread(put.config, config) and checkpoint_id in (None, put.checkpoint["id"]):
            yield _tuple(buffer, put)


def _listed(
    buffer: Buffer, config: RunnableConfig, filter: dict[str, Any] | None, before_id: str | None
) -> Iterator[CheckpointTuple]:
    for found in _matching(buffer, config, get_checkpoint_id(config)):
        metadata = cast(dict[str, Any], found.metadata)
        wanted = all(metadata.get(key) == value for key, value in (filter or {}).items())
        if wanted and (before_id is None or found.checkpoint["id"] < before_id):
            yield found


def _tuple(buffer: Buffer, put: _Put) -> CheckpointTuple:
    config = _config(put.config, put.checkpoint["id"])
    parent = put.config["configurable"].get("checkpoint_id")
    return CheckpointTuple(
        config=config,
        checkpoint=put.checkpoint,
        metadata=get_checkpoint_metadata(put.config, put.metadata),
        parent_config=_config(put.config, parent) if parent else None,
        pending_writes=_pending(buffer, config),
    )


def _pending(buffer: Buffer, config: RunnableConfig) -> list[tuple[str, str, Any]]:
    """Writes of one checkpoint, each (task, index) once, as the official savers key them."""
    wanted = config["configurable"]["checkpoint_id"]
    found: dict[tuple[str, int], tuple[str, str, Any]] = {}
    for one in buffer.writes:
        if _same_thread(one.config, config) and one.config["configurable"]["checkpoint_id"] == wanted:
            for position, (channel, value) in enumerate(one.writes):
                key = (one.task_id, WRITES_IDX_MAP.get(channel, position))
                if key not in found or channel in WRITES_IDX_MAP:
                    found[key] = (one.task_id, channel, value)
    return [*found.values()]
