"""One structured question to a language model; every failure of it is a `DependencyFault`."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal, Protocol, TypeVar, cast

from pydantic import BaseModel

from models.deadline import within
from models.unambiguous import unambiguous, unfenced
from models.usage import Usage
from states.errors import DependencyFault

Answer = TypeVar("Answer", bound=BaseModel)
Value = TypeVar("Value")
Message = tuple[Literal["system", "user", "assistant"], str]
Method = Literal["json_schema", "function_calling", "json_mode"]

KINDS = {
    "Ambiguous": "ambiguous",
    "APITimeoutError": "timeout",
    "RateLimitError": "rate_limited",
    "AuthenticationError": "unauthorised",
    "PermissionDeniedError": "unauthorised",
    "NotFoundError": "not_found",
    "BadRequestError": "bad_request",
    "InternalServerError": "server_error",
    "RemoteProtocolError": "truncated",
    "ReadError": "truncated",
    "APIConnectionError": "connection",
    "APIStatusError": "server_error",
    "LengthFinishReasonError": "truncated",
    "RecursionError": "malformed",
    "ContentFilterFinishReasonError": "refused",
    "OpenAIRefusalError": "refused",
    "JSONDecodeError": "malformed",
    "ValidationError": "malformed",
    "OutputParserException": "malformed",
    "UnicodeDecodeError": "malformed",
    "TimeoutException": "timeout",
    "NetworkError": "connection",
}
"""Exception class name → kind, most telling first. By name, so that nothing heavy is imported to read it."""


class Model(Protocol):
    """A language model that fills in a form.

    An implementation is free of effects and safe to call from several threads. It returns within `deadline_s` or
    raises DependencyFault, and raises nothing else.
    """

    name: str
    """Which model it is, for the record."""

    def ask(self, form: type[Answer], messages: Sequence[Message], deadline_s: float) -> Answer:
        """The filled-in form."""
        ...


class OpenAIModel:
    """Any server that speaks OpenAI's chat completions, through langchain-openai; no retries of its own.

    `method` is how the server is made to keep to a schema; local servers without JSON schemas want `json_mode` or
    `function_calling`.
    """

    def __init__(
        self, *, base_url: str, model: str, api_key: str, method: Method = "json_schema", usage: Usage | None = None
    ) -> None:
        self.name = model
        self._usage = usage or Usage()
        self._base_url = base_url
        self._api_key = api_key
        self._method: Method = method
        self._lock = threading.Lock()
        self._client: Any = None

    def ask(self, form: type[Answer], messages: Sequence[Message], deadline_s: float) -> Answer:
        """The filled-in form; DependencyFault with one of `KINDS` otherwise."""
        what = f"model {self.name!r}"
        call = partial(self._call, form, list(messages), deadline_s)
        self._usage.called()
        try:
            return guarded(what, lambda: within(deadline_s, call, what), form)
        except DependencyFault as fault:
            self._usage.failed(fault.kind)
            raise

    def _call(self, form: type[Answer], messages: list[Message], deadline_s: float) -> object:
        options = {"strict": True} if self._method == "json_schema" else {}
        structured = self.connect().with_structured_output(form, method=self._method, include_raw=True, **options)
        try:
            told = cast(dict[str, Any], structured.invoke(messages, timeout=deadline_s))
        except AttributeError as error:  # the client hands a web page on as a bare text and trips over it
            raise DependencyFault("html", f"model {self.name!r} answered with something that is no JSON") from error
        raw = told["raw"]
        self._usage.counted(getattr(raw, "usage_metadata", None))
        if told["parsing_error"] is not None:
            raise told["parsing_error"]
        if isinstance(raw.content, str) and raw.content:
            # The client's reader mends a text that breaks off: of a score of 0.95 that could leave 0.
            unambiguous(unfenced(raw.content))
        return told["parsed"]

    def connect(self) -> Any:
        """The client, built once. Importing it takes about two seconds: servers do so before the first turn."""
        with self._lock:
            if self._client is None:
                import httpx
                from langchain_openai import ChatOpenAI
                from pydantic import SecretStr

                from models.bounded import BoundedTransport

                http = httpx.Client(transport=BoundedTransport())
                weakref.finalize(self, http.close)
                self._client = ChatOpenAI(
                    model=self.name,
                    base_url=self._base_url,
                    api_key=SecretStr(self._api_key),
                    temperature=0,
                    max_retries=0,
                    use_responses_api=False,
                    http_client=http,
                )
            return self._client


def guarded(what: str, call: Callable[[], object], form: type[Answer]) -> Answer:
    """The call's result as `form`; whatever else happens becomes a DependencyFault.

    As `caught` says it.
    """

    def filled() -> Answer:
        result = call()
        return result if isinstance(result, form) else form.model_validate(result)

    return caught(what, filled)


def caught(what: str, call: Callable[[], Value]) -> Value:
    """The call's result; whatever else happens becomes a DependencyFault.

    The message names the exception and never quotes it: servers echo keys and customers' words in their errors.
    """
    try:
        return call()
    except DependencyFault:
        raise
    except Exception as error:  # safety boundary: any failure of a model hands the conversation over
        kind = kind_of(error)
        raise DependencyFault(kind, f"{what} failed: {kind} ({type(error).__name__})") from error


def kind_of(error: BaseException) -> str:
    """The short code of a failure: the first of `KINDS` among its classes and those of its causes."""
    names: set[str] = set()
    link: BaseException | None = error
    while link is not None and len(names) < 200:
        names.update(cls.__name__ for cls in type(link).__mro__)
        link = link.__cause__
    return next((kind for name, kind in KINDS.items() if name in names), "model_error")


class ScriptedModel:
    """A model that says what it was told to: forms, dicts, exceptions or a function of the messages, in turn.

    The last reply is repeated. `calls` records the messages of every call.
    """

    def __init__(self, *replies: object, name: str = "scripted") -> None:
        self.name = name
        self.calls: list[tuple[Message, ...]] = []
        self._replies = replies
        self._lock = threading.Lock()

    def ask(self, form: type[Answer], messages: Sequence[Message], deadline_s: float) -> Answer:
        """The next reply, checked as a real model's would be."""
        with self._lock:
            self.calls.append(tuple(messages))
            reply = self._replies[min(len(self.calls), len(self._replies)) - 1] if self._replies else {}
        return guarded(f"model {self.name!r}", lambda: _reply(reply, tuple(messages)), form)


def _reply(reply: object, messages: tuple[Message, ...]) -> object:
    if isinstance(reply, BaseException):
        raise reply
    return reply(messages) if callable(reply) and not isinstance(reply, BaseModel) else reply
