"""Logs that may be kept: structured, without message texts, and masked before a line is written."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, Mapping
from typing import Any, TextIO

import structlog

QUIET = (
    "uvicorn.access", "httpx", "httpx2", "httpcore", "httpcore2", "openai", "gradio", "asyncio", "multipart",
    "alembic", "transitions",
)  # fmt: skip
"""Loggers that write full URLs, headers, bodies or mere chatter at info: they speak from warning on."""
WITHHELD = "[withheld: this value could not be masked]"
TEXT_KEYS = frozenset({"text", "body", "draft", "message_text", "quote", "prompt", "reply", "transcript"})
"""Keys whose values are what somebody wrote; replaced by their length, whatever the level."""
SECRET_KEYS = frozenset({"token", "api_key", "authorization", "password", "secret", "cookie", "database_url"})

_MASKS: tuple[tuple[re.Pattern[str], str], ...] = (
    # A run of letters is tried from its beginning only, or a long one would cost the square of its length.
    (re.compile(r"(?<![\w+.-])(\w[\w+.-]*://)[^/\s@]+@"), r"\1[credentials]@"),
    (re.compile(r"(https?://[^\s/?#\"']+)[^\s\"']*"), r"\1/[path]"),
    (re.compile(r"(?i)\bbearer\s+\S+"), "bearer [secret]"),
    (re.compile(r"\b(?:sk|pk|rk|xox[abprs]|gh[opusr]|AKIA|ASIA|AIza|eyJ)[-_]?[A-Za-z0-9_.-]{12,}"), "[secret]"),
    (re.compile(r"(?<![\w.+%-])[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"), "[e-mail]"),
    (re.compile(r"(?<![\w.-])(?:\d[ .-]?){13,19}(?![\w])"), "[card]"),
    (re.compile(r"(?<![\w.:-])\+\d[\d ()./-]{7,40}\d|(?<![\w.:-])\(?0\d[\d ()./-]{6,40}\d"), "[phone]"),
)

_COUNTED = re.compile(r"\[\d+ characters\]")

Redact = Callable[[str], str]


def mask(text: str) -> str:
    """The text without cards, secrets, e-mail addresses, phone numbers, credentials and URL paths."""
    from triggers.pii import redact  # lazy: --help must not load the number tables

    masked: str = redact(text)[0]
    for pattern, replacement in _MASKS:
        masked = pattern.sub(replacement, masked)
    return masked


class Redactor:
    """A structlog processor that masks every value, nested ones too; a value it cannot mask is withheld."""

    def __init__(self, redact: Redact = mask) -> None:
        self._redact = redact

    def __call__(self, logger: Any, method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
        """The same event, fit to be written."""
        return {key: value if key in _OWN else self._value(key, value) for key, value in event.items()}

    def _value(self, key: str, value: Any) -> Any:
        if key.lower() in SECRET_KEYS:
            return "[secret]"
        if key.lower() in TEXT_KEYS and isinstance(value, str):
            return value if _COUNTED.fullmatch(value) else f"[{len(value)} characters]"
        if value is None or isinstance(value, bool | float):
            return value
        if isinstance(value, int):
            return value if abs(value) < 10**10 else self._text(str(value))
        if isinstance(value, Mapping):
            return {self._text(str(name)): self._value(str(name), item) for name, item in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._value("", item) for item in value]
        return self._text(value if isinstance(value, str) else repr(value))

    def _text(self, text: str) -> str:
        try:
            return self._redact(text)
        except Exception:  # noqa: BLE001  # safety boundary: what cannot be masked is not written
            return WITHHELD


_OWN = frozenset({"timestamp", "level", "logger", "_record", "_from_structlog"})
"""Keys that the logging chain itself writes."""


_SHARED: tuple[Any, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
)


def configure(
    level: str = "info", *, as_json: bool = False, stream: TextIO | None = None, redact: Redact = mask
) -> None:
    """Routes our loggers and the standard library's through one masked handler on `stream` (default stderr)."""
    renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=True)
    if not as_json:
        renderer = structlog.dev.ConsoleRenderer(colors=False)
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=(*_SHARED, structlog.stdlib.ExtraAdder()),
            processors=[Redactor(redact), structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    _route(handler, level.upper())


def _route(handler: logging.Handler, level: str) -> None:
    """Every logger to the one handler; libraries that say too much are quieted."""
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


class _Logger(structlog.stdlib.BoundLogger):
    """Hands an exception to our processors only: the standard library would print it unmasked beside the event."""

    def exception(self, event: str | None = None, *args: Any, **values: Any) -> Any:
        """Logs an error with the exception being handled."""
        return self.error(event, *args, **{"exc_info": True, **values})


def get_logger(name: str) -> Any:
    """A logger of ours. It masks by itself too, so that nothing leaks where `configure` was never called."""
    return structlog.wrap_logger(
        logging.getLogger(name),
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            Redactor(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=_Logger,
    )
