"""Words, pairs of words and runs of 2 to 5 letters as hashed, weighed features: what a text says to the letter.

Hashed with fixed arithmetic, so that training and every machine that judges number them alike.
"""

from __future__ import annotations

import unicodedata
import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BITS = 16
BUCKETS = 1 << BITS
LENGTHS = (2, 3, 4, 5)
_PRIME = np.uint64(0x100000001B3)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_SPACE = ord(" ")
_KEPT_SIGNS = "?!€$£%"
Buckets = npt.NDArray[np.int64]
Values = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Features:
    """A sparse row: each bucket once in each of its two halves, words and letters, which have length 1 each."""

    buckets: Buckets
    values: Values


def counted(text: str) -> tuple[tuple[Buckets, Values], tuple[Buckets, Values]]:
    """The buckets of words and of letters with 1 + log(count)."""
    folded = unicodedata.normalize("NFKC", text).lower()
    kept = "".join(one if one.isalnum() or one in "'’" else f" {one} " if one in _KEPT_SIGNS else " " for one in folded)
    words = kept.split()
    return _weighed(_word_hashes(words)), _weighed(_letter_hashes(words))


def features(text: str, idf: npt.NDArray[np.float32]) -> Features:
    """The row of a text; `idf` has a weight for each bucket, 0 where training knew nothing of it."""
    halves = [(buckets, values * idf[buckets]) for buckets, values in counted(text)]
    scaled = [values / max(float(np.linalg.norm(values)), 1e-9) for _, values in halves]
    return Features(buckets=np.concatenate([b for b, _ in halves]), values=np.concatenate(scaled).astype(np.float32))


def _weighed(hashes: npt.NDArray[np.uint64]) -> tuple[Buckets, Values]:
    mixed = (hashes * _MIX) >> np.uint64(64 - BITS)
    buckets, counts = np.unique(mixed.astype(np.int64), return_counts=True)
    return buckets, (1 + np.log(counts)).astype(np.float32)


def _word_hashes(words: list[str]) -> npt.NDArray[np.uint64]:
    single = np.array([zlib.crc32(word.encode()) + 1 for word in words], dtype=np.uint64)
    return np.concatenate([single, single[:-1] * _PRIME + single[1:] + np.uint64(7)])


def _letter_hashes(words: list[str]) -> npt.NDArray[np.uint64]:
    """Runs that do not reach over the blank between two words, but know a word's ends."""
    codes = np.frombuffer(f" {' '.join(words)} ".encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    blanks = np.concatenate([[0], np.cumsum(codes == _SPACE)])
    found = [np.empty(0, np.uint64)]
    for length in LENGTHS:
        count = len(codes) - length + 1
        if count <= 0:
            continue
        hashes = np.full(count, length, np.uint64)
        for place in range(length):
            hashes = hashes * _PRIME + codes[place : place + count]
        inner = blanks[length - 1 : length - 1 + count] - blanks[1 : 1 + count] if length > 2 else np.zeros(count)
        found.append(hashes[inner == 0])
    return np.concatenate(found)
