"""ServiceNow: the contract of ticket systems, and what only ServiceNow does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pysnc
import pytest
import requests
from pysnc.exceptions import AuthenticationException, RequestException, RoleException
from requests.adapters import HTTPAdapter

from desks.fakes.servicenow import PASSWORD, USER, ServiceNowFake
from desks.fakes.servicenow_queries import selected
from desks.kit.notes import packet_in
from desks.port import Delivered, Job, Rejected, Request, RetryAfter
from states.errors import BadInput, DependencyFault, SettingsError
from tests.desks.benches import ROLE, ServiceNowBench, bench_of
from tests.desks.contract import RemoteDeskContract, done, mismatches, opened, with_marker
from tests.desks.samples import KEY, packet, task


class TestServiceNow(RemoteDeskContract):
    """The contract."""

    @pytest.fixture
    def bench(self) -> Iterator[ServiceNowBench]:
        with bench_of(ServiceNowBench, ServiceNowFake) as bench:
            yield bench


@pytest.fixture
def bench() -> Iterator[ServiceNowBench]:
    """ServiceNow's fake with its desk."""
    with bench_of(ServiceNowBench, ServiceNowFake) as made:
        yield made


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("correlation_id", "key"), ("assignment_group", "queue"), ("impact", "priority")],
)
def test_a_field_that_an_access_rule_drops_is_seen_when_it_is_read_back(
    bench: ServiceNowBench, field: str, wrong: str
) -> None:
    bench.fake.forbidden.add(field)
    request = bench.desk.prepare(task(Job.OPEN), "")
    outcome = bench.desk.send(request)
    assert isinstance(outcome, Delivered), "ServiceNow answers 201 all the same"
    assert list(mismatches(request, bench.desk.read(outcome.ref))) == [wrong]


def test_a_note_that_an_access_rule_drops_is_seen_to_be_missing(bench: ServiceNowBench) -> None:
    ref = opened(bench)
    bench.fake.forbidden.add("work_notes")
    request = bench.desk.prepare(task(Job.NOTE, 2, text="A note."), ref)
    assert isinstance(bench.desk.send(request), Delivered)
    assert with_marker(bench.desk.read(ref), request.marker) == []
    assert bench.desk.find(request) is None


def test_resolving_without_the_mandatory_fields_is_refused_with_its_reason(bench: ServiceNowBench) -> None:
    desk = bench.made(close_code="")
    ref = opened(bench)
    outcome = desk.send(desk.prepare(task(Job.CLOSE, 2), ref))
    assert outcome == Rejected(code="data_policy", field_errors={"other": "mandatory"})
    assert with_marker(desk.read(ref), f"[{KEY}#2]") == []


def test_the_hours_quota_says_when_it_ends() -> None:
    with bench_of(ServiceNowBench, lambda clock: ServiceNowFake(clock, hourly=1)) as bench:
        bench.clock.advance(timedelta(minutes=50))
        request = bench.desk.prepare(task(Job.OPEN), "")
        assert isinstance(bench.desk.send(request), Delivered)
        assert bench.desk.send(request) == RetryAfter(seconds=600.0, code="http_429")
        with pytest.raises(DependencyFault):
            bench.desk.find(request)
        bench.clock.advance(timedelta(minutes=11))
        assert bench.desk.find(request) is not None


@pytest.mark.parametrize("key", ["", "a^correlation_idISNOTEMPTY", "a\nb", "a\rb", " a", "k" * 101])
def test_a_key_that_could_be_read_as_a_query_is_refused(bench: ServiceNowBench, key: str) -> None:
    with pytest.raises(BadInput):
        bench.desk.prepare(task(Job.OPEN, key=key), "")
    with pytest.raises(BadInput):
        bench.desk.find(Request(job=Job.OPEN, key=key, marker="[x#1]"))


def test_a_query_with_a_smuggled_condition_would_find_everything(bench: ServiceNowBench) -> None:
    """Why the keys are checked: the fake reads a broken query as the real one does."""
    opened(bench)
    rows = list(bench.fake.tables["incident"].values())
    assert selected(rows, "correlation_id=other") == []
    assert selected(rows, "correlation_id=other^ORsys_idISNOTEMPTY") == rows
    assert selected(rows, "no_such_field=other") == rows


def test_a_person_the_instance_does_not_know_is_no_silent_claim(bench: ServiceNowBench) -> None:
    desk = bench.made(agents={"gone": f"{ROLE}/ann", "x^active=true": f"{ROLE}/ben"})
    ref = opened(bench)
    for name in ("ann", "ben"):
        outcome = desk.send(desk.prepare(task(Job.CLAIM, 2, author=name, author_role=ROLE), ref))
        assert outcome == Rejected(code="no_such_user", field_errors={"assigned_to": "unknown"})


def test_a_user_that_could_be_read_as_a_query_is_refused_at_the_start(bench: ServiceNowBench) -> None:
    with pytest.raises(SettingsError):
        bench.made(user="a^b")


def test_a_bot_that_cannot_see_itself_is_not_ready(bench: ServiceNowBench) -> None:
    bench.fake.tables["sys_user"].clear()
    with pytest.raises(DependencyFault, match="role"):
        bench.desk.ping()


def test_markup_of_journals_is_not_for_customers(bench: ServiceNowBench) -> None:
    ref = opened(bench)
    done(bench, task(Job.CUSTOMER_MESSAGE, 2, text="[code]<script>[/CODE]"), ref)
    [said] = with_marker(bench.desk.read(ref), f"[{KEY}#2]")
    assert "[code]" not in said.text.lower()


class OverPlainHttp(HTTPAdapter):
    """The vendor's client speaks only https; the fake on loopback does not."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        request.url = str(request.url).replace("https://", "http://", 1)
        return super().send(request, *args, **kwargs)


@contextmanager
def vendors_client(bench: ServiceNowBench, password: str = PASSWORD) -> Iterator[pysnc.ServiceNowClient]:
    """ServiceNow's own Python client, at the fake."""
    with requests.Session() as session:
        session.auth = (USER, password)
        session.trust_env = False
        session.mount("https://", OverPlainHttp())
        yield pysnc.ServiceNowClient(bench.url.replace("http://", "https://", 1), auth=session, auto_retry=False)


def test_the_vendors_client_reads_what_our_desk_wrote(bench: ServiceNowBench) -> None:
    ref = opened(bench)
    done(bench, task(Job.NOTE, 2, packet=packet()), ref)
    done(bench, task(Job.CLAIM, 3, author="ann", author_role=ROLE), ref)
    with vendors_client(bench) as client:
        incident = client.GlideRecord("incident")
        assert incident.get("correlation_id", KEY)
        assert incident.sys_id == ref
        assert incident.get_value("priority") == "1"
        assert incident.get_display_value("assigned_to") == "ann"
        journal = client.GlideRecord("sys_journal_field")
        journal.add_query("element_id", ref)
        journal.add_query("element", "work_notes")
        journal.order_by("sys_created_on")
        journal.query()
        assert journal.get_row_count() == 2
        assert packet_in([entry.get_value("value") for entry in journal]) == packet()


def test_our_desk_reads_what_the_vendors_client_wrote(bench: ServiceNowBench) -> None:
    with vendors_client(bench) as client:
        incident = client.GlideRecord("incident")
        incident.initialize()
        incident.short_description = "Made by hand"
        incident.correlation_id = KEY
        incident.impact, incident.urgency = "2", "1"
        ref = str(incident.insert())
        incident.comments = "Hello."
        assert incident.update()
    ticket = bench.desk.read(ref)
    assert (ticket.key, ticket.priority) == (KEY, "high")
    assert [(one.text, one.public) for one in ticket.comments] == [("Hello.", True)]
    found = bench.desk.find(bench.desk.prepare(task(Job.OPEN), ""))
    assert found is not None
    assert found.ref == ref


def test_the_vendors_client_pages_queries_and_deletes(bench: ServiceNowBench) -> None:
    refs = {done(bench, task(Job.OPEN, key=f"ho_{number}")) for number in range(5)}
    with vendors_client(bench) as client:
        incidents = client.GlideRecord("incident", batch_size=2)
        incidents.add_query("correlation_id", "STARTSWITH", "ho_")
        incidents.add_not_null_query("correlation_id")
        incidents.order_by_desc("number")
        incidents.query()
        rows = [(incident.number.get_value(), str(incident.sys_id)) for incident in incidents]
        assert [number for number, _ in rows] == sorted((number for number, _ in rows), reverse=True)
        assert {ref for _, ref in rows} == refs
        either = client.GlideRecord("incident")
        either.add_query("correlation_id", "ho_1").add_or_condition("correlation_id", "ho_2")
        either.query()
        assert either.get_row_count() == 2
        assert either.next()
        assert either.delete()
    assert bench.tickets() == 4


def test_the_vendors_client_knows_the_refusals(bench: ServiceNowBench) -> None:
    with vendors_client(bench, "wrong") as client, pytest.raises(AuthenticationException):
        client.GlideRecord("incident").get("1" * 32)
    with vendors_client(bench) as client:
        assert client.GlideRecord("incident").get("1" * 32) is False
        ref = opened(bench)
        incident = client.GlideRecord("incident")
        incident.get(ref)
        incident.state = "6"
        with pytest.raises(RoleException):
            incident.update()
        with pytest.raises(RequestException):
            client.GlideRecord("no_such_table").query()


def test_a_retried_update_appends_the_journal_again(bench: ServiceNowBench) -> None:
    """Why the marker is looked for: two updates, two entries, by the vendor's own client too."""
    ref = opened(bench)
    with vendors_client(bench) as client:
        incident = client.GlideRecord("incident")
        incident.get(ref)
        for _ in range(2):
            incident.work_notes = "Twice."
            incident.update()
    assert [one.text for one in bench.desk.read(ref).comments] == ["Twice.", "Twice."]
