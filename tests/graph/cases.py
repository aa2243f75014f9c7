"""The example policy with what the end of a case needs, and short words for casework."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from assistants.port import Assistant
from assistants.scripted import ScriptedAssistant
from policy.loader import LoadedPolicy, load_text
from service.runtime import Runtime
from service.views import NewConversation
from states.clock import FrozenClock, SystemIds
from states.vocabulary import Event
from store.database import open_store
from tests.graph.example import _RUNTIME, ANNA, POLICY, START, Desk, knows
from tests.ready_databases import sqlite_url

ENDINGS = """resolutions: {solved: It was solved., refunded: Money went back., no_reply: Silence.}
survey: {person: true, assistant: true}
escalation: {team: seniors, skills: [senior]}
"""


def case_policy(more: str = ENDINGS, triggers: str = "") -> LoadedPolicy:
    """The example policy with resolutions, a survey and a team for loops."""
    text = POLICY.replace("triggers_end: 0\n", more).replace("playbooks:\n", _RUNTIME + triggers + "playbooks:\n")
    step = "{id: checked, text: Check the request., wording: wording.check}"
    text = text.replace("{id: checked, text: Check the request.}", step)
    closing = "    title: Change\n    escalate_when: In doubt.\n    close_with: What changed.\n"
    text = text.replace("    title: Change\n", closing)
    text = text.replace("scripts:\n", "scripts:\n  wording.check: {en: Let me check that.}\n", 1)
    return load_text(text, "cases")


class CaseDesk(Desk):
    """A `Desk` under `case_policy`."""

    def __init__(
        self, url: str, assistant: Assistant | None = None, more: str = ENDINGS, triggers: str = "", **parts: Any
    ) -> None:
        self.clock = FrozenClock(START)
        self.runtime = Runtime(
            store=open_store(url), policy=case_policy(more, triggers),
            assistant=assistant or ScriptedAssistant(knows),
            clock=self.clock, ids=SystemIds(), **parts,
        )  # fmt: skip
        self.id = self.runtime.open(NewConversation(id="c1", customer="cus-1")).id

    def resolve(self, text: str = "done", **data: Any) -> Any:
        """Anna resolves the case."""
        return self.do(Event.RESOLVED, ANNA, text=text, **data)

    def last(self, event: Event) -> Any:
        """Data of the newest event of that kind."""
        return next(one.data for one in reversed(self.view.events) if one.event == event)


def case_desk(folder: Path, **parts: Any) -> CaseDesk:
    """A conversation under `case_policy` on SQLite."""
    return CaseDesk(sqlite_url(folder), **parts)
