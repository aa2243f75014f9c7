"""The policy file as frozen pydantic models; the JSON Schema for editors is generated from them."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, model_validator

from policy.base import IDENTIFIER, Action, Identifier, Level, Model, Severity
from policy.consents import ExceptionRule, ExceptionRules, HandBackRules
from policy.deadlines import Hours, Ladder, PresenceRules, Sla, Tighten
from policy.durations import Duration
from policy.privacy import PrivacyRules
from states.vocabulary import STAFF, Role

__all__ = [
    "IDENTIFIER", "IMMEDIATE", "LANGUAGES", "MAX_ANSWER_TIME", "RUNTIME_TRIGGERS", "Action", "AnswerRules",
    "Evidence", "ExceptionRule", "ExceptionRules", "Filter", "GuardRules", "HandBackRules", "Hours", "Identifier",
    "Ladder", "Level", "Limits", "Model", "OfferWords", "OutOfHours", "PhrasesByLanguage", "Playbook",
    "PlaybookStep", "Policy", "PresenceRules", "PrivacyRules", "Route", "Severity", "Sla", "SmallTalk",
    "SmallTalkTranslation", "SurveyRules", "Texts", "Tighten", "Translation", "Trigger", "TriggerTranslation",
    "Vector", "VectorList", "Vectors", "VerificationRules",
]  # fmt: skip

LANGUAGES = ("en", "es", "fr", "de", "pt")
"""Languages the packs speak."""


def _by_language(value: object) -> object:
    """A bare list of phrases holds in every language."""
    return {"any": value} if isinstance(value, list) else value


_Phrases = dict[Literal["any", "en", "es", "fr", "de", "pt"], tuple[str, ...]]
PhrasesByLanguage = Annotated[
    _Phrases, BeforeValidator(_by_language, json_schema_input_type=_Phrases | tuple[str, ...])
]
Texts = dict[Literal["en", "es", "fr", "de", "pt"], str]
"""One approved text per language; `en` is the fallback and must be there."""


EVIDENCE_KINDS = ("phrases", "pattern", "pii", "topic", "recognised", "when")


class Evidence(Model):
    """One kind of evidence; exactly one of the kinds is set."""

    phrases: PhrasesByLanguage | None = None
    pattern: tuple[str, ...] | None = None
    pii: tuple[str, ...] | None = None
    topic: str | None = None
    recognised: str | None = Field(
        default=None, description="what the shipped recogniser reads out of the message: a family, or emergency"
    )
    at_least: float = Field(default=0.5, ge=0, le=1, description="score from which a topic or a meaning counts")
    when: str | None = Field(default=None, description="CEL condition over the documented facts")

    @model_validator(mode="after")
    def _exactly_one_kind(self) -> Evidence:
        kinds = [kind for kind in EVIDENCE_KINDS if getattr(self, kind) is not None]
        if len(kinds) != 1:
            raise ValueError(f"evidence needs exactly one of {', '.join(EVIDENCE_KINDS)}, not {kinds or 'none'}")
        return self


class OutOfHours(Model):
    """Who takes a route's handovers while the policy's hours are closed."""

    team: str
    skills: tuple[str, ...] = ()


class Route(Model):
    """Where a handover goes."""

    team: str
    skills: tuple[str, ...] = ()
    out_of_hours: OutOfHours | None = None


class Vector(Model):
    """A test message with the facts it is judged under."""

    text: str = ""
    facts: dict[str, bool | int | float | str] = {}


def _as_vector(value: object) -> object:
    return {"text": value} if isinstance(value, str) else value


VectorList = tuple[Annotated[Vector, BeforeValidator(_as_vector, json_schema_input_type=Vector | str)], ...]


class Vectors(Model):
    """Test vectors beside a trigger: `positive` must fire it, the others must not."""

    positive: VectorList = ()
    negative: VectorList = ()
    lookalike: VectorList = ()


def _as_level(value: object) -> object:
    """`true` asks for a code, `false` and `none` for nothing."""
    return {True: Level.CODE, False: None, "none": None}.get(value, value) if isinstance(value, bool | str) else value


class Trigger(Model):
    """One rule that takes the conversation away from the assistant, or makes it careful."""

    id: Identifier
    family: Identifier = Field(description="reason code: the class of the case, e.g. human_request, fraud, legal")
    reason: str = Field(min_length=3, description="one sentence a person can read")
    any: tuple[Evidence, ...] = ()
    unless: tuple[str, ...] | None = Field(
        default=None,
        description="phrases that take back a fired phrase of this trigger in the same clause of a sentence",
    )
    when: str | None = Field(
        default=None, description="CEL condition: alone it is the evidence, beside `any` it must hold too"
    )
    action: Action = Action.HANDOVER
    severity: Severity = Severity.NORMAL
    sla: Identifier | None = None
    route: Route | None = None
    playbook: Identifier | None = None
    script: Identifier | None = Field(default=None, description="customer script; default handover.<family>")
    life_threat: bool = Field(
        default=False,
        description="what it names threatens somebody's life: the case is `immediate` with this trigger's script, "
        "whatever else fires",
    )
    compliance: bool = Field(default=False, description="handing back to the bot needs a second person")
    verify: Annotated[
        Level | None, BeforeValidator(_as_level, json_schema_input_type=bool | Literal["knowledge", "code", "attested"])
    ] = Field(
        default=None,
        description="to which level the customer's identity must be verified before the case is resolved; true: code",
    )
    regulated: bool = Field(
        default=False, description="the frontline answers in approved templates only; seniors write freely"
    )
    next_steps: tuple[str, ...] = ()
    do_not: tuple[str, ...] = ()
    vectors: Vectors = Vectors()


class GuardRules(Model):
    """How careful the state `guarded` is."""

    clear_after: int = Field(default=3, ge=1, description="clean turns until guarded ends")
    misses: int = Field(
        default=2, ge=1, description="messages in a row not recognised as routine until a person takes over"
    )


MAX_ANSWER_TIME = timedelta(seconds=60)
"""A customer waits so long; and no lease of a turn may reach further ahead than clocks of machines may differ
(`store.timers.SKEW`), or a shorter deadline that comes into force would take it for one of a time that was set back."""


STORED = "stored"
"""In the context of a validation: the policy was in force once, and is read back with what was allowed then."""


def _within_patience(value: Duration, info: ValidationInfo) -> Duration:
    if value.delta > MAX_ANSWER_TIME and not (info.context or {}).get(STORED):
        seconds = round(MAX_ANSWER_TIME.total_seconds())
        raise ValueError(f"{value!s} is longer than a customer waits; write at most {seconds}s")
    return value


class AnswerRules(Model):
    """The closed world: what counts as recognised."""

    confidence: float = Field(default=0.6, ge=0, le=1, description="a knowledge answer below it is not given")
    guarded_confidence: float = Field(default=0.75, ge=0, le=1, description="the same in the state guarded")
    deadline: Annotated[Duration, AfterValidator(_within_patience)] = Field(
        default=Duration("8s"), description="for all model calls of one turn together; at most 60s"
    )

    @property
    def patience(self) -> timedelta:
        """The deadline, within what a customer waits: an old policy may say more."""
        return min(self.deadline.delta, MAX_ANSWER_TIME)


class Limits(Model):
    """Bounds beyond which a message goes to a person unread by rules."""

    message_chars: int = Field(default=20_000, ge=200, le=1_000_000)
    reopen_window: Duration = Duration("72h")
    idle: Duration = Duration("24h")
    packet: Duration = Duration("30s")
    offer_once: bool = True


class SmallTalk(Model):
    """A known kind of small talk: whole-message phrases and the approved reply."""

    phrases: PhrasesByLanguage
    reply: Texts


class Filter(Model):
    """A screen on the way out: a draft that matches is never sent."""

    id: Identifier
    reason: str
    any: tuple[Evidence, ...]
    promises_person: bool = Field(
        default=False, description="the draft promises a person: the handover is created instead"
    )
    vectors: Vectors = Vectors()


class PlaybookStep(Model):
    """One line of a checklist."""

    id: Identifier
    text: str
    required: bool = True
    wording: Identifier | None = Field(default=None, description="script with approved words for this step")


class Playbook(Model):
    """What an agent checks for a reason."""

    title: str
    steps: tuple[PlaybookStep, ...]
    escalate_when: str = ""
    close_with: str = ""
    wording: tuple[Identifier, ...] = Field(default=(), description="scripts with approved words for the whole case")


class SurveyRules(Model):
    """Who is asked how it went when a conversation ends; the question is the script `survey.ask`."""

    person: bool = Field(default=False, description="after a person has resolved the case")
    assistant: bool = Field(default=False, description="after the assistant alone has answered and it went quiet")


class OfferWords(Model):
    """How customers take up or decline the offer of a person; whole-message phrases."""

    accept: PhrasesByLanguage = {}
    decline: PhrasesByLanguage = {}


class TriggerTranslation(Model):
    """Phrases of one trigger in one more language; added to the trigger's first phrases evidence."""

    phrases: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    vectors: Vectors = Vectors()


class SmallTalkTranslation(Model):
    """A kind of small talk in one more language."""

    phrases: tuple[str, ...]
    reply: str


class Translation(Model):
    """A file beside a pack that adds phrases, examples or texts of one language, owned by whoever speaks it."""

    handrail: Literal[1]
    language: Literal["en", "es", "fr", "de", "pt"]
    triggers: dict[Identifier, TriggerTranslation] = {}
    filters: dict[Identifier, TriggerTranslation] = {}
    smalltalk: dict[Identifier, SmallTalkTranslation] = {}
    sentiment: dict[Literal["positive", "negative"], tuple[str, ...]] = {}
    offer: dict[Literal["accept", "decline"], tuple[str, ...]] = {}
    scripts: dict[Identifier, str] = {}


class VerificationRules(Model):
    """How an identity is verified."""

    attempts: int = Field(
        default=3,
        ge=1,
        le=10,
        description="failed attempts of a customer, by any method, until no more are made and the case escalates",
    )
    within: Duration = Field(
        default=Duration("24h"),
        description="how long a failed attempt counts, in every conversation of the customer",
    )
    sends: int = Field(default=3, ge=1, le=10, description="codes sent for one handover")
    expires: Duration = Field(default=Duration("10m"), description="after which a code is worth nothing")
    attest: tuple[Role, ...] = Field(default=STAFF, description="roles that may attest an identity with a note")

    @model_validator(mode="after")
    def _are_staff(self) -> VerificationRules:
        if not set(self.attest) <= set(STAFF):
            raise ValueError(f"only staff may attest an identity; name some of {', '.join(STAFF)}")
        return self


IMMEDIATE = "immediate"
"""The deadline class of everything that threatens life."""

RUNTIME_TRIGGERS = (
    "system.fault",
    "person.accepted",
    "person.pulled",
    "person.reopened",
    "answer.recommended",
    "answer.held",
)
"""Triggers without evidence of their own: the runtime raises them; every policy must route them."""


class Policy(Model):
    """A whole policy after `extends` has been merged."""

    handrail: Literal[1]
    name: str = Field(min_length=1, max_length=80)
    description: str = ""
    extends: str | None = None
    translations: tuple[str, ...] = Field(default=(), description="files beside this one that add a language each")
    topics: dict[Identifier, str] = {}
    triggers: tuple[Trigger, ...] = ()
    sla: dict[Identifier, Sla] = {}
    tighten: Tighten = Tighten()
    hours: Hours = Hours()
    presence: PresenceRules = PresenceRules()
    guard: GuardRules = GuardRules()
    answers: AnswerRules = AnswerRules()
    limits: Limits = Limits()
    smalltalk: dict[Identifier, SmallTalk] = {}
    sentiment: dict[Literal["positive", "negative"], PhrasesByLanguage] = {}
    offer: OfferWords = OfferWords()
    filters: tuple[Filter, ...] = ()
    scripts: dict[Identifier, Texts] = {}
    playbooks: dict[Identifier, Playbook] = {}
    exceptions: ExceptionRules = ExceptionRules()
    hand_back: HandBackRules = HandBackRules()
    verification: VerificationRules = VerificationRules()
    privacy: PrivacyRules = PrivacyRules()
    templates: dict[Identifier, Texts] = Field(
        default={}, description="approved replies with {name}, {reference}, {team}, {date}, {amount}"
    )
    resolutions: dict[Identifier, str] = Field(
        default={},
        description="how a case may end: code and meaning; `solved` is written if none is said",
    )
    survey: SurveyRules = SurveyRules()
    escalation: Route | None = Field(
        default=None, description="where a case goes that comes back from the assistant for the same reason"
    )
    roles: dict[Role, tuple[str, ...]] = Field(
        default={}, description="ids of the people who hold each role; empty means any"
    )

    def trigger(self, trigger_id: str) -> Trigger:
        """The trigger of that id; KeyError if there is none."""
        for trigger in self.triggers:
            if trigger.id == trigger_id:
                return trigger
        raise KeyError(trigger_id)
