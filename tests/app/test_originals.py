"""The key of originals, and masks over HTTP: who may, what is said where it cannot be, and what is never written."""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.settings import Settings, load_settings
from app.wiring import activate, build
from states.errors import SettingsError
from states.rights import RIGHTS, Right
from states.vocabulary import Event, Role
from tests.graph.example import policy
from tests.house import House

KEY = b64encode(bytes(range(32))).decode()
IBAN = "DE89 3704 0044 0532 0130 00"
KEEP = "privacy: {keep_originals: {kinds: [iban], roles: [compliance_officer]}}\n"
KEEPING = ("guard: {", KEEP + "guard: {")
REASON = "The refund goes to this account."
HANDRAIL = "HANDRAIL_ORIGINALS__"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    opened = House(tmp_path, rules=policy(KEEPING), settings={"originals": {"key": KEY}})
    yield opened
    opened.close()


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    with house.client() as opened:
        yield opened


def _case(house: House) -> str:
    """The address of the masks of a message that has one."""
    name = house.open("c1")
    return f"/v1/conversations/{name}/messages/{house.say(name, f'human please, my iban is {IBAN}').message_id}/masks"


def _lift(client: TestClient, address: str, role: str = "compliance_officer", reason: Any = REASON) -> Any:
    headers = {"X-Handrail-Actor": "root" if role == "admin" else "somebody", "X-Handrail-Role": role}
    return client.post(f"{address}/lift", json={"reason": reason}, headers=headers)


def test_a_mask_is_lifted_over_http(house: House, client: TestClient) -> None:
    address = _case(house)
    told = client.get("/v1/conversations/c1").json()
    assert [one["number"] for one in told["messages"][0]["masks"]] == [1]
    assert IBAN not in client.get("/v1/conversations/c1").text
    answer = _lift(client, f"{address}/1")
    assert (answer.status_code, answer.json()["text"], answer.json()["kind"]) == (200, IBAN, "iban")
    assert answer.headers["Cache-Control"] == "no-store"
    told = client.get("/v1/conversations/c1").json()
    assert told["events"][-1]["event"] == Event.MASK_LIFTED
    assert told["version"] == answer.json()["version"]
    assert IBAN not in str(told)


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.SYSTEM, Role.ASSISTANT)])
def test_only_whom_the_policy_names_is_shown_it_over_http(house: House, client: TestClient, role: Role) -> None:
    address = _case(house)
    answer = _lift(client, f"{address}/1", role.value)
    seen = [one.event for one in house.view("c1").events].count(Event.MASK_LIFTED)
    if role is Role.COMPLIANCE_OFFICER:
        assert (answer.status_code, seen) == (200, 1)
        return
    assert role not in RIGHTS[Right.LIFT_MASKS] or role in (Role.FRONTLINE_AGENT, Role.ESCALATION_SPECIALIST)
    assert (answer.status_code, seen) == (403, 0)
    assert IBAN not in answer.text


def test_a_channel_is_not_told_which_masks_are_kept(house: House, client: TestClient) -> None:
    _case(house)
    seen = client.get("/v1/conversations/c1", headers={"X-Handrail-Role": "customer", "X-Handrail-Actor": "demo"})
    assert [one["masks"] for one in seen.json()["messages"]] == [[] for _ in seen.json()["messages"]]


@pytest.mark.parametrize("number", ["0", "2", "-1", "1001", str(10**30), "x"])
def test_a_mask_that_is_not_there_is_refused(house: House, client: TestClient, number: str) -> None:
    answer = _lift(client, f"{_case(house)}/{number}")
    assert answer.status_code in (404, 422)
    assert IBAN not in answer.text


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501, None, 5, f"for {IBAN}", "a\x00b"])
def test_a_reason_is_asked_for(house: House, client: TestClient, reason: Any) -> None:
    answer = _lift(client, f"{_case(house)}/1", reason=reason)
    assert (answer.status_code, answer.json()["error"]) == (422, "bad_input")
    assert IBAN not in answer.text
    assert "mask_lifted" not in [one.event for one in house.view("c1").events]


def test_what_cannot_be_opened_is_an_error_that_names_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    first = House(tmp_path, rules=policy(KEEPING), settings={"originals": {"key": KEY}})
    address = _case(first)
    first.close()
    again = House(tmp_path, rules=policy(KEEPING), settings={"originals": {"key": b64encode(bytes(32)).decode()}})
    with caplog.at_level(logging.DEBUG), again.client() as client:
        answer = _lift(client, f"{address}/1")
    assert (answer.status_code, answer.json()["error"]) == (500, "original_unreadable")
    assert "another key" in answer.json()["message"]
    assert IBAN not in answer.text + caplog.text + str(capsys.readouterr())
    again.close()


# The key


def test_a_policy_that_keeps_originals_needs_a_key(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no key is set; set originals\.key_file or HANDRAIL_ORIGINALS__KEY"):
        build(Settings(data_dir=tmp_path), policy=policy(KEEPING))


def test_such_a_policy_is_not_activated_without_one(tmp_path: Path) -> None:
    opened = House(tmp_path)
    text = f"handrail: 1\nname: next\nextends: default\n{KEEP}"
    (tmp_path / "next.yaml").write_text(text)
    before = opened.door.policy.hash
    with pytest.raises(SettingsError, match="no key is set"):
        activate(opened.system, opened.settings, str(tmp_path / "next.yaml"))
    assert opened.door.policy.hash == before
    opened.close()


def test_the_key_comes_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{HANDRAIL}KEY", KEY)
    settings = load_settings(data_dir=tmp_path)
    assert KEY not in repr(settings)
    build(settings, policy=policy(KEEPING)).close()


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_the_key_comes_from_a_private_file(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    path.write_text(f"{KEY}\n")
    path.chmod(mode)
    settings = load_settings(data_dir=tmp_path, originals={"key_file": path})
    build(settings, policy=policy(KEEPING)).close()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610, 0o777])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    path.write_text(KEY)
    path.chmod(mode)
    with pytest.raises(SettingsError, match="chmod 600") as refused:
        build(load_settings(data_dir=tmp_path, originals={"key_file": path}), policy=policy(KEEPING))
    assert KEY not in str(refused.value)


BAD_KEYS = ("", "short", b64encode(bytes(31)).decode(), b64encode(bytes(33)).decode(), "*" * 44, KEY[:-1], "ü" * 44)


@pytest.mark.parametrize("key", BAD_KEYS)
def test_what_is_no_key_is_refused_with_the_remedy_and_without_the_text(tmp_path: Path, key: str) -> None:
    path = tmp_path / "key"
    path.write_text(key)
    path.chmod(0o600)
    with pytest.raises(SettingsError, match="openssl rand -base64 32") as of_file:
        build(load_settings(data_dir=tmp_path, originals={"key_file": path}), policy=policy(KEEPING))
    with pytest.raises(SettingsError, match="openssl rand -base64 32") as of_setting:
        load_settings(data_dir=tmp_path, originals={"key": key})
    for refused in (of_file, of_setting):
        assert not key or key not in str(refused.value)


def test_a_file_that_is_not_there_or_no_file_is_refused(tmp_path: Path) -> None:
    for path, told in ((tmp_path / "nowhere", "cannot be read"), (tmp_path, "cannot be read|no file")):
        with pytest.raises(SettingsError, match=told):
            build(load_settings(data_dir=tmp_path, originals={"key_file": path}), policy=policy(KEEPING))


def test_a_key_and_a_file_together_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="not both") as refused:
        load_settings(data_dir=tmp_path, originals={"key": KEY, "key_file": tmp_path})
    assert KEY not in str(refused.value)
