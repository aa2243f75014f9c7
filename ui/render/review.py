"""Beside each field of the packet: who has judged it, and the buttons to judge it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from handover.packet.review import EDITABLE, FIELDS, FILL_ONLY, value_hash
from ui.render.text import date_of, esc, items

_SAID = {"accept": ("✓", "accepted"), "edit": ("✎", "edited"), "ask_again": ("↻", "asked the customer again")}
"""Verdict → its sign and its words."""
_BUTTONS = (
    ("accept", "✓", "It is right"),
    ("edit", "✎", "Write it anew"),
    ("ask_again", "↻", "The customer had to say it again"),
)
REST = "rest"
"""What the button says that accepts all that nobody has judged yet."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a button of the packet asks for: a verdict on a field as it was shown."""

    verdict: str
    field: str
    value_hash: str


def asked(pick: str) -> Asked | None:
    """The button that was pressed; None if it is none of these."""
    verdict, _, rest = pick.partition("|")
    field, _, shown = rest.partition("|")
    known = field in FIELDS and verdict in _SAID
    return Asked(verdict=verdict, field=field, value_hash=shown) if known else None


def value_of(packet: Mapping[str, Any], field: str) -> Any:
    """What a field of the packet says; None where there is nothing."""
    found: Any = packet
    for name in field.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def unjudged(packet: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields that say something and that nobody has judged."""
    judged = {one.get("field") for one in items(packet, "review")}
    return tuple(field for field in FIELDS if field not in judged and value_of(packet, field))


class Reviewing:
    """The reviews of one packet; with `open` whoever looks may judge it."""

    def __init__(self, packet: Mapping[str, Any], *, open: bool) -> None:
        self._packet, self.open = packet, open
        self._judged = {str(one.get("field")): one for one in items(packet, "review")}
        flags = value_of(packet, "why.flags") or ()
        gaps = (str(flag).partition(":")[2] for flag in flags if str(flag).startswith("incomplete:"))
        self.missing = frozenset(name for gap in gaps for name in gap.split("|"))

    def empty(self, field: str) -> str:
        """What stands where a field says nothing: that it is missing, or that it can be filled in; else nothing."""
        if field in self.missing:
            return '<em class="hr-missing">missing: please fill it in</em>'
        return '<em class="hr-dim">nothing yet</em>' if self.open and field in EDITABLE else ""

    def forked(self, fields: Iterable[str]) -> str:
        """Who has judged these fields, and the buttons to judge them."""
        found = ("".join(self._of(field)) for field in fields)
        return "".join(f'<span class="hr-review">{one}</span>' for one in found if one)

    def _of(self, field: str) -> Iterator[str]:
        value, judged = value_of(self._packet, field), self._judged.get(field)
        if judged:
            at = date_of(judged.get("at"))
            sign, said = _SAID.get(str(judged.get("verdict")), ("", "judged"))
            by = esc(judged.get("by", ""))
            told = f"{said} by {by}{f', {at:%H:%M} UTC' if at else ''}"
            yield f'<small class="hr-judged" title="{told}" aria-label="{told}">{sign} {by}</small>'
        if not self.open:
            return
        for verdict, sign, title in _BUTTONS:
            if self._fits(verdict, field, value, judged is not None):
                pick = f"{verdict}|{field}|{value_hash(value)}"
                label = f"{title}: {field.rpartition('.')[2].replace('_', ' ')}"
                yield (
                    f'<button type="button" class="hr-mini" data-pick="{esc(pick)}" title="{esc(title)}" '
                    f'aria-label="{esc(label)}">{sign}</button>'
                )

    def _fits(self, verdict: str, field: str, value: Any, judged: bool) -> bool:
        if verdict == "edit":
            return field in EDITABLE and not (field in FILL_ONLY and value)
        return bool(value) and not (judged and verdict == "accept")

    def head(self) -> str:
        """How much is left to judge, with the button that accepts it all."""
        left = len(unjudged(self._packet))
        if not self.open or not left:
            return ""
        return (
            f'<p class="hr-rest">Right as it stands? <button type="button" class="hr-chip" data-pick="{REST}">'
            f"Accept what is left ({left})</button></p>"
        )
