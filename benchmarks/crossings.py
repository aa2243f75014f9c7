"""What one act crosses: our modules, our types, transactions and SQL statements.

    python -m benchmarks.crossings [--json] [--names] [--tree FOLDER]

Each act is done once to warm up and once more, in a new conversation, while every call of a Python function is seen.
A module is crossed if code of it runs, a type if a written method runs on it; what runs at import, or was generated
with a dataclass, does not count. Transactions and statements are what SQLite reports, whoever sent them.
Names of modules are looked up in the tree that is measured, so that an older one can be, too.
"""

from __future__ import annotations

import argparse
import gc
import json
import re
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from types import CodeType, FrameType
from typing import Any


def _tree() -> Path:
    """The checkout that is measured: known before anything of it is imported."""
    after = dict(pairwise(sys.argv)).get("--tree")
    tree = Path(after) if after else Path(__file__).resolve().parent.parent
    sys.path.insert(0, str(tree))
    return tree


ROOT = _tree()
OURS = frozenset(path.parent.name for path in ROOT.glob("*/__init__.py")) - {"benchmarks", "tests"}
ROUTINE, PERSON = "How long does delivery take?", "I want to speak to a real person, please."


def named(name: str) -> Any:
    """The class or function of this name, wherever it stands in this tree. LookupError if it stands nowhere."""
    written = re.compile(rf"^(?:class {name}\b(?!\(Protocol)|def {name}\b)", re.MULTILINE)
    for package in sorted(OURS):
        for path in sorted((ROOT / package).rglob("*.py")):
            if written.search(path.read_text()):
                return getattr(import_module(".".join(path.relative_to(ROOT).with_suffix("").parts)), name)
    raise LookupError(f"nothing is called {name!r} under {ROOT}")


@dataclass
class Crossed:
    """What was seen during one act."""

    modules: set[str] = field(default_factory=set)
    types: set[str] = field(default_factory=set)
    transactions: int = 0
    statements: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """How many of each."""
        return {
            "modules": len(self.modules), "types": len(self.types), "transactions": self.transactions,
            "statements": self.statements,
        }  # fmt: skip


class Watch:
    """Sees calls and statements while it is on."""

    def __init__(self) -> None:
        self.now: Crossed | None = None
        self._modules: dict[CodeType, str | None] = {}
        self._last = ""
        database: Any = sqlite3
        real = database.connect

        def connect(*given: Any, **named: Any) -> Any:
            opened = real(*given, **named)
            opened.set_trace_callback(self._statement)
            return opened

        database.connect = database.dbapi2.connect = connect
        threading.setprofile(self._called)

    @contextmanager
    def on(self) -> Iterator[Crossed]:
        """Everything that happens inside, in every thread that was begun since the watch was made."""
        gc.collect()
        self.now = found = Crossed()
        sys.setprofile(self._called)
        try:
            yield found
        finally:
            sys.setprofile(None)
            self.now = None

    def _statement(self, text: str) -> None:
        # SQLite names a statement again when a trigger of it has run; the values make two real ones differ.
        if self.now is None or text.startswith("--") or text == self._last:
            return
        self._last = text
        word = text.split(None, 1)[0].upper()
        if word == "BEGIN":
            self.now.transactions += 1
        elif word not in ("COMMIT", "ROLLBACK", "PRAGMA"):
            self.now.statements += 1

    def _called(self, frame: FrameType, event: str, argument: object) -> None:
        if event != "call" or self.now is None:
            return
        code = frame.f_code
        module = self._modules.get(code, "")
        if module == "":
            module = self._modules[code] = _module(frame)
        if module is None:
            return
        self.now.modules.add(module)
        if code.co_filename == "<string>":
            return  # Generated with a dataclass: nobody has to read it.
        first = code.co_varnames[0] if code.co_argcount else ""
        if first in ("self", "cls"):
            owner = frame.f_locals[first]
            kind = owner if isinstance(owner, type) else type(owner)
            if kind.__module__.partition(".")[0] in OURS:
                self.now.types.add(f"{kind.__module__}.{kind.__qualname__}")


def _module(frame: FrameType) -> str | None:
    """Our module that the code stands in; None for all other code, and for what runs at import."""
    name = str(frame.f_globals.get("__name__", ""))
    ours = name.partition(".")[0] in OURS and frame.f_code.co_name != "<module>"
    return name if ours and "__qualname__" not in frame.f_code.co_names[:3] else None


class Case:
    """The demo's Handrail over a new database, with a ticket system in memory."""

    def __init__(self, folder: Path) -> None:
        clock = named("FrozenClock")(datetime(2026, 11, 23, 10, 0, tzinfo=UTC))
        settings = named("load_settings")(data_dir=folder)
        wiring: Any = import_module(named("build_delivery").__module__)
        draft = named("Draft")(text="In three days.", confidence=0.95, verbatim=True, intent="delivery", model="fixed")
        built = wiring.build(settings, clock=clock, assistant=named("ScriptedAssistant")([draft]))
        # What is measured begins behind the door, where older trees begin.
        self.runtime = getattr(built, "_runtime", built)
        config = named("MemoryConfig")(kind="memory", per_minute=10_000)
        desk = named("MemoryDesk")("tickets", config, clock)
        place = named("Destination")(desk=desk, config=config, gate=named("Gate")(10_000, clock))
        self.delivery = named("Delivery")(built, [place])
        self._new, self._act, self._actor = named("NewConversation"), named("Act"), named("Actor")
        self._event, self._role = named("Event"), named("Role")

    def open(self, name: str) -> None:
        """A customer comes."""
        self.runtime.open(self._new(id=name))

    def answered(self, name: str) -> None:
        """A routine question of a conversation that is under way."""
        self._expect(self.runtime.post(name, ROUTINE), "message_answered")

    def handover(self, name: str) -> None:
        """A message that needs a person."""
        self._expect(self.runtime.post(name, PERSON), "trigger_fired")

    def claim(self, name: str) -> None:
        """Somebody takes the case."""
        actor = self._actor(id="anna", role=self._role.FRONTLINE_AGENT)
        self.runtime.act(name, self._act(event=self._event.CLAIMED, actor=actor))

    def ticket(self, name: str) -> None:
        """Delivery does what the handover asked for: the ticket, and its reading back."""
        if not self.delivery.tick():
            raise RuntimeError("there was nothing to deliver")

    def deliver(self, name: str) -> None:
        """Everything that waits, until nothing does."""
        while self.delivery.tick():
            pass

    @staticmethod
    def _expect(result: Any, event: str) -> None:
        if result.decision["event"] != event:
            raise RuntimeError(f"{event} was expected: {result.decision}")

    def close(self) -> None:
        """Lets go."""
        self.delivery.close()
        self.runtime.close()


def acts(case: Case) -> dict[str, tuple[list[Callable[[str], None]], Callable[[str], None]]]:
    """Each measured act, after what has to happen before it."""
    under_way = [case.open, lambda name: case.runtime.post(name, ROUTINE)]
    return {
        "answered turn": (under_way, case.answered),
        "handover": (under_way, case.handover),
        "claim": ([*under_way, case.handover, case.deliver], case.claim),
        "ticket": ([*under_way, case.deliver, case.handover], case.ticket),
    }  # fmt: skip


def measure() -> dict[str, Crossed]:
    """What each act crosses."""
    watch, found = Watch(), {}
    with TemporaryDirectory() as folder:
        case = Case(Path(folder))
        for label, (before, act) in acts(case).items():
            for number in range(2):
                name = f"{label.replace(' ', '-')}-{number}"
                for step in before:
                    step(name)
                with watch.on() as seen:
                    act(name)
            found[label] = seen
        case.close()
    return found


def main() -> None:
    """Prints a row for each act, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--tree", help="another checkout")
    parser.add_argument("--names", action="store_true", help="the modules and types themselves")
    asked = parser.parse_args()
    found = measure()
    if asked.json:
        print(json.dumps({label: one.counts for label, one in found.items()}))
        return
    columns = ("modules", "types", "transactions", "statements")
    print(f"{'crossed by':16}" + "".join(f"{column:>14}" for column in columns))
    for label, one in found.items():
        print(f"{label:16}" + "".join(f"{one.counts[column]:>14}" for column in columns))
        if asked.names:
            print("".join(f"    {name}\n" for name in (*sorted(one.modules), "", *sorted(one.types))))


if __name__ == "__main__":
    main()
