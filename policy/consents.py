"""What takes two people: who decides policy exceptions, and how long what was asked and agreed stands."""

from __future__ import annotations

from pydantic import Field, model_validator

from policy.base import Identifier, Model
from policy.durations import Duration
from states.vocabulary import SENIOR, Role


class ExceptionRule(Model):
    """Who decides policy exceptions, and up to which amount."""

    role: Role = Role.COMPLIANCE_OFFICER
    people: tuple[str, ...] = Field(default=(), description="ids of the owners by name; empty means all of the role")
    up_to: float | None = Field(default=None, ge=0, description="largest amount; without one there is no limit")

    @model_validator(mode="after")
    def _is_senior(self) -> ExceptionRule:
        if self.role not in SENIOR:
            raise ValueError(f"role {self.role.value!r} decides no exceptions; name one of {', '.join(SENIOR)}")
        return self


class ExceptionRules(Model):
    """Policy exceptions: how long a request stands, and who owns the decision."""

    expires: Duration = Field(default=Duration("24h"), description="after which a request must be made anew")
    owners: tuple[ExceptionRule, ...] = Field(default=(ExceptionRule(),), min_length=1)
    kinds: dict[Identifier, tuple[ExceptionRule, ...]] = Field(
        default={}, description="kind → who decides it instead of `owners`"
    )


class HandBackRules(Model):
    """Handing a compliance case back to the assistant: how long a request and an agreement stand."""

    expires: Duration = Duration("24h")
