"""Reading back: what a destination says it did is compared with what it was asked for.

Request Tracker answers 201 and drops an unknown field in silence; without this a packet could lie in the wrong queue.
"""

from __future__ import annotations

from desks.port import Request, Ticket

_FIELDS = ("key", "queue", "priority", "status", "assignee")


def differences(request: Request, ticket: Ticket) -> tuple[str, ...]:
    """The names of what the ticket does not show as `request.expect` says; values are not named."""
    wrong = [name for name in _FIELDS if name in request.expect and getattr(ticket, name) != request.expect[name]]
    if request.ref and ticket.identity.elsewhere(request.ref, request.key):
        wrong.append("ticket")  # merged between our look and our write
    if "public" in request.expect:
        marked = [one for one in ticket.comments if request.marker in one.text]
        if not marked:
            wrong.append("marker")
        elif any(str(one.public).lower() != request.expect["public"] for one in marked):
            wrong.append("public")
    return tuple(wrong)


def agreed(request: Request, ticket: Ticket | None) -> dict[str, str]:
    """Status and assignee as this step left them: as the ticket shows them, else as they were asked for."""
    return {
        name: str(getattr(ticket, name)) if ticket else request.expect[name]
        for name in ("status", "assignee")
        if name in request.expect
    }
