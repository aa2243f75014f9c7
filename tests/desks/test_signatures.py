"""Signatures of inbound webhooks."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from desks.kit.signatures import sign, verified
from states.errors import BadSignature

OLD, NEW = "an-old-secret", "whsec_" + base64.b64encode(b"a new secret of 24 bytes").decode()
NOW = datetime(2026, 11, 25, 12, 0, 0, tzinfo=UTC)
BODY = '{"ticket": 7, "actor": "Zoë"}'.encode()


def headers(secret: str = NEW, at: datetime = NOW, body: bytes = BODY, delivery_id: str = "d-1") -> dict[str, str]:
    return {
        "webhook-id": delivery_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": sign(secret, delivery_id, at, body),
    }


def test_both_secrets_hold_while_one_is_being_replaced() -> None:
    assert verified((OLD, NEW), headers(OLD), BODY, NOW) == "d-1"
    assert verified((OLD, NEW), headers(NEW), BODY, NOW) == "d-1"
    both = headers() | {"webhook-signature": f"v1a,xyz {headers(OLD)['webhook-signature']} v1,wrong"}
    assert verified((OLD,), both, BODY, NOW) == "d-1"
    with pytest.raises(BadSignature):
        verified((OLD,), headers(NEW), BODY, NOW)


def test_another_implementation_of_the_specification_signs_the_same() -> None:
    now = datetime.now(UTC)
    theirs = Webhook(NEW).sign("d-1", now, BODY.decode())
    assert theirs == sign(NEW, "d-1", now, BODY)
    assert Webhook(NEW).verify(BODY.decode(), headers(at=now)) is not None


@pytest.mark.parametrize("seconds", [-301, 301, 10**9, -(10**9)])
def test_a_delivery_from_outside_the_window_is_refused(seconds: int) -> None:
    with pytest.raises(BadSignature):
        verified((NEW,), headers(at=NOW + timedelta(seconds=seconds)), BODY, NOW)


@pytest.mark.parametrize("seconds", [-300, 300])
def test_the_window_is_five_minutes_wide_to_both_sides(seconds: int) -> None:
    assert verified((NEW,), headers(at=NOW + timedelta(seconds=seconds)), BODY, NOW) == "d-1"


@pytest.mark.parametrize(
    "broken",
    [
        {"webhook-signature": ""},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v2" + headers()["webhook-signature"][2:]},
        {"webhook-signature": "v1,ñ\udc80"},
        {"webhook-timestamp": "soon"},
        {"webhook-timestamp": "١٧٦٤٠٧٢٠٠٠"},
        {"webhook-timestamp": "9" * 5000},
        {"webhook-timestamp": "-1"},
        {"webhook-id": ""},
        {"webhook-id": "d-2"},
        {"webhook-id": "\udc80"},
    ],
)
def test_a_broken_header_is_a_bad_signature_and_nothing_else(broken: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        verified((NEW,), headers() | broken, BODY, NOW)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_a_bad_signature(name: str) -> None:
    given = headers()
    del given[name]
    with pytest.raises(BadSignature):
        verified((NEW,), given, BODY, NOW)


def test_the_raw_bytes_are_signed_not_what_they_mean() -> None:
    for body in (BODY + b"\n", BODY.replace(b" ", b""), b"\xff" + BODY, b""):
        with pytest.raises(BadSignature):
            verified((NEW,), headers(), body, NOW)


@settings(max_examples=500, deadline=None)
@given(
    body=st.binary(max_size=200),
    names=st.dictionaries(
        st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature"]),
        st.text(max_size=60) | st.just(headers()["webhook-signature"]) | st.just(headers()["webhook-timestamp"]),
    ),
)
def test_nothing_that_is_guessed_holds_or_breaks_the_check(body: bytes, names: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        verified((OLD, NEW), names, body, NOW)
