"""The phrase language: what compiles, what it finds, what is refused."""

from __future__ import annotations

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from policy.phrases import anchors, compile_phrase, fold_phrase, squeezed
from states.errors import PolicyError
from triggers.folding import fold
from triggers.scanner import Scanner, phrase_pattern


def finds(phrase: str, text: str) -> bool:
    return re2.search(compile_phrase(phrase), fold(text).text) is not None


@pytest.mark.parametrize(
    ("phrase", "found", "missed"),
    [
        ("cancel my account", ["CANCEL, my  account!", "cancel_my_account"], ["cancels my account", "cancel account"]),
        ("speak to [a] human", ["speak to human", "speak to a human"], ["speak to an human", "speak a human"]),
        ("(close|cancel it|end) now", ["cancel it now", "end now"], ["cancel now"]),
        ("complain*", ["complaint", "complaining"], ["uncomplaining"]),
        ("talk .. boss", ["talk to boss", "talk to the boss", "talk boss"], ["talk to the big boss"]),
        ("refund ... manager", ["refund me or get me your manager"], ["refund a b c d e f manager"]),
        ("don't know", ["don't know", "dont know", "don’t know"], ["do not know"]),
        ("agent[s] please", ["agents please", "agent please"], ["agency please"]),
        ("re(fund|imburse)* me", ["refunded me", "reimburse me"], ["re me"]),
        ("[please] [do] help", ["help", "please help", "please do help"], ["helpful"]),
        ("über straße", ["uber strasse", "Über Straße"], ["uber strase"]),
        ("(speak to a\n  human|\n call me\n  back)", ["speak to a human", "call me back"], ["speak", "call me"]),
        ("((very|so) bad|awful) service", ["so bad service", "awful service"], ["bad service"]),
    ],
)
def test_a_phrase_finds_what_it_says_and_nothing_else(phrase: str, found: list[str], missed: list[str]) -> None:
    assert [text for text in found if not finds(phrase, text)] == []
    assert [text for text in missed if finds(phrase, text)] == []


@pytest.mark.parametrize(
    "broken",
    ["", "[a]", ".. a", "a ..", "a.b", "a (b", "a b)", "pay $5", "a .. ... b", "a*b", "*", "a [b] .. [c]", "a ()",
     "a | b", "a .... b", "e-mail", "what?"],
)  # fmt: skip
def test_a_broken_phrase_is_refused_by_name(broken: str) -> None:
    with pytest.raises(PolicyError, match="phrase "):
        compile_phrase(broken)


def test_short_gapped_or_numbered_phrases_have_no_squeezed_form() -> None:
    assert squeezed("human") is None
    assert squeezed("speak to .. human") is None
    assert squeezed("form 1040 question") is None
    assert squeezed("real person") == "rea[l1]person"


def test_folding_a_phrase_keeps_its_syntax() -> None:
    assert fold_phrase("  (Señor|Él)  ... [Ça]* ") == "(senor|el) ... [ca]*"


WORDS = st.sampled_from(["refund", "my", "card", "don't", "a", "speak", "to"])
ATOMS = st.recursive(
    WORDS | WORDS.map("{}*".format),
    lambda inner: st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"({'|'.join(parts)})"),
    max_leaves=6,
)
PHRASES = st.tuples(
    WORDS, st.lists(st.tuples(st.sampled_from([" ", " .. ", " [so] ", " [(a|to) my] "]), ATOMS), max_size=4)
).map(lambda made: made[0] + "".join(gap + atom for gap, atom in made[1]))


@given(PHRASES, st.lists(st.sampled_from(["refund", "my", "card", "dont", "a", "speak", "to", "so", "refunded"])))
def test_the_scanner_finds_a_phrase_exactly_where_its_pattern_does(phrase: str, words: list[str]) -> None:
    text = " ".join(words)
    scanned = [hit for hit in Scanner([phrase_pattern(phrase, squeeze=False)]).scan(fold(text)) if not hit.squeezed]
    assert bool(scanned) == finds(phrase, text)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [("speak to a human", "I want to speeeak to a huuuman!!!"), ("real person", "a reeeal persooonnn please"),
     ("i need a person", "i neeeed a person"), ("speak to a human", "sp€ak to a human")],
)  # fmt: skip
def test_a_request_is_found_however_it_is_drawn_out(phrase: str, text: str) -> None:
    folded, scanner = fold(text), Scanner([phrase_pattern(phrase)])
    (hit,) = scanner.scan(folded)
    ((start, end), *_) = scanner.spans(hit, folded)
    assert fold(text[start:end]).text in folded.text
    assert end - start >= len(phrase)


@given(PHRASES)
def test_every_phrase_with_a_certain_word_has_anchors(phrase: str) -> None:
    assert anchors(phrase).groups
