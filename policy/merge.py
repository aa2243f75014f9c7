"""Merges a policy's tables: a child over the policy it extends, and translations into what they translate.

Works on the tables of `policy.sources`, before validation, so that every merged value still knows its file and line.
Without it each policy would have to repeat the whole default pack, in five languages, to change one deadline.
"""

from __future__ import annotations

from typing import Any

from policy.sources import Mark, Problem, Row, Table

_BY_ID = ("triggers", "filters")
_BY_KEY = ("topics", "sla", "tighten", "hours", "presence", "guard", "answers", "limits", "smalltalk", "sentiment",
           "offer", "scripts", "playbooks", "resolutions", "survey", "roles", "exceptions",
           "hand_back", "verification", "privacy", "templates")  # fmt: skip


def merged(parent: Table, child: Table) -> Table:
    """The child over its parent: lists of things with ids by id, tables by key, everything else replaced.

    A trigger or filter that the child writes replaces the parent's one of that id whole and keeps its place;
    new ones follow the parent's.
    """
    result = parent.copied()
    result.mark = child.mark
    for key, value in child.items():
        mine = parent.get(key)
        if key in _BY_ID and isinstance(mine, Row) and isinstance(value, Row):
            value = _by_id(mine, value)
        elif key in _BY_KEY and isinstance(mine, Table) and isinstance(value, Table):
            value = _by_key(mine, value)
        result.put(key, value, child.marks[key])
    return result


def _by_key(parent: Table, child: Table) -> Table:
    result = parent.copied()
    for key, value in child.items():
        result.put(key, value, child.marks[key])
    return result


def _by_id(parent: Row, child: Row) -> Row:
    places = {_id_of(item): index for index, item in enumerate(parent) if _id_of(item)}
    result = parent.joined(Row(parent.mark))
    for item, mark in zip(child, child.marks, strict=True):
        place = places.pop(_id_of(item), None)
        if place is None:
            result.add(item, mark)
        else:
            result[place], result.marks[place] = item, mark
    return result


def _id_of(item: Any) -> str:
    """The id that a thing of a list states; empty while it has none."""
    found = item.get("id") if isinstance(item, Table) else None
    return found if isinstance(found, str) else ""


def without_layout(tree: Table) -> Table:
    """The same policy without what only says how its files are laid out, tables sorted by key, life threats first.

    Sorted, because a stored policy is read back sorted and must then behave alike to the last tie. Life threats first,
    because of two triggers of one severity the first decides script and team, and a child's stand behind its parent's.
    """
    bare = tree.copied()
    triggers = bare.get("triggers")
    if isinstance(triggers, Row):
        bare["triggers"] = _life_threats_first(triggers)
    for key in ("extends", "translations"):
        bare.pop(key, None)
    return _sorted_table(bare)


def _life_threats_first(triggers: Row) -> Row:
    """The same triggers, in their order otherwise."""
    pairs = sorted(zip(triggers, triggers.marks, strict=True), key=lambda pair: not _threatens_life(pair[0]))
    row = Row(triggers.mark)
    for item, mark in pairs:
        row.add(item, mark)
    return row


def _threatens_life(item: Any) -> bool:
    return isinstance(item, Table) and item.get("life_threat") is True


def _sorted_table(value: Table) -> Table:
    table = Table(value.mark)
    table.marks = value.marks
    for key in sorted(value):
        table[key] = _sorted(value[key])
    return table


def _sorted(value: Any) -> Any:
    if isinstance(value, Table):
        return _sorted_table(value)
    if isinstance(value, Row) and any(isinstance(item, (Table, Row)) for item in value):
        row = Row(value.mark)
        row.extend(_sorted(item) for item in value)
        row.marks = value.marks
        return row
    return value


def translated(tree: Table, translation: Table) -> tuple[Table, tuple[Problem, ...]]:
    """The policy with one valid translation added, and a problem for each thing translated that is not there."""
    language = translation["language"]
    result, problems = tree.copied(), list[Problem]()
    for section in _BY_ID:
        changes = translation.get(section, Table(translation.mark))
        row = tree.get(section)
        ids = {_id_of(item) for item in row} if isinstance(row, Row) else set()
        problems += _unknown(section, changes, ids, remedy=f"name one of the policy's {section}")
        if isinstance(row, Row):
            result[section] = _translated_row(row, changes, language)
    for section, change in _CHANGES:
        if section in translation:
            result.put(section, _section(tree, translation, section, change, language), translation.marks[section])
    for section in ("smalltalk", "scripts"):
        known = tree.get(section)
        keys = set(known) if isinstance(known, Table) else set()
        problems += _unknown(section, translation.get(section), keys, remedy="write its English first")
    return result, tuple(problems)


def _unknown(section: str, changes: Any, known: set[str], *, remedy: str) -> list[Problem]:
    if not isinstance(changes, Table):
        return []
    return [
        Problem(
            source=mark.source, line=mark.line, where=f"{section}.{key}",
            message=f"translates {key!r}, which the policy does not have", remedy=remedy,
        )
        for key, mark in changes.marks.items()
        if key not in known
    ]  # fmt: skip


def _translated_row(row: Row, changes: Table, language: str) -> Row:
    result = Row(row.mark)
    for item, mark in zip(row, row.marks, strict=True):
        change = changes.get(_id_of(item))
        result.add(_translated_item(item, change, language) if change else item, mark)
    return result


def _translated_item(item: Table, change: Table, language: str) -> Table:
    """A trigger or filter with the phrases, take-backs and vectors of one more language."""
    result = item.copied()
    if "phrases" in change:
        mark = change.marks["phrases"]
        result.put("any", _more_evidence(item.get("any"), change["phrases"], language, mark), mark)
    if "unless" in change:
        mine = item.get("unless")
        joined = mine.joined(change["unless"]) if isinstance(mine, Row) else change["unless"]
        result.put("unless", joined, change.marks["unless"])
    if "vectors" in change:
        result.put("vectors", _joined_lists(item.get("vectors"), change["vectors"]), change.marks["vectors"])
    return result


def _more_evidence(evidence: Any, phrases: Row, language: str, mark: Mark) -> Row:
    """The evidence with the phrases in its first `phrases`, or in one of their own where there is none."""
    result = evidence.joined(Row(evidence.mark)) if isinstance(evidence, Row) else Row(mark)
    for index, item in enumerate(result):
        if isinstance(item, Table) and "phrases" in item:
            changed = item.copied()
            changed["phrases"] = _with_phrases(item["phrases"], phrases, language, mark)
            result[index] = changed
            return result
    fresh = Table(mark)
    fresh.put("phrases", _with_phrases(None, phrases, language, mark), mark)
    result.add(fresh, mark)
    return result


def _with_phrases(old: Any, phrases: Any, language: str, mark: Mark) -> Table:
    """Phrases by language with those of one language added; a bare list holds in every language."""
    table = old.copied() if isinstance(old, Table) else Table(mark)
    if isinstance(old, Row):
        table.put("any", old, old.mark)
    mine = table.get(language)
    table.put(language, mine.joined(phrases) if isinstance(mine, Row) else phrases, mark)
    return table


def _with_text(old: Any, text: Any, language: str, mark: Mark) -> Table:
    table = old.copied() if isinstance(old, Table) else Table(mark)
    table.put(language, text, mark)
    return table


def _smalltalk(old: Any, change: Table, language: str, mark: Mark) -> Table:
    table = old.copied() if isinstance(old, Table) else Table(mark)
    table.put("phrases", _with_phrases(table.get("phrases"), change["phrases"], language, mark), mark)
    table.put("reply", _with_text(table.get("reply"), change["reply"], language, mark), mark)
    return table


def _section(tree: Table, translation: Table, section: str, change: Any, language: str) -> Table:
    """A section keyed by id, each translated entry passed through `change`."""
    mine = tree.get(section)
    result = mine.copied() if isinstance(mine, Table) else Table(translation.mark)
    for key, value in translation[section].items():
        mark = translation[section].marks[key]
        result.put(key, change(result.get(key), value, language, mark), result.marks.get(key, mark))
    return result


def _joined_lists(old: Any, new: Table) -> Table:
    table = old.copied() if isinstance(old, Table) else Table(new.mark)
    for key, value in new.items():
        mine = table.get(key)
        table.put(key, mine.joined(value) if isinstance(mine, Row) else value, new.marks[key])
    return table


_CHANGES = (
    ("smalltalk", _smalltalk), ("sentiment", _with_phrases), ("offer", _with_phrases), ("scripts", _with_text)
)  # fmt: skip
