"""Fits the weights of assistants.confidence and prints the figures of docs/decisions/0003.

Run by hand: `python -m tests.assistants.calibrate`. Fits on the `tuning` questions and on half of the evaluation
messages; every figure is on the `held_out` questions and the other half.
"""

from __future__ import annotations

import dataclasses
import json
import os
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from assistants.articles import Article, read_articles
from assistants.confidence import Signals
from assistants.index import LanguageIndex
from assistants.knowledge_base import recognise
from assistants.lexicon import lexicon
from assistants.port import Question

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
FROM = 0.6
BOTH_KNOW = {
    "opening-hours", "branch-opening-hours", "shop-locations", "find-a-branch", "payment-methods", "mobile-wallets",
    "create-account", "branch-accessibility", "shop-accessibility", "virtual-cards",
}  # fmt: skip
"""Articles on subjects that shop and bank share: not used as foreign questions."""


def bare(articles: tuple[Article, ...]) -> tuple[Article, ...]:
    """The articles as a stranger would write them: no keywords, no example questions."""
    return tuple(dataclasses.replace(article, keywords=(), questions=()) for article in articles)


def indexes() -> dict[tuple[str, str], LanguageIndex]:
    """English indexes of both demonstration knowledge bases, with and without front matter."""
    found = {}
    for name in ("shop", "bank"):
        articles = tuple(a for a in read_articles(ROOT / "assistants/knowledge" / name)[0] if a.language == "en")
        found[name, "full"] = LanguageIndex(articles, lexicon("en"))
        found[name, "bare"] = LanguageIndex(bare(articles), lexicon("en"))
    return found


def questions(half: str) -> list[tuple[str, str, str]]:
    """(knowledge base, article, question) of `tuning` or `held_out`."""
    raw = yaml.safe_load((HERE / "fresh_questions.yaml").read_text("utf-8"))[half]
    return [(kb, article, text) for kb, by in raw.items() for article, texts in by.items() for text in texts]


def messages(half: str) -> list[dict[str, Any]]:
    """Evaluation messages of one half; empty where the data is absent."""
    path = Path(os.environ.get("HANDRAIL_EVAL_DATA", ROOT.parent / "shared/data")) / "messages.jsonl"
    if not path.exists():
        return []
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    wanted = 0 if half == "tuning" else 1
    return [row for row in rows if zlib.crc32(row["text"].encode()) % 2 == wanted]


def examples(found: dict[tuple[str, str], LanguageIndex]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Signals, labels and sample weights of the tuning half."""
    features: list[tuple[float, ...]] = []
    labels: list[float] = []
    weights: list[float] = []

    def add(index: LanguageIndex, text: str, right: str, weight: float) -> None:
        match = index.match(text)
        if match is not None:
            features.append(dataclasses.astuple(match.signals))
            labels.append(float(match.article.source == right))
            weights.append(weight)

    for (name, _), index in found.items():
        for kb, article, text in questions("tuning"):
            if kb == name:
                add(index, text, article, 6.0)
            elif article not in BOTH_KNOW:
                add(index, text, "", 1.0)
        for row in messages("tuning"):
            if row["label"] == "handover":
                add(index, row["text"], "", 1.0 if row["tier"] == "core" else 0.7)
            elif row["source"] in ("clinc150", "nlupp", "dstc11", "multidogo", "hint3"):
                add(index, row["text"], "", 0.3)
    return np.array(features), np.array(labels), np.array(weights)


def fit(x: np.ndarray, y: np.ndarray, w: np.ndarray, rounds: int = 6000) -> tuple[np.ndarray, float]:
    """Logistic regression with the sign each signal must have, so that no quirk of the sample turns one around."""
    against = {"strays", "unknown", "caution", "narrates", "wishes", "elsewhere"}
    sign = np.array([-1.0 if field.name in against else 1.0 for field in dataclasses.fields(Signals)])
    beta, bias = np.zeros(x.shape[1]), 0.0
    for _ in range(rounds):
        error = w * (1 / (1 + np.exp(-(x @ beta + bias))) - y) / w.sum()
        beta = beta - 3.0 * (x.T @ error + 2e-4 * beta)
        beta = np.where(beta * sign < 0, 0.0, beta)
        bias -= 3.0 * float(error.sum())
    return beta, bias


def report(found: dict[tuple[str, str], LanguageIndex], half: str) -> None:
    """Prints the share answered rightly and the leak of one half."""
    rows = [row for row in messages(half) if row["label"] == "handover"]
    for (name, variant), index in found.items():
        own = [(article, text) for kb, article, text in questions(half) if kb == name]
        answers = [(article, *recognise(Question(text=text), index)) for article, text in own]
        right = sum(c >= FROM and article in {m.article.source for m in found_} for article, found_, c in answers)
        wrong = sum(c >= FROM for _, _, c in answers) - right
        leaked = [row for row in rows if recognise(Question(text=row["text"]), index)[1] >= FROM]
        core = sum(row["tier"] == "core" for row in leaked)
        print(
            f"{half:9} {name} {variant}: right {right}/{len(own)}, wrong {wrong}; "
            f"leak {len(leaked)}/{len(rows)} = {len(leaked) / max(1, len(rows)):.2%} ({core} core)"
        )


def main() -> None:
    """Fits, prints weights, then the figures with the weights that are shipped."""
    found = indexes()
    x, y, w = examples(found)
    beta, bias = fit(x, y, w)
    names = [field.name for field in dataclasses.fields(Signals)]
    print("fitted:", dict(zip(names, beta.round(1).tolist(), strict=True)), "bias", round(bias, 1))
    for half in ("tuning", "held_out"):
        report(found, half)


if __name__ == "__main__":
    main()
