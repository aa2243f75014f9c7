"""`handrail serve` as an operator starts it: without tokens it makes one for an admin, and believes nobody's word."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


@contextmanager
def _served(data: Path) -> Iterator[tuple[str, str]]:
    """The address, and what was said at the start."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HANDRAIL_")}
    environment["HANDRAIL_MEANING"] = "false"
    command = [sys.executable, "-m", "app.cli", "serve", "--no-page", "--port", "0", "--data-dir", str(data)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        said = ""
        for line in process.stderr:
            said += line
            found = re.search(r"Handrail is at (http://\S+)", line)
            if found:
                yield found[1], said
                break
        else:
            raise AssertionError(f"it did not start: {said}")
    finally:
        process.terminate()
        process.wait(30)
        process.stderr.close()


def _status(address: str, **headers: str) -> int:
    asked = urllib.request.Request(f"{address}/v1/queue", headers=headers)
    try:
        with urllib.request.urlopen(asked, timeout=60) as answer:
            assert json.load(answer) == []
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_serve_without_tokens_makes_an_admin_token_says_where_and_keeps_it(tmp_path: Path) -> None:
    data, tokens = tmp_path / "data", set()
    for _ in range(2):
        with _served(data) as (address, said):
            path = data / "admin.token"
            assert f"the token of admin/admin is in {path}" in said
            assert path.stat().st_mode & 0o777 == 0o600
            token = path.read_text()
            assert token not in said
            tokens.add(token)
            assert _status(address) == 401
            assert _status(address, **{"X-Handrail-Role": "admin", "X-Handrail-Actor": "admin"}) == 401
            assert _status(address, Authorization=f"Bearer {token}") == 200
    assert len(tokens) == 1
