"""Work that runs in a process of its own beside this one, so that a check of two halves takes the time of one."""

from __future__ import annotations

import os
import pickle
import threading
from collections.abc import Callable, Iterator
from typing import Self, TypeVar

Result = TypeVar("Result")


def forked(work: Callable[[], Result]) -> Callable[[], Result]:
    """Begins `work` in a forked process and returns what waits for its result, to be called once.

    The result must be picklable. Where there is no fork, no second core or a second thread, and where the process
    does not answer, the work is done here instead, so an error is raised here as well.
    """
    if not hasattr(os, "fork") or (os.cpu_count() or 1) < 2 or threading.active_count() > 1:
        return work
    answers, questions = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(answers)
        _answer(work, questions)
    os.close(questions)
    return lambda: _awaited(child, answers, work)


def _answer(work: Callable[[], object], pipe: int) -> None:
    """Writes the result and ends the process, leaving alone whatever the parent would do when it ends."""
    code = 1
    try:
        with os.fdopen(pipe, "wb") as out:
            out.write(pickle.dumps(work()))
        code = 0
    finally:
        os._exit(code)


def _awaited(child: int, pipe: int, work: Callable[[], Result]) -> Result:
    with os.fdopen(pipe, "rb") as answer:
        data = answer.read()
    _, status = os.waitpid(child, 0)
    if status != 0:
        return work()
    result: Result = pickle.loads(data)
    return result


class Claims:
    """Numbers from 0 that this process and those forked from it take, each number once, while there are any.

    Who is quick takes more, so all are done at about the same time. A number that a process took before it died is
    lost: whoever hands out work looks for what has no result.
    """

    MOST = 2_000
    """In two bytes each they fit into one page, the least that a pipe holds."""

    def __init__(self, count: int) -> None:
        if count > self.MOST:
            raise ValueError(f"at most {self.MOST} can be claimed, not {count}")
        self._numbers, given = os.pipe()
        os.write(given, b"".join(number.to_bytes(2) for number in range(count)))
        os.close(given)

    def __iter__(self) -> Iterator[int]:
        while number := os.read(self._numbers, 2):
            yield int.from_bytes(number)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._numbers)
