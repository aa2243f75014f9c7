"""Response templates as rows: versions that are added, approved and retired, and never rewritten."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from conversation.records import TemplateUse
from states.errors import GuardRefused
from states.templates import TemplateState
from store.rows.people import TemplateRow

TEMPLATE = TemplateRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes


def next_version(connection: Connection, template_id: str, language: str) -> int:
    """The number of the version that comes next."""
    newest = select(func.max(TEMPLATE.c.version)).where(TEMPLATE.c.id == template_id, TEMPLATE.c.language == language)
    return (connection.execute(newest).scalar() or 0) + 1


def add(connection: Connection, row: dict[str, Any]) -> None:
    """Writes a draft."""
    connection.execute(insert(TEMPLATE).values(row))


def find(connection: Connection, used: TemplateUse) -> RowMapping | None:
    """One version."""
    return connection.execute(select(TEMPLATE).where(*_is(used))).mappings().first()


def approved(connection: Connection, template_id: str, language: str) -> RowMapping | None:
    """The version that is approved now."""
    found = select(TEMPLATE).where(
        TEMPLATE.c.id == template_id, TEMPLATE.c.language == language, TEMPLATE.c.state == TemplateState.APPROVED.value
    )
    return connection.execute(found).mappings().first()


def listed(connection: Connection, limit: int = 1000) -> tuple[RowMapping, ...]:
    """All versions, by name, newest first."""
    order = (TEMPLATE.c.id, TEMPLATE.c.language, TEMPLATE.c.version.desc())
    return tuple(connection.execute(select(TEMPLATE).order_by(*order).limit(limit)).mappings())


def approve(connection: Connection, used: TemplateUse, actor: str, now: datetime) -> bool:
    """Approves a draft and retires the version before it; False if it is a draft no more."""
    before = approved(connection, used.id, used.language)
    if before is not None:
        known = TemplateUse(id=used.id, language=used.language, version=before["version"])
        retire(connection, known, TemplateState.APPROVED, actor, now)
    changed = {"state": TemplateState.APPROVED.value, "approved_by": actor, "approved_at": now}
    return _changed(connection, used, TemplateState.DRAFT, changed)


def retire(connection: Connection, used: TemplateUse, source: TemplateState, actor: str, now: datetime) -> bool:
    """Retires a version for good; False if it is no longer in `source`."""
    changed = {"state": TemplateState.RETIRED.value, "retired_by": actor, "retired_at": now}
    return _changed(connection, used, source, changed)


def require_approved(connection: Connection, used: TemplateUse) -> None:
    """GuardRefused unless the version is approved at this very moment; it stays so until the transaction ends."""
    found = connection.execute(select(TEMPLATE.c.state).where(*_is(used)).with_for_update(read=True)).scalar()
    if found != TemplateState.APPROVED.value:
        raise GuardRefused(
            f"template {used.id!r} version {used.version} is {found or 'not there'}; take an approved one"
        )


def _changed(connection: Connection, used: TemplateUse, source: TemplateState, values: dict[str, Any]) -> bool:
    changed = connection.execute(update(TEMPLATE).where(*_is(used), TEMPLATE.c.state == source.value).values(values))
    return changed.rowcount == 1


def _is(used: TemplateUse) -> tuple[Any, ...]:
    return TEMPLATE.c.id == used.id, TEMPLATE.c.language == used.language, TEMPLATE.c.version == used.version
