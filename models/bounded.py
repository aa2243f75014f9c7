"""HTTP to a model: no more of an answer than a form can need, no longer than it was given, and one reading of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx

from models.unambiguous import check_calls

MOST_BYTES = 1_000_000
"""Of one answer, unpacked. A form with a verdict on a hundred topics is a fiftieth of it."""


class BoundedTransport(httpx.HTTPTransport):
    """HTTP whose answers are bounded in length and, all parts together, in time.

    A read timeout counts for each part alone: a server that sends a byte now and then would hold a thread for ever,
    long after its turn was given to a person. `check` refuses a body that may be read in two ways.
    """

    def __init__(self, check: Callable[[bytes], None] = check_calls, **options: Any) -> None:
        super().__init__(**options)
        self._check = check

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The whole response. ReadError where it is too long, ReadTimeout where it is late, Ambiguous."""
        allowed = request.extensions.get("timeout", {}).get("read")
        until = time.monotonic() + allowed if allowed is not None else float("inf")
        response = super().handle_request(request)
        try:
            body = _read(response, until)
        finally:
            response.close()
        self._check(body)
        # It is unpacked by now, and whole.
        kept = [(name, value) for name, value in response.headers.raw if name.lower() not in _PACKING]
        return httpx.Response(response.status_code, headers=kept, content=body, extensions=response.extensions)


_PACKING = (b"content-encoding", b"content-length", b"transfer-encoding")


def _read(response: httpx.Response, until: float) -> bytes:
    body = bytearray()
    for part in response.iter_bytes():
        body += part
        if len(body) > MOST_BYTES:
            raise httpx.ReadError(f"the answer is longer than {MOST_BYTES} bytes")
        if time.monotonic() > until:
            raise httpx.ReadTimeout("the answer trickles in and is not whole in time")
    return bytes(body)
