"""The database without a policy, an assistant or a worker: for commands that look at what is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.wiring import destinations
from states.errors import NotFound

if TYPE_CHECKING:
    from app.settings import Settings
    from service.outbox import Outbox
    from service.record import ConversationRecord
    from service.views import ConversationView


@contextmanager
def open_for_reading(settings: Settings) -> Iterator[Callable[[str], ConversationView]]:
    """Reads conversations without a policy, an assistant or a worker; NotFound where there is no database yet."""
    from service.rows_as_views import conversation_view
    from store.database import open_store

    if settings.database_url is None and not (settings.data_dir / "handrail.db").exists():
        raise NotFound(f"no conversations in {str(settings.data_dir)!r}; name the right one with --data-dir")
    store = open_store(settings.store_url)

    def view_of(conversation_id: str) -> ConversationView:
        with store.read() as connection:
            return conversation_view(connection, conversation_id)

    try:
        yield view_of
    finally:
        store.close()


@contextmanager
def open_records(
    settings: Settings,
) -> Iterator[tuple[Callable[[str], ConversationRecord], Callable[[], Sequence[str]]]]:
    """What reads the record of a conversation, and what names all of them; NotFound where there is no database yet."""
    from service.rows_as_record import record_of, recorded_ids
    from store.database import open_store

    if settings.database_url is None and not (settings.data_dir / "handrail.db").exists():
        raise NotFound(f"no conversations in {str(settings.data_dir)!r}; name the right one with --data-dir")
    store = open_store(settings.store_url)
    try:
        yield (lambda conversation_id: record_of(store, conversation_id)), (lambda: recorded_ids(store))
    finally:
        store.close()


@contextmanager
def open_outbox(settings: Settings) -> Iterator[Outbox]:
    """Reads and replays the outbox without a policy, an assistant or a worker; NotFound where there is no database."""
    from service.outbox import Outbox
    from states.clock import SystemClock
    from store.database import open_store

    if settings.database_url is None and not (settings.data_dir / "handrail.db").exists():
        raise NotFound(f"no conversations in {str(settings.data_dir)!r}; name the right one with --data-dir")
    store = open_store(settings.store_url)
    try:
        yield Outbox(store, SystemClock(), destinations(settings))
    finally:
        store.close()
