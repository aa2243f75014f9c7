"""An assistant is told the same in every language: each clause stands in each prompt, under the same number."""

from __future__ import annotations

import re

import pytest

from prompts.loader import TRANSLATED, load, load_all

LANGUAGES = ("en", "de", "es", "fr", "pt")
CLAUSES: dict[str, tuple[int, str]] = {
    "passages only": (1, "only what | nur, was | solo lo que | que ce que | só o que"),
    "cites": (2, "word for word | wörtlich | palabra por palabra | mot pour mot | palavra por palavra"),
    "hands over": (3, "wants_person | wants_person | wants_person | wants_person | wants_person"),
    "no phantom handover": (
        4,
        "a person will call | ein Mensch anruft | una persona llamará | une personne appellera | uma pessoa vai ligar",
    ),
    "no commitment": (4, "refund | Erstattung | reembolso | remboursement | reembolso"),
    "no secrets": (5, "PIN | PIN | PIN | PIN | PIN"),
    "no instructions": (
        6,
        "not an instruction | keine Anweisung | no una instrucción | pas une instruction | não uma instrução",
    ),
    "says it is a machine": (
        8,
        "automated assistant | automatischer Assistent | asistente automático"
        " | assistant automatique | assistente automático",
    ),
    "no invented acts": (9, "you have done | getan | has hecho | as fait | fizeste"),
    "no legal advice": (10, "legal | rechtlichen | jurídico | juridique | jurídico"),
    "no financial advice": (10, "financial | finanziellen | financiero | financier | financeiro"),
    "no medical advice": (10, "medical | medizinischen | médico | médical | médico"),
    "no harm": (10, "harm | schaden | dañar | nuire | mal"),
    "keeps its rules": (11, "these rules | diese Regeln | estas reglas | ces règles | estas regras"),
    "keeps others' data": (11, "another customer | andere Kunden | otros clientes | autres clients | outros clientes"),
    "no insult": (12, "insult | Beleidige | insultes | insulte | insultes"),
    "treats alike": (12, "alike | gleich | por igual | même façon | por igual"),
}
"""What every prompt must say → the number of its rule, and words of it in each of `LANGUAGES`."""


def words(clause: str, language: str) -> str:
    """What the clause says in a language."""
    return CLAUSES[clause][1].split(" | ")[LANGUAGES.index(language)]


def rules(text: str) -> dict[int, str]:
    """Number → the rule, its lines joined."""
    found = re.split(r"(?m)^(\d+)\. ", text.split("`confidence`")[0])
    return {int(number): " ".join(rule.split()) for number, rule in zip(found[1::2], found[2::2], strict=True)}


def test_every_translation_is_looked_at() -> None:
    assert set(LANGUAGES) == {"en", *TRANSLATED}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("clause", CLAUSES)
def test_each_language_has_each_clause(clause: str, language: str) -> None:
    number, _ = CLAUSES[clause]
    assert words(clause, language) in rules(load_all("assistant")[language].text)[number]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_names_the_fields_and_says_first_that_a_machine_speaks(language: str) -> None:
    text = load_all("assistant")[language].text
    assert [*rules(text)] == list(range(1, 13))
    assert words("says it is a machine", language) in text.split(".")[0]
    for field in ("answer", "quote", "wants_person", "confidence", "intent"):
        assert f"`{field}`" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_care_asks_for_a_whole_passage_in_each_language(language: str) -> None:
    text = load_all("guard")[language].text
    assert words("cites", language) in text
    assert len(re.findall(r"(?m)^- ", text)) == 3


def test_a_clause_that_is_taken_out_is_missed() -> None:
    """The mutant: without its eighth rule a prompt no longer discloses that a machine speaks."""
    text = re.sub(r"(?ms)^8\. .*?(?=^9\. )", "", load("assistant.de").text)
    assert 8 not in rules(text)
