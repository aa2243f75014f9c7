"""The language of a conversation: led by the channel and the conversation, changed by sentences, not by words."""

from __future__ import annotations

from functools import cache
from itertools import product

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from policy.loader import PACKS, load_pack
from policy.schema import LANGUAGES
from tests.triggers.samples import engine, positives
from triggers.history import History
from triggers.language import NOTHING, Shown, detect, shown

TOKENS = (
    "hi", "ok", "okay", "no", "y", "n", "si", "sí", "ja", "oui", "nein", "non", "não", "yes", "e", "o", "a",
    "die", "was", "mi", "pro", "super", "bye", "ciao", "hey", "hm", "1", "?", "...", "👍", "y?", "no no",
    "ok ok", "a la carte", "per se", "de facto", "vis-à-vis", "et al", "ad hoc", "c'est la vie", "mea culpa",
    "gracias", "merci", "danke", "obrigado", "hola", "hello", "bonjour", "hallo", "olá", "thanks",
    "no gracias", "ok danke", "oui merci", "no problem", "por favor",
)  # fmt: skip
PLACES = {
    "en": (
        "New York", "The Hague", "Stratford-upon-Avon", "Isle of Man", "Bath", "12 Queen of the South Road",
        "The Wirral",
    ),
    "es": (
        "Los Angeles", "los angeles", "Las Palmas de Gran Canaria", "San José", "El Paso",
        "Palma de Mallorca", "La Paz", "Santiago de Compostela", "Rio de la Plata", "calle de la Luna 4",
    ),
    "fr": (
        "La Rochelle", "Le Mans", "Aix-en-Provence", "Villeneuve-la-Garenne", "rue de la Paix",
        "Baie des Anges", "Champs-Élysées", "Pas de Calais",
    ),
    "de": (
        "Frankfurt am Main", "Garmisch-Partenkirchen", "Unter den Linden", "Rothenburg ob der Tauber",
        "Bad Homburg", "An der alten Mühle 3", "Straße des 17. Juni",
    ),
    "pt": (
        "Rio de Janeiro", "São Paulo", "Praia da Rocha", "Vila Nova de Gaia", "Rua das Flores",
        "Porto Alegre", "O Porto",
    ),
}  # fmt: skip
PEOPLE = {
    "en": (
        "John Smith", "Will Young", "Mark Hope", "May Do", "Jane Doe",
    ),
    "es": (
        "María de los Ángeles García", "Juan Pablo de la Cruz", "Luis Miguel", "Ana y Carmen",
    ),
    "fr": (
        "Jean-Luc de la Fontaine", "Marie et Pierre Dubois", "Anne du Bois", "Le Clézio",
    ),
    "de": (
        "Karl von der Heide", "Ursula von der Leyen", "Hans und Grete Müller", "Mia zum Felde",
    ),
    "pt": (
        "João da Silva e Souza", "Maria dos Santos", "Pedro de Oliveira", "Ana do Carmo",
    ),
}  # fmt: skip
PRODUCTS = {
    "en": ("The North Face", "Call of Duty", "Head & Shoulders", "Harry Potter and the Order of the Phoenix"),
    "es": ("Zara Home", "El Corte Inglés", "La Casa de Papel", "Dos Equis", "Cien años de soledad"),
    "fr": ("Le Creuset", "La Roche-Posay", "Yves Saint Laurent", "L'Occitane en Provence", "Pain au chocolat"),
    "de": ("Der Spiegel", "Die Zeit", "Haribo Goldbären", "Das Boot", "Mein Schiff"),
    "pt": ("O Boticário", "Natura Ekos", "Pão de Açúcar", "Vinho do Porto", "Havaianas Top"),
}
NAMES = tuple(name for kinds in (PLACES, PEOPLE, PRODUCTS) for names in kinds.values() for name in names)
OPENINGS = {
    "en": "Hello, where is my order? It should have arrived.",
    "es": "Hola, ¿dónde está mi pedido? Quiero saber cuándo llega.",
    "fr": "Bonjour, où est ma commande ? Je voudrais savoir quand elle arrive.",
    "de": "Hallo, wo ist meine Bestellung? Ich möchte wissen, wann sie kommt.",
    "pt": "Olá, onde está o meu pedido? Gostaria de saber quando chega.",
}
AROUND = ("{}", "{}!", "{}?", "{}, {}", "{}.")


def conversation(language: str, *texts: str, default: str = "en") -> History:
    """A conversation opened by a sentence of a language, and what was written after it."""
    history = History().hear(shown(OPENINGS[language]), default)
    for text in texts:
        history = history.hear(shown(text), default)
    return history


def test_a_word_a_name_or_a_place_changes_no_language() -> None:
    changed = []
    for language, token, around in product(LANGUAGES, (*TOKENS, *NAMES), AROUND):
        text = around.format(token, token)
        if conversation(language, text).language() != language:
            changed.append((language, text))
    assert len((*TOKENS, *NAMES)) > 130
    assert changed == []


def test_names_one_after_another_change_no_language() -> None:
    changed = []
    for language, (at, first) in product(LANGUAGES, enumerate(NAMES)):
        second, third = NAMES[(at + 1) % len(NAMES)], NAMES[(at + 2) % len(NAMES)]
        if conversation(language, first, second, third).language() != language:
            changed.append((language, first, second, third))
    assert changed == []


def test_the_channels_language_leads_where_nothing_was_said() -> None:
    for language, name in product(LANGUAGES, (*NAMES, "ok", "no", "y", "hi")):
        assert History().hear(shown(name), language).language(language) == language


def test_small_talk_and_the_offer_are_answered_in_the_language_of_the_conversation() -> None:
    judge = engine("default")
    replies = {kind: talk.reply for kind, talk in load_pack("default").policy.smalltalk.items()}
    told = {(language, token): judge.smalltalk(token, language) for language, token in product(LANGUAGES, TOKENS)}
    other = [key for key, found in told.items() if found is not None and found[1] != replies[found[0]].get(key[0])]
    assert sum(found is not None for found in told.values()) > 60
    assert other == []


@cache
def sentences() -> dict[str, tuple[str, ...]]:
    """Examples of the packs with five words and more, by the language of the file they stand in."""
    found: dict[str, tuple[str, ...]] = {}
    for language in LANGUAGES:
        if language != "en":
            raw = yaml.safe_load((PACKS / "vectors" / f"default.{language}.yaml").read_text("utf-8"))
            vectors = [rule.get("vectors") or {} for rule in raw["triggers"].values()]
            texts = [one for kinds in vectors for several in kinds.values() for one in several if isinstance(one, str)]
            found[language] = tuple(text for text in dict.fromkeys(texts) if len(text.split()) >= 5)
    foreign = {text for several in found.values() for text in several}
    english = dict.fromkeys(one.vector.text for one in positives() if one.pack == "default")
    found["en"] = tuple(text for text in english if len(text.split()) >= 5 and text not in foreign)
    return found


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_two_real_sentences_of_another_language_change_it(language: str) -> None:
    several = sentences()[language]
    assert len(several) > 100
    for before in set(LANGUAGES) - {language}:
        pairs = list(zip(several[::2], several[1::2], strict=False))
        stayed = [pair for pair in pairs if conversation(before, *pair).language() != language]
        assert len(stayed) <= 0.2 * len(pairs), stayed


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_sentence_of_some_length_changes_it_at_once(language: str) -> None:
    for before in LANGUAGES:
        assert conversation(before, OPENINGS[language]).language() == language


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_few_sentences_are_taken_for_another_language(language: str) -> None:
    several = sentences()[language]
    wrong = [text for text in several if shown(text).language not in (None, language)]
    assert len(wrong) <= 0.02 * len(several), wrong
    assert not [text for text in wrong if shown(text).sure]


def test_what_is_heard_lives_in_the_history_as_plain_json() -> None:
    history = conversation("en").hear(Shown(language="es"))
    assert (history.spoken, history.leaning) == ("en", "es")
    assert History.from_json(history.to_json()) == history
    assert "leaning" not in conversation("en").to_json()
    assert history.hear(NOTHING) == history
    assert history.hear(Shown(language="en")).leaning == ""
    assert history.hear(Shown(language="es")).language() == "es"
    assert history.hear(Shown(language="de")).language() == "en"


def test_a_greeting_decides_only_where_nothing_was_heard() -> None:
    assert History().hear(shown("hola")).language("en") == "es"
    assert conversation("en", "hola", "gracias").language() == "en"
    assert History(spoken="en").hear(shown("bonjour")).language() == "en"


@given(st.text(st.characters(exclude_categories=()), max_size=400))
def test_every_text_shows_one_of_five_languages_or_none(text: str) -> None:
    assert shown(text).language in (None, *LANGUAGES)
    assert detect(text, "fr") in LANGUAGES


def test_to_believe_every_small_word_is_caught() -> None:
    """The mutant: one word of a language is enough."""
    small = {"de": {"der", "die", "das", "am", "hi"}, "es": {"los", "la", "y", "no", "el", "de"}, "pt": {"o", "da"}}

    def believed(text: str) -> Shown:
        words = set(text.lower().replace("-", " ").split())
        return Shown(language=next((code for code, known in small.items() if known & words), None), sure=True)

    changed = [name for name in (*NAMES, *TOKENS) if History(spoken="en").hear(believed(name)).language() != "en"]
    assert len(changed) > 20


@pytest.mark.parametrize(
    "text",
    [
        "c'est la vie, talk to a human", "que sera sera, cancel my order", "mi casa es su casa, refund please",
        "por favor cancel the order", "hasta la vista, close my account", "merci beaucoup, bye now", "bitte hurry",
        "danke schön for the kettle", "gracias amigo, order came", "muchas gracias, all good now",
        "je ne sais quoi about this kettle", "no bueno, the lamp is broken",
    ],
)  # fmt: skip
def test_an_idiom_or_a_courtesy_of_another_language_changes_nothing(text: str) -> None:
    assert shown(text).language in (None, "en")
    assert conversation("en", text, text).language() == "en"


@pytest.mark.parametrize(
    ("text", "language"),
    [("hello, necesito ayuda con mi pedido", "es"), ("sorry, je ne comprends pas", "fr"),
     ("hi, ich möchte mit jemandem reden", "de"),
     ("Sorry, das Teil ist broken", "de"), ("please, quero falar com uma pessoa", "pt"),
     ("danke für ihre hilfe", "de"), ("merci pour votre aide", "fr")],
)  # fmt: skip
def test_a_courtesy_beside_a_sentence_hides_its_language_not(text: str, language: str) -> None:
    assert shown(text).language == language
