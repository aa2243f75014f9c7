"""Anchors: the words that a text must hold for a phrase to stand in it, cheap to look for by the thousand."""

from __future__ import annotations

from dataclasses import dataclass

from policy.phrase_tree import Atom, Choice, Ending, Gap, Listed, Sequence, Text, Word

_NOTHING = [""]
MAX_FORMS = 48
"""Spoken forms of one word that are listed at most ("re(fund|imburse)[d]"); a word of more is no anchor."""
MAX_JOINED = 20
"""Forms that neighbouring words are listed together as at most; the more, the fewer phrases are tried in vain."""
MAX_WORDS = 3
"""Words of a form that are looked for at most."""

Group = frozenset[str]
"""Forms of which one stands in every text the phrase stands in: words with one space between them, `*` any ending."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Anchors:
    """What a phrase cannot do without: of every group at least one form stands in the text."""

    groups: tuple[Group, ...]
    exact: bool
    """One group without apostrophes says it all: a form found is the phrase found."""


def anchors_of(sequence: Sequence) -> Anchors:
    """The anchors of a phrase, in its order; no groups if no word of it is certain."""
    groups: list[Group] = []
    current, complete = _NOTHING, True
    for item in sequence.items:
        forms = None if isinstance(item, Gap) else _forms(item)
        longer = _joined(current, forms)
        if longer is not None:
            current = longer
            continue
        complete = False
        groups.append(frozenset(current))
        current = _NOTHING if forms is None or isinstance(item, Gap) or item.optional else forms
        if forms is None and not isinstance(item, Gap):
            groups.append(_best_of(item))
    groups.append(frozenset(current))
    told = tuple(group for group in groups if group and "" not in group)
    short = tuple(frozenset(map(_core, group)) for group in told)
    exact = complete and len(told) == 1 and short == told and not any("'" in form for form in told[0])
    return Anchors(groups=short, exact=exact)


def _core(form: str) -> str:
    """The neighbouring words of a long form that hold the most letters: they tell nearly as much as all."""
    if form.count(" ") < MAX_WORDS:
        return form
    words = form.split()
    return max((" ".join(words[at : at + MAX_WORDS]) for at in range(len(words) - MAX_WORDS + 1)), key=len)


def _joined(first: list[str], second: list[str] | None) -> list[str] | None:
    """Every form of one followed by every form of the other, or None if they are too many."""
    if second is None:
        return None
    if first is _NOTHING:
        return second
    if len(first) * len(second) > MAX_JOINED:
        return None
    return [f"{one} {other}".strip() for one in first for other in second]


def _forms(word: Word) -> list[str] | None:
    """Every spoken form of a word, or None if they cannot be listed; an optional word has the empty form as well."""
    forms = [""]
    for atom in word.atoms:
        pieces = _pieces(atom)
        if pieces is None or len(forms) * len(pieces) > MAX_FORMS:
            return None
        forms = [form + piece for form in forms for piece in pieces] if forms != [""] else pieces
    return forms


def _best_of(word: Word) -> Group:
    """One group for a word that cannot be listed, if it is a mere choice: the best group of every alternative."""
    first, *others = word.atoms
    if others or not isinstance(first, Choice) or first.optional:
        return frozenset()
    groups = [max(anchors_of(choice).groups, key=_telling, default=frozenset()) for choice in first.choices]
    return frozenset().union(*groups) if all(groups) else frozenset()


def _telling(group: Group) -> tuple[int, int]:
    return min(map(len, group)), -len(group)


def _pieces(atom: Atom) -> list[str] | None:
    """Every spoken form of a part of a word, or None if they cannot be listed."""
    if isinstance(atom, Text):
        return [atom.text]
    if isinstance(atom, Ending):
        return ["*"]
    if isinstance(atom, Listed):
        return [*atom.text.split("|"), *([""] if atom.optional else [])]
    return None
