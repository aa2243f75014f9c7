"""Canaries: what must not be in a log is planted everywhere a log can come from, and looked for in every line."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from app.logging import WITHHELD, configure, get_logger, mask

CARD = "4111" + "1111" * 3
SPACED = " ".join(["5500", "0000", "0000", "0004"])
EMAIL = "jane.doe" + "@" + "example.com"
API_KEY = "sk-" + "proj" + "Ab3" * 10
AWS = "AKIA" + "IOSFODNN7EXAMPLE"
PHONE = "+44 20 7946 0958"
SECRET_PATH = "/hooks/T000/B000/" + "x" * 12
URL = "https://chat.example.com" + SECRET_PATH + "?token=abc123def"
DATABASE = "postgresql://handrail:" + "hunter2" + "@db.internal/handrail"
CANARIES = {
    CARD: CARD, SPACED: SPACED, EMAIL: EMAIL, API_KEY: API_KEY, AWS: AWS, PHONE: PHONE, URL: SECRET_PATH,
    DATABASE: "hunter2",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _restore() -> Iterator[None]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)


@pytest.fixture(params=[True, False], ids=["json", "console"])
def lines(request: pytest.FixtureRequest) -> io.StringIO:
    stream = io.StringIO()
    configure("debug", as_json=request.param, stream=stream)
    return stream


def _assert_clean(stream: io.StringIO) -> None:
    written = stream.getvalue()
    assert written, "nothing was logged, so nothing was tested"
    for secret in CANARIES.values():
        assert secret not in written, f"canary {secret[:4]}... is in the log"


@pytest.mark.parametrize("canary", CANARIES)
def test_no_canary_survives_in_any_kind_of_value(lines: io.StringIO, canary: str) -> None:
    log = get_logger("test")
    log.info(f"event with {canary}")
    log.warning("a value", value=f"before {canary} after")
    log.warning("nested", data={"deep": [{"deeper": (canary,)}], canary: 1}, items={canary})
    log.error("an object", thing=ValueError(canary))
    log.bind(context=canary).info("bound")
    _assert_clean(lines)


@pytest.mark.parametrize("canary", CANARIES)
def test_no_canary_survives_in_an_exception_or_its_cause(lines: io.StringIO, canary: str) -> None:
    try:
        try:
            raise ValueError(f"inner {canary}")
        except ValueError as inner:
            raise RuntimeError(f"outer {canary}") from inner
    except RuntimeError:
        get_logger("test").exception("failed")
        logging.getLogger("plain").exception("failed with %s", canary)
    assert "RuntimeError" in lines.getvalue()
    _assert_clean(lines)


@pytest.mark.parametrize("canary", CANARIES)
def test_the_standard_library_is_masked_too(lines: io.StringIO, canary: str) -> None:
    logging.getLogger("uvicorn.error").info("said %s", canary)
    logging.getLogger("some.library").debug(f"said {canary}")
    _assert_clean(lines)


@pytest.mark.parametrize("name", ["httpx", "httpx2", "uvicorn.access"])
def test_loggers_that_write_urls_are_quiet(lines: io.StringIO, name: str) -> None:
    logging.getLogger(name).info('HTTP Request: GET %s "200 OK"', URL)
    assert lines.getvalue() == ""


def test_message_texts_and_secrets_are_never_written_whatever_they_hold(lines: io.StringIO) -> None:
    get_logger("test").info("turn", text="my cat is ill", quote="cat", api_key="short", token="short")
    assert "cat" not in lines.getvalue()
    assert "short" not in lines.getvalue()
    assert "[13 characters]" in lines.getvalue()


def test_a_value_that_cannot_be_masked_is_withheld() -> None:
    def broken(text: str) -> str:
        raise RuntimeError(text)

    stream = io.StringIO()
    configure("info", as_json=True, stream=stream, redact=broken)
    get_logger("test").info(f"said {CARD}")
    assert json.loads(stream.getvalue())["event"] == WITHHELD
    assert CARD not in stream.getvalue()


def test_what_is_harmless_stays_readable() -> None:
    stream = io.StringIO()
    configure("info", as_json=True, stream=stream)
    get_logger("handrail.api").info("turn_done", conversation="cnv_01J9", version=12, micros=41.5, state="handed_off")
    line = json.loads(stream.getvalue())
    assert (line["conversation"], line["version"], line["micros"]) == ("cnv_01J9", 12, 41.5)
    assert (line["event"], line["level"], line["logger"]) == ("turn_done", "info", "handrail.api")


def test_the_level_is_kept() -> None:
    stream = io.StringIO()
    configure("warning", stream=stream)
    get_logger("test").info("quiet")
    logging.getLogger("plain").info("quiet")
    assert stream.getvalue() == ""


def test_masking_keeps_the_host_and_drops_the_rest_of_a_url() -> None:
    assert mask("GET https://a.example.com/tickets/7?user=ada failed") == "GET https://a.example.com/[path] failed"


def test_our_loggers_mask_even_where_nothing_was_configured(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ValueError(f"inner {CARD}")
    except ValueError:
        get_logger("test").exception(f"said {EMAIL}")
    assert "ValueError" in caplog.text
    assert CARD not in caplog.text
    assert EMAIL not in caplog.text
