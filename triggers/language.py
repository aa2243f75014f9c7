"""Which of the packs' five languages a message is in, and when a conversation's language changes.

Channel and conversation lead: a greeting, a yes, a name or a place is no evidence of another language, and one short
sentence is too little to turn a reply, or the promise of a person, into it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from policy.letters import FOLD
from policy.schema import LANGUAGES

_SPOKEN = {
    "en": "is are am was i i'm my you your it this that not what how when where why can do does did have has please "
    "want need hello thanks would could should will there don't can't still they we",
    "es": "que mi por favor como hola gracias quiero quisiera necesito tengo tiene tienen donde cuando muy esta estan "
    "es puedo puede hay cuanto cual mis se ustedes ha han estoy pedido porque ayuda buenos buenas pero ya sin hace "
    "recibi llegado llega ¿",
    "fr": "est je j'ai ne pas mon ma mes vous votre bonjour merci avec comment que suis ai veux voudrais puis peux "
    "pouvez c'est il elle nous quand combien ou sont toujours commande bonsoir pourquoi n'ai quel quelle",
    "de": "ist ich nicht mein meine meinen bitte wie kann konnen hallo danke habe haben sie wo mich mir warum wann "
    "mochte wurde sind noch kein keine schon wird gibt es wir ihr uns guten welche",
    "pt": "que meu minha nao favor como ola obrigado obrigada quero gostaria preciso tenho tem onde quando voce voces "
    "esta estao posso pode muito ainda porque qual quanto bom boa meus eu chegou recebi ja",
}
"""Words of speech: a name, a place or a product rarely has one, hardly ever two."""
_JOINING = {
    "en": "the of and to for with in on from at by",
    "es": "el la los las de del y un una en con para su a lo",
    "fr": "le la les de du des et un une en pour dans au aux d l",
    "de": "der die das den dem des und ein eine einen mit fur auf von zu im am zum zur",
    "pt": "o os a as de do da dos das e um uma em no na com para por ao",
}
"""Articles and prepositions, of which names are full: they support words of speech and show nothing alone."""
_LISTED = tuple((code, frozenset(_SPOKEN[code].split()), frozenset(_JOINING[code].split())) for code in _SPOKEN)
_JOINED = frozenset(word for _, _, joining in _LISTED for word in joining)
_GREETINGS = {
    "hello": "en", "thanks": "en", "thank you": "en", "hola": "es", "gracias": "es", "buenos dias": "es",
    "buenas tardes": "es", "bonjour": "fr", "merci": "fr", "bonsoir": "fr", "hallo": "de", "danke": "de",
    "guten tag": "de", "guten morgen": "de", "ola": "pt", "obrigado": "pt", "obrigada": "pt", "bom dia": "pt",
    "boa tarde": "pt",
}  # fmt: skip
"""Greetings and thanks that only one of the languages has: they decide where nothing else did yet."""
_IDIOMS = re.compile(
    r"\b(?:c['’]est la vie|que sera sera|mi casa es su casa|je ne sais (?:quoi|pas quoi)|hasta (?:la vista|"
    r"luego|ma[nñ]ana)"
    r"|comme ci,? comme [cç]a|mon dieu|sacr[eé] bleu|no es bueno|qu[eé] pasa|lo siento|auf wiedersehen|"
    r"wie bitte|ach so|was ist los"
    r"|das ist gut|mea culpa|tant pis|bon app[eé]tit|bon voyage|[aà] la carte|est[aá] bien|muy bien|"
    r"mucho gusto|adi[oó]s amigos?"
    r"|fiesta|siesta|gesundheit|wunderbar|voil[aà]|ol[aá] amigo|hola amigo|et voila|la vida loca|"
    r"the show must go on|no problem"
    r"|please|sorry|never mind|by the way)\b",
    re.IGNORECASE,
)
"""What people of every language put into their own, beside the rest of a sentence."""
_COURTESIES = {
    "es": "hola gracias muchas por favor buenas buenos", "fr": "merci beaucoup bonjour bonsoir s'il plait",
    "de": "danke bitte hallo schon guten", "pt": "ola obrigado obrigada por favor", "en": "hello thanks please",
}  # fmt: skip
"""They show a language only beside another word of it."""
_POLITE = {code: frozenset(words.split()) for code, words in _COURTESIES.items()}
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_HEAD = 300
"""Characters that are looked at: enough to tell five languages apart."""
_MARGIN, _SURE_MARGIN = 1.0, 1.5
"""How far the best language must be ahead to be leant to, and to be sure; a word of speech counts 1, others 0.5."""
_LEAST_WORDS, _LEAST_LETTERS = 2, 8
_SURE_WORDS, _SURE_LETTERS = 4, 12
_ENOUGH_LETTERS, _LONG = 20, 40
"""Letters from which a text without small words is classified, and from which that is sure."""
_LIKELY = 0.9
_LEAST_PLAIN = 3
"""Words without a capital that a text without small words must have to be classified."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What one message shows about its language."""

    language: str | None = None
    """None where it shows nothing."""
    sure: bool = False
    """A sentence of some length: enough to change the language of a conversation at once."""
    greeting: str | None = None
    """The language of a message that is a mere greeting or thanks."""


NOTHING = Shown()


def shown(text: str, *, classify: bool = True) -> Shown:
    """What a message shows about its language; `classify` also judges texts without small words, in a millisecond."""
    head = _own(text[:_HEAD])
    written = list(dict.fromkeys(_WORD.findall(head)))
    folded = [word.translate(FOLD) for word in written]
    greeting = _GREETINGS.get(" ".join(folded))
    if greeting is not None:
        return Shown(greeting=greeting)
    signs = ("¿",) if "¿" in head else ()
    found = _by_words((*signs, *(word for at, word in enumerate(folded) if not _is_named(written, at))))
    letters = sum(map(len, written))
    if _is_name(written, folded):
        return NOTHING
    if found is None or letters < _LEAST_LETTERS or len(written) < _LEAST_WORDS:
        return _classified(head, written, letters) if found is None and classify else NOTHING
    language, spoken, margin = found
    long = len(written) >= _SURE_WORDS and letters >= _SURE_LETTERS
    return Shown(language=language, sure=long and spoken > 1 and margin >= _SURE_MARGIN)


def _own(text: str) -> str:
    """The text without the idioms of other languages, if it says more than they do."""
    rest = _IDIOMS.sub(" ", text)
    return rest if _WORD.search(rest) else text


def _by_words(words: Iterable[str]) -> tuple[str, int, float] | None:
    """The language with most small words, how many of speech it has, and its margin; None if none is ahead."""
    own = frozenset(words)
    votes = []
    for code, spoken, joining in _LISTED:
        more = own - _POLITE[code]
        polite = len(own & spoken & _POLITE[code]) if not more or more & (spoken | joining) else 0
        said = len(more & spoken) + polite
        votes.append((said + len(own & joining) / 2, said, code))
    (first, said, language), (second, *_) = sorted(votes, reverse=True)[:2]
    return (language, said, first - second) if said and first - second >= _MARGIN else None


def _is_named(written: list[str], at: int) -> bool:
    """Whether a word may belong to a name: it begins with a capital, or stands between two that do."""
    if at and written[at][:1].isupper():
        return True
    around = (written[at - 1] if at else "", written[at + 1] if at + 1 < len(written) else "")
    return all(word[:1].isupper() for word in around)


def _is_name(written: list[str], folded: list[str]) -> bool:
    """Whether all words but articles and prepositions begin with a capital, and not all are in capitals."""
    named = all(word[:1].isupper() or plain in _JOINED for word, plain in zip(written, folded, strict=True))
    return named and not all(map(str.isupper, written))


def _classified(head: str, written: list[str], letters: int) -> Shown:
    """By the shape of its words, if there are enough that are no names."""
    plain = sum(not word[:1].isupper() for word in written)
    if letters < _ENOUGH_LETTERS or plain < _LEAST_PLAIN or 2 * plain < len(written):
        return NOTHING
    language, probability = _identifier().classify(head.encode("utf-8", "ignore"))
    if probability < _LIKELY or language not in LANGUAGES:
        return NOTHING
    return Shown(language=str(language), sure=letters >= _LONG)


def detect(text: str, hint: str | None = None) -> str:
    """The language of a text by itself; where it is not sure, the hint, or English if there is none."""
    found = shown(text)
    if hint in LANGUAGES:
        return found.language if found.sure and found.language else str(hint)
    return found.language or found.greeting or "en"


@cache
def _identifier() -> Any:
    """py3langid narrowed to our languages; its model takes a tenth of a second to load."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # lazy: loads numpy and a model

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(LANGUAGES))
    return identifier
