"""Originals of masks that may be kept: never of a card or a secret, however it is written or whatever is beside it."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.privacy import KINDS
from tests.triggers.decorations import decorated
from tests.triggers.policies import CARD
from tests.triggers.test_private_data import DISGUISES, PIECES, TOLD
from triggers.assessment import Redaction
from triggers.engine import _redacted
from triggers.masks import redact
from triggers.originals import KEEPABLE, MOST, NEVER, Original, keepable
from triggers.pii import ENTITIES, MASKS, PLACEHOLDERS
from triggers.private.accounts import ACCOUNTS
from triggers.private.cards import luhn, plausible_lengths
from triggers.private.national_ids import NATIONAL_IDS

IBAN = "DE89370400440532013000"
KEPT = (*((kind, text) for kind, text in TOLD if kind in KEEPABLE),)
FRAMES = (
    "{}", "my account number is {}", "IBAN {}", "passport number {}", "SSN {}", "Kontonummer {}", "order {} please",
    "{} is my sort code", f"my IBAN is {IBAN} and {{}}", f"{{}} and my IBAN is {IBAN}",
)  # fmt: skip
"""Places in which a card could pass for something else, or stand beside it."""


def kept(text: str, kinds: frozenset[str] = KEEPABLE) -> tuple[Original, ...]:
    """What of a message would be kept."""
    return keepable(text, redact(text)[1], kinds)


def test_the_policy_and_the_grammar_name_the_same_kinds() -> None:
    assert frozenset(KINDS) == KEEPABLE
    assert {one.group for one in (*ACCOUNTS, *NATIONAL_IDS)} >= KEEPABLE
    assert frozenset(PLACEHOLDERS) - KEEPABLE == NEVER == {"card", "secret"}
    assert KEEPABLE < ENTITIES


@pytest.mark.parametrize(("kind", "text"), KEPT)
def test_an_original_is_kept_with_the_place_of_its_mask(kind: str, text: str) -> None:
    stored, redactions = redact(text)
    (one,) = keepable(text, redactions, KEEPABLE)
    assert one.kind == kind
    assert stored[one.start : one.end] == MASKS[kind]
    assert stored[: one.start] + one.text + stored[one.end :] == text
    assert one.text not in repr(one)
    assert keepable(text, redactions, KEEPABLE - {kind}) == ()


def _cards() -> Iterator[tuple[str, str]]:
    for form in DISGUISES.values():
        yield from ((frame, form) for frame in FRAMES)
    for one in decorated(DISGUISES["spaces"], random.Random(7), 60):
        yield from ((frame, one.text) for frame in FRAMES[:3])


def test_of_a_card_nothing_is_kept_in_any_disguise() -> None:
    """Every disguise and decoration of the other tests, in every place where it could pass for something else."""
    tried = found = 0
    for frame, form in _cards():
        tried += 1
        text = frame.format(form)
        found += bool(redact(text)[1])
        assert kept(text) == (), text
    # Under an everyday label ("order") a bare number is no card to the grammar: it stands unmasked in the message.
    assert tried > 300
    assert found > 0.98 * tried


@pytest.mark.parametrize(("kind", "text"), [one for one in TOLD if one[0] not in KEEPABLE])
def test_of_a_secret_and_of_what_stands_beside_it_nothing_is_kept(kind: str, text: str) -> None:
    assert kind in NEVER
    for frame in FRAMES:
        assert kept(frame.format(text)) == ()
    assert kept(f"my IBAN is {IBAN}, {MASKS[kind]}") == ()


@given(st.lists(PIECES, max_size=8).map("".join))
def test_what_is_kept_holds_no_card_and_stands_where_its_mask_is(text: str) -> None:
    stored, redactions = redact(text)
    originals = keepable(text, redactions, KEEPABLE)
    for one in originals:
        assert stored[one.start : one.end] == MASKS[one.kind]
        assert "1111111" not in "".join(filter(str.isdecimal, one.text))
    if any(one.entity in NEVER for one in redactions):
        assert originals == ()


@given(st.integers(0, 10**7 - 1), st.sampled_from(["4929", "5425", "3782", "6011", "3056"]), st.integers(8, 16))
def test_an_account_number_with_the_digits_of_a_card_is_not_kept(middle: int, issuer: str, at: int) -> None:
    """A number that is labelled as an account, and has any stretch that a card could be."""
    length = plausible_lengths(issuer + "00")[0]
    body = f"{issuer}{middle:07d}{'7' * 8}"[: length - 1]
    number = next(body + str(digit) for digit in range(10) if luhn(body + str(digit)))
    text = f"account number {number}"
    assert kept(text) == ()
    assert keepable(text, _as_account(text, number), KEEPABLE) == ()


def test_a_number_as_long_as_a_card_is_kept_only_if_it_is_an_iban() -> None:
    for digits, count in (("9" * 11, 1), ("9" * 12, 0), ("9" * 30, 0), (CARD[:-1] + "2", 0)):
        text = f"account number {digits}"
        assert len(keepable(text, _as_account(text, digits), KEEPABLE)) == count
    assert len(kept(f"my IBAN is {IBAN}")) == 1


def test_a_card_in_the_layout_of_an_iban_is_not_kept() -> None:
    """Neither one that the check digits refuse, nor a mistyped IBAN without a card is something else."""
    for number, count in ((f"DE00{CARD}0000", 0), ("DE8937040044053201300" + "1", 1), (IBAN, 1)):
        text = f"my iban {number}"
        assert len(keepable(text, _as_account(text, number, "iban"), KEEPABLE)) == count, number


def _as_account(text: str, number: str, entity: str = "account_number") -> tuple[Redaction, ...]:
    """The redaction as if the grammar of cards had missed what it is."""
    start = text.index(number)
    return (Redaction(entity=entity, start=start, end=start + len(number)),)


def test_of_a_message_with_more_than_anybody_asks_about_nothing_is_kept() -> None:
    def listed(count: int) -> str:
        return ", ".join(f"account number {12345600 + number}" for number in range(count))

    assert len(kept(listed(MOST))) == MOST
    assert kept(listed(MOST + 1)) == ()


def test_a_withheld_message_keeps_nothing() -> None:
    text = "account number 12345678 " + "1 " * 700_000
    assert keepable(text, _redacted(text)[1], KEEPABLE) == ()
