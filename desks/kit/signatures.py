"""Signatures of webhooks by Standard Webhooks 1.0: whoever can write to a desk's endpoint could otherwise claim,
answer and close in a person's name.

The signed content is `id.timestamp.body` over the raw bytes; several signatures stand beside each other while a
secret is being replaced. https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime

from states.errors import BadSignature

WINDOW_S = 300
"""How far the sender's clock may be from ours; older deliveries could be somebody's recording."""
_PREFIX = "whsec_"


def key_of(secret: str) -> bytes:
    """The bytes that sign: `whsec_` and Base64 as the specification writes it, else the secret as it stands."""
    if secret.startswith(_PREFIX):
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    return secret.encode()


def sign(secret: str, delivery_id: str, at: datetime, body: bytes) -> str:
    """The value of `webhook-signature`."""
    signed = f"{delivery_id}.{int(at.timestamp())}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key_of(secret), signed, hashlib.sha256).digest()).decode()


def verified(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """The delivery's id, if one signature holds for one of the secrets; BadSignature in every other case.

    `headers` have lower-case names. A repeated delivery passes: telling it apart by its id is the caller's part.
    """
    try:
        held = _holds(secrets, headers, body, now)
    except (KeyError, ValueError, UnicodeError, OverflowError, TypeError):
        held = False
    if not held:
        raise BadSignature("the webhook's signature does not hold, or its time is more than 5 minutes from ours")
    return headers["webhook-id"]


def _holds(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    delivery_id, stamp = headers["webhook-id"], headers["webhook-timestamp"]
    given = [part.encode() for part in headers["webhook-signature"].split(" ")]
    if not delivery_id or not (stamp.isascii() and stamp.isdigit()):
        return False
    if abs(now.timestamp() - int(stamp)) > WINDOW_S:
        return False
    signed = f"{delivery_id}.{stamp}.".encode() + body
    held = False
    for secret in secrets:
        digest = hmac.new(key_of(secret), signed, hashlib.sha256).digest()
        right = b"v1," + base64.b64encode(digest)
        for one in given:  # no early end: the time taken must not say which secret or part was right
            held = hmac.compare_digest(right, one) or held
    return held
