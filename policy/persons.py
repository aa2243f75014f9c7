"""Which ids are one person's, however they are spelt: the comparison behind ownership, four eyes and presence.

An id is shown and stored as its holder spells it, and compared here: by letter case (Unicode case folding),
compatibility forms (NFKC), letters that look alike (`policy.letters`, after UTS 39; with `1`, `l`, `i` and `|`, `0` and
`o`, `rn` and `m`), and without accents, blanks and characters that show nothing. Two people whose ids would be one
person's are refused when Handrail starts (`require_distinct`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

from policy.letters import FOLD, LOOKALIKES
from states.errors import SettingsError

_SIMILAR = str.maketrans({"1": "l", "i": "l", "|": "l", "0": "o"})
"""What a reader takes for another character in most typefaces; ids are compared in lower case."""
_PAIRS = (("rn", "m"), ("vv", "w"))
"""Two letters that are read as one."""
_CASED = str.maketrans(
    {
        other.translate(FOLD): plain
        for plain, looks in LOOKALIKES.items()
        for look in looks
        for other in (look.lower(), look.upper())
        if len(other.translate(FOLD)) == 1 and not other.translate(FOLD).isascii()
    }
)
"""Letters that look like nothing of ours, while their other case does: Armenian tyun, for its capital looks like S."""


def folded(person_id: str) -> tuple[str, str]:
    """The id as it is compared: as its letters look, and as they look in lower case. Never shown, never stored.

    Two forms, because no single one can do: a capital Greek Nu looks like N, its lower case looks like v.
    """
    plain = unicodedata.normalize("NFKC", person_id)
    return _settled(plain), _settled(plain.casefold())


def same_person(one: str | None, other: str | None) -> bool:
    """Whether two ids are one person's. Nobody (None or an empty id) is not the same as anybody."""
    if not one or not other:
        return False
    return one == other or any(here == there for here, there in zip(folded(one), folded(other), strict=True))


def is_among(person_id: str, people: Iterable[str]) -> bool:
    """Whether one of the ids is this person's."""
    return any(same_person(person_id, one) for one in people)


def clashes(people: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each two ids of different spelling that would be one person."""
    seen: dict[tuple[int, str], str] = {}
    for one in sorted(set(people)):
        firsts = {seen.setdefault(key, one) for key in enumerate(folded(one))}
        yield from ((first, one) for first in sorted(firsts - {one}))


def require_distinct(people: Iterable[str]) -> None:
    """SettingsError that names the first two ids of different spelling that would be one person."""
    for one, other in clashes(people):
        raise SettingsError(
            f"the holders {one!r} and {other!r} would be one person: ids are compared without letter case, accents and "
            "look-alike letters; spell one person in one way everywhere, and give two people ids that differ more"
        )


def _settled(text: str) -> str:
    """The letters as they look, folded until nothing changes: some accents and pairs show only after a first fold."""
    once = _once(text)
    while (again := _once(once)) != once:
        once = again
    return once


def _once(text: str) -> str:
    plain = "".join(text.translate(FOLD).split()).translate(_CASED).translate(_SIMILAR)
    for pair, single in _PAIRS:
        plain = plain.replace(pair, single)
    return plain
