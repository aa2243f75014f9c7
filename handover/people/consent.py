"""What one person asks and a second one decides: a policy exception, or handing a compliance case back."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from hmac import compare_digest
from typing import Any

from policy.persons import is_among, same_person
from policy.schema import IDENTIFIER, ExceptionRule, Policy
from states.errors import BadInput
from states.vocabulary import Role

OTHER = "other"
"""The kind of an exception whose requester names none."""
MAX_AMOUNT = 1e12


class ConsentKind(StrEnum):
    """What is asked for."""

    EXCEPTION = "exception"
    HAND_BACK = "hand_back"


@dataclass(frozen=True, kw_only=True)
class Consent:
    """A request for a second person's consent, as it is kept in the conversation's row."""

    kind: ConsentKind
    conversation_id: str
    handover_id: str
    request_id: str
    """The act that asked: the same words asked again are another request."""
    requested_by: str
    requested_role: Role
    text: str
    """Which exception and why, or the outcome with which the case shall be handed back."""
    requested_at: datetime
    expires_at: datetime
    about: str = ""
    """The kind of exception, as the policy names it."""
    amount: float | None = None
    hash: str = ""
    """Of everything above, as it was asked; see `bound`."""
    agreed_by: str = ""

    def bound(self) -> Consent:
        """The same, with the hash of the exact request."""
        return replace(self, hash=self._digest())

    def fits(self, claimed: object) -> bool:
        """Whether somebody who saw the hash `claimed` saw this very request, and nobody has altered it since."""
        return isinstance(claimed, str) and _same(claimed, self.hash) and _same(self.hash, self._digest())

    def lapsed(self, now: datetime) -> bool:
        """Whether its time is over."""
        return now >= self.expires_at

    def agreed_to(self, actor: str, text: str) -> bool:
        """Whether a second person agreed that this actor hands the case back with exactly these words."""
        agreed = (
            self.kind is ConsentKind.HAND_BACK
            and bool(self.agreed_by)
            and not same_person(self.agreed_by, self.requested_by)
            and same_person(actor, self.requested_by)
        )
        return agreed and text == self.text and _same(self.hash, self._digest())

    def to_json(self) -> dict[str, Any]:
        """For the row and for views."""
        times = {"requested_at": self.requested_at.isoformat(), "expires_at": self.expires_at.isoformat()}
        return {**asdict(self), **times, "kind": self.kind.value, "requested_role": self.requested_role.value}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Consent:
        """From what `to_json` gave."""
        typed = {
            "kind": ConsentKind(data["kind"]),
            "requested_role": Role(data["requested_role"]),
            "requested_at": datetime.fromisoformat(data["requested_at"]),
            "expires_at": datetime.fromisoformat(data["expires_at"]),
        }
        return cls(**{**data, **typed})

    def _digest(self) -> str:
        asked = {name: value for name, value in self.to_json().items() if name not in ("hash", "agreed_by")}
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def owners_of(policy: Policy, about: str) -> tuple[ExceptionRule, ...]:
    """Who decides exceptions of this kind: the policy's rules for it, else its rules for all others."""
    return policy.exceptions.kinds.get(about) or policy.exceptions.owners


def may_decide(policy: Policy, consent: Consent, actor: str, role: Role) -> bool:
    """Whether the policy names this person among those who decide this exception.

    A rule with a limit covers only requests that name their amount.
    """
    return any(_covers(rule, consent.amount, actor, role) for rule in owners_of(policy, consent.about))


def exception_terms(data: Mapping[str, Any]) -> tuple[str, float | None]:
    """The kind and the amount that a requester names; BadInput for what is neither."""
    about, amount = data.get("kind", OTHER), data.get("amount")
    if not isinstance(about, str) or len(about) > 80 or not IDENTIFIER.fullmatch(about):
        raise BadInput(f"the kind of the exception is {str(about)[:40]!r}; name it as the policy does, e.g. 'refund'")
    if amount is None:
        return about, None
    if isinstance(amount, bool) or not isinstance(amount, int | float) or not 0 <= amount <= MAX_AMOUNT:
        raise BadInput(f"the amount is {str(amount)[:40]!r}; give a number from 0 to {MAX_AMOUNT:.0f}, or leave it out")
    if not math.isfinite(amount):
        raise BadInput("the amount is no finite number; give one, or leave it out")
    return about, float(amount)


def _covers(rule: ExceptionRule, amount: float | None, actor: str, role: Role) -> bool:
    within = rule.up_to is None or (amount is not None and amount <= rule.up_to)
    return within and role is rule.role and (not rule.people or is_among(actor, rule.people))


def _same(one: str, other: str) -> bool:
    return compare_digest(one.encode(), other.encode())
