"""Canonical JSON (RFC 8785): one value has one text, so that a hash of it can be recomputed anywhere.

Integers beyond 2**53, which RFC 8785 leaves to nobody, are written with all their digits.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

_quote = json.encoder.encode_basestring
_CONSTANTS = {None: "null", True: "true", False: "false"}


def canonical(value: Any) -> bytes:
    """The value's canonical text in UTF-8. ValueError for a number that is none, TypeError for what is no JSON."""
    return _text(value).encode("utf-8", "surrogatepass")


def digest(value: Any) -> str:
    """SHA-256 of the canonical text, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _text(value: Any) -> str:
    if isinstance(value, str):
        return _quote(value)
    if value is None or value is True or value is False:
        return _CONSTANTS[value]
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, Mapping):
        return "{" + ",".join([f"{_quote(name)}:{_text(value[name])}" for name in _sorted(value)]) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join([_text(one) for one in value]) + "]"
    raise TypeError(f"{type(value).__name__} is no JSON")


def _sorted(value: Mapping[str, Any]) -> list[str]:
    """The names by their UTF-16 code units, as ECMAScript sorts them."""
    names = sorted(value)
    if all(map(str.isascii, names)):
        return names
    return sorted(names, key=lambda name: name.encode("utf-16-be", "surrogatepass"))


def _number(value: float) -> str:
    """As ECMAScript writes it (Number::toString): the shortest digits, an exponent from 1e21 and below 1e-6."""
    if not math.isfinite(value):
        raise ValueError(f"{value!r} is no JSON number")
    if value == 0:
        return "0"
    sign, (mantissa, _, exponent) = "-" if value < 0 else "", repr(abs(value)).partition("e")
    whole, _, part = mantissa.partition(".")
    digits = (whole + part).lstrip("0")
    point = len(whole) + int(exponent or 0)
    if whole == "0":
        point = int(exponent or 0) - (len(part) - len(part.lstrip("0")))
    digits = digits.rstrip("0")
    return sign + _placed(digits, point)


def _placed(digits: str, point: int) -> str:
    """The digits with the decimal point after the `point`-th of them."""
    count = len(digits)
    if count <= point <= 21:
        return digits + "0" * (point - count)
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"0.{'0' * -point}{digits}"
    power = point - 1
    return f"{digits[0]}{'.' if count > 1 else ''}{digits[1:]}e{'+' if power > 0 else '-'}{abs(power)}"
