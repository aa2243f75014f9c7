"""One HTTP attempt toward a destination, under one overall deadline, with an honest outcome.

Client libraries of vendors hide whether a request may have got through; that one bit decides between a retry and a
duplicate ticket.
"""

from __future__ import annotations

import email.utils
import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx2

from desks.kit.calls import call_answered, call_begins
from desks.port import Ambiguous, Outcome, Rejected, RetryAfter
from states.errors import DependencyFault, SettingsError

DEADLINE_S = 8.0
"""From the first byte sent to the last byte read."""
CONNECT_S = 3.0
MAX_BODY = 4_000_000
"""Bytes of an answer that are read; a longer one cannot be trusted to be what was asked for."""
_UNSENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)
"""Errors after which the request surely has not arrived."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer that arrived whole."""

    status: int
    headers: Mapping[str, str]
    """Lower-case names."""
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON; None if it is none: an HTML page from a proxy is no answer of the destination's."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def object(self) -> dict[str, Any]:
        """The body as a JSON object; empty if it is none."""
        found = self.json
        return found if isinstance(found, dict) else {}


Headers = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Web:
    """A destination's address with its credentials. Neither is ever logged or named in an error."""

    base_url: str = field(repr=False)
    headers: Headers = field(default_factory=dict, repr=False)
    auth: tuple[str, str] | None = field(default=None, repr=False)
    deadline_s: float = DEADLINE_S
    client: httpx2.Client = field(default_factory=lambda: _client(), repr=False)

    def call(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        content: bytes | None = None,
        params: Mapping[str, str] | None = None,
        headers: Headers | None = None,
    ) -> Answer | RetryAfter | Ambiguous:
        """One attempt: an answer of any status, or what is known when none came.

        `body` is sent as JSON; `content` as it is. Redirects are not followed: a destination that moved is set up
        wrongly, and following would carry credentials elsewhere.
        """
        sent = json.dumps(body, ensure_ascii=False).encode() if body is not None else content
        kind = {"content-type": "application/json"} if body is not None else {}
        end = time.monotonic() + self.deadline_s
        call_begins()
        try:
            with self.client.stream(
                method,
                self.base_url + path,
                content=sent,
                params=params,
                headers={**kind, **self.headers, **(headers or {})},
                auth=self.auth,
                timeout=httpx2.Timeout(self.deadline_s, connect=min(CONNECT_S, self.deadline_s)),
            ) as response:
                answer = _whole(response, end)
        except _UNSENT as error:
            return RetryAfter(seconds=None, code=_code(error))
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
            return Ambiguous(code=_code(error))
        if isinstance(answer, Answer) and answer.status < 500:
            call_answered()
        return answer

    def close(self) -> None:
        """Gives its connections back."""
        self.client.close()

    def get(self, path: str, params: Mapping[str, str] | None = None, headers: Headers | None = None) -> Answer:
        """A read that must succeed with 2xx or 404. DependencyFault otherwise: then nobody knows."""
        answer = self.call("GET", path, params=params, headers=headers)
        if isinstance(answer, RetryAfter | Ambiguous):
            raise DependencyFault("unreachable", f"the destination did not answer ({answer.code})")
        if not (200 <= answer.status < 300 or answer.status == 404):
            raise DependencyFault("refused", f"the destination answered a read with {answer.status}")
        return answer


def _client() -> httpx2.Client:
    # The library logs whole addresses at INFO, and the address of a webhook is a secret.
    for name in ("httpx2", "httpcore2", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # No proxy or CA settings from the environment: where packets with customers' data go is set in one place only.
    return httpx2.Client(follow_redirects=False, trust_env=False)


def _whole(response: httpx2.Response, end: float) -> Answer | Ambiguous:
    """Reads the body under the deadline; a drip of bytes must not hold a worker for ever."""
    parts, size = [], 0
    for part in response.iter_bytes():
        parts.append(part)
        size += len(part)
        if size > MAX_BODY:
            return Ambiguous(code="answer_too_long")
        if time.monotonic() > end:
            return Ambiguous(code="deadline")
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(status=response.status_code, headers=headers, body=b"".join(parts))


def _code(error: Exception) -> str:
    """The kind of an error: its message would name the address."""
    return type(error).__name__


def private_address(name: str, url: str) -> str:
    """The address of a webhook, which is a secret: encrypted, save on this machine, and without a name in it.

    SettingsError if it cannot be used; the message does not repeat it.
    """
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.password or parts.fragment:
        raise SettingsError(f"desk {name!r}: url is no address; write https://host/path as the other side gives it")
    if parts.scheme != "https" and not _is_loopback(host):
        raise SettingsError(f"desk {name!r}: url is not https; what is sent would be readable on the way")
    return url.strip()


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def settled(
    answer: Answer | RetryAfter | Ambiguous,
    now: datetime,
    field_errors: Callable[[Answer], Mapping[str, str]] = lambda answer: {},
) -> Outcome | Answer:
    """What an answer means where a destination has no special rule for its status; a 2xx answer comes back as it is.

    408 and 5xx may have been committed behind a broken front: Ambiguous. 429 and 503 with `Retry-After` were not
    taken. 3xx and other 4xx will fail again as they are.
    """
    if isinstance(answer, RetryAfter | Ambiguous) or 200 <= answer.status < 300:
        return answer
    if answer.status == 429 or (answer.status == 503 and "retry-after" in answer.headers):
        return RetryAfter(seconds=retry_after(answer.headers, now), code=f"http_{answer.status}")
    if answer.status == 408 or answer.status >= 500:
        return Ambiguous(code=f"http_{answer.status}")
    return Rejected(code=f"http_{answer.status}", field_errors=field_errors(answer))


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds of a `Retry-After` header, given as seconds or as a date (RFC 9110, 10.2.3); None if unreadable."""
    given = headers.get("retry-after", "").strip()
    if given.isascii() and given.isdigit():
        return float(min(int(given), 86_400))
    try:
        at = email.utils.parsedate_to_datetime(given)
    except (TypeError, ValueError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, min((at - now).total_seconds(), 86_400.0))
