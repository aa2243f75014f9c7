"""Zendesk's signed webhooks: base64 of HMAC-SHA256 over the timestamp and the raw body, without anything between.

Whoever could call us unsigned could make us read tickets at will; what a hint says is never taken for true.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from desks.port import Hint
from states.errors import BadSignature

SIGNATURE = "x-zendesk-webhook-signature"
TIMESTAMP = "x-zendesk-webhook-signature-timestamp"
WINDOW_S = 300
_REFUSED = "the webhook's signature does not hold, or its time is more than 5 minutes from ours"


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The value of the signature header."""
    digest = hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def verified(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime) -> Hint:
    """The hint, if one of the secrets signed it in the last five minutes; BadSignature in every other case."""
    try:
        given = headers[SIGNATURE].encode()
        stamp = headers[TIMESTAMP]
        fresh = abs((now - _moment(stamp)).total_seconds()) <= WINDOW_S
        held = False
        for secret in secrets:  # no early end: the time taken must not say which secret was right
            held = hmac.compare_digest(signature(secret, stamp, body).encode(), given) or held
    except (KeyError, ValueError, UnicodeError, OverflowError):
        held, fresh, given = False, False, b""
    if not (held and fresh):
        raise BadSignature(_REFUSED)
    return _hint(body, given)


def _moment(stamp: str) -> datetime:
    at = datetime.fromisoformat(stamp)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _hint(body: bytes, given: bytes) -> Hint:
    """Reads an event's payload, and that of a trigger's webhook if it has the same two fields.

    The id is the event's, which the signature covers; the invocation's is in a header that it does not cover.
    """
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        event = {}
    event = event if isinstance(event, dict) else {}
    detail: Any = event.get("detail")
    detail = detail if isinstance(detail, dict) else {}
    delivery_id = event.get("id") or hashlib.sha256(given + body).hexdigest()
    return Hint(
        delivery_id=str(delivery_id)[:200], ref=_number(detail.get("id")), actor=_number(detail.get("actor_id"))
    )


def _number(value: object) -> str:
    """An id of theirs; empty if it is none."""
    text = str(value) if isinstance(value, str | int) else ""
    return text if text.isascii() and text.isdigit() else ""
