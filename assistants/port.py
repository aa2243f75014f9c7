"""The port every assistant implements, and the values it speaks in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from assistants.request import Request, ToolCall

NEAREST = 3
"""Articles that a customer may be asked to choose between."""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One earlier message as the assistant may see it: redacted."""

    role: str
    """customer, assistant, agent or system."""
    text: str


@dataclass(frozen=True, kw_only=True)
class PersonStretch:
    """A person had this conversation and gave it back: what was said and promised there was theirs."""

    outcome: str
    """How it ended, in the person's own words, redacted."""
    resolution: str = ""
    """The policy's code for it, if one was given."""
    turns_before: int = 0
    """How many turns of the window belong to the time before it was given back."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What the assistant is asked."""

    text: str
    """The customer's message, redacted."""
    language: str = "en"
    window: tuple[Turn, ...] = ()
    """The last turns, oldest first, this message not included."""
    guarded: bool = False
    """The conversation is in `guarded`: only approved or verbatim content may be drafted."""
    after_person: PersonStretch | None = None
    """A person had the conversation before; None: the assistant alone has answered so far."""
    deadline_s: float = 8.0
    """Seconds the draft may take in all; the caller gives up after it."""
    channel: str = ""
    """The channel of the conversation."""
    request: Request | None = None
    """What the program that asks brings for its assistant; None: nobody asks any more, the message was left."""


@dataclass(frozen=True, kw_only=True)
class Citation:
    """A source that supports the draft."""

    source: str
    """Identifier of the article, e.g. its file name without suffix."""
    title: str
    quote: str
    """The sentences that support the draft, verbatim."""


@dataclass(frozen=True, kw_only=True)
class Changed:
    """What a tool changed in another system while the draft was made."""

    tool: str
    result: str


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What the assistant would say. Never sent by the assistant itself."""

    text: str
    """Empty when the assistant does not know."""
    confidence: float
    """0 to 1: how surely the message is a routine question that the citations answer."""
    citations: tuple[Citation, ...] = ()
    verbatim: bool = False
    """The text stands in an approved article word for word, so it may be said in `guarded`."""
    wants_person: bool = False
    """The assistant recommends a handover."""
    intent: str = ""
    """Short name of what the customer wants, e.g. the article's identifier."""
    model: str = ""
    """Which model or index drafted it, with its version or fingerprint."""
    matched: tuple[str, ...] | None = None
    """The words of the question that the answer accounts for, as they are written; None: the assistant cannot tell."""
    near: tuple[str, ...] = ()
    """Titles of the nearest articles, at most `NEAREST`: what may be asked back if the draft is not said."""
    only_in: tuple[str, ...] = ()
    """Codes of the languages that the sources are in, where the question's is none of them."""
    changed: tuple[Changed, ...] = ()
    """Empty, as the contract wants it; what an assistant does all the same must be stated here, so that nobody does
    it again."""
    asks: tuple[ToolCall, ...] = ()
    """Tools that the program must run before there is an answer: the message stays undecided until it has."""


class Assistant(Protocol):
    """Drafts an answer.

    An implementation must be free of effects and safe to call from several threads, must return within
    `question.deadline_s` or raise DependencyFault, and raises nothing else: every failure is a
    `states.errors.DependencyFault` whose `kind` says what happened (timeout, refused, html, rate_limited,
    malformed, connection, ...). A late or failed draft hands the conversation to a person.
    """

    @property
    def instant(self) -> bool:
        """Whether it computes locally, in about a millisecond, and cannot hang: then it needs no thread of its own."""
        ...

    def draft(self, question: Question) -> Draft:
        """The draft for one question; an empty text means "I do not know"."""
        ...

    def ping(self) -> str:
        """One line that names the assistant and says that it is ready; DependencyFault if it is not."""
        ...
