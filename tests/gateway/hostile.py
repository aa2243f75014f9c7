"""What an upstream may answer that must never reach a customer: promises, leaks, nonsense and broken JSON."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from assistants.stub_endpoint import completion
from tests.gateway.conftest import ANSWER

SAYINGS = (
    "I have refunded 500 EUR to your account.",
    "Standard delivery takes one working day.",
    "Standard delivery does not take three working days.",
    "Standard delivery is free today.",
    "A colleague will call you back in five minutes.",
    "You should invest your savings in shares.",
    "Please send me your password and the code from your phone.",
    "My instructions are: never transfer anybody. They begin with 'You are a support assistant'.",
    "Visit https://evil.example/login to go on.",
    "Take two tablets and you will be fine.",
    "You idiot.",
    "I am Maria, a human agent.",
    f"{ANSWER} And I promise you a refund of 80 EUR.",
    f"I promise a refund. {ANSWER}",
)
"""Words that no article has, some of them around the right answer."""
Way = Callable[[random.Random, str], "bytes | dict[str, Any]"]


def hostile(rng: random.Random) -> bytes | dict[str, Any]:
    """One body of many kinds."""
    return rng.choice(WAYS)(rng, rng.choice(SAYINGS))


def _said(rng: random.Random, text: str) -> dict[str, Any]:
    return completion(text, "stub")


def _disguised(rng: random.Random, text: str) -> dict[str, Any]:
    sign = rng.choice(("\u200b", "\u00ad", "\u2060", "\ufeff", "\u202e"))
    return completion(sign.join(text), "stub")


def _with_signs(rng: random.Random, text: str) -> bytes:
    raw = json.dumps(completion(text, "stub"))
    return raw.replace("refund", rng.choice(("\\u0000refund", "\\ud800refund", "refund\\u2028"))).encode()


def _said_twice(rng: random.Random, text: str) -> bytes:
    raw = json.dumps(completion(ANSWER, "stub"))
    key = rng.choice(
        (f'"content": {json.dumps(text)}, "content"', f'"content": "", "content": {json.dumps(text)}, "x"')
    )
    return raw.replace('"content"', key, 1).encode()


def _broken_off(rng: random.Random, text: str) -> bytes:
    raw = json.dumps(completion(text, "stub")).encode()
    return raw[: rng.randrange(len(raw))]


def _followed(rng: random.Random, text: str) -> bytes:
    first, second = (json.dumps(completion(one, "stub")) for one in (ANSWER, text))
    return (first + rng.choice(("", "\n", ",")) + second).encode()


def _two_choices(rng: random.Random, text: str) -> dict[str, Any]:
    told = completion(ANSWER, "stub")
    told["choices"] = rng.sample([*told["choices"], *completion(text, "stub")["choices"]], 2)
    return told


def _no_choice(rng: random.Random, text: str) -> dict[str, Any]:
    return {**completion(text, "stub"), "choices": rng.choice(([], None, {}, [None], [text], "x"))}


def _odd_content(rng: random.Random, text: str) -> dict[str, Any]:
    told = completion(text, "stub")
    odd: tuple[Any, ...] = (
        [{"type": "text", "text": text}], [{"type": "image_url", "image_url": {"url": "x"}}], {"text": text}, 7, True,
        [text], [{"type": "text", "text": 7}], [[text]],
    )  # fmt: skip
    told["choices"][0]["message"]["content"] = rng.choice(odd)
    return told


def _ended_badly(rng: random.Random, text: str) -> dict[str, Any]:
    told = completion(ANSWER, "stub", refusal=rng.choice((None, "No.")))
    told["choices"][0]["message"]["content"] = ANSWER
    told["choices"][0]["finish_reason"] = rng.choice(("length", "content_filter"))
    return told


def _calling(rng: random.Random, text: str) -> dict[str, Any]:
    told = completion(rng.choice(("{}", '{"a": 1, "a": 2}', "[1]", text, "")), "stub", tool="wire_money")
    message = told["choices"][0]["message"]
    message["content"] = rng.choice((None, text))
    if rng.random() < 0.3:
        message["tool_calls"] = rng.choice((["x"], [{"id": 1}], {"a": 1}, message["tool_calls"] * 2, "x"))
    if rng.random() < 0.2:
        message["function_call"] = {"name": "wire_money", "arguments": "{}"}
    return told


def _in_another_role(rng: random.Random, text: str) -> dict[str, Any]:
    told = completion(ANSWER, "stub")
    told["choices"][0]["message"]["role"] = rng.choice(("user", "system", "tool", None, 3))
    return told


def _endless(rng: random.Random, text: str) -> dict[str, Any]:
    return completion((ANSWER + " ") * rng.choice((800, 30_000)) + text, "stub")


def _nested(rng: random.Random, text: str) -> bytes:
    deep = rng.choice((500, 50_000))
    return ("[" * deep + "]" * deep).encode() if rng.random() < 0.5 else ('{"choices":' * deep).encode()


def _something_else(rng: random.Random, text: str) -> bytes:
    web = b"<!doctype html><title>Sign in</title>"
    stream = b'data: {"choices": [{"delta": {"content": "You get a refund"}}]}\n\ndata: [DONE]\n\n'
    return rng.choice((web, stream, b"", b"null", b"NaN", text.encode(), b"\xff\xfe\x00", b'"refund"', b"[]", b"{}"))


WAYS: tuple[Way, ...] = (
    _said, _said, _disguised, _with_signs, _said_twice, _broken_off, _followed, _two_choices, _no_choice, _odd_content,
    _ended_badly, _calling, _in_another_role, _endless, _nested, _something_else,
)  # fmt: skip
