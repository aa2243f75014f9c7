"""The real server in a process of its own, and a browser that may reach nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from tests.components import free_port

ROOT = Path(__file__).parent.parent.parent
CHROMIUM = Path("/usr/bin/chromium")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
START_S = 480
"""How long a slow machine may take to import and start everything."""


@contextmanager
def demo(folder: Path, config: Path | None = None) -> Iterator[str]:
    """`handrail demo` on a free loopback port, with a `handrail.toml` if wanted; yields its address."""
    port = free_port()
    command = [sys.executable, "-m", "app.cli", "demo", "--no-browser", "--port", str(port), "--data-dir", str(folder)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HANDRAIL_")}
    environment["HANDRAIL_MEANING"] = "false"
    environment |= {"HANDRAIL_CONFIG": str(config)} if config else {}
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(address, process, folder / "server.log")
            yield address
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = monotonic() + START_S
    while monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}: {log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(address, timeout=60) as response:
                if response.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            sleep(0.3)
    raise RuntimeError(f"the server did not answer at {address}: {log.read_text()[-2000:]}")
