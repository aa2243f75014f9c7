"""What a system says of its people, asked at most once a minute for each: reading a ticket must not cost a call for
every name in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from desks.port import Standing
from states.clock import Clock

KEEP = timedelta(seconds=60)


@dataclass(frozen=True, kw_only=True)
class People:
    """Remembers answers of `ask`, which raises DependencyFault where the system cannot tell now."""

    clock: Clock
    ask: Callable[[str], Standing] = field(repr=False)
    _known: dict[str, tuple[datetime, Standing]] = field(default_factory=dict, repr=False)

    def standing(self, names: Iterable[str]) -> dict[str, Standing]:
        """The standing of each name; empty names are nobody's."""
        return {name: self._of(name) for name in dict.fromkeys(names) if name}

    def _of(self, name: str) -> Standing:
        now = self.clock.now()
        at, known = self._known.get(name, (now, None))
        if known is None or not timedelta() <= now - at < KEEP:
            known = self.ask(name)
            self._known[name] = now, known
        return known
