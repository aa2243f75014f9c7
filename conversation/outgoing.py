"""The one screen on the way out: what keeps an assistant's words from a customer.

The turn and `handrail evaluate` both ask here. The policy's filters and the reader of replies are united: neither takes
back what the other found, and what nobody could screen is held.
"""

from __future__ import annotations

from recognition.reply_port import ReplyReader
from triggers.engine import Engine
from triggers.readings import readings
from triggers.screen import FAULT_FILTER


def held_by(
    text: str, language: str | None, engine: Engine, reader: ReplyReader | None, *, approved: bool
) -> tuple[str, ...]:
    """Ids of filters and reasons of `recognition.reply_port` that hold a text back; empty if it may be said.

    `approved` words, such as an article's own, are screened by the filters alone.
    """
    by_rules = tuple(hit.filter_id for hit in engine.screen(text, language))
    by_reader = () if approved or reader is None else _read(text, reader)
    return tuple(dict.fromkeys((*by_rules, *by_reader)))


def _read(text: str, reader: ReplyReader) -> tuple[str, ...]:
    """The reasons of the worst reading: what is put into a text adds readings and takes none away."""
    try:
        found = [reader.read(folded.text) for folded in readings(text)]
    except Exception:  # noqa: BLE001 - safety boundary: a draft nobody could read is held back
        return (FAULT_FILTER,)
    blocked = [one for one in found if one.blocked]
    worst = max(blocked, key=lambda one: one.score, default=None)
    return () if worst is None else worst.reasons or (FAULT_FILTER,)
