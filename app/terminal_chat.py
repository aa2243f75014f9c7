"""A conversation in the terminal: what the customer reads, and under it the state and the evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from app.callers import local_caller
from service.views import ConversationView, EventView, MessageView, NewConversation
from states.errors import HandrailError
from states.table import VOICES
from states.vocabulary import Event, Role

if TYPE_CHECKING:
    from service.door import Handrail

NAME = "terminal"
"""The channel's and the agent's, unless the policy names others."""
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
    """One conversation with one agent beside it; `say` shows, nothing is read here.

    Goes on with a conversation of the terminal's, or begins one. NotFound.
    """

    def __init__(self, door: Handrail, conversation_id: str | None, say: Say) -> None:
        self._door, self._say = door, say
        self._seen: int | None = None  # what was shown here; in a conversation that goes on, nothing before /show
        self._channel = local_caller(Role.CUSTOMER, door.policy, NAME)
        self._agent = local_caller(Role.FRONTLINE_AGENT, door.policy, NAME)
        if conversation_id is None:
            self.id = door.open(self._channel, NewConversation(channel=NAME)).id
        else:
            self.id = door.view(self._channel, conversation_id).id

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
            view = self._view()
            for author, text in timeline(view):
                self._say(author, text)
            self._seen = max((one.seq for one in view.messages), default=0)
        elif word in COMMANDS:
            self._act(COMMANDS[word], rest)
        elif word.startswith("/"):
            self._say("system", HELP)
        else:
            self._post(line)

    def _post(self, text: str) -> None:
        result = self._door.post(self._channel, self.id, text)
        for reply in result.replies:
            self._say(reply.author, reply.text)
        self._say("state", f"{result.state.value} · {VOICES[result.state].value} · version {result.version}")
        view = self._view()
        self._seen = _seen(view, self._seen, result.message_id)
        decided = view.decision_of(result.message_id)
        for line in evidence_lines(decided.data if decided else {}):
            self._say("evidence", line)

    def _act(self, event: Event, text: str) -> None:
        # The terminal has no checklist: closing a case there says that its steps are done.
        done = {"steps_done": _steps(self._view())} if event is Event.RESOLVED else {}
        result = self._door.act(self._agent, self.id, event, text=text, data=done, seen=self._seen)
        self._say("state", f"{result.state.value} · {VOICES[result.state].value} · version {result.version}")

    def _view(self) -> ConversationView:
        """The conversation with its evidence, as the agent may read it."""
        return self._door.view(self._agent, self.id)


def _seen(view: ConversationView, before: int | None, written: str) -> int | None:
    """The newest number seen here once `written` is: as before, where the customer wrote elsewhere in between."""
    theirs = [one for one in view.messages if one.author == "customer"]
    missed = any(one.seq > (before or 0) and one.id != written for one in theirs)
    return before if missed else max((one.seq for one in theirs), default=0)


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
