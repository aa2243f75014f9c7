"""Reads YAML into plain tables and rows that remember the line of every entry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

import yaml

MAX_BYTES = 1_000_000
MAX_DEPTH = 40
MAX_NODES = 200_000
MAX_CHARS = 4_000_000
"""Values of one file, and their characters, after its aliases are expanded."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# YAML 1.2's core words. YAML 1.1 would read the phrase `no` as false, `12:30` as 750 and a holiday as a date object.
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}
_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)([eE][-+]?[0-9]{1,3})?")


Place = tuple[str | int, ...]
"""Path of a value in a policy, as in ("triggers", 3, "sla")."""


class Gravity(StrEnum):
    """Whether a problem forbids the policy or only deserves a look."""

    ERROR = "error"
    WARNING = "warning"


class Mark(NamedTuple):
    """A place in a source: its name and line, from 1."""

    source: str
    line: int


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong with a policy, where it stands and what to do about it."""

    source: str
    line: int
    where: str
    """Path of the value, as in `triggers[3].sla`; empty for the file as a whole."""
    message: str
    remedy: str
    severity: Gravity = Gravity.ERROR

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{self.source}:{self.line}: {place}{self.message}; {self.remedy}"


class Table(dict[str, Any]):
    """A mapping of the file; `marks` says where each key stands, `mark` where the mapping does."""

    __slots__ = ("mark", "marks")

    def __init__(self, mark: Mark) -> None:
        super().__init__()
        self.mark = mark
        self.marks: dict[str, Mark] = {}

    def put(self, key: str, value: object, mark: Mark) -> None:
        """Sets an entry and where it stands."""
        self[key] = value
        self.marks[key] = mark

    def copied(self) -> Table:
        """A shallow copy; tables that came from a file are shared by aliases and are never changed."""
        table = Table(self.mark)
        table.update(self)
        table.marks = dict(self.marks)
        return table


class Row(list[Any]):
    """A sequence of the file; `marks` says where each item stands, `mark` where the sequence does."""

    __slots__ = ("mark", "marks")

    def __init__(self, mark: Mark) -> None:
        super().__init__()
        self.mark = mark
        self.marks: list[Mark] = []

    def add(self, value: object, mark: Mark) -> None:
        """Appends an item and where it stands."""
        self.append(value)
        self.marks.append(mark)

    def joined(self, other: Row) -> Row:
        """A new row with the items of both."""
        row = Row(self.mark)
        row.extend([*self, *other])
        row.marks = [*self.marks, *other.marks]
        return row


def mark_of(tree: Table, path: Place) -> Mark:
    """Where the value at `path` stands; the nearest enclosing place where a step of the path is not in the file."""
    mark, value = tree.mark, tree
    for step in path:
        if isinstance(value, Table) and isinstance(step, str):
            if step not in value.marks:
                return mark
            mark, value = value.marks[step], value[step]
        elif isinstance(value, Row) and isinstance(step, int):
            if not 0 <= step < len(value):
                return mark
            mark, value = value.marks[step], value[step]
    return mark


def path_text(path: Place) -> str:
    """`triggers[3].sla` for ("triggers", 3, "sla")."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


class SourceError(Exception):
    """A source cannot be read at all; carries the one problem. Never leaves the package `policy`."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def _fail(source: str, line: int, message: str, remedy: str, where: str = "") -> SourceError:
    return SourceError(Problem(source=source, line=line, where=where, message=message, remedy=remedy))


def read_text(path: Path, source: str) -> str:
    """The text of a policy file; SourceError when it is missing, too big or no UTF-8."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise _fail(source, 1, f"cannot be read: {reason}", "check the name and the permissions") from None
    if len(raw) > MAX_BYTES:
        raise _too_big(source)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _fail(source, line, f"byte {raw[error.start]:#04x} is not UTF-8", "save the file as UTF-8") from None


def _too_big(source: str) -> SourceError:
    return _fail(source, 1, f"the file is larger than {MAX_BYTES:,} bytes", "split it: one policy may extend another")


def parse(text: str, source: str) -> tuple[Table, tuple[Problem, ...]]:
    """The top table of a YAML text, and its duplicate keys.

    Raises SourceError when there is no such table: syntax, tags, depth, size, a list at the top, nothing at all.
    """
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise _too_big(source)
    builder = _Builder(source)
    try:
        for event in yaml.parse(text, Loader=_Loader):
            builder.take(event)
    except yaml.YAMLError as error:
        raise _syntax(error, text, source) from None
    except UnicodeError:
        raise _fail(source, 1, "the text has a lone surrogate", "save the file as UTF-8") from None
    if not isinstance(builder.root, Table):
        kind = "nothing" if builder.root is None else "a list" if isinstance(builder.root, Row) else "one value"
        raise _fail(source, 1, f"the file holds {kind}", "begin with the lines `handrail: 1` and `name: ...`")
    return builder.root, tuple(builder.problems)


def _syntax(error: yaml.YAMLError, text: str, source: str) -> SourceError:
    if not isinstance(error, yaml.MarkedYAMLError):
        found = re.search(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
        line = text.count("\n", 0, found.start()) + 1 if found else 1
        character = f"{found[0]!r} " if found else ""
        return _fail(source, line, f"the control character {character}is not text", "remove it")
    mark = error.problem_mark or error.context_mark
    message = str(error.problem or error.context or "the YAML cannot be read")
    tabbed = "tab" in message or "\\t" in message
    remedy = "indent with spaces only" if tabbed else "check quotes, colons and indentation"
    return _fail(source, mark.line + 1 if mark else 1, message, remedy)


class _Builder:
    """Builds the tables from YAML events, without recursion, counting depth and values as it goes."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.root: Any = None
        self.problems: list[Problem] = []
        self._open: list[tuple[Table | Row, str | None, int, int]] = []
        self._keys: list[tuple[str, Mark] | None] = []
        self._anchors: dict[str, tuple[Any, int, int]] = {}
        self._nodes = 0
        self._chars = 0
        self._documents = 0

    def take(self, event: Any) -> None:
        """Takes the next event of the stream."""
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._start(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._end()
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise self._error(event, "the file holds a second document", "remove the line `---`")

    def _scalar(self, event: Any) -> None:
        mark = self._count(event, chars=len(event.value))
        plain = event.implicit[0] and event.tag is None
        value = _plain_value(event.value) if plain else event.value
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, 1, len(event.value))
        if self._keys and self._wants_key():
            self._take_key(event.value, mark)
        else:
            self._place(value, mark)

    def _start(self, event: Any) -> None:
        mark = self._count(event)
        if len(self._open) >= MAX_DEPTH:
            raise self._error(event, f"values are nested deeper than {MAX_DEPTH}", "flatten them")
        if self._keys and self._wants_key():
            raise self._error(event, "a key is a list or a mapping", "use a word as key")
        value: Table | Row = Table(mark) if isinstance(event, yaml.MappingStartEvent) else Row(mark)
        self._place(value, mark)
        self._open.append((value, event.anchor, self._nodes, self._chars))
        self._keys.append(None)

    def _end(self) -> None:
        value, anchor, nodes, chars = self._open.pop()
        self._keys.pop()
        if anchor is not None:
            self._anchors[anchor] = (value, self._nodes - nodes + 1, self._chars - chars)

    def _alias(self, event: Any) -> None:
        if event.anchor not in self._anchors:
            raise self._error(event, f"the alias *{event.anchor} names no finished anchor", "write the value out")
        value, nodes, chars = self._anchors[event.anchor]
        self._nodes += nodes - 1
        mark = self._count(event, chars=chars)
        if self._wants_key():
            raise self._error(event, f"the alias *{event.anchor} stands as a key", "write the key out")
        self._place(value, mark)

    def _count(self, event: Any, chars: int = 0) -> Mark:
        self._nodes += 1
        self._chars += chars
        if self._chars > MAX_CHARS:
            raise self._error(event, f"the file holds more than {MAX_CHARS:,} characters", "write fewer aliases")
        if self._nodes > MAX_NODES:
            raise self._error(event, f"the file holds more than {MAX_NODES:,} values", "write fewer aliases")
        tag = getattr(event, "tag", None)
        if tag not in (None, "!", "tag:yaml.org,2002:str"):
            raise self._error(event, f"the tag {tag!r} is not used in policies", "remove it")
        return Mark(self.source, event.start_mark.line + 1)

    def _wants_key(self) -> bool:
        return isinstance(self._open[-1][0], Table) and self._keys[-1] is None

    def _take_key(self, key: str, mark: Mark) -> None:
        table = self._open[-1][0]
        if key in table:
            assert isinstance(table, Table)
            message = f"the key {key!r} is written twice, first in line {table.marks[key].line}"
            self.problems.append(
                Problem(source=mark.source, line=mark.line, where=key, message=message, remedy="keep one of them")
            )
        self._keys[-1] = (key, mark)

    def _place(self, value: object, mark: Mark) -> None:
        if not self._open:
            self.root = value
            return
        parent = self._open[-1][0]
        if isinstance(parent, Row):
            parent.add(value, mark)
            return
        pair = self._keys[-1]
        assert pair is not None
        parent.put(pair[0], value, pair[1])
        self._keys[-1] = None

    def _error(self, event: Any, message: str, remedy: str) -> SourceError:
        return _fail(self.source, event.start_mark.line + 1, message, remedy)


def _plain_value(text: str) -> object:
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
