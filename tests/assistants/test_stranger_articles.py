"""A directory that nobody prepared for Handrail works sensibly, or is refused with a remedy."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assistants.articles import MAX_BYTES, PASSAGE_CHARS, parse_article, read_articles
from assistants.knowledge_base import KnowledgeBase
from assistants.port import Question
from states.errors import SettingsError

LIBRARY = {
    "borrowing": "# Borrowing books\n\n## How many and how long\nMembers may borrow twelve books for three weeks.\n",
    "renewals": "# Renewing loans\n\n## Online or by telephone\nRenew a loan twice, online or by telephone, unless the "
    "book is reserved.\n",
    "card": "# Library card\n\n## Getting a library card\nBring proof of residence to the desk. A library card is free "
    "for residents.\n",
    "rooms": "# Study rooms\n\n## Booking a study room\nBook a study room on the website up to a week ahead, two hours "
    "a day.\n",
    "printing": "# Printing and scanning\n\n## What printing costs\nA page costs 10 cents in black and white and 40 "
    "cents in colour. Scanning is free.\n",
    "events": "# Story time for children\n\n## When it takes place\nStory time is every Thursday at 4 pm in the "
    "reading room.\n",
}  # fmt: skip


@pytest.fixture
def library(tmp_path: Path) -> KnowledgeBase:
    for name, text in LIBRARY.items():
        (tmp_path / f"{name}.md").write_text(text, "utf-8")
    return KnowledgeBase(tmp_path)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("How many books can I borrow?", "borrowing"),
        ("how do i get a library card", "card"),
        ("Can I book a study room?", "rooms"),
        ("what does printing cost", "printing"),
        ("How do I renew a loan?", "renewals"),
        ("when is story time", "events"),
    ],
)
def test_articles_without_front_matter_answer_questions(library: KnowledgeBase, text: str, source: str) -> None:
    draft = library.draft(Question(text=text))
    assert draft.intent == source
    assert draft.text in LIBRARY[source]
    assert draft.confidence >= 0.6


@pytest.mark.parametrize(
    "text",
    [
        "a man exposed himself in the reading room",
        "my son got stuck in the lift of the library",
        "I returned the book and you still say I have it",
        "can you wipe my loan history before my husband sees it",
        "what is the weather tomorrow",
        "should I borrow money to study",
        "my mother died with four library books at home",
    ],
)
def test_articles_without_front_matter_keep_the_world_closed(library: KnowledgeBase, text: str) -> None:
    draft = library.draft(Question(text=text))
    assert draft.text == "", f"{draft.confidence:.2f} {draft.intent}"


def test_a_missing_directory_is_refused_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"name a folder of Markdown files"):
        KnowledgeBase(tmp_path / "missing").load()


def test_an_empty_directory_is_refused_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing here", "utf-8")
    (tmp_path / "empty.md").write_text("\n", "utf-8")
    with pytest.raises(SettingsError, match=r"add files ending in \.md"):
        KnowledgeBase(tmp_path).load()


def test_a_file_in_another_encoding_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "cafe.md").write_bytes("# Café\n\nOuvert.".encode("latin-1"))
    with pytest.raises(SettingsError, match=r"cafe\.md.*save it as UTF-8"):
        KnowledgeBase(tmp_path).load()


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "dump.md").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(SettingsError, match=r"split it into one file a topic"):
        KnowledgeBase(tmp_path).load()


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "gone.md").symlink_to(tmp_path / "nowhere")
    with pytest.raises(SettingsError, match=r"gone\.md.*cannot be read"):
        KnowledgeBase(tmp_path).load()


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret.md"
    path.write_text("# A\n\nb", "utf-8")
    path.chmod(0)
    with pytest.raises(SettingsError, match=r"correct its permissions"):
        KnowledgeBase(tmp_path).load()


@pytest.mark.parametrize("matter", ["title: [unclosed", "- a\n- list", "just words"])
def test_broken_front_matter_names_the_article(matter: str) -> None:
    with pytest.raises(SettingsError, match="sizes"):
        parse_article(f"---\n{matter}\n---\n# Sizes\n\nText.", "sizes")


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(SettingsError, match="klingon"):
        parse_article("---\nlanguage: klingon\n---\n# Sizes\n\nText.", "sizes")


def test_a_foreign_front_matter_is_read_as_far_as_it_fits() -> None:
    article = parse_article(
        "---\nlayout: page\ndate: 2026-01-02\nkeywords: one, two\nquestions: 7\n---\n# Heading\n\nText.", "a"
    )
    assert article.keywords == ("one", "two")
    assert article.questions == ()
    assert article.title == "Heading"


def test_the_language_comes_from_front_matter_or_folder() -> None:
    assert parse_article("# H\n\nt", "es/horario").language == "es"
    assert parse_article("---\nlanguage: fr\n---\n# H\n\nt", "es/horario").language == "fr"
    assert parse_article("# H\n\nt", "guides/horario").language == "en"


def test_a_long_section_is_cut_between_paragraphs_and_nothing_is_lost() -> None:
    paragraphs = [f"Paragraph {n}. " + "word " * 40 for n in range(20)]
    article = parse_article("# T\n\n" + "\n\n".join(paragraphs), "t")
    assert len(article.passages) > 3
    assert all(len(passage.text) <= PASSAGE_CHARS for passage in article.passages)
    assert "\n\n".join(passage.text for passage in article.passages) == "\n\n".join(paragraphs)


def test_a_hash_in_a_code_fence_is_no_heading() -> None:
    article = parse_article("# T\n\n```\n# not a heading\n```\n", "t")
    assert [passage.heading for passage in article.passages] == ["T"]


def test_windows_line_ends_and_byte_order_marks_are_read() -> None:
    article = parse_article("\ufeff---\r\ntitle: Hours\r\n---\r\n# H\r\n\r\nOpen.\r\n", "hours")
    assert article.title == "Hours"
    assert article.passages[0].text == "Open."


def test_hidden_folders_are_not_articles(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x.md").write_text("# X\n\nx", "utf-8")
    (tmp_path / "a.md").write_text("# A\n\na", "utf-8")
    assert [article.source for article in read_articles(tmp_path)[0]] == ["a"]
