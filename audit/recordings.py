"""Recorded messages and conversations as lines of JSON: read one by one, a bad line reported and never fatal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from states.errors import BadInput

CUSTOMER_ROLES = frozenset({"customer", "user"})
OTHER_ROLES = frozenset({"assistant", "bot", "agent", "system"})
MAX_LINE = 16_000_000
"""Bytes of one line beyond which it is reported instead of parsed."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a file: its object, or the problem that kept it from being read."""

    number: int
    """From 1, as editors count."""
    size: int
    """Bytes, for progress."""
    value: Mapping[str, Any] | None = None
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class RecordedTurn:
    """One turn; `index` is its 0-based place among all turns of the recording, also the assistant's."""

    index: int
    by_customer: bool
    text: str


@dataclass(frozen=True, kw_only=True)
class Recording:
    """One recorded conversation."""

    id: str
    turns: tuple[RecordedTurn, ...]
    language: str | None = None

    @property
    def customer_turns(self) -> tuple[RecordedTurn, ...]:
        """What the customer wrote, in order."""
        return tuple(turn for turn in self.turns if turn.by_customer)


def read_lines(path: Path) -> Iterator[Line]:
    """Every line that is not blank; BadInput if the file itself cannot be read."""
    if path.is_dir():
        raise BadInput(f"{str(path)!r} is a directory; name a JSONL file")
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, 1):
                if raw.strip():
                    yield parse_line(number, raw)
    except OSError as error:
        raise BadInput(f"file {str(path)!r} cannot be read ({error.strerror}); check the path") from None


def parse_line(number: int, raw: bytes) -> Line:
    """One line of a file, from 1, as its object or as its problem."""

    def bad(problem: str) -> Line:
        return Line(number=number, size=len(raw), problem=problem)

    if len(raw) > MAX_LINE:
        return bad(f"the line has {len(raw)} bytes; at most {MAX_LINE} are read")
    try:
        value = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return bad(f"not UTF-8 at byte {error.start}")
    except json.JSONDecodeError as error:
        return bad(f"not JSON: {error.msg} at column {error.colno}")
    except (RecursionError, ValueError):
        return bad("not JSON that can be read: nested too deeply or a number too long")
    if not isinstance(value, dict):
        return bad(f"a JSON {type(value).__name__}, not an object")
    return Line(number=number, size=len(raw), value=value)


def parse_recording(value: Mapping[str, Any]) -> Recording:
    """The recording a line holds: `turns`, or one `text`. BadInput names what is missing."""
    found = value.get("id")
    if isinstance(found, bool) or not isinstance(found, str | int) or not str(found).strip():
        raise BadInput(f"id is {found!r}; give each recording a text or number as id")
    language = value.get("language")
    return Recording(
        id=str(found),
        turns=parse_turns(value["turns"] if "turns" in value else [{"role": "customer", "text": value.get("text")}]),
        language=language if isinstance(language, str) and language else None,
    )


def parse_turns(value: object) -> tuple[RecordedTurn, ...]:
    """The turns of a recording; BadInput names the first one that cannot be used."""
    if not isinstance(value, list) or not value:
        raise BadInput("turns is no list with something in it; write [{role, text}, ...]")
    return tuple(_turn(index, item) for index, item in enumerate(value))


def _turn(index: int, item: object) -> RecordedTurn:
    if not isinstance(item, dict):
        raise BadInput(f"turn {index} is no object; write {{role, text}}")
    role, text = str(item.get("role")).lower(), item.get("text")
    if role not in CUSTOMER_ROLES | OTHER_ROLES:
        raise BadInput(f"turn {index} has role {item.get('role')!r}; write customer, user, assistant, agent or system")
    by_customer = role in CUSTOMER_ROLES
    if text is None and not by_customer:
        text = ""  # recorded assistants have turns without words, such as the call of a tool
    if not isinstance(text, str):
        raise BadInput(f"turn {index} has no text")
    return RecordedTurn(index=index, by_customer=by_customer, text=text)
