"""Loads a policy: the file, what it extends, its translations; every problem with its line, a hash of the meaning."""

from __future__ import annotations

import difflib
import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from policy import packs
from policy.bounds import excesses
from policy.merge import merged, translated, without_layout
from policy.schema import LANGUAGES, STORED, Policy, Translation
from policy.sources import Mark, Place, Problem, Row, SourceError, Table, mark_of, parse, path_text, read_text
from states.errors import PolicyError

PACKS = Path(packs.__file__).parent
MAX_EXTENDS = 8
MAX_TRANSLATIONS = 32
MAX_PROBLEMS = 100
"""Problems that one refusal lists; a file that is no policy at all has one for each of its values."""

AnyModel = TypeVar("AnyModel", bound=BaseModel)


class Lines(Mapping[Place, Mark]):
    """Where each value of a merged policy stands: path, as in ("triggers", 3, "sla"), to source and line.

    A value that no file writes (a default) has the mark of what encloses it.
    """

    def __init__(self, tree: Table) -> None:
        self._tree = tree

    def __getitem__(self, path: Place) -> Mark:
        return mark_of(self._tree, path)

    def __iter__(self) -> Iterator[Place]:
        return ((key,) for key in self._tree)

    def __len__(self) -> int:
        return len(self._tree)


@dataclass(frozen=True, kw_only=True)
class LoadedPolicy:
    """A merged, valid policy; lint it before it becomes active."""

    policy: Policy
    hash: str
    """SHA-256, in hex, of `canonical`."""
    canonical: str
    """The policy as canonical JSON; `policy_from_canonical` reads it back."""
    source: str
    lines: Lines


def pack_names() -> tuple[str, ...]:
    """The ready packs, the default one first."""
    names = sorted(path.stem for path in PACKS.glob("*.yaml") if "." not in path.stem)
    return tuple(sorted(names, key=lambda name: name != "default"))


def load_pack(name: str) -> LoadedPolicy:
    """A ready pack by its name; PolicyError names the packs there are."""
    return _load(lambda: _read_pack(name, Mark(f"pack {name!r}", 1)), name)


def load_file(path: Path | str) -> LoadedPolicy:
    """A policy file; what it names is looked up beside it. PolicyError lists every problem found."""
    path = Path(path)
    return _load(lambda: _read_file(path, str(path)), str(path))


def load_text(text: str, source: str = "policy", base_dir: Path | None = None) -> LoadedPolicy:
    """A policy from its text. Without `base_dir` it may extend packs only, and names no file of this machine."""
    return _load(lambda: _Read(text, source, base_dir, ()), source)


def canonical_json(policy: Policy) -> str:
    """The policy's meaning as JSON: defaults written out, keys sorted, no whitespace."""
    data = policy.model_dump(mode="json", exclude={"extends", "translations"})
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical_hash(canonical: str) -> str:
    """The hash that stands on decisions, packets, tickets and checkpoints."""
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def policy_from_canonical(canonical: str) -> Policy:
    """The policy of a stored canonical JSON; PolicyError if this version cannot read it."""
    try:
        return Policy.model_validate_json(canonical, context={STORED: True})
    except ValidationError as error:
        name, count = canonical_hash(canonical)[:12], error.error_count()
        raise PolicyError(
            f"the stored policy {name!r} cannot be read by this version ({count} problems); "
            "replay it with the version that stored it"
        ) from None


def stored(canonical: str) -> LoadedPolicy:
    """A policy from its stored canonical JSON, as it decided then; its lines are not known. PolicyError as above."""
    policy, name = policy_from_canonical(canonical), canonical_hash(canonical)
    lines = Lines(Table(Mark(f"stored policy {name[:12]}", 1)))
    return LoadedPolicy(policy=policy, hash=name, canonical=canonical, source=name[:12], lines=lines)


def json_schema() -> dict[str, Any]:
    """JSON Schema of a policy file, for editors; see `docs/schemas/policy.schema.json`."""
    schema = Policy.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Handrail policy"}


def policy_error(source: str, problems: tuple[Problem, ...]) -> PolicyError:
    """The error that refuses a policy and lists why, in the order of the file."""
    count = f"{len(problems)} problem{'s' if len(problems) != 1 else ''}"
    ordered = sorted(problems, key=lambda problem: (problem.source != source, problem.source, problem.line))
    lines = tuple(str(problem) for problem in ordered[:MAX_PROBLEMS])
    listed = f", of which the first {MAX_PROBLEMS} are" if len(problems) > MAX_PROBLEMS else ""
    return PolicyError(f"policy {source!r} cannot be used, {count}{listed}:\n  " + "\n  ".join(lines), lines)


@dataclass(frozen=True)
class _Read:
    """One file's text and where the names in it are looked up; `chain` is who extends it."""

    text: str
    source: str
    base_dir: Path | None
    chain: tuple[str, ...]


def _load(read: Callable[[], _Read], source: str) -> LoadedPolicy:
    try:
        first = read()
        tree, problems = _tree(first)
        source = first.source
    except SourceError as error:
        raise policy_error(source, (error.problem,)) from None
    tree = without_layout(tree)
    policy, invalid = _validated(Policy, tree)
    if problems or policy is None:
        raise policy_error(source, (*problems, *invalid))
    oversized = _oversized(policy, tree)
    if oversized:
        raise policy_error(source, oversized)
    canonical = canonical_json(policy)
    return LoadedPolicy(
        policy=policy, hash=canonical_hash(canonical), canonical=canonical, source=source, lines=Lines(tree)
    )


def _oversized(policy: Policy, tree: Table) -> tuple[Problem, ...]:
    return tuple(_problem(tree, place, message, remedy) for place, message, remedy in excesses(policy))


def _problem(tree: Table, path: Place, message: str, remedy: str) -> Problem:
    mark = mark_of(tree, path)
    return Problem(source=mark.source, line=mark.line, where=path_text(path), message=message, remedy=remedy)


def _tree(read: _Read) -> tuple[Table, list[Problem]]:
    """The merged tables of a file and all it builds on, with the problems met on the way."""
    table, duplicates = parse(read.text, read.source)
    problems = list(duplicates)
    extends = table.get("extends")
    if isinstance(extends, str):
        parent, more = _tree(_parent(read, extends, table.marks["extends"]))
        table, problems = merged(parent, table), more + problems
    own = table.get("translations")
    if isinstance(own, Row) and len(own) > MAX_TRANSLATIONS:
        what = f"there are more than {MAX_TRANSLATIONS} translations"
        raise _refused(table.marks["translations"], "translations", what, "join them, one file a language")
    for name, mark in zip(own, own.marks, strict=True) if isinstance(own, Row) else ():
        table, more = _add_translation(table, read, name, mark)
        problems += more
    if isinstance(own, Row):
        del table["translations"]
    return table, problems


def _parent(read: _Read, name: str, mark: Mark) -> _Read:
    chain = (*read.chain, read.source)
    parent = _read_beside(read, name, mark) if _is_file(name) else _read_pack(name, mark)
    if parent.source in chain or len(chain) > MAX_EXTENDS:
        circle = " → ".join((*chain, parent.source))
        raise _refused(mark, "extends", f"policies extend each other in a circle: {circle}", "end it at a pack")
    return _Read(parent.text, parent.source, parent.base_dir, chain)


def _is_file(name: str) -> bool:
    return name.endswith((".yaml", ".yml")) or "/" in name or "\\" in name


def _read_file(path: Path, source: str) -> _Read:
    return _Read(read_text(path, source), source, path.parent, ())


def _read_pack(name: str, mark: Mark) -> _Read:
    if name not in pack_names():
        remedy = f"use {_did_you_mean(name, pack_names()) or ', '.join(pack_names()) or 'a file'}"
        raise _refused(mark, "extends", f"there is no pack {name!r}", remedy)
    path = PACKS / f"{name}.yaml"
    return _read_file(path, f"packs/{path.name}")


def _read_beside(read: _Read, name: str, mark: Mark) -> _Read:
    if read.base_dir is None:
        raise _refused(mark, name, f"names the file {name!r}, but this policy was given as text", "extend a pack")
    if Path(name).is_absolute() or "\\" in name:
        raise _refused(mark, name, "names a file by an absolute path", "write the path relative to this file")
    folder = "packs/" if read.base_dir == PACKS else ""
    try:
        return _read_file(read.base_dir / name, folder + name)
    except SourceError as error:
        raise _refused(mark, name, error.problem.message, error.problem.remedy) from None


def _refused(mark: Mark, where: str, message: str, remedy: str) -> SourceError:
    return SourceError(Problem(source=mark.source, line=mark.line, where=where, message=message, remedy=remedy))


def _add_translation(table: Table, read: _Read, name: object, mark: Mark) -> tuple[Table, list[Problem]]:
    """The policy with one translation file; a file that cannot be read or is invalid adds only problems."""
    if not isinstance(name, str):
        return table, [_refused(mark, "translations", f"{name!r} is no file name", "write a file name").problem]
    try:
        beside = _read_beside(read, name, mark)
        translation, duplicates = parse(beside.text, beside.source)
    except SourceError as error:
        return table, [error.problem]
    valid, problems = _validated(Translation, translation)
    if valid is None:
        return table, [*duplicates, *problems]
    table, unknown = translated(table, translation)
    return table, [*duplicates, *unknown]


def _validated(model: type[AnyModel], tree: Table) -> tuple[AnyModel | None, tuple[Problem, ...]]:
    try:
        return model.model_validate(tree), ()
    except ValidationError as error:
        return None, tuple(_translated_errors(error.errors(include_url=False), tree, model))


def _translated_errors(details: Iterable[Any], tree: Table, model: type[BaseModel]) -> Iterator[Problem]:
    """Pydantic's errors, in the reader's words as far as they are listed; the others are only counted."""
    for number, detail in enumerate(details):
        path = tuple(step for step in detail["loc"] if step != "[key]")
        words = _words(detail, model) if number < MAX_PROBLEMS else ("does not fit", "correct it")
        yield _problem(tree, path, *words)


def _words(detail: Any, model: type[BaseModel]) -> tuple[str, str]:
    kind, last = detail["type"], detail["loc"][-1] if detail["loc"] else ""
    value = f"{detail['input']!r:.60}"
    context = detail.get("ctx", {})
    if kind == "extra_forbidden":
        guess = _did_you_mean(str(last), _keys_at(model, detail["loc"]))
        return f"the key {last!r} is not known here", f"did you mean {guess}?" if guess else "remove it"
    if kind == "missing":
        return f"{last!r} is missing", f"write `{last}: ...` here"
    if detail["input"] is None:
        return f"{last!r} is empty", "fill it or remove the key"
    if kind in ("literal_error", "enum"):
        return f"{value} is not allowed", f"use {context['expected']}"
    if kind == "string_pattern_mismatch":
        return f"{value} is no identifier", "use small letters, digits and _, in parts joined by dots"
    if kind == "string_type":
        return f"{value} is no text", "put it in quotes"
    if kind == "value_error":
        message, _, remedy = str(context.get("error", detail["msg"])).partition("; ")
        return message, remedy or "correct it"
    return f"{value} does not fit: {detail['msg'][0].lower()}{detail['msg'][1:]}", "correct it"


def _did_you_mean(word: str, known: Any) -> str:
    return next((repr(name) for name in difflib.get_close_matches(word, list(known), 1, 0.6)), "")


def _keys_at(model: type[BaseModel], path: tuple[str | int, ...]) -> tuple[str, ...]:
    """The keys that the model at the end of `path` knows, found through the JSON Schema."""
    schema = _schema_of(model)
    node: Any = schema
    for step in path[:-1]:
        node = _resolved(node, schema)
        properties = node.get("properties", {})
        if isinstance(step, int):
            node = node.get("items", {})
        else:
            node = properties[step] if step in properties else node.get("additionalProperties", {})
    return tuple(_resolved(node, schema).get("properties", LANGUAGES))


@cache
def _schema_of(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema()


def _resolved(node: Any, schema: dict[str, Any]) -> Any:
    for choice in node.get("anyOf", ()):
        if choice.get("type") != "null":
            node = choice
    if "$ref" in node:
        return schema["$defs"][node["$ref"].rsplit("/", 1)[1]]
    return node


if __name__ == "__main__":
    sys.stdout.write(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n")
