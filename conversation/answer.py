"""A customer's message in the answering states: observed, decided by `conversation.decide`, carried out as events.

`respond` is the whole of it; its parts are the nodes that Studio shows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from assistants.choice import listed
from assistants.lexicon import OWN_NAMES
from assistants.port import Draft, Question, Turn
from conversation.burst import burst_of, counted
from conversation.decide import Asked, Disposition, Verdict, by_draft, by_evidence, by_rules, faulted
from conversation.doing import Matter
from conversation.evidence import circumstances, facts_of, fired_json, raised
from conversation.facts import guard_facts
from conversation.hand_back import stretch
from conversation.intake import HIDDEN, kept, masked, storable
from conversation.meaning import explained, recognise
from conversation.run import Consulted, Failure, Run
from conversation.step import apply
from handover.words.scripts import render
from states.errors import DependencyFault
from states.vocabulary import Author, Event, Role, State
from triggers.assessment import Assessment, Circumstances, Decision, Message, Scores
from triggers.burst import BurstAssessment
from triggers.history import CONTRADICTION
from triggers.language import shown
from triggers.llm import TopicVerdict

MISTRUSTED = "checkpoint"
"""The fault of a thread whose stored checkpoint is not what the log says."""
MODELS, RECOGNISER = "models", "recogniser"
"""Who is asked about a message."""
WHICH = "caution.which"
"""The script by which a policy asks which of the nearest articles is meant; one without it never asks."""
ONLY_IN = "caution.language"
"""The script that says which languages the articles are in, where the customer's is none of them."""


class Models(Protocol):
    """What a turn may ask of models, each call within `question.deadline_s`.

    Whatever is late, broken, refused or unreadable is a DependencyFault; nothing else is raised.
    """

    def __call__(self, question: Question) -> Consulted:
        """Draft and topics, side by side under one deadline."""
        ...

    def draft(self, question: Question) -> Draft:
        """The draft alone."""
        ...

    def classify(self, question: Question) -> TopicVerdict | None:
        """The topics alone; None where no classifier is configured."""
        ...


class Direct:
    """`Models` without a thread or a classifier, for an assistant that is instant: judging, proving, Studio."""

    def __init__(self, draft: Callable[[Question], Draft]) -> None:
        self._draft = draft

    def __call__(self, question: Question) -> Consulted:
        """The draft."""
        return Consulted(draft=self.draft(question))

    def draft(self, question: Question) -> Draft:
        """What the assistant says."""
        try:
            return self._draft(question)
        except DependencyFault:
            raise
        except Exception as error:
            raise DependencyFault("broken", f"the assistant raised {type(error).__name__}") from error

    def classify(self, question: Question) -> TopicVerdict | None:
        """Nothing."""
        return None


def respond(run: Run, models: Models) -> Verdict | None:
    """Decides a message in `bot_handling` or `guarded`, and carries the verdict out; None: tools must be run first."""
    verdict = judge(run)
    if verdict is None:
        try:
            consulted = models(question_of(run))
        except DependencyFault as error:
            verdict = failed(run, error.kind, str(error), by=MODELS)
        else:
            verdict = settle(run, consulted)
    if verdict is not None:
        carry_out(run, verdict)
    return verdict


def judge(run: Run) -> Verdict | None:
    """What the rules and the meaning say of the message; None: a draft is needed.

    A thread that is mistrusted answers nothing.
    """
    found = assess(run)
    declined = render("caution.declined", run.standing.language, run.rules.loaded)
    verdict = by_rules(asked_of(run), found, run.rules.engine, run.rules.policy, declined)
    if run.mistrusted and (verdict is None or verdict.disposition is not Disposition.HANDOVER):
        return failed(run, MISTRUSTED, run.mistrusted)
    return verdict if verdict is not None else by_meaning(run)


def by_meaning(run: Run) -> Verdict | None:
    """What the meaning of a message says that no rule has decided; None: a draft is needed."""
    if run.rules.recogniser is None or not run.rules.engine.recognises:
        return None
    try:
        recognised = recognise(run.rules.recogniser, burst_of(run))
    except DependencyFault as error:
        return failed(run, error.kind, str(error), by=RECOGNISER)
    run.judged(recognised=recognised)
    return by_evidence(assess(run))


def settle(run: Run, consulted: Consulted) -> Verdict | None:
    """What becomes of the message once the models have spoken; None: the assistant wants tools run first."""
    run.judged(consulted=consulted)
    if consulted.topics is not None:
        verdict = by_evidence(assess(run, consulted.topics))
        if verdict is not None:
            return verdict
    found = run.judgement.assessment or assess(run)
    rules = run.rules
    if consulted.draft.asks:
        return _asking(run, found, consulted.draft)
    return by_draft(asked_of(run), found, kept(consulted.draft), rules.engine, rules.policy, rules.replies)


def _asking(run: Run, found: Assessment, draft: Draft) -> Verdict | None:
    """Tools are run where the assistant may speak freely and no trigger fired, not even a soft one."""
    if (
        run.standing.state is State.BOT_HANDLING
        and found.decision in (Decision.CLEAR, Decision.FLAG)
        and not draft.text
    ):
        run.record.asks = draft.asks
        return None
    run.judged(consulted=None)
    return failed(run, "tool_refused", "the assistant wanted a tool where it may not use any", by=MODELS)


def failed(run: Run, kind: str, detail: str, *, by: str = "") -> Verdict:
    """The verdict where something failed: toward a person. `by`: who was asked and did not answer; empty: nobody."""
    if by:
        run.judged(failure=Failure(by=by, kind=kind, detail=detail))
    return faulted(asked_of(run), run.judgement.assessment, run.rules.policy, kind, detail)


def asked_of(run: Run) -> Asked:
    """The message of the run with what its decision may read."""
    return Asked(
        text=run.own,
        language=run.standing.language,
        history=run.standing.history,
        facts=facts_of(run),
        guarded=run.standing.state is State.GUARDED,
        spoken=run.judgement.spoken,
        said=tuple(one.text for one in run.snapshot.window if one.author != Author.CUSTOMER),
        files=tuple(one.name for one in run.message.attachments),
        hid=bool(run.message.redactions.get(HIDDEN)),
        complaint=run.judgement.fired,
    )


def question_of(run: Run) -> Question:
    """What the models are asked."""
    return Question(
        text=run.own,
        language=run.standing.language,
        window=tuple(Turn(role=one.author, text=one.text) for one in run.snapshot.window),
        guarded=run.standing.state is State.GUARDED,
        after_person=stretch(run),
        deadline_s=run.rules.policy.answers.patience.total_seconds(),
        channel=run.snapshot.channel,
        request=run.inbound.request,
    )


def assess(run: Run, topics: TopicVerdict | None = None) -> Assessment:
    """Judges the message with those before it that nobody answered; the first time the history observes it."""
    if run.broken:
        return Assessment(decision=Decision.FAULT, fault="run_broken", language=run.standing.language)
    engine, own, first = run.rules.engine, run.own, run.judgement.assessment is None
    scanned = engine.scan(own)
    if first:
        history = run.standing.history.observe(own, engine.sentiment(own, scanned))
        history = history.hear(shown(own), run.snapshot.language)
        run.stand(language=history.language(run.snapshot.language), history=history)
        if history.unmet_since is None:
            run.remember(unmet_since=run.message.at.isoformat())
    asked = Message(text=own, language=run.standing.language, turn=run.standing.history.turns)
    if first and run.standing.history.disarmed:
        _rearm(run, asked)
    recognised = run.judgement.recognised
    scores = Scores(
        topics={one.topic: one.score for one in topics.scores} if topics is not None else {},
        recognised=recognised.scores if recognised is not None else {},
    )
    burst = burst_of(run)
    read = circumstances(run)
    judged = engine.evaluate_burst(burst, asked, read, scores=scores, scanned=scanned)
    found = explained(judged.assessment, recognised)
    run.judged(assessment=found, spoken=burst.text, facts=engine.read_of(read.facts))
    if first:
        _mask(run, judged)
        if any(one.trigger_id == CONTRADICTION for one in found.fired):
            run.remember(contradictions=run.standing.history.contradictions + 1)
    return found


def _mask(run: Run, judged: BurstAssessment) -> None:
    """What only shows together is masked in every message that it spans."""
    found, masked = judged.assessment, dict(judged.masked)
    # In a mail only the own words were judged: the whole was masked when it came in.
    if found.redactions and run.own == run.message.text != found.redacted_text:
        masked[run.message.id] = (found.redacted_text, found.redactions)
    if masked:
        run.mask(counted(masked, (*run.snapshot.window, run.message)))
        run.judged(spoken=burst_of(run).text)


def _rearm(run: Run, asked: Message) -> None:
    """Triggers that a hand-back disarmed rest only while what they read still holds."""
    found = run.rules.engine.evaluate(asked, Circumstances(facts=circumstances(run).facts))
    if found.decision is not Decision.FAULT:
        holds = {one.trigger_id for one in found.fired}
        resting = tuple(name for name in run.standing.history.disarmed if name in holds)
        run.remember(disarmed=resting)


# Carrying it out


def carry_out(run: Run, verdict: Verdict) -> None:
    """The events of a verdict."""
    if verdict.event is Event.MESSAGE_ANSWERED:
        return _answered(run, verdict)
    if verdict.event is Event.CAUTION_RAISED:
        return _missed(run, verdict)
    run.judged(fired=verdict.fired)
    if verdict.event is Event.FAULT:
        return _fault(run, verdict.fault, verdict.detail)
    logged = _masked_data(run, verdict)
    apply(run, verdict.event, verdict.role, {**judged_data(run), "fired": fired_json(verdict.fired), **logged})


def pulled(run: Run, detail: str, data: dict[str, Any]) -> None:
    """A person takes the conversation out of the assistant's hands."""
    policy, turn = run.rules.policy, run.standing.history.turns
    fired = (raised(policy, turn, "person.pulled", "agent", detail),)
    run.judged(fired=fired)
    inbound, logged = run.inbound, {**judged_data(run), "fired": fired_json(fired), **data}
    apply(run, Event.TRIGGER_FIRED, inbound.role, logged, actor=inbound.actor)


def broken(run: Run) -> None:
    """An earlier run of this message broke: a person has it."""
    fired = (raised(run.rules.policy, run.standing.history.turns, "system.fault", "fault", "run_broken"),)
    run.judged(fired=fired)
    _fault(run, "run_broken", run.broken or "")


def judged_data(run: Run) -> dict[str, Any]:
    """What the log keeps of how the message was judged."""
    found, recogniser = run.judgement.assessment, run.rules.recogniser
    if found is None:
        return {"language": run.standing.language}
    named = {"recogniser": recogniser.fingerprint} if recogniser and run.judgement.recognised else {}
    return {
        "decision": found.decision.value,
        "fired": fired_json(found.fired),
        "facts": dict(run.judgement.facts),
        "sentiment": found.sentiment,
        "language": run.standing.language,
        "micros": round(found.micros, 1),
        **named,
    }


def _fault(run: Run, kind: str, detail: str) -> None:
    detail = run.rules.redacted(storable(detail))
    data = {**judged_data(run), "fault": kind, "detail": detail, "fired": fired_json(run.judgement.fired)}
    apply(run, Event.FAULT, Role.SYSTEM, data)


def _answered(run: Run, verdict: Verdict) -> None:
    """An answer, and the end of caution if enough clean turns have passed."""
    logged = _masked_data(run, verdict)
    if verdict.soft:
        _caution(run, logged | {"soft": True}, answered=True)
    before, draft = run.standing.history, verdict.draft
    # Small talk neither clears nor deepens caution.
    beside = bool(verdict.small_talk) and run.standing.state is State.GUARDED
    after = before if beside else before.answered(routine=True, failed=False, soft=verdict.soft)
    run.stand(history=replace(after, offered=before.offered and verdict.soft, unmet_since=None))
    matter = Matter(
        words=verdict.text if draft is None else masked(draft, run.rules.redacted).text,
        citations=tuple(
            {"source": one.source, "title": one.title, "quote": one.quote} for one in (draft.citations if draft else ())
        ),
    )
    approved = draft is None or draft.verbatim
    apply(
        run, Event.MESSAGE_ANSWERED, Role.ASSISTANT, judged_data(run) | logged, approved=approved, matter=matter
    )  # fmt: skip
    if not beside and run.standing.state is State.GUARDED and guard_facts(run).caution_over:
        clean = run.standing.history.clean_turns
        apply(run, Event.CAUTION_CLEARED, Role.SYSTEM, {"clean_turns": clean})


def _missed(run: Run, verdict: Verdict) -> None:
    """Closed world: say what is not known, ask once, offer a person."""
    _caution(run, _masked_data(run, verdict), answered=False, draft=verdict.draft)
    run.stand(history=run.standing.history.answered(routine=False, failed=True, soft=True))


def _caution(run: Run, data: dict[str, Any], *, answered: bool, draft: Draft | None = None) -> None:
    history, rules, language = run.standing.history, run.rules, run.standing.language
    offer = history.offers == 0 or not rules.policy.limits.offer_once
    scripts = ("caution.offer",) if offer else ("caution.clarify",) if not answered else ()
    first = "" if answered else _asked_back(run, draft)
    if first and not offer:
        scripts = ()
    elif not answered and not first:
        first = _not_known(run, draft)
    words = " ".join(filter(None, (first, *(render(script, language, rules.loaded) for script in scripts))))
    apply(run, Event.CAUTION_RAISED, Role.SYSTEM, judged_data(run) | data, matter=Matter(words=words))
    run.remember(offered=True, offers=history.offers + (1 if offer else 0), clean_turns=0)


def _asked_back(run: Run, draft: Draft | None) -> str:
    """Which of the nearest articles is meant; empty without any, and for a policy without `caution.which`."""
    if draft is None or not draft.near:
        return ""
    return render(WHICH, run.standing.language, run.rules.loaded, {"titles": listed(draft.near)})


def _not_known(run: Run, draft: Draft | None) -> str:
    """That there is no answer, and where it is so, that the articles are in other languages only."""
    language, loaded = run.standing.language, run.rules.loaded
    names = ", ".join(OWN_NAMES.get(code, code) for code in draft.only_in) if draft is not None else ""
    told = render(ONLY_IN, language, loaded, {"languages": names}) if names else ""
    return told or render("caution.unknown", language, loaded)


def _masked_data(run: Run, verdict: Verdict) -> dict[str, Any]:
    """What the log keeps of the draft, without private data."""
    if verdict.draft is None:
        return dict(verdict.data)
    safe = masked(verdict.draft, run.rules.redacted)
    changed = [{"tool": one.tool, "result": one.result} for one in safe.changed]
    return {**verdict.data, "intent": safe.intent, "model": safe.model, **({"changed": changed} if changed else {})}
