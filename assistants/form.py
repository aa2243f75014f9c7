"""The form of a message: whether it asks, tells what happened, or wishes that something be done."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistants.lexicon import Lexicon, fold

SHORT, PHRASE = 6, 0.7
"""A message of at most so many words is a bare phrase, as typed into a search box: nearly a question."""

_SENTENCE = re.compile(r"(?<=[.?!:;])\s+|\n+")
_BOUND = re.compile(
    r"\b(?:in|for|by|with|without|at|from|on|to|as|of|via|through|into|under|over|like) "
    r"(?:(?:an?|the|my|our|your|their|his|her|this|that|some|any) )*([^\W_]+)"
)
"""An English preposition and the word that it binds to the question."""
_WRITTEN = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, kw_only=True)
class Form:
    """Each from 0 to 1."""

    asks: float
    """1 for a question or a request for information, PHRASE for a bare phrase, 0 for a statement."""
    narrates: float
    """1 if the writer tells what happened to them."""
    wishes: float
    """1 if the writer wants something done, not said."""


def form(text: str, lexicon: Lexicon) -> Form:
    """The form of a message in a language."""
    folded = fold(text).strip()
    asks = bool(lexicon.asks.search(folded))
    states = not asks and bool(lexicon.states.search(folded))
    phrase = not states and len(folded.split()) <= SHORT
    return Form(
        asks=1.0 if asks else PHRASE if phrase else 0.0,
        narrates=1.0 if states or lexicon.narrates.search(folded) else 0.0,
        wishes=1.0 if lexicon.wishes.search(folded) else 0.0,
    )


def proper_names(text: str, language: str) -> frozenset[str]:
    """Words with a capital inside a sentence, folded; none in German, which writes every noun so, nor in headlines."""
    inner = [word for sentence in _SENTENCE.split(text) for word in _WRITTEN.findall(sentence)[1:]]
    capital = [word for word in inner if word[:1].isupper() and len(word) > 1]
    return frozenset() if language == "de" or len(capital) == len(inner) > 2 else frozenset(map(fold, capital))


def bound_words(text: str) -> frozenset[str]:
    """The words after English prepositions, folded: "by fax" and "for a business" make another question of one."""
    return frozenset(_BOUND.findall(fold(text)))
