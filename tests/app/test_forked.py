"""Work beside this process: its result comes back, and where it fails the work is done here."""

from __future__ import annotations

import os
import threading

import pytest

from app.forked import Claims, forked


def test_work_beside_is_done_in_another_process() -> None:
    assert forked(os.getpid)() != os.getpid() or (os.cpu_count() or 1) < 2 or threading.active_count() > 1


def test_an_error_beside_is_raised_here() -> None:
    def fail() -> int:
        raise ValueError(f"done by {here}")

    here = os.getpid()
    with pytest.raises(ValueError, match=str(here)):
        forked(fail)()


def test_work_whose_process_dies_is_done_here() -> None:
    here = os.getpid()
    assert forked(lambda: os._exit(9) if os.getpid() != here else "done")() == "done"


def test_no_process_is_forked_while_another_thread_runs() -> None:
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        assert forked(os.getpid)() == os.getpid()
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize("count", [0, 1, 500, Claims.MOST])
def test_two_processes_claim_each_number_once(count: int) -> None:
    with Claims(count) as claims:
        others = forked(lambda: list(claims))
        own = list(claims)
        assert sorted([*own, *others()]) == list(range(count))


def test_more_than_a_pipe_holds_is_refused() -> None:
    with pytest.raises(ValueError, match="2001"):
        Claims(Claims.MOST + 1)
