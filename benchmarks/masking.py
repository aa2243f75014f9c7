"""Counts what masking destroys of everyday numbers, and how its cost grows with hostile texts.

    python -m benchmarks.masking

The samples are drawn with a fixed seed; one is destroyed if anything of it is masked. Times are CPU seconds of this
process, the least of a few runs.
"""

from __future__ import annotations

import random
from time import process_time

from benchmarks.everyday import KINDS, Kind
from triggers.pii import redact
from triggers.private.detectors import TooMuchToMask

SAMPLES, SEED = 2_000, 20_261
GROWTH = 10


def destroyed(kind: Kind, samples: int = SAMPLES, seed: int = SEED) -> list[str]:
    """The samples of a kind of which something is masked."""
    dice = random.Random(f"{seed}:{kind.name}")
    drawn = [kind.sample(dice) for _ in range(samples)]
    return [text for text in drawn if redact(text)[1]]


_CARD = "4" + "1" * 15
_SPACED = " ".join(_CARD[at : at + 4] for at in range(0, 16, 4))
HOSTILE: dict[str, str] = {
    "spaced cards": f"{_SPACED} ",
    "solid cards": f"{_CARD} ",
    "cards without an end": _CARD,
    "digits": "4",
    "digits one by one": "4 1 1 1 ",
    "mistyped cards": f"{_SPACED[:-1]}2 ",
    "called cards": f"card {_CARD} ",
    "card labels": "card number is ",
    "cards after": f"{_CARD} is my card ",
    "everyday labels": "order number ",
    "listed orders": f"order {_CARD} and {_CARD}, ",
    "spelled": "four one one one ",
    "doubled": "double four ",
    "tens": "forty one ",
    "look-alike letters": "oilbs",
    "look-alike groups": "4lll IIII ",
    "words between": "4111 and 1111 then ",
    "password labels": "password: ",
    "passwords": "password is hunter2 ",
    "pins": "pin 4821 ",
    "one-time codes": "otp: ",
    "named keys": "api key ",
    "addresses": "https://example.com/a?b=c ",
    "schemes": "postgres://",
    "credentials": "ftp://u:p@h ",
    "userinfo without an end": "://a:b",
    "at signs": "@",
    "mail addresses": "a@b.co ",
    "half mail addresses": "a.a@a",
    "quotes": "password '\"`",
    "open brackets": "[",
    "placeholders": "[card] ",
    "half placeholders": "[card ",
    "open parentheses": "(4",
    "private keys without an end": "-----BEGIN PRIVATE KEY-----\n",
    "base64": "QUtJQTEyMzQ1Njc4OTBBQkNERUY",
    "base64 lines": "QUtJQTEyMzQ1Njc4OTBBQkNERUY=\n",
    "zero width": "\u200b",
    "digits in zero width": "4\u200b1\u200b",
    "full width": "４１１１　",
    "accents": "é́",
    "tokens": "sk-a1B2a1B2a1B2a1B2 ",
    "json web tokens": "eyJhbGciOi.eyJzdWIiOi",
    "ibans": "DE89370400440532013000 ",
    "glued ibans": "DE89370400440532013000",
    "iban labels": "iban is de ",
    "national ids": "536-90-4399 ",
    "id labels": "ssn ",
    "phones": "+44 20 7946 0958 ",
    "seed words": "abandon ability able about ",
    "words": "word ",
    "commands": "curl -u ",
    "headers": "Authorization: Basic ",
    "cookies": "cookie: a=",
    "upside down": "ɐǝɟ ",
    "line breaks": "4111\n",
    "dashes": "4111-",
    "blanks": " ",
}
"""One period of a text that is repeated to any length."""


def hostile(name: str, size: int) -> str:
    """So many characters of a hostile text."""
    period = HOSTILE[name]
    return (period * (size // len(period) + 1))[:size]


def seconds(text: str, runs: int) -> float:
    """CPU seconds of one redaction, the least of a few runs; to refuse a text is an answer as well."""
    least = float("inf")
    for _ in range(runs):
        started = process_time()
        answered(text)
        least = min(least, process_time() - started)
    return least


def answered(text: str) -> bool:
    """Whether a text was redacted rather than refused."""
    try:
        redact(text)
    except TooMuchToMask:
        return False
    return True


def main() -> None:
    """Prints both tables."""
    for kind in KINDS:
        count = len(destroyed(kind))
        print(f"{kind.name:32} {count:5} of {SAMPLES} destroyed, {count / SAMPLES:6.2%}")
    for name in HOSTILE:
        few, many = seconds(hostile(name, 10_000), 5), seconds(hostile(name, 10_000 * GROWTH), 3)
        withheld = "" if answered(hostile(name, 10_000 * GROWTH)) else "withheld"
        print(f"{name:32} {few * 1e3:8.2f} ms {many * 1e3:9.2f} ms {many / few:6.1f} times {withheld}")


if __name__ == "__main__":
    main()
