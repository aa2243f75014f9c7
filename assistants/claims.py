"""What a model's answer says that its sources do not: sentence by sentence, and for facts word for word.

A high share of common words is no support: one link, one price or one "not" that no source has makes another answer
of it. Pure; a finding is a reason not to send.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistants.claim_words import ACTS, DAYS, LITERAL, NEGATIONS, OPENED, OPPOSITES, SECRETS
from assistants.figures import Figure, figures, is_of_figure, swapped
from assistants.index import Match
from assistants.lexicon import STEMMERS, Lexicon, fold, lexicon
from assistants.places import places
from assistants.port import Question

SHARE = 1.0
"""Of a sentence's content words so many stand in the sources or in the question; those of no subject aside."""
OWN = 0.5
"""And at least so many in the sources."""


class Claim(StrEnum):
    """What kind of thing an answer says without a source."""

    SENTENCE = "sentence"
    FIGURE = "figure"
    """A number, amount, date or share; one that the sources have for something else; one without its unit."""
    LINK = "link"
    """A web or e-mail address."""
    WORD = "word"
    """Free, always, today, a day of the week."""
    NAME = "name"
    """A name of a place, a firm, a product."""
    NEGATION = "negation"
    """A "not" added, lost, or turned into its contrary."""
    ACT = "act"
    """Something the reader is told to do, or to give."""


@dataclass(frozen=True, kw_only=True)
class Unfounded:
    """A piece of an answer that no source has."""

    kind: Claim
    text: str


_SENTENCE = re.compile(r"(?<=[.!?;:…])\s+|\n+|\s+[-–—]\s+")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_LINK = re.compile(
    r"\b[a-z][a-z0-9+.-]*://\S+|\bwww\.\S+|\b(?:mailto|tel):\S+|[\w.+-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\.[\w-]+)*"
    r"|\b(?:[\w-]+\.)+[a-z]{2,}(?:/\S*)?|\b[\w-]+\s?(?:\(dot\)|\[dot\]|\bdot\b)\s?[a-z]{2,}\b|\b\d{1,3}(?:\.\d{1,3}){3}\b",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?:\+|\b00|\b0|\()\d(?:[\d ()/.-]{5,})\d")
_NAME = re.compile(r"(?<![.!?:;\n])(?<!^)\s(?P<name>[A-ZÀ-Þ][\w&’'-]*)")
_PLAIN_DAY = re.compile(r"(?<!working )(?<!business )\bdays?\b", re.IGNORECASE)
_TO_US = re.compile(r"\b(?:me|us|uns|nos|nous|mir)\b")
_DONE = re.compile(
    r"\b(?:i|we)(?: have|'ve)(?: (?:just|already|now|also))* \w+(?:ed|en|nt|pt|ne|ld|id|de)\b"
    r"|\b(?:i am|i'm|we are|we're)(?: (?:just|already|now))* (?!closing|opening)\w+ing (?:it|your|you|the)\b"
    r"|\byour (?:\w+ ){1,3}(?:has|have)(?: (?:just|already|now))* been \w+"
    r"|\b(?:ich habe|wir haben)\b.{0,40}\b(?:ge\w+|\w+iert|er\w+t|ver\w+t|be\w+t)\b|\bihre? (?:\w+ ){1,3}wurde\b"
    r"|\b(?:he|hemos) (?:ya )?\w+(?:ado|ido|cho|sto)\b|\bsu (?:\w+ ){1,3}ha sido\b"
    r"|\b(?:j'ai|nous avons)(?: deja| bien)? \w+(?:e|i|is|u)\b|\bvotre (?:\w+ ){1,3}a ete\b"
    r"|\b(?:a sua|o seu) (?:\w+ ){1,3}foi \w+d[oa]\b|\b(?:cancelei|enviei|reembolsei|alterei|cancelamos|reembolsamos)\b"
)
"""That something was done for the reader, which no article can have said; folded."""
_FREE = re.compile(r"\b(?:free|gratis|gratuite?s?|kostenlos|kostenfrei)\b")
_FROM = re.compile(
    r"\b(?:over|above|from|than|least|ab|uber|mehr als|mas de|a partir d[eo]|desde|superiores? a|plus de|des|acima de)"
    r" (?:[£$€] ?)?(\d+(?:[.,]\d+)*)"
)
_AMOUNT = re.compile(r"\d+(?:[.,]\d+)*")
_END = ".,;:!?)('\"”’»"


def unfounded(answer: str, sources: Sequence[str], question: str, language: str) -> tuple[Unfounded, ...]:
    """What the answer says that the cited passages do not; empty for a faithful one."""
    words = lexicon(language)
    joined = "\n".join(sources)
    given = [one for source in sources for one in _SENTENCE.split(source) if one.strip()]
    known = [figure for sentence in given for figure in figures(sentence, words)]
    said = [one for one in _SENTENCE.split(answer) if one.strip()]
    return (
        *_links(answer, joined),
        *(one for sentence in said for one in _figures(sentence, known, words)),
        *(one for sentence in said for one in _literals(sentence, joined)),
        *_names(answer, joined, language),
        *(one for sentence in said for one in _sentence(sentence, joined, question, words)),
        *(one for sentence in said for one in _contraries(sentence, given, words)),
        *(one for sentence in said for one in _conditions(sentence, given, words)),
    )


def is_faithful(answer: str, cited: Sequence[Match], question: Question, told: Sequence[str] = ()) -> bool:
    """Whether the passages, or what tools told, say all that the answer says.

    Words of the passages' titles and of the question may be used.
    """
    language = question.language if question.language in STEMMERS else "en"
    titles = " ".join(f"{match.article.title} {match.passage.heading}" for match in cited)
    sources = [*(match.passage.text for match in cited), *told]
    return not unfounded(answer, sources, f"{question.text} {titles}", language)


def _links(answer: str, joined: str) -> Iterator[Unfounded]:
    plain = joined.casefold()
    listed = {hit[0].strip(_END).casefold() for hit in _LINK.finditer(joined)}
    for hit in _LINK.finditer(answer):
        if hit[0].strip(_END).casefold() not in listed:
            yield Unfounded(kind=Claim.LINK, text=hit[0])
    for hit in _PHONE.finditer(answer):
        if hit[0].casefold() not in plain:
            yield Unfounded(kind=Claim.LINK, text=hit[0])


def _figures(sentence: str, known: Sequence[Figure], words: Lexicon) -> Iterator[Unfounded]:
    amounts = {one.amount for one in known}
    for one in figures(_LINK.sub(" ", sentence), words):
        if one.amount not in amounts or swapped(one, known):
            yield Unfounded(kind=Claim.FIGURE, text=f"{one.number} {one.unit}".strip())


def _literals(sentence: str, joined: str) -> Iterator[Unfounded]:
    there, said = _plain(joined), _plain(sentence)
    for word in said & (LITERAL | SECRETS) - there:
        yield Unfounded(kind=Claim.WORD, text=word)
    for word in said & ACTS - there:
        yield Unfounded(kind=Claim.ACT, text=word)
    done = _DONE.search(fold(sentence))
    if done and done[0] not in fold(joined):
        yield Unfounded(kind=Claim.ACT, text=done[0])
    told = _TO_US.search(fold(sentence))
    if told and said & ACTS and not _TO_US.search(fold(joined)):
        yield Unfounded(kind=Claim.ACT, text=told[0])


def _names(answer: str, joined: str, language: str) -> Iterator[Unfounded]:
    there = _plain(joined)
    for code in places(answer, language) - places(joined, language):
        yield Unfounded(kind=Claim.NAME, text=code)
    for hit in _NAME.finditer(answer):
        name = fold(hit["name"])
        if name not in _PRONOUNS and not _plain(name) <= there and name.rstrip("s") not in there:
            yield Unfounded(kind=Claim.NAME, text=hit["name"])


def _sentence(sentence: str, joined: str, question: str, words: Lexicon) -> Iterator[Unfounded]:
    """The sentence, if too much of it stands in no source."""
    said = _content(sentence, words) - words.stems(POLITE)
    known = words.stems([joined])
    if not said:
        return
    own, with_question = len(said & known) / len(said), len(said & (known | words.stems([question]))) / len(said)
    if own < OWN or with_question < SHARE:
        yield Unfounded(kind=Claim.SENTENCE, text=sentence)


def _contraries(sentence: str, given: Sequence[str], words: Lexicon) -> Iterator[Unfounded]:
    """Negations and opposites, compared with the sentence of the sources that is nearest."""
    stems = words.stems([sentence]) - {"not"}
    if not stems or not given:
        return
    nearest = max(given, key=lambda one: (len(stems & words.stems([one])), -len(one)))
    said, there = _plain(sentence), _plain(nearest)
    if _negations(sentence) != _negations(nearest):
        yield Unfounded(kind=Claim.NEGATION, text=sentence)
    every = _plain(" ".join(given))
    for left, right in OPPOSITES:
        for one, other in ((left, right), (right, left)):
            if said & one and not there & one and (there & other or not every & one):
                yield Unfounded(kind=Claim.NEGATION, text=next(iter(said & one)))
    if (
        "working" in there - said
        and "day" in fold(nearest)
        and said & {"day", "days"}
        and not _PLAIN_DAY.search(nearest)
    ):
        yield Unfounded(kind=Claim.NEGATION, text="day")
    for word in said - there:
        if f"un{word}" in there or (word.startswith("un") and word[2:] in there and len(word) > 5):
            yield Unfounded(kind=Claim.NEGATION, text=word)


def _conditions(sentence: str, given: Sequence[str], words: Lexicon) -> Iterator[Unfounded]:
    """ "Free" of another thing, without the amount from which it is free, or more often than in the source; open or
    closed without the days for which the source says so."""
    free = _FREE.search(fold(sentence))
    if free and not any(_offers(one, sentence, words) for one in given):
        yield Unfounded(kind=Claim.WORD, text=free[0])
    said = _plain(sentence)
    for word in said & OPENED:
        told = [there for there in map(_plain, given) if word in there]
        if told and not said & DAYS and all(there & DAYS for there in told):
            yield Unfounded(kind=Claim.WORD, text=word)


def _offers(source: str, sentence: str, words: Lexicon) -> bool:
    """Whether a sentence of the sources gives free what another one says is free."""
    there, said = fold(source), fold(sentence)
    offers = list(_FREE.finditer(there))
    if not 0 < len(_FREE.findall(said)) <= len(offers):
        return False
    subject, about = (_content(one, words) - words.stems(["free gratis kostenlos cost"]) for one in (source, sentence))
    before, after = there[: offers[0].start()], there[offers[0].end() :]
    amounts = all(number in said for number in (*_FROM.findall(before), *_AMOUNT.findall(after)))
    return amounts and (2 * len(subject & about) > len(subject) or subject == about)


def _content(sentence: str, words: Lexicon) -> frozenset[str]:
    """Its content words without links, figures and their units: these are read word for word."""
    said = words.words(_LINK.sub(" ", sentence))
    return frozenset(one.stem for one in said if not (one.beside or one.light or is_of_figure(one.surface)))


def _negations(sentence: str) -> int:
    return sum(word in NEGATIONS for word in _WORD.findall(fold(sentence)))


def _plain(text: str) -> frozenset[str]:
    return frozenset(part for word in _WORD.findall(fold(text)) for part in (word, *word.split("'")))


POLITE = (
    "hello thank thanks asking please welcome glad happy sorry yes no sure certainly course hope helps help know "
    "questions further they them",
)
"""Courtesies that say nothing."""
_PRONOUNS = frozenset(["i", "i'm", "i'll", "i've", "sie", "ihr", "ihre", "ihnen", "ich", "hi", "hello", "yes"])
