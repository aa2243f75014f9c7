"""Effects that no destination can perform: what becomes of them, and how it is said.

They wait as rows and are taken up when a destination appears. What nobody needs any more by then is let go.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from conversation.handover import Handover
from delivery.codes import SUPERSEDED, counts
from delivery.plan import NEEDED, Place, has_audience
from desks.port import TO_CUSTOMERS
from states.vocabulary import Effect
from store.records import QueuedEffect

GRACE = timedelta(seconds=60)
"""How long an effect that somebody must hear of may wait before it counts as undeliverable, whoever should do it."""
LATE = timedelta(days=1)
"""A case that is closed is told to a destination that appears later than this no more."""

log = logging.getLogger("handrail.delivery")


def why_moot(effect: QueuedEffect, handover: Handover | None, now: datetime) -> str:
    """Why nobody need hear of the effect any more, in one word; empty if somebody should."""
    if handover is None:
        return "no_handover"
    if effect.effect is Effect.SEND_CODE:
        return "" if counts(handover, effect.payload.get("counter", 0)) else SUPERSEDED
    if effect.effect is Effect.PAGE and effect.undeliverable:
        if not handover.open:
            return "closed"
        claimed_at = handover.claimed_at if handover.owner_id else None
        return "claimed" if claimed_at is not None and claimed_at > effect.created_at else ""
    return "closed" if not handover.open and now - effect.created_at > LATE else ""


def newest_pages(effects: Sequence[QueuedEffect]) -> frozenset[str]:
    """Of the pages in the queue the newest of each handover: who could not be woken ten times is woken once."""
    newest = {one.payload.get("handover_id"): one.id for one in effects if one.effect is Effect.PAGE}
    return frozenset(newest.values())


def is_outdated(effect: QueuedEffect, newest: frozenset[str]) -> bool:
    """Whether it is a page that nobody could be reached with, and a newer one of the same handover stands for it."""
    return effect.effect is Effect.PAGE and effect.undeliverable and effect.id not in newest


def say_undeliverable(effect: QueuedEffect, handover: Handover) -> None:
    """One line in the log."""
    log.error(
        "undeliverable: no destination can do it; it waits for one",
        extra={"effect": effect.effect.value, "team": handover.team, "conversation": effect.conversation_id},
    )


def gaps(teams: Iterable[str], places: Sequence[Place]) -> dict[Effect, tuple[str, ...]]:
    """Effects that go to nobody, and the teams for which they do: what is to be said at start.

    Handovers themselves are in our own queue; that they go nowhere else is said only where others go somewhere.
    """
    names = tuple(sorted(set(teams)))
    telling = [place for place in places if place.jobs - TO_CUSTOMERS]
    reached = {team for team in names for one in places if one.takes(team) and one.jobs & NEEDED[Effect.PAGE]}
    found = {Effect.PAGE: tuple(team for team in names if team not in reached)}
    if telling:
        found[Effect.DELIVER_HANDOVER] = tuple(team for team in names if not has_audience(team, places))
    return {effect: missing for effect, missing in found.items() if missing}


def warn_of_gaps(teams: Iterable[str], places: Sequence[Place]) -> None:
    """Says the gaps in the log, once for each effect."""
    for effect, missing in gaps(teams, places).items():
        log.warning(
            "undeliverable: no destination of this process takes this effect of these teams; set one under [desks]",
            extra={"effect": effect.value, "teams": ", ".join(missing)},
        )
