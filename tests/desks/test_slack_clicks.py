"""Clicks: only a request that the app has signed in the last five minutes asks for anything."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from desks.port import Hint
from desks.slack.cards import CLAIM_ACTION, OPEN_ACTION
from desks.slack.desk import Slack
from states.errors import BadSignature
from tests.components import SOAK
from tests.desks.cases import KEY, NOW
from tests.desks.test_slack import USER, desk

OLD, NEW = "first_signing_secret", "second_signing_secret"
STAMP = str(int(NOW.timestamp()))


def payload(**changes: Any) -> dict[str, Any]:
    made = {
        "type": "block_actions",
        "user": {"id": USER, "username": "anna", "team_id": "T1"},
        "container": {"type": "message", "message_ts": "1795575458.000001", "channel_id": "C9BFC74EDD"},
        "trigger_id": "13345224609.738474920.8088930838d88f008e0",
        "response_url": "https://hooks.slack.com/actions/T1/1/secret",
        "actions": [{"action_id": CLAIM_ACTION, "type": "button", "value": KEY, "action_ts": "1795575499.3"}],
    }
    return {**made, **changes}


def body_of(content: Any) -> bytes:
    return urlencode({"payload": content if isinstance(content, str) else json.dumps(content)}).encode()


def signed(body: bytes, secret: str = NEW, stamp: str = STAMP) -> dict[str, str]:
    mac = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={mac}"}


@pytest.fixture
def chat() -> Slack:
    return desk("http://127.0.0.1:9", signing_secrets=[OLD, NEW])


def test_a_signed_click_asks_for_the_handover_of_its_card(chat: Slack) -> None:
    body = body_of(payload())
    hint = chat.verify(signed(body), body, NOW)
    assert (hint.asks, hint.ref, hint.actor) == ("claimed", KEY, USER)


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_both_secrets_hold_while_one_is_being_replaced(chat: Slack, secret: str) -> None:
    body = body_of(payload())
    assert chat.verify(signed(body, secret), body, NOW).asks == "claimed"


def test_a_repeated_delivery_has_the_same_id_and_another_click_has_not(chat: Slack) -> None:
    body, later = body_of(payload()), payload()
    later["actions"][0]["action_ts"] = "1795575500.0"
    again = chat.verify(signed(body), body, NOW + timedelta(minutes=4))
    assert again == chat.verify(signed(body), body, NOW)
    assert chat.verify(signed(body_of(later)), body_of(later), NOW).delivery_id != again.delivery_id


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-slack-request-timestamp": STAMP},
        {"x-slack-signature": "v0=00"},
        signed(body_of(payload()), "wrong_secret"),
        signed(body_of(payload(type="other"))),
        signed(body_of(payload()), NEW, str(int(STAMP) - 301)),
        signed(body_of(payload()), NEW, str(int(STAMP) + 301)),
        {**signed(body_of(payload())), "x-slack-request-timestamp": "yesterday"},
        {**signed(body_of(payload())), "x-slack-request-timestamp": "-1"},
        {**signed(body_of(payload())), "x-slack-request-timestamp": "٣٤٥"},
        {**signed(body_of(payload())), "x-slack-request-timestamp": "9" * 5000},
        {**signed(body_of(payload())), "x-slack-signature": "v0=ä"},
        {**signed(body_of(payload())), "x-slack-signature": ""},
        {**signed(body_of(payload())), "x-slack-signature": signed(body_of(payload()))["x-slack-signature"][3:]},
        {**signed(body_of(payload())), "x-slack-signature": signed(body_of(payload()))["x-slack-signature"].upper()},
    ],
)
def test_wrong_missing_old_and_unreadable_signatures_are_refused(chat: Slack, headers: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        chat.verify(headers, body_of(payload()), NOW)


def test_a_body_that_is_no_text_is_refused_even_if_it_is_signed(chat: Slack) -> None:
    body = b"payload=\xff\xfe\x00"
    with pytest.raises(BadSignature):
        chat.verify(signed(body), body, NOW)


def test_without_a_secret_nothing_holds_not_even_the_empty_one() -> None:
    body = body_of(payload())
    with pytest.raises(BadSignature):
        desk("http://127.0.0.1:9", signing_secrets=[]).verify(signed(body, ""), body, NOW)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"ssl_check=1&token=x",
        b"payload=",
        body_of("[" * 50_000),
        body_of("{"),
        body_of(payload(type="view_submission")),
        body_of(payload(actions=[])),
        body_of(payload(actions="claim")),
        body_of(payload(user=None)),
        body_of(payload(user={"id": 5})),
        body_of(payload(container=[])),
        body_of(payload(actions=[{"action_id": OPEN_ACTION, "value": KEY, "action_ts": "1"}])),
        body_of(payload(actions=[{"action_id": CLAIM_ACTION, "value": "x" * 5000, "action_ts": "1"}])),
        b"&".join(b"a%d=1" % n for n in range(1000)),
    ],
)
def test_a_signed_request_that_is_no_click_of_ours_asks_for_nothing(chat: Slack, body: bytes) -> None:
    hint = chat.verify(signed(body), body, NOW)
    assert (hint.asks, hint.ref, hint.actor) == ("nothing", "none", "")


def fuzzed(rng: random.Random) -> bytes:
    """Something between noise and a real click."""
    body = bytearray(body_of(payload()) if rng.random() < 0.7 else rng.randbytes(rng.randrange(400)))
    for _ in range(rng.randrange(1, 6)):
        cut = rng.randrange(len(body) + 1)
        body[cut : cut + rng.randrange(4)] = rng.randbytes(rng.randrange(4))
    return bytes(body)


def test_ten_thousand_fuzzed_bodies_are_only_ever_refused(chat: Slack) -> None:
    rng, real = random.Random(20261125), body_of(payload())
    taken = 0
    for _ in range(100_000 if SOAK else 10_000):
        body = fuzzed(rng)
        if body == real:
            continue
        headers = signed(real)
        name = rng.choice((*headers, ""))
        if name and rng.random() < 0.5:
            headers[name] = "".join(rng.choice("v0=1Ü\x00é☃9") for _ in range(rng.randrange(70)))
        with pytest.raises(BadSignature):
            chat.verify(headers, body, NOW)
        taken += 1
    assert taken >= 9_900


def test_ten_thousand_fuzzed_bodies_that_are_signed_break_nothing(chat: Slack) -> None:
    rng, seen = random.Random(11), set()
    for _ in range(10_000):
        body = fuzzed(rng)
        try:
            seen.add(type(chat.verify(signed(body), body, NOW)))
        except BadSignature:
            seen.add(BadSignature)
    assert seen == {Hint, BadSignature}


def test_mutant_a_verifier_that_lets_errors_through_breaks_on_fuzz() -> None:
    """What the wrapping is for: the library itself raises for a timestamp, a body and a signature it cannot read."""
    from slack_sdk.signature import SignatureVerifier

    bare = SignatureVerifier(NEW)
    good = signed(b"")["x-slack-signature"]
    for body, stamp, signature in ((b"", "yesterday", good), (b"\xff", _now(), good), (b"", _now(), "v0=ä")):
        with pytest.raises((ValueError, TypeError)):
            bare.is_valid(body, stamp, signature)


def _now() -> str:
    import time

    return str(int(time.time()))
