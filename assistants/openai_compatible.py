"""An assistant on any OpenAI-compatible model: it may say what the articles say, and must cite them.

The knowledge base finds the passages, the model words the answer, and the confidence is ours: quotes that do not
stand in a passage are dropped, and what the quotes do not support counts against the draft."""

from __future__ import annotations

import json
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from assistants.claims import is_faithful
from assistants.grounding import is_quote, is_verbatim, support, trusted
from assistants.index import Match
from assistants.knowledge_base import KnowledgeBase
from assistants.lexicon import STEMMERS
from assistants.port import Citation, Draft, PersonStretch, Question
from models.port import Message, Model
from prompts.loader import Prompt, load_all

PASSAGES = 5
"""Passages shown to the model."""


class CitedSource(BaseModel):
    """One source as the model cites it."""

    model_config = ConfigDict(extra="forbid")
    passage: int = Field(description="number of the passage")
    quote: str = Field(description="supporting sentences, word for word")


class ModelDraft(BaseModel):
    """The form the model fills in."""

    model_config = ConfigDict(extra="forbid")
    answer: str
    citations: list[CitedSource]
    confidence: float = Field(ge=0, le=1)
    wants_person: bool
    intent: str


class OpenAICompatible:
    """An `Assistant` over a `Model` and a knowledge base. Safe to share between threads."""

    def __init__(self, model: Model, knowledge: KnowledgeBase, *, organisation: str = "this organisation") -> None:
        self._model = model
        self._knowledge = knowledge
        self._organisation = organisation
        self._prompts, self._guards = load_all("assistant"), load_all("guard")

    @property
    def instant(self) -> bool:
        """It waits for somebody else."""
        return False

    def draft(self, question: Question) -> Draft:
        """The model's answer from the passages; empty text if it cites none of them. Failures are DependencyFaults."""
        recognised = self._knowledge.recognition(question)
        passages = self._knowledge.passages(question, PASSAGES)
        prompt = self._prompts.get(question.language, self._prompts["en"])
        filled = self._model.ask(ModelDraft, self._messages(prompt, question, passages), question.deadline_s)
        citations = _checked(filled.citations, passages)
        language = question.language if question.language in STEMMERS else "en"
        supported = support(filled.answer, [source.quote for source in citations], question.text, language)
        known = bool(filled.answer.strip() and citations) and not filled.wants_person
        cited = tuple(match for match in passages if any(_is_from(source, match) for source in citations))
        faithful = is_faithful(filled.answer, cited, question)
        return Draft(
            text=filled.answer.strip() if known else "",
            confidence=trusted(filled.confidence, supported, recognised) if known and faithful else 0.0,
            citations=citations if known else (),
            verbatim=known and any(is_verbatim(filled.answer, match.passage.text) for match in passages),
            wants_person=filled.wants_person,
            intent=filled.intent[:80],
            model=f"{self._model.name}, prompt {prompt.fingerprint}",
            matched=self._knowledge.accounted(question, passages),
        )

    def ping(self) -> str:
        """Names the model and the articles; the model is not called, for a call may cost money."""
        return f"{self._model.name} over {self._knowledge.ping()}"

    def _messages(self, prompt: Prompt, question: Question, passages: tuple[Match, ...]) -> list[Message]:
        shown = "\n\n".join(
            f"[{number}] {match.article.title}: {match.passage.heading}\n{match.passage.text}"
            for number, match in enumerate(passages, start=1)
        )
        system = prompt.fill(
            organisation=self._organisation, language=question.language, passages=shown or "(no passage fits)"
        )
        if question.guarded:
            system += "\n\n" + self._guards.get(question.language, self._guards["en"]).fill()
        return [("system", system), *window(question), ("user", question.text)]


def window(question: Question) -> list[Message]:
    """Earlier turns; a person's words are marked, so that the model does not take them for its own promises.

    Where a person gave the conversation back, a mark ends their part and says what they wrote about it.
    """
    said: list[Message] = []
    person = question.after_person
    for number, turn in enumerate(question.window):
        if person is not None and number == person.turns_before:
            said.append(_handed_back(person))
        role: Literal["user", "assistant"] = "user" if turn.role == "customer" else "assistant"
        text = turn.text if turn.role in ("customer", "assistant") else json.dumps({turn.role: turn.text})
        said.append((role, text))
    if person is not None and person.turns_before >= len(question.window):
        said.append(_handed_back(person))
    return said


def _handed_back(person: PersonStretch) -> Message:
    about = {"outcome": person.outcome, **({"resolution": person.resolution} if person.resolution else {})}
    note = (
        "A person of the organisation handled what stands above; it is settled. Do not repeat, change or promise it, "
        "and do not quote this internal note."
    )
    return "assistant", json.dumps({"person_handed_back": {**about, "note": note}}, ensure_ascii=False)


def _is_from(source: Citation, match: Match) -> bool:
    return source.source == match.article.source and is_quote(source.quote, match.passage.text)


def _checked(cited: list[CitedSource], passages: tuple[Match, ...]) -> tuple[Citation, ...]:
    """The citations whose quote stands in the passage they name."""
    found = []
    for source in cited:
        match = passages[source.passage - 1] if 1 <= source.passage <= len(passages) else None
        if match is not None and is_quote(source.quote, match.passage.text):
            found.append(Citation(source=match.article.source, title=match.article.title, quote=source.quote.strip()))
    return tuple(dict.fromkeys(found))
