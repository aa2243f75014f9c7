"""The transcript as bubbles: who said what is seen, not read."""

from __future__ import annotations

from collections.abc import Mapping

from service.views import ConversationView, KeptMask, LiftedMask, MessageView
from states.table import ANSWERING
from ui.render.text import esc, moment, said, words

_NAMES = {"customer": "Customer", "assistant": "Assistant", "system": "Notice", "agent": "Person"}
_WELCOME = "Ask something the help pages answer, or try one of the examples below and watch who gets the word."


def transcript(
    view: ConversationView | None, *, pending: str = "", typing: bool = False, side: str = "customer",
    lifts: bool = False,
) -> str:  # fmt: skip
    """All messages; `pending` is one on its way, `typing` that an answer is. `side` is whose page this is.

    `lifts`: whoever reads it may be shown the originals of masks that are kept.
    """
    bubbles = "".join(_bubble(one, lifts=lifts) for one in view.messages) if view else ""
    if pending:
        bubbles += f'<article class="hr-msg hr-customer hr-pending"><div>{said(pending)}</div></article>'
    if _awaits_assistant(view, pending):
        bubbles += '<article class="hr-msg hr-assistant hr-typing"><div><i></i><i></i><i></i></div></article>'
    if not bubbles:
        bubbles = f'<p class="hr-empty">{esc(_WELCOME)}</p>'
    # The reversed column keeps the newest message in sight without a script.
    return f'<div class="hr-chat hr-side-{side}" aria-live="polite"><div class="hr-lines">{bubbles}</div></div>'


def _awaits_assistant(view: ConversationView | None, pending: str) -> bool:
    """Whether the assistant has the word and the customer's last message is not decided yet."""
    if view is None or not view.messages:
        return bool(pending)
    return view.state in ANSWERING and (bool(pending) or view.messages[-1].author == "customer")


def author_name(message: MessageView) -> str:
    """Who speaks, in a word; a person by name."""
    name = _NAMES.get(message.author, message.author)
    return f"{message.actor_id} · a person" if message.author == "agent" and message.actor_id else name


def _bubble(message: MessageView, *, lifts: bool = False) -> str:
    sources = "".join(_source(one) for one in message.citations)
    cited = f'<div class="hr-sources">{sources}</div>' if sources else ""
    masks = "".join(_mask(message, one) for one in message.masks) if lifts else ""
    lifted = f'<div class="hr-masks">{masks}</div>' if masks else ""
    return (
        f'<article class="hr-msg hr-{esc(message.author)}" data-seq="{message.seq}">'
        f"<header><b>{esc(author_name(message))}</b>{moment(message.at)}"
        f'<small title="number in the transcript; the packet cites it">{message.seq}</small></header>'
        f"<div>{said(message.text)}{cited}{lifted}</div></article>"
    )


def _mask(message: MessageView, mask: KeptMask) -> str:
    """The button that asks for what stands behind a mask."""
    shown = words(mask.kind)
    return (
        f'<button type="button" class="hr-chip" data-pick="{esc(lift_pick(message.id, mask.number))}" '
        f'title="Kept until {mask.until:%Y-%m-%d}; each look is recorded with your reason">'
        f"Show {esc(shown)} {mask.number}</button>"
    )


def lift_pick(message_id: str, number: int) -> str:
    """What the button of a mask tells the server."""
    return f"lift|{number}|{message_id}"


def picked_mask(pick: str) -> tuple[str, int] | None:
    """Message id and number of the mask that was clicked; None if it was something else."""
    kind, _, rest = pick.partition("|")
    number, _, message_id = rest.partition("|")
    known = kind == "lift" and number.isascii() and number.isdigit() and len(number) <= 4 and bool(message_id)
    return (message_id, int(number)) if known else None


def original(lifted: LiftedMask, at: int) -> str:
    """What stands behind a mask, for the one look that was asked for, which made the version `at`."""
    return (
        f'<p class="hr-original" role="status" data-at="{at}"><b>{esc(words(lifted.kind))}</b> '
        f"<code>{esc(lifted.text)}</code> "
        "<small>shown once; the look is in the log</small></p>"
    )


def _source(citation: Mapping[str, str]) -> str:
    title, quote = citation.get("title") or citation.get("source", ""), citation.get("quote", "")
    return f"<details><summary>Source: {esc(title)}</summary><blockquote>{esc(quote)}</blockquote></details>"
