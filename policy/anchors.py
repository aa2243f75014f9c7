"""Anchors: word sequences that a text must hold for a phrase to stand in it, cheap to look for by the thousand.

Without them every phrase with a gap or a choice would multiply the states of the one automaton that scans for all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from policy.phrase_tree import Choice, Ending, Gap, Sequence, Text, Word

MAX_FORMS = 48
"""Spoken forms that one group lists at most; a longer phrase is parted into several groups."""


@dataclass(frozen=True, kw_only=True)
class Anchors:
    """What a phrase cannot do without: of every group at least one form stands in the text.

    A form is words with one space between them; `*` in it is any ending.
    """

    groups: tuple[frozenset[str], ...]
    exact: bool
    """One group says it all: a form found is the phrase found."""


def anchors_of(sequence: Sequence) -> Anchors:
    """The anchors of a phrase; no groups if no word of it is certain."""
    runs = _runs(sequence)
    groups: list[frozenset[str]] = []
    whole = True
    for run in runs:
        found, complete = _run_groups(run)
        groups += found
        whole = whole and complete
    return Anchors(groups=tuple(groups), exact=whole and len(runs) == 1 and len(groups) == 1)


def _runs(sequence: Sequence) -> list[list[Word]]:
    """The words between the gaps."""
    runs: list[list[Word]] = [[]]
    for item in sequence.items:
        if isinstance(item, Gap):
            runs.append([])
        else:
            runs[-1].append(item)
    return runs


def _run_groups(words: Iterable[Word]) -> tuple[list[frozenset[str]], bool]:
    """Groups for words that follow one another, as few and as long as can be listed; whether they say it all."""
    groups: list[frozenset[str]] = []
    current: list[str] | None = None
    bridge: list[str] | None = [""]
    complete = True
    for word in words:
        forms = _word_forms(word)
        if word.optional:
            bridge = _joined(bridge, forms)
            continue
        longer = _joined(_joined(current, bridge), forms) if current is not None else forms
        if longer is None:
            complete = False
            groups += [frozenset(current)] if current is not None else []
            groups += [best] if forms is None and (best := _best(word)) else []
        current, bridge = (longer if longer is not None else forms), [""]
    return [*groups, *([frozenset(current)] if current is not None else [])], complete


def _word_forms(word: Word) -> list[str] | None:
    """Every form of a word, or None if they are too many; an optional word has the empty form as well."""
    forms = [""]
    for atom in word.atoms:
        pieces = _atom_forms(atom)
        if pieces is None or len(forms) * len(pieces) > MAX_FORMS:
            return None
        forms = [form + piece for form in forms for piece in pieces]
    return forms


def _atom_forms(atom: Text | Ending | Choice) -> list[str] | None:
    if isinstance(atom, Text):
        return [atom.text]
    if isinstance(atom, Ending):
        return ["*"]
    forms = [""] if atom.optional else []
    for choice in atom.choices:
        listed = _listed(choice)
        if listed is None or len(forms) + len(listed) > MAX_FORMS:
            return None
        forms += listed
    return forms


def _listed(sequence: Sequence) -> list[str] | None:
    """Every spoken form of a sequence without gaps, or None."""
    forms: list[str] | None = [""]
    for item in sequence.items:
        forms = _joined(forms, None if isinstance(item, Gap) else _word_forms(item))
    return forms


def _best(word: Word) -> frozenset[str]:
    """One group for a choice that cannot be listed: the longest-worded group of each alternative, together."""
    chosen: set[str] = set()
    choices = [atom for atom in word.atoms if isinstance(atom, Choice) and not atom.optional]
    if len(word.atoms) != 1 or not choices:
        return frozenset()
    for alternative in choices[0].choices:
        groups = anchors_of(alternative).groups
        if not groups:
            return frozenset()
        chosen |= max(groups, key=lambda group: min(len(form) for form in group))
    return frozenset(chosen) if len(chosen) <= 4 * MAX_FORMS else frozenset()


def _joined(first: list[str] | None, second: list[str] | None) -> list[str] | None:
    """Every form of one followed by every form of the other, or None if they are too many."""
    if first is None or second is None or len(first) * len(second) > MAX_FORMS:
        return None
    return [f"{one} {other}".strip() for one in first for other in second]
