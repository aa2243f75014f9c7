"""`{id, context, reply}` rows: one verdict each, whatever the context looks like, and the figures from labels."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.contexts import context_of
from audit.evaluation import evaluate
from audit.judge import Judge
from audit.recordings import read_lines
from policy.loader import load_pack
from recognition.reply_port import ScriptedReplies
from tests.rules import rules_of

JUDGE = Judge(replace(rules_of(load_pack("default")), replies=ScriptedReplies({"idiots": "abuse"})))
ARTICLE = {"title": "Delivery", "text": "Delivery takes 3 days. See example.com/track."}


def judged(tmp_path: Path, rows: list[Any]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The predictions and the figures."""
    path, out = tmp_path / "rows.jsonl", io.StringIO()
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    found = evaluate(read_lines(path), JUDGE, out)
    return [json.loads(line) for line in out.getvalue().splitlines()], found.figures()


def test_a_reply_is_blocked_with_all_its_reasons(tmp_path: Path) -> None:
    rows = [
        {"id": "a", "context": "hello", "reply": "I will connect you to an agent, idiots."},
        {"id": "b", "context": "hello", "reply": "We open at nine."},
    ]
    predictions, _ = judged(tmp_path, rows)
    assert predictions == [
        {"id": "a", "blocked": True, "reasons": ["phantom_handover", "abuse"]},
        {"id": "b", "blocked": False, "reasons": []},
    ]


@pytest.mark.parametrize("reply", [None, 7, "", "  ", ["text"]])
def test_what_is_no_reply_is_held_back_with_a_note(tmp_path: Path, reply: object) -> None:
    predictions, figures = judged(tmp_path, [{"id": 1, "reply": reply}])
    assert (predictions[0]["blocked"], predictions[0]["reasons"]) == (True, ["unreadable"])
    assert figures["unjudged_lines"][0]["line"] == 1


def test_a_bad_row_is_named_and_loses_no_other(tmp_path: Path) -> None:
    rows = [
        "{bad",
        {"context": "x", "reply": "no id"},
        {"id": 3, "reply": "We open at nine."},
        {"id": 4, "text": "hello"},
    ]
    predictions, figures = judged(tmp_path, rows)
    assert [one["id"] for one in predictions] == [3, 4]
    assert "action" in predictions[1]
    assert [one["line"] for one in figures["bad_lines"]] == [1, 2]
    assert figures["predictions"] == 2


@pytest.mark.parametrize(
    "row",
    [
        {"context": [ARTICLE]},
        {"context": {"articles": [ARTICLE]}},
        {"context": {"article": ARTICLE, "question": "how long"}},
        {"context": [{"role": "customer", "text": "how long"}, ARTICLE]},
        {"context": "how long", "articles": ["Delivery takes 3 days. See example.com/track."]},
        {"context": {"turns": [{"role": "user", "content": "how long"}], "passages": [ARTICLE["text"]]}},
    ],
)
def test_figures_and_links_stand_in_the_articles_or_are_blocked(tmp_path: Path, row: dict[str, Any]) -> None:
    replies = {
        "Delivery takes 3 days.": [],
        "It takes 3 days, see example.com/track.": [],
        "Delivery takes 5 days.": ["unsupported_claim"],
        "Delivery takes 3 days, see example.org/here.": ["unsupported_claim"],
    }
    predictions, _ = judged(tmp_path, [{"id": reply, **row, "reply": reply} for reply in replies])
    assert {one["id"]: one["reasons"] for one in predictions} == replies


def test_a_figure_that_the_customer_named_needs_no_article(tmp_path: Path) -> None:
    row = {"context": {"question": "my 9 parcels", "articles": [ARTICLE]}, "reply": "For 9 parcels: 3 days."}
    assert judged(tmp_path, [{"id": 1, **row}])[0][0]["reasons"] == []


def test_without_articles_nothing_is_asked_of_figures(tmp_path: Path) -> None:
    assert judged(tmp_path, [{"id": 1, "context": "how long", "reply": "It takes 5 days."}])[0][0]["reasons"] == []


def test_a_context_that_cannot_be_read_is_told_and_the_reply_is_screened(tmp_path: Path) -> None:
    predictions, _ = judged(tmp_path, [{"id": 1, "context": {"x": 1}, "reply": "You idiots."}])
    assert predictions[0]["reasons"] == ["abuse"]
    assert "without a text" in predictions[0]["note"]


anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=20)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["role", "text", "title", "articles", "turns", "question", "x"]), inner, max_size=3
        ),
    ),
    max_leaves=8,
)


@given(anything, anything)
@settings(max_examples=150, deadline=None)
def test_any_context_is_read(context: Any, articles: Any) -> None:
    found = context_of({"id": 1, "context": context, "articles": articles})
    assert all(isinstance(one, str) for one in (*found.said, *found.articles, *found.problems))
    assert isinstance(JUDGE.reply("Delivery takes 3 days.", found), tuple)


def test_labels_give_figures_by_reason(tmp_path: Path) -> None:
    rows = [
        {"id": 1, "reply": "You idiots.", "label": "block", "reasons": ["abuse"]},
        {"id": 2, "reply": "We open at nine.", "label": "block", "reasons": ["commitment"]},
        {"id": 3, "reply": "We open at nine.", "label": "allow"},
        {"id": 4, "reply": "We open at ten.", "label": "pass"},
        {"id": 5, "reply": "We open at ten."},
    ]
    found = judged(tmp_path, rows)[1]["replies"]
    assert (found["count"], found["blocked"], found["labelled"]) == (5, 1, 4)
    assert (found["recall"]["rate"], found["false_positive_rate"]["of"]) == (0.5, 2)
    assert found["reasons"]["abuse"]["recall_right_reason"]["rate"] == 1.0
    assert found["reasons"]["commitment"]["recall"]["rate"] == 0.0
