"""Who may ask for what: by the table of rights, and by the people whom the policy in force names for a role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conversation.intake import check_holder
from states import rights

if TYPE_CHECKING:
    from policy.loader import LoadedPolicy
    from service.views import Actor
    from states.rights import Right


class Admission:
    """The question that every call of a surface begins with. It holds the policy in force and nothing that acts."""

    def __init__(self, policy: LoadedPolicy | None = None) -> None:
        self.policy = policy
        """The policy in force; None at the command line, where whoever looks has the database in hand."""

    def admit(self, actor: Actor, right: Right) -> None:
        """ForbiddenRole unless the actor's role has the right, and the policy lets the actor hold the role."""
        rights.require(right, actor.role)
        if self.policy is not None:
            check_holder(actor.id, actor.role, self.policy.policy)
