"""What each role may see, and what it may do beside the events of the two tables; with them, the whole role matrix.

`service.door` asks for one of these rights at every call; the API, the page and `docs/roles.md` are views of it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from enum import StrEnum

from states.errors import ForbiddenRole
from states.table import TABLE
from states.templates import TEMPLATE_TABLE
from states.vocabulary import STAFF, Event, Role, State


class Right(StrEnum):
    """Something a caller may ask for."""

    OPEN_CONVERSATION = "open a conversation"
    WRITE_AS_CUSTOMER = "write for the customer"
    READ_OWN_CONVERSATION = "read what was said in a conversation that the caller has opened"
    READ_CASES = "read every conversation with its evidence, packet and event log"
    READ_QUEUE = "read the queue"
    READ_TEMPLATES = "read response templates"
    READ_RULES = "read the table of states and what each role may do in it"
    ATTEND = "be present at the desk"
    ACT = "act on a case, as the table of states allows"
    READ_DELIVERIES = "read what waits or was given up on its way to other systems"
    REPLAY = "put back what was given up on its way to other systems"
    LIFT_MASKS = "see the original of a mask for a stated reason, where the policy keeps it and names the role"
    READ_USAGE = "read what language models were asked and what that took"
    KEEP_TEMPLATES = "draft, approve and retire templates, as their table allows"
    AUDIT = "find, replay and export any conversation, and compare it with another policy; each look is recorded"


_READERS = (*STAFF, Role.AUDITOR, Role.ADMIN)
_ACTORS = (*STAFF, Role.ADMIN)
RIGHTS: dict[Right, tuple[Role, ...]] = {
    Right.OPEN_CONVERSATION: (Role.CUSTOMER,),
    Right.WRITE_AS_CUSTOMER: (Role.CUSTOMER,),
    Right.READ_OWN_CONVERSATION: (Role.CUSTOMER, *_READERS),
    Right.READ_CASES: _READERS,
    Right.READ_QUEUE: _READERS,
    Right.READ_TEMPLATES: _READERS,
    Right.READ_RULES: (Role.CUSTOMER, *_READERS),
    Right.ATTEND: STAFF,
    Right.ACT: _ACTORS,
    Right.LIFT_MASKS: STAFF,
    Right.READ_DELIVERIES: _READERS,
    Right.REPLAY: (Role.COMPLIANCE_OFFICER, Role.ADMIN),
    Right.READ_USAGE: (Role.COMPLIANCE_OFFICER, Role.AUDITOR, Role.ADMIN),
    Right.KEEP_TEMPLATES: _ACTORS,
    Right.AUDIT: (Role.COMPLIANCE_OFFICER, Role.AUDITOR, Role.ADMIN),
}
"""Right → the roles that have it. The assistant and the system have none: they are not callers."""

CHANGING = (
    Right.OPEN_CONVERSATION, Right.WRITE_AS_CUSTOMER, Right.ATTEND, Right.ACT, Right.KEEP_TEMPLATES, Right.REPLAY,
    Right.LIFT_MASKS,
)  # fmt: skip
"""Rights that change something: an auditor has none of them."""


def require(right: Right, role: Role) -> None:
    """ForbiddenRole unless the role has the right."""
    if role not in RIGHTS[right]:
        allowed = ", ".join(one.value for one in RIGHTS[right])
        raise ForbiddenRole(f"{role.value!r} may not {right.value}; it takes {allowed}")


_ABOUT: dict[Role, str] = {
    Role.CUSTOMER: "A channel that speaks for its customers: it sees the conversations it has opened, and no others.",
    Role.ASSISTANT: "The machine: it answers while no person owns the case. It is no caller and consents to nothing.",
    Role.FRONTLINE_AGENT: "Works on cases from the queue; in regulated ones it sends approved templates only.",
    Role.COMPLIANCE_OFFICER: "A senior who decides policy exceptions and approves templates of others.",
    Role.ESCALATION_SPECIALIST: "A senior who works on what is beyond the frontline.",
    Role.AUDITOR: "Reads everything and changes nothing.",
    Role.ADMIN: "Keeps things going: releases and escalates cases, replays deliveries. Speaks to nobody.",
    Role.SYSTEM: "Clocks, rules and faults: what Handrail itself causes.",
}


def matrix() -> str:
    """The page `docs/roles.md`."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Roles"
    yield ""
    yield (
        "Generated from `states/table.py`, `states/templates.py` and `states/rights.py` by "
        "`python -m states.rights > docs/roles.md`; a test compares them. What guards ask beyond the role stands in "
        "[states.md](states.md), what people do together in [people.md](people.md)."
    )
    yield from ["", "| role | |", "|---|---|"]
    yield from (f"| `{role.value}` | {_ABOUT[role]} |" for role in Role)
    yield from ["", "## Rights", ""]
    yield from _table("right", {right.value: RIGHTS[right] for right in Right})
    for state in State:
        yield from ["", f"## Events in `{state.value}`", ""]
        events = dict.fromkeys(row.event for row in TABLE if row.source is state)
        yield from _table("event", {f"`{event.value}`": _roles(state, event) for event in events})
    yield from ["", "## Templates", ""]
    named = {(row.source.value if row.source else "nothing", row.event.value): row.roles for row in TEMPLATE_TABLE}
    yield from _table("event", {f"`{event}` from {source}": roles for (source, event), roles in named.items()})


def _roles(state: State, event: Event) -> tuple[Role, ...]:
    return tuple(role for row in TABLE if row.source is state and row.event is event for role in row.roles)


def _table(head: str, rows: dict[str, tuple[Role, ...]]) -> Iterator[str]:
    yield f"| {head} | {' | '.join(role.value.replace('_', ' ') for role in Role)} |"
    yield "|---" * (len(Role) + 1) + "|"
    for name, roles in rows.items():
        yield f"| {name} | {' | '.join('yes' if role in roles else '' for role in Role)} |"


if __name__ == "__main__":
    sys.stdout.write(matrix())
