"""Durations as people write them in a policy: `30s`, `5m`, `24h`, `3d`."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_FORM = re.compile(r"([0-9]{1,9})([smhd])")
LONGEST = timedelta(days=3650)
"""Ten years: what is added to a date must stay a date."""


class Duration(str):
    """A positive duration in its written form; `delta` is its length."""

    @property
    def delta(self) -> timedelta:
        """The length as a timedelta."""
        matched = _FORM.fullmatch(self)
        if matched is None:
            raise ValueError(f"{self!s:.20} is no duration; write a number and one of s, m, h, d, as in 5m")
        return timedelta(seconds=int(matched[1]) * _UNITS[matched[2]])

    @classmethod
    def parse(cls, value: object) -> Duration:
        """Checks and keeps the written form; ValueError names the form wanted."""
        duration = cls(value)
        if not isinstance(value, str) or duration.delta <= timedelta():
            raise ValueError(f"{value!r} is no duration; write a number above 0 and one of s, m, h, d, as in 5m")
        if duration.delta > LONGEST:
            raise ValueError(f"{value!r} is too long; write at most {LONGEST.days}d")
        return duration

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls.parse, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^[0-9]{1,9}[smhd]$", "examples": ["30s", "5m", "24h", "3d"]}
