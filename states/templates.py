"""The life of a response template as a table: drafted, approved by a second person, retired.

The store, the API and the role matrix are views of this table. Without it words that nobody but their author has
read could go to a customer as approved ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from states.errors import ForbiddenRole, GuardRefused, IllegalEvent
from states.vocabulary import STAFF, Role


class TemplateState(StrEnum):
    """Where one version of a template is."""

    DRAFT = "draft"
    APPROVED = "approved"
    RETIRED = "retired"


class TemplateEvent(StrEnum):
    """What happened to it."""

    DRAFTED = "drafted"
    APPROVED = "approved"
    RETIRED = "retired"


@dataclass(frozen=True, kw_only=True)
class TemplateFacts:
    """What the guards may read; the defaults open nothing."""

    four_eyes: bool = False
    """The actor is not the author."""
    text_fits: bool = False
    """The actor approves exactly the words that are stored: the hash they saw is the hash of those."""


@dataclass(frozen=True, kw_only=True)
class TemplateRow:
    """In `source` (None: not written yet), when one of `roles` causes `event` and the `needs` hold, go to `target`."""

    source: TemplateState | None
    event: TemplateEvent
    target: TemplateState
    roles: tuple[Role, ...]
    needs: tuple[str, ...] = ()


_T, _E = TemplateState, TemplateEvent
_OFFICER = (Role.COMPLIANCE_OFFICER,)
_KEEPERS = (Role.COMPLIANCE_OFFICER, Role.ADMIN)
TEMPLATE_TABLE: tuple[TemplateRow, ...] = (
    TemplateRow(source=None, event=_E.DRAFTED, target=_T.DRAFT, roles=(*STAFF, Role.ADMIN)),
    TemplateRow(
        source=_T.DRAFT, event=_E.APPROVED, target=_T.APPROVED, roles=_OFFICER, needs=("four_eyes", "text_fits")
    ),
    TemplateRow(source=_T.DRAFT, event=_E.RETIRED, target=_T.RETIRED, roles=_KEEPERS),
    TemplateRow(source=_T.APPROVED, event=_E.RETIRED, target=_T.RETIRED, roles=_KEEPERS),
)


def step_template(
    state: TemplateState | None,
    event: TemplateEvent,
    role: Role,
    facts: TemplateFacts,
    table: tuple[TemplateRow, ...] = TEMPLATE_TABLE,
) -> TemplateState:
    """Where the event leads. IllegalEvent, ForbiddenRole or GuardRefused say what would be allowed."""
    rows = [row for row in table if row.source is state and row.event is event]
    if not rows:
        raise IllegalEvent(f"a template that is {_name(state)} cannot be {event.value}; write a new version")
    mine = [row for row in rows if role in row.roles]
    if not mine:
        allowed = ", ".join(dict.fromkeys(one.value for row in rows for one in row.roles))
        raise ForbiddenRole(f"{role.value!r} may not have a template {event.value}; allowed roles: {allowed}")
    for row in mine:
        if all(getattr(facts, need) for need in row.needs):
            return row.target
    raise GuardRefused(
        f"a template is {event.value} by a second person, not its author, with the hash of exactly the stored words"
    )


def template_roles(state: TemplateState | None, event: TemplateEvent) -> tuple[Role, ...]:
    """The roles that may cause this event in this state."""
    return tuple(role for row in TEMPLATE_TABLE if row.source is state and row.event is event for role in row.roles)


def template_faults(table: tuple[TemplateRow, ...] = TEMPLATE_TABLE) -> Iterator[str]:
    """What is wrong with a table: approval by one person alone, a way back from retired, roles beyond their part."""
    for row in table:
        if row.target is _T.APPROVED and (
            row.source is not _T.DRAFT or row.roles != _OFFICER or set(row.needs) != {"four_eyes", "text_fits"}
        ):
            yield f"{_name(row.source)} is approved without a compliance officer who read the draft of another person"
        if row.source is _T.RETIRED:
            yield f"a retired template is {row.event.value} again"
        if row.source is None and row.target is not _T.DRAFT:
            yield f"a new template is {row.target.value} at once"
        if not row.roles or not set(row.roles) <= {*STAFF, Role.ADMIN}:
            yield f"{row.event.value} is caused by somebody who is neither staff nor admin"


def _name(state: TemplateState | None) -> str:
    return state.value if state else "not written yet"
