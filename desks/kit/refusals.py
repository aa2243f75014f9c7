"""What a ticket system may be quoted with when it refuses: names of our own fields and codes, never its prose.

Prose of a validation error repeats the value it dislikes, and from a dead letter it would reach logs and pagers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_CODE = re.compile(r"[A-Za-z][A-Za-z_]{1,39}")
OTHER = "other"


def field_errors(found: Iterable[tuple[object, object]], sent: Mapping[str, Any]) -> dict[str, str]:
    """Field and code of each complaint. A field that we did not send is "other", a code that is none is "refused"."""
    known = _names(sent)
    errors = {}
    for name, code in found:
        field = str(name).removeprefix("custom_fields.")
        readable = isinstance(code, str) and _CODE.fullmatch(code)
        errors[field if field in known else OTHER] = str(code) if readable else "refused"
    return errors


def _names(value: Any) -> set[str]:
    """Every field name in a body; its values are not looked at."""
    if isinstance(value, Mapping):
        return {str(name) for name in value} | {name for part in value.values() for name in _names(part)}
    if isinstance(value, list | tuple):
        return {name for part in value for name in _names(part)}
    return set()
