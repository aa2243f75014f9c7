"""Freshdesk: the contract of ticket systems, and what only Freshdesk does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import cast

import httpx2
import pytest

from desks.fakes.freshdesk import API_KEY, KEY_FIELD, FreshdeskFake
from desks.fakes.server import Fault
from desks.freshdesk.webhooks import SECRET_HEADER
from desks.port import Delivered, Hooked, Job, Rejected, RetryAfter
from states.errors import BadSignature, DependencyFault, SettingsError
from tests.desks.benches import ROLE, SECRETS, FreshdeskBench, bench_of
from tests.desks.contract import RemoteDeskContract, opened, with_marker
from tests.desks.samples import KEY, NOW, card, task


class TestFreshdesk(RemoteDeskContract):
    """The contract."""

    @pytest.fixture
    def bench(self) -> Iterator[FreshdeskBench]:
        with bench_of(FreshdeskBench, FreshdeskFake) as bench:
            yield bench


@pytest.fixture
def bench() -> Iterator[FreshdeskBench]:
    """Freshdesk's fake with its desk."""
    with bench_of(FreshdeskBench, FreshdeskFake) as made:
        yield made


def test_a_custom_field_that_is_not_there_is_named(bench: FreshdeskBench) -> None:
    desk = bench.made(key_field="cf_missing")
    outcome = desk.send(desk.prepare(task(Job.OPEN), ""))
    assert outcome == Rejected(code="http_400", field_errors={"cf_missing": "invalid_field"})
    with pytest.raises(DependencyFault, match="key_field"):
        desk.ping()


def test_a_refusal_names_our_fields_and_none_of_its_words(bench: FreshdeskBench) -> None:
    desk = bench.made(requester_email_domain="nowhere", group_id=5)
    outcome = desk.send(desk.prepare(task(Job.OPEN), ""))
    assert outcome == Rejected(code="http_400", field_errors={"group_id": "invalid_value"})


def test_the_search_lags_and_is_not_what_we_look_up_with(bench: FreshdeskBench) -> None:
    request = bench.desk.prepare(task(Job.OPEN), "")
    bench.script(Fault.REPLY_LOST)
    bench.desk.send(request)
    query = f"/api/v2/search/tickets?query=\"{KEY_FIELD}:'{KEY}'\""
    with httpx2.Client(auth=(API_KEY, "X")) as client:
        assert client.get(bench.url + query).json()["total"] == 0
        assert bench.desk.find(request) == Delivered(ref="1", more={"found": 1})
        bench.clock.advance(timedelta(minutes=6))
        assert client.get(bench.url + query).json()["total"] == 1


def test_a_lost_ticket_is_found_for_a_month(bench: FreshdeskBench) -> None:
    request = bench.desk.prepare(task(Job.OPEN), "")
    bench.desk.send(request)
    bench.clock.advance(timedelta(days=29))
    assert bench.desk.find(request) is not None


def test_tickets_of_the_same_requester_are_told_apart_by_our_field(bench: FreshdeskBench) -> None:
    first = bench.desk.prepare(task(Job.OPEN, key="ho_first"), "")
    second = bench.desk.prepare(task(Job.OPEN, key="ho_second"), "")
    assert first.body["email"] == second.body["email"]
    bench.desk.send(first)
    assert bench.desk.find(second) is None


def test_the_requester_is_nobody(bench: FreshdeskBench) -> None:
    given = card(conversation_id="tel:+49 170 1234567")
    body = bench.desk.prepare(task(Job.OPEN, card=given, customer="bob@example.org", author="Bob"), "").body
    assert body["email"].endswith("@customers.invalid")
    assert not [word for word in ("bob", "Bob", "170", "1234567", "tel:") if word in json.dumps(body)]


def test_more_tickets_than_a_page_are_looked_through(bench: FreshdeskBench) -> None:
    start = bench.desk.changes("")
    refs = {done_quickly(bench, f"ho_{number}") for number in range(205)}
    bench.clock.advance(timedelta(seconds=5))
    late = done_quickly(bench, "ho_late")
    seen = bench.desk.changes(start.cursor)
    assert set(seen.refs) == {*refs, late}
    assert bench.desk.find(bench.desk.prepare(task(Job.OPEN, key="ho_0"), "")) is not None


def done_quickly(bench: FreshdeskBench, key: str) -> str:
    outcome = bench.desk.send(bench.desk.prepare(task(Job.OPEN, key=key), ""))
    assert isinstance(outcome, Delivered)
    return outcome.ref


def test_a_claim_half_done_is_finished_without_a_second_note(bench: FreshdeskBench) -> None:
    ref = opened(bench)
    request = bench.desk.prepare(task(Job.CLAIM, 2, author="ann", author_role=ROLE), ref)
    bench.script(Fault.NONE, Fault.TOO_MANY)
    assert bench.desk.send(request) == RetryAfter(seconds=30.0, code="http_429")
    assert bench.desk.read(ref).status == "claimed"
    assert bench.desk.find(request) is None
    assert isinstance(bench.desk.send(request), Delivered)
    assert len(with_marker(bench.desk.read(ref), request.marker)) == 1


def test_the_secret_in_the_header_is_what_counts(bench: FreshdeskBench) -> None:
    desk = cast(Hooked, bench.desk)
    for secret in SECRETS:
        hint = desk.verify({SECRET_HEADER: secret}, b'{"ticket_id": 7, "actor_id": "4001"}', NOW)
        assert (hint.ref, hint.actor) == ("7", "4001")
    for headers in ({}, {SECRET_HEADER: ""}, {SECRET_HEADER: SECRETS[0][:-1]}, {SECRET_HEADER: "ü\udcff"}):
        with pytest.raises(BadSignature):
            desk.verify(headers, b'{"ticket_id": 7}', NOW)


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b'{"ticket_id": {}}', b'{"ticket_id": "../1"}', b"[" * 100_000])
def test_a_body_of_any_shape_names_no_ticket(bench: FreshdeskBench, body: bytes) -> None:
    assert cast(Hooked, bench.desk).verify({SECRET_HEADER: SECRETS[0]}, body, NOW).ref == ""


def test_a_short_secret_is_refused_at_the_start(bench: FreshdeskBench) -> None:
    with pytest.raises(SettingsError):
        bench.made(webhook_secrets=("short",))
    assert not hasattr(bench.made(webhook_secrets=()), "verify")
