"""Settings: where they come from, and that every bad value is refused with its remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.settings import Settings, is_loopback, load_settings, parse_holder
from states.errors import SettingsError
from states.vocabulary import Role

pytestmark = pytest.mark.usefixtures("no_config")
TOKEN = "a-token-of-some-length"


def test_without_any_setting_the_demo_works() -> None:
    settings = load_settings(demo=True)
    assert (settings.policy, settings.assistant, settings.knowledge) == ("default", "knowledge", "shop")
    assert settings.demo_mode
    assert settings.store_url == "sqlite:///data/handrail.db"


def test_arguments_win_over_environment_over_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "handrail.toml").write_text('policy = "file"\nknowledge = "bank"\nport = 1\n')
    monkeypatch.setenv("HANDRAIL_POLICY", "environment")
    monkeypatch.setenv("HANDRAIL_PORT", "2")
    settings = load_settings(port=3, policy=None)
    assert (settings.port, settings.policy, settings.knowledge) == (3, "environment", "bank")


def test_the_file_may_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = tmp_path / "elsewhere.toml"
    named.write_text('[model]\nname = "small"\nbase_url = "http://127.0.0.1:9/v1"\n')
    monkeypatch.setenv("HANDRAIL_CONFIG", str(named))
    assert load_settings(assistant="openai").model.name == "small"


def test_nested_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDRAIL_MODEL__NAME", "small")
    monkeypatch.setenv("HANDRAIL_MODEL__DEADLINE", "3s")
    monkeypatch.setenv("HANDRAIL_TOKENS", f'{{"{TOKEN}": "auditor/ada"}}')
    settings = load_settings()
    assert settings.model.deadline == "3s"
    assert not load_settings(demo=True).demo_mode


def test_no_setting_turns_demo_mode_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not load_settings().demo_mode
    assert not load_settings(host="0.0.0.0").demo_mode
    for name in ("HANDRAIL_DEMO", "HANDRAIL_DEMO_MODE"):
        monkeypatch.setenv(name, "true")
    assert not load_settings().demo_mode
    for name in ("demo", "demo_mode"):
        (tmp_path / "handrail.toml").write_text(f"{name} = true\n")
        with pytest.raises(SettingsError, match=f"unknown setting '{name}'"):
            load_settings()


@pytest.mark.parametrize("host", ["0.0.0.0", "example.org", "::"])
def test_demo_mode_is_bound_to_this_machine(host: str) -> None:
    with pytest.raises(SettingsError, match=r"no tokens are set; set \[tokens\] or bind 127.0.0.1"):
        load_settings(demo=True, host=host)
    assert not load_settings(demo=True, host=host, tokens={TOKEN: "auditor/ada"}).demo_mode


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"prot": 1}, "did you mean 'port'"),
        ({"zzz": 1}, "unknown setting 'zzz'; remove it"),
        ({"port": 70000}, "port = 70000"),
        ({"port": "many"}, "port = 'many'"),
        ({"assistant": "parrot"}, "knowledge.*openai.*runnable"),
        ({"assistant": "openai"}, "needs model.name"),
        ({"assistant": "runnable"}, "package.module:name"),
        ({"assistant": "runnable", "runnable": "module"}, "package.module:name"),
        ({"model": {"base_url": "ftp://x"}}, "model.base_url"),
        ({"model": {"deadline": "soon"}}, "is no duration"),
        ({"log_level": "loud"}, "debug, info, warning, error"),
        ({"tokens": {TOKEN: "maria"}}, "write role/id"),
        ({"tokens": {TOKEN: "system/x"}}, "write role/id"),
        ({"tokens": {TOKEN: "emperor/x"}}, "write role/id"),
        ({"tokens": {"short": "auditor/ada"}}, "at least 16"),
        ({"database_url": "mysql://x"}, "postgresql"),
        ({"tick_seconds": 0}, "tick_seconds"),
    ],
)
def test_a_bad_value_is_refused_with_its_remedy(given: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        load_settings(**given)


def test_a_secret_is_never_repeated_in_a_refusal_or_a_listing() -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(tokens={"short-secret": "auditor/ada"}, database_url="mysql://root:hunter2@db/x", port="x")
    assert "short-secret" not in str(refused.value)
    assert "hunter2" not in str(refused.value)
    shown = repr(load_settings(tokens={TOKEN: "auditor/ada"}, database_url="postgresql://u:hunter2@db/x"))
    assert TOKEN not in shown
    assert "hunter2" not in shown


@pytest.mark.parametrize("content", [b"policy = ", b"\xff\xfe", b"[policy"])
def test_a_broken_file_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "handrail.toml").write_bytes(content)
    with pytest.raises(SettingsError, match=r"handrail\.toml"):
        load_settings()


def test_a_named_file_that_is_missing_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDRAIL_CONFIG", "nowhere.toml")
    with pytest.raises(SettingsError, match="create it or unset HANDRAIL_CONFIG"):
        load_settings()


def test_a_table_in_the_environment_that_is_no_json_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDRAIL_TOKENS", "{broken")
    with pytest.raises(SettingsError, match=r"tokens.*JSON"):
        load_settings()


def test_with_tokens_any_address_may_be_bound() -> None:
    assert load_settings(host="0.0.0.0", tokens={TOKEN: "auditor/ada"}).host == "0.0.0.0"


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("[::1]", True), ("localhost", True),
     ("0.0.0.0", False), ("::", False), ("192.168.1.4", False), ("localhost.evil.org", False), ("", False)],
)  # fmt: skip
def test_loopback_is_what_only_this_machine_reaches(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


def test_a_holder_is_a_role_and_an_id() -> None:
    assert parse_holder("frontline_agent/maria/2") == (Role.FRONTLINE_AGENT, "maria/2")


def test_nothing_is_read_at_import(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDRAIL_CONFIG", "nowhere.toml")
    assert Settings.model_fields["port"].default == 7860


def test_the_public_address_is_a_base_url_without_a_slash_at_its_end() -> None:
    assert (
        load_settings(public_url="https://support.example.com/desk/").public_url == "https://support.example.com/desk"
    )
    for wrong in ("support.example.com", "https://h/?a=b", "javascript:alert(1)"):
        with pytest.raises(SettingsError, match="public_url"):
            load_settings(public_url=wrong)
