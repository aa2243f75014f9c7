"""Zendesk: the contract of ticket systems, and what only Zendesk does."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desks.fakes.zendesk import TOKEN, USER, ZendeskFake
from desks.port import Ambiguous, Delivered, Hint, Hooked, Job, Rejected, Request, RetryAfter
from desks.zendesk.webhooks import SIGNATURE, TIMESTAMP, signature, verified
from states.errors import BadSignature, DependencyFault
from tests.desks.benches import ROLE, SECRETS, ZendeskBench, bench_of
from tests.desks.contract import RemoteDeskContract, done, mismatches, opened
from tests.desks.samples import KEY, NOW, card, packet, task


class TestZendesk(RemoteDeskContract):
    """The contract."""

    @pytest.fixture
    def bench(self) -> Iterator[ZendeskBench]:
        with bench_of(ZendeskBench, ZendeskFake) as bench:
            yield bench


@pytest.fixture
def bench() -> Iterator[ZendeskBench]:
    """Zendesk's fake with its desk."""
    with bench_of(ZendeskBench, ZendeskFake) as made:
        yield made


def opening(bench: ZendeskBench, **changes: Any) -> Request:
    return bench.desk.prepare(task(Job.OPEN, **changes), "")


def test_the_same_request_is_answered_from_the_first_for_two_hours(bench: ZendeskBench) -> None:
    request = opening(bench)
    assert bench.desk.send(request) == Delivered(ref="1", more={"idempotency": "miss"})
    bench.clock.advance(timedelta(minutes=119))
    assert bench.desk.send(request) == Delivered(ref="1", more={"idempotency": "hit"})
    bench.clock.advance(timedelta(minutes=2))
    assert bench.desk.find(request) == Delivered(ref="1", more={"found": 1})
    bench.desk.send(request)
    assert bench.tickets() == 2, "after two hours only the look-up keeps a ticket from being doubled"


def test_another_body_under_the_same_key_is_looked_up(bench: ZendeskBench) -> None:
    bench.desk.send(opening(bench))
    other = opening(bench, card=card(severity="low"))
    assert bench.desk.send(other) == Ambiguous(code="idempotency_conflict")
    found = bench.desk.find(other)
    assert found is not None
    assert found.ref == "1"


def test_of_several_tickets_with_our_key_the_first_is_ours(bench: ZendeskBench) -> None:
    request = opening(bench)
    bench.desk.send(request)
    bench.clock.advance(timedelta(hours=3))
    bench.desk.send(request)
    assert bench.desk.find(request) == Delivered(ref="1", more={"found": 2})


def test_the_search_lags_and_is_not_what_we_look_up_with(bench: ZendeskBench) -> None:
    request = opening(bench)
    bench.desk.send(request)
    assert asked(bench, f"/api/v2/search.json?query=external_id:{KEY}")["count"] == 0
    assert bench.desk.find(request) is not None
    bench.clock.advance(timedelta(minutes=3))
    assert asked(bench, f"/api/v2/search.json?query=external_id:{KEY}")["count"] == 1


def test_a_refusal_names_our_fields_and_none_of_its_words(bench: ZendeskBench) -> None:
    desk = bench.made(group_id=5)
    outcome = desk.send(desk.prepare(task(Job.OPEN), ""))
    assert outcome == Rejected(code="http_422", field_errors={"group_id": "InvalidValue"})


def test_every_comment_says_whether_it_is_public(bench: ZendeskBench) -> None:
    ref = opened(bench)
    for number, job in enumerate(sorted(bench.desk.jobs - {Job.OPEN}), 2):
        updates = bench.desk.prepare(task(job, number, text="A word."), ref).body["updates"]
        assert [update["ticket"]["comment"]["public"] for update in updates] == [job is Job.REPLY]


def test_a_comment_that_does_not_say_so_takes_the_visibility_of_the_first(bench: ZendeskBench) -> None:
    """The mutant: without the explicit word a note in a public ticket is shown to the customer, and is seen to be."""
    request = opening(bench)
    request.body["ticket"]["comment"]["public"] = True
    ref = bench.desk.send(request).ref  # type: ignore[union-attr]
    note = bench.desk.prepare(task(Job.NOTE, 2, text="Internal."), ref)
    del note.body["updates"][0]["ticket"]["comment"]["public"]
    bench.desk.send(note)
    assert mismatches(note, bench.desk.read(ref)) == {"public": "true"}
    done(bench, task(Job.NOTE, 3, text="Internal."), ref)


def test_a_collision_changes_nothing_and_may_be_tried_again(bench: ZendeskBench) -> None:
    ref = opened(bench)
    request = bench.desk.prepare(task(Job.CLAIM, 2, author="ann", author_role=ROLE), ref)

    def ben_is_faster() -> None:
        bench.fake.before_update = lambda: None
        bench.clock.advance(timedelta(seconds=1))
        bench.assign(ref, bench.ben)

    bench.fake.before_update = ben_is_faster
    assert bench.desk.send(request) == RetryAfter(seconds=None, code="conflict")
    assert bench.desk.read(ref).assignee == bench.ben
    assert bench.desk.find(request) is None
    assert isinstance(bench.desk.send(request), Delivered)


def test_without_the_stamp_the_faster_person_is_overwritten(bench: ZendeskBench) -> None:
    """The mutant of the test above."""
    ref = opened(bench)
    request = bench.desk.prepare(task(Job.CLAIM, 2, author="ann", author_role=ROLE), ref)
    request.body["updates"][0]["ticket"]["safe_update"] = False
    bench.fake.before_update = lambda: bench.assign(ref, bench.ben)
    assert isinstance(bench.desk.send(request), Delivered)
    assert bench.desk.read(ref).assignee == bench.ann


def test_a_ticket_that_nobody_has_is_solved_by_us(bench: ZendeskBench) -> None:
    ref = opened(bench)
    done(bench, task(Job.CLOSE, 2), ref)
    assert bench.desk.read(ref).assignee == bench.desk.actor


def test_a_closed_ticket_takes_nothing_more(bench: ZendeskBench) -> None:
    ref = opened(bench)
    bench.fake.set_status(ref, "closed")
    outcome = bench.desk.send(bench.desk.prepare(task(Job.NOTE, 2, text="Late."), ref))
    assert outcome == Rejected(code="http_422", field_errors={"other": "InvalidValue"})
    assert bench.desk.read(ref).status == "resolved"


def test_thirty_updates_in_ten_minutes_are_the_limit(bench: ZendeskBench) -> None:
    ref = opened(bench)
    outcomes = [bench.desk.send(bench.desk.prepare(task(Job.NOTE, n, text="."), ref)) for n in range(2, 32)]
    assert outcomes[-2:] == [Delivered(ref=ref), RetryAfter(seconds=60.0, code="http_429")]
    bench.clock.advance(timedelta(minutes=11))
    done(bench, task(Job.NOTE, 99, text="."), ref)


def test_a_note_that_is_one_byte_too_long_would_lose_the_end_of_the_packet(bench: ZendeskBench) -> None:
    """The mutant: the fake cuts as the real one does, and a packet in one note is no data any more."""
    ref = opened(bench)
    request = bench.desk.prepare(task(Job.NOTE, 2, packet=packet(40_000)), ref)
    whole = "\n".join(update["ticket"]["comment"]["body"] for update in request.body["updates"])
    assert len(request.body["updates"]) > 1
    update = request.body["updates"][-1]
    update["ticket"]["comment"]["body"] = whole
    request.body["updates"] = [update]
    bench.desk.send(request)
    assert bench.desk.read(ref).packet == {}
    assert bench.desk.find(request) is None


def test_the_export_is_read_page_by_page_and_a_minute_late() -> None:
    with bench_of(ZendeskBench, lambda clock: ZendeskFake(clock, export_page=2)) as bench:
        start = bench.desk.changes("")
        refs = [done(bench, task(Job.OPEN, key=f"ho_{number}")) for number in range(5)]
        assert bench.desk.changes(start.cursor).refs == ()
        bench.clock.advance(timedelta(seconds=61))
        assert bench.desk.changes(start.cursor).refs == tuple(refs)


def test_tickets_that_are_not_ours_are_no_changes(bench: ZendeskBench) -> None:
    start = bench.desk.changes("")
    request = opening(bench)
    del request.body["ticket"]["external_id"]
    bench.desk.send(request)
    bench.clock.advance(timedelta(minutes=2))
    assert bench.desk.changes(start.cursor).refs == ()


def test_a_group_that_is_not_there_is_said_before_anything_is_sent(bench: ZendeskBench) -> None:
    with pytest.raises(DependencyFault, match="group_id"):
        bench.made(group_id=5).ping()


def test_both_secrets_sign_and_others_do_not(bench: ZendeskBench) -> None:
    for secret in SECRETS:
        headers, body = bench.fake.webhook("7", 9001, secret, "evt-1")
        assert hooked(bench).verify(headers, body, NOW) == Hint(delivery_id="evt-1", ref="7", actor="9001")
    headers, body = bench.fake.webhook("7", 9001, "third-secret", "evt-1")
    with pytest.raises(BadSignature):
        hooked(bench).verify(headers, body, NOW)


def test_the_vendors_own_example_of_a_signature_holds() -> None:
    """The construction as the vendor documents it: base64 of HMAC-SHA256 over timestamp and body."""
    digest = hmac.new(b"secret", b'2026-11-25T03:00:00Z{"a":1}', hashlib.sha256).digest()
    assert signature("secret", "2026-11-25T03:00:00Z", b'{"a":1}') == base64.b64encode(digest).decode()


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_recorded_call_is_refused(bench: ZendeskBench, seconds: int) -> None:
    headers, body = bench.fake.webhook("7", 9001, SECRETS[0], "evt-1")
    with pytest.raises(BadSignature):
        hooked(bench).verify(headers, body, NOW + timedelta(seconds=seconds))


def test_an_altered_call_is_refused(bench: ZendeskBench) -> None:
    headers, body = bench.fake.webhook("7", 9001, SECRETS[0], "evt-1")
    altered: list[tuple[dict[str, str], bytes]] = [
        (headers, body + b" "),
        (headers, b""),
        ({}, body),
        ({**headers, TIMESTAMP: "yesterday"}, body),
        ({**headers, TIMESTAMP: "2026-11-25T03:00:01Z"}, body),
        ({**headers, SIGNATURE: "ü\udcff"}, body),
        ({**headers, TIMESTAMP: "\udcff"}, body),
    ]
    for sent, raw in altered:
        with pytest.raises(BadSignature):
            hooked(bench).verify(sent, raw, NOW)


@given(body=st.binary(max_size=200), stamp=st.text(max_size=30), given_signature=st.text(max_size=50))
def test_no_unsigned_body_is_anything_but_refused(body: bytes, stamp: str, given_signature: str) -> None:
    with pytest.raises(BadSignature):
        verified(SECRETS, {TIMESTAMP: stamp, SIGNATURE: given_signature}, body, NOW)


@given(
    body=st.one_of(st.binary(max_size=200), st.recursive(st.integers(), st.lists).map(lambda v: json.dumps(v).encode()))
)
def test_a_signed_body_of_any_shape_is_a_hint(body: bytes) -> None:
    stamp = "2026-11-25T03:00:00Z"
    hint = verified(SECRETS, {TIMESTAMP: stamp, SIGNATURE: signature(SECRETS[0], stamp, body)}, body, NOW)
    assert hint.delivery_id
    assert hint.ref == ""


def test_without_a_secret_there_is_no_webhook(bench: ZendeskBench) -> None:
    assert not hasattr(bench.made(webhook_secrets=()), "verify")


def hooked(bench: ZendeskBench) -> Hooked:
    return cast(Hooked, bench.desk)


def asked(bench: ZendeskBench, path: str) -> dict[str, Any]:
    """What the fake answers to a request that the desk never makes."""
    with httpx2.Client(auth=(f"{USER}/token", TOKEN)) as client:
        answer: dict[str, Any] = client.get(bench.url + path).json()
        return answer
