"""A backtest from beginning to end: parts that are done are kept, so that an interrupted one goes on where it was."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from audit.backtest.parts import Part, Plan
from audit.backtest.tally import Tally
from audit.backtest.work import Judged
from states.errors import BadInput

Work = Callable[[Iterable[Part]], Iterator[Judged]]


@dataclass(frozen=True, kw_only=True)
class Kept:
    """The folder of one run, named by all that decides its result."""

    folder: Path

    @classmethod
    def under(cls, folder: Path, plan: Plan, key: str) -> Kept:
        """The folder of a file's run under a pair of policies."""
        name = sha256(f"{plan.digest} {key}".encode()).hexdigest()[:16]
        try:
            (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise BadInput(f"{str(folder)!r} cannot be made ({error.strerror}); name another with --work") from None
        return cls(folder=folder / name)

    def missing(self, plan: Plan) -> tuple[Part, ...]:
        """Parts that are still to be judged."""
        return tuple(part for part in plan.parts if not self._path(part.number).exists())

    def keep(self, done: Judged) -> None:
        """Keeps a part; it is there as a whole or not at all."""
        target = self._path(done.number)
        part = target.with_suffix(".part")
        part.write_text(json.dumps({"tally": done.tally, "flips": done.flips}), "utf-8")
        os.replace(part, target)

    def results(self, plan: Plan) -> Iterator[tuple[Tally, str]]:
        """Each part's tally and flips, in the order of the file."""
        for part in plan.parts:
            found = json.loads(self._path(part.number).read_text("utf-8"))
            yield Tally.read(found["tally"]), found["flips"]

    def remove(self) -> None:
        """Takes the folder away."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:07}.json"


def backtest(plan: Plan, kept: Kept, work: Work, flips: Path | None, progress: Callable[[int], None]) -> Tally:
    """Judges what is missing and adds everything up; `flips` gets one JSON line for each row that flips."""
    missing = kept.missing(plan)
    progress(plan.size - sum(part.size for part in missing))
    for done in work(missing):
        kept.keep(done)
        progress(done.size)
    total = Tally()
    with written(flips) as write:
        for tally, lines in kept.results(plan):
            total.add(tally)
            write(lines)
    kept.remove()
    return total


@contextmanager
def written(flips: Path | None) -> Iterator[Callable[[str], object]]:
    """Writes into a file that appears only when it is complete; nowhere, if none is named."""
    target = flips.with_name(f".{flips.name}.part") if flips is not None else None
    try:
        with open(target or os.devnull, "w", encoding="utf-8") as out:
            yield out.write
        if flips is not None and target is not None:
            os.replace(target, flips)
    except OSError as error:
        raise BadInput(f"flips cannot be written to {str(flips)!r} ({error.strerror}); check the path") from None
    finally:
        if target is not None:
            target.unlink(missing_ok=True)
