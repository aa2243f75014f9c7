"""What the policy says of private data: which originals of masks are kept, for how long, and who may see them.

Nothing is kept unless a policy asks for it, and what could be used at once (cards with their security codes,
passwords, keys, one-time codes) is kept under no policy. `triggers.originals` holds the same list a second time, beside
the grammar that masks; a test compares the two.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from policy.base import Model
from policy.durations import Duration
from states.vocabulary import STAFF, Role

KINDS = ("account_number", "iban", "national_id")
"""What may be kept at all; every other kind of private data may not."""
LONGEST_KEPT = timedelta(days=365)


def _may_be_kept(value: object) -> object:
    if isinstance(value, str) and value not in KINDS:
        raise ValueError(f"{value[:40]!r} is never kept; name some of {', '.join(KINDS)}")
    return value


def _within_a_year(value: Duration) -> Duration:
    if value.delta > LONGEST_KEPT:
        raise ValueError(f"{value!s} is too long to keep an original; write at most {LONGEST_KEPT.days}d")
    return value


class KeepOriginals(Model):
    """Which masks may be lifted: their originals are kept encrypted, and deleted when their time is over."""

    kinds: tuple[Annotated[Literal["account_number", "iban", "national_id"], BeforeValidator(_may_be_kept)], ...] = (
        Field(default=(), description="what is kept; nothing without it")
    )
    delete_after: Annotated[Duration, AfterValidator(_within_a_year)] = Field(
        default=Duration("30d"), description="from the message on; at most 365d"
    )
    roles: tuple[Role, ...] = Field(default=(), description="who of the staff may see an original, for a stated reason")

    @model_validator(mode="after")
    def _names_who_may_see(self) -> KeepOriginals:
        if not set(self.roles) <= set(STAFF):
            raise ValueError(f"only staff may see an original; name some of {', '.join(STAFF)}")
        if self.kinds and not self.roles:
            raise ValueError("originals are kept that nobody may see; name roles, or keep no kinds")
        return self


class PrivacyRules(Model):
    """Private data in messages."""

    keep_originals: KeepOriginals = KeepOriginals()
