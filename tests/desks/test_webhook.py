"""Our own events: verified by the standard's libraries in Python and JavaScript, and held against their schema."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from desks.config import WebhookConfig
from desks.port import Ambiguous, Delivered, Job, News, Rejected, RetryAfter
from desks.webhook import SAID, TYPES, Webhook, build
from states.clock import SystemClock
from states.errors import DependencyFault, SettingsError
from tests.counterparts import nodejs
from tests.counterparts.loopback import Got, Reply, receiver, says
from tests.desks.cases import CANARIES, CLOCK, opened, shows, task

OLD = "whsec_" + base64.b64encode(b"o" * 32).decode()
NEW = "whsec_" + base64.b64encode(b"n" * 32).decode()
SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schemas" / "webhook-event.schema.json").read_text())


class BerlinClock:
    """One right moment, told in another zone."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def now(self) -> datetime:
        return self.at.astimezone(timezone(timedelta(hours=2)))


def desk(url: str = "http://127.0.0.1:9", clock: Any = CLOCK, **changes: Any) -> Webhook:
    given = {"kind": "webhook", "url": url, "secrets": [NEW], **changes}
    return opened(build("events", WebhookConfig.model_validate(given), clock))


def received(clock: Any = None, **changes: Any) -> Got:
    with receiver() as other:
        hook = desk(other.url, clock or SystemClock(), **changes)
        assert isinstance(hook.send(hook.prepare(task(), "")), Delivered)
    return other.got[0]


def test_pythons_library_verifies_the_signature() -> None:
    got = received()
    assert Verifier(NEW).verify(got.body, dict(got.headers))["type"] == "handover.opened"
    with pytest.raises(WebhookVerificationError):
        Verifier(OLD).verify(got.body, dict(got.headers))


def test_javascripts_library_verifies_the_signature() -> None:
    got = received(secrets=[OLD, NEW])
    assert nodejs.verifies(OLD, dict(got.headers), got.body)
    assert nodejs.verifies(NEW, dict(got.headers), got.body)
    assert not nodejs.verifies("whsec_" + base64.b64encode(b"x" * 32).decode(), dict(got.headers), got.body)
    assert not nodejs.verifies(NEW, dict(got.headers), got.body + b" ")


def test_both_secrets_sign_while_one_is_being_replaced() -> None:
    got = received(secrets=[OLD, NEW])
    assert got.headers["webhook-signature"].count("v1,") == 2
    for secret in (OLD, NEW):
        assert Verifier(secret).verify(got.body, dict(got.headers))


def test_a_clock_in_another_zone_signs_the_same_moment() -> None:
    clock = BerlinClock()
    got = received(clock)
    assert Verifier(NEW).verify(got.body, dict(got.headers))
    assert int(got.headers["webhook-timestamp"]) == int(clock.at.timestamp())


def test_the_id_is_the_same_for_every_attempt_and_another_for_another_event() -> None:
    replies = iter([says(500), says(429), says(200)])
    with receiver(lambda got: next(replies)) as other:
        hook = desk(other.url)
        request = hook.prepare(task(), "")
        outcomes = [hook.send(request) for _ in range(3)]
    assert outcomes[:2] == [Ambiguous(code="http_500"), RetryAfter(seconds=None, code="http_429")]
    assert isinstance(outcomes[2], Delivered)
    assert len({got.headers["webhook-id"] for got in other.got}) == 1
    assert hook.prepare(task(n=1), "").body["id"] != request.body["id"]
    assert "." not in request.body["id"]


@pytest.mark.parametrize("news", News)
@pytest.mark.parametrize("with_packet", [False, True])
def test_every_event_holds_to_the_published_schema(news: News, with_packet: bool) -> None:
    body = desk(with_packet=with_packet).prepare(task(news=news), "").body
    jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(body)
    assert body["type"] == TYPES[news]
    assert ("packet" in body["data"]) is with_packet


def test_the_schema_names_exactly_the_types_there_are() -> None:
    assert set(SCHEMA["properties"]["type"]["enum"]) == {*(TYPES[news] for news in News), SAID}


def test_a_persons_words_hold_to_the_schema_and_tell_nothing_else() -> None:
    spoken = task(Job.SAID, text="Good morning.", author="anna", author_role="frontline_agent", message_id="m7")
    body = desk(jobs=["said"], with_packet=True).prepare(spoken, "").body
    jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(body)
    assert (body["type"], body["data"]["text"], body["data"]["message_id"]) == (SAID, "Good morning.", "m7")
    assert "anna" not in json.dumps(body)
    assert not shows(json.dumps(body))


def test_only_with_packet_lets_the_customers_words_out() -> None:
    assert not shows(json.dumps(desk().prepare(task(), "").body))
    assert CANARIES[0] in json.dumps(desk(with_packet=True).prepare(task(), "").body)


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (says(410), Rejected(code="gone")),
        (says(301, location="http://127.0.0.1:9/"), Rejected(code="http_301")),
        (says(307, location="http://127.0.0.1:9/"), Rejected(code="http_307")),
        (says(404), Rejected(code="http_404")),
        (says(503, retry_after="60"), RetryAfter(seconds=60.0, code="http_503")),
        (says(504), Ambiguous(code="http_504")),
        (Reply(dropped=True), Ambiguous(code="RemoteProtocolError")),
    ],
)
def test_failures_say_what_is_known(reply: Reply, outcome: Any) -> None:
    with receiver(reply) as other:
        hook = desk(other.url)
        assert hook.send(hook.prepare(task(), "")) == outcome
        assert hook.find(hook.prepare(task(), "")) is None
        assert len(other.got) == 1


def test_ping_tells_whether_anybody_is_there() -> None:
    with receiver(says(405)) as other:
        assert desk(other.url).ping() == "events: the receiver answers"
    with pytest.raises(DependencyFault):
        desk().ping()


@pytest.mark.parametrize(
    "changes",
    [
        {"secrets": ["whsec_dG9vIHNob3J0"]},
        {"secrets": ["whsec_" + base64.b64encode(b"x" * 65).decode()]},
        {"secrets": ["whsec_!!!!"]},
        {"secrets": ["ä" * 40]},
        {"url": "http://events.example/hook"},
        {"url": "https://user:pass@events.example/hook"},
        {"url": "events.example"},
        {"jobs": ["note"]},
    ],
)
def test_settings_that_cannot_work_are_refused_without_a_secret_in_the_message(changes: dict[str, Any]) -> None:
    with pytest.raises(SettingsError) as refused:
        desk(**changes)
    for value in (*changes.get("secrets", ()), changes.get("url", "events.example/hook")):
        assert value not in str(refused.value)
