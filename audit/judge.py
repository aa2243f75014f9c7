"""What a policy would do with a message or a recorded conversation: the very decision of the turn, without a database.

Each message is decided by `conversation.answer.respond` on a conversation that exists in memory only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from assistants.port import Assistant, Citation, Draft, Question
from audit.contexts import Context
from audit.recordings import RecordedTurn
from conversation.answer import Direct, respond
from conversation.decide import Disposition, Verdict
from conversation.inbound import Inbound, Kind
from conversation.outgoing import held_by
from conversation.records import Snapshot, StoredMessage
from conversation.rules import Rules
from conversation.run import Run
from handover.people.routing import called_for
from states.table import INITIAL
from states.vocabulary import Author, Event
from triggers.assessment import Assessment, Fired

UNRECOGNISED_SCORE = 0.25
"""The least score of a message that the closed world does not recognise."""
WORKDAY = datetime(2026, 1, 7, 11, 0, tzinfo=UTC)
"""When a judged message comes in, unless the caller says otherwise: on a working day, in business hours."""
NO_HEAD = ""
_ANYTHING = Draft(
    text="Yes.", confidence=1.0, verbatim=True, citations=(Citation(source="any", title="Any", quote="Yes."),)
)


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """What would become of one message, and why."""

    disposition: Disposition
    families: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    score: float = 0.0
    note: str = ""
    team: str = ""
    """Where it goes, if a person has it: by what fired, apart from the hour and from who is there."""
    sla: str = ""
    """The class of its deadlines, likewise."""


@dataclass(frozen=True, kw_only=True)
class Handed:
    """At which turn of a recording a person is called, and why."""

    turn: int
    """0-based index into all turns of the recording."""
    forecast: Forecast


FAULT = Forecast(disposition=Disposition.HANDOVER, families=("fault",), rules=("system.fault",), score=1.0)


class Judge:
    """Judges messages and conversations under one policy.

    With one the world is closed, as in a turn."""

    def __init__(self, rules: Rules, assistant: Assistant | None = None, now: datetime = WORKDAY) -> None:
        self._rules, self._now = rules, now
        self._models = Direct(assistant.draft if assistant is not None else _anything)

    def message(self, text: str, language: str | None = None) -> Forecast:
        """The forecast for a conversation's first message."""
        return self.turn(text, self.beginning(language))[0]

    def reply(self, reply: str, context: Context) -> tuple[str, ...]:
        """Why a reply must not be said; empty if it may. Screened as a turn screens a draft.

        What an assistant does before a turn sees its draft is done here: links and figures that neither the articles
        nor the customer named are claims without support.
        """
        rules = self._rules
        found = held_by(reply, context.language, rules.engine, rules.replies, approved=False)
        return tuple(dict.fromkeys((*found, *context.unsupported(reply))))

    def handover_turn(self, turns: tuple[RecordedTurn, ...], language: str | None = None) -> int | None:
        """The 0-based index into `turns` of the customer's turn that hands over; None if none does."""
        handed = self.handed(turns, language)
        return handed.turn if handed is not None else None

    def handed(self, turns: tuple[RecordedTurn, ...], language: str | None = None) -> Handed | None:
        """The first turn that hands over, and why; None if none does."""
        standing = self.beginning(language)
        for turn in turns:
            if not turn.by_customer:
                hits = self._rules.engine.screen(turn.text, language or "en")
                standing = _offered(standing, any(hit.promises_person for hit in hits))
                continue
            if not turn.text.strip():
                continue  # the service refuses an empty message and waits for the next
            forecast, standing = self.turn(turn.text, standing)
            if forecast.disposition is Disposition.HANDOVER:
                return Handed(turn=turn.index, forecast=forecast)
            # What the customer reads next is what the recording says, not what we would have said.
            standing = _offered(standing, False)
        return None

    def turn(self, text: str, standing: Snapshot) -> tuple[Forecast, Snapshot]:
        """The forecast for the next message of a conversation, and how the conversation stands after it."""
        number = standing.version + 1
        message = StoredMessage(
            id=f"m{number}", seq=number, author=Author.CUSTOMER.value, actor_id="", text=text, at=self._now
        )
        inbound = Inbound(kind=Kind.MESSAGE, id=message.id, message=message, text=text)
        run = Run.begin(standing, inbound, self._rules, self._now)
        verdict = respond(run, self._models)
        if verdict is None:
            raise LookupError("an assistant that is judged runs no tools")
        after = run.standing
        standing = replace(
            standing, version=number, state=after.state, latched=after.latched, language=after.language,
            history=after.history.to_json(),
        )  # fmt: skip
        return self._forecast(verdict, run.judgement.assessment), standing

    def beginning(self, language: str | None = None) -> Snapshot:
        """A conversation in which nothing has been said."""
        return Snapshot(
            id="judged", state=INITIAL, version=0, channel="", language=language or "en", customer="",
            channel_facts={}, history={}, latched=False, owner_id=None, owner_role=None, pending_consent=None,
            policy_name=self._rules.policy.name, policy_hash=self._rules.loaded.hash, head_hash=NO_HEAD,
            checkpoint_id=None, closed=False, created_at=self._now, updated_at=self._now,
        )  # fmt: skip

    def _forecast(self, verdict: Verdict, found: Assessment | None) -> Forecast:
        fired = (*verdict.fired, *(found.fired if found is not None else ()))
        sla = team = ""
        if verdict.disposition is Disposition.HANDOVER:
            sla, route = called_for(verdict.fired or fired, self._rules.policy)
            team = route.team
        if verdict.fault and not (found is not None and found.fired):
            return replace(FAULT, note=verdict.fault, team=team, sla=sla)
        return Forecast(
            disposition=verdict.disposition,
            families=tuple(dict.fromkeys(one.family for one in fired)),
            rules=tuple(dict.fromkeys(one.trigger_id for one in fired)),
            score=round(min(1.0, _score(verdict, found, fired)), 4),
            note=verdict.fault,
            team=team,
            sla=sla,
        )


def _anything(question: Question) -> Draft:
    return _ANYTHING


def _offered(standing: Snapshot, offered: bool) -> Snapshot:
    return replace(standing, history={**standing.history, "offered": offered})


def _score(verdict: Verdict, found: Assessment | None, fired: tuple[Fired, ...]) -> float:
    score = found.score if found is not None else 0.0
    if verdict.missed:
        return max(score, UNRECOGNISED_SCORE)
    sure = verdict.draft is not None or verdict.event is Event.HUMAN_ACCEPTED or bool(verdict.fault)
    return 1.0 if fired and sure and verdict.disposition is Disposition.HANDOVER else score
