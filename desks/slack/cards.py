"""A card as Slack's blocks, made by Slack's own models so that limits are checked before anything is sent."""

from __future__ import annotations

from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    PlainTextObject,
    SectionBlock,
)

from desks.kit.text import facts, headline, link, plain
from desks.port import News, Task

EVENT_TYPE = "handrail_card"
"""Of the metadata in which a message carries its marker."""
CLAIM_ACTION, OPEN_ACTION = "handrail_claim", "handrail_open"
_WAITING = "Waits for a person."
_STATUS = {News.CLAIMED: "Claimed.", News.RELEASED: "Waits for a person again.", News.CLOSED: "Closed."}
"""How the handover stands after the news; after all others it waits."""
_TAKEN = (News.CLAIMED, News.CLOSED)


def blocks(task: Task, *, clickable: bool, claimer: str) -> list[dict[str, Any]]:
    """The card: what happened, the facts, how it stands, and what to do.

    All words but the claimer's mention are plain text, in which Slack reads no markup.
    """
    shown: list[Block] = [
        HeaderBlock(text=PlainTextObject(text=headline(task.card), emoji=False)),
        SectionBlock(fields=[PlainTextObject(text=f"{title}\n{value}", emoji=False) for title, value in _shown(task)]),
        ContextBlock(elements=[_status(task, claimer)]),
    ]
    buttons = _buttons(task, clickable=clickable)
    if buttons:
        shown.append(ActionsBlock(elements=buttons))
    return [block.to_dict() for block in shown]


def _shown(task: Task) -> list[tuple[str, str]]:
    return [(title, value or "-") for title, value in facts(task.card)]


def _status(task: Task, claimer: str) -> Any:
    if task.news == News.CLAIMED and claimer.isascii() and claimer.isalnum():
        return {"type": "mrkdwn", "text": f"Claimed by <@{claimer}>.", "verbatim": True}
    return PlainTextObject(text=_STATUS.get(task.news, _WAITING), emoji=False)


def _buttons(task: Task, *, clickable: bool) -> list[Any]:
    found = []
    if clickable and task.news not in _TAKEN:
        found.append(ButtonElement(text="Claim", action_id=CLAIM_ACTION, value=task.card.handover_id, style="primary"))
    if url := link(task.card):
        found.append(ButtonElement(text="Open the case", action_id=OPEN_ACTION, url=url))
    return found


def fallback_text(task: Task) -> str:
    """What a notification shows. Slack reads markup in it, so what could begin one is written out."""
    text = plain(f"{headline(task.card)}: {_STATUS.get(task.news, _WAITING)}")
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
