"""How well a model's answer stands on the passages it cites."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistants.lexicon import lexicon

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_ENDS = ".!?:;"
_SPACE = re.compile(r"\s+")


def is_quote(quote: str, text: str) -> bool:
    """Whether `quote` stands in `text` word for word; line breaks and runs of spaces aside."""
    return bool(quote.strip()) and _plain(quote) in _plain(text)


def is_verbatim(answer: str, text: str) -> bool:
    """Whether the answer is whole sentences of the text: half of "we do not ship" says the contrary."""
    plain, within = _plain(answer), _plain(text)
    start = within.find(plain) if plain else -1
    if start < 0:
        return False
    before, after = within[:start].rstrip(), within[start + len(plain) :]
    return (not before or before[-1] in _ENDS) and (not after or plain[-1] in _ENDS)


def support(answer: str, sources: Sequence[str], question: str, language: str) -> float:
    """The share of the answer's content words that the sources or the question contain, 0 to 1.

    0 without sources, and 0 if the answer has a number that no source has: prices, dates and limits are not guessed.
    """
    joined = "\n".join(sources)
    if not answer.strip() or not set(_NUMBER.findall(answer)) <= set(_NUMBER.findall(joined)):
        return 0.0
    words = lexicon(language)
    said = words.stems([answer])
    known = words.stems([joined])
    if not known or not said:
        return 0.0
    return len(said & (known | words.stems([question]))) / len(said)


def trusted(stated: float, supported: float, recognised: float) -> float:
    """The confidence of a model's draft: min(stated, supported) × (½ + ½ recognised).

    The model may lift a question that the articles recognise faintly; one that they do not recognise at all stays
    under 0.5, whatever the model says of itself.
    """
    return max(0.0, min(stated, supported, 1.0)) * (0.5 + 0.5 * max(0.0, min(recognised, 1.0)))


def _plain(text: str) -> str:
    return _SPACE.sub(" ", text).strip()
