"""What all models of the policy file are made of: the base, identifiers, and the words of urgency and identity."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$", max_length=80)]


IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
"""What an `Identifier` may be, for names that come in with an act."""


class Action(StrEnum):
    """What a fired trigger does."""

    HANDOVER = "handover"
    GUARD = "guard"
    FLAG = "flag"


class Severity(StrEnum):
    """How urgent a fired trigger is, most urgent first."""

    CRITICAL = "critical"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class Level(StrEnum):
    """How far an identity is verified, least first."""

    NONE = "none"
    KNOWLEDGE = "knowledge"
    CODE = "code"
    ATTESTED = "attested"

    def reaches(self, wanted: Level) -> bool:
        """Whether this level is at least the wanted one."""
        order = list(Level)
        return order.index(self) >= order.index(wanted)


class Model(BaseModel):
    """Base of all policy models: frozen, and an unknown key is an error instead of a silent typo."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
