"""One-time codes: made from a key that is in no row and a random number that is, so that no row betrays a code."""

from __future__ import annotations

import hashlib
import re
import secrets
from base64 import b32encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from hmac import compare_digest
from hmac import new as keyed
from typing import Any

import pyotp

from triggers.folding import Folded, fold
from triggers.private.numerals import Part, runs, side_by_side, zones

DIGITS = 6
MIN_KEY = 32
MASK = "[one_time_code]"
_DICTATED = re.compile(
    r"[^\w\[\]]{0,4}(?:(?:and|then|next|after that|pause|space|blank|dash|hyphen|dot|und|dann|strich|leerzeichen|"
    r"y|luego|despues|guion|espacio|et|puis|ensuite|tiret|espace|e|depois|hifen|espaco)[^\w\[\]]{1,4}){1,2}"
)
"""What stands between groups of a code that somebody dictates; folded."""


@dataclass(frozen=True, kw_only=True)
class Challenge:
    """A code that was sent: how it can be made again with the key, and until when it counts."""

    nonce: str
    counter: int
    """How often a code was sent for this handover; each has its own code."""
    contact: str
    """The kind of contact it goes to; never an address."""
    expires_at: datetime
    tries: int = 0
    typed: str = ""
    """Seal of what the customer last typed into the chat."""

    def to_json(self) -> dict[str, Any]:
        """For the row."""
        return {**asdict(self), "expires_at": self.expires_at.isoformat()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Challenge:
        """From what `to_json` gave."""
        return cls(**{**data, "expires_at": datetime.fromisoformat(data["expires_at"])})

    def tried(self) -> Challenge:
        """The same after one more attempt; what was typed is used up."""
        return replace(self, tries=self.tries + 1, typed="")


class CodeMaker:
    """Makes and checks codes with a key of at least `MIN_KEY` bytes; ValueError for a shorter one."""

    def __init__(self, key: bytes, random: Callable[[int], bytes] = secrets.token_bytes) -> None:
        if len(key) < MIN_KEY:
            raise ValueError(f"the key has {len(key)} bytes; give at least {MIN_KEY} random ones")
        self._key = key
        self._random = random

    def __repr__(self) -> str:
        return "CodeMaker(key hidden)"

    def challenge(self, *, counter: int, contact: str, expires_at: datetime) -> Challenge:
        """A new one, with a random number of its own."""
        return Challenge(nonce=self._random(20).hex(), counter=counter, contact=contact, expires_at=expires_at)

    def code(self, challenge: Challenge) -> str:
        """The code itself: only for the message to the contact on file."""
        return self._otp(challenge).at(challenge.counter)

    def matches(self, challenge: Challenge, code: str) -> bool:
        """Whether somebody who says `code` was sent it; blanks, points and hyphens do not count."""
        return self._otp(challenge).verify(digits_of(code), challenge.counter)

    def typed_matches(self, challenge: Challenge) -> bool:
        """Whether what the customer last typed into the chat was the code."""
        return bool(challenge.typed) and compare_digest(challenge.typed, self.seal(self.code(challenge)))

    def seal(self, secret: str) -> str:
        """Stands for a code or an answer: tells two apart, and is worthless without the key."""
        return keyed(self._key, b"seal\n" + digits_of(secret).encode(), hashlib.sha256).hexdigest()

    def _otp(self, challenge: Challenge) -> pyotp.HOTP:
        secret = keyed(self._key, b"code\n" + challenge.nonce.encode(), hashlib.sha256).digest()
        return pyotp.HOTP(b32encode(secret[:20]).decode(), digits=DIGITS)


def digits_of(text: str) -> str:
    """A code as it was typed or spoken, without what people put between digits; any other text as it is."""
    folded = fold(text).text
    parts = [part for run in runs(folded, weak_counts=False) for part in run]
    bare = "".join(part.digits for part in parts)
    edges = [0, *(edge for part in parts for edge in (part.start, part.end)), len(folded)]
    between = [folded[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)]
    exact = all(part.spoken or part.digits == folded[part.start : part.end] for part in parts)
    return bare if parts and exact and all(map(_is_joint, between)) else text


def _is_joint(between: str) -> bool:
    """Whether what stands between two parts of a number only parts them: little marks, or words said in dictating."""
    return side_by_side(between) or _DICTATED.fullmatch(between) is not None


def masked_codes(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without anything that may be a code, and what was taken out, as it was written.

    A code is six digits however they are parted, in any script or in number words.
    """
    pieces: list[str] = []
    groups: list[str] = []
    at = 0
    for start, end in _code_spans(fold(text)):
        pieces += (text[at:start], MASK)
        groups.append(text[start:end])
        at = end
    return "".join((*pieces, text[at:])), tuple(groups)


def is_code(text: str) -> bool:
    """Whether a text that was masked is nothing but codes."""
    return MASK in text and not any(one.isalnum() for one in text.replace(MASK, ""))


def _code_spans(folded: Folded) -> Iterator[tuple[int, int]]:
    """Offsets in the original, in order, without overlaps."""
    for zone in zones(folded, DIGITS):
        for run in runs(folded.text, *zone, weak_counts=False):
            taken = 0
            for first in range(len(run)):
                last = _last_of_code(folded.text, run, first)
                if first >= taken and last is not None:
                    taken = last + 1
                    yield folded.span(run[first].sure[0], run[last].sure[1])


def _last_of_code(text: str, run: Sequence[Part], first: int) -> int | None:
    """The index of the part with which a code ends that begins with the given one; letters glued to digits are none."""
    digits = 0
    for at in range(first, min(first + DIGITS, len(run))):
        if at > first and not _is_joint(text[run[at - 1].end : run[at].start]):
            return None
        digits += len(run[at].digits) if run[at].spoken else run[at].sure[1] - run[at].sure[0]
        if digits >= DIGITS:
            return at if digits == DIGITS else None
    return None
