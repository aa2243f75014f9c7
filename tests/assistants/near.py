"""Near misses and covered questions over the demonstration's articles: what was tuned on, and what was held out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from assistants.knowledge_base import KnowledgeBase
from assistants.port import Draft, Question

HERE = Path(__file__).parent
KNOWLEDGE = HERE.parent.parent / "assistants/knowledge"
LANGUAGES = ("es", "fr", "de", "pt")


@dataclass(frozen=True, kw_only=True)
class NearMiss:
    """A message that no article answers, though most of its words stand in one."""

    knowledge: str
    family: str
    text: str
    language: str


@dataclass(frozen=True, kw_only=True)
class Covered:
    """A message that an article answers."""

    knowledge: str
    article: str
    answer: str
    """Words that the answer must hold."""
    text: str
    language: str

    def is_answered(self, draft: Draft) -> bool:
        """Whether a draft holds the passage that answers."""
        return self.answer in draft.text


@cache
def knowledge_base(name: str) -> KnowledgeBase:
    """The articles of `shop` or `bank`."""
    return KnowledgeBase(KNOWLEDGE / name)


def drafted(one: NearMiss | Covered) -> Draft:
    """What the embedded assistant makes of it."""
    return knowledge_base(one.knowledge).draft(Question(text=one.text, language=one.language))


def near_misses(half: str) -> Sequence[NearMiss]:
    """Those of `tuning` or `held_out`."""
    raw = yaml.safe_load((HERE / "near_misses.yaml").read_text("utf-8"))
    return [
        NearMiss(knowledge=name, family=family, text=text, language=family if family in LANGUAGES else "en")
        for name, families in raw.items()
        for family, texts in families.items()
        for text in texts[half == "held_out" :: 2]
    ]


def covered(half: str) -> Sequence[Covered]:
    """Those of `tuning` or `held_out`."""
    raw = yaml.safe_load((HERE / "covered_questions.yaml").read_text("utf-8"))
    every = [
        Covered(knowledge=name, article=article, answer=answer, text=text, language=_language(article))
        for name, articles in raw.items()
        for article, answers in articles.items()
        for answer, texts in answers.items()
        for text in texts
    ]
    return every[half == "held_out" :: 2]


def _language(article: str) -> str:
    folder = article.partition("/")[0]
    return folder if folder in LANGUAGES else "en"
