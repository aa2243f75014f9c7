"""A conversation in the terminal: what the customer reads, and under it the state and the evidence.

Without this module trying one sentence against a policy would need a browser.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from app.ports import Runtime
from service.views import Act, Actor, ConversationView, EventView, MessageView
from states.errors import HandrailError
from states.table import VOICES
from states.vocabulary import Event, Role

COMMANDS = {
    "/claim": Event.CLAIMED,
    "/reply": Event.AGENT_REPLIED,
    "/verify": Event.IDENTITY_VERIFIED,
    "/escalate": Event.ESCALATED,
    "/release": Event.RELEASED,
    "/handback": Event.HANDED_BACK,
    "/resolve": Event.RESOLVED,
}
HELP = "Write as the customer. As the agent: " + " ".join(f"{name} TEXT" for name in COMMANDS) + ". /show /help /quit"

Say = Callable[[str, str], None]
"""Shows a line: the speaker (customer, assistant, agent, system, state, evidence, error) and the text."""


class TerminalChat:
    """One conversation with one agent beside it; `say` shows, nothing is read here."""

    def __init__(self, runtime: Runtime, conversation_id: str, say: Say, agent: Actor | None = None) -> None:
        self._runtime = runtime
        self._id = conversation_id
        self._say = say
        self._agent = agent or Actor(id="terminal", role=Role.FRONTLINE_AGENT)

    def take(self, line: str) -> bool:
        """One line that was typed; False when the chat is over. Refusals are shown and change nothing."""
        word, _, rest = line.strip().partition(" ")
        if word == "/quit":
            return False
        try:
            self._do(word, rest.strip(), line)
        except HandrailError as error:
            self._say("error", str(error))
        return True

    def _do(self, word: str, rest: str, line: str) -> None:
        if not line.strip():
            return
        if word == "/show":
            for author, text in timeline(self._runtime.view(self._id)):
                self._say(author, text)
        elif word in COMMANDS:
            self._act(COMMANDS[word], rest)
        elif word.startswith("/"):
            self._say("system", HELP)
        else:
            self._post(line)

    def _post(self, text: str) -> None:
        result = self._runtime.post(self._id, text)
        for reply in result.replies:
            self._say(reply.author, reply.text)
        self._say("state", f"{result.state.value} · {VOICES[result.state].value} · version {result.version}")
        for line in evidence_lines(result.decision):
            self._say("evidence", line)

    def _act(self, event: Event, text: str) -> None:
        # The terminal has no checklist: closing a case there says that its steps are done.
        done = {"steps_done": _steps(self._runtime.view(self._id))} if event is Event.RESOLVED else {}
        result = self._runtime.act(self._id, Act(event=event, actor=self._agent, text=text, data=done))
        self._say("state", f"{result.state.value} · {VOICES[result.state].value} · version {result.version}")


def timeline(view: ConversationView) -> Iterator[tuple[str, str]]:
    """Messages and events in the order in which they happened, each decision with its evidence, as (speaker, text)."""
    # Messages and events of a conversation are numbered in one sequence.
    entries: list[MessageView | EventView] = [*view.messages, *view.events]
    for entry in sorted(entries, key=lambda one: one.seq):
        at = f"{entry.at:%Y-%m-%d %H:%M:%S}"
        if isinstance(entry, MessageView):
            yield entry.author, f"{at}  {entry.text}"
            continue
        yield "state", f"{at}  {entry.event} · {entry.source.value} → {entry.target.value} · {entry.role.value}"
        yield from (("evidence", line) for line in evidence_lines(entry.data))


def evidence_lines(decision: Mapping[str, Any]) -> list[str]:
    """What a decision rests on, one line for each trigger, fault or article."""
    lines = []
    for fired in decision.get("fired", ()):
        quotes = [f"“{one['quote']}”" for one in fired.get("evidence", ()) if one.get("quote")]
        lines.append(f"{fired['trigger_id']}: {fired['reason']} {' '.join(quotes)}".rstrip())
    if decision.get("fault"):
        lines.append(f"fault: {decision['fault']}")
    if decision.get("confidence") is not None:
        lines.append(f"confidence {decision['confidence']:.2f} {decision.get('intent') or ''}".rstrip())
    lines += [f"source: {one.get('title') or one.get('source')}" for one in decision.get("citations", ())]
    return lines


def _steps(view: ConversationView) -> list[str]:
    """The steps of the case's playbook."""
    action = view.handover.packet.get("action", {}) if view.handover else {}
    return [str(step["id"]) for step in (action.get("playbook") or {}).get("steps", ()) if "id" in step]
