"""In an agent's words: who has the case, what that lets the reader do, and the one thing that a button still lacks."""

from __future__ import annotations

from collections.abc import Mapping

from handover.people.routing import Bar
from policy.persons import same_person
from service.views import Actor, ConversationView
from states.vocabulary import Event, Role, State
from ui.acts import LABELS, Offer
from ui.refusals import WORDS
from ui.render.text import esc

NO_ROOM = "You have as many open cases as you take at once, and none that waits is critical. End or release one first."
NOBODY_WAITS = "Nobody waits for a person now."
_BARS = {
    Bar.STATE: "escalated, for specialists and compliance officers",
    Bar.TEAM: "of other teams than yours",
    Bar.SKILLS: "in need of skills that you have not named",
}


def passed_over(bars: Mapping[Bar, int]) -> str:
    """What waits and is not for the reader, by what keeps it from them; empty for nothing."""
    told = ", ".join(f"{many} {_BARS[bar]}" for bar, many in sorted(bars.items()))
    total = sum(bars.values())
    return f"{'Cases' if total > 1 else 'A case'} that you may not take: {told}." if total else ""


def stands(view: ConversationView | None, actor: Actor | None, offered: Offer) -> str:
    """Whose case it is, where it is not the reader's; nothing where it is, or where nobody has to take it."""
    if view is None or actor is None or view.handover is None or not view.handover.open:
        return ""
    told = _stands(view, actor, offered)
    return f'<p class="hr-stand" role="status">{told}</p>' if told else ""


def _stands(view: ConversationView, actor: Actor, offered: Offer) -> str:
    takes = Event.CLAIMED in offered.ready
    if view.owner_id is None:
        if takes:
            return "Nobody has this case. Claim it to reply and to work on it."
        if view.state is State.ESCALATED:
            return "Nobody has this case. It is escalated: a specialist or a compliance officer takes it."
        return "Nobody has this case yet."
    owner = esc(view.owner_id)
    if not same_person(view.owner_id, actor.id):
        return f"<b>{owner}</b> has this case and may be writing. {'You may take it over.' if takes else ''}"
    if view.owner_role is not actor.role:
        held = Role(view.owner_role).value.replace("_", " ") if view.owner_role else "another role"
        return f"You have this case as {held}: turn to that role to work on it."
    return ""


def lacks(offered: Offer) -> str:
    """Each button that cannot be pressed yet, with the one thing that is missing."""
    told = "".join(
        f"<li><b>{esc(LABELS.get(event, event.value))}</b> {esc(WORDS.get(lack, 'This is not possible now.'))}</li>"
        for event, lack in offered.lacks.items()
    )
    return f'<ul class="hr-lacks">{told}</ul>' if told else ""
