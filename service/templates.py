"""Response templates: drafted, approved by a second person, retired, and rendered for replies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conversation.intake import check_actor, storable
from conversation.records import TemplateUse
from handover.words.templates import check_words, rendered, words_hash
from policy.persons import same_person
from service.parts import Parts
from service.views import Actor, TemplateView
from states.errors import BadInput, Conflict, GuardRefused, NotFound
from states.templates import TemplateEvent, TemplateFacts, TemplateState, step_template
from store import templates
from store.connection import Connection, RowMapping
from store.database import Store

OF_THE_POLICY = "policy"
"""Version of a template that the active policy ships: it is approved with the policy."""


@dataclass(frozen=True, kw_only=True)
class Approved:
    """An approved template, rendered."""

    text: str
    used: TemplateUse | None
    """The stored version; None for one of the policy."""
    data: Mapping[str, Any]
    """What the log keeps."""


class TemplateBook:
    """All templates of one store and the active policy. Safe to call from any thread."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def draft(self, parts: Parts, actor: Actor, template_id: str, language: str, text: str) -> TemplateView:
        """Writes a new version as a draft. BadInput for words that cannot be one; ForbiddenRole."""
        check_actor(actor.id)
        target = step_template(None, TemplateEvent.DRAFTED, actor.role, TemplateFacts())
        words = storable(text).strip()
        check_words(template_id, language, words)
        with self._store.write() as connection:
            version = templates.next_version(connection, template_id, language)
            row = {
                "id": template_id, "language": language, "version": version, "state": target.value, "text": words,
                "hash": words_hash(template_id, language, version, words), "author_id": actor.id,
                "author_role": actor.role.value, "created_at": parts.clock.now(), "note": "",
            }  # fmt: skip
            templates.add(connection, row)
            return _view(_found(connection, TemplateUse(id=template_id, language=language, version=version)))

    def approve(self, parts: Parts, actor: Actor, used: TemplateUse, text_hash: str) -> TemplateView:
        """A second person approves exactly the words they read; the version before is retired. Refused otherwise."""
        check_actor(actor.id)
        with self._store.write() as connection:
            row = _found(connection, used)
            other = not same_person(actor.id, row["author_id"])
            facts = TemplateFacts(four_eyes=other, text_fits=_fits(row, text_hash))
            step_template(TemplateState(row["state"]), TemplateEvent.APPROVED, actor.role, facts)
            if not templates.approve(connection, used, actor.id, parts.clock.now()):
                raise Conflict(f"template {used.id!r} version {used.version} has changed; read it again")
            return _view(_found(connection, used))

    def retire(self, parts: Parts, actor: Actor, used: TemplateUse) -> TemplateView:
        """Ends a version for good. Refused where it has ended already."""
        check_actor(actor.id)
        with self._store.write() as connection:
            state = TemplateState(_found(connection, used)["state"])
            step_template(state, TemplateEvent.RETIRED, actor.role, TemplateFacts())
            if not templates.retire(connection, used, state, actor.id, parts.clock.now()):
                raise Conflict(f"template {used.id!r} version {used.version} has changed; read it again")
            return _view(_found(connection, used))

    def all(self, parts: Parts) -> tuple[TemplateView, ...]:
        """Every version, and what the policy ships."""
        with self._store.read() as connection:
            stored = tuple(map(_view, templates.listed(connection)))
        shipped = tuple(
            TemplateView(
                id=name, language=str(language), version=OF_THE_POLICY, state=TemplateState.APPROVED, text=text
            )
            for name, texts in parts.rules.policy.templates.items()
            for language, text in texts.items()
        )
        return (*stored, *shipped)

    def rendered(
        self, parts: Parts, connection: Connection, asked: Any, language: str, ours: Mapping[str, str]
    ) -> Approved:
        """The template that an act names, filled. GuardRefused if it is not approved, or its words were altered.

        BadInput for a request that cannot be read: `id`, and if wanted `language`, `version` and `values`.
        """
        wanted = _asked(asked, language)
        row = _chosen(connection, wanted)
        if row is None:
            text = _shipped(parts, wanted)
            data = {"id": wanted["id"], "language": wanted["language"], "version": OF_THE_POLICY}
            return Approved(text=rendered(text, ours, wanted["values"]), used=None, data=data)
        used = TemplateUse(id=row["id"], language=row["language"], version=row["version"])
        if row["state"] != TemplateState.APPROVED.value or not _fits(row, row["hash"]):
            raise GuardRefused(
                f"template {used.id!r} version {used.version} is {row['state']} or altered; take another"
            )
        data = {"id": used.id, "language": used.language, "version": used.version, "hash": row["hash"]}
        return Approved(text=rendered(row["text"], ours, wanted["values"]), used=used, data=data)


def _asked(asked: Any, language: str) -> dict[str, Any]:
    """What an act says about its template, with the types that it must have."""
    known = {"id", "language", "version", "values"}
    if not isinstance(asked, Mapping) or not isinstance(asked.get("id"), str) or not set(asked) <= known:
        raise BadInput(f"template is {str(asked)[:40]!r}; give id, and if wanted language, version and values")
    values, version = asked.get("values", {}), asked.get("version")
    if not isinstance(values, Mapping) or not all(isinstance(one, str) for pair in values.items() for one in pair):
        raise BadInput("the template's values must be a table of texts")
    if version not in (None, OF_THE_POLICY) and (not isinstance(version, int) or isinstance(version, bool)):
        raise BadInput(f"template version {str(version)[:20]!r} is none; give its number, or {OF_THE_POLICY!r}")
    spoken = asked.get("language", language)
    if not isinstance(spoken, str):
        raise BadInput("the template's language must be a text, as in 'en'")
    return {"id": asked["id"], "language": spoken, "version": version, "values": values}


def _chosen(connection: Connection, wanted: Mapping[str, Any]) -> RowMapping | None:
    """The stored version that is meant; None where it is the policy's."""
    version = wanted["version"]
    if version == OF_THE_POLICY:
        return None
    if version is None:
        return templates.approved(connection, wanted["id"], wanted["language"])
    return _found(connection, TemplateUse(id=wanted["id"], language=wanted["language"], version=version))


def _shipped(parts: Parts, wanted: Mapping[str, Any]) -> str:
    """The policy's words in that language. GuardRefused where it has none: no other language stands in by itself."""
    texts = {str(language): text for language, text in parts.rules.policy.templates.get(wanted["id"], {}).items()}
    text = texts.get(wanted["language"])
    if text is None:
        raise GuardRefused(
            f"there is no approved template {wanted['id'][:80]!r} in {wanted['language'][:10]!r}; take one of the list"
        )
    return text


def _found(connection: Connection, used: TemplateUse) -> RowMapping:
    row = templates.find(connection, used)
    if row is None:
        raise NotFound(f"there is no template {used.id[:80]!r} version {used.version} in {used.language[:10]!r}")
    return row


def _fits(row: RowMapping, text_hash: str) -> bool:
    """Whether the hash is that of the words as they are stored now."""
    return text_hash == words_hash(row["id"], row["language"], row["version"], row["text"])


def _view(row: RowMapping) -> TemplateView:
    names = ("id", "language", "version", "text", "hash", "author_id", "created_at", "approved_by", "approved_at",
             "retired_by", "retired_at")  # fmt: skip
    return TemplateView(**{name: row[name] for name in names}, state=TemplateState(row["state"]))
