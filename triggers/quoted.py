"""A message that came as mail: the customer's own words, and what their program or somebody else added to them.

The rest is kept and shown, but it is neither evidence nor question. In doubt words are the customer's: a line is taken
away only by a sign that mail programs write, and where nothing else would be left nothing is taken away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from policy.letters import FOLD
from triggers.quoted_signs import (
    ATTRIBUTION,
    ATTRIBUTION_START,
    CLOSING,
    DATED,
    DISCLAIMER,
    DIVIDER,
    FOOTER,
    HEADER,
    INLINE,
    LEGAL,
    MARK,
    OWN_MATTER,
    POINTS_BELOW,
    SEPARATOR,
    is_signature_line,
)


class RestKind(StrEnum):
    """What words are that are not the customer's."""

    QUOTE = "quote"
    """What somebody wrote before, with the line that says who and when."""
    SIGNATURE = "signature"
    DISCLAIMER = "disclaimer"


@dataclass(frozen=True, kw_only=True)
class Span:
    """Characters of the text that are not the customer's words."""

    start: int
    end: int
    kind: RestKind


@dataclass(frozen=True, kw_only=True)
class Parts:
    """A text taken apart; every character is in `own` or in a span."""

    own: str
    rest: str
    spans: tuple[Span, ...]
    """In order, apart from each other."""


LONGEST_LINE = 1_000
"""Characters beyond which a line is nobody's header, signature or footer."""
LONGEST_SIGNATURE = 10
"""Lines of a signature at most."""
_FEWEST_SAID = 3
"""Words that an inline quotation holds at least."""


@dataclass(frozen=True, kw_only=True)
class _Line:
    start: int
    end: int
    text: str
    """Without the line's end and the blanks around it."""

    @property
    def blank(self) -> bool:
        return not self.text


Kinds = list[RestKind | None]
"""What each line of a text is; None: the customer's."""


def own_words(text: str, said: Iterable[str] = ()) -> Parts:
    """The customer's own words and the rest. Pure, linear in the text's length, total.

    `said` is what the assistant and people wrote to this customer: what is quoted from it literally, in quotation
    marks or behind a `>`, is not the customer's either.
    """
    lines = tuple(_lines(text))
    told = tuple(_plain(one) for one in said)
    kinds: Kinds = [None] * len(lines)
    for step in (_marked, _threads, _signatures, _disclaimers):
        step(lines, kinds)
    spans = [*_spans(lines, kinds), *_inline(text, lines, kinds, told)]
    parts = _parts(text, sorted(spans, key=lambda one: one.start))
    return parts if any(char.isalnum() for char in parts.own) else Parts(own=text, rest="", spans=())


def _lines(text: str) -> Iterator[_Line]:
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end + 1
        yield _Line(start=start, end=end, text=text[start:end].strip())
        start = end


def _plain(text: str) -> str:
    """Folded words with one blank between them, for comparing what was said with what is quoted."""
    return " ".join("".join(char if char.isalnum() else " " for char in text.translate(FOLD)).split())


def _marked(lines: tuple[_Line, ...], kinds: Kinds) -> None:
    """Lines behind a `>`, and what introduces them."""
    for at, line in enumerate(lines):
        if MARK.match(line.text):
            kinds[at] = RestKind.QUOTE
    lowest = _lowest_quote(kinds)
    for first, last in _attributions(lines):
        if last < lowest:
            kinds[first : last + 1] = [RestKind.QUOTE] * (last + 1 - first)


def _lowest_quote(kinds: Kinds) -> int:
    """The last line that is quoted; -1 if none is."""
    return max((at for at, kind in enumerate(kinds) if kind is RestKind.QUOTE), default=-1)


def _attributions(lines: tuple[_Line, ...]) -> Iterator[tuple[int, int]]:
    """First and last line of each "On … wrote:", which programs break over up to three lines; the latest beginning."""
    for last, line in enumerate(lines):
        if not line.text.endswith(":"):
            continue
        for first in range(last, max(-1, last - 3), -1):
            head = lines[first].text
            if not head or MARK.match(head):
                break
            joined = " ".join(one.text for one in lines[first : last + 1])
            begins = ATTRIBUTION_START.match(head) and (first == last or DATED.search(head))
            if begins and len(joined) <= LONGEST_LINE and ATTRIBUTION.fullmatch(joined):
                yield first, last
                break


def _threads(lines: tuple[_Line, ...], kinds: Kinds) -> None:
    """A thread without `>` below the customer's words, from its header to the end.

    Only if words stand above it that do not point to answers below: otherwise nobody could tell whose is what.
    """
    start = next(_thread_starts(lines, kinds), None)
    if start is None:
        return
    above = [line.text for line, kind in zip(lines[:start], kinds[:start], strict=True) if kind is None]
    if not any(map(_says, above)) or any(POINTS_BELOW.search(text.translate(FOLD)) for text in above):
        return
    kinds[start:] = [RestKind.QUOTE] * (len(lines) - start)


def _thread_starts(lines: tuple[_Line, ...], kinds: Kinds) -> Iterator[int]:
    lowest = _lowest_quote(kinds)
    dated = {first for first, last in _attributions(lines) if last >= lowest}
    for at, line in enumerate(lines):
        if kinds[at] is not None or len(line.text) > LONGEST_LINE:
            continue
        headers = sum(bool(HEADER.match(one.text)) for one in lines[at : at + 5])
        if at in dated or SEPARATOR.fullmatch(line.text) or (HEADER.match(line.text) and headers >= 3):
            yield at


def _says(text: str) -> bool:
    return any(char.isalnum() for char in text)


def _signatures(lines: tuple[_Line, ...], kinds: Kinds) -> None:
    """Footers of telephones, and what follows `--` or a closing as long as it looks like a signature."""
    for at, line in enumerate(lines):
        if kinds[at] is not None or len(line.text) > LONGEST_LINE:
            continue
        plain = line.text.translate(FOLD)
        if FOOTER.fullmatch(plain):
            kinds[at] = RestKind.SIGNATURE
        elif DIVIDER.fullmatch(line.text) or CLOSING.fullmatch(plain):
            _sign(lines, kinds, at)


def _sign(lines: tuple[_Line, ...], kinds: Kinds, at: int) -> None:
    """Marks the lines below a closing up to the first that says something; the closing itself with them."""
    last = at
    for below in range(at + 1, min(len(lines), at + 1 + LONGEST_SIGNATURE)):
        if kinds[below] is not None or not (lines[below].blank or is_signature_line(lines[below].text)):
            break
        last = below
    if any(not lines[one].blank for one in range(at + 1, last + 1)):
        kinds[at : last + 1] = [RestKind.SIGNATURE] * (last + 1 - at)


def _disclaimers(lines: tuple[_Line, ...], kinds: Kinds) -> None:
    """Whole paragraphs of a lawyer's words, in which nobody speaks of a matter of their own."""
    for first, last in _paragraphs(lines, kinds):
        text = " ".join(one.text for one in lines[first:last])[: 4 * LONGEST_LINE].translate(FOLD)
        if DISCLAIMER.match(text) and len(set(LEGAL.findall(text))) >= 2 and not OWN_MATTER.search(text):
            kinds[first:last] = [RestKind.DISCLAIMER] * (last - first)


def _paragraphs(lines: tuple[_Line, ...], kinds: Kinds) -> Iterator[tuple[int, int]]:
    first: int | None = None
    for at in range(len(lines) + 1):
        inside = at < len(lines) and not lines[at].blank and kinds[at] is None
        if inside and first is None:
            first = at
        elif not inside and first is not None:
            yield first, at
            first = None


def _spans(lines: tuple[_Line, ...], kinds: Kinds) -> Iterator[Span]:
    """Neighbouring lines of one kind are one span."""
    open_span: Span | None = None
    for line, kind in zip(lines, kinds, strict=True):
        if open_span is not None and (kind is not open_span.kind):
            yield open_span
            open_span = None
        if kind is not None:
            start = open_span.start if open_span is not None else line.start
            open_span = Span(start=start, end=line.end, kind=kind)
    if open_span is not None:
        yield open_span


def _inline(text: str, lines: tuple[_Line, ...], kinds: Kinds, told: tuple[str, ...]) -> Iterator[Span]:
    """Quotations in quotation marks that stand word for word in what was said to the customer."""
    if not told:
        return
    stands = _standing(told)
    for line, kind in zip(lines, kinds, strict=True):
        for found in INLINE.finditer(text, line.start, line.end) if kind is None else ():
            if stands(found[0]):
                yield Span(start=found.start(), end=found.end(), kind=RestKind.QUOTE)


def _standing(told: tuple[str, ...]) -> Callable[[str], bool]:
    whole = "\n".join(f" {one} " for one in told)

    def stands(quotation: str) -> bool:
        words = _plain(quotation)
        return len(words.split()) >= _FEWEST_SAID and f" {words} " in whole

    return stands


def _parts(text: str, spans: Iterable[Span]) -> Parts:
    own, rest, kept, at = [], [], [], 0
    for span in spans:
        own.append(text[at : span.start])
        rest.append(text[span.start : span.end])
        kept.append(span)
        at = span.end
    own.append(text[at:])
    return Parts(own="".join(own).strip() if kept else text, rest="".join(rest), spans=tuple(kept))
