"""One row under two policies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from audit.backtest.tally import Became, Flip, Tally, flipped
from audit.confusion import Labels
from audit.contexts import context_of
from audit.judge import Forecast, Judge
from audit.recordings import Line, parse_turns
from states.errors import BadInput
from triggers.pii import redact

SHOWN = 240
"""Characters of a flip's words that are kept, masked."""
_KEPT = "kept"


@dataclass(frozen=True, kw_only=True)
class Pair:
    """The policy that is compared with, and the one that is tried."""

    old: Judge
    new: Judge

    def judge(self, lines: Iterable[Line], tally: Tally) -> Iterator[Flip]:
        """Counts every line, and gives those of which the two make different things."""
        for line in lines:
            if line.value is None:
                tally.unread(line.number, line.problem)
                continue
            try:
                kind, sides, text = self._row(line.value)
            except BadInput as error:
                tally.unread(line.number, str(error))
                continue
            flip = flipped(line.number, line.value, kind, sides, lambda text=text: shown(text))  # type: ignore[misc]
            tally.count(flip, kind, sides, labels_of(kind, line.value))
            if flip is not None:
                yield flip

    def _row(self, row: Mapping[str, Any]) -> tuple[str, tuple[Became, Became], str]:
        given = row.get("language")
        language = given if isinstance(given, str) and given else None
        if "turns" in row:
            turns = parse_turns(row["turns"])
            handed = [judge.handed(turns, language) for judge in (self.old, self.new)]
            old, new = (_became(one.forecast, one.turn) if one is not None else Became(outcome=_KEPT) for one in handed)
            first = min((one.turn for one in handed if one is not None), default=0)
            return "conversation", (old, new), next((one.text for one in turns if one.index == first), "")
        if "reply" in row:
            return "reply", self._reply(row), str(row["reply"])
        text = row.get("text")
        if not isinstance(text, str) or not text.strip():
            raise BadInput("text is missing; give each row its message, its turns or its reply")
        return "message", (_became(self.old.message(text, language)), _became(self.new.message(text, language))), text

    def _reply(self, row: Mapping[str, Any]) -> tuple[Became, Became]:
        context, reply = context_of(row), row["reply"]
        if not isinstance(reply, str) or not reply.strip():
            raise BadInput("reply is empty; give each reply its words")
        old, new = (judge.reply(reply, context) for judge in (self.old, self.new))
        return _screened(old), _screened(new)


def labels_of(kind: str, row: Mapping[str, Any]) -> Labels:
    """The labels of a row; a reply's are `block` and `allow`."""
    if kind != "reply":
        return Labels.of(row)
    label = {"block": "block", "allow": "allow", "pass": "allow"}.get(str(row.get("label")), "")
    return Labels(label=label, triggers=frozenset(), tier="", source="", handoff_turn=None)


def shown(text: str) -> str:
    """Words as they may be kept: masked, cut, on one line."""
    return " ".join(redact(text)[0].split())[:SHOWN]


def _became(forecast: Forecast, turn: int | None = None) -> Became:
    return Became(
        outcome=forecast.disposition.value, turn=turn, rules=forecast.rules, team=forecast.team, sla=forecast.sla
    )


def _screened(reasons: tuple[str, ...]) -> Became:
    return Became(outcome="held" if reasons else "said", rules=reasons)
