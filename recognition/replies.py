"""Whether an assistant's reply may be said: how surely it promises, advises, invents, asks or insults.

It adds to the policy's filters and takes nothing back: `conversation.outgoing` holds what either of them finds. Trained
by `recognition.training.replies`; figures and limits stand in `reply_artefact/README.md`.
"""

from __future__ import annotations

import io
import re
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from encoder.artefact import Artefact
from policy.letters import FOLD
from recognition.ngrams import features
from recognition.reply_port import REASONS, ReadReply
from states.errors import DependencyFault

SHIPPED = Path(__file__).parent / "reply_artefact"
BLOCKED = len(REASONS)
"""The column of "must not be said"; those of the reasons stand before it."""
_LETTERS = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[€$£]\s?(?=\d)|(?<=\d)\s?[€$£%]")
Floats = npt.NDArray[np.float32]


class Replies:
    """The shipped `ReplyReader`: linear on words, pairs of words and runs of letters."""

    def __init__(self, artefact: Artefact) -> None:
        with np.load(io.BytesIO(artefact.read("replies.npz")), allow_pickle=False) as arrays:
            self._weight = arrays["weight"]
            self._scale, self._bias = arrays["scale"], arrays["bias"]
            self._idf = arrays["idf"].astype(np.float32)
            self._slope, self._constant, self.threshold = (float(one) for one in arrays["calibration"])
        self.fingerprint = artefact.fingerprint

    def read(self, reply: str) -> ReadReply:
        """As the port says."""
        try:
            found = self._scores(reply)
            score = float(1 / (1 + np.exp(-(self._slope * found[BLOCKED] + self._constant))))
        except Exception as error:
            raise DependencyFault("replies", f"the reply could not be read ({type(error).__name__})") from error
        if not 0 <= score <= 1:
            raise DependencyFault("not_finite", "the reply's score is no probability")
        blocked = score >= self.threshold
        return ReadReply(score=score, blocked=blocked, reasons=_reasons(found) if blocked else ())

    def _scores(self, reply: str) -> Floats:
        row = features(plain(reply), self._idf)
        weights = self._weight[row.buckets].astype(np.float32) * self._scale
        return np.asarray(row.values @ weights + self._bias, dtype=np.float32)


def plain(text: str) -> str:
    """The text as it is read: letters folded, signs dropped but for those of money and shares beside a figure."""
    return " ".join(_LETTERS.findall(text.translate(FOLD)))


def _reasons(found: Floats) -> tuple[str, ...]:
    order = [int(one) for one in np.argsort(-found[:BLOCKED], kind="stable")]
    return tuple(REASONS[one] for number, one in enumerate(order) if number == 0 or found[one] > 0)


@cache
def shipped() -> Replies:
    """The shipped reader, opened once a process. SettingsError where its file is not what was pinned."""
    return Replies(Artefact.open(SHIPPED))
