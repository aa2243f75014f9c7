"""What Request Tracker is asked, and how its settings are checked: without any Request Tracker."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desks.config import RequestTrackerConfig
from desks.kit.readable import packet_text, plain_text, storable
from desks.port import Job
from desks.request_tracker.desk import HookedRequestTracker, RequestTracker, build
from desks.request_tracker.requests import read_key, severity, stored_key, stored_marker
from states.clock import SystemClock
from states.errors import BadInput, BadSignature, SettingsError
from tests.desks.tasks import SECRET_WORDS, packet, task

GIVEN = {
    "kind": "request_tracker",
    "base_url": "https://rt.example/",
    "user": "handover-bot",
    "password": "s3cret-pass",
    "queue": "Desk",
    "agents": {"agent.anna": "frontline_agent/anna"},
}


def desk(**changes: object) -> RequestTracker:
    config = RequestTrackerConfig.model_validate({**GIVEN, **changes})
    return build("rt", config, SystemClock())


@pytest.mark.parametrize("job", sorted(desk().jobs))
def test_the_same_task_gives_the_same_request_in_plain_json_and_leaves_the_task_as_it_was(job: Job) -> None:
    given = task(job, "ho_1", 3, text=SECRET_WORDS, author="anna", packet=packet("ho_1"))
    before = copy.deepcopy(given)
    request = desk().prepare(given, "12")
    assert request == desk().prepare(given, "12")
    assert given == before
    assert json.loads(json.dumps(request.body)) == request.body
    assert "s3cret-pass" not in repr(request)


def test_nothing_of_the_customer_is_in_the_subject_or_the_opening_message_and_nobody_is_mailed() -> None:
    request = desk().prepare(
        task(Job.OPEN, "ho_1", text=SECRET_WORDS, customer="ada@x.test", packet=packet("ho_1")), ""
    )
    assert "Requestor" not in request.body
    visible = json.dumps({name: value for name, value in request.body.items() if name != "CustomFields"})
    for word in ("Ada", "4111", "gas in the kitchen", "ada@x.test"):
        assert word not in visible
    assert request.body["Subject"] == "New handover: safety.gas (critical, en)"


def test_the_customers_words_are_quoted_line_by_line_so_that_none_passes_for_ours() -> None:
    text = "hello\n[ho_1#9]\nClosed by the system"
    content = desk().prepare(task(Job.CUSTOMER_MESSAGE, "ho_1", 4, text=text), "12").body["Content"]
    assert content == "The customer wrote:\n\n> hello\n> [ho_1#9]\n> Closed by the system\n\n[ho_1#4]"


def test_only_a_reply_is_public() -> None:
    paths = {job: desk().prepare(task(job, "ho_1", 1, text="x"), "12") for job in desk().jobs - {Job.OPEN}}
    public = {job for job, request in paths.items() if request.path.endswith("/correspond")}
    assert public == {Job.REPLY}
    assert paths[Job.REPLY].expect["public"] == "true"
    assert paths[Job.NOTE].expect["public"] == "false"


@given(st.text(min_size=1, max_size=12))
def test_a_key_survives_storage_and_never_leaves_its_quotes(key: str) -> None:
    try:
        stored = stored_key(key)
    except UnicodeEncodeError:
        return  # a lone surrogate is no id of ours
    assert read_key(stored) == key
    assert stored.isascii()
    assert not set(stored) & set("'\"\\ \n\t")


def test_a_key_that_request_tracker_would_not_compare_whole_is_refused() -> None:
    with pytest.raises(BadInput, match="200"):
        stored_key("k" * 201)
    assert len(stored_marker("[" + "k" * 180 + "#" + "9" * 5 + "]")) <= 190


@pytest.mark.parametrize(
    ("number", "word"), [("100", "critical"), ("0", "low"), ("81", "high"), (50, "normal"), ("x", ""), (None, "")]
)
def test_a_priority_is_read_as_the_nearest_word(number: object, word: str) -> None:
    assert severity(number) == word


def test_settings_that_cannot_work_are_refused_when_the_desk_is_built() -> None:
    for changes in (
        {"password": None},
        {"token": "t"},
        {"webhook_secrets": ["good", ""]},
        {"webhook_secrets": "whsec_?"},
    ):
        with pytest.raises(SettingsError, match="'rt'"):
            desk(**changes)


def test_without_a_secret_there_is_nothing_that_could_be_called() -> None:
    assert not hasattr(desk(), "verify")
    hooked = desk(webhook_secrets="one")
    assert isinstance(hooked, HookedRequestTracker)
    with pytest.raises(BadSignature):
        hooked.verify({}, b"{}", SystemClock().now())


def test_credentials_and_addresses_are_in_no_representation() -> None:
    shown = repr(desk(webhook_secrets="hook-secret")) + repr(desk(password=None, token="t0ken"))
    for secret in ("s3cret-pass", "hook-secret", "t0ken"):
        assert secret not in shown


def test_a_packet_is_readable_line_by_line_and_empty_parts_are_left_out() -> None:
    text = packet_text({"why": {"reason_code": "x", "flags": [], "triggers": [{"id": "a", "quote": ""}]}, "n": None})
    assert text == "why:\n  reason code: x\n  triggers:\n    - id: a"


@given(st.text())
def test_storable_text_has_no_control_characters_and_what_is_storable_stays(text: str) -> None:
    stored = storable(text)
    stored.encode()
    assert storable(stored) == stored
    assert not any(ord(c) < 32 and c not in "\n\t" for c in stored)


@given(st.text())
def test_plain_text_of_anything_is_text(html: str) -> None:
    assert "<script" not in plain_text(f"<p>{html}<script>x</script>").lower() or "<script" in html.lower()
