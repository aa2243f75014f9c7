"""One chat completion of an OpenAI-compatible endpoint, whole and read strictly: text, or tools that are asked for."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from models.deadline import within
from models.port import caught
from models.unambiguous import unambiguous
from models.usage import Usage
from states.errors import DependencyFault

if TYPE_CHECKING:
    import httpx

LONGEST = 32_000
"""Characters of a text or of a tool's arguments; longer ones are no answer to a customer."""
MOST_CALLS = 16
LONGEST_NAME = 200
"""Characters of a tool's name, or of the id of a call."""
WHAT = "the upstream"
_STATUS = {400: "bad_request", 401: "unauthorised", 403: "unauthorised", 404: "not_found", 422: "bad_request",
           408: "timeout", 429: "rate_limited"}  # fmt: skip
_ENDS = {"length": "truncated", "content_filter": "refused"}


@dataclass(frozen=True, kw_only=True)
class Call:
    """One tool call."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, kw_only=True)
class Completion:
    """What the endpoint answered."""

    text: str
    calls: tuple[Call, ...] = ()
    model: str = ""


class ChatEndpoint:
    """An endpoint. Safe to share between threads; no retries of its own."""

    def __init__(self, *, base_url: str, api_key: str = "", usage: Usage | None = None) -> None:
        self._url = base_url.rstrip("/") + "/chat/completions"
        self._headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._usage = usage or Usage()
        self._lock = threading.Lock()
        self._client: httpx.Client | None = None

    def complete(self, body: Mapping[str, Any], deadline_s: float) -> Completion:
        """The completion of a request body, within the deadline; whatever else happens is a DependencyFault.

        Its message names the exception and quotes nothing: servers echo keys and customers' words.
        """
        self._usage.called()
        try:
            return caught(WHAT, lambda: within(deadline_s, lambda: self._ask(body, deadline_s), WHAT))
        except DependencyFault as fault:
            self._usage.failed(fault.kind)
            raise

    def connect(self) -> httpx.Client:
        """The client, built once; connections are kept."""
        with self._lock:
            if self._client is None:
                import httpx  # lazy: only who has an upstream pays for it

                from models.bounded import BoundedTransport

                limits = httpx.Limits(max_connections=None, max_keepalive_connections=32)
                transport = BoundedTransport(check=lambda body: None, limits=limits)  # `read` is strict by itself
                self._client = httpx.Client(transport=transport, headers=self._headers)
                weakref.finalize(self, self._client.close)
            return self._client

    def close(self) -> None:
        """Lets go of the connections."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _ask(self, body: Mapping[str, Any], deadline_s: float) -> Completion:
        answer = self.connect().post(self._url, json=body, timeout=deadline_s)
        if answer.status_code != 200:
            kind = _STATUS.get(answer.status_code, "server_error" if answer.status_code >= 500 else "bad_status")
            raise DependencyFault(kind, f"the upstream answered with status {answer.status_code}")
        if "html" in answer.headers.get("content-type", "").lower():
            raise DependencyFault("html", "the upstream answered with a web page")
        whole = unambiguous(answer.content)
        self._usage.counted(_usage(whole))
        return read(whole)


def read(whole: Any) -> Completion:
    """The one completion in a response body; DependencyFault for what is none, or is more than one."""
    choices = whole.get("choices") if isinstance(whole, dict) else None
    if not isinstance(choices, list) or len(choices) != 1:
        raise _malformed("it must have exactly one choice")
    choice = choices[0] if isinstance(choices[0], dict) else {}
    message = choice.get("message")
    if not isinstance(message, dict) or message.get("role", "assistant") != "assistant":
        raise _malformed("its choice has no message of the assistant")
    end = choice.get("finish_reason")
    if message.get("refusal") or end in _ENDS:
        raise DependencyFault(_ENDS.get(str(end), "refused"), "the upstream refused, or broke off")
    if message.get("function_call") is not None:
        raise _malformed("it calls a function in a way that is long out of use")
    calls = message.get("tool_calls") or []
    if not isinstance(calls, list) or len(calls) > MOST_CALLS:
        raise _malformed(f"tool_calls must be a list of at most {MOST_CALLS}")
    model = whole.get("model")
    found = tuple(map(_call, calls))
    if len({one.id for one in found}) != len(found):
        raise _malformed("two tool calls have one id")
    return Completion(text=_text(message.get("content")), calls=found, model=model if isinstance(model, str) else "")


def _text(content: Any) -> str:
    """The text of a message, also where it comes in parts. DependencyFault for anything that is no text."""
    parts: Sequence[Any] = content if isinstance(content, list) else [{"type": "text", "text": content or ""}]
    texts = [one.get("text") if isinstance(one, dict) and one.get("type") == "text" else None for one in parts]
    whole = "".join(one for one in texts if isinstance(one, str))
    if not all(isinstance(one, str) for one in texts) or len(whole) > LONGEST:
        raise _malformed(f"its content must be a text of at most {LONGEST} characters")
    return whole


def _call(told: Any) -> Call:
    function = told.get("function") if isinstance(told, dict) else None
    if not isinstance(function, dict) or told.get("type", "function") != "function":
        raise _malformed("a tool call must be one of a function")
    texts = [one if isinstance(one, str) else "" for one in (told.get("id"), function.get("name"))]
    arguments = function.get("arguments")
    if (
        not all(0 < len(one) <= LONGEST_NAME for one in texts)
        or not isinstance(arguments, str)
        or len(arguments) > LONGEST
    ):
        raise _malformed("a tool call needs an id, a name and arguments")
    if not isinstance(unambiguous(arguments or "{}"), dict):
        raise _malformed("the arguments of a tool call must be a JSON object")
    return Call(id=texts[0], name=texts[1], arguments=arguments or "{}")


def _usage(whole: Any) -> dict[str, Any] | None:
    """The tokens of a response, as `Usage` counts them."""
    told = whole.get("usage") if isinstance(whole, dict) else None
    if not isinstance(told, dict):
        return None
    return {"input_tokens": told.get("prompt_tokens"), "output_tokens": told.get("completion_tokens")}


def _malformed(why: str) -> DependencyFault:
    return DependencyFault("malformed", f"the upstream's answer cannot be used: {why}")
