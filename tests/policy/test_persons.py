"""One person under every spelling of their id, and two people who are never taken for one without being told."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.letters import LOOKALIKES
from policy.persons import clashes, folded, is_among, require_distinct, same_person
from states.errors import SettingsError

IDS = ("anna", "Omar.Haddad", "ben-2", "iris", "müller", "tickets:warren", "o0l1I", "жанна", "arnold|x", "Ørsted")
NOTHING = ("\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202e", "\ufe0f", "\u0301", " ", "\u00a0")
"""Characters that show nothing, or a blank, or an accent."""
Respell = Callable[[str, random.Random], str]


def _case(text: str, dice: random.Random) -> str:
    return "".join(dice.choice((char.upper(), char.lower(), char)) for char in text)


def _form(text: str, dice: random.Random) -> str:
    return unicodedata.normalize(dice.choice(("NFC", "NFD", "NFKC", "NFKD")), text)


def _wide(text: str, dice: random.Random) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" and dice.random() < 0.5 else char for char in text)


def _looks(text: str, dice: random.Random) -> str:
    looks = (LOOKALIKES.get(char.lower(), "") if dice.random() < 0.5 else "" for char in text)
    return "".join(dice.choice(found) if found else char for found, char in zip(looks, text, strict=True))


def _invisible(text: str, dice: random.Random) -> str:
    return "".join(char + (dice.choice(NOTHING) if dice.random() < 0.4 else "") for char in text)


def _similar(text: str, dice: random.Random) -> str:
    swaps = {"l": "1I|", "1": "lI|", "I": "l1", "i": "1", "o": "0", "0": "Oo", "m": ["rn"], "w": ["vv"], "O": "0"}
    return "".join(dice.choice((char, *swaps.get(char, ""))) for char in text)


RESPELT: dict[str, Respell] = {
    "letter case": _case, "normal form": _form, "full width": _wide, "look-alike letters": _looks,
    "what shows nothing": _invisible, "similar characters": _similar,
}  # fmt: skip


@pytest.mark.parametrize("how", RESPELT)
@pytest.mark.parametrize("person", IDS)
def test_respelt_id_is_the_same_person(person: str, how: str) -> None:
    dice = random.Random(f"{person}{how}")
    for _ in range(40):
        assert same_person(person, RESPELT[how](person, dice))


@settings(max_examples=300, deadline=None)
@given(person=st.text(min_size=1, max_size=40), way=st.sampled_from(sorted(RESPELT)), seed=st.integers())
def test_no_respelling_of_any_text_makes_a_second_person(person: str, way: str, seed: int) -> None:
    assert same_person(person, RESPELT[way](person, random.Random(seed)))


@settings(max_examples=300, deadline=None)
@given(
    person=st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_@: éüøß", min_size=1, max_size=40),
    ways=st.permutations(sorted(RESPELT)),
    seed=st.integers(),
)
def test_no_chain_of_respellings_makes_a_second_person(person: str, ways: list[str], seed: int) -> None:
    """Letter case before look-alikes: a capital Nu that stands for N is no longer N in lower case, and looks like v."""
    spelt, dice = person, random.Random(seed)
    for way in sorted(ways, key=lambda one: one == "look-alike letters"):
        spelt = RESPELT[way](spelt, dice)
    assert same_person(person, spelt)


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=60))
def test_folding_is_settled_and_never_raises(person: str) -> None:
    assert [folded(form)[0] for form in folded(person)] == list(folded(person))


@pytest.mark.parametrize("half", [_case, _looks, _similar])
def test_the_family_is_told_apart_by_plain_comparison(half: Respell) -> None:
    """A mutant: without folding these respellings are other people."""
    assert any(half(person, random.Random(seed)) != person for person in IDS for seed in range(5))


@pytest.mark.parametrize(
    ("one", "other"),
    [("anna", "ben"), ("anna", "anna2"), ("agent-3", "agent-4"), ("sara", "sina"), ("a.b", "ab"), ("rt:4", "rt:5")],
)
def test_other_names_are_other_people(one: str, other: str) -> None:
    assert not same_person(one, other)
    assert list(clashes((one, other))) == []


@pytest.mark.parametrize("nobody", ["", None])
def test_nobody_is_nobody(nobody: str | None) -> None:
    assert not same_person(nobody, nobody)
    assert not same_person(nobody, "anna")
    assert not is_among("anna", ())


def test_two_spellings_of_one_id_are_refused_by_name() -> None:
    with pytest.raises(SettingsError, match=r"'Anna' and 'anna' would be one person"):
        require_distinct(["ben", "anna", "Anna", "anna"])
    require_distinct(["ben", "anna", "anna"])
