"""Acts that end a person's part name the newest message that the person has seen.

Without that, who hands back a second after the customer's new question leaves it with nobody.
"""

from __future__ import annotations

from dataclasses import replace

from conversation.facts import guard_facts
from conversation.run import Run
from states.errors import NotSeen
from states.table import ENDING
from states.vocabulary import Event

MOST_NAMED = 5
"""Messages that a refusal names; the newest are named."""


def require_seen(run: Run, event: Event) -> None:
    """NotSeen if nothing but the customer's newest words stands against the act: which they are, and what to do.

    Whatever else stands against it is refused by the machine first; nobody learns from this what they may not do.
    """
    inbound = run.inbound
    if event not in ENDING or not inbound.unseen:
        return
    facts = replace(guard_facts(run, inbound.actor, inbound.role, approved=inbound.approved), newest_seen=True)
    if not run.rules.machine.allows(run.standing.state, event, inbound.role, facts):
        return
    newest = inbound.unseen[-1].seq
    if inbound.seen is None:
        raise NotSeen(
            f"{event.value!r} ends your part and names no message as seen; read the conversation and send `seen`, the "
            f"seq of its newest message (the customer's is {newest} now)"
        )
    named = ", ".join(f"{one.id!r} (seq {one.seq})" for one in inbound.unseen[-MOST_NAMED:])
    raise NotSeen(
        f"the customer wrote while you were acting; new after seq {inbound.seen}: {named}. Read what is new, then send "
        f"{event.value!r} again with seen {newest}",
        tuple(one.id for one in inbound.unseen),
    )
