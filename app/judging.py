"""What measures policies without living through conversations: a judge, and two of them side by side."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Sequence
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

from app.wiring import build_knowledge, build_recogniser, build_replies, load_policy

if TYPE_CHECKING:
    # For type checkers only, as in `app.wiring`.
    from audit.backtest.judged import Pair
    from audit.backtest.work import Maker
    from audit.judge import Judge
    from policy.loader import LoadedPolicy
    from recognition.port import MeaningRecogniser, Recognised

KEPT = 64
"""Messages whose reading is kept: of the two policies the second one asks again at once."""


class OnceRead:
    """A `MeaningRecogniser` that reads a message once, however many policies ask."""

    def __init__(self, recogniser: MeaningRecogniser) -> None:
        self._recogniser, self._lock = recogniser, Lock()
        self._read: OrderedDict[tuple[str, ...], Recognised] = OrderedDict()
        self.fingerprint = recogniser.fingerprint

    def recognise(self, text: str, *, before: Sequence[str] = ()) -> Recognised:
        """As the recogniser has read it; its faults are not kept."""
        key = (text, *before)
        with self._lock:
            known = self._read.get(key)
        if known is not None:
            return known
        found = self._recogniser.recognise(text, before=before)
        with self._lock:
            self._read[key] = found
            while len(self._read) > KEPT:
                self._read.popitem(last=False)
        return found


def build_judge(
    policy: str, knowledge: str | None, *, meaning: bool = True, recogniser: MeaningRecogniser | None = None
) -> tuple[Judge, LoadedPolicy]:
    """What measures a policy, by its name or file; closed world when `knowledge` is named.

    A safe policy may be measured before all its vectors pass: measuring is how one finds out why they do not.
    """
    from policy.linter import require_safe

    loaded = load_policy(policy)
    require_safe(loaded)
    return judge_of(loaded, knowledge, meaning=meaning, recogniser=recogniser or build_recogniser()), loaded


def judge_of(
    loaded: LoadedPolicy, knowledge: str | None, *, meaning: bool, recogniser: MeaningRecogniser | None
) -> Judge:
    """The same for a loaded policy; without a recogniser by words alone."""
    from audit.judge import Judge
    from conversation.rules import Rules
    from handover.people.codes import MIN_KEY, CodeMaker
    from states.clock import SystemIds
    from triggers.engine import compile_policy

    assistant = build_knowledge(knowledge, loaded) if knowledge else None
    if assistant is not None and meaning:
        assistant.learn()
    rules = Rules(
        loaded=loaded, engine=compile_policy(loaded), ids=SystemIds(), codes=CodeMaker(secrets.token_bytes(MIN_KEY)),
        recogniser=recogniser, replies=build_replies(),
    )  # fmt: skip
    return Judge(rules, assistant)


def maker_of(old: LoadedPolicy, new: LoadedPolicy, knowledge: str | None, *, meaning: bool) -> Maker:
    """What makes the judges of both policies in whichever process is to judge. `meaning` off: words alone."""
    from app.version import running_version
    from audit.backtest.work import Maker

    reads = build_recogniser().fingerprint if meaning else "words alone"
    key = " ".join((running_version(), old.hash, new.hash, knowledge or "no articles", reads))
    return Maker(key=key, make=partial(pair_of, old, new, knowledge, meaning=meaning))


def pair_of(old: LoadedPolicy, new: LoadedPolicy, knowledge: str | None, *, meaning: bool) -> Pair:
    """The judges of both policies, which read each message once."""
    from audit.backtest.judged import Pair

    recogniser = OnceRead(build_recogniser()) if meaning else None
    judges = [judge_of(one, knowledge, meaning=meaning, recogniser=recogniser) for one in (old, new)]
    return Pair(old=judges[0], new=judges[1])
