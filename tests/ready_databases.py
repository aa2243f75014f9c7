"""Databases that tests begin with: one is migrated a process, the others are copies of its file or of its tables.

Migrating takes longer than most tests do. Those that are about migrating open a database of their own.
"""

from __future__ import annotations

import shutil
import tempfile
from atexit import register
from functools import cache
from pathlib import Path

FILE = "handrail.db"
_MADE = "handrail_ready"


def sqlite_url(folder: Path) -> str:
    """A database in a folder: what stands there, or a new one.

    In a folder that is not there yet it is made, and migrated, when it is opened.
    """
    path = folder / FILE
    if folder.is_dir() and not path.exists():
        path.touch(mode=0o600)
        shutil.copyfile(_ready_file(), path)
    return f"sqlite:///{path}"


def new_database(cluster: str, name: str, *, empty: bool = False) -> str:
    """Makes a database in the cluster and returns its URL; `empty` has no tables yet."""
    made = None if empty else _ready_tables(cluster)
    _create(cluster, name, made)
    return f"{cluster}/{name}"


@cache
def _ready_file() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="handrail-ready-"))
    register(shutil.rmtree, folder, ignore_errors=True)
    _make_tables(f"sqlite:///{folder / FILE}")
    return folder / FILE


@cache
def _ready_tables(cluster: str) -> str:
    _create(cluster, _MADE, None)
    _make_tables(f"{cluster}/{_MADE}")
    return _MADE


def _make_tables(url: str) -> None:
    """All tables, made as an installation makes them."""
    from graph.saver import set_up
    from store.database import open_store

    store = open_store(url)
    set_up(store)
    store.close()


def _create(cluster: str, name: str, template: str | None) -> None:
    import psycopg

    with psycopg.connect(f"{cluster}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
