"""Recorded conversations under another policy: every turn of a customer, as `audit.what_if` lives it again.

No model and no network is asked. The old side is what was decided then, whatever policy was in force.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from audit.backtest.judged import shown
from audit.backtest.tally import Became, Flip, Tally, flipped
from audit.confusion import Labels
from audit.recorded_turn import rules_of
from audit.what_if import Compared, Course, Turn, WhatIf
from policy.loader import LoadedPolicy
from service.record import ConversationRecord
from states.table import ANSWERING, WITH_PERSON
from states.vocabulary import State

UNLABELLED = Labels(label="", triggers=frozenset(), tier="", source="", handoff_turn=None)
_STATES = {State.BOT_HANDLING: "answer", State.GUARDED: "guard", **dict.fromkeys(WITH_PERSON, "handover")}


@dataclass(kw_only=True)
class Stored:
    """Recorded conversations so far."""

    conversations: int = 0
    unknown: Counter[str] = field(default_factory=Counter)
    """Why turns cannot be known → turns."""
    tally: Tally = field(default_factory=Tally)

    def live(self, records: Iterable[ConversationRecord], loaded: LoadedPolicy) -> Iterator[Flip]:
        """Lives every record under the policy, and gives the turns in which it decides otherwise."""
        rules = rules_of(loaded)
        for record in records:
            self.conversations += 1
            with_person = False
            for turn in WhatIf(record, rules).turns():
                was_with_person = with_person
                if turn.recorded.events:
                    with_person = turn.recorded.state not in ANSWERING
                if turn.cause.partition(":")[0] not in ("message", "returned") or was_with_person:
                    continue  # what people and clocks did is no decision of a policy about a message
                flip = self._turn(record, turn)
                if flip is not None:
                    yield flip

    def _turn(self, record: ConversationRecord, turn: Compared) -> Flip | None:
        if turn.would is None:
            self.unknown[_kind_of(turn)] += 1
            return None
        sides = became(turn.recorded), became(turn.would)
        row = {"id": f"{record.id}:{turn.step}"}
        flip = flipped(turn.step, row, "turn", sides, lambda: shown(turn.text))
        self.tally.count(flip, "turn", sides, UNLABELLED)
        return flip


def became(course: Course) -> Became:
    """What a recorded cause came to, by the state that it led to."""
    return Became(outcome=_STATES.get(course.state, "handover"), rules=course.triggers)


def _kind_of(turn: Compared) -> str:
    return "refused" if turn.turn is Turn.REFUSED else turn.why.partition(":")[0]
