"""Approved replies with a few open places: what may stand in them, and how they are filled."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from policy.schema import IDENTIFIER, LANGUAGES
from states.errors import BadInput

FILLED_BY_US = ("reference", "team")
"""Placeholders with values of the case itself."""
_NAME = r"[^\W\d_](?:[^\W\d_]|[.'’\-](?=[^\W\d_])){0,29}"
_VALUES = {
    "name": (
        re.compile(rf"{_NAME}(?: {_NAME}){{0,3}}"),
        "a name of up to four words",
    ),
    "date": (re.compile(r"\d{4}-\d{2}-\d{2}"), "a date as in 2027-01-31"),
    "amount": (re.compile(r"(?:[A-Z]{3} )?\d{1,9}(?:[.,]\d{2})?(?: [A-Z]{3})?"), "an amount as in EUR 20.00"),
}
"""Placeholders that the agent fills: what fits, and in words."""
PLACEHOLDERS = (*FILLED_BY_US, *_VALUES)
MAX_TEXT = 4000
_OPEN = re.compile(r"\{([^{}]*)\}")
_STRAY = re.compile(r"[{}]")


def check_words(template_id: str, language: str, text: str) -> None:
    """BadInput unless the id, the language and the words can be a template."""
    if len(template_id) > 80 or not IDENTIFIER.fullmatch(template_id):
        raise BadInput(f"template id {template_id[:40]!r} cannot be used; write it as in refund.window")
    if language not in LANGUAGES:
        raise BadInput(f"language {language[:10]!r} is not spoken here; use one of {', '.join(LANGUAGES)}")
    if not text.strip() or len(text) > MAX_TEXT:
        raise BadInput(f"the template has {len(text)} characters; write 1 to {MAX_TEXT}")
    unknown = sorted(set(_OPEN.findall(text)) - set(PLACEHOLDERS))
    if unknown or _STRAY.search(_OPEN.sub("", text)):
        names = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise BadInput(f"the template has {unknown[0][:40]!r} in braces; use {names}" if unknown else
                       f"a brace is left open; use {names}")  # fmt: skip


def rendered(text: str, ours: Mapping[str, str], given: Mapping[str, str]) -> str:
    """The words with every placeholder filled, in one pass: a value is never read as a placeholder.

    BadInput for a value that is missing, unknown, or not of its narrow form.
    """
    open_places = set(_OPEN.findall(text))
    for name, value in given.items():
        if name not in _VALUES or name not in open_places:
            raise BadInput(f"{name[:40]!r} is no open place of this template; it has {_named(open_places)}")
        pattern, form = _VALUES[name]
        if not pattern.fullmatch(value):
            raise BadInput(f"the value of {name!r} does not fit; give {form}")
    missing = sorted(open_places - set(given) - set(ours))
    if missing:
        raise BadInput(f"the template needs a value for {', '.join(missing)}")
    return _OPEN.sub(lambda found: ours[found[1]] if found[1] in FILLED_BY_US else given[found[1]], text)


def words_hash(template_id: str, language: str, version: int, text: str) -> str:
    """What an approver has read: the exact words under their name and version."""
    return hashlib.sha256("\n".join((template_id, language, str(version), text)).encode()).hexdigest()


def _named(places: set[str]) -> str:
    return ", ".join(sorted(places - set(FILLED_BY_US))) or "none to fill"
