"""Which of the packs' five languages a message is in.

Without it a French customer would be told in English that a person takes over.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from policy.schema import LANGUAGES

_STOP_WORDS = {
    "en": "the is my i and to you it of have not what how can with "
    "this was please your for do hello thanks are when where",
    "es": "el la los que de y mi es un una no por favor como "
    "para con hola gracias quiero tengo donde cuando muy esta su",
    "fr": "le la les de et est je ne pas une un mon ma vous pour bonjour merci avec comment que mes suis ai veux votre",
    "de": "der die das und ist ich nicht mein meine ein eine bitte wie kann "
    "mit fur hallo danke habe sie wo auf zu mich",
    "pt": "o os que de e meu minha um uma nao por favor como "
    "para com ola obrigado obrigada quero tenho onde quando voce",
}
_SMALL_WORDS = tuple((language, frozenset(words.split())) for language, words in _STOP_WORDS.items())
_WORD = re.compile(r"[a-z]+")
_HEAD = 300
"""Characters that are looked at: enough to tell five languages apart."""
_FEW = 160
"""The same where only small words are counted."""
_ENOUGH_LETTERS = 25
_SURE = 0.8


def by_stop_words(folded_text: str) -> str | None:
    """The language most of the small words belong to, or None if they do not tell; a few microseconds."""
    words = frozenset(_WORD.findall(folded_text[:_FEW]))
    votes = sorted([(len(words & small), language) for language, small in _SMALL_WORDS], reverse=True)
    (first, language), (second, _) = votes[0], votes[1]
    return language if first > second else None


def detect(text: str, folded_text: str, hint: str | None = None) -> str:
    """The language of a text; where it does not tell, the hint, or English."""
    fallback = hint if hint in LANGUAGES else "en"
    found = by_stop_words(folded_text)
    if found is not None:
        return found
    if sum(char.isalpha() for char in text[:_HEAD]) < _ENOUGH_LETTERS:
        return fallback
    language, probability = _identifier().classify(text[:_HEAD].encode("utf-8", "ignore"))
    return str(language) if probability >= _SURE and language in LANGUAGES else fallback


@cache
def _identifier() -> Any:
    """py3langid narrowed to our languages; its model takes a tenth of a second to load."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # lazy: loads numpy and a model

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(LANGUAGES))
    return identifier
