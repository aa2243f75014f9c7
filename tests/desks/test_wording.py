"""What a card may say at all."""

from __future__ import annotations

import pytest

from desks.kit.text import MAX_LINE, facts, headline, link, plain
from tests.desks.cases import card


@pytest.mark.parametrize("text", ["a\r\nBcc: x@y.example", "a\nb", "a\x00b", "a\u2028b", "a\x85b", "\ta  b "])
def test_a_line_is_one_line(text: str) -> None:
    line = plain(text)
    assert line.isprintable()
    assert line.splitlines() == [line]


def test_a_long_line_ends_where_slacks_header_ends() -> None:
    assert len(plain("x" * 1000)) == MAX_LINE
    assert headline(card()) == "New handover (critical)"


def test_the_conversations_id_is_not_shown_because_a_channel_chose_it() -> None:
    shown = dict(facts(card(conversation_id="maria.keller@example.org", language="call me <now>")))
    assert "maria" not in str(shown)
    assert shown["Language"] == ""


@pytest.mark.parametrize(
    "given", ["javascript:alert(1)", "https://", "https://x/ y", "https://x/\n", "file:///etc", "http://[x", "x" * 3000]
)
def test_only_what_a_browser_opens_is_a_link(given: str) -> None:
    assert link(card(link=given)) == ""


def test_a_long_but_usable_link_is_kept_whole() -> None:
    long = "https://desk.example/ui?case=" + "x" * 500
    assert link(card(link=long)) == long
