"""A running Request Tracker for tests: the one that HANDRAIL_RT_URL names, or one of our own for this run."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from desks.config import RequestTrackerConfig
from tests.components import free_port, missing

SCRIPT = Path(__file__).parent / "rt" / "start.sh"
QUEUE = "HandoverDesk"
BOT = ("handover-bot", "bot-pass-ci-1")
AGENT = ("agent.anna", "anna-pass-ci-1")
SECRET = "rt-webhook-secret-ci"


@dataclass(frozen=True, kw_only=True)
class Tracker:
    """Where it is, and where it posts its webhooks to."""

    url: str
    hook_port: int

    def config(self, **changes: Any) -> RequestTrackerConfig:
        """Settings of a desk for it."""
        given = {
            "kind": "request_tracker",
            "base_url": self.url,
            "user": BOT[0],
            "password": BOT[1],
            "queue": QUEUE,
            "agents": {AGENT[0]: "frontline_agent/anna"},
            "webhook_secrets": SECRET,
        }
        return RequestTrackerConfig.model_validate({**given, **changes})

    def person(self, who: tuple[str, str] = AGENT) -> httpx2.Client:
        """What a person does there, with their own password."""
        return httpx2.Client(base_url=f"{self.url}/REST/2.0", auth=who, timeout=30)

    def tickets(self, mark: str) -> list[str]:
        """Every ticket whose subject has a mark, second ones and ones without a key too; merged ones are none."""
        return self._search(f"Queue = '{QUEUE}' AND Subject LIKE '{mark}'")

    def newest(self) -> int:
        """A number higher than any ticket's until now."""
        with self.person(BOT) as client:
            return int(client.post("/ticket", json={"Queue": QUEUE, "Subject": "a number"}).json()["id"])

    def tickets_after(self, number: int) -> list[str]:
        """Every ticket with a higher number."""
        return self._search(f"Queue = '{QUEUE}' AND id > {number}")

    def tickets_with(self, key: str) -> list[str]:
        """Every ticket that carries a handover's key; one that was merged into another is none."""
        return self._search(f"Queue = '{QUEUE}' AND 'CF.{{HandoverKey}}' = '{key}'")

    def _search(self, query: str) -> list[str]:
        found: list[str] = []
        with self.person(BOT) as client:
            for page in range(1, 1000):
                params = {"query": query, "per_page": "100", "page": str(page), "orderby": "id"}
                rows = client.get("/tickets", params=params).json()["items"]
                found += [str(row["id"]) for row in rows]
                if len(rows) < 100:
                    break
        return found


@contextmanager
def request_tracker() -> Iterator[Tracker]:
    """A Request Tracker with our queue. Skips where there is none."""
    given = os.environ.get("HANDRAIL_RT_URL")
    if given:
        yield Tracker(url=given, hook_port=int(os.environ.get("HANDRAIL_RT_HOOK_PORT", "8099")))
        return
    if not Path("/usr/share/request-tracker5/libexec/rt-server").exists():
        missing("Request Tracker", f"{SCRIPT.relative_to(Path.cwd())} installs and starts it (Debian, root)")
    port, hook_port, run = free_port(), free_port(), Path(tempfile.mkdtemp(prefix="handrail-rt-"))
    told = {"RT_PORT": str(port), "RT_RUN_DIR": str(run), "RT_WEBHOOK": f"http://127.0.0.1:{hook_port}/hooks/rt"}
    started = subprocess.run(
        ["bash", str(SCRIPT), "--no-install"], env={**os.environ, **told}, capture_output=True, text=True, timeout=180
    )
    assert started.returncode == 0, started.stderr[-2000:]
    try:
        yield Tracker(url=f"http://127.0.0.1:{port}", hook_port=hook_port)
    finally:
        os.kill(int((run / "rt.pid").read_text()), signal.SIGTERM)
        shutil.rmtree(run, ignore_errors=True)
