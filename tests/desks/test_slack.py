"""Slack against `emulate`, against Slack's own description, and against every failure it can name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from desks.config import SlackConfig
from desks.port import Ambiguous, Delivered, Job, News, Rejected, RetryAfter
from desks.slack.desk import LATER, NEVER, Slack, build
from states.errors import DependencyFault, SettingsError
from tests.counterparts import nodejs
from tests.counterparts.loopback import Receiver, Reply, receiver, says
from tests.desks.cases import CLOCK, KEY, card, opened, shows, task

SPEC = json.loads((Path(nodejs.__file__).parent / "specs" / "slack" / "slack_web_api_parts.json").read_text())
USER = "U443575A5F"


def desk(base_url: str, **changes: Any) -> Slack:
    given = {
        "kind": "slack", "base_url": base_url, "token": nodejs.TOKEN, "channel": "C9BFC74EDD",
        "signing_secrets": [nodejs.SIGNING_SECRET], "agents": {USER: "frontline_agent/anna"}, **changes,
    }  # fmt: skip
    return opened(build("chat", SlackConfig.model_validate(given), CLOCK))


# A Slack that nobody here wrote


@pytest.fixture(scope="module")
def emulated() -> Iterator[str]:
    with nodejs.slack() as url:
        yield url


@pytest.fixture(scope="module")
def channel(emulated: str) -> str:
    channels: Any = nodejs.ask(emulated, "conversations.list")["channels"]
    return str(next(one["id"] for one in channels if one["name"] == nodejs.CHANNEL_NAME))


@pytest.fixture
def chat(emulated: str, channel: str) -> Slack:
    return desk(emulated, channel=channel)


def messages(url: str, channel: str) -> list[dict[str, Any]]:
    found: Any = nodejs.ask(url, "conversations.history", channel=channel, include_all_metadata="true")["messages"]
    return list(found)


def test_a_card_is_posted_and_shown_as_it_was_sent(emulated: str, channel: str, chat: Slack) -> None:
    request = chat.prepare(task(), "")
    sent = chat.send(request)
    assert isinstance(sent, Delivered)
    shown = next(one for one in messages(emulated, channel) if sent.ref == f"{channel}:{one['ts']}")
    assert shown["blocks"] == request.body["blocks"]
    assert [block["type"] for block in shown["blocks"]] == ["header", "section", "context", "actions"]
    assert [button["text"]["text"] for button in shown["blocks"][3]["elements"]] == ["Claim", "Open the case"]


def test_a_claim_changes_the_card_and_takes_its_button_away(emulated: str, channel: str, chat: Slack) -> None:
    posted = chat.send(chat.prepare(task(n=10), ""))
    assert isinstance(posted, Delivered)
    claim = task(n=11, news=News.CLAIMED, author="anna", author_role="frontline_agent")
    changed = chat.send(chat.prepare(claim, posted.ref))
    assert isinstance(changed, Delivered)
    assert changed.ref == posted.ref
    shown = next(one for one in messages(emulated, channel) if one["ts"] == posted.more["ts"])
    assert shown["blocks"][2]["elements"][0]["text"] == f"Claimed by <@{USER}>."
    assert [button["text"]["text"] for button in shown["blocks"][3]["elements"]] == ["Open the case"]


def test_a_reminder_stands_in_the_cards_thread_and_keeps_its_reference(
    emulated: str, channel: str, chat: Slack
) -> None:
    posted = chat.send(chat.prepare(task(n=20), ""))
    assert isinstance(posted, Delivered)
    again = task(n=21, news=News.WAITING, card=card(headline="Nobody has claimed it"))
    request = chat.prepare(again, posted.ref)
    said = chat.send(request)
    assert isinstance(said, Delivered)
    assert said.ref == posted.ref
    assert request.body["reply_broadcast"] is True
    thread: Any = nodejs.ask(emulated, "conversations.replies", channel=channel, ts=posted.more["ts"])["messages"]
    assert [one["ts"] for one in thread] == [posted.more["ts"], said.more["ts"]]
    found = chat.find(request)
    assert found is not None
    assert found.more == said.more


def test_an_ambiguous_card_is_found_by_its_marker_and_an_unsent_one_is_not(chat: Slack) -> None:
    request = chat.prepare(task(n=30), "")
    assert chat.find(request) is None
    sent = chat.send(request)
    assert isinstance(sent, Delivered)
    assert chat.find(request) == sent
    assert chat.find(chat.prepare(task(n=31), "")) is None


def test_whoever_clicked_is_told_alone(emulated: str, channel: str, chat: Slack) -> None:
    before, user = len(messages(emulated, channel)), str(nodejs.ask(emulated, "auth.test")["user_id"])
    assert chat.whisper(user, "You have it now.") == Delivered(ref=user)
    assert chat.whisper("U0", "You have it now.") == Rejected(code="user_not_found")
    assert len(messages(emulated, channel)) == before


def test_refusals_of_a_real_workspace_are_named(emulated: str, channel: str) -> None:
    elsewhere = desk(emulated, channel="C00000000X")
    assert elsewhere.send(elsewhere.prepare(task(), "")) == Rejected(code="channel_not_found")
    mute = desk(emulated, channel=channel, token=nodejs.READ_ONLY_TOKEN)
    assert mute.send(mute.prepare(task(), "")) == Rejected(code="missing_scope")
    gone = desk(emulated, channel=channel)
    assert gone.send(gone.prepare(task(news=News.CLAIMED), f"{channel}:1.000001")) == Rejected(code="message_not_found")


def test_without_the_scope_to_read_a_second_card_is_risked(emulated: str, channel: str) -> None:
    blind = desk(emulated, channel=channel, token=nodejs.READ_ONLY_TOKEN)
    assert blind.find(blind.prepare(task(n=40), "")) is None


def test_ping_tells_a_good_token(chat: Slack) -> None:
    assert chat.ping() == "chat: Slack takes the token"


# Slack's own description


@pytest.mark.parametrize("job", [Job.ANNOUNCE, Job.PAGE])
@pytest.mark.parametrize("news", News)
@pytest.mark.parametrize("ref", ["", "C9BFC74EDD:1795575458.000001"])
def test_requests_hold_to_slacks_description(job: Job, news: News, ref: str) -> None:
    request = desk("http://127.0.0.1:9").prepare(task(job, news=news), ref)
    schema = SPEC["paths"][request.path]["post"]["parameters"][0]["schema"]
    # Slack's list is older than metadata in some places; a name that it does not know at all is a fault of ours.
    jsonschema.validate(request.body, {**schema, "additionalProperties": False})


def test_every_error_that_slack_describes_is_one_we_know() -> None:
    described = {
        error
        for path in ("/chat.postMessage", "/chat.update")
        for error in SPEC["paths"][path]["post"]["errors"]["enum"]
    }
    assert described - LATER - NEVER == {"fatal_error", "is_inactive"}


def test_a_card_keeps_slacks_limits_however_long_its_words_are() -> None:
    long = "x" * 4000
    huge = card(headline=long, reason_code=long, team=long, handover_id=KEY, link="https://desk.example/")
    for block in desk("http://127.0.0.1:9").prepare(task(card=huge), "").body["blocks"]:
        for text in (block.get("text"), *block.get("fields", ())):
            assert text is None or len(text["text"]) <= (150 if block["type"] == "header" else 2000)


def test_markup_in_a_cards_words_calls_nobody() -> None:
    loud = card(headline="<!channel> *now*", team="<@U1>")
    body = desk("http://127.0.0.1:9").prepare(task(card=loud), "").body
    assert "<" not in body["text"]
    assert {block["text"]["type"] for block in body["blocks"] if "text" in block} == {"plain_text"}
    assert {one["type"] for one in body["blocks"][1]["fields"]} == {"plain_text"}


# Failures


def answered(reply: Reply) -> Any:
    with receiver(reply) as other:
        chat = desk(other.url)
        return chat.send(chat.prepare(task(), ""))


@pytest.mark.parametrize("code", sorted(LATER))
def test_what_slack_will_do_later_is_tried_later(code: str) -> None:
    assert answered(says(200, {"ok": False, "error": code}, retry_after="7")) == RetryAfter(seconds=7.0, code=code)


@pytest.mark.parametrize("code", sorted(NEVER))
def test_what_slack_will_never_do_is_rejected(code: str) -> None:
    assert answered(says(200, {"ok": False, "error": code})) == Rejected(code=code)


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (says(200, {"ok": False, "error": "fatal_error"}), "fatal_error"),
        (says(200, {"ok": False, "error": "internal_error"}), "internal_error"),
        (says(200, {"ok": False, "error": "a_code_of_next_year"}), "a_code_of_next_year"),
        (says(200, {"ok": False, "error": "Leak: sk-canary-0123456789"}), "no_answer"),
        (says(200, {"ok": True}), "no_timestamp"),
        (says(200, ["ok"]), "no_answer"),
        (Reply(status=200, body=b"<html>sign in</html>"), "no_answer"),
        (says(500), "http_500"),
        (Reply(dropped=True), "RemoteProtocolError"),
    ],
)
def test_where_nobody_knows_the_card_is_looked_for(reply: Reply, code: str) -> None:
    assert answered(reply) == Ambiguous(code=code)


def test_a_rate_limit_says_when_to_come_back() -> None:
    assert answered(says(429, {"ok": False, "error": "ratelimited"}, retry_after="30")) == RetryAfter(
        seconds=30.0, code="http_429"
    )


def test_the_search_follows_pages_and_ends() -> None:
    def pages(got: Any) -> Reply:
        wanted = {"ts": "9.1", "metadata": {"event_type": "handrail_card", "event_payload": {"marker": f"[{KEY}#0]"}}}
        if b"cursor=two" in got.body:
            return says(200, {"ok": True, "messages": [{"ts": "9.2"}, "?", wanted]})
        return says(200, {"ok": True, "messages": None, "response_metadata": {"next_cursor": "two"}})

    with receiver(pages) as other:
        chat = desk(other.url)
        found = chat.find(chat.prepare(task(), ""))
        assert found == Delivered(ref="C9BFC74EDD:9.1", more={"channel": "C9BFC74EDD", "ts": "9.1"})
        endless = chat.find(chat.prepare(task(n=5), ""))
        assert endless is None


def test_a_search_that_cannot_tell_says_so() -> None:
    with receiver(says(200, {"ok": False, "error": "invalid_auth"})) as other:
        chat = desk(other.url)
        with pytest.raises(DependencyFault):
            chat.find(chat.prepare(task(), ""))
        with pytest.raises(DependencyFault):
            chat.ping()


def test_a_change_sent_twice_does_no_harm_and_is_not_looked_for() -> None:
    other: Receiver
    with receiver() as other:
        chat = desk(other.url)
        assert chat.find(chat.prepare(task(news=News.CLAIMED), "C9BFC74EDD:1.1")) is None
        assert other.got == []


# Settings


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"channel": "handover-desk"}, "channel id"),
        ({"signing_secrets": [" "]}, "signing secret"),
        ({"agents": {USER: "anna"}}, "nobody"),
        ({"agents": {USER: "customer/anna"}}, "nobody"),
        ({"agents": {USER: "boss/anna"}}, "nobody"),
        ({"jobs": ["announce", "open"]}, "cannot do open"),
    ],
)
def test_settings_that_cannot_work_are_refused(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        desk("http://127.0.0.1:9", **changes)


def test_without_a_signing_secret_there_is_a_link_and_no_button() -> None:
    body = desk("http://127.0.0.1:9", signing_secrets=[]).prepare(task(), "").body
    assert [button["text"]["text"] for button in body["blocks"][3]["elements"]] == ["Open the case"]
    bare = task(card=card(link="javascript:alert(1)"))
    nothing = desk("http://127.0.0.1:9", signing_secrets=[]).prepare(bare, "").body
    assert [block["type"] for block in nothing["blocks"]] == ["header", "section", "context"]


def test_a_card_shows_nothing_of_the_customers() -> None:
    for news in News:
        assert not shows(json.dumps(desk("http://127.0.0.1:9").prepare(task(news=news), "").body))
