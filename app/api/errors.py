"""Every way a request can fail, as one kind of body."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from app.logging import get_logger
from states.errors import BadInput, HandrailError, NotFound, StoreError, StoreUnavailable

UNUSABLE = "the database cannot be used now; try again"
"""Where it lies and what is wrong with it is for the log, not for callers."""
PROBLEM = "application/problem+json"
GATEWAY = ("/v1/chat/completions", "/v1/models")
"""Addresses whose clients expect the errors of OpenAI's API."""
_KINDS = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


class Unauthorised(HandrailError):
    """The caller did not show a token that Handrail knows."""

    status = 401


class BodyTooLarge(BadInput):
    """The request's body is larger than Handrail reads."""

    status = 413


class SlowBody(BadInput):
    """The request's body did not come in time."""

    status = 408


class TooManyRequests(HandrailError):
    """The caller asks for more than one caller gets."""

    status = 429


def code_of(error: HandrailError) -> str:
    """The word for an error: its class name in snake case."""
    return _CAPITAL.sub("_", type(error).__name__).lower()


def respond(
    error: HandrailError, allowed: tuple[str, ...] | None = None, *, path: str = "", retry_after: int | None = None
) -> JSONResponse:
    """The refusal as a response, in the form of the address."""
    message = UNUSABLE if isinstance(error, StoreError) else _safe(str(error))
    headers = {"WWW-Authenticate": "Bearer"} if isinstance(error, Unauthorised) else {}
    if isinstance(error, StoreUnavailable):
        headers["Retry-After"] = "1"
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return refusal(error.status, code_of(error), message, path=path, allowed=allowed, headers=headers)


def refusal(
    status: int,
    code: str,
    message: str,
    *,
    path: str,
    allowed: tuple[str, ...] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """A refusal as a problem of RFC 9457; at the gateway as its clients read it."""
    if path in GATEWAY:
        status = HTTPStatus.BAD_REQUEST if status == HTTPStatus.UNPROCESSABLE_ENTITY else status
        kind = _KINDS.get(status, "server_error" if status >= 500 else "invalid_request_error")
        told: dict[str, Any] = {"error": {"message": message, "type": kind, "param": None, "code": code}}
        # Its clients repeat a 409 by themselves, and the same turn would be refused again.
        again = {"x-should-retry": "false"} if status == HTTPStatus.CONFLICT else {}
        return JSONResponse(told, status_code=status, headers={**(headers or {}), **again})
    told = {
        "type": f"urn:handrail:problem:{code}", "title": HTTPStatus(status).phrase, "status": status,
        "detail": message, "error": code, "message": message,
    }  # fmt: skip
    if allowed is not None:
        told["allowed"] = list(allowed)
    return JSONResponse(told, status_code=status, headers=headers, media_type=PROBLEM)


def install_handlers(app: FastAPI) -> None:
    """Registers what turns errors into refusals."""
    app.add_exception_handler(HandrailError, _on_handrail_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(Exception, _on_bug)


async def _on_handrail_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HandrailError)
    if error.status >= 500:
        get_logger("handrail.api").warning("request_failed", error=code_of(error), reason=str(error))
    return respond(error, path=request.url.path)


async def _on_validation_error(request: Request, error: Exception) -> JSONResponse:
    """Names the fields; never repeats their values, which may be secret or not even text."""
    assert isinstance(error, RequestValidationError)
    problems = (f"{_where(problem)}: {problem['msg'].removeprefix('Value error, ')}" for problem in error.errors())
    return respond(BadInput("; ".join(problems)), path=request.url.path)


async def _on_http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return respond(NotFound("no such address; GET /openapi.json lists them all"))
    if error.status_code == 400:
        unread = BadInput("the body is no JSON that can be read; send a JSON object in UTF-8")
        return respond(unread, path=request.url.path)
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
    said, path = _safe(str(error.detail)), request.url.path
    return refusal(error.status_code, code, said, path=path, headers=error.headers)


async def _on_bug(request: Request, error: Exception) -> JSONResponse:
    """A mistake of ours: logged with its masked stack, told without it."""
    get_logger("handrail.api").error("bug", exc_info=error)
    return refusal(500, "internal_error", "something failed here; it was logged", path=request.url.path)


def _where(problem: Mapping[str, Any]) -> str:
    path = ".".join(str(part) for part in problem["loc"] if part != "body")
    return _safe(path) or "body"


def _safe(text: str) -> str:
    """Text that can be encoded, whatever the caller sent."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
