"""What an effect means for each destination, as data: a pure function of the effect, its case and the destinations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from conversation.handover import Handover
from delivery import words
from desks.port import TO_CUSTOMERS, Job, News
from states.vocabulary import Effect, Event

AT_HOME = frozenset({Job.REPLY, Job.CUSTOMER_MESSAGE, Job.CLAIM, Job.RELEASE, Job.CLOSE})
"""Jobs that the destination in which it happened need not be given: it has seen it."""


class Place(Protocol):
    """What a plan must know of a destination."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def jobs(self) -> frozenset[Job]:
        """What it can do."""
        ...

    @property
    def contacts(self) -> frozenset[str]:
        """The kinds of contact that it reaches with one-time codes."""
        ...

    def takes(self, team: str) -> bool:
        """Whether handovers of this team go there."""
        ...


@dataclass(frozen=True, kw_only=True)
class Case:
    """An effect with everything that may be told of it."""

    effect: Effect
    payload: Mapping[str, Any]
    handover: Handover
    """The handover's row."""
    customer: str = ""
    said: str = ""
    """The message that the effect is about; redacted."""
    author: str = ""
    """Who said it."""
    origin: str = ""
    """The destination in which it happened."""
    paged: frozenset[str] = frozenset()
    """Destinations that were asked to wake somebody for this handover."""
    head: str = ""
    """The signed head of the log, for a ticket that is opened; empty where none was made."""

    @property
    def message_id(self) -> str:
        """The message that the effect is about; empty if it is about none."""
        return self.payload.get("message_id") or ""


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One step that a destination is to be given."""

    job: Job
    destination: str = ""
    headline: str = ""
    news: News = News.OPENED
    text: str = ""
    author: str = ""
    author_role: str = ""
    packet: Mapping[str, Any] = field(default_factory=dict)
    message_id: str = ""
    """The message whose words `text` is."""
    contact: str = ""
    counter: int = 0
    """Which code goes to which kind of contact, for CODE."""


NEEDED: Mapping[Effect, frozenset[Job]] = {
    Effect.PAGE: frozenset({Job.PAGE, Job.ANNOUNCE}),
    Effect.SEND_CODE: frozenset({Job.CODE}),
}
"""Effects that somebody outside must hear of, and the jobs that reach them: a note in a ticket wakes nobody."""


def is_undeliverable(effect: Effect, planned: Sequence[Planned]) -> bool:
    """Whether somebody must hear of the effect and nothing planned reaches anybody."""
    return effect in NEEDED and not any(one.job in NEEDED[effect] for one in planned)


def has_audience(team: str, places: Sequence[Place]) -> bool:
    """Whether some destination is told of handovers of this team at all; one that reaches customers alone is not."""
    return any(place.takes(team) and place.jobs - TO_CUSTOMERS for place in places)


def plan(case: Case, places: Sequence[Place]) -> tuple[Planned, ...]:
    """The steps of each destination, in their order; none for an effect of which nobody outside need hear."""
    team, failed = case.handover.team, case.payload.get("failed") or ""
    heard = [place for place in places if place.takes(team) and place.name != failed]
    found = []
    for step in PLANS[case.effect](case) if case.effect in PLANS else ():
        for place in _audience(step, case, heard):
            job = step.job if step.job in place.jobs else Job.ANNOUNCE
            found.append(replace(step, destination=place.name, job=job))
    return tuple(found)


def _audience(step: Planned, case: Case, heard: Sequence[Place]) -> list[Place]:
    job = step.job
    able = [place for place in heard if job in place.jobs]
    if job is Job.CODE:
        return [place for place in able if step.contact in place.contacts][:1]
    if job is Job.PAGE and not able:
        return [place for place in heard if Job.ANNOUNCE in place.jobs]
    if job is Job.QUIET:
        return [place for place in able if place.name in case.paged]
    if job in AT_HOME:
        return [place for place in able if place.name != case.origin]
    return able


def _deliver(case: Case) -> Iterator[Planned]:
    packet = case.handover.packet_json
    yield Planned(job=Job.OPEN, headline=words.NEW, packet=packet)
    text = words.with_head(words.packet_text(packet), case.head)
    yield Planned(job=Job.NOTE, headline=words.NEW, text=text, packet=packet)
    yield Planned(job=Job.ANNOUNCE, headline=words.NEW)


def _forward(case: Case) -> Iterator[Planned]:
    yield Planned(job=Job.CUSTOMER_MESSAGE, text=case.said, message_id=case.message_id)


def _reply(case: Case) -> Iterator[Planned]:
    role = case.payload.get("role", "")
    yield Planned(job=Job.REPLY, text=case.said, author=case.author, author_role=role, message_id=case.message_id)
    yield Planned(job=Job.SAID, text=case.said, message_id=case.message_id)


def _more_urgent(case: Case) -> Iterator[Planned]:
    packet, reason = case.handover.packet_json, case.handover.reason
    yield Planned(job=Job.URGENCY, headline=words.MORE_URGENT, text=f"{words.MORE_URGENT}: {reason}")
    yield Planned(job=Job.NOTE, headline=words.MORE_URGENT, text=words.packet_text(packet), packet=packet)
    yield Planned(job=Job.ANNOUNCE, headline=words.MORE_URGENT, news=News.MORE_URGENT)


def _updated(case: Case) -> Iterator[Planned]:
    if not case.payload.get("written", True):
        return
    packet = case.handover.packet_json
    yield Planned(job=Job.NOTE, headline=words.UPDATED, text=words.packet_text(packet), packet=packet)


def _remind(case: Case) -> Iterator[Planned]:
    event = case.payload.get("event", "")
    headline = words.waits(event, owned=bool(case.handover.owner_id))
    news = News.RELEASED if event == Event.RELEASED.value else News.WAITING
    yield Planned(job=Job.ANNOUNCE, headline=headline, news=news)


def _page(case: Case) -> Iterator[Planned]:
    headline = words.page(case.payload.get("event", ""))
    yield Planned(job=Job.PAGE, headline=headline, news=News.ESCALATED)
    yield Planned(job=Job.NOTE, headline=headline, text=headline)


def _claimed(case: Case) -> Iterator[Planned]:
    who, role = case.payload.get("actor", ""), case.payload.get("role", "")
    yield Planned(
        job=Job.CLAIM, headline=words.CLAIMED, text=f"{words.CLAIMED} by {who} ({role})", author=who, author_role=role
    )
    yield Planned(job=Job.QUIET, headline=words.CLAIMED, news=News.CLAIMED)
    yield Planned(job=Job.ANNOUNCE, headline=words.CLAIMED, news=News.CLAIMED, author=who, author_role=role)


def _released(case: Case) -> Iterator[Planned]:
    yield Planned(job=Job.RELEASE, text="Given back: nobody has it now")


def _closed(case: Case) -> Iterator[Planned]:
    who, role = case.payload.get("actor", ""), case.payload.get("role", "")
    yield Planned(job=Job.CLOSE, text=words.closing(case.handover), author=who, author_role=role)
    yield Planned(job=Job.QUIET, news=News.CLOSED)
    yield Planned(job=Job.ANNOUNCE, headline=words.CLOSED, news=News.CLOSED)


def _code(case: Case) -> Iterator[Planned]:
    yield Planned(job=Job.CODE, contact=case.payload.get("contact", ""), counter=case.payload.get("counter", 0))


PLANS: Mapping[Effect, Callable[[Case], Iterator[Planned]]] = {
    Effect.DELIVER_HANDOVER: _deliver,
    Effect.FORWARD_MESSAGE: _forward,
    Effect.SEND_AGENT_MESSAGE: _reply,
    Effect.RAISE_SEVERITY: _more_urgent,
    Effect.UPDATE_PACKET: _updated,
    Effect.RENOTIFY: _remind,
    Effect.PAGE: _page,
    Effect.NOTIFY_CLAIMED: _claimed,
    Effect.CLEAR_OWNER: _released,
    Effect.CLOSE_HANDOVER: _closed,
    Effect.SEND_CODE: _code,
}
"""Effect → what there is to tell of it; complete: `conversation.effects.OUTBOUND`, and no other."""
