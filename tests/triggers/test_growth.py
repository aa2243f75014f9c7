"""Growth: ten times the text is about ten times the work, whatever the text is made of.

Measured as a ratio of CPU times of this process, the best of several rounds; a text fails only if it fails in every
attempt. What costs more with private data in the text is measured with the detectors.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from time import process_time

import pytest

from tests.triggers.samples import engine
from triggers.assessment import Circumstances, Message
from triggers.burst import Burst, Part
from triggers.coverage import uncovered
from triggers.language import shown
from triggers.readings import readings
from triggers.visible import visible

SOAK = os.environ.get("HANDRAIL_SOAK") == "1"
SMALL, TIMES = 2_000, 10
MOST = 13.0
ROUNDS, ATTEMPTS = (9, 4) if SOAK else (4, 4)
UNITS = (
    "I can smell gas ", "how do I kill a process ", "how do I kill a process. ", "kill ", "s p e a k t o a h u m a n ",
    ". ", "...", "\n", " ", " \n", "🔥", "a🔥b ", "ɐǝɟ ", "привет ", "a\u200b", "a\u0301", "\U000e0041", "é ß ü ñ ",
    "a*b ", "* ", "*", "xyzzy ", "a", "aaab", "don't ", "my passport ", "ａ🔥ɐп٣\u200b ", "h|u|m|a|n ", "a€b ",
    "... --- ", "a'", "_a", "class action figures ", "great not great terrible ", "(((", "please ", "hi ", "password ",
    "<a ", "&#103;", "a1", "aB", "k1ll ", "d*e ", "a.", "eht uoy ", "<!--", "%41",
)  # fmt: skip
Work = Callable[[str], object]


def _evaluate(text: str) -> object:
    return engine("default").evaluate(Message(text=text, language="en"), Circumstances())


def _burst(text: str) -> object:
    third = len(text) // 3
    parts = [Part(id=str(n), text=text[n * third : (n + 1) * third]) for n in range(3)]
    burst = Burst.of(parts[-1], parts[:-1], most_chars=20_000)
    return engine("default").evaluate_burst(burst, Message(text=parts[-1].text, language="en"), Circumstances())


def _span_of_everything(text: str) -> object:
    return [folded.span(0, len(folded.text)) for folded in readings(text)]


WORK: dict[str, Work] = {
    "evaluate": _evaluate,
    "burst": _burst,
    "screen": lambda text: engine("default").screen(text),
    "readings": _span_of_everything,
    "visible": visible,
    "uncovered": lambda text: uncovered(text, ("a", "gas")),
    "language": lambda text: shown(text, classify=False),
    "small talk": lambda text: engine("default").smalltalk(text),
}


def _seconds(work: Work, text: str) -> float:
    """The best of several rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = process_time()
        work(text)
        best = min(best, process_time() - started)
    return max(best, 1e-5)


def _grows(work: Work, unit: str) -> bool:
    small = (unit * SMALL)[:SMALL]
    large = (unit * SMALL * TIMES)[: SMALL * TIMES]
    return all(_seconds(work, large) / _seconds(work, small) >= MOST for _ in range(ATTEMPTS))


def _growing(work: Work, units: Iterable[str]) -> Iterator[str]:
    return (unit for unit in units if _grows(work, unit))


@pytest.mark.parametrize("name", WORK)
def test_ten_times_the_text_is_ten_times_the_work(name: str) -> None:
    units = UNITS if SOAK or name in ("evaluate", "screen") else UNITS[::2]
    assert [repr(unit) for unit in _growing(WORK[name], units)] == []


def test_work_that_looks_back_over_the_whole_text_is_caught() -> None:
    """The mutant: for every word, the text before it is read again."""

    def looks_back(text: str) -> object:
        return [text[:at].count("a") for at in range(0, len(text), 4)]

    assert list(_growing(looks_back, UNITS[:3])) == list(UNITS[:3])
