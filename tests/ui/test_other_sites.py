"""A page of another site, in a real browser that is logged in here: it claims nothing and reads nothing."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.ui.browsing import WAIT_MS
from tests.ui.server import demo
from ui.seen import Seen

pytestmark = pytest.mark.browser
HOLDERS = {"frontline_agent": "anna", "customer": "web"}
TOKENS = {"frontline_agent": "a-token-of-the-agent", "customer": "a-token-of-the-channel"}
FORGE = """
async ([target, call]) => {
  const tried = {};
  const attempt = async (name, act) => {
    try { tried[name] = await act(); } catch (error) { tried[name] = 'blocked'; }
  };
  const post = (path, body, options = {}) => fetch(target + path, {
    method: 'POST', credentials: 'include', body: JSON.stringify(body),
    headers: {'Content-Type': 'application/json'}, ...options});
  const {enter, ...claim} = call;
  const join = {...claim, session_hash: 'forged' + Math.random().toString(36).slice(2)};
  await attempt('enter', async () => (
    await post('/gradio_api/run/predict', {fn_index: enter, data: [], session_hash: join.session_hash})).status);
  await attempt('claim', async () => (await post('/gradio_api/queue/join', join)).status);
  await attempt('blind claim', async () => {
    await post('/gradio_api/queue/join', join, {mode: 'no-cors', headers: {'Content-Type': 'text/plain'}});
    return 'sent';
  });
  await attempt('predict', async () => (await post('/gradio_api/run/predict', join)).status);
  for (const path of ['/', '/config', '/gradio_api/token', '/gradio_api/info', '/v1/queue', '/v1/conversations'])
    await attempt(path, async () => {
      const answer = await fetch(target + path, {credentials: 'include'});
      return `${answer.status} ${(await answer.text()).length}`;
    });
  await attempt('events', () => new Promise((done, failed) => {
    const source = new EventSource(target + '/gradio_api/queue/data?session_hash=' + join.session_hash,
      {withCredentials: true});
    source.onmessage = event => done(event.data);
    source.onerror = failed;
  }));
  await attempt('frame', () => new Promise(done => {
    const frame = document.createElement('iframe');
    frame.onload = () => done('blocked');
    frame.src = target + '/';
    document.body.append(frame);
  }));
  if (target) await attempt('form', async () => {
    const form = Object.assign(document.createElement('form'), {
      method: 'post', action: target + '/logout', target: 'sink', enctype: 'text/plain'});
    document.body.append(Object.assign(document.createElement('iframe'), {name: 'sink'}), form);
    form.submit();
    return 'blocked';
  });
  return tried;
}
"""


class _Evil(BaseHTTPRequestHandler):
    """A page of somebody else."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        target = urlsplit(self.path).query
        self.wfile.write(f"<title>evil</title><a href='{target}'>a link</a>".encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@contextmanager
def elsewhere() -> Iterator[int]:
    """Another program's web server on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Evil)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module", params=["demo", "tokens"])
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that lets everybody in, and one that asks for a login."""
    folder: Path = tmp_path_factory.mktemp(request.param)
    config = folder / "handrail.toml"
    held = "".join(f'"{token}" = "{role}/{HOLDERS[role]}"\n' for role, token in TOKENS.items())
    config.write_text(f"[tokens]\n{held}" if request.param == "tokens" else "")
    with demo(folder, config) as running:
        yield running


SAID = "The canary sings of gas in my kitchen, I can smell gas"


def _asked(address: str, path: str, body: Any = None, role: str = "") -> Any:
    """The answer of the API, asked by a program of our own."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {TOKENS[role]}" if role else ""}
    headers |= {"X-Handrail-Role": role} if role else {}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(address + path, data, headers), timeout=30) as answer:
        return json.load(answer)


def _case(address: str) -> dict[str, Any]:
    """A case that waits for a person."""
    case = _asked(address, "/v1/conversations", {}, "customer")["id"]
    _asked(address, f"/v1/conversations/{case}/messages", {"id": "m1", "text": SAID}, "customer")
    return _owned(address, case)


def _owned(address: str, case: str) -> dict[str, Any]:
    found: dict[str, Any] = _asked(address, f"/v1/conversations/{case}", role="frontline_agent")
    return found


def _claim(page: Any, case: dict[str, Any]) -> dict[str, Any]:
    """What the page itself would send for a click on Claim, read from its own configuration."""
    config = page.evaluate("fetch('/config').then(answer => answer.json())")
    button = next(one["id"] for one in config["components"] if one["props"].get("elem_id") == "hr-act-claimed")
    call = next(one["id"] for one in config["dependencies"] if [button, "click"] in one["targets"])
    enter = next(one["id"] for one in config["dependencies"] if one["api_name"] == "enter")
    seen = Seen(conversation=case["id"], version=case["version"]).text()
    typed = ["", "attestation", "", None, None, "", "", ""]
    return {
        "enter": enter,
        "fn_index": call,
        "trigger_id": button,
        "event_data": None,
        "data": [seen, "anna", "frontline_agent", *typed],
    }


def _enter(page: Any, address: str) -> None:
    page.goto(address)
    if page.locator("input[name=password]").count():
        page.fill("input[name=username]", "anna")
        page.fill("input[name=password]", TOKENS["frontline_agent"])
        page.click("button")
    page.locator("#hr-masthead").wait_for(timeout=WAIT_MS)


def test_a_page_of_another_site_claims_nothing_and_reads_nothing(browser: Any, address: str) -> None:
    case, context = _case(address), browser.new_context()
    ours, theirs = context.new_page(), context.new_page()
    _enter(ours, address)
    call = _claim(ours, case)
    with elsewhere() as port:
        for host in ("127.0.0.1", "localhost", "evil.localhost"):
            theirs.goto(f"http://{host}:{port}/")
            tried = theirs.evaluate(FORGE, [address, call])
            assert {name: told for name, told in tried.items() if told not in ("blocked", "sent")} == {}
            assert len(tried) == 13
            assert not any(frame.locator("#hr-masthead").count() for frame in theirs.frames)
            assert _owned(address, case["id"])["owner_id"] is None
    ours.reload()
    ours.locator("#hr-masthead").wait_for(timeout=WAIT_MS)
    tried = ours.evaluate(FORGE, ["", call])
    assert tried["claim"] == 200, "the same words from our own page are a click"
    for _ in range(WAIT_MS // 100):
        if _owned(address, case["id"])["owner_id"] is None:
            ours.wait_for_timeout(100)
    assert _owned(address, case["id"])["owner_id"] == "anna"
    assert {tried[path].partition(" ")[0] for path in ("/gradio_api/token", "/gradio_api/info")} == {"404"}
    context.close()


def test_a_link_from_elsewhere_opens_the_page_as_whoever_is_logged_in(browser: Any, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    _enter(page, address)
    before = {one["name"]: one["value"] for one in context.cookies()}
    with elsewhere() as port:
        page.goto(f"http://localhost:{port}/?{address}/?conversation=cnv_none")
        page.click("a")
        page.locator("#hr-masthead").wait_for(timeout=WAIT_MS)
    after = context.cookies()
    assert {one["name"]: one["value"] for one in after} == before
    assert {(one["sameSite"], one["httpOnly"]) for one in after} == {("Strict", True)}
    context.close()


def test_whoever_logs_out_is_out(browser: Any, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    _enter(page, address)
    asked = "fetch('/session').then(one => one.status)"
    assert page.evaluate(asked) == 204
    if not page.locator(".hr-mast form").count():
        assert page.locator(".hr-mast").inner_text().endswith("demo mode"), "nobody is logged in, so nobody logs out"
        context.close()
        return
    page.get_by_role("button", name="Log out").click()
    page.locator("input[name=password]").wait_for(timeout=WAIT_MS)
    assert page.evaluate(asked) == 401
    assert [one["name"] for one in context.cookies()] == ["handrail-visitor"]
    context.close()
