"""A visitor with a browser of their own, who notices every complaint and every request to another host."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.components import missing
from tests.ui.server import CHROMIUM, QUIET

WAIT_MS = 120_000
"""How long a slow machine may take for one step; the tests go on as soon as it has happened."""


@dataclass
class Watched:
    """A page and everything it complained about or asked others for."""

    page: Any
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def see(self, selector: str) -> Any:
        """The first visible element; waits for it."""
        found = self.page.locator(selector).first
        try:
            found.wait_for(state="visible", timeout=WAIT_MS)
        except Exception as error:
            error.add_note(f"the page complained: {self.complaints}")
            error.add_note(f"the page shows: {self.page.locator('body').inner_text()[:4000]}")
            raise
        return found

    def say(self, text: str) -> None:
        """Writes as the customer and presses Enter."""
        self.see("#hr-say textarea").fill(text)
        self.page.keyboard.press("Enter")

    def in_state(self, state: str) -> None:
        """Waits until the customer's page shows this state."""
        self.see(f"#hr-banner [data-state={state}]")


@contextmanager
def visit(browser: Any, address: str, **options: Any) -> Iterator[Watched]:
    """A visitor of their own; afterwards nothing must have been complained about or fetched from elsewhere."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, **options)
    context.set_default_timeout(WAIT_MS)
    watched = Watched(context.new_page())
    page = watched.page
    page.on("console", lambda line: watched.complaints.append(line.text) if line.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    local = (address, address.replace("http", "ws", 1), "data:", "blob:")
    page.on("request", lambda request: None if request.url.startswith(local) else watched.strangers.append(request.url))
    page.goto(address)
    watched.see("#hr-banner .hr-banner")
    yield watched
    context.close()
    assert watched.complaints == [], watched.complaints
    assert watched.strangers == [], watched.strangers


@contextmanager
def chromium() -> Iterator[Any]:
    """Headless Chromium."""
    if not CHROMIUM.exists():
        missing("Chromium", f"install it at {CHROMIUM}, for example with apt-get install chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        missing("playwright", "install the development requirements")
        return
    with sync_playwright() as engine:
        launched = engine.chromium.launch(executable_path=str(CHROMIUM), args=list(QUIET))
        yield launched
        launched.close()


def open_desk(agent: Watched, text: str) -> None:
    """Opens the case in whose last message the text stands."""
    agent.page.get_by_role("tab", name="Desk").click()
    agent.see(f"#hr-queue [data-pick]:has-text('{text}')").click()
