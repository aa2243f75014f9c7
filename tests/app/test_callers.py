"""Who calls: one token is one id and one role, at the page too; and demo mode is for this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from app.api.local import FORWARDED, stranger
from app.callers import holder_of, may_log_in, named
from app.keys import TOKEN_FILE, with_admin_token
from app.server import assemble
from app.settings import Settings
from app.wiring import build
from service.views import Actor
from states.errors import SettingsError
from states.vocabulary import Role
from tests.graph.example import POLICY, policy
from tests.house import House

pytestmark = pytest.mark.usefixtures("no_config")
HOLDERS = (
    "auditor/ada", "customer/web", "compliance_officer/omar", "escalation_specialist/omar", "frontline_agent/ada/x",
    "frontline_agent/auditor/ada",
)  # fmt: skip
TOKENS = {f"token-of-number-{number}": holder for number, holder in enumerate(HOLDERS)}
SETTINGS = Settings(tokens=TOKENS)


@pytest.mark.parametrize(("token", "holder"), TOKENS.items())
def test_a_token_is_one_id_and_one_role(token: str, holder: str) -> None:
    role, _, name = holder.partition("/")
    actor = Actor(id=name, role=Role(role))
    assert holder_of(token, SETTINGS) == actor
    assert may_log_in(SETTINGS)(holder, token)
    assert named(holder, SETTINGS) == actor


def test_a_login_is_the_token_that_was_shown_and_no_other() -> None:
    may = may_log_in(SETTINGS)
    for login in (*HOLDERS, *(one.partition("/")[2] for one in HOLDERS), "", "admin", "omar"):
        for token in (*TOKENS, "", "token-of-number-9"):
            if may(login, token):
                assert named(login, SETTINGS) == holder_of(token, SETTINGS)
    assert not any(may("omar", token) for token in TOKENS), "two roles go with the name: the role must be said"
    assert may("web", "token-of-number-1")
    assert not may("ada", "token-of-number-1")


def test_two_tokens_of_one_holder_are_one_login() -> None:
    settings = Settings(tokens={"a" * 16: "auditor/ada", "b" * 16: "auditor/ada"})
    assert may_log_in(settings)("ada", "a" * 16)
    assert may_log_in(settings)("ada", "b" * 16)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer "}, {"Authorization": "Bearer"}])
def test_without_tokens_and_without_the_demo_nobody_is_anybody(house: House, headers: dict[str, str]) -> None:
    with house.client(Settings()) as client:
        for path in ("/v1/queue", "/v1/conversations", "/v1/states", "/v1/deliveries"):
            assert client.get(path, headers={**headers, "X-Handrail-Role": "admin"}).status_code == 401


# The token that is made


def test_serving_without_tokens_makes_one_admin_token_once(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    made = with_admin_token(settings, policy())
    path = tmp_path / "data" / TOKEN_FILE
    assert path.stat().st_mode & 0o777 == 0o600
    token = path.read_text()
    assert holder_of(token, made) == Actor(id="root", role=Role.ADMIN), "whom the policy names"
    assert with_admin_token(settings, policy()).tokens == made.tokens == {token: "admin/root"}
    assert not made.demo_mode


def test_who_has_tokens_or_plays_the_demo_gets_none_made(tmp_path: Path, house: House) -> None:
    settings = Settings(data_dir=tmp_path / "data", tokens={"a" * 16: "auditor/ada"})
    assert with_admin_token(settings, policy()) is settings
    assert with_admin_token(house.settings, policy()) is house.settings
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("kept", ["", "short"])
def test_a_kept_token_that_is_none_opens_nothing(tmp_path: Path, kept: str) -> None:
    (tmp_path / TOKEN_FILE).write_text(kept)
    with pytest.raises(SettingsError, match="too short"):
        with_admin_token(Settings(data_dir=tmp_path), policy())


# One person, one spelling


def _policy(**names: str) -> Any:
    return policy(("roles: {admin: [root]}", f"roles: {{admin: [root], frontline_agent: [{names['agent']}]}}"))


@pytest.mark.parametrize(
    ("tokens", "agent"),
    [
        ({"a" * 16: "auditor/Anna"}, "anna"),
        ({"a" * 16: "auditor/ben", "b" * 16: "frontline_agent/ＢＥＮ"}, "anna"),
        ({"a" * 16: "admin/r\u043e\u043et"}, "anna"),
        ({}, "rοοt"),
    ],
)
def test_two_spellings_of_one_person_are_refused_at_start(tmp_path: Path, tokens: dict[str, str], agent: str) -> None:
    settings = Settings(data_dir=tmp_path, tokens=tokens)
    with pytest.raises(SettingsError, match=r"the holders '.+' and '.+' would be one person"):
        build(settings, policy=_policy(agent=agent))
    assert "root" in POLICY


def test_one_person_with_two_roles_is_spelt_once_and_starts(tmp_path: Path) -> None:
    tokens = {"a" * 16: "compliance_officer/omar", "b" * 16: "escalation_specialist/omar", "c" * 16: "admin/root"}
    build(Settings(data_dir=tmp_path, tokens=tokens), policy=_policy(agent="anna")).close()


# Demo mode is for this machine

HERE = ("localhost", "127.0.0.1", "127.9.9.9", "[::1]", "LOCALHOST", "localhost:7860", "127.0.0.1:1", "[::1]:65535")
ELSEWHERE = (
    "", "evil.test", "evil.test:7860", "localhost.evil.test", "127.0.0.1.evil.test", "0.0.0.0", "192.168.1.5",
    "10.0.0.1", "[::]", "127.0.0.1@evil.test", "evil.test#127.0.0.1", "localhost:port", "localhost:99999", "[::1",
    "127.0.0.1,evil.test",
)  # fmt: skip


def _raw(**headers: str) -> list[tuple[bytes, bytes]]:
    return [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]


@pytest.mark.parametrize("host", HERE)
def test_this_machine_is_let_in(host: str) -> None:
    assert stranger(_raw(host=host)) == ""
    assert stranger(_raw(host=host, origin=f"http://{host}")) == ""


@pytest.mark.parametrize("host", ELSEWHERE)
def test_another_host_and_another_site_are_not(host: str) -> None:
    assert stranger(_raw(host=host))
    assert stranger(_raw(host="127.0.0.1", origin=f"http://{host}"))
    assert stranger([*_raw(host="127.0.0.1"), *_raw(host=host)])


@pytest.mark.parametrize(
    "name", [*FORWARDED, "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "X-Forwarded"]
)
def test_a_forwarded_request_is_not(name: str) -> None:
    assert stranger([*_raw(host="127.0.0.1"), (name.encode(), b"127.0.0.1")])


def test_no_host_at_all_and_a_site_without_a_name_are_not() -> None:
    assert stranger([])
    assert stranger(_raw(host="localhost", origin="null"))


def test_in_demo_mode_nothing_is_served_to_strangers(house: House) -> None:
    with TestClient(assemble(house.door, house.settings, with_page=False)) as client:
        for path in ("/v1/queue", "/healthz", "/readyz", "/openapi.json", "/hooks/any"):
            at_home = client.get(f"http://127.0.0.1{path}")
            assert at_home.status_code in (200, 404, 405)
            assert client.get(f"http://rebound.test{path}").json()["error"] == "forbidden_role"
            assert client.get(f"http://localhost{path}", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 403
            assert client.get(f"http://localhost{path}", headers={"Origin": "http://evil.test"}).status_code == 403
        with pytest.raises(WebSocketDisconnect), client.websocket_connect("ws://rebound.test/anything"):
            pass


def test_with_tokens_it_is_the_token_that_counts(house: House) -> None:
    settings = Settings(tokens={"a" * 16: "auditor/ada"})
    with TestClient(assemble(house.door, settings, with_page=False), base_url="https://support.test") as client:
        shown = {"Authorization": f"Bearer {'a' * 16}", "X-Forwarded-For": "192.0.2.1"}
        assert client.get("/v1/queue", headers=shown).status_code == 200
