"""One conversation as it is proved: every part with what is needed to recompute its hash, or without, where withheld.

The same form is made from the database and lies in a bundle of evidence; all of it is JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from proof.chain import WORDS, WRITER, seal

Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Part:
    """Something that is covered through a commitment: disclosed with its salt, or withheld behind its seal."""

    value: Json | None = None
    salt: str | None = None
    withheld: str | None = None
    """The commitment itself, where the value is not told."""

    def sealed(self) -> str:
        """The commitment. ValueError where it is neither disclosed nor withheld, or both."""
        if self.withheld is not None and self.value is None and self.salt is None:
            return self.withheld
        if self.withheld is None and self.value is not None and self.salt is not None:
            return seal(self.salt, self.value)
        raise ValueError("a part is told with its salt, or withheld with its seal")

    def without(self) -> Part:
        """The same, withheld."""
        return Part(withheld=self.sealed())


@dataclass(frozen=True, kw_only=True)
class ShownEvent:
    """One event: what it says in the open, and the rest."""

    seq: int
    prev_hash: str
    hash: str
    says: Json
    private: Part | None = None
    """None for one of a version without salts: then `says` has every column."""
    uncovered: Json | None = None
    """What stands in an erased one's row, where nothing may."""

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.says["id"])

    @property
    def covers(self) -> Json:
        """What it covers beside itself."""
        return self.says.get("covers") or {}


@dataclass(frozen=True, kw_only=True)
class ShownMessage:
    """One message of the transcript."""

    seq: int
    event_seq: int | None
    outcome_event_id: str | None
    says: Json
    words: Part | None = None
    writer: Part | None = None
    """Both None where no event covers it, and where the one that does was erased."""
    uncovered: Json | None = None
    """The words of one that no event covers; of an erased one what stands there, where nothing may."""

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.says["id"])


@dataclass(frozen=True, kw_only=True)
class ShownRow:
    """A row of another table, covered whole."""

    id: str
    row: Part | None = None
    uncovered: Json | None = None


@dataclass(frozen=True, kw_only=True)
class Exhibit:
    """A conversation with everything that is proved of it."""

    conversation_id: str
    next_seq: int
    head_hash: str
    checkpoint_id: str | None
    state: str
    row: Part | None
    """The columns that its newest event covers; None where that is of a version without salts, or erased."""
    events: tuple[ShownEvent, ...]
    messages: tuple[ShownMessage, ...]
    handovers: tuple[ShownRow, ...]
    journal: tuple[Json, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @staticmethod
    def from_json(given: Json) -> Exhibit:
        """From JSON. TypeError or KeyError for another form."""
        values = dict(given)
        values["row"] = _part(given["row"])
        values["events"] = tuple(ShownEvent(**{**one, "private": _part(one["private"])}) for one in given["events"])
        values["messages"] = tuple(
            ShownMessage(**{**one, "words": _part(one["words"]), "writer": _part(one["writer"])})
            for one in given["messages"]
        )
        values["handovers"] = tuple(ShownRow(**{**one, "row": _part(one["row"])}) for one in given["handovers"])
        values["journal"] = tuple(given["journal"])
        return Exhibit(**values)


def _part(given: Json | None) -> Part | None:
    return None if given is None else Part(**given)


def words_of(columns: Json) -> dict[str, Any]:
    """The columns of a message that are its words."""
    return {name: columns[name] for name in WORDS}


def writer_of(columns: Json) -> dict[str, Any]:
    """The columns that tell who wrote it."""
    return {name: columns[name] for name in WRITER}
