"""Rejects policies that are well-formed but cannot be safe: handovers nobody answers for, rules that cannot fire."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from policy.conditions import Finding, condition_findings, did_you_mean, pattern_finding, phrase_finding
from policy.facts import FACTS_BY_NAME
from policy.life_threats import slower_life_threats
from policy.loader import LoadedPolicy, policy_error
from policy.recognisable import RECOGNISABLE
from policy.schema import RUNTIME_TRIGGERS, Action, Evidence, Policy, Severity, Trigger, Vectors
from policy.sources import Gravity, Place, Problem, path_text
from states.vocabulary import Role

PLACEHOLDERS = ("reply_by", "reply_within", "team", "reference", "hours", "next_opening", "titles", "languages")
"""What a script may leave open, as in `{reply_by}`."""

TEMPLATE_PLACEHOLDERS = ("name", "reference", "team", "date", "amount")
"""What a template may leave open; `handover.words.templates` fills it, and a test compares the two."""

Found = tuple[Place, str, str, Gravity]

_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)")
_NO_PEOPLE = (Role.CUSTOMER, Role.ASSISTANT, Role.SYSTEM)


def lint(loaded: LoadedPolicy) -> tuple[Problem, ...]:
    """Everything that makes the policy unsafe (errors) or doubtful (warnings), in the order of the policy."""
    return tuple(
        Problem(
            source=loaded.lines[place].source, line=loaded.lines[place].line, where=path_text(place),
            message=message, remedy=remedy, severity=gravity,
        )
        for check in _CHECKS
        for place, message, remedy, gravity in check(loaded.policy)
    )  # fmt: skip


def require_safe(loaded: LoadedPolicy) -> tuple[Problem, ...]:
    """The warnings of a policy that may become active; PolicyError lists the errors of one that may not."""
    problems = lint(loaded)
    errors = tuple(problem for problem in problems if problem.severity is Gravity.ERROR)
    if errors:
        raise policy_error(loaded.source, errors)
    return problems


def _error(place: Place, message: str, remedy: str) -> Found:
    return place, message, remedy, Gravity.ERROR


def _warning(place: Place, message: str, remedy: str) -> Found:
    return place, message, remedy, Gravity.WARNING


def _at(place: Place, findings: Iterable[Finding | None]) -> Iterator[Found]:
    return (_error(place, *finding) for finding in findings if finding)


def _triggers(policy: Policy) -> Iterator[Found]:
    for index, trigger in enumerate(policy.triggers):
        place: Place = ("triggers", index)
        yield from _evidence(policy, (*place, "any"), trigger.any)
        yield from _phrases((*place, "unless"), trigger.unless or ())
        if trigger.when is not None:
            yield from _at((*place, "when"), condition_findings(trigger.when))
        yield from _references(policy, place, trigger)
        yield from _vectors((*place, "vectors"), trigger.vectors)
        yield from _action(place, trigger)
        yield from _fires(place, trigger)


def _evidence(policy: Policy, place: Place, evidence: tuple[Evidence, ...]) -> Iterator[Found]:
    for index, item in enumerate(evidence):
        here = (*place, index)
        if item.phrases is not None:
            yield from _by_language((*here, "phrases"), item.phrases)
            if not any(item.phrases.values()):
                yield _error((*here, "phrases"), "there is no phrase, so it never fires", "write one or remove it")
        for number, pattern in enumerate(item.pattern or ()):
            yield from _at((*here, "pattern", number), [pattern_finding(pattern)])
        if item.pattern == () or item.pii == ():
            yield _error(here, "the list is empty, so it never fires", "fill it or remove it")
        if item.topic is not None:
            yield from _defined((*here, "topic"), item.topic, policy.topics, "topic")
        if item.recognised is not None:
            yield from _defined((*here, "recognised"), item.recognised, dict.fromkeys(RECOGNISABLE), "label")
        if item.when is not None:
            yield from _at((*here, "when"), condition_findings(item.when))


def _by_language(place: Place, phrases: Mapping[Any, tuple[str, ...]]) -> Iterator[Found]:
    for language, spoken in phrases.items():
        yield from _phrases((*place, language), spoken)


def _phrases(place: Place, phrases: tuple[str, ...]) -> Iterator[Found]:
    for index, phrase in enumerate(phrases):
        yield from _at((*place, index), [phrase_finding(phrase)])


def _defined(place: Place, name: str, known: Mapping[str, object], kind: str) -> Iterator[Found]:
    if name not in known:
        remedy = did_you_mean(name, tuple(known), f"define it; there is {', '.join(known) or 'none'}")
        yield _error(place, f"the {kind} {name!r} is not defined", remedy)


def _references(policy: Policy, place: Place, trigger: Trigger) -> Iterator[Found]:
    known: dict[str, Mapping[str, object]] = {
        "sla": policy.sla, "playbook": policy.playbooks, "script": policy.scripts,
    }  # fmt: skip
    for kind, names in known.items():
        name = getattr(trigger, kind)
        if name is not None:
            yield from _defined((*place, kind), name, names, kind)


def _vectors(place: Place, vectors: Vectors) -> Iterator[Found]:
    for kind in ("positive", "negative", "lookalike"):
        for index, vector in enumerate(getattr(vectors, kind)):
            here = (*place, kind, index)
            for name, value in vector.facts.items():
                yield from _fact_value((*here, "facts", name), name, value)
            if not vector.text and not vector.facts:
                yield _error(here, "the vector is empty", "write a text or facts")


def _fact_value(place: Place, name: str, value: object) -> Iterator[Found]:
    fact = FACTS_BY_NAME.get(name)
    if fact is None:
        remedy = did_you_mean(name, tuple(FACTS_BY_NAME), "use a documented fact")
        yield _error(place, f"{name!r} is no fact", remedy)
    elif type(value) is not type(fact.default) and not (isinstance(fact.default, float) and type(value) is int):
        yield _error(place, f"the fact {name!r} is given {value!r}", f"write a value of type {fact.type_name}")


def _action(place: Place, trigger: Trigger) -> Iterator[Found]:
    """A handover must be answered for; anything less must not pretend to be one."""
    if trigger.action is Action.HANDOVER:
        for need in ("sla", "route"):
            if getattr(trigger, need) is None:
                yield _error(place, f"the handover trigger {trigger.id!r} has no {need}", f"write `{need}: ...`")
        return
    if trigger.severity is Severity.CRITICAL:
        message = f"{trigger.id!r} is critical but leaves the customer with the assistant"
        yield _error((*place, "action"), message, "use `action: handover` or a lower severity")
    for unused in ("sla", "route", "playbook", "script", "compliance", "verify", "regulated"):
        if getattr(trigger, unused):
            message = f"{unused!r} has no effect where the action is {trigger.action.value!r}"
            yield _warning((*place, unused), message, "remove it or use `action: handover`")


def _life_threats(policy: Policy) -> Iterator[Found]:
    return (_error(*one) for one in slower_life_threats(policy))


def _fires(place: Place, trigger: Trigger) -> Iterator[Found]:
    runtime = trigger.id in RUNTIME_TRIGGERS
    if runtime and trigger.action is not Action.HANDOVER:
        yield _error(
            (*place, "action"), f"{trigger.id!r} is raised when a person must take over", "use `action: handover`"
        )
    if runtime or not (trigger.any or trigger.when):
        if not runtime:
            yield _error(place, f"{trigger.id!r} has no evidence, so it never fires", "write `any` or `when`")
        return
    if trigger.any and all(item.topic is not None for item in trigger.any):
        message = f"{trigger.id!r} rests on topics alone and never fires where no classifier answers"
        yield _warning((*place, "any"), message, "add phrases")
    by_meaning = bool(trigger.any) and all(item.recognised is not None for item in trigger.any)
    if trigger.action is Action.HANDOVER and not trigger.vectors.positive and not by_meaning:
        yield _warning(place, f"the handover trigger {trigger.id!r} has no test vectors", "write `vectors`")


def _ids(policy: Policy) -> Iterator[Found]:
    for section, ids in (("triggers", [t.id for t in policy.triggers]), ("filters", [f.id for f in policy.filters])):
        for index, name in enumerate(ids):
            if name in ids[:index]:
                yield _error((section, index, "id"), f"the id {name!r} is used twice", "give each its own")
    for book, playbook in policy.playbooks.items():
        steps = [step.id for step in playbook.steps]
        for index, name in enumerate(steps):
            if name in steps[:index]:
                yield _error(
                    ("playbooks", book, "steps", index, "id"), f"the id {name!r} is used twice", "give each its own"
                )
    for name in RUNTIME_TRIGGERS:
        if all(trigger.id != name for trigger in policy.triggers):
            message = f"the trigger {name!r} is missing, which the runtime raises itself"
            yield _error(("triggers",), message, "write it, with sla and route but without evidence, or extend a pack")


def _other_phrases(policy: Policy) -> Iterator[Found]:
    for index, screen in enumerate(policy.filters):
        yield from _evidence(policy, ("filters", index, "any"), screen.any)
        yield from _vectors(("filters", index, "vectors"), screen.vectors)
        if not screen.any:
            yield _error(("filters", index), f"the filter {screen.id!r} has no evidence", "write `any: [...]`")
    for kind, talk in policy.smalltalk.items():
        yield from _by_language(("smalltalk", kind, "phrases"), talk.phrases)
        yield from _texts(("smalltalk", kind, "reply"), talk.reply, ())
    for mood, phrases in policy.sentiment.items():
        yield from _by_language(("sentiment", mood), phrases)
    for answer in ("accept", "decline"):
        yield from _by_language(("offer", answer), getattr(policy.offer, answer))


def _scripts(policy: Policy) -> Iterator[Found]:
    for name, texts in policy.scripts.items():
        yield from _texts(("scripts", name), texts, PLACEHOLDERS)


def _templates(policy: Policy) -> Iterator[Found]:
    for name, texts in policy.templates.items():
        yield from _texts(("templates", name), texts, TEMPLATE_PLACEHOLDERS)
    regulated = [trigger.id for trigger in policy.triggers if trigger.regulated]
    if regulated and not policy.templates:
        message = f"{regulated[0]!r} is regulated, and the policy has no template that the frontline could send"
        yield _warning(("templates",), message, "write `templates`, or have them approved before the first case")


def _exceptions(policy: Policy) -> Iterator[Found]:
    rules = {"owners": policy.exceptions.owners, **policy.exceptions.kinds}
    for kind, owners in rules.items():
        place: Place = ("exceptions", "owners") if kind == "owners" else ("exceptions", "kinds", kind)
        if not owners:
            yield _error(place, f"nobody decides exceptions of the kind {kind!r}", "name an owner, or remove the kind")
        for index, rule in enumerate(owners):
            holders = policy.roles.get(rule.role, ())
            for person in rule.people:
                if holders and person not in holders:
                    message = f"{person!r} decides exceptions but does not hold the role {rule.role.value!r}"
                    yield _error((*place, index, "people"), message, "add the person to the role, or name a holder")


def _texts(place: Place, texts: Mapping[Any, str], allowed: tuple[str, ...]) -> Iterator[Found]:
    if not texts.get("en", "").strip():
        yield _error(place, "there is no English text to fall back on", "write `en: ...`")
    spoken = {language: _placeholders(text) for language, text in texts.items()}
    for language, names in spoken.items():
        here = (*place, language)
        if names is None:
            yield _error(here, "a brace is left open", "write {name}, or {{ and }} for braces")
            continue
        for name in sorted(names - set(allowed)):
            listed = ", ".join(f"{{{word}}}" for word in allowed) or "no placeholder"
            yield _error(here, f"the placeholder {{{name}}} is not known", did_you_mean(name, allowed, f"use {listed}"))
        missing = (spoken.get("en") or set()) - names
        if missing:
            yield _warning(here, f"{{{min(missing)}}} of the English text is missing", "promise alike everywhere")


def _placeholders(text: str) -> set[str] | None:
    """Names in braces, conversions and formats included so that they are refused; None for a stray brace."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        return None
    return {
        name + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "")
        for _, name, form, conversion in parts
        if name is not None
    }


def _hours(policy: Policy) -> Iterator[Found]:
    zone = policy.hours.timezone
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        yield _error(("hours", "timezone"), f"there is no time zone {zone!r}", "use an IANA name, as in Europe/Berlin")
    for day, spans in policy.hours.open.items():
        if not all(map(_is_span, spans.split(","))):
            remedy = "write it as in 09:00-17:00, 22:00-06:00 for a night shift, or several with commas"
            yield _error(("hours", "open", day), f"{spans!r} is no opening time", remedy)
    for index, holiday in enumerate(policy.hours.holidays):
        try:
            date.fromisoformat(holiday if len(holiday) > len("12-25") else f"2000-{holiday}")
        except ValueError:
            remedy = "write 2027-01-01, or 12-25 for every year"
            yield _error(("hours", "holidays", index), f"{holiday!r} is no date", remedy)
    if not policy.hours.open and any(sla.hours == "business" for sla in policy.sla.values()):
        yield _error(("hours", "open"), "nobody is ever at work, so business deadlines never end", "write days")


def _is_span(text: str) -> bool:
    """A span of one day, or of a night shift that ends on the next; a whole day is 00:00-24:00."""
    start, _, end = text.strip().partition("-")
    return _SPAN.fullmatch(text.strip()) is not None and start != end


def _slas(policy: Policy) -> Iterator[Found]:
    for kind, classes in (("severity", policy.tighten.severity), ("tier", policy.tighten.tier)):
        for value, name in classes.items():
            if name not in policy.sla:
                remedy = did_you_mean(name, tuple(policy.sla), "name one of the policy's sla classes")
                yield _error(("tighten", kind, str(value)), f"there is no sla class {name!r}", remedy)
    for name, sla in policy.sla.items():
        if sla.resolve.delta < sla.claim.delta:
            yield _error(("sla", name, "resolve"), f"{name!r} must be resolved before it is claimed", "make it longer")
        if sla.page_after is not None and sla.page_after.delta > sla.claim.delta:
            yield _warning(("sla", name, "page_after"), "paging begins after the claim deadline", "make it shorter")


def _roles(policy: Policy) -> Iterator[Found]:
    frontline = policy.roles.get(Role.FRONTLINE_AGENT, ())
    for index, person in enumerate(policy.roles.get(Role.COMPLIANCE_OFFICER, ())):
        if person in frontline:
            message = f"{person!r} is frontline agent and compliance officer, so the person may approve its own request"
            yield _error(("roles", "compliance_officer", index), message, "give the roles to two people")
    acting = {person for role, people in policy.roles.items() if role is not Role.AUDITOR for person in people}
    for index, person in enumerate(policy.roles.get(Role.AUDITOR, ())):
        if person in acting:
            yield _error(("roles", "auditor", index), f"{person!r} would audit their own acts", "name two people")
    for role in _NO_PEOPLE:
        if role in policy.roles:
            yield _error(("roles", role.value), f"{role.value!r} is no role of a person", "remove it")


def _casework(policy: Policy) -> Iterator[Found]:
    for name, playbook in policy.playbooks.items():
        place: Place = ("playbooks", name)
        for index, script in enumerate(playbook.wording):
            yield from _defined((*place, "wording", index), script, policy.scripts, "script")
        for index, step in enumerate(playbook.steps):
            if step.wording is not None:
                yield from _defined((*place, "steps", index, "wording"), step.wording, policy.scripts, "script")
    for code, meaning in policy.resolutions.items():
        if not meaning:
            yield _error(("resolutions", code), f"the resolution {code!r} has no meaning", "say in words when it holds")


def _originals(policy: Policy) -> Iterator[Found]:
    keep, place = policy.privacy.keep_originals, ("privacy", "keep_originals")
    if keep.roles and not keep.kinds:
        yield _warning((*place, "roles"), "nothing is kept that these roles could see", "name kinds, or no roles")
    if Role.FRONTLINE_AGENT in keep.roles and keep.kinds:
        told = "whoever answers customers may see originals of masks, so most of the staff does"
        yield _warning((*place, "roles"), told, "name a role that few people hold, as in compliance_officer")


def _topics(policy: Policy) -> Iterator[Found]:
    for name, text in policy.topics.items():
        if not text:
            yield _error(("topics", name), f"the topic {name!r} has no description", "say in words what to look for")


_CHECKS = (
    _ids, _triggers, _life_threats, _other_phrases, _scripts, _templates, _exceptions, _hours, _slas, _roles,
    _casework, _originals, _topics,
)  # fmt: skip
