"""`python -m recognition.train`: makes the shipped encoder and head anew from the corpus, without a network.

Needs the extra `train` and half an hour on two quiet cores. Stages are kept in the work folder; remove it to begin
anew.
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
from encoder.encoder import Encoder
from policy.recognisable import FAMILIES
from recognition.head import Floats
from recognition.recogniser import SHIPPED
from recognition.training import corpus as corpora
from recognition.training.corpus import FOLDS, Corpus
from recognition.training.fit import Grams, joined

EXAMPLES, EXAMPLE_CHARS = 50, 160
"""Messages of each family that are shipped as evidence in words, and how long they may be."""


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path(".make/recognition"), help="where stages are kept")
    parser.add_argument("--corpus", type=Path, default=corpora.CORPUS)
    parser.add_argument("--authors", default=None, help="letters of authors; all but those held aside")
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    corpus = corpora.read(given.corpus, given.authors)
    sys.stdout.write(f"{train(corpus, given.work)}\n")


def train(corpus: Corpus, work: Path) -> str:
    """Trains, writes both artefacts, and gives the fingerprints of encoder and head."""
    senses, final = tuned(corpus, work)
    encoder = ship_encoder(final)
    rows = np.flatnonzero(~np.isnan(senses[:, 0]))
    arrays = linear(corpus, senses, rows)
    arrays |= {"sense_weight": final["head.weight"], "sense_bias": final["head.bias"]}
    head = ship_head(corpus, arrays, encoder)
    return f"encoder {encoder.fingerprint}, head {head}"


def tuned(corpus: Corpus, work: Path) -> tuple[Floats, dict[str, Any]]:
    """(N, labels) scores of each message by a run that left its author out, NaN where none did; the final weights."""
    # Imported here: PyTorch takes seconds to load, and the later stages do without it.
    from recognition.training import finetune

    name = hashlib.sha256("\n".join(corpus.texts).encode()).hexdigest()[:12]
    senses = np.full((len(corpus.texts), corpus.truth.shape[1]), np.nan, np.float32)
    hidden: list[Any] = []
    for fold in (*FOLDS, ""):
        kept = work / f"{name}-{fold or 'all'}.npz"
        left_out = np.isin(corpus.authors, list(fold))
        if not kept.exists():
            hidden = hidden or finetune.lower(finetune.base(), finetune.pieces(corpus.texts))
            run = finetune.tune(hidden, corpus.truth, np.flatnonzero(~left_out))
            weights = {f"upper.{k}": v.numpy() for k, v in run.upper.state_dict().items()}
            weights |= {f"head.{k}": v.numpy() for k, v in run.head.state_dict().items()}
            scores = finetune.scores(run, hidden, np.flatnonzero(left_out)) if fold else np.zeros((0, 1), np.float32)
            np.savez(kept, scores=scores, **weights)
        with np.load(kept, allow_pickle=False) as found:
            if fold:
                senses[left_out] = found["scores"]
            else:
                return senses, {key: found[key] for key in found.files}
    raise AssertionError("the last run leaves nobody out")


def ship_encoder(final: dict[str, Any], folder: Path = encoder_files.SHIPPED) -> Encoder:
    """Exports the parts and pins them."""
    import torch

    from recognition.training import export

    upper = export.upper_layers()
    weights = {key.removeprefix("upper."): value for key, value in final.items() if key.startswith("upper.")}
    upper.load_state_dict({key: torch.tensor(value) for key, value in weights.items()})
    if not (folder / "lower.onnx").exists():
        export.export_lower(folder / "lower.onnx")
        export.export_upper(folder / "meaning.onnx")
    export.export_upper(folder / "sense.onnx", upper)
    return Encoder(encoder_files.pin(folder, ("lower.onnx", "meaning.onnx", "sense.onnx", "vocab.txt")))


def linear(corpus: Corpus, senses: Floats, rows: Any) -> dict[str, Any]:
    """The head's arrays of n-grams, of joining and of calibration."""
    crossed = np.zeros_like(senses)
    for fold in FOLDS:
        out = np.isin(corpus.authors, list(fold))
        fitted = Grams(_texts(corpus, ~out), corpus.truth[~out])
        crossed[out] = fitted.scores(_texts(corpus, out))
    grams = Grams(corpus.texts, corpus.truth)
    return {
        "gram_weight": grams.rounded,
        "gram_scale": grams.scale.astype(np.float32),
        "gram_bias": grams.bias,
        "idf": grams.idf.astype(np.float16),
        **joined(senses[rows], crossed[rows], corpus.truth[rows]),
    }


def ship_head(corpus: Corpus, arrays: dict[str, Any], encoder: Encoder, folder: Path = SHIPPED) -> str:
    """Writes the head and its examples, and pins them."""
    folder.mkdir(exist_ok=True)
    np.savez_compressed(folder / "head.npz", **arrays)
    texts: dict[str, list[str]] = {}
    vectors: dict[str, Any] = {}
    for family in FAMILIES:
        short = [
            text
            for text, one in zip(corpus.texts, corpus.families, strict=True)
            if one == family and len(text) <= EXAMPLE_CHARS
        ]
        texts[family] = sorted(short, key=lambda text: hashlib.sha256(text.encode()).digest())[:EXAMPLES]
        rows = np.array([encoder.encode(text).sense.mean(axis=0) for text in texts[family]])
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        vectors[family] = np.round(rows * 127).astype(np.int8)
    (folder / "examples.json").write_text(json.dumps(texts, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    np.savez_compressed(folder / "examples.npz", **vectors)
    told = {"authors": sorted(set(corpus.authors.tolist())), "messages": len(corpus.texts)}
    (folder / "trained_on.json").write_text(json.dumps(told) + "\n", encoding="utf-8")
    return encoder_files.pin(folder, ("head.npz", "examples.json", "examples.npz", "trained_on.json")).fingerprint


def _texts(corpus: Corpus, which: Any) -> tuple[str, ...]:
    return tuple(text for text, one in zip(corpus.texts, which, strict=True) if one)


if __name__ == "__main__":
    main()
