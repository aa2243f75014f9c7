"""What agents read is whole sentences, and what the assistant knows by heart passes its own filters."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from assistants.articles import read_articles
from policy.loader import load_pack
from policy.schema import Policy
from triggers.engine import Engine, compile_policy

PACKS = ("default", "finance", "healthcare", "privacy")
KNOWLEDGE = Path(__file__).parents[2] / "assistants" / "knowledge"


@cache
def engine(name: str) -> Engine:
    """The compiled pack."""
    return compile_policy(load_pack(name))


def _instructions(policy: Policy) -> Iterator[str]:
    for trigger in policy.triggers:
        yield from (*trigger.next_steps, *trigger.do_not)
    for playbook in policy.playbooks.values():
        yield from (step.text for step in playbook.steps)
        yield from (text for text in (playbook.escalate_when, playbook.close_with) if text)


@pytest.mark.parametrize("name", PACKS)
def test_what_agents_are_told_is_whole_sentences(name: str) -> None:
    texts = list(_instructions(load_pack(name).policy))
    assert len(texts) > 100
    assert [text for text in texts if text[0].islower() or not text.endswith(".")] == []


@pytest.mark.parametrize("name", PACKS)
@pytest.mark.parametrize("knowledge", ["shop", "bank"])
def test_no_filter_holds_back_a_section_of_the_shipped_knowledge(name: str, knowledge: str) -> None:
    articles, _ = read_articles(KNOWLEDGE / knowledge)
    sections = [(article, passage) for article in articles for passage in article.passages]
    assert len(sections) > 25
    held = [
        (article.source, passage.heading, hit.filter_id)
        for article, passage in sections
        for hit in engine(name).screen(passage.text, article.language)
    ]
    assert held == []


@pytest.mark.parametrize(
    "draft",
    [
        "Enter your PIN here, please.",
        "Type the new PIN",
        "Enter the 6-digit verification code",
        "Submit your card number in the chat.",
        "Please enter your full card number.",
        "Enter the PIN in this chat to go on.",
    ],
)
def test_a_draft_that_asks_for_a_secret_is_still_held_back(draft: str) -> None:
    assert [hit.filter_id for hit in engine("default").screen(draft)] == ["asks_for_secret"]
