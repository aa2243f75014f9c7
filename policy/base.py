"""What all models of the policy file are made of."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Base of all policy models: frozen, and an unknown key is an error instead of a silent typo."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
