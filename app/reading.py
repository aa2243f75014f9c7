"""The database without a policy, an assistant or a worker: for commands that look at what is there."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.wiring import destinations
from service.views import Actor
from states.errors import NotFound
from states.vocabulary import Role

if TYPE_CHECKING:
    from app.settings import Settings
    from service.archive import Archive
    from service.outbox import Outbox
    from store.database import Store


@contextmanager
def open_existing(settings: Settings) -> Iterator[Store]:
    """The database, without anything that works on it; NotFound where there is none yet."""
    from store.database import open_store

    if settings.database_url is None and not (settings.data_dir / "handrail.db").exists():
        raise NotFound(f"no conversations in {str(settings.data_dir)!r}; name the right one with --data-dir")
    store = open_store(settings.store_url)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def open_archive(settings: Settings) -> Iterator[tuple[Archive, Actor]]:
    """The archive, and who looks: whoever runs the command. NotFound where there is no database yet.

    Who has the database in hand may read it; that they did is kept all the same.
    """
    from service.admission import Admission
    from service.archive import Archive, LookBook
    from states.clock import SystemClock

    with open_existing(settings) as store:
        actor = Actor(id=user_name(), role=Role.AUDITOR)
        yield Archive(store.reader, LookBook(store), Admission(), SystemClock()), actor


@contextmanager
def open_outbox(settings: Settings) -> Iterator[Outbox]:
    """Reads and replays the outbox without a policy, an assistant or a worker; NotFound where there is no database."""
    from service.outbox import Outbox
    from states.clock import SystemClock

    with open_existing(settings) as store:
        yield Outbox(store, SystemClock(), destinations(settings))


def user_name() -> str:
    """The name under which somebody has logged in at this machine."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid-{os.getuid()}"
