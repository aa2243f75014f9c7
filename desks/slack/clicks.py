"""A click in Slack, from the signed request to the hint that the engine acts on.

A forged click would let a stranger take a customer's case: whatever does not verify is BadSignature, whatever the
reason, and what verifies but is no click of ours asks for nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from slack_sdk.signature import Clock, SignatureVerifier

from desks.kit.text import digest
from desks.port import Hint
from desks.slack.cards import CLAIM_ACTION
from states.errors import BadSignature

MAX_BODY = 1_000_000
"""Bytes; Slack's own requests are far smaller."""
MAX_TIMESTAMP = 12
"""Digits; a longer number is no time, and reading it would only cost."""
CLAIMED, NOTHING = "claimed", "nothing"
MAX_TEXT = 200
"""Characters of an id; ours have no more."""


@dataclass(frozen=True)
class _Now(Clock):
    """Our clock, as Slack's verifier asks for it; it refuses what is more than five minutes away."""

    at: datetime

    def now(self) -> float:
        return self.at.timestamp()


def verified_click(secrets: tuple[str, ...], headers: Mapping[str, str], body: bytes, now: datetime) -> Hint:
    """The hint of a request that one of the secrets has signed; BadSignature for every other."""
    if not _holds(secrets, headers, body, now):
        raise BadSignature("the request is not signed by this Slack app, or is older than five minutes")
    return _hint(body)


def _holds(secrets: tuple[str, ...], headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    timestamp, signature = headers.get("x-slack-request-timestamp", ""), headers.get("x-slack-signature", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= MAX_TIMESTAMP):
        return False
    if not signature.isascii() or len(body) > MAX_BODY:
        return False
    try:
        found = [SignatureVerifier(secret, _Now(now)).is_valid(body, timestamp, signature) for secret in secrets]
    except Exception:  # noqa: BLE001  safety boundary: what the verifier cannot read is not signed
        return False
    return any(found)


def _hint(body: bytes) -> Hint:
    """What is asked for; a request that is no click on our button asks for nothing."""
    payload = _payload(body)
    action = _first(payload.get("actions"))
    container = _table(payload.get("container"))
    channel, message = _text(container.get("channel_id")), _text(container.get("message_ts"))
    user, clicked_at = _text(_table(payload.get("user")).get("id")), _text(action.get("action_ts"))
    handover = _text(action.get("value"))
    ours = payload.get("type") == "block_actions" and action.get("action_id") == CLAIM_ACTION
    if not ours or not all((channel, message, user, clicked_at, handover)):
        # A link that is opened is told to us as well; Slack shows an error to whoever opened it if it is refused.
        return Hint(delivery_id=digest(body.hex()), ref="none", asks=NOTHING)
    return Hint(delivery_id=digest(channel, message, user, clicked_at), ref=handover, actor=user, asks=CLAIMED)


def _payload(body: bytes) -> dict[str, Any]:
    try:
        form = parse_qs(body.decode(), max_num_fields=20)
    except ValueError:
        return {}
    return _object(form.get("payload", [""])[0])


def _object(text: object) -> dict[str, Any]:
    try:
        return _table(json.loads(text)) if isinstance(text, str) else {}
    except (ValueError, RecursionError):
        return {}


def _table(found: object) -> dict[str, Any]:
    return found if isinstance(found, dict) else {}


def _first(found: object) -> dict[str, Any]:
    return _table(found[0]) if isinstance(found, list) and found else {}


def _text(found: object) -> str:
    return found if isinstance(found, str) and len(found) <= MAX_TEXT else ""
