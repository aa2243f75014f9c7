"""What one run would have written of its thread, held in memory until the unit of work commits it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    WRITES_IDX_MAP,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    get_checkpoint_id,
    get_checkpoint_metadata,
)

from graph.binding import checkpoint_hash
from store.records import Bound


@dataclass(kw_only=True)
class Put:
    """One buffered checkpoint with its writes."""

    config: RunnableConfig
    checkpoint: Checkpoint
    metadata: CheckpointMetadata
    versions: ChannelVersions


@dataclass(kw_only=True)
class Writes:
    """The buffered writes of one task."""

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
    puts: list[Put] = field(default_factory=list)
    writes: list[Writes] = field(default_factory=list)

    @property
    def bound(self) -> Bound | None:
        """The newest checkpoint in the buffer, as the events that are committed with it will name it."""
        if not self.puts:
            return None
        return Bound(id=self.puts[-1].checkpoint["id"], hash=checkpoint_hash(tuple_of(self, self.puts[-1])))

    def begin_anew(self, first_version: int) -> None:
        """What is stored of the thread is not to be trusted: it begins without it, its channels numbered above it."""
        self.head_id, self.first_version = None, first_version


def config_of(config: RunnableConfig, checkpoint_id: str) -> RunnableConfig:
    """The configuration that names one checkpoint of the same thread."""
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


def matching(buffer: Buffer, config: RunnableConfig, checkpoint_id: str | None) -> Iterator[CheckpointTuple]:
    """The buffered checkpoints of a thread, the newest first."""
    for put in reversed(buffer.puts):
        if _same_thread(put.config, config) and checkpoint_id in (None, put.checkpoint["id"]):
            yield tuple_of(buffer, put)


def listed(
    buffer: Buffer, config: RunnableConfig, filter: dict[str, Any] | None, before_id: str | None
) -> Iterator[CheckpointTuple]:
    """The same as `list` of a saver gives them."""
    for found in matching(buffer, config, get_checkpoint_id(config)):
        metadata = cast(dict[str, Any], found.metadata)
        wanted = all(metadata.get(key) == value for key, value in (filter or {}).items())
        if wanted and (before_id is None or found.checkpoint["id"] < before_id):
            yield found


def tuple_of(buffer: Buffer, put: Put) -> CheckpointTuple:
    """A buffered checkpoint as the official savers would read it."""
    config = config_of(put.config, put.checkpoint["id"])
    parent = put.config["configurable"].get("checkpoint_id")
    return CheckpointTuple(
        config=config,
        checkpoint=put.checkpoint,
        metadata=get_checkpoint_metadata(put.config, put.metadata),
        parent_config=config_of(put.config, parent) if parent else None,
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
