"""Card numbers however they are written: spaced, spelled out, with letters for digits or words between the groups.

Label, layout and check sum are weighed: what is called a card needs no right check sum, what is laid out like one
needs none either, and a bare number needs issuer and check sum and no everyday label ("order", "tracking").
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, lru_cache
from itertools import accumulate, pairwise, product
from typing import Any

from triggers.private.detectors import JOINER, LINK, Detector, Searched, label_ends
from triggers.private.numerals import NUMBER_WORD, Part, has_weak_words, runs, side_by_side, zones
from triggers.watched import compile_source

_PREFILTERS = (
    # Digits, or letters that pass for digits, with little between them.
    r"[0-9oilbs](?:[^a-z0-9]{0,4}[0-9oilbs]){12}",
    # Number words in a row.
    rf"\b{NUMBER_WORD}(?:[^a-z0-9]+(?:{NUMBER_WORD}|[0-9]+)){{3}}",
)
_GROUPED = (r"[0-9]{3,7}(?:[^0-9]{1,32}[0-9]{3,7}){2}",)
"""Groups of digits with words between them."""
_NAMES = (
    "(?:credit|debit|bank|payment|gift)?cards?|visa|master ?card|amex|american express|maestro|diners|discover|ccn|pan|"
    "cc (?:number|num|no|nr|is)|(?:kredit|bank|giro|ec-?)?karten?(?:nummer|nr)?|tarjetas?|"
    "cartes? (?:bleue|bancaire|de credit)|carte|cartao|cartoes"
)
_OTHER_CARDS = "sim|sd|memory|graphics|video|sound|business|library|report|loyalty|speicher|visiten|id|identity"
_CALLED = rf"\b(?:{_NAMES})(?:\b{LINK}|[0-9])"
_NOT_CALLED = rf"\b(?:{_OTHER_CARDS})[ -]?(?:cards?|karten?)(?:\b{LINK}|[0-9])"
_CALLED_AFTER = (
    r"\b(?:is|was|are|es|est|ist|e)[ \t]+(?:my|mi|ma|meine?|minha|meu|the|la|a|o|die|our|their|his|her)[ \t]+"
    rf"(?:[a-z]{{3,8}}[ \t]+)?(?:{_NAMES})\b"
)
_NEAR = rf"\b(?:{_NAMES}|exp|expiry|expires|expiration|valid thru|cvv2?|cvc2?)(?:\b|[0-9])"
_BEFORE, _AFTER = 90, 40
"""Characters around a number in which the name of a card counts as near."""
_LONGEST, _SHORTEST = 19, 12
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
"""Twice a digit, its own digits added up."""
_FULL, _TEST_LENGTH = 16, 14
"""Shorter numbers are no card unless a card is named near them: thirteen digits stand on every packet (EAN-13)."""
_DATED = re.compile(r"[0-9]{1,2}\W[0-9]{1,2}\W(?:19|20)[0-9]{2}\b|(?:19|20)[0-9]{2}\W[0-9]{1,2}\W[0-9]{1,2}\b")
_MEASURED = re.compile(r"\W*(?:x|by|mm|cm|or|plus)\b.*", re.DOTALL)
_SECURITY_CODE = re.compile(
    r"[\s,;/|-]{1,3}(?:(?:exp\w{0,8}|valid\w{0,8})\W{1,3})?\d{1,2}\s?[/|-]\s?\d{2,4}[\s,;/|-]{1,3}(?:cv[vc]2?\W{0,3})?"
    r"(\d{3,4})(?!\w)"
)
_CHAIN = 10


class Layout(StrEnum):
    """How a number is divided."""

    CARD = "groups as on a card"
    SPOKEN = "number words"
    EVEN = "one separator throughout"
    SOLID = "undivided"
    WORDED = "words between groups of four"
    LOOSE = "anything else"


def luhn(digits: str) -> bool:
    """The check sum of ISO/IEC 7812-1."""
    total = sum(int(digit) for digit in digits[-1::-2])
    return (total + sum(divmod(2 * int(digit), 10)[0] + 2 * int(digit) % 10 for digit in digits[-2::-2])) % 10 == 0


@lru_cache(maxsize=4096)
def plausible_lengths(digits: str) -> tuple[int, ...]:
    """Lengths that the issuer of a number beginning with `digits` gives out; empty if no known issuer does."""
    two, three, four, six = (int(digits[:n] or 0) for n in (2, 3, 4, 6))
    if digits[:1] == "4":
        return (16, 13, 19)
    if 51 <= two <= 55 or 2221 <= four <= 2720 or 2200 <= four <= 2204:
        return (16,)
    if two in (34, 37) or four in (1800, 2131):
        return (15,)
    if 300 <= three <= 305 or two in (36, 38, 39):
        return (14, 16)
    if 3528 <= four <= 3589 or two in (62, 65, 81) or four == 6011 or 644 <= three <= 649:
        return (16, 17, 18, 19)
    if four in (5018, 5020, 5038, 5893, 6304, 6759, 6761, 6762, 6763):
        return (16, 13, 14, 15, 17, 18, 19)
    return (16,) if three == 508 or six in (606282, 636368, 636297, 438935) else ()


@cache
def _compiled(source: str) -> Any:
    return compile_source(source)


@dataclass
class _Names:
    """Where a text names a card, as offsets in the folded text, and what was found so far."""

    searched: Searched
    called: frozenset[int]
    called_after: frozenset[int]
    near: list[int]
    numbers: set[str] = field(default_factory=set)
    """Digits of the cards found: the same number is a card elsewhere in the text as well."""
    held: list[tuple[str, int, int]] = field(default_factory=list)
    """Numbers left alone for their everyday label."""

    @classmethod
    def of(cls, searched: Searched) -> _Names:
        """The names in a text."""
        folded = searched.folded
        after = frozenset(folded.char_at(one.start()) for one in _compiled(_CALLED_AFTER).finditer(folded.data))
        near = sorted(folded.char_at(one.start()) for one in _compiled(_NEAR).finditer(folded.data))
        called = label_ends(folded, _CALLED) - label_ends(folded, _NOT_CALLED)
        return cls(searched, called, after, near)

    @property
    def may_call(self) -> bool:
        """Whether anything in the text is called a card."""
        return bool(self.called or self.called_after)

    def calls(self, start: int, end: int) -> bool:
        """Whether a number is called a card, before or after it."""
        return start in self.called or any(end + gap in self.called_after for gap in range(5))

    def is_near(self, start: int, end: int) -> bool:
        """Whether a card is named near a number."""
        at = bisect_left(self.near, start - _BEFORE)
        return at < len(self.near) and self.near[at] <= end + _AFTER


class _Run:
    """Parts near enough to be one number, and where in them one may begin and end."""

    def __init__(self, text: str, parts: list[Part]) -> None:
        self.text, self.parts = text, parts
        self.digits = "".join(part.digits for part in parts)
        self.between = ["", *(text[before.end : after.start] for before, after in pairwise(parts))]
        self.joined = [False, *(side_by_side(between) for between in self.between[1:])]
        self.starts: dict[int, tuple[int, int]] = {}
        self.ends: dict[int, tuple[int, int]] = {}
        self._sums = _alternating(self.digits)
        at = accumulate((len(part.digits) for part in parts), initial=0)
        for n, (part, first) in enumerate(zip(parts, at, strict=False)):
            self.starts[first] = (part.start, n)
            self.ends[first + len(part.digits)] = (part.end, n)
            if part.sure[0] < part.sure[1] and part.end - part.start == len(part.digits):
                self.starts[first + part.sure[0] - part.start] = (part.sure[0], n)
                self.ends[first + part.sure[1] - part.start] = (part.sure[1], n)

    def sums_up(self, at: int, end: int) -> bool:
        """`luhn` of some of the digits, in constant time."""
        sums = self._sums[(end - 1) % 2]
        return (sums[end] - sums[at]) % 10 == 0


def _alternating(digits: str) -> tuple[list[int], list[int]]:
    """Running sums of the digits, every second one doubled as `luhn` does: those at odd places, those at even ones."""
    single = [int(digit) for digit in digits]
    doubled = [_DOUBLED[digit] for digit in single]
    mixed = list(single), list(doubled)
    mixed[0][1::2], mixed[1][1::2] = doubled[1::2], single[1::2]
    return list(accumulate(mixed[0], initial=0)), list(accumulate(mixed[1], initial=0))


@dataclass(frozen=True, kw_only=True)
class _Candidate:
    """Some digits of a run that may be a card."""

    run: _Run
    number: str
    sums: bool
    first: int
    last: int
    """Indices of the first and the last part."""
    start: int
    end: int

    @property
    def parts(self) -> list[Part]:
        """At most nineteen parts."""
        return self.run.parts[self.first : self.last + 1]

    @property
    def separators(self) -> list[str]:
        """What stands between the parts."""
        return self.run.between[self.first + 1 : self.last + 1]

    @property
    def whole(self) -> bool:
        """Whether nothing but punctuation parts it."""
        return all(self.run.joined[self.first + 1 : self.last + 1])

    @property
    def opens(self) -> bool:
        """Whether no other digits stand directly before it."""
        return not self.run.joined[self.first]

    @property
    def closes(self) -> bool:
        """Whether no other digits stand directly after it."""
        return self.last + 1 == len(self.run.parts) or not self.run.joined[self.last + 1]

    def layout(self) -> Layout:
        """How it is divided."""
        parts, separators = self.parts, self.separators
        sizes = [len(part.digits) for part in parts]
        if not self.whole:
            measured = any(_MEASURED.fullmatch(separator) for separator in self.separators)
            return Layout.WORDED if _in_fours(self._worded_groups()) and not measured else Layout.LOOSE
        if any(part.spoken for part in parts):
            return Layout.SPOKEN
        if len(parts) == 1:
            return Layout.LOOSE if self._in_a_hash() else Layout.SOLID
        plain = not any(char in ",;:" for separator in separators for char in separator)
        if (_in_fours(sizes) or sizes in ([4, 6, 5], [4, 6, 4])) and (plain or len(set(separators)) == 1):
            return Layout.CARD
        even = len(set(separators)) == 1 and ":" not in separators[0] and self.opens and self.closes
        dated = _DATED.match(self.run.text, self.start) is not None
        version = "." in separators[0] and len(set(sizes[:-1])) > 1
        return Layout.EVEN if even and not (dated or version) and _in_groups(sizes) else Layout.LOOSE

    def _worded_groups(self) -> list[int]:
        groups = [len(self.parts[0].digits)]
        for part, joined in zip(self.parts[1:], self.run.joined[self.first + 1 : self.last + 1], strict=True):
            if joined:
                groups[-1] += len(part.digits)
            else:
                groups.append(len(part.digits))
        return groups

    def _in_a_hash(self) -> bool:
        """Whether letters and more digits are glued to it."""
        before = self.run.text[max(0, self.start - 8) : self.start]
        after = self.run.text[self.end : self.end + 8]
        glued = (re.split(r"[^a-z0-9]", before)[-1], re.split(r"[^a-z0-9]", after)[0])
        return any(char.isdigit() for side in glued for char in side)

    def stands_alone(self) -> bool:
        """Whether no group of the same size continues it on either side."""
        parts, run = self.parts, self.run
        before = 0 if self.opens else len(run.parts[self.first - 1].digits)
        after = 0 if self.closes else len(run.parts[self.last + 1].digits)
        return before != len(parts[0].digits) and after != len(parts[-1].digits)


def _in_groups(sizes: list[int]) -> bool:
    return len(sizes) >= 4 and max(sizes) <= 6


def _in_fours(sizes: list[int]) -> bool:
    return sum(sizes) >= _FULL and all(size == 4 for size in sizes[:-1]) and sizes[-1] <= 4


def find_cards(searched: Searched) -> Iterator[tuple[int, int]]:
    """Offsets of card numbers in folded text, in order, without overlaps."""
    text, names = searched.folded.text, _Names.of(searched)
    found: list[tuple[int, int]] = []
    places = list(zones(searched.folded, _SHORTEST))
    searched.read(sum(min(end, len(text)) - start for start, end in places))
    for weak_counts, (start, end) in product((True, False), places):
        if not weak_counts and not has_weak_words(text, start, end):
            continue
        for parts in runs(text, start, end, weak_counts=weak_counts):
            if sum(len(part.digits) for part in parts) >= _SHORTEST:
                found += _in_run(_Run(text, parts), names)
    found += ((start, end) for number, start, end in names.held if number in names.numbers)
    taken = 0
    for start, end in sorted(found, key=lambda span: (span[0], -span[1])):
        if start >= taken:
            taken = end
            yield start, end
            code = _SECURITY_CODE.match(text, end)
            if code is not None:
                taken = code.end()
                yield code.span(1)


def _in_run(run: _Run, names: _Names) -> Iterator[tuple[int, int]]:
    """Card numbers in one run, leftmost first."""
    taken = after_card = 0
    for at in sorted(run.starts):
        if at < taken:
            continue
        for candidate in _candidates(run, at, names):
            if _is_card(candidate, names, follows_card=at == after_card > 0):
                taken = after_card = at + len(candidate.number)
                names.numbers.add(candidate.number)
                yield candidate.start, candidate.end
                break


def _candidates(run: _Run, at: int, names: _Names) -> Iterator[_Candidate]:
    """What may be a card beginning with a digit of the run, the likeliest length first."""
    start, first = run.starts[at]
    known = sorted(plausible_lengths(run.digits[at : at + 6]), reverse=True)
    called = start in names.called
    rest = range(_LONGEST, _SHORTEST - 1, -1) if called or names.called_after else ()
    lengths = [*known, *(length for length in rest if length not in known)]
    if called and len(run.parts[first].digits) > _LONGEST:
        lengths = [len(run.digits) if run.ends.get(len(run.digits)) is None else len(run.parts[first].digits)]
    names.searched.spend(1 if lengths else 0)
    fitting = [length for length in lengths if at + length in run.ends]
    for length in sorted(fitting, key=lambda n: not run.sums_up(at, at + n)):
        end, last = run.ends[at + length]
        number, sums = run.digits[at : at + length], run.sums_up(at, at + length)
        yield _Candidate(run=run, number=number, sums=sums, first=first, last=last, start=start, end=end)


def _is_card(one: _Candidate, names: _Names, *, follows_card: bool) -> bool:
    """Label, layout and check sum, weighed."""
    sums, known = one.sums, len(one.number) in plausible_lengths(one.number[:6])
    if not known and not names.may_call:
        return False
    if not any(part.sure[0] < part.sure[1] for part in one.parts):
        return False
    if names.calls(one.start, one.end):
        return one.whole or (sums and known)
    if not known or (len(one.number) < 16 and one.run.text[max(0, one.start - 2) : one.start].endswith(("+", "+("))):
        return False
    near = names.is_near(one.start, one.end)
    if len(one.number) < _TEST_LENGTH and not near:
        return False
    if not sums:
        return one.stands_alone() and _speaks_for_itself(one, one.layout()) and not _is_everyday(one, names)
    layout = one.layout()
    if near:
        return layout is not Layout.LOOSE or not any(":" in separator for separator in one.separators)
    if layout is Layout.CARD:
        ends_a_list = one.closes and len(one.number) == 16 and not _is_everyday(one, names)
        return one.opens or follows_card or ends_a_list
    if layout in (Layout.SOLID, Layout.EVEN) and _is_everyday(one, names):
        names.held.append((one.number, one.start, one.end))
        return False
    return layout is not Layout.LOOSE


def _speaks_for_itself(one: _Candidate, layout: Layout) -> bool:
    """Whether the layout is one that nothing but a card has, so that a mistyped digit does not matter."""
    sizes = {len(part.digits) for part in one.parts}
    if layout is Layout.CARD:
        return len(set(one.separators)) == 1 and one.separators[0] in (" ", "-", " - ", "  ", "\n")
    if layout is Layout.SPOKEN:
        return one.opens and one.closes
    return layout is Layout.EVEN and sizes == {1}


def _is_everyday(one: _Candidate, names: _Names) -> bool:
    """Whether an everyday label stands before it, or before a list of such numbers that it continues."""
    run, size = one.run, len(one.number)
    for at in range(one.first, max(-1, one.first - _CHAIN), -1):
        start = run.parts[at].start
        if names.searched.is_everyday(start) or names.searched.is_everyday(_glued_from(run.text, start)):
            return True
        listed = JOINER.fullmatch(run.between[at]) is not None and len(run.parts[at - 1].digits) == size
        if at == 0 or not (listed or run.joined[at]):
            return False
    return False


def _glued_from(text: str, start: int) -> int:
    """Where the letters begin that are glued to the front of a number ("JJD0034")."""
    while start > 0 and text[start - 1].isalpha() and text[start - 1].isascii():
        start -= 1
    return start


CARDS: tuple[Detector, ...] = (
    Detector(entity="card", group="card", prefilters=_PREFILTERS, find=find_cards),
    Detector(entity="card", group="card", prefilters=_GROUPED, find=find_cards, digits=_SHORTEST, apart=True),
    Detector(
        entity="card",
        group="card",
        prefilters=(rf"\b(?:{_NAMES})(?:\b|[0-9])",),
        find=find_cards,
        digits=_SHORTEST,
    ),
)
"""Numbers in the disguise of letters, and those whose digits show: in groups with words between, or called a card."""
