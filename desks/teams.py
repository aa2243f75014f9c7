"""Microsoft Teams by a Power Automate workflow: an Adaptive Card with a link, and no more than that.

A 202 says that the workflow has taken the card, not that anybody saw it: Teams is never the only channel
(`desks.config.check_channels`). Buttons other than a link do nothing in a card that a workflow posts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from desks.config import TeamsConfig, check_jobs
from desks.kit.http import Answer, Web, private_address, settled
from desks.kit.text import facts, headline, link
from desks.port import Delivered, Job, JsonObject, Outcome, Rejected, Request, Task
from states.clock import Clock
from states.errors import SettingsError

MAX_BYTES = 28_000
"""Of a whole message; Teams drops a larger one without a word."""
CARD_VERSION = "1.4"
CARD_TYPE = "application/vnd.microsoft.card.adaptive"
JOBS = frozenset({Job.ANNOUNCE, Job.PAGE})
_COLOURS: Mapping[str, str] = {"critical": "Attention", "high": "Warning", "normal": "Default", "low": "Default"}


@dataclass(frozen=True, kw_only=True)
class Teams:
    """One workflow that posts into a channel."""

    name: str
    jobs: frozenset[Job]
    clock: Clock
    web: Web = field(repr=False)

    def prepare(self, task: Task, ref: str) -> Request:
        """A message with one card."""
        body: JsonObject = {
            "type": "message",
            "attachments": [{"contentType": CARD_TYPE, "contentUrl": None, "content": _card(task)}],
        }
        return Request(job=task.job, key=task.key, marker=task.marker, ref=ref, body=body)

    def send(self, request: Request) -> Outcome:
        """One attempt, after the card was checked: the workflow would take a wrong one and show nothing."""
        problems = check_message(request.body)
        if problems:
            return Rejected(code="card_invalid", field_errors=problems)
        known = settled(self.web.call(request.method, request.path, body=request.body), self.clock.now())
        if not isinstance(known, Answer):
            return known
        return Delivered(ref=request.marker, more={"shown": "unknown"})

    def find(self, request: Request) -> Delivered | None:
        """Always None: nothing can be read back from a workflow, and a second card does no harm."""
        return None

    def ping(self) -> str:
        """Posting is the only thing a workflow does, so nothing is called."""
        return f"{self.name}: Teams is set up; whether its workflow works is only seen by a card"


def _card(task: Task) -> JsonObject:
    card = task.card
    url = link(card)
    content: JsonObject = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": CARD_VERSION,
        "body": [
            {
                "type": "TextBlock",
                "text": _literal(headline(card)),
                "weight": "Bolder",
                "size": "Medium",
                "wrap": True,
                "color": _COLOURS.get(card.severity, "Attention"),
            },
            {
                "type": "FactSet",
                "facts": [{"title": title, "value": _literal(value)} for title, value in facts(card)],
            },
        ],
    }
    if url:
        content["actions"] = [{"type": "Action.OpenUrl", "title": "Open the case", "url": url}]
    return content


def _literal(text: str) -> str:
    """The text with nothing in it that a card's Markdown would turn into a link."""
    return text.replace("[", "(").replace("]", ")")


# The check: the part of the schema that a card of ours can break. The tests hold it against the whole schema.

_ELEMENTS: Mapping[str, frozenset[str]] = {
    "TextBlock": frozenset({"type", "text", "weight", "size", "wrap", "color"}),
    "FactSet": frozenset({"type", "facts"}),
}
_CONTENT = frozenset({"$schema", "type", "version", "body", "actions"})


def check_message(message: JsonObject) -> dict[str, str]:
    """What keeps Teams from showing the message, by place; empty if nothing does."""
    if len(json.dumps(message, ensure_ascii=False).encode()) > MAX_BYTES:
        return {"message": f"is larger than {MAX_BYTES} bytes"}
    attachments = message.get("attachments")
    if message.get("type") != "message" or not isinstance(attachments, list) or len(attachments) != 1:
        return {"message": "is no message with one card"}
    content = attachments[0].get("content")
    if attachments[0].get("contentType") != CARD_TYPE or not isinstance(content, dict):
        return {"attachment": "is no Adaptive Card"}
    if content.get("type") != "AdaptiveCard" or content.get("version") != CARD_VERSION or set(content) - _CONTENT:
        return {"card": f"is no Adaptive Card {CARD_VERSION} of ours"}
    body, actions = content.get("body"), content.get("actions", [])
    if not isinstance(body, list) or not body or not all(_element_holds(one) for one in body):
        return {"body": "holds an element that is not known or not complete"}
    if not isinstance(actions, list) or not all(_action_holds(one) for one in actions):
        return {"actions": "hold one that is no link"}
    return {}


def _element_holds(element: object) -> bool:
    if not isinstance(element, dict) or set(element) - _ELEMENTS.get(str(element.get("type")), frozenset()):
        return False
    if element["type"] == "TextBlock":
        return isinstance(element.get("text"), str) and bool(element["text"])
    shown = element.get("facts")
    return isinstance(shown, list) and all(
        isinstance(one, dict) and set(one) == {"title", "value"} and all(isinstance(text, str) for text in one.values())
        for one in shown
    )


def _action_holds(action: object) -> bool:
    return (
        isinstance(action, dict)
        and set(action) == {"type", "title", "url"}
        and action["type"] == "Action.OpenUrl"
        and all(isinstance(text, str) for text in action.values())
        and action["url"].startswith(("https://", "http://"))
    )


def build(name: str, config: TeamsConfig, clock: Clock) -> Teams:
    """The destination that the settings describe. SettingsError if its address is not a workflow's."""
    url = private_address(name, config.url.get_secret_value())
    _check_host(name, url, config.hosts)
    return Teams(
        name=name,
        jobs=check_jobs(name, "Teams", config.jobs, JOBS),
        clock=clock,
        web=Web(base_url=url, deadline_s=config.deadline_s),
    )


def _check_host(name: str, url: str, hosts: tuple[str, ...]) -> None:
    """Only a host on the list: a card that goes to another one tells a stranger of our cases."""
    host = (urlsplit(url).hostname or "").lower()
    if not any(host.endswith(end.lower()) if end.startswith(".") else host == end.lower() for end in hosts):
        raise SettingsError(
            f"desk {name!r}: the host of url is none of {', '.join(hosts)}; "
            "copy the address from the workflow's trigger, or add its host to hosts"
        )
