"""The encoders: a text becomes vectors of 384 numbers, once for all who ask.

Two small language models are shipped, computing in int8. MiniLM (6 layers) compares texts: `lower` reads the pieces,
`meaning` makes the vector by which articles are found. multilingual-e5-small (7 of its layers, in `MULTILINGUAL`) reads
what a message needs, in five languages: the mean of what `lower` makes of the pieces.
"""

from __future__ import annotations

import hashlib
import io
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from encoder.artefact import MULTILINGUAL, SHIPPED, Artefact
from encoder.blocks import in_bytes
from encoder.unigram import Unigram
from encoder.windows import windows
from encoder.wordpiece import WordPiece
from states.errors import DependencyFault, SettingsError

Vectors = npt.NDArray[np.float32]
DIMENSIONS = 384
KEPT = 64
"""Texts whose pass is remembered, by digest."""
AT_ONCE = 2
"""Passes under way at once; each has one thread. A caller beyond them waits."""
PIECES = "pieces.tsv"
"""The pieces of an encoder of many languages; one without them has BERT's `vocab.txt`."""
_log = logging.getLogger(__name__)


class Session(Protocol):
    """A part of the model, ready to run; safe to share between threads."""

    def run(self, outputs: None, given: dict[str, Any], /) -> list[Any]:
        """All outputs for these inputs."""
        ...


class Encoded:
    """One text after its pass. Each kind of vector is worked out when it is first asked for."""

    def __init__(self, encoder: Encoder, hidden: Vectors, mask: npt.NDArray[np.int64], *, whole: bool) -> None:
        self._encoder, self._hidden, self._mask = encoder, hidden, mask
        self.whole = whole
        """Whether every piece of the text was read."""

    @cached_property
    def meaning(self) -> Vectors:
        """(384,), length 1: near the vectors of texts that mean the same."""
        rows = _unit(self._encoder.run("meaning", self._hidden, self._mask))
        vector: Vectors = _unit(rows.mean(axis=0, keepdims=True))[0]
        return vector

    @cached_property
    def sense(self) -> Vectors:
        """(windows, 384), of any length: the mean over a window's pieces."""
        weights = self._mask[..., None].astype(np.float32)
        return np.asarray((self._hidden * weights).sum(axis=1) / weights.sum(axis=1), dtype=np.float32)


class Encoder:
    """Texts to vectors. Safe to share between threads; the sessions are opened when first needed.

    `encode` raises DependencyFault and nothing else.
    """

    def __init__(
        self, artefact: Artefact, open_session: Callable[[bytes, bytes | None], Session] | None = None
    ) -> None:
        self._artefact, self._open = artefact, open_session or _open
        self.fingerprint = artefact.fingerprint
        self._lock, self._room = threading.Lock(), threading.BoundedSemaphore(AT_ONCE)
        self._sessions: dict[str, Session] = {}
        self._words: WordPiece | Unigram | None = None
        self._kept: OrderedDict[bytes, Encoded] = OrderedDict()

    def encode(self, text: str) -> Encoded:
        """The text after its pass; the same text again costs nothing while it is among the last `KEPT`."""
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
        with self._lock:
            if (known := self._kept.get(digest)) is not None:
                self._kept.move_to_end(digest)
                return known
        encoded = self._encode(text)
        with self._lock:
            self._kept[digest] = encoded
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return encoded

    def load(self) -> None:
        """Opens all parts. SettingsError where a file is not the pinned one; ImportError without onnxruntime."""
        self._pieces()
        for part in self.parts:
            self._session(part)

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the model's parts."""
        return tuple(name.removesuffix(".onnx") for name in self._artefact.files if name.endswith(".onnx"))

    def run(self, part: str, hidden: Vectors, mask: npt.NDArray[np.int64]) -> Vectors:
        """What an upper part makes of the lower one's output: a vector a row."""
        return self._ask(part, {"hidden": hidden, "attention_mask": mask})

    def _encode(self, text: str) -> Encoded:
        words = self._guarded(self._pieces)
        rows, whole = windows(words.ids(text))
        width = max(map(len, rows)) + 2
        ids = np.zeros((len(rows), width), np.int64)
        mask = np.zeros_like(ids)
        for number, row in enumerate(rows):
            ids[number, : len(row) + 2] = (words.cls, *row, words.sep)
            mask[number, : len(row) + 2] = 1
        return Encoded(self, self._ask("lower", {"input_ids": ids, "attention_mask": mask}), mask, whole=whole)

    def _ask(self, part: str, given: dict[str, Any]) -> Vectors:
        session = self._guarded(lambda: self._session(part))
        with self._room:
            found: Vectors = self._guarded(lambda: session.run(None, given)[0])
        if not np.isfinite(found).all():
            raise DependencyFault("not_finite", f"the encoder's part {part!r} gave something that is no number")
        return found

    @staticmethod
    def _guarded(call: Any) -> Any:
        try:
            return call()
        except DependencyFault:
            raise
        except Exception as error:
            # The text stays out of the message: the record and the log keep it.
            raise DependencyFault("encoder", f"the encoder failed ({type(error).__name__})") from error

    def _pieces(self) -> WordPiece | Unigram:
        with self._lock:
            if self._words is None:
                self._words = self._read_pieces()
            return self._words

    def _read_pieces(self) -> WordPiece | Unigram:
        if PIECES in self._artefact.files:
            return Unigram.from_text(self._artefact.read(PIECES).decode())
        return WordPiece.from_text(self._artefact.read("vocab.txt").decode())

    def _session(self, part: str) -> Session:
        with self._lock:
            if part not in self._sessions:
                beside = f"{part}.npz" if f"{part}.npz" in self._artefact.files else None
                packed = self._artefact.read(beside) if beside is not None else None
                self._sessions[part] = self._open(self._artefact.read(f"{part}.onnx"), packed)
            return self._sessions[part]


def shipped(folder: Path = SHIPPED) -> Encoder | None:
    """A shipped encoder, loaded; None, with a warning, where it or onnxruntime is missing or is not as pinned."""
    try:
        encoder = Encoder(Artefact.open(folder))
        encoder.load()
    except (ImportError, SettingsError) as error:
        _log.warning("encoder_missing: messages are judged by words alone, which finds less: %s", error)
        return None
    return encoder


@cache
def shared() -> Encoder | None:
    """The encoder that compares texts, one for the process, so that all share its passes and the memory."""
    return shipped()


@cache
def multilingual() -> Encoder | None:
    """The encoder of many languages, one for the process."""
    return shipped(MULTILINGUAL)


def _open(model: bytes, packed: bytes | None) -> Session:
    """A session of one thread without an arena: many turns share a machine, and memory is given back.

    `packed` has the matrices that the model names but does not hold, in blocks of 4 bits.
    """
    # Imported here: it takes a quarter of a second, which commands that judge nothing should not wait for.
    import onnxruntime

    onnxruntime.set_default_logger_severity(3)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    matrices = _matrices(packed) if packed is not None else {}
    values = [onnxruntime.OrtValue.ortvalue_from_numpy(matrix) for matrix in matrices.values()]
    options.add_external_initializers(list(matrices), values)
    return _Opened(onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"]), values)


class _Opened:
    """A session with the matrices that it may read in place."""

    def __init__(self, session: Session, values: list[Any]) -> None:
        self._session, self._values = session, values

    def run(self, outputs: None, given: dict[str, Any], /) -> list[Any]:
        """As `Session` says."""
        return self._session.run(outputs, given)


def _matrices(packed: bytes) -> dict[str, npt.NDArray[np.int8]]:
    """The matrices by name."""
    with np.load(io.BytesIO(packed), allow_pickle=False) as arrays:
        names = [name.removesuffix("/bits") for name in arrays.files if name.endswith("/bits")]
        return {name: in_bytes(*(arrays[f"{name}/{part}"] for part in ("bits", "scale", "step"))) for name in names}


def _unit(rows: Vectors) -> Vectors:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    if not (length > 0).all():
        raise DependencyFault("not_finite", "the encoder gave a vector without a length")
    return np.asarray(rows / length, dtype=np.float32)
