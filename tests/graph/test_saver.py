"""The saver keeps LangGraph's contract, buffered or not, and commits only with the unit of work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from langgraph.checkpoint.base import BaseCheckpointSaver, empty_checkpoint
from langgraph.checkpoint.conformance import checkpointer_test, validate
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from graph.saver import TurnSaver
from store.database import Store, open_store

CONFIG = {"configurable": {"thread_id": "t1", "checkpoint_ns": ""}}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(f"sqlite:///{tmp_path}/h.db")


@pytest.mark.parametrize("buffered", [False, True])
def test_saver_passes_the_conformance_suite(tmp_path: Path, buffered: bool) -> None:
    fresh_paths = (f"sqlite:///{tmp_path}/{number}.db" for number in count())

    @checkpointer_test(name="TurnSaver")
    async def fresh() -> AsyncGenerator[BaseCheckpointSaver[str], None]:
        opened = open_store(next(fresh_paths))
        saver = TurnSaver(opened)
        with saver.buffered() if buffered else nullcontext():
            yield saver
        opened.close()

    report = asyncio.run(validate(fresh))
    assert report.passed_all_base(), report.to_dict()


def test_buffered_checkpoint_is_read_back_before_it_is_written(store: Store) -> None:
    saver = TurnSaver(store)
    checkpoint = empty_checkpoint()
    with saver.buffered():
        saver.put(CONFIG, checkpoint, {"step": 1}, {})
        found = saver.get_tuple(CONFIG)
        assert found is not None
        assert found.checkpoint["id"] == checkpoint["id"]
    assert saver.get_tuple(CONFIG) is None


def test_flushed_checkpoint_disappears_when_the_transaction_rolls_back(store: Store) -> None:
    saver = TurnSaver(store)
    with saver.buffered() as buffer:
        saver.put(CONFIG, empty_checkpoint(), {"step": 1}, {})
    with pytest.raises(ZeroDivisionError), store.write() as connection:
        connection.exec_driver_sql("SELECT 1")
        saver.flush(buffer, connection)
        raise ZeroDivisionError
    assert saver.get_tuple(CONFIG) is None
    with store.write() as connection:
        saver.flush(buffer, connection)
    assert saver.get_tuple(CONFIG) is not None


@dataclass
class Planted:
    """What a forged row would have built; it tells on whoever builds it."""

    path: str

    def __post_init__(self) -> None:
        BUILT.append(self.path)


BUILT: list[str] = []


@pytest.mark.parametrize("strict", [True, False])
def test_a_row_cannot_choose_the_class_that_is_built(store: Store, strict: bool) -> None:
    """With LangGraph's default serializer the same row does build it, so this test can fail."""
    checkpoint = empty_checkpoint()
    checkpoint["channel_values"] = {"said": Planted("/etc/passwd")}
    saver = TurnSaver(store)
    if not strict:
        saver.serde = JsonPlusSerializer()
    saver.put(CONFIG, checkpoint, {"step": 1}, {"said": 1})
    BUILT.clear()
    found = saver.get_tuple(CONFIG)
    assert found is not None
    assert (BUILT == []) is strict
    assert isinstance(found.checkpoint["channel_values"]["said"], Planted) is not strict
