"""What an auditor has asked for, as typed into the fields, and what the page shows, as the browser holds it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime, time, timedelta

from service.archive import Search
from states.errors import BadInput
from states.vocabulary import State

MOST_WORDS = 8
"""Each costs a look through the texts."""
ANY = "any"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What stands in the fields, as text."""

    words: str = ""
    states: tuple[str, ...] = ()
    trigger: str = ""
    agent: str = ""
    resolution: str = ""
    begin: str = ""
    end: str = ""
    breached: bool = False

    def search(self) -> Search:
        """The same for the archive. BadInput for what is no date, and for too many words."""
        begin, end = day(self.begin, "from"), day(self.end, "until")
        return Search(
            words=words_of(self.words), states=tuple(one for one in self.states if one in set(State)),
            trigger=self.trigger.strip(), agent=self.agent.strip(),
            resolution="" if self.resolution == ANY else self.resolution, begin=begin,
            end=end + timedelta(days=1) if end is not None else None, breached=self.breached,
        )  # fmt: skip

    def __bool__(self) -> bool:
        """Whether anything but words is asked for."""
        return self != Asked(words=self.words)


def words_of(text: str) -> tuple[str, ...]:
    """The words of a search; what stands between quotation marks is one."""
    try:
        found = shlex.split(text.replace("'", "\\'").replace("“", '"').replace("”", '"'))
    except ValueError:  # A quotation mark that is never closed.
        found = text.replace('"', " ").split()
    words = tuple(dict.fromkeys(one.strip() for one in found if one.strip()))
    if len(words) > MOST_WORDS:
        raise BadInput(
            f"{len(words)} words are too many; give at most {MOST_WORDS}, or put a sentence in quotation marks"
        )
    return words


def day(text: str, name: str) -> datetime | None:
    """The beginning of a day in UTC; None for nothing. BadInput for what is no date."""
    if not text.strip():
        return None
    try:
        return datetime.combine(date.fromisoformat(text.strip()), time(), UTC)
    except ValueError:
        raise BadInput(f"{name} is {text.strip()[:40]!r}; write a date as 2026-11-30") from None


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What the room shows: what was found, from which cursors on, and which step of which case."""

    asked: Asked = Asked()
    cursors: tuple[str, ...] = ()
    """Where each page up to the shown one begins; empty: nothing was asked for yet."""
    following: str = ""
    """Where the next page begins; empty: there is none."""
    conversation: str = ""
    step: int = 0
    steps: int = 0

    def text(self) -> str:
        """As the browser keeps it."""
        return json.dumps(asdict(self))

    @staticmethod
    def of(text: str) -> Shown:
        """What `text` made; nothing shown where that cannot be read."""
        try:
            kept = json.loads(text)
            asked = {one.name: kept["asked"][one.name] for one in fields(Asked)}
            strings = all(
                isinstance(asked[name], str) for name in ("words", "trigger", "agent", "resolution", "begin", "end")
            )
            if not strings or not _strings(asked["states"]) or not _strings(kept["cursors"]):
                return Shown()
            return Shown(
                asked=Asked(**{**asked, "states": tuple(asked["states"]), "breached": bool(asked["breached"])}),
                cursors=tuple(kept["cursors"]), following=str(kept["following"]),
                conversation=str(kept["conversation"]), step=int(kept["step"]), steps=int(kept["steps"]),
            )  # fmt: skip
        except (ValueError, KeyError, TypeError):
            return Shown()


def _strings(found: Sequence[object]) -> bool:
    return isinstance(found, list) and all(isinstance(one, str) for one in found)
