"""A reply without what Handrail itself wrote into the ticket: mail programs quote our notes, "do not" lines included.

Lines are told by their words and not by their look, because every program quotes in a way of its own: with signs, with
indents, wrapped anew, or, from HTML, with nothing at all. What an agent wrote between the lines stays.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_PREFIX = re.compile(r"^(?:[>|»›│┃▌:*•\u00a0\t -]|&gt;)*")
_QUOTED = re.compile(r"[>|»›│┃▌]|&gt;|^\s{4}|^\t")
_WORD = re.compile(r"\w+")
_MARKER = re.compile(r"\[[^\[\]\s]{1,200}#\d+(:\d+)?\]")
_DATA = re.compile(r"^\W*packet-data\b")
_ATTRIBUTION = re.compile(
    r"(wrote|schrieb|a écrit|escribió|escreveu)\b.*:\s*$|^-{2,}\s*(original|ursprüngliche|mensaje|message|mensagem)"
    r"|^\s*(from|von|de|sent|gesendet|envoyé|enviado|to|an|à|para|date|datum|fecha|subject|betreff|objet|asunto|assunto)"
    r"\s*:",
    re.IGNORECASE,
)
OWN_LETTERS = 12
"""Letters of ours in a row that make a line ours where nothing marks it as quoted."""
LEAK_WORDS = 8
"""Words of ours in a row that may not be left in anybody's own line."""


@dataclass(frozen=True, kw_only=True)
class Stripped:
    """A reply without our words."""

    text: str
    left_out: int = 0
    """Lines of ours that nothing marked as quoted: an agent may have meant them."""
    leaks: bool = False
    """Words of ours are still in it, within somebody's own line."""


class Ours:
    """What Handrail wrote into a ticket for its desk only. Letters alone are compared: programs wrap within words."""

    def __init__(self, texts: Iterable[str]) -> None:
        whole = [text for text in texts if text.strip()]
        self._words = [f" {' '.join(_words(text))} " for text in whole]
        self._letters = ["".join(_words(text)) for text in whole]
        self._lines = {"".join(_words(line)) for text in whole for line in text.splitlines()} - {""}

    def has(self, letters: str) -> bool:
        """Whether the letters stand in one of our texts in this order."""
        return bool(letters) and any(letters in stream for stream in self._letters)

    def has_line(self, letters: str) -> bool:
        """Whether they are a whole line of ours."""
        return letters in self._lines

    def leaks_in(self, words: Sequence[str], known: Ours) -> bool:
        """Whether many words of ours stand in a row, other than those that the customer knows anyway."""
        runs = (f" {' '.join(words[at : at + LEAK_WORDS])} " for at in range(len(words) - LEAK_WORDS + 1))
        return any(self._has_run(run) and not known._has_run(run) for run in runs)

    def _has_run(self, run: str) -> bool:
        return any(run in stream for stream in self._words)


def without_ours(reply: str, ours: Sequence[str], known: Sequence[str] = ()) -> Stripped:
    """The reply without lines of `ours`; `known` is what the customer has written or read, which may be repeated."""
    mine, theirs = Ours(ours), Ours(known)
    lines = reply.splitlines()
    kinds = list(_kinds(lines, mine))
    for at in reversed(range(len(lines))):  # what introduces a quotation goes with it, and so do blanks within it
        following = kinds[at + 1] if at + 1 < len(lines) else None
        bare, whole = _bare(lines[at]), lines[at].strip()
        if kinds[at] is None and following and (not bare or _ATTRIBUTION.search(bare) or _ATTRIBUTION.search(whole)):
            kinds[at] = "quoted"
    kept = [line for line, kind in zip(lines, kinds, strict=True) if kind is None]
    text = "\n".join(kept).strip()
    return Stripped(text=text, left_out=sum(kind == "own" for kind in kinds), leaks=mine.leaks_in(_words(text), theirs))


def _kinds(lines: Sequence[str], mine: Ours) -> Iterator[str | None]:
    """For each line: `quoted` or `own` for what is ours, by how it looks; None for what is not."""
    kind, last = None, ""
    for line in lines:
        letters, marked = "".join(_words(_bare(_MARKER.sub("", line)))), bool(_MARKER.search(line))
        quoted = marked or bool(_QUOTED.search(_prefix(line)))
        goes_on = kind is not None and mine.has(last + letters)
        if _DATA.search(line) or (marked and not letters):
            kind = "quoted"
        elif not letters:
            kind = "quoted" if quoted and kind else None
        elif mine.has(letters) and (quoted or len(letters) >= OWN_LETTERS or mine.has_line(letters) or goes_on):
            kind = "quoted" if quoted or (goes_on and kind == "quoted") else "own"
        else:
            kind = None
        last = letters or last
        yield kind


def _prefix(line: str) -> str:
    found = _PREFIX.match(line)
    return found[0] if found else ""


def _bare(line: str) -> str:
    return line[len(_prefix(line)) :].strip()


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
