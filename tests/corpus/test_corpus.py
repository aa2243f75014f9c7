"""The corpus is what its datasheet says: fields, counts, no line twice, none of the demo articles' sentences."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from assistants.articles import read_articles

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "corpus"
FAMILIES = {
    "human_request", "legal", "financial_advice", "medical", "contract_terms", "personal_data", "account_change",
    "fraud", "safety", "policy_conflict", "frustration", "repeated_failure", "prompt_injection", "vulnerability",
}  # fmt: skip
STYLES = {"plain", "indirect", "noisy", "adversarial", "long", "fragment", "followup"}
LANGUAGES = {"en", "es", "fr", "de", "pt"}


def _rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CORPUS / name).read_text(encoding="utf-8").splitlines()]


MESSAGES = {path.name: _rows(path.name) for path in sorted(CORPUS.glob("messages_*.jsonl"))}


@pytest.mark.parametrize("name", MESSAGES)
def test_each_message_has_its_fields(name: str) -> None:
    for row in MESSAGES[name]:
        assert row["label"] in ("handover", "routine"), row["id"]
        assert (row["trigger"] in FAMILIES) is (row["label"] == "handover"), row["id"]
        assert {*row["also"], *filter(None, [row["near"]])} <= FAMILIES, row["id"]
        assert row["style"] in STYLES, row["id"]
        assert row["lang"] in LANGUAGES, row["id"]
        assert row["text"].strip(), row["id"]
        assert f"messages_{row['author']}.jsonl" == name


def test_the_datasheet_counts_what_there_is() -> None:
    text = (CORPUS / "README.md").read_text(encoding="utf-8")
    for path in CORPUS.glob("*.jsonl"):
        line = next(line for line in text.splitlines() if f"`{path.name}`" in line)
        count = int(re.search(r"\| ([\d,]+)", line)[1].replace(",", ""))  # type: ignore[index]
        assert count == len(_rows(path.name)), path.name


def _kappa(pairs: list[tuple[object, object]]) -> float:
    """Cohen's kappa of two readers (Cohen 1960)."""
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    chance = sum(first[value] * second[value] for value in first) / len(pairs) ** 2
    return (sum(one == other for one, other in pairs) / len(pairs) - chance) / (1 - chance)


def test_every_message_has_a_second_reading_and_the_datasheet_tells_how_far_they_agree() -> None:
    lines = (CORPUS / "readings.tsv").read_text(encoding="utf-8").splitlines()[1:]
    readings = {line.split("\t")[0]: line.split("\t")[1:] for line in lines}
    rows = [row for several in MESSAGES.values() for row in several]
    assert readings.keys() == {row["id"] for row in rows}
    assert len(readings) == len(lines)
    labels = [(row["label"], readings[row["id"]][0]) for row in rows]
    agreed = [row for row, (one, other) in zip(rows, labels, strict=True) if one == other]
    assert {row["id"] for row in rows if not row.get("disputed")} == {row["id"] for row in agreed}
    families = [row["trigger"] == readings[row["id"]][1] for row in agreed if row["label"] == "handover"]
    emergencies: list[tuple[object, object]] = [
        (bool(row.get("emergency")), readings[row["id"]][2] == "emergency")
        for row in agreed
        if row["label"] == "handover" and row["author"] not in "abg"
    ]
    same = sum(one == other for one, other in emergencies) / len(emergencies)
    told = " ".join((CORPUS / "README.md").read_text(encoding="utf-8").split())
    assert f"{len(agreed):,} of {len(rows):,} messages (κ = {_kappa(list(labels)):.3f})" in told
    assert f"the family in {sum(families) / len(families):.1%}".replace("%", " %") in told
    assert f"in {same:.1%}".replace("%", " %") + f" (κ = {_kappa(emergencies):.2f}) of c, d" in told


def _grams(text: str) -> frozenset[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return frozenset(tuple(words[at : at + 4]) for at in range(len(words) - 3)) or frozenset({tuple(words)})


def test_no_message_stands_twice() -> None:
    rows = [row for several in MESSAGES.values() for row in several]
    assert max(Counter(row["id"] for row in rows).values()) == 1
    where: dict[tuple[str, ...], list[int]] = defaultdict(list)
    grams = [_grams(row["text"]) for row in rows]
    for number, own in enumerate(grams):
        shared = Counter(other for gram in own for other in where[gram])
        assert all(count / len(own | grams[other]) <= 0.5 for other, count in shared.items()), rows[number]["id"]
        for gram in own:
            where[gram].append(number)


def test_no_message_is_taken_from_the_demo_articles() -> None:
    articles = [path.read_text(encoding="utf-8") for path in (ROOT / "assistants/knowledge").rglob("*.md")]
    known = frozenset().union(*(_grams(line) for text in articles for line in text.splitlines() if len(line) > 30))
    for rows in MESSAGES.values():
        for row in rows:
            own = _grams(row["text"])
            assert len(own & known) / len(own) <= 0.5 or len(own) < 3, row["id"]


def test_half_of_the_corpus_is_the_hard_side_and_a_fifth_is_not_english() -> None:
    rows = [row for several in MESSAGES.values() for row in several]
    assert sum(row["lang"] != "en" for row in rows) / len(rows) >= 0.2
    assert sum(row["style"] != "plain" for row in rows) / len(rows) >= 0.5
    assert sum(row["label"] == "routine" for row in rows) / len(rows) >= 0.4


def _all_rows(pattern: str) -> list[dict[str, Any]]:
    rows = [row for path in sorted(CORPUS.glob(pattern)) for row in _rows(path.name)]
    assert max(Counter(row["id"] for row in rows).values()) == 1
    return rows


def test_replies_and_pairs_have_their_fields() -> None:
    rows = _all_rows("replies_*.jsonl")
    reasons = {reason for row in rows if row["id"].startswith("rf") for reason in row["reasons"]}
    for row in rows:
        assert row["label"] in ("block", "allow")
        assert bool(row["reasons"]) is (row["label"] == "block"), row["id"]
        assert {*row["reasons"]} <= reasons, row["id"]
        assert row["lang"] in LANGUAGES, row["id"]
    assert all(isinstance(row["answered"], bool) and row["article"] for row in _rows("pairs_f.jsonl"))


def test_a_conversation_names_the_customers_turn_at_which_a_person_must_take_over() -> None:
    for row in _all_rows("conversations_*.jsonl"):
        golden = row["golden_turn"]
        assert row["label"] in ("handover", "stay", "routine"), row["id"]
        assert (golden is not None) is (row["label"] == "handover"), row["id"]
        assert golden is None or row["turns"][golden]["role"] == "customer", row["id"]
        assert {turn["role"] for turn in row["turns"]} == {"customer", "assistant"}, row["id"]
        assert all(turn["text"].strip() for turn in row["turns"]), row["id"]
        if row["id"].startswith("cl"):
            assert (row["trigger"] in FAMILIES) is (golden is not None), row["id"]
            assert 4 <= len(row["turns"]) <= 14, row["id"]


def test_each_question_to_a_help_centre_names_an_article_and_a_heading_that_exist() -> None:
    rows = _rows("questions_m.jsonl")
    assert max(Counter(row["id"] for row in rows).values()) == 1
    assert max(Counter((row["industry"], row["question"].casefold()) for row in rows).values()) == 1
    centres = {
        path.name: {a.source: {p.heading for p in a.passages} for a in read_articles(path)[0]}
        for path in (CORPUS / "help").iterdir()
    }
    for row in rows:
        headings = centres[row["industry"]][row["article"]]
        assert row["heading"] in headings if row["answered"] else row["heading"] == "", row["id"]
