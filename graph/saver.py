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
from itertools import islice
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    copy_checkpoint,
    get_checkpoint_id,
)
from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver

from graph.binding import require_bound
from graph.buffer import Buffer, Put, Writes, config_of, listed, matching, tuple_of
from states.errors import CheckpointMismatch, StoreError
from store.connection import Connection
from store.database import Reader, Store, has_tables
from store.migrate import libpq_url


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
        super().__init__(serde=_serde())
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
            self._remember(tuple_of(buffer, buffer.puts[-1]))

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
        return _official(connection, self.serde)

    # Reads

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """The checkpoint `config` names, or the thread's newest; the buffer first. CheckpointMismatch."""
        buffer = _BUFFER.get()
        if buffer is not None:
            found = next(matching(buffer, config, get_checkpoint_id(config)), None)
            if found is None and get_checkpoint_id(config) is None:
                found = self._known_head(buffer, config)
            if found is not None or buffer.head_id is None:
                return found
            if get_checkpoint_id(config) is None and buffer.head_id != UNKNOWN:
                return self._stored_head(buffer, config)
        return self._stored(config)

    def _stored_head(self, buffer: Buffer, config: RunnableConfig) -> CheckpointTuple:
        """The checkpoint that the conversation's row names, whatever else there is of the thread."""
        stored = self._stored(config_of(config, buffer.head_id or ""), buffer.head_hash)
        if stored is None:
            raise CheckpointMismatch(f"checkpoint {buffer.head_id!r}, which the row names, is not there")
        self._remember(stored._replace(checkpoint=copy_checkpoint(stored.checkpoint)))
        return stored

    def _stored(self, config: RunnableConfig, head_hash: str | None = None) -> CheckpointTuple | None:
        """From the database, if it is what its event says."""
        return _stored(self._store.reader, config, self.serde, head_hash)

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
            for found in islice(listed(buffer, config, filter, before_id), limit):
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
        buffer.puts.append(Put(config=config, checkpoint=checkpoint, metadata=metadata, versions=new_versions))
        return config_of(config, checkpoint["id"])

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
        buffer.writes.append(Writes(config=config, writes=writes, task_id=task_id, task_path=task_path))

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


def stored_checkpoint(reader: Reader, thread_id: str, checkpoint_id: str) -> CheckpointTuple | None:
    """A checkpoint as it lies in the database, for whoever only looks; None if it is not there. CheckpointMismatch."""
    config: RunnableConfig = {"configurable": {"thread_id": thread_id, "checkpoint_id": checkpoint_id}}
    return _stored(reader, config, _serde())


def _stored(reader: Reader, config: RunnableConfig, serde: Any, head_hash: str | None = None) -> CheckpointTuple | None:
    with _readable(config), reader.read() as connection:
        stored = _official(connection, serde).get_tuple(config)
        if stored is not None:
            require_bound(connection, stored, head_hash)
    return stored


def _serde() -> JsonPlusSerializer:
    # None allows LangGraph's own safe types only: a row that somebody wrote by hand must not choose which class
    # of this process is called, and with what.
    return JsonPlusSerializer(allowed_msgpack_modules=None)


def _official(connection: Connection, serde: Any) -> BaseCheckpointSaver[Any]:
    """The official saver inside a transaction of ours."""
    raw = connection.connection.dbapi_connection
    if connection.dialect.name == "sqlite":
        saver = SqliteSaver(cast(Any, _NoCommit(raw)), serde=serde)
        saver.is_setup = True
        return saver
    return PostgresSaver(cast(Any, raw), serde=serde)


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
