"""A click on a card elsewhere becomes a claim here, and whoever clicked is told what came of it.

The card is not asked whether the case is still free: the machine decides, and its refusal is the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from desks.config import holder
from desks.port import Hint, Wish
from graph.views import Act, Actor, ActResult, ConversationView
from states.errors import HandrailError, NotFound, Refused
from states.vocabulary import Event, Role

TAKEN = "You have it now. Open the case to begin."
YOURS = "You have it already."
ELSEWHERE = "Somebody else has it already."
CLOSED = "It does not wait for anybody any more."
NOT_YOU = "You may not claim here. An operator can add you to this destination's agents."
LATER = "It could not be claimed just now. Click again, or claim it in the case itself."


class Desk(Protocol):
    """What a click needs of the runtime."""

    def view(self, conversation_id: str) -> ConversationView:
        """The conversation as it is now."""
        ...

    def act(self, conversation_id: str, act: Act) -> ActResult:
        """Does what a person asks for, once per act id."""
        ...


@dataclass(frozen=True, kw_only=True)
class Clicked:
    """What came of a click."""

    reply: str
    """For whoever clicked, and for nobody else."""
    result: ActResult | None = None


def click(hint: Hint, desk_name: str, agents: Mapping[str, str], runtime: Desk) -> Clicked:
    """Claims for whoever clicked, if the settings know them. Never raises for a refusal: the reply says it.

    The same click delivered twice is one act.
    """
    if hint.wish is not Wish.CLAIM:
        return Clicked(reply="")
    known = holder(dict(agents), hint.actor)
    if known is None:
        return Clicked(reply=NOT_YOU)
    role, person = known
    act = Act(event=Event.CLAIMED, actor=Actor(id=person, role=role), id=f"click:{desk_name}:{hint.delivery_id}")
    try:
        if not _waits(hint, runtime):
            return Clicked(reply=CLOSED)
        return Clicked(reply=TAKEN, result=runtime.act(hint.conversation_id, act))
    except Refused:
        return Clicked(reply=_why(hint, role, person, runtime))
    except NotFound:
        return Clicked(reply=CLOSED)
    except HandrailError:
        return Clicked(reply=LATER)


def _waits(hint: Hint, runtime: Desk) -> bool:
    """Whether the card's own handover is open: an old card must not claim the next one."""
    handover = runtime.view(hint.conversation_id).handover
    return handover is not None and handover.open and handover.id == hint.handover_id


def _why(hint: Hint, role: Role, person: str, runtime: Desk) -> str:
    """Why the machine refused, as far as it concerns whoever clicked."""
    view = runtime.view(hint.conversation_id)
    if view.owner_id is None:
        return NOT_YOU
    return YOURS if (view.owner_id, view.owner_role) == (person, role) else ELSEWHERE
