"""Masking leaves everyday numbers alone: at most three in a thousand of each kind, drawn with a fixed seed."""

from __future__ import annotations

import pytest

from benchmarks.everyday import KINDS, Kind
from benchmarks.masking import SAMPLES, destroyed
from triggers.pii import redact

LIMIT = 0.003


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_everyday_numbers_are_not_destroyed(kind: Kind) -> None:
    lost = destroyed(kind)
    print(f"{kind.name}: {len(lost)} of {SAMPLES}, {len(lost) / SAMPLES:.2%}")
    assert len(lost) <= LIMIT * SAMPLES, lost[:5]


@pytest.mark.parametrize(
    "text",
    ["boards in 300 71 1000", "part KX204060A", "at 40.712776, -74.005974", "pin 48.858370, 2.294481", "map pin 4821",
     "items 40213456 and 40214567", "40213456 40214567", "4006381333931", "SSCC 00340434161094042557",
     "Sendungsnummer 00340434161094042557", "order 4111-22, part 536-90-4399", "boarding pass: 12A",
     "palabra clave: zapatos", "the task-management-system-overview page", "it fits, 28.98348738N 4.76032318E"],
)  # fmt: skip
def test_numbers_that_were_once_destroyed_stay(text: str) -> None:
    assert redact(text) == (text, ())


@pytest.mark.parametrize(
    "text",
    ["joe@x.test / Order 4411", "joe@x.test SW1A1AA", "joe@x.test - KX204060A", "joe@x.test and jane2@y.test",
     "joe@x.test / www.shop2.test", "joe@x.test, I ordered 2 kettles", "mail joe@x.test before 10:30",
     "the key safe model 5401", "alarm at 7.30", "I set the alarm for 0630", "door 762 x 1981 mm", "door number 4821",
     "error code 4821 on the washing machine", "the code E12 is shown", "alarm code E12", "gate 12 at terminal 2",
     "parcel locker 4821", "put it in the safe place at 1230", "enter 4821 on the website",
     "type 4821 in the search box", "the key is 12345678", "the lock is 40mm", "dial 0800 123456 for the office",
     "the network code is 23410", "WLAN Code 500 Fehler", "building code 2018", "combination lock 4-digit",
     "my discount code is 4821", "this is my password", "4821 is my order", "2 is my pin size",
     "use 40 to log in faster",
     "SAVE20 is the code", "my first school is in Leeds", "the red code 12345678", "wifi 6 router AX3000",
     "who has read my text with 48291 words", "changed from 2021 to 2022"],
)  # fmt: skip
def test_numbers_beside_words_for_doors_keys_and_codes_stay(text: str) -> None:
    assert redact(text) == (text, ())
