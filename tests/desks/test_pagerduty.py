"""PagerDuty against a fake that refuses what its description refuses; never run against the real service."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from desks.config import PagerDutyConfig
from desks.pagerduty import SEVERITIES, PagerDuty, build
from desks.port import Ambiguous, Delivered, Job, News, Rejected, RetryAfter
from states.errors import DependencyFault, SettingsError
from tests.counterparts.loopback import Got, Reply, receiver, says
from tests.desks.cases import CLOCK, KEY, card, opened, shows, task

ROUTING_KEY = "c4n4ry0123456789c4n4ry0123456789"
EVENT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["routing_key", "event_action"],
    "properties": {
        "routing_key": {"type": "string", "minLength": 32, "maxLength": 32},
        "event_action": {"enum": ["trigger", "acknowledge", "resolve"]},
        "dedup_key": {"type": "string", "maxLength": 255},
        "client": {"type": "string"},
        "client_url": {"type": "string", "pattern": "^https?://"},
        "links": {
            "type": "array",
            "items": {"type": "object", "required": ["href"], "properties": {"href": {"type": "string"}}},
        },
        "payload": {
            "type": "object",
            "additionalProperties": False,
            "required": ["summary", "severity", "source"],
            "properties": {
                "summary": {"type": "string", "maxLength": 1024},
                "severity": {"enum": ["critical", "error", "warning", "info"]},
                "source": {"type": "string"},
                "timestamp": {"type": "string"},
                "component": {"type": "string"},
                "group": {"type": "string"},
                "class": {"type": "string"},
                "custom_details": {"type": "object"},
            },
        },
    },
    "if": {"properties": {"event_action": {"const": "trigger"}}},
    "then": {"required": ["payload"]},
    "else": {"required": ["dedup_key"]},
}
"""What the description of the Events API v2 asks for."""


class Service:
    """Alerts by `dedup_key`: a trigger opens or repeats one, a resolve closes it."""

    def __init__(self) -> None:
        self.open: dict[str, str] = {}
        self.opened = 0

    def __call__(self, got: Got) -> Reply:
        if got.method != "POST" or got.path != "/v2/enqueue":
            return says(404)
        try:
            jsonschema.validate(got.json, EVENT)
        except jsonschema.ValidationError as error:
            return says(
                400, {"status": "invalid event", "message": "Event object is invalid", "errors": [error.message]}
            )
        key, action = got.json["dedup_key"], got.json["event_action"]
        if action == "trigger":
            self.opened += key not in self.open
            self.open[key] = "triggered"
        elif action == "acknowledge" and key in self.open:
            self.open[key] = "acknowledged"
        else:
            self.open.pop(key, None)
        return says(202, {"status": "success", "message": "Event processed", "dedup_key": key})


def desk(url: str = "http://127.0.0.1:9", **changes: Any) -> PagerDuty:
    given = {"kind": "pagerduty", "base_url": url, "routing_key": ROUTING_KEY, **changes}
    return opened(build("pager", PagerDutyConfig.model_validate(given), CLOCK))


def test_a_page_opens_one_alert_however_often_it_is_sent_and_quiet_ends_it() -> None:
    service = Service()
    with receiver(service) as other:
        pager = desk(other.url)
        for n in range(3):
            assert pager.send(pager.prepare(task(Job.PAGE, n), "")) == Delivered(ref=KEY)
        assert (service.open, service.opened) == ({KEY: "triggered"}, 1)
        assert pager.send(pager.prepare(task(Job.QUIET, 4, news=News.CLAIMED), "")) == Delivered(ref=KEY)
        assert service.open == {}


def test_a_claim_acknowledges_where_the_settings_want_it_and_the_end_resolves() -> None:
    service = Service()
    with receiver(service) as other:
        pager = desk(other.url, on_claim="acknowledge")
        pager.send(pager.prepare(task(Job.PAGE), ""))
        pager.send(pager.prepare(task(Job.QUIET, 1, news=News.CLAIMED), ""))
        assert service.open == {KEY: "acknowledged"}
        pager.send(pager.prepare(task(Job.QUIET, 2, news=News.CLOSED), ""))
        assert service.open == {}


@pytest.mark.parametrize(("ours", "theirs"), [*SEVERITIES.items(), ("unheard of", "critical")])
def test_severities_are_theirs_and_an_unknown_one_wakes(ours: str, theirs: str) -> None:
    request = desk().prepare(task(Job.PAGE, card=card(severity=ours)), "")
    assert request.body["payload"]["severity"] == theirs


def test_the_key_stands_in_no_frozen_request_and_the_packet_in_none_at_all() -> None:
    pager = desk()
    request = pager.prepare(task(Job.PAGE), "")
    assert ROUTING_KEY not in json.dumps(request.body) + repr(request) + repr(pager)
    assert not shows(json.dumps(request.body))
    with receiver(Service()) as other:
        pager = desk(other.url)
        pager.send(request)
        assert other.got[0].json["routing_key"] == ROUTING_KEY


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (
            says(400, {"errors": ["Length of 'routing_key' is incorrect: c4n4ry"]}),
            Rejected(code="http_400", field_errors={"routing_key": "refused"}),
        ),
        (says(400, {"errors": "none"}), Rejected(code="http_400")),
        (says(429), RetryAfter(seconds=None, code="http_429")),
        (says(500), Ambiguous(code="http_500")),
        (Reply(dropped=True), Ambiguous(code="RemoteProtocolError")),
    ],
)
def test_failures_say_what_is_known(reply: Reply, outcome: Any) -> None:
    with receiver(reply) as other:
        pager = desk(other.url)
        assert pager.send(pager.prepare(task(Job.PAGE), "")) == outcome
        assert pager.find(pager.prepare(task(Job.PAGE), "")) is None


def test_ping_tells_only_whether_pagerduty_is_there() -> None:
    with receiver(says(405)) as other:
        assert desk(other.url).ping().startswith("pager: PagerDuty answers")
    with pytest.raises(DependencyFault):
        desk().ping()


@pytest.mark.parametrize("key", ["", "short", "x" * 33, "ä" * 32, "-" * 32])
def test_a_key_that_cannot_be_one_is_refused_without_being_repeated(key: str) -> None:
    with pytest.raises(SettingsError, match="routing_key") as refused:
        desk(routing_key=key)
    assert not key or key not in str(refused.value)
