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


@contextmanager
def open_archive(settings: Settings) -> Iterator[tuple[Archive, Actor]]:
    """The archive, and who looks: whoever runs the command. NotFound where there is no database yet.

    Who has the database in hand may read it; that they did is kept all the same.
    """
    from service.admission import Admission
    from service.archive import Archive, LookBook
    from states.clock import SystemClock
    from store.database import open_store

    store = open_store(_existing(settings))
    try:
        yield Archive(store.reader, LookBook(store), Admission(), SystemClock()), Actor(id=_user(), role=Role.AUDITOR)
    finally:
        store.close()


@contextmanager
def open_outbox(settings: Settings) -> Iterator[Outbox]:
    """Reads and replays the outbox without a policy, an assistant or a worker; NotFound where there is no database."""
    from service.outbox import Outbox
    from states.clock import SystemClock
    from store.database import open_store

    store = open_store(_existing(settings))
    try:
        yield Outbox(store, SystemClock(), destinations(settings))
    finally:
        store.close()


def _existing(settings: Settings) -> str:
    """The address of a database that is there."""
    if settings.database_url is None and not (settings.data_dir / "handrail.db").exists():
        raise NotFound(f"no conversations in {str(settings.data_dir)!r}; name the right one with --data-dir")
    return settings.store_url


def _user() -> str:
    """The name under which somebody has logged in at this machine."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid-{os.getuid()}"
