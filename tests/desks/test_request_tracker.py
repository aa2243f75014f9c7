"""The desk against a real Request Tracker."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from desks.port import Delivered, Job, Rejected, Request, Ticket
from desks.request_tracker.desk import HookedRequestTracker, RequestTracker, build
from states.clock import SystemClock
from states.errors import BadSignature, DependencyFault, NotFound
from tests.counterparts.hooks import Hooks
from tests.counterparts.request_tracker import AGENT, BOT, QUEUE, Tracker
from tests.desks.tasks import SECRET_WORDS, packet, task

pytestmark = pytest.mark.xdist_group("request_tracker")


def new_key() -> str:
    return f"ho_{uuid.uuid4().hex}"


@pytest.fixture(scope="module")
def desk(rt: Tracker) -> RequestTracker:
    return build("rt", rt.config(deadline_s=30), SystemClock())


@pytest.fixture(scope="module")
def agent(rt: Tracker) -> Iterator[httpx2.Client]:
    with rt.person(AGENT) as client:
        yield client


@pytest.fixture(scope="module")
def opened(desk: RequestTracker) -> tuple[str, str]:
    """A ticket that several tests add to: key and number."""
    key = new_key()
    return key, delivered(desk, desk.prepare(task(Job.OPEN, key, packet=packet(key)), ""))


def delivered(desk: RequestTracker, request: Request) -> str:
    outcome = desk.send(request)
    assert isinstance(outcome, Delivered), outcome
    return outcome.ref


def shows(ticket: Ticket, request: Request) -> bool:
    """Whether a ticket read back shows what the request expects."""
    said = {c.public for c in ticket.comments if request.marker in c.text}
    expect = dict(request.expect)
    public = expect.pop("public", None)
    return (public is None or said == {public == "true"}) and all(
        getattr(ticket, name) == value for name, value in expect.items()
    )


def test_ping_names_the_version_and_the_queue(desk: RequestTracker) -> None:
    assert desk.ping().startswith("Request Tracker 5.")
    assert desk.ping().endswith(QUEUE)


def test_ping_fails_for_a_queue_that_is_not_there_and_for_one_without_the_fields(rt: Tracker) -> None:
    for queue, complaint in (("Nowhere", "sees no queue"), ("General", "sees no queue")):
        with pytest.raises(DependencyFault, match=complaint):
            build("rt", rt.config(queue=queue), SystemClock()).ping()
    as_root = rt.config(queue="General", user="root", password="rootpass-ci-1")
    with pytest.raises(DependencyFault, match="HandoverKey"):
        build("rt", as_root, SystemClock()).ping()


@pytest.mark.parametrize(
    "key",
    ["plain", 'it\'s a "key"\nwith \\ two lines', "Ключ-ہینڈل-🙂", " 100% _", "x' OR id > 0 OR Subject = 'x"],
    ids=["plain", "quotes", "languages", "spaces", "a query"],
)
def test_any_key_comes_back_and_finds_exactly_its_ticket(desk: RequestTracker, key: str) -> None:
    key = f"{key}{uuid.uuid4().hex}"
    request = desk.prepare(task(Job.OPEN, key, packet=packet(key)), "")
    assert desk.find(request) is None
    ref = delivered(desk, request)
    assert desk.find(request) == Delivered(ref=ref)
    assert shows(desk.read(ref), request)


def test_a_key_is_told_apart_from_one_that_differs_in_case(desk: RequestTracker) -> None:
    key = new_key()
    delivered(desk, desk.prepare(task(Job.OPEN, key), ""))
    assert desk.find(desk.prepare(task(Job.OPEN, key.upper()), "")) is None


def test_an_opened_ticket_carries_the_packet_as_data_and_names_no_customer(
    desk: RequestTracker, agent: httpx2.Client, opened: tuple[str, str]
) -> None:
    key, ref = opened
    ticket = desk.read(ref)
    assert ticket.packet == packet(key)
    assert (ticket.key, ticket.status, ticket.queue, ticket.priority) == (key, ticket.status, QUEUE, "critical")
    seen = agent.get(f"/ticket/{ref}").json()
    assert seen["Requestor"] == []
    assert seen["Cc"] == []
    visible = seen["Subject"] + " ".join(c.text for c in ticket.comments if c.public and c.author == BOT[0])
    assert "Ada" not in visible
    assert "4111" not in visible


def test_a_long_packet_in_many_languages_comes_back_whole(desk: RequestTracker) -> None:
    key = new_key()
    words = "Grüße, Привет, مرحبا, 你好, 🙂 \u2028 'q' \"q\" \\ <b>&amp;\n\ttail \n"
    whole = packet(key, summary=[words * 40] * 200)
    ref = delivered(desk, desk.prepare(task(Job.OPEN, key, packet=whole), ""))
    note = desk.prepare(task(Job.NOTE, key, 1, packet={**whole, "later": True}), ref)
    delivered(desk, note)
    ticket = desk.read(ref)
    assert ticket.packet == {**whole, "later": True}
    assert any("Привет" in c.text and len(c.text) > 400_000 and not c.public for c in ticket.comments)


@pytest.mark.parametrize("job", [Job.NOTE, Job.REPLY, Job.CUSTOMER_MESSAGE])
def test_an_addition_is_found_by_its_marker_and_has_the_right_visibility(
    desk: RequestTracker, opened: tuple[str, str], job: Job
) -> None:
    key, ref = opened
    request = desk.prepare(task(job, key, 10 + list(Job).index(job), text="Доброе утро 🙂\n'two'", author="anna"), ref)
    assert desk.find(request) is None
    assert delivered(desk, request) == ref
    assert desk.find(request) == Delivered(ref=ref)
    ticket = desk.read(ref)
    assert shows(ticket, request)
    assert any("Доброе утро 🙂" in c.text and request.marker in c.text for c in ticket.comments)


def test_text_that_no_database_takes_is_made_storable(desk: RequestTracker, opened: tuple[str, str]) -> None:
    key, ref = opened
    request = desk.prepare(task(Job.NOTE, key, 30, text="a\x00b\x1b[31m\ud800 0"), ref)
    delivered(desk, request)
    assert shows(desk.read(ref), request)


def test_claim_release_urgency_and_close_are_read_back(desk: RequestTracker) -> None:
    key = new_key()
    ref = delivered(desk, desk.prepare(task(Job.OPEN, key), ""))
    steps = [
        (task(Job.URGENCY, key, 1, severity="low"), ""),
        (task(Job.CLAIM, key, 2, author="anna", author_role="frontline_agent"), AGENT[0]),
        (task(Job.RELEASE, key, 3), ""),
        (task(Job.CLAIM, key, 4, author="somebody", author_role="frontline_agent"), BOT[0]),
        (task(Job.CLAIM, key, 5, author="anna", author_role="frontline_agent"), AGENT[0]),
        (task(Job.CLOSE, key, 6, text="Valve shut off."), AGENT[0]),
        (task(Job.CLAIM, key, 7, author="anna", author_role="frontline_agent"), AGENT[0]),
    ]
    for step, assignee in steps:
        request = desk.prepare(step, ref)
        assert delivered(desk, request) == ref
        ticket = desk.read(ref)
        assert shows(ticket, request), (step.job, ticket.status, ticket.assignee)
        assert ticket.assignee == assignee
    said = " ".join(c.text for c in ticket.comments)
    assert "Claimed by somebody" in said
    assert "Claimed by anna" not in said
    assert "Valve shut off." in said


def test_an_agent_whom_request_tracker_does_not_know_is_named_in_a_note(rt: Tracker) -> None:
    desk = build("rt", rt.config(agents={"left.the.firm": "frontline_agent/bob"}), SystemClock())
    key = new_key()
    ref = delivered(desk, desk.prepare(task(Job.OPEN, key), ""))
    request = desk.prepare(task(Job.CLAIM, key, 1, author="bob", author_role="frontline_agent"), ref)
    assert desk.send(request) == Delivered(ref=ref, more={"assignee": BOT[0]})
    assert shows(desk.read(ref), request)
    assert desk.find(request) == Delivered(ref=ref)


def test_what_request_tracker_drops_in_silence_is_seen_when_it_is_read_back(
    desk: RequestTracker, rt: Tracker, opened: tuple[str, str]
) -> None:
    key, _ = opened
    with rt.person(BOT) as bot:
        fields = {"HandoverKey": key, "HandoverSla": "whenever", "Unheard": "x"}
        made = bot.post("/ticket", json={"Queue": QUEUE, "Subject": "lie", "CustomFields": fields})
        assert made.status_code == 201
        lied = made.json()["id"]
        assert bot.put(f"/ticket/{lied}", json={"Status": "bogus"}).status_code == 200
    assert not shows(desk.read(lied), desk.prepare(task(Job.OPEN, key), ""))
    assert desk.read(lied).key == ""
    assert desk.read(lied).status == "open"


def test_a_second_ticket_of_a_key_is_merged_into_the_first(desk: RequestTracker, rt: Tracker) -> None:
    key = new_key()
    request = desk.prepare(task(Job.OPEN, key, headline=f"Twice {key}", packet=packet(key)), "")
    first = delivered(desk, request)
    assert delivered(desk, request) == first
    assert rt.tickets(key) == [first]


def test_a_ticket_that_was_made_after_its_retry_is_merged_when_changes_are_read(
    desk: RequestTracker, rt: Tracker
) -> None:
    desk = replace(desk, settling=timedelta(0))
    cursor = desk.changes("").cursor
    key = new_key()
    request = desk.prepare(task(Job.OPEN, key, headline=f"Late {key}", packet=packet(key)), "")
    first = delivered(desk, request)
    with rt.person(BOT) as slow:
        slow.post("/ticket", json=request.body)
    assert len(rt.tickets(key)) == 2
    for _ in range(30):
        cursor = desk.changes(cursor).cursor
        if rt.tickets(key) == [first]:
            return
    pytest.fail("the second ticket is still there")


def test_changes_tell_what_others_did_and_not_what_we_did(desk: RequestTracker, agent: httpx2.Client) -> None:
    key = new_key()
    ref = delivered(desk, desk.prepare(task(Job.OPEN, key), ""))
    cursor = desk.changes("").cursor
    delivered(desk, desk.prepare(task(Job.NOTE, key, 1, text="ours"), ref))
    assert ref not in desk.changes(cursor).refs
    agent.post(f"/ticket/{ref}/comment", json={"Content": "theirs", "ContentType": "text/plain"})
    found = desk.changes(cursor)
    assert ref in found.refs
    assert found.cursor != cursor
    again = desk.changes(found.cursor)
    assert ref not in again.refs, "each change is told once"
    settled, _, _ = found.cursor.partition(":")
    assert ref in desk.changes(settled).refs, "an entry that appears late is told, too"
    assert ref not in desk.changes(again.cursor).refs


def test_a_ticket_that_was_moved_to_another_queue_is_followed(desk: RequestTracker, agent: httpx2.Client) -> None:
    key = new_key()
    request = desk.prepare(task(Job.OPEN, key, packet=packet(key)), "")
    ref = delivered(desk, request)
    agent.put(f"/ticket/{ref}", json={"Queue": "HandoverSpecialists"})
    cursor = desk.changes("").cursor
    agent.post(f"/ticket/{ref}/comment", json={"Content": "theirs", "ContentType": "text/plain"})
    assert ref in desk.changes(cursor).refs
    assert (desk.read(ref).key, desk.read(ref).queue) == (key, "HandoverSpecialists")
    assert desk.find(request) == Delivered(ref=ref)


def test_a_rich_reply_of_an_agent_is_read_as_plain_text(
    desk: RequestTracker, agent: httpx2.Client, opened: tuple[str, str]
) -> None:
    _, ref = opened
    before = desk.read(ref).version
    html = "<style>p{}</style><p>Hello <b>Zoë</b> &amp; co 🙂</p><p>One<br>two</p><script>x</script>"
    agent.post(f"/ticket/{ref}/correspond", json={"Content": html, "ContentType": "text/html"})
    ticket = desk.read(ref)
    assert ticket.comments[-1].text == "Hello Zoë & co 🙂\nOne\ntwo"
    assert (ticket.comments[-1].public, ticket.comments[-1].author) == (True, AGENT[0])
    assert int(ticket.version) > int(before)


def test_a_ticket_that_is_not_there_or_was_deleted_is_not_found(desk: RequestTracker, rt: Tracker) -> None:
    ref = delivered(desk, desk.prepare(task(Job.OPEN, new_key()), ""))
    with rt.person(("root", "rootpass-ci-1")) as root:
        root.delete(f"/ticket/{ref}")
    for missing in (ref, "999999999", "1/../../user/root", ""):
        with pytest.raises(NotFound):
            desk.read(missing)
    gone = desk.send(desk.prepare(task(Job.NOTE, new_key(), 1, text="x"), "999999999"))
    assert isinstance(gone, Rejected)


def test_a_wrong_password_is_a_refusal_and_never_an_empty_answer(rt: Tracker) -> None:
    desk = build("rt", rt.config(password="wrong"), SystemClock())
    request = desk.prepare(task(Job.OPEN, new_key(), packet=packet("k")), "")
    assert desk.send(request) == Rejected(code="http_401")
    for look in (lambda: desk.find(request), lambda: desk.read("1"), lambda: desk.changes("1"), desk.ping):
        with pytest.raises(DependencyFault):
            look()


def test_request_tracker_calls_us_with_a_signature_that_holds(
    desk: RequestTracker, rt: Tracker, agent: httpx2.Client, opened: tuple[str, str]
) -> None:
    assert isinstance(desk, HookedRequestTracker)
    _, ref = opened
    with Hooks(rt.hook_port) as hooks:
        agent.post(f"/ticket/{ref}/comment", json={"Content": SECRET_WORDS, "ContentType": "text/plain"})
        headers, body = hooks.wait(lambda body: AGENT[0].encode() in body)
    now = datetime.now(UTC)
    hint = desk.verify(headers, body, now)
    assert (hint.ref, hint.actor) == (ref, AGENT[0])
    assert hint.delivery_id.startswith("rt-txn-")
    for wrong, late in ((body + b" ", now), (body, now + timedelta(minutes=6)), (b"", now)):
        with pytest.raises(BadSignature):
            desk.verify(headers, wrong, late)
