"""What the customer is told: approved texts of the policy, with truthful times in the customer's language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from handover.deadlines.sla import is_open, next_opening
from handover.people.routing import tightest
from handover.words.builtin import BUILT_IN
from handover.words.phrases import known_language, moment, opening_hours, remaining, wording
from policy.loader import LoadedPolicy
from policy.schema import Hours, Policy, Sla

DEFAULT_SCRIPT = "handover.default"
OUT_OF_HOURS_SCRIPT = "notice.out_of_hours"
"""Added to a handover script while nobody is at work, unless the script itself says when people are there."""
NOBODY_ONLINE_SCRIPT = "notice.nobody_online"
"""Added to a handover script while people should be there and nobody of the team is."""

_PLACEHOLDER = re.compile(r"(?P<brace>\{\{|\}\})|(?P<lead>,? ?)\{(?P<name>\w+)\}")
_SENTENCE_START = re.compile(r"(^|[.!?]\s+)\{reply_within\}")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_TIMES = ("{reply_within}", "{reply_by}")
_SAYS_WHEN_OPEN = ("{hours}", "{next_opening}")


@dataclass(frozen=True, kw_only=True)
class Wait:
    """What is known about how long a customer will wait."""

    sla: Sla
    claim_due_at: datetime
    hours: Hours
    now: datetime
    attended: bool | None = None
    """Whether somebody of the team is online; None where nobody knows."""

    @property
    def overdue(self) -> bool:
        """Whether the deadline has passed, so that no time may be promised."""
        return self.claim_due_at <= self.now

    @property
    def closed(self) -> bool:
        """Whether nobody who works on this class is there now."""
        return self.sla.hours == "business" and self.attended is not True and not is_open(self.hours, self.now)


def wait_for(loaded: LoadedPolicy, sla_class: str, claim_due_at: datetime, now: datetime) -> Wait:
    """The wait of a handover that is in the queue already, for `notice`."""
    sla = loaded.policy.sla.get(sla_class) or tightest(loaded.policy)[1]
    return Wait(sla=sla, claim_due_at=claim_due_at, hours=loaded.policy.hours, now=now)


@dataclass(frozen=True, kw_only=True)
class Text:
    """An approved text and the language it is really in."""

    text: str
    language: str


def handover_script(
    *, family: str, script_id: str | None, language: str, loaded: LoadedPolicy, wait: Wait, team: str, reference: str
) -> str:
    """The message that tells the customer about the handover; never empty.

    The first that the policy has: the trigger's own script, `handover.<family>`, `handover.default`;
    otherwise a built-in text. Times are said in the language of the text.
    """
    wanted = (script_id, f"handover.{family}", DEFAULT_SCRIPT)
    chosen = _first(loaded.policy, wanted, language) or last_resort(language)
    told = _said(chosen, wait, team, reference) or _said(last_resort(language), wait, team, reference)
    if wait.closed and not any(mark in chosen.text for mark in _SAYS_WHEN_OPEN):
        own = find(loaded.policy, OUT_OF_HOURS_SCRIPT, chosen.language)
        beside = _said(_beside(chosen, own), wait, team, reference) if own else ""
        told = f"{told} {beside or _back(wait, chosen.language)}".strip()
    elif wait.attended is False and not wait.closed:
        own = find(loaded.policy, NOBODY_ONLINE_SCRIPT, chosen.language)
        ours = built_in(NOBODY_ONLINE_SCRIPT, chosen.language)
        found = [_beside(chosen, one) for one in (own, ours) if one is not None]
        added = next((one for one in found if one.text), None)
        told = f"{told} {_said(added, wait, team, reference)}".strip() if added is not None else told
    return told


def _beside(chosen: Text, added: Text) -> Text:
    """What is added to a text, without its sentences that tell a time where the text tells one: one notice, one time.

    "Within 5 minutes" and "due by 11:00" are the same moment, and read like two.
    """
    if not any(mark in chosen.text for mark in _TIMES):
        return added
    kept = (one for one in _SENTENCE.split(added.text) if not any(mark in one for mark in _TIMES))
    return replace(added, text=" ".join(kept).strip())


def notice(script_id: str, language: str, loaded: LoadedPolicy, wait: Wait, *, team: str, reference: str) -> str:
    """A later message to a customer who waits, with the same placeholders and the time that is left.

    The policy's text, else the built-in one, else "".
    """
    chosen = find(loaded.policy, script_id, language) or built_in(script_id, language)
    return _said(chosen, wait, team, reference) if chosen else ""


def render(script_id: str, language: str, loaded: LoadedPolicy, values: Mapping[str, str] | None = None) -> str:
    """Any other script, in that language or English: the policy's, else the built-in one, else "".

    A placeholder without a value is left out. Never raises.
    """
    chosen = find(loaded.policy, script_id, language) or built_in(script_id, language)
    return fill(chosen.text, values or {}) if chosen else ""


def promise_values(wait: Wait, language: str, *, team: str, reference: str) -> dict[str, str]:
    """The values of {reply_within} {reply_by} {team} {reference} {hours} {next_opening}, in that language.

    {reply_within} is a phrase with its preposition ("within 24 hours"); where the deadline lies beyond closed hours
    it names the date instead. For a deadline that has passed neither it nor {reply_by} promises a time.
    """
    opening = next_opening(wait.hours, wait.now)
    week, words = opening_hours(wait.hours, language), wording(language)
    back = moment(opening, wait.hours, language) if opening else ""
    return {
        "reply_within": reply_within(wait, language),
        "reply_by": words.soon if wait.overdue else moment(wait.claim_due_at, wait.hours, language),
        "team": team.replace("_", " "),
        "reference": reference,
        "hours": words.closed.format(week, back) if wait.closed and back else week,
        "next_opening": back,
    }


def reply_within(wait: Wait, language: str) -> str:
    """By when a person replies, as a phrase with its preposition."""
    if wait.overdue:
        return wording(language).soon
    left = remaining(wait.claim_due_at - wait.now, wait.sla.claim, language)
    return left or wording(language).by.format(moment(wait.claim_due_at, wait.hours, language))


def find(policy: Policy, script_id: str, language: str) -> Text | None:
    """The script in that language, or in English."""
    texts = {str(known): text for known, text in policy.scripts.get(script_id, {}).items()}
    for wanted in (known_language(language), "en"):
        if texts.get(wanted, "").strip():
            return Text(text=texts[wanted], language=wanted)
    return None


def built_in(script_id: str, language: str) -> Text | None:
    """The built-in script of that id, if there is one."""
    known = known_language(language)
    return Text(text=BUILT_IN[script_id][known], language=known) if script_id in BUILT_IN else None


def last_resort(language: str) -> Text:
    """The built-in handover script."""
    known = known_language(language)
    return Text(text=BUILT_IN[DEFAULT_SCRIPT][known], language=known)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled and `{{` as a brace.

    A placeholder without a value is left out, with the comma or space before it.
    """
    return _PLACEHOLDER.sub(lambda found: _filled(found, values), text).strip()


def _filled(found: re.Match[str], values: Mapping[str, str]) -> str:
    if found["brace"]:
        return found["brace"][0]
    value = values.get(found["name"], "")
    return found["lead"] + value if value else ""


def _first(policy: Policy, script_ids: tuple[str | None, ...], language: str) -> Text | None:
    return next((text for name in script_ids if name and (text := find(policy, name, language))), None)


def _said(chosen: Text, wait: Wait, team: str, reference: str) -> str:
    values = promise_values(wait, chosen.language, team=team, reference=reference)
    phrase = values["reply_within"]
    text = _SENTENCE_START.sub(r"\1{Reply_within}", _fitted(chosen, wait))
    return fill(text, {**values, "Reply_within": phrase[:1].upper() + phrase[1:]})


def _fitted(chosen: Text, wait: Wait) -> str:
    """The text without the words that lead up to a time ("within {reply_within}"), where the value brings its own."""
    words = wording(chosen.language)
    text = _without(words.leads_within, "{reply_within}", chosen.text)
    return _without(words.leads_by, "{reply_by}", text) if wait.overdue else text


def _without(leads: tuple[str, ...], placeholder: str, text: str) -> str:
    either = "|".join(re.escape(lead) for lead in leads)
    return re.sub(rf"\b(?:{either})\s+(?={re.escape(placeholder)})", "", text, flags=re.IGNORECASE)


def _back(wait: Wait, language: str) -> str:
    """The sentence that says when people are back; empty if nobody knows."""
    opening = next_opening(wait.hours, wait.now)
    return wording(language).back.format(moment(opening, wait.hours, language)) if opening else ""
