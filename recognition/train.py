"""`python -m recognition.train`: makes the shipped encoders and the head anew, without a network.

Needs the extra `train` and some ten minutes on two quiet cores. Nothing of the encoders is tuned: they are cut, pruned
and rounded. With `--keep-encoders` the head alone is made anew, for instance when the corpus has grown.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from encoder import artefact as encoder_files
from encoder.encoder import PIECES, Encoder
from policy.recognisable import FAMILIES
from recognition.head import Floats, size_of
from recognition.recogniser import SHIPPED
from recognition.training import corpus as corpora
from recognition.training.corpus import PLAIN, Corpus
from recognition.training.fit import (
    MEANING,
    PENALTY_ALONE,
    PENALTY_BESIDE,
    Letters,
    Meanings,
    crossed,
    joined,
)
from recognition.training.ridge import Ridge

EXAMPLES, EXAMPLE_CHARS = 50, 160
"""Messages of each family that are shipped as evidence in words, and how long they may be."""


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=corpora.CORPUS)
    parser.add_argument("--authors", default=None, help="letters of authors; all but those held aside")
    parser.add_argument("--keep-encoders", action="store_true", help="make only the head anew: minutes")
    parser.add_argument("--crossed", type=Path, help="where to write the scores of authors left out, for thresholds")
    given = parser.parse_args()
    if not given.keep_encoders:
        ship_encoders()
    corpus = corpora.read(given.corpus, given.authors)
    encoder = Encoder(encoder_files.Artefact.open(encoder_files.MULTILINGUAL))
    arrays, scores = head(corpus, encoder)
    if given.crossed is not None:
        np.save(given.crossed, scores)
    sys.stdout.write(f"encoder {encoder.fingerprint}, head {ship_head(corpus, arrays)}\n")


def ship_encoders() -> None:
    """Exports both encoders and pins their files."""
    # Imported here: PyTorch takes seconds to load, and the head is made without it.
    from recognition.training import e5, export

    export.export_minilm(encoder_files.SHIPPED)
    encoder_files.pin(encoder_files.SHIPPED, ("lower.onnx", "meaning.onnx", "vocab.txt"))
    source = e5.published()
    which = e5.kept(source)
    export.export_multilingual(source, which, encoder_files.MULTILINGUAL)
    (encoder_files.MULTILINGUAL / PIECES).write_text(e5.listed(source, which), encoding="utf-8")
    encoder_files.pin(encoder_files.MULTILINGUAL, ("lower.npz", "lower.onnx", PIECES))


def head(corpus: Corpus, encoder: Encoder) -> tuple[dict[str, Any], Floats]:
    """The head's arrays by name, and the scores by which it was calibrated: of each author, learnt from the others."""
    senses = [encoder.encode(text).sense for text in corpus.texts]
    letters = Letters(corpus.texts)
    meanings = Meanings(np.concatenate(senses), np.array([len(one) for one in senses]))
    alone = Ridge(letters.likeness, corpus.truth, PENALTY_ALONE)
    rows = corpus.authors != PLAIN
    sizes = np.array([size_of(text) for text in corpus.texts], np.float32)[rows]
    words = joined(crossed(letters, None, alone, corpus.authors)[rows], corpus.truth[rows], sizes)
    alone_weights = letters.weights(alone)
    del alone  # a third of a gigabyte
    beside = Ridge(letters.likeness + np.float32(MEANING) * meanings.likeness(), corpus.truth, PENALTY_BESIDE)
    scores = crossed(letters, meanings, beside, corpus.authors)
    both = joined(scores[rows], corpus.truth[rows], sizes)
    arrays = {
        "idf": letters.idf.astype(np.float16),
        "mean": meanings.mean,
        "spread": meanings.spread,
        "learnt": meanings.learnt,
        "pull": (np.float32(MEANING) * beside.pull).astype(np.float32),
        **{f"alone.{name}": array for name, array in alone_weights.items()},
        **{f"beside.{name}": array for name, array in letters.weights(beside).items()},
        **{f"join.alone_{name}": array for name, array in words.items()},
        **{f"join.{name}": array for name, array in both.items()},
    }
    return arrays, scores


def ship_head(corpus: Corpus, arrays: dict[str, Any], folder: Path = SHIPPED) -> str:
    """Writes the head and its examples, and pins them; gives the fingerprint."""
    folder.mkdir(exist_ok=True)
    np.savez_compressed(folder / "head.npz", **arrays)
    listed: dict[str, dict[str, int]] = {}
    for family in FAMILIES:
        short = {
            text: row
            for row, (text, one) in enumerate(zip(corpus.texts, corpus.families, strict=True))
            if one == family and len(text) <= EXAMPLE_CHARS
        }
        chosen = sorted(short, key=lambda text: hashlib.sha256(text.encode()).digest())[:EXAMPLES]
        listed[family] = {text: short[text] for text in chosen}
    (folder / "examples.json").write_text(json.dumps(listed, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    told = {"authors": sorted(set(corpus.authors.tolist()) - {PLAIN}), "messages": len(corpus.texts)}
    (folder / "trained_on.json").write_text(json.dumps(told) + "\n", encoding="utf-8")
    return encoder_files.pin(folder, ("head.npz", "examples.json", "trained_on.json")).fingerprint


if __name__ == "__main__":
    main()
