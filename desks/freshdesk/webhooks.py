"""Freshdesk's webhooks: unsigned, so a long secret in a header is all that guards the endpoint.

The body is therefore never proven. It says which ticket to read again, and nothing else of it is believed.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from hmac import compare_digest

from desks.port import Hint
from states.errors import BadSignature

SECRET_HEADER = "x-handrail-secret"
MIN_SECRET = 24
_NUMBER = re.compile(r"[0-9]{1,20}")


def verified(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime) -> Hint:
    """The hint of a request that carries one of the secrets; BadSignature for every other.

    Two calls about one ticket have the same body, so the moment makes each a delivery of its own.
    """
    given = headers.get(SECRET_HEADER, "").encode("utf-8", "surrogatepass")
    held = False
    for secret in secrets:  # no early end: the time taken must not say which secret was right
        held = compare_digest(secret.encode(), given) or held
    if not held:
        raise BadSignature(f"the webhook's {SECRET_HEADER!r} is not the secret of these settings")
    unique = hashlib.sha256(body + now.isoformat().encode()).hexdigest()
    return Hint(delivery_id=unique, ref=_number(body, "ticket_id"), actor=_number(body, "actor_id"))


def _number(body: bytes, name: str) -> str:
    """A number in a webhook's body; empty if it has none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    text = str(found.get(name, "")) if isinstance(found, dict) else ""
    return text if _NUMBER.fullmatch(text) else ""
