"""Whether the messages that a claim cites support it: the check every sentence of a model-written summary must pass.

The check is lexical and errs by dropping: what it cannot find in the cited messages is taken for invented. It cannot
see who did what to whom (docs/cases.md says what that leaves open), so the claim and its numbers stand beside the
messages, never instead of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from handover.packet.case import ASSISTANT, CUSTOMER, CaseTurn
from handover.packet.entities import entities

MAX_CITED = 6
"""A claim that cites half the conversation cites nothing."""
MAX_CHARS = 300
STEM = 5
"""Letters by which two forms of a word are taken for the same."""


class Fault(StrEnum):
    """Why a claim is dropped."""

    CITATION = "citation"
    TOO_LONG = "too_long"
    QUOTE = "quote"
    NUMBER = "number"
    ENTITY = "entity"
    NAME = "name"
    SPEAKER = "speaker"
    PROMISE = "promise"
    NEGATION = "negation"
    WORDS = "words"


_SPEAKERS: Mapping[str, tuple[str, ...]] = {
    "customer": (CUSTOMER,), "client": (CUSTOMER,), "kund": (CUSTOMER,), "cliente": (CUSTOMER,),
    "assistant": (ASSISTANT, "system"), "asistente": (ASSISTANT, "system"), "assistente": (ASSISTANT, "system"),
    "bot": (ASSISTANT, "system"), "agent": ("agent",), "mitarbeiter": ("agent",), "colleague": ("agent",),
    "agente": ("agent",),
}  # fmt: skip
"""How a claim names who said something: the beginning of the word, and who that may be."""


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_FRAMING = _listed(
    """customer customers client assistant agent person conversation asks asked asking wants wanted want says said
    saying states stated reports reported writes wrote mentions mentioned requests requested request needs needed
    told tells explains explained answered answers replied replies describes described complains complained first
    then later also that this with their they them about from have been because after before since when which there
    were does what cliente clienta asistente persona quiere pide dice pregunta indica solicita informa que para
    sobre personne demande veut indique précise dit écrit souhaite pour dans avec kunde kundin assistent möchte
    fragt sagt schreibt meldet bittet will dass über nach eine einen einer assistente pessoa quer pede pergunta diz
    escreve"""
)
"""Words that report and need no support; what follows them does."""
_NEGATIONS = _listed(
    """not no never none nothing nobody neither nor without cannot unable hardly nicht kein keine keinen keinem keiner
    nie niemals nichts niemand ohne ne n pas jamais rien aucun aucune sans ni nunca sin ningún ninguna nada jamás
    não nao nem sem nenhum nenhuma"""
)
_PROMISES = (
    "promis", "guarant", "agree", "commit", "assur", "confirm", "approv", "refund", "compens", "waiv", "credit",
    "reimburs",
    "versproch", "versprich", "garant", "zugesagt", "zusage", "bestätig", "genehmig", "erstatt", "gutschrift",
    "promet", "prometi", "asegur", "confirm", "aprob", "reembols", "compens",
    "promes", "rembours", "accord", "approuv", "prometeu", "aprov",
)  # fmt: skip
"""Beginnings of words that bind the organisation: one of them must stand in the cited message itself."""
_SMALL_NUMBERS = {
    word: str(number)
    for number, words in enumerate(
        (
            "zwei two dos deux dois", "drei three tres trois três", "vier four cuatro quatre quatro",
            "fünf five cinco cinq", "sechs six seis", "sieben seven siete sept sete", "acht eight ocho huit oito",
            "neun nine nueve neuf nove", "zehn ten diez dix dez",
        ),
        start=2,
    )
    for word in words.split()
}  # fmt: skip
_DOUBLE = '"\u201c\u201d\u201e\u00ab\u00bb'
_QUOTED = re.compile(f"[{_DOUBLE}]([^{_DOUBLE}]+)[{_DOUBLE}]")
_MARKS = str.maketrans(dict.fromkeys(_DOUBLE + "\u2018\u2019\u201a", "'"))
_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_SENTENCES = re.compile(r"(?<=[.!?;])\s+|\n+")
_TURNS = re.compile(r"\b(?:but|however|aber|jedoch|sondern|pero|sino|mais|mas)\b", re.IGNORECASE)
"""Words beyond which a "not" does not reach; "and" and a comma are none: "I never got the lamp and the box"."""
_CLAUSES = re.compile(
    r"[,;:.!?\n]|\b(?:but|and|aber|und|sondern|pero|y|sino|mais|et|mas|e|although|though|because)\b", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """A claim beside the messages it cites."""

    claim: str
    cited: tuple[CaseTurn, ...]

    @cached_property
    def source(self) -> str:
        """All that the messages say, in one form."""
        return _plain("\n".join(turn.text for turn in self.cited))

    @cached_property
    def speaking(self) -> tuple[CaseTurn, ...]:
        """The messages that whom the claim names first can have written; all if it names nobody."""
        named = next((authors for word in _WORD.findall(_plain(self.claim))[:4] if (authors := _speaker(word))), ())
        return tuple(turn for turn in self.cited if not named or turn.author in named)


Checks = Mapping[Fault, Callable[[_Reading], bool]]


def fault_of(
    claim: str, turns: Sequence[int], known: Mapping[int, CaseTurn], checks: Checks | None = None
) -> Fault | None:
    """Why the cited messages do not support the claim; None if they do.

    Every cited message is there; words in quotes, numbers, dates, amounts, order numbers and names stand in them; who
    is said to speak is who wrote one of them; a binding word (promised, refund, approved) stands in one, written by
    that speaker; every content word stands in them, in some form, because one invented word ("mould") is enough; and
    nothing is negated that is not negated there, or the other way round.
    """
    if not turns or len(set(turns)) > MAX_CITED or any(turn not in known for turn in turns):
        return Fault.CITATION
    read = _Reading(claim=claim, cited=tuple(known[turn] for turn in dict.fromkeys(turns)))
    return next((fault for fault, holds in (checks or CHECKS).items() if not holds(read)), None)


def _plain(text: str) -> str:
    return " ".join(text.translate(_MARKS).split()).casefold()


def _numbers(text: str) -> set[str]:
    """Numbers in one form: 1,000.50 and 1.000,50 as their digits, small ones in words as figures."""
    plain = _plain(text)
    found = {re.sub(r"[.,]", "", number) if _is_decimal(number) else number for number in _NUMBER.findall(plain)}
    return found | {_SMALL_NUMBERS[word] for word in _WORD.findall(plain) if word in _SMALL_NUMBERS}


def _is_decimal(number: str) -> bool:
    return re.fullmatch(r"\d+(?:[.,]\d+)*", number) is not None


def _entities_stand(claim: str, cited: Sequence[CaseTurn]) -> bool:
    """Order numbers, amounts and dates stand in the messages as written, but for spaces and case."""
    source = re.sub(r"\s+", "", _plain("\n".join(turn.text for turn in cited)))
    values = (value for kind, found in entities([claim]).items() if kind != "products" for value in found)
    return all(re.sub(r"\s+", "", _plain(value)) in source for value in values)


def _names_stand(claim: str, source: str) -> bool:
    """Words with a capital inside a sentence stand in the messages: names of people, places, firms, products."""
    for sentence in _SENTENCES.split(claim):
        for word in list(_WORD.finditer(sentence))[1:]:
            name = word[0].casefold()
            if word[0][0].isupper() and name not in _FRAMING and not _speaker(name) and not _stands(name, source):
                return False
    return True


def _speaker(word: str) -> tuple[str, ...]:
    return next((authors for start, authors in _SPEAKERS.items() if word.startswith(start)), ())


def _promises_stand(claim: str, speaking: Sequence[CaseTurn]) -> bool:
    """Whoever is said to bind themselves, or to ask for it, has used that very word."""
    said = [word for turn in speaking for word in _WORD.findall(_plain(turn.text))]
    binding = {start for word in _WORD.findall(_plain(claim)) for start in _PROMISES if word.startswith(start)}
    return all(any(word.startswith(start) for word in said) for start in binding)


def _content(text: str) -> list[str]:
    """The words that carry a claim."""
    words = (word.split("'")[0] for word in _WORD.findall(_plain(text)))
    return [word for word in words if len(word) >= 4 and word not in _FRAMING and word not in _NEGATIONS]


def _words_stand(claim: str, source: str) -> bool:
    words = _content(claim)
    return bool(words) and all(_stands(word, source) for word in words)


def _stands(word: str, source: str) -> bool:
    """Whether the word stands in the source, in this or another form."""
    return any(_same(word, other) for other in _WORD.findall(source))


def _same(word: str, other: str) -> bool:
    if word == other:
        return True
    length = min(len(word), len(other), STEM)
    return length >= 4 and word[:length] == other[:length] and abs(len(word) - len(other)) <= 4


def _negated_alike(claim: str, cited: Sequence[CaseTurn]) -> bool:
    """A "not" that was lost or added: in the sentence nearest to the claim, and before each of its words."""
    whole = (sentence for turn in cited for sentence in _SENTENCES.split(turn.text))
    sentences = [part for sentence in whole for part in _TURNS.split(sentence) if part.strip()]
    if not sentences:
        return False
    words = _content(claim)
    overlaps = [sum(_stands(word, _plain(sentence)) for word in words) for sentence in sentences]
    nearest = [one for one, overlap in zip(sentences, overlaps, strict=True) if overlap == max(overlaps)]
    if any(_negated(sentence) is not _negated(claim) for sentence in nearest):
        return False
    denied = _denied(claim)
    there = [word for sentence in nearest for word in _denied(sentence)]
    held = [word for sentence in nearest for word in _content(sentence) if word not in there]
    return not any(
        any(_same(word, other) for other in held) and not any(_same(word, other) for other in there) for word in denied
    )


def _negated(text: str) -> bool:
    plain = _plain(text)
    return "n't" in plain or not _NEGATIONS.isdisjoint(word.strip("'") for word in re.findall(r"[^\W\d_]+", plain))


def _denied(text: str) -> list[str]:
    """The content words of the clauses that have a "not"."""
    return [word for clause in _CLAUSES.split(text.translate(_MARKS)) if _negated(clause) for word in _content(clause)]


CHECKS: Checks = {
    Fault.TOO_LONG: lambda read: len(read.claim) <= MAX_CHARS,
    Fault.SPEAKER: lambda read: bool(read.speaking),
    Fault.QUOTE: lambda read: all(
        _plain(span).strip(" .\u2026") in read.source for span in _QUOTED.findall(read.claim)
    ),
    Fault.NUMBER: lambda read: _numbers(read.claim) <= _numbers(read.source),
    Fault.ENTITY: lambda read: _entities_stand(read.claim, read.cited),
    Fault.NAME: lambda read: _names_stand(read.claim, read.source),
    Fault.PROMISE: lambda read: _promises_stand(read.claim, read.speaking),
    Fault.WORDS: lambda read: _words_stand(read.claim, read.source),
    Fault.NEGATION: lambda read: _negated_alike(read.claim, read.cited),
}
"""What each fault is the absence of, in the order in which they are told."""
