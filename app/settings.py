"""What an operator may set: one `handrail.toml` or environment variables `HANDRAIL_*`, checked before anything starts.

Demo mode is no setting: only the command `handrail demo` makes `DemoSettings`.
"""

from __future__ import annotations

import os
import tomllib
from base64 import b64decode
from contextlib import suppress
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from pydantic_settings import (
    SettingsError as SourceError,
)

from desks.config import AnyDesk
from policy.durations import Duration
from states.errors import SettingsError
from states.vocabulary import Role

CONFIG_VARIABLE = "HANDRAIL_CONFIG"
CONFIG_FILE = Path("handrail.toml")
MIN_TOKEN = 16
MIN_VERIFICATION_KEY = 32
ORIGINAL_KEY = 32
DATABASES = ("sqlite:///", "postgresql://", "postgresql+psycopg://")
LEVELS = ("debug", "info", "warning", "error")
TOKEN_ROLES = tuple(role for role in Role if role not in (Role.SYSTEM, Role.ASSISTANT))
"""Roles that a caller of the API may hold; the system and the assistant never speak through it."""


DeskName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]


Price = Annotated[float, Field(ge=0, allow_inf_nan=False)] | None


class ModelSettings(BaseModel):
    """An OpenAI-compatible endpoint."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_url: str = "https://api.openai.com/v1"
    api_key: SecretStr | None = None
    name: str = ""
    method: Literal["json_schema", "function_calling", "json_mode"] = Field(
        default="json_schema", description="how the server is made to keep to a form"
    )
    deadline: Duration | None = Field(default=None, description="for one question; None: the policy's answers.deadline")

    price_asked: Price = Field(default=None, description="of a million tokens that the model reads")
    price_answered: Price = Field(default=None, description="of a million tokens that the model writes")

    @field_validator("base_url")
    @classmethod
    def _is_url(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("is no URL; write http://host:port/v1 or https://...")
        return value


class GatewaySettings(BaseModel):
    """The assistant that `POST /v1/chat/completions` stands before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    upstream: str = Field(default="", description="base URL of an OpenAI-compatible endpoint; empty: our own assistant")
    api_key: SecretStr | None = None
    model: str = Field(default="", description="the model that is asked; empty: the one that the client names")
    deadline: Duration | None = Field(default=None, description="for one answer; None: the policy's answers.deadline")
    tools: tuple[str, ...] | None = Field(
        default=None, description="tools that the assistant may ask for, of those the client offers; None: all of them"
    )

    @field_validator("upstream")
    @classmethod
    def _is_url(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("is no URL; write http://host:port/v1 or https://...")
        return value


class MailSettings(BaseModel):
    """The mail server that one-time codes go out by."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    sender: Annotated[str, Field(pattern=r"^[^\s@<>,;]+@[^\s@<>,;]+$")]
    user: str = ""
    password: SecretStr = SecretStr("")
    starttls: bool = True


class VerificationSettings(BaseModel):
    """How an identity is verified: who is on file, and how codes reach them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    directory: Path | None = Field(default=None, description="a YAML file: customer reference → contacts and answers")
    key: SecretStr | None = Field(default=None, description="makes codes; None: made once and kept in data_dir")
    mail: MailSettings | None = None
    webhook_secret: SecretStr | None = Field(default=None, description="signs codes that go to webhooks on file")

    @field_validator("key", "webhook_secret")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value().encode()) < MIN_VERIFICATION_KEY:
            raise ValueError(f"needs at least {MIN_VERIFICATION_KEY} characters; take random ones")
        return value


class OriginalsSettings(BaseModel):
    """The key under which originals of masks are kept, where a policy keeps any."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: SecretStr | None = Field(default=None, description="Base64 of 32 random bytes")
    key_file: Path | None = Field(default=None, description="a file with the same, which nobody else may read")

    @field_validator("key")
    @classmethod
    def _is_a_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            original_key(value.get_secret_value())
        return value

    @model_validator(mode="after")
    def _one_of_both(self) -> OriginalsSettings:
        if self.key is not None and self.key_file is not None:
            raise ValueError("set key or key_file, not both")
        return self


class LogSettings(BaseModel):
    """The log over all conversations, and where its signed heads are kept beside the database."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: SecretStr | None = Field(default=None, description="Base64 of 32 bytes; None: made once and kept in data_dir")
    heads: Path | None = Field(default=None, description="a file elsewhere to which heads are appended, too")

    @field_validator("key")
    @classmethod
    def _is_a_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            original_key(value.get_secret_value())
        return value


def original_key(text: str) -> bytes:
    """The key that is written in Base64; ValueError tells how to make one, and nothing of the text."""
    with suppress(ValueError):
        key = b64decode(text.strip(), validate=True)
        if len(key) == ORIGINAL_KEY:
            return key
    raise ValueError(f"is no key; make one of {ORIGINAL_KEY} random bytes with `openssl rand -base64 {ORIGINAL_KEY}`")


class Settings(BaseSettings):
    """Everything an operator may set. Arguments win over the environment, the environment over the file."""

    model_config = SettingsConfigDict(
        env_prefix="HANDRAIL_", env_nested_delimiter="__", extra="forbid", frozen=True, validate_default=True
    )

    data_dir: Path = Path("data")
    database_url: SecretStr | None = None
    policy: str = "default"
    assistant: Literal["knowledge", "openai", "runnable"] = "knowledge"
    knowledge: str = "shop"
    meaning: bool = True
    """Articles are found by meaning, too, with the shipped encoder; it takes a second or two at the start."""
    model: ModelSettings = ModelSettings()
    runnable: str | None = None
    gateway: GatewaySettings = GatewaySettings()
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 7860
    verification: VerificationSettings = VerificationSettings()
    originals: OriginalsSettings = OriginalsSettings()
    log: LogSettings = LogSettings()
    tokens: Annotated[dict[str, str], Field(repr=False)] = {}
    log_level: str = "info"
    log_json: bool = False
    access_log: bool = True
    """One line for each request to the API (`app.api.access`)."""
    public_url: str = ""
    hosts: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]+$")], ...] = Field(
        default=(), description="further names by which browsers may ask for the page, without ports"
    )
    session_idle: Duration = Field(default=Duration("30m"), description="a login ends after so long without its page")
    session_lifetime: Duration = Field(default=Duration("12h"), description="a login ends after so long in any case")
    tick_seconds: Annotated[float, Field(gt=0, le=60)] = 1.0
    desks: dict[DeskName, AnyDesk] = Field(default={}, description="where handovers go beside our own queue")

    @field_validator("log_level", mode="before")
    @classmethod
    def _known_level(cls, value: object) -> str:
        level = str(value).lower()
        if level not in LEVELS:
            raise ValueError(f"is none of {', '.join(LEVELS)}")
        return level

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(DATABASES):
            raise ValueError(f"is no database Handrail knows; begin with {' or '.join(DATABASES)}")
        return value

    @field_validator("public_url")
    @classmethod
    def _usable_link(cls, value: str) -> str:
        if value and (not value.startswith(("http://", "https://")) or any(char in value for char in "?# \n")):
            raise ValueError("is no base URL; write https://host or https://host/path")
        return value.rstrip("/")

    @field_validator("tokens")
    @classmethod
    def _usable_tokens(cls, tokens: dict[str, str]) -> dict[str, str]:
        for token, holder in tokens.items():
            parse_holder(holder)
            if len(token) < MIN_TOKEN or not token.isascii() or any(char.isspace() for char in token):
                raise ValueError(f"token of {holder!r} needs at least {MIN_TOKEN} ASCII characters without spaces")
        return tokens

    @field_validator("desks")
    @classmethod
    def _fallbacks_end(cls, desks: dict[str, AnyDesk]) -> dict[str, AnyDesk]:
        for name in desks:
            passed, at = [name], desks[name].fallback
            while at is not None:
                if at not in desks:
                    raise ValueError(f"fallback {at!r} of {passed[-1]!r} is no destination; name one of [desks]")
                if at in passed:
                    raise ValueError(f"the fallbacks of {name!r} lead back to {at!r}; end the chain")
                passed.append(at)
                at = desks[at].fallback
        return desks

    @model_validator(mode="after")
    def _works_together(self) -> Settings:
        if self.assistant == "openai" and not self.model.name:
            raise ValueError("assistant 'openai' needs model.name; set HANDRAIL_MODEL__NAME or [model] name")
        if self.assistant == "runnable" and ":" not in (self.runnable or ""):
            raise ValueError("assistant 'runnable' needs runnable = 'package.module:name'")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then environment, then the file."""
        return init_settings, env_settings, InitSettingsSource(settings_cls, init_kwargs=_read_config())

    @property
    def demo_mode(self) -> bool:
        """Whether whoever reaches this machine may act in any human role. Never, but for `DemoSettings`."""
        return False

    @property
    def store_url(self) -> str:
        """Where conversations are kept: `database_url`, or a SQLite file in `data_dir`."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir / 'handrail.db'}"


class DemoSettings(Settings):
    """Settings of `handrail demo`: without tokens everybody on this machine is whoever they say they are."""

    @property
    def demo_mode(self) -> bool:
        """Without tokens."""
        return not self.tokens

    @model_validator(mode="after")
    def _for_this_machine(self) -> DemoSettings:
        if self.demo_mode and not is_loopback(self.host):
            raise ValueError(
                f"host {self.host!r} is reachable by others and no tokens are set; "
                "set [tokens] or bind 127.0.0.1 (demo mode is for this machine only)"
            )
        return self


def parse_holder(holder: str) -> tuple[Role, str]:
    """The role and id of a token's holder, written `role/id`; ValueError names what is wrong."""
    role, _, holder_id = holder.partition("/")
    if role not in TOKEN_ROLES or not holder_id.strip():
        raise ValueError(f"{holder!r} is no holder; write role/id with a role of {', '.join(TOKEN_ROLES)}")
    return Role(role), holder_id.strip()


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def load_settings(*, demo: bool = False, **overrides: Any) -> Settings:
    """The settings in force; arguments that are None do not count. SettingsError names each bad value."""
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return (DemoSettings if demo else Settings)(**given)
    except ValidationError as error:
        raise SettingsError("; ".join(_say(problem) for problem in error.errors())) from None
    except SourceError as error:
        raise SettingsError(f"an environment variable cannot be read: {error}; write tables as JSON") from None


def _read_config() -> dict[str, Any]:
    """The table in the configuration file; empty where there is none and none was asked for."""
    named = os.environ.get(CONFIG_VARIABLE)
    path = Path(named) if named else CONFIG_FILE
    if not named and not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(
            f"settings file {str(path)!r} cannot be read ({error.strerror}); create it or unset {CONFIG_VARIABLE}"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"settings file {str(path)!r} is no TOML: {error}; correct that line") from None


_SECRET = (
    "model.api_key",
    "gateway.api_key",
    "verification.key",
    "log.key",
    "originals.key",
    "originals",
    "verification.webhook_secret",
    "verification.mail.password",
    "database_url",
    "tokens",
    "settings",
)


def _say(problem: Any) -> str:
    """One problem in words: the setting, its value where that is no secret, and the remedy."""
    where = problem["loc"][:1] if problem["loc"][:1] == ("tokens",) else problem["loc"]  # what follows is a secret
    name = ".".join(str(part) for part in where) or "settings"
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        near = get_close_matches(name, list(Settings.model_fields), n=1)
        return f"unknown setting {name!r}; " + (f"did you mean {near[0]!r}?" if near else "remove it")
    value = problem["input"] if problem["loc"][:1] != ("desks",) else None  # most of what stands there is a secret
    if isinstance(value, str | int | float) and name not in _SECRET:
        return f"{name} = {value!r}: {message}"
    return message if name == "settings" else f"{name}: {message}"
