"""`python -m recognition.train`: makes the shipped encoder and head anew from the corpus, without a network.

Needs the extra `train` and less than half an hour on two quiet cores, nearly all of it for the encoder. With
`--keep-encoder` the head alone is made anew, for instance when the corpus has grown. What was tuned is kept in the work
folder; remove it to begin anew.
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
from recognition.head import Floats, Head
from recognition.recogniser import SHIPPED
from recognition.training import corpus as corpora
from recognition.training.corpus import JUDGES, TUNED_ON, Corpus
from recognition.training.fit import Grams, joined

EXAMPLES, EXAMPLE_CHARS = 50, 160
"""Messages of each family that are shipped as evidence in words, and how long they may be."""


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path(".make/recognition"), help="where stages are kept")
    parser.add_argument("--corpus", type=Path, default=corpora.CORPUS)
    parser.add_argument("--authors", default=None, help="letters of authors; all but those held aside")
    parser.add_argument("--keep-encoder", action="store_true", help="make only the head anew: minutes")
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    corpus = corpora.read(given.corpus, given.authors)
    sys.stdout.write(f"{train(corpus, given.work, keep_encoder=given.keep_encoder)}\n")


def train(corpus: Corpus, work: Path, *, keep_encoder: bool = False) -> str:
    """Trains, writes both artefacts, and gives the fingerprints of encoder and head."""
    if keep_encoder:
        encoder, head = Encoder(encoder_files.Artefact.open()), Head.open(encoder_files.Artefact.open(SHIPPED))
        weight, bias = head.sense_weight, head.sense_bias
    else:
        final = tuned(corpus, work)
        encoder, weight, bias = ship_encoder(final), final["head.weight"], final["head.bias"]
    arrays = linear(corpus, encoder, weight, bias)
    return f"encoder {encoder.fingerprint}, head {ship_head(corpus, arrays, encoder)}"


def tuned(corpus: Corpus, work: Path) -> dict[str, Any]:
    """The weights of the upper layers and of the linear head on them, tuned on the authors of `TUNED_ON`."""
    # Imported here: PyTorch takes seconds to load, and the later stages do without it.
    from recognition.training import finetune

    rows = np.flatnonzero(np.isin(corpus.authors, list(TUNED_ON)))
    texts = tuple(corpus.texts[row] for row in rows)
    kept = work / f"{hashlib.sha256(chr(10).join(texts).encode()).hexdigest()[:12]}.npz"
    if not kept.exists():
        hidden = finetune.lower(finetune.base(), finetune.pieces(texts))
        run = finetune.tune(hidden, corpus.truth[rows], np.arange(len(rows)))
        weights = {f"upper.{k}": v.numpy() for k, v in run.upper.state_dict().items()}
        np.savez(kept, **weights, **{f"head.{k}": v.numpy() for k, v in run.head.state_dict().items()})
    with np.load(kept, allow_pickle=False) as found:
        return {key: found[key] for key in found.files}


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


def linear(corpus: Corpus, encoder: Encoder, weight: Floats, bias: Floats) -> dict[str, Any]:
    """The head's arrays of n-grams, of joining and of calibration."""
    grams = Grams(corpus.texts, corpus.truth)
    senses, crossed, truth = [], [], []
    for author in JUDGES:
        rows = corpus.authors == author
        senses += [(encoder.encode(corpus.texts[row]).sense @ weight.T + bias).max(0) for row in np.flatnonzero(rows)]
        crossed.append(grams.left_out(rows))
        truth.append(corpus.truth[rows])
    return {
        "sense_weight": weight,
        "sense_bias": bias,
        "gram_weight": grams.rounded,
        "gram_scale": grams.scale.astype(np.float32),
        "gram_bias": grams.bias,
        "idf": grams.idf.astype(np.float16),
        **joined(np.array(senses), np.concatenate(crossed), np.concatenate(truth)),
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


if __name__ == "__main__":
    main()
