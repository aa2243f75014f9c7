"""Components that only full coverage needs: a missing one skips, or fails where all are required."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from glob import glob
from pathlib import Path

import pytest

REQUIRE_ALL = os.environ.get("HANDRAIL_REQUIRE_ALL") == "1"
SOAK = os.environ.get("HANDRAIL_SOAK") == "1"


def missing(what: str, remedy: str) -> None:
    """Skips the test, or fails it where every component is required."""
    message = f"{what} is missing: {remedy}"
    if REQUIRE_ALL:
        pytest.fail(message)
    pytest.skip(message)


def free_port() -> int:
    """A loopback port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def postgres_cluster() -> Iterator[str]:
    """A throw-away PostgreSQL on loopback; yields a URL without database name. Skips where there is none."""
    found = sorted(glob("/usr/lib/postgresql/*/bin/initdb"))
    initdb = shutil.which("initdb") or (found[-1] if found else None)
    if initdb is None:
        missing("PostgreSQL", "apt-get install postgresql")
        return
    binaries = Path(initdb).parent
    # PostgreSQL refuses to run as root: the package's own user takes over then.
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    folder = Path(tempfile.mkdtemp(prefix="handrail-pg-"))
    port = free_port()
    if prefix:
        shutil.chown(folder, "postgres")
    data = str(folder / "data")
    _quietly([*prefix, initdb, "-D", data, "-A", "trust", "-U", "handrail", "--no-sync"])
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200 -c fsync=off"
    control = str(binaries / "pg_ctl")
    _quietly([*prefix, control, "-D", data, "-w", "-o", options, "start"])
    try:
        yield f"postgresql://handrail@127.0.0.1:{port}"
    finally:
        _quietly([*prefix, control, "-D", data, "-m", "immediate", "stop"])
        shutil.rmtree(folder, ignore_errors=True)


def _quietly(command: list[str]) -> None:
    """Runs a server's tool; its own log tells what went wrong, the exit code that it did."""
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, cwd="/")


def examples(everyday: int, soak: int) -> int:
    """How many examples a property is tried on: every day, or in the long campaigns."""
    return soak if SOAK else everyday
