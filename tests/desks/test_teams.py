"""Teams against a workflow that takes only what the Adaptive Card schema takes; never run against the real service."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from desks.config import MailConfig, TeamsConfig, check_channels
from desks.port import Ambiguous, Delivered, Job, Rejected, RetryAfter
from desks.teams import MAX_BYTES, Teams, build, check_message
from states.errors import SettingsError
from tests.counterparts import loopback
from tests.counterparts.loopback import Got, Reply, receiver, says
from tests.desks.cases import CLOCK, card, opened, shows, task

SECRET_PATH = "/workflows/c4n4ry/triggers/manual/paths/invoke?api-version=2016-06-01&sig=S3CR3T"
SCHEMA = Path(loopback.__file__).parent / "specs" / "msteams" / "adaptive-card-1.4.0.schema.json"


@cache
def schema() -> Any:
    return jsonschema.Draft6Validator(json.loads(SCHEMA.read_text()))


def workflow(got: Got) -> Reply:
    """What a workflow and Teams do together, with the refusal that Teams itself would swallow."""
    content = got.json["attachments"][0]["content"]
    if len(got.body) > 28_000 or not got.path.endswith("sig=S3CR3T"):
        return Reply(status=413)
    return Reply(status=202) if schema().is_valid(content) else Reply(status=400)


def desk(url: str = "http://127.0.0.1:9" + SECRET_PATH, **changes: Any) -> Teams:
    given = {"kind": "teams", "url": url, "hosts": ["127.0.0.1"], **changes}
    return opened(build("room", TeamsConfig.model_validate(given), CLOCK))


def test_a_card_that_holds_to_the_schema_is_accepted_and_not_called_shown() -> None:
    with receiver(workflow) as other:
        room = desk(other.url + SECRET_PATH)
        sent = room.send(room.prepare(task(), ""))
    assert sent == Delivered(ref="[ho_01jdh3v9c2#0]", more={"shown": "unknown"})
    assert other.got[0].path == SECRET_PATH
    message = other.got[0].json
    assert message["attachments"][0]["contentUrl"] is None
    assert [one["type"] for one in message["attachments"][0]["content"]["actions"]] == ["Action.OpenUrl"]


@pytest.mark.parametrize("severity", ["critical", "high", "normal", "low", "unheard of"])
@pytest.mark.parametrize("link", ["https://desk.example/x", "", "javascript:alert(1)", "https://desk.example/a b"])
def test_every_card_of_ours_holds_to_the_schema(severity: str, link: str) -> None:
    long = "“x” & <y> " * 500
    body = desk().prepare(task(card=card(severity=severity, link=link, headline=long, team="")), "").body
    assert check_message(body) == {}
    schema().validate(body["attachments"][0]["content"])
    assert len(json.dumps(body, ensure_ascii=False).encode()) < MAX_BYTES
    assert ("actions" in body["attachments"][0]["content"]) is (link == "https://desk.example/x")


def broken() -> dict[str, Any]:
    """A message with one thing wrong in each: what is wrong → the message."""
    good = desk().prepare(task(), "").body
    made: dict[str, Any] = {}

    def with_card(name: str, change: Any) -> None:
        made[name] = copy.deepcopy(good)
        change(made[name]["attachments"][0]["content"])

    with_card("no type", lambda card: card.pop("type"))
    with_card("no body", lambda card: card.update(body=[]))
    with_card("text is no text", lambda card: card["body"][0].update(text=5))
    with_card("no text", lambda card: card["body"][0].pop("text"))
    with_card("unknown element", lambda card: card["body"].append({"type": "Marquee"}))
    with_card("element is no object", lambda card: card["body"].append("x"))
    with_card("fact without value", lambda card: card["body"][1]["facts"].append({"title": "x"}))
    with_card("facts are no list", lambda card: card["body"][1].update(facts="x"))
    with_card(
        "submits", lambda card: card["actions"].append({"type": "Action.Submit", "title": "x", "url": "https://x"})
    )
    with_card("link is no link", lambda card: card["actions"][0].update(url="javascript:1"))
    with_card("newer version", lambda card: card.update(version="1.6"))
    with_card("too large", lambda card: card["body"][0].update(text="x" * 30_000))
    made["two cards"] = {**good, "attachments": good["attachments"] * 2}
    made["no card"] = {**good, "attachments": [{"contentType": "text/plain", "content": "x"}]}
    made["no message"] = {**good, "type": "event"}
    return made


@pytest.mark.parametrize("wrong", sorted(broken()))
def test_a_wrong_card_is_never_sent(wrong: str) -> None:
    with receiver(workflow) as other:
        room = desk(other.url + SECRET_PATH)
        request = room.prepare(task(), "")
        request.body.clear()
        request.body.update(broken()[wrong])
        sent = room.send(request)
    assert isinstance(sent, Rejected)
    assert sent.code == "card_invalid"
    assert other.got == []


def test_the_compact_check_lets_nothing_through_that_the_schema_refuses() -> None:
    for wrong, message in broken().items():
        attachments = message["attachments"]
        content = attachments[0]["content"]
        if not schema().is_valid(content):
            assert check_message(message), wrong


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (says(429, retry_after="9"), RetryAfter(seconds=9.0, code="http_429")),
        (says(502), Ambiguous(code="http_502")),
        (says(401), Rejected(code="http_401")),
        (says(302, location="https://elsewhere.example/"), Rejected(code="http_302")),
        (Reply(dropped=True), Ambiguous(code="RemoteProtocolError")),
    ],
)
def test_failures_say_what_is_known(reply: Reply, outcome: Any) -> None:
    with receiver(reply) as other:
        room = desk(other.url + SECRET_PATH)
        assert room.send(room.prepare(task(), "")) == outcome
        assert len(other.got) == 1


def test_an_unreachable_workflow_has_surely_got_nothing() -> None:
    room = desk()
    assert room.send(room.prepare(task(), "")) == RetryAfter(seconds=None, code="ConnectError")


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("https://evil.example/x", (".logic.azure.com",)),
        ("https://logic.azure.com.evil.example/x", (".logic.azure.com",)),
        ("https://evil-logic.azure.com/x", (".logic.azure.com",)),
        ("https://a.logic.azure.com@evil.example/x", (".logic.azure.com", "evil.example")),
        ("http://prod.logic.azure.com/x", (".logic.azure.com",)),
        ("ftp://prod.logic.azure.com/x", (".logic.azure.com",)),
        ("//prod.logic.azure.com/x", (".logic.azure.com",)),
        ("https://[broken/x", (".logic.azure.com",)),
        ("", (".logic.azure.com",)),
    ],
)
def test_an_address_that_is_no_workflows_is_refused_without_being_repeated(url: str, hosts: tuple[str, ...]) -> None:
    with pytest.raises(SettingsError) as refused:
        desk(url, hosts=list(hosts))
    assert not url or url not in str(refused.value)


def test_real_workflow_hosts_are_taken() -> None:
    for host in ("prod-12.westeurope.logic.azure.com:443", "default1.2b.environment.api.powerplatform.com"):
        config = TeamsConfig.model_validate({"kind": "teams", "url": f"https://{host}{SECRET_PATH}"})
        assert opened(build("room", config, CLOCK)).name == "room"


def test_teams_may_not_be_the_only_destination() -> None:
    teams = TeamsConfig.model_validate({"kind": "teams", "url": "https://x.logic.azure.com/"})
    mail = MailConfig.model_validate({"kind": "email", "host": "mx", "sender": "a@b.example", "to": ["c@d.example"]})
    with pytest.raises(SettingsError, match="only destination"):
        check_channels({"room": teams, "other": teams})
    check_channels({"room": teams, "mail": mail})
    check_channels({})


def test_neither_card_nor_desk_shows_a_secret() -> None:
    room = desk()
    assert not shows(json.dumps(room.prepare(task(), "").body))
    assert "S3CR3T" not in repr(room)
    assert "S3CR3T" not in repr(room.prepare(task(), ""))
    assert room.find(room.prepare(task(), "")) is None
    assert "S3CR3T" not in room.ping()


def test_only_announcements_go_to_teams() -> None:
    with pytest.raises(SettingsError, match="cannot do open"):
        desk(jobs=["open"])
    assert desk().jobs == frozenset({Job.ANNOUNCE})
