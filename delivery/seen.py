"""A ticket as it is now, beside what both sides last agreed on: what is new in it, and whose it is."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from delivery.destinations import Destination
from delivery.settle import act_id
from desks.port import Comment, Ticket, TicketDesk
from states.vocabulary import Role
from store.records import TicketRecord
from triggers.automatic import automatic


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A ticket as it is now, beside what was agreed on."""

    place: Destination
    desk: TicketDesk
    record: TicketRecord
    ticket: Ticket
    held: frozenset[str] = frozenset()
    """The customer's messages that the ticket had when it was last agreed on, so before what is found in it now."""

    def person(self, name: str) -> tuple[Role, str] | None:
        """Who the ticket's name is here; None for whoever is not positively known."""
        return self.place.person(name, self.ticket.people.get(name))

    def act_id(self, what: str, which: str = "") -> str:
        """The id of what follows from it."""
        return act_id(self.place.name, self.record.ref, what, which or self.ticket.version)

    def is_ours(self, comment: Comment) -> bool:
        """Whether it is an echo of our own. The marker counts only where our user's name there is not known:
        an agent who quotes a note of ours, marker and all, has something to say."""
        if self.desk.actor:
            return comment.author == self.desk.actor
        return f"[{self.record.handover_id}#" in comment.text

    def ours_before(self, comment: Comment) -> tuple[str, ...]:
        """What we wrote for the desk only, before this comment: later notes must not change what it says."""
        earlier = itertools.takewhile(lambda one: one.id != comment.id, self.ticket.comments)
        return tuple(one.text for one in earlier if not one.public and self.is_ours(one))

    @property
    def told(self) -> tuple[Comment, ...]:
        """The comments that are new, oldest first."""
        ids = [one.id for one in self.ticket.comments]
        last = self.record.last_comment
        return self.ticket.comments[ids.index(last) + 1 :] if last in ids else self.ticket.comments

    @property
    def outcome(self) -> str:
        """What was done, as the ticket tells it: the last words of its people."""
        return next(self._last_words(), f"resolved in {self.place.name}")[:2000]

    def _last_words(self) -> Iterator[str]:
        for one in reversed(self.ticket.comments):
            if self.is_ours(one) or one.from_customer or one.automatic or not one.text.strip():
                continue
            if self.person(one.author) is not None and not reads_as_automatic(one.text):
                yield one.text


def reads_as_automatic(text: str) -> bool:
    """Whether words alone say that a program wrote them: not every system hands on the headers of an agent's mail."""
    return automatic({}, text) is not None


def older(version: str, known: str) -> bool:
    """Whether a version is before another one: numbers and instants of fixed width sort by length, then as text."""
    return (len(version), version) < (len(known), known)
