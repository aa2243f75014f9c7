"""A private number that comes in pieces, whatever its first piece was called, is masked in every row it stands in.

Each message is stored before the next one comes, so a later one is read beside rows that are masked already.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations, pairwise, product

import pytest

from benchmarks.everyday import KINDS, Kind
from tests.triggers.told import CARD_LABELS
from triggers.burst import Burst, Part, mask
from triggers.masks import redact

CARDS = ("4111 1111 1111 1111", "5555 5555 5555 4444", "6011-1111-1111-1117", "3782 822463 10005")
OTHERS = {
    "DE89 3704 0044 0532 0130 00": ("iban", "my IBAN is", "account", "Konto"),
    "GB82 WEST 1234 5698 7654 32": ("iban", "account number:", "cuenta"),
    "1234 5678 9012": ("account", "my account number is", "Konto:", "compte"),
    "536-90-4399": ("ssn", "social security number:"),
    "529.982.247-25": ("cpf", "meu CPF é"),
}
ACCOUNT_LABELS = (
    "account",
    "my account number is",
    "acct:",
    "konto",
    "Kontonummer:",
    "mi cuenta es",
    "compte",
    "conta",
)
_MARK = re.compile(r"[ .-]")


def pieces(label: str, value: str) -> Iterator[tuple[str, ...]]:
    """The value with its label before it, cut between its groups into two and three messages."""
    groups = _MARK.split(value)
    mark = _MARK.search(value)
    assert mark is not None
    for number in (1, 2):
        for cuts in combinations(range(1, len(groups)), number):
            bounds = (0, *cuts, len(groups))
            parts = [mark[0].join(groups[a:b]) for a, b in pairwise(bounds)]
            yield (f"{label} {parts[0]}".strip(), *parts[1:])


def stored(messages: tuple[str, ...]) -> list[str]:
    """The rows after the last of the messages, each of which was masked beside the rows before it."""
    rows: list[str] = []
    for text in messages:
        earlier = [Part(id=str(at), text=row) for at, row in enumerate(rows)]
        burst = Burst.of(Part(id=str(len(rows)), text=text), earlier, most_chars=20_000)
        rows.append(text)
        for name, (clean, _) in mask(burst).items():
            rows[int(name)] = clean
    return rows


def left(messages: tuple[str, ...]) -> bool:
    """Whether any piece of three digits or more is still there."""
    return any(re.search(r"[0-9]{3}", row) for row in stored(messages))


CUT = [
    cut
    for value, label in (
        *product(CARDS, ("", *ACCOUNT_LABELS, *CARD_LABELS)),
        *((value, label) for value, labels in OTHERS.items() for label in labels),
    )
    for cut in pieces(label, value)
]


def test_there_are_enough_ways_to_cut() -> None:
    assert len(CUT) >= 500


def test_a_number_in_pieces_is_masked_in_all_rows() -> None:
    assert [(cut, stored(cut)) for cut in CUT if left(cut)] == []


def test_an_everyday_number_after_a_masked_message_stays() -> None:
    rows = stored(("my account number is 12345678", "order 40213456 is late", "I live at number 1207"))
    assert rows[1:] == ["order 40213456 is late", "I live at number 1207"]


@pytest.mark.parametrize("card", ["4111 1111 1111 1111", "5555-5555-5555-4444", "6011 1111 1111 1117"])
@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if kind.name in ("order numbers", "tracking numbers", "parts")]
)
def test_a_right_number_laid_out_as_on_a_card_is_one_whatever_it_is_called(kind: Kind, card: str) -> None:
    """Issuer, check sum and four groups of four together outweigh a harmless label."""
    sentences = [one for one in kind.sentences if "{2}" not in one and "://" not in one]
    assert len(sentences) >= 5
    kept = [text for one in sentences if card in redact(text := one.replace("{}", card))[0]]
    assert kept == []
