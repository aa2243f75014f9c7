"""What the customer is told: approved texts of the policy, with truthful times in the customer's language.

Without it a handover would be silent, or would promise a time that the deadlines do not know.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from handover.builtin import BUILT_IN
from handover.sla import Deadlines, is_open, next_opening
from handover.wording import known_language, moment, opening_hours, within, wording
from policy.loader import LoadedPolicy
from policy.schema import Hours, Policy, Sla

DEFAULT_SCRIPT = "handover.default"
OUT_OF_HOURS_SCRIPT = "handover.out_of_hours"
"""Added to a handover script while nobody is at work, unless the script itself says when people are there."""

_PLACEHOLDER = re.compile(r"(?P<brace>\{\{|\}\})|(?P<lead>,? ?)\{(?P<name>\w+)\}")
_SAYS_WHEN_OPEN = ("{hours}", "{next_opening}")


@dataclass(frozen=True, kw_only=True)
class Wait:
    """What is known about how long a customer will wait."""

    sla: Sla
    deadlines: Deadlines
    hours: Hours
    now: datetime

    @property
    def closed(self) -> bool:
        """Whether nobody who works on this class is there now."""
        return self.sla.hours == "business" and not is_open(self.hours, self.now)


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
    values = promise_values(wait, chosen.language, team=team, reference=reference)
    told = fill(chosen.text, values) or fill(last_resort(chosen.language).text, values)
    if wait.closed and not any(mark in chosen.text for mark in _SAYS_WHEN_OPEN):
        told = f"{told} {_back(loaded.policy, chosen.language, values)}".strip()
    return told


def render(script_id: str, language: str, loaded: LoadedPolicy, values: Mapping[str, str] | None = None) -> str:
    """Any other script, in that language or English: the policy's, else the built-in one, else "".

    A placeholder without a value is left out. Never raises.
    """
    chosen = find(loaded.policy, script_id, language) or built_in(script_id, language)
    return fill(chosen.text, values or {}) if chosen else ""


def promise_values(wait: Wait, language: str, *, team: str, reference: str) -> dict[str, str]:
    """The values of {reply_within} {reply_by} {team} {reference} {hours} {next_opening}, in that language.

    {reply_within} keeps the policy's words ("within 24 hours") only if the deadline really is that near;
    over closed hours it names the date, and for a deadline that has passed it names none.
    """
    opening = next_opening(wait.hours, wait.now)
    return {
        "reply_within": reply_within(wait, language),
        "reply_by": moment(wait.deadlines.claim_due_at, wait.hours, language),
        "team": team.replace("_", " "),
        "reference": reference,
        "hours": opening_hours(wait.hours, language),
        "next_opening": moment(opening, wait.hours, language) if opening else "",
    }


def reply_within(wait: Wait, language: str) -> str:
    """By when a person replies, as a phrase with its preposition."""
    due_at = wait.deadlines.claim_due_at
    if due_at <= wait.now:
        return wording(language).soon
    if due_at - wait.now <= wait.sla.claim.delta:
        return within(wait.sla.claim, language)
    return wording(language).by.format(moment(due_at, wait.hours, language))


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


def _back(policy: Policy, language: str, values: Mapping[str, str]) -> str:
    """The sentence that says when people are back; empty if nobody knows."""
    if not values["next_opening"]:
        return ""
    own = find(policy, OUT_OF_HOURS_SCRIPT, language)
    return fill(own.text, values) if own else wording(language).back.format(values["next_opening"])
