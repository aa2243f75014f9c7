"""How far the text of somebody else's assistant is trusted: as far as the articles, or what a tool told, support it."""

from __future__ import annotations

from collections.abc import Sequence

from assistants.claims import is_faithful
from assistants.grounding import is_verbatim, support, trusted
from assistants.index import Match
from assistants.knowledge_base import KnowledgeBase, citation
from assistants.lexicon import STEMMERS
from assistants.port import Changed, Draft, Question

PASSAGES = 5
SUPPORTS = 0.3
"""Share of an answer's words from which on a passage is one of its sources."""


def believed(
    text: str,
    question: Question,
    knowledge: KnowledgeBase,
    *,
    name: str,
    stated: float = 1.0,
    told: Sequence[str] = (),
    wants_person: bool = False,
    intent: str = "",
    changed: tuple[Changed, ...] = (),
) -> Draft:
    """The draft with the passages that support it.

    `stated` can only lower the confidence; `told` is what tools said.
    """
    language = question.language if question.language in STEMMERS else "en"
    passages = knowledge.passages(question, PASSAGES)
    supporting = _supporting(text, passages, language)
    citations = tuple(citation(match) for match in supporting)
    supported = support(text, [*(source.quote for source in citations), *told], question.text, language)
    faithful = is_faithful(text, supporting, question, told)
    return Draft(
        text=text.strip(),
        confidence=trusted(stated, supported, knowledge.recognition(question)) if faithful else 0.0,
        citations=citations,
        verbatim=any(is_verbatim(text, source.quote) for source in citations),
        wants_person=wants_person,
        intent=intent[:80],
        model=name,
        matched=knowledge.accounted(question, passages),
        changed=changed,
    )


def _supporting(answer: str, passages: Sequence[Match], language: str) -> tuple[Match, ...]:
    """The passages near the question that share words with the answer."""
    return tuple(one for one in passages if support(answer, [one.passage.text], "", language) >= SUPPORTS)
