"""Sets of RE2 patterns whose every answer is proved by a canary, and an index of words on top of one.

RE2 answers "no match" and "out of memory" with the same empty answer. Without the canary a policy that grew
too large would quietly stop seeing anything, and every message would look clear.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any, Protocol

import re2

from states.errors import DependencyFault, PolicyError

CANARY = b"\n\x02handrail canary\x02"
_CANARY_SOURCE = rb"\x02handrail canary\x02\z"
_MAX_MEM = 256 << 20
"""Bytes one set may use; a bound against surprises, the default pack's sets use a few million."""
_COMMON = 3
_COMMON_WORDS = frozenset(
    ("that", "this", "with", "have", "want", "your", "need", "from", "they", "what", "when", "just", "will", "would",
     "could", "there", "been", "more", "some", "time", "like", "help", "para", "como", "que", "pour", "dans", "nicht")
)  # fmt: skip
"""Words of three letters or less, and these, stand in nearly every message."""

_SPACES = bytes(code if chr(code) in "abcdefghijklmnopqrstuvwxyz0123456789" else 32 for code in range(256))
_ALIKE = bytes.maketrans(b"l1", b"ii")
_NO_LETTERS = re.compile("[^a-z]+")


class ScannerSilent(DependencyFault):
    """A scan did not find the canary, so its empty answer means nothing."""

    def __init__(self) -> None:
        super().__init__("scanner_silent", "the scan did not find its canary; make the policy's patterns smaller")


class SetLike(Protocol):
    """The part of `re2.Set` that is used."""

    def Add(self, pattern: bytes) -> int: ...
    def Compile(self) -> None: ...
    def Match(self, text: bytes) -> list[int] | None: ...


SetFactory = Callable[[Any], SetLike]
"""Makes an empty set from `re2.Options`; a test passes one that falls silent."""


class WatchedSet:
    """A `re2.Set` that appends a canary to every text and raises ScannerSilent if its answer lacks it."""

    def __init__(self, sources: Sequence[str], make_set: SetFactory | None = None) -> None:
        options = re2.Options()
        options.max_mem = _MAX_MEM
        options.never_capture = True
        options.log_errors = False
        self._set: SetLike = (make_set or re2.Set.SearchSet)(options)
        self._empty = not sources
        for source in sources:
            self._add(source)
        self._canary = self._set.Add(_CANARY_SOURCE)
        self._set.Compile()

    def _add(self, source: str) -> None:
        try:
            self._set.Add(source.encode())
        except re2.error as error:
            raise _no_pattern(source, error) from error

    def match(self, data: bytes) -> list[int]:
        """Numbers of the sources that match the folded UTF-8."""
        if self._empty:
            return []
        met = self._set.Match(data + CANARY)
        if not met or self._canary not in met:
            raise ScannerSilent
        met.remove(self._canary)
        return met


class WordIndex:
    """Which patterns have a form of each of their two most telling groups in a text."""

    def __init__(
        self,
        groups: Mapping[int, Sequence[frozenset[str]]],
        source_of: Callable[[str], str],
        make_set: SetFactory | None = None,
    ) -> None:
        counts = Counter(chain.from_iterable(chain.from_iterable(groups.values())))
        rank = _Commonness(counts)
        telling = {n: sorted(several, key=rank)[:2] for n, several in groups.items()}
        forms = sorted(set(chain.from_iterable(chain.from_iterable(telling.values()))))
        number = {form: at for at, form in enumerate(forms)}
        self._owners: list[list[tuple[int, frozenset[int] | None]]] = [[] for _ in forms]
        for n, (first, *other) in telling.items():
            besides = frozenset(map(number.__getitem__, other[0])) if other else None
            for form in first:
                self._owners[number[form]].append((n, besides))
        self._set = WatchedSet([source_of(form) for form in forms], make_set)

    def __bool__(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self._owners)

    def candidates(self, data: bytes) -> Iterable[int]:
        """Patterns that may stand in the text, each once; ScannerSilent if the scan did not happen."""
        met = self._set.match(data)
        return self._chosen(met) if met else ()

    def _chosen(self, met: Sequence[int]) -> Iterator[int]:
        present = frozenset(met)
        given: set[int] = set()
        for form in met:
            for index, besides in self._owners[form]:
                if (besides is None or not besides.isdisjoint(present)) and index not in given:
                    given.add(index)
                    yield index


def words_view(data: bytes) -> bytes:
    """Folded text with one space around every run of letters and digits."""
    view = b" %b " % data.translate(_SPACES)
    while b"  " in view:
        view = view.replace(b"  ", b" ")
    return view


def word_source(form: str) -> str:
    """RE2 source of an anchor's form in the view of words; what an apostrophe joins may be parted there."""
    source = f" {form} ".replace("'", " ?").removesuffix("* ")
    return source.replace("*", "[a-z0-9]*") if "*" in source else source


def tight_view(squeezed: bytes) -> bytes:
    """The squeezed view with one letter for i, l and 1, and 2 written out: it holds more forms, never fewer."""
    return squeezed.translate(_ALIKE).replace(b"2", b"to")


def tight_source(form: str) -> str:
    """RE2 source of an anchor's form in that view."""
    return _NO_LETTERS.sub("", form).replace("l", "i")


@cache
def _quiet() -> Any:
    options = re2.Options()
    options.log_errors = False
    return options


def compile_source(source: str) -> Any:
    """One RE2 pattern over folded UTF-8; PolicyError if it is none."""
    try:
        return re2.compile(source.encode(), _quiet())
    except re2.error as error:
        raise _no_pattern(source, error) from error


class _Commonness:
    """Sorts groups with forms of common words last, then single words, then those whose forms many patterns share."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._shared = counts.__getitem__
        self._single = frozenset(form for form in counts if " " not in form)
        self._common = frozenset(word for word in self._single if len(word) <= _COMMON or word in _COMMON_WORDS)

    def __call__(self, group: frozenset[str]) -> tuple[bool, bool, int]:
        return not group.isdisjoint(self._common), not group.isdisjoint(self._single), sum(map(self._shared, group))


def _no_pattern(source: str, error: Exception) -> PolicyError:
    return PolicyError(f"pattern {source!r} is no RE2 pattern ({error}); its syntax is at github.com/google/re2/wiki")
