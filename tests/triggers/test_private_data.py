"""Cards, secrets and identifiers: found and taken out however they are written, and look-alikes left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.triggers.policies import CARD
from triggers.folding import fold
from triggers.pii import find, redact

GROUPS = [CARD[at : at + 4] for at in range(0, 16, 4)]
SPELLED = ["four", *["one"] * 15]

DISGUISES = {
    "plain": CARD,
    "spaces": " ".join(GROUPS),
    "dashes": "-".join(GROUPS),
    "dots": ".".join(GROUPS),
    "underscores": "_".join(GROUPS),
    "slashes": "/".join(GROUPS),
    "mixed": f"{GROUPS[0]}-{GROUPS[1]} {GROUPS[2]}.{GROUPS[3]}",
    "newlines": "\n".join(GROUPS),
    "one by one": " ".join(CARD),
    "pairs": " ".join(CARD[at : at + 2] for at in range(0, 16, 2)),
    "full width": "".join(chr(0xFF10 + int(digit)) for digit in CARD),
    "arabic-indic": "".join(chr(0x660 + int(digit)) for digit in CARD),
    "zero width": "\u200b".join(CARD),
    "no-break spaces": "\u00a0".join(GROUPS),
    "letters": "4lll IIII 1l1I lllI",
    "spelled": " ".join(SPELLED),
    "doubled": "four triple one " + "double one " * 6,
    "spanish": "cuatro " + "uno " * 15,
    "french": "quatre " + "un " * 15,
    "german": "vier " + "eins " * 15,
    "portuguese": "quatro " + "um " * 15,
    "words between": f"{GROUPS[0]} then {GROUPS[1]} and {GROUPS[2]} and {GROUPS[3]}",
    "glued": f"card{CARD}",
    "parentheses": "".join(f"({group})" for group in GROUPS),
    "stars": "*".join(GROUPS),
    "another length": "3782 822463 " + "10005",
    "letter o": "6011 OOOO 9901 " + "3942",
}


@pytest.mark.parametrize("form", DISGUISES)
def test_a_card_is_found_and_redacted_in_every_disguise(form: str) -> None:
    text = f"Please charge {DISGUISES[form]} today"
    clean, redactions = redact(text)
    assert [one.entity for one in redactions] == ["card"]
    assert clean.startswith("Please charge ")
    assert "[card]" in clean
    assert clean.endswith("today")
    assert not any(char.isdigit() for char in clean)


@pytest.mark.parametrize(
    "text",
    [
        f"{CARD[:-1]}2",
        "order " + "2024-1234-5678-9012",
        "tracking 9400111899223197428490",
        "1Z999AA10123456784",
        "IMEI 490154203237518",
        "+49 151 2345 67890",
        "orders 40213, 40214 and 40215 from 2024",
        "one of the two boxes had three items, four were missing",
        "call 0207 946 0958 or 0161 496 0000",
        "I forgot my password and my password is not working",
        "my password is incorrect",
        "the password is case-sensitive and too short",
        "How do I change my PIN?",
        "promo code SAVE2024, error code 1234, zip code 90210, pin code 560001",
        "my account since 2019, created 2024-05-11",
        "order number 12345678",
        "https://example.com/products/12345?colour=red",
    ],
)
def test_lookalikes_of_private_data_stay(text: str) -> None:
    assert redact(text) == (text, ())


TOLD = (
    ("secret", "my password is hunter2"),
    ("secret", "Password: Sunshine"),
    ("secret", "the pin is 4821"),
    ("secret", "cvv 123"),
    ("secret", "the code you sent me is 482 913"),
    ("secret", "sk-" + "a1B2" * 6),
    ("secret", "AKIA" + "ABCD1234EFGH5678"),
    ("secret", "xoxb-" + "123456789012-abcdef"),
    ("secret", "ghp_" + "a1B2c3D4" * 5),
    ("secret", "eyJhbGciOiJub25lIn0" + ".eyJzdWIiOiIxIn0abc.abcdefghijk"),
    ("secret", "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----"),
    ("secret", "https://hooks.example.com/services/T000/B000/" + "XXXX1234"),
    ("secret", "mi contraseña es Perro123"),
    ("iban", "GB82 WEST 1234 5698 7654 32 is mine"),
    ("iban", "DE89370400440532013000"),
    ("national_id", "536-90-4399"),
    ("national_id", "my ssn is 536904399"),
    ("national_id", "AB 12 34 56 C"),
    ("national_id", "12345678Z"),
    ("national_id", "X1234567L"),
    ("national_id", "passport number 533380006"),
    ("national_id", "111.444.777-35"),
    ("account_number", "account number 12345678"),
    ("account_number", "sort code 20-00-00"),
    ("account_number", "Kontonummer: 12345678"),
)
"""Entity and a text that tells one."""


@pytest.mark.parametrize(("entity", "text"), TOLD)
def test_secrets_and_identifiers_are_redacted(entity: str, text: str) -> None:
    clean, redactions = redact(text)
    assert [one.entity for one in redactions] == [entity]
    assert redact(clean) == (clean, ())


def test_contact_data_is_found_on_request_and_stays_in_the_text() -> None:
    text = "write to me@example.com or call +44 20 7946 0958"
    assert {one.entity for one in find(fold(text), frozenset({"email", "phone"}))} == {"email", "phone"}
    assert redact(text) == (text, ())


def test_a_placeholder_counts_as_what_it_stands_for() -> None:
    clean, _ = redact(f"it is {CARD}")
    assert [one.entity for one in find(fold(clean))] == ["card"]


PIECES = st.sampled_from(
    [CARD, "4111 ", "1111 ", "one ", "four ", "password is ", "hunter2 ", "pin ", "4821 ", "[card]", "account no ", "-",
     "GB82 WEST 1234 5698 7654 32", " and ", "\n", "５", "card ", "12345678 "]
)  # fmt: skip


@given(st.lists(PIECES, max_size=12).map("".join) | st.text(st.characters(exclude_categories=()), max_size=80))
def test_redaction_is_idempotent_and_its_spans_are_in_order(text: str) -> None:
    clean, redactions = redact(text)
    assert redact(clean)[0] == clean
    ends = [0, *(one.end for one in redactions)]
    assert all(before <= one.start < one.end <= len(text) for before, one in zip(ends, redactions, strict=False))


@pytest.mark.parametrize(
    "text",
    ["la contraseña es incorrecta", "das Passwort ist falsch", "das Passwort ist ungültig", "a senha é obrigatória",
     "a senha está errada", "le mot de passe est incorrect", "le mot de passe est erroné", "mi contraseña es inválida"],
)  # fmt: skip
def test_a_password_that_is_merely_wrong_is_not_told(text: str) -> None:
    assert redact(text) == (text, ())


@pytest.mark.parametrize("text", ["la contraseña es tortuga", "das Passwort ist sonnenblume", "a senha é girassol"])
def test_a_password_that_is_told_is_still_taken_out(text: str) -> None:
    assert redact(text)[0].endswith("[secret]")
