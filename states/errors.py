"""The one error tree.

::

    HandrailError
    ├── Refused                     the machine said no; nothing changed
    │   ├── IllegalEvent            no row of the table takes this event in this state           (409)
    │   ├── ForbiddenRole           a row exists, but not for this role                          (403)
    │   └── GuardRefused            the row's guard is not satisfied                             (409)
    │       └── NotSeen             the customer wrote something that the act does not name as seen
    ├── Conflict                    somebody else was first; nothing changed                     (409)
    │   ├── MessageConflict         the same message id came with another body
    │   └── ConversationClosed      the conversation is resolved and its reopen window has ended
    ├── NotFound                    no such conversation, handover or policy                     (404)
    ├── BadInput                    the caller's data cannot be used                             (422)
    │   └── MessageTooLong          a message is longer than the policy reads                    (413)
    ├── PolicyError                 the policy file is broken or unsafe; the active one stays
    ├── SettingsError               Handrail is set up in a way that cannot work
    ├── StoreError                  the database cannot be used
    │   ├── StoreUnavailable        missing, read-only, full or locked                           (503)
    │   ├── RolledBack              the database is older than the signed head that was kept of it
    │   └── SchemaMismatch          the database was written by a newer Handrail
    ├── OriginalUnreadable          a mask's kept original cannot be opened: another key, or a changed row (500)
    ├── CheckpointMismatch          a checkpoint is not what the log says: a recorded fault, never used
    ├── SpeechRefused               words to a customer that no event of the table asks for: nothing is written
    ├── BadSignature                an inbound webhook is not from whom it says                 (401)
    └── DependencyFault             a model, classifier or desk failed: a recorded event, never an answer

Every message names the thing, its value with ``!r`` and the remedy.
"""

from __future__ import annotations


class HandrailError(Exception):
    """Base of every error that Handrail raises on purpose; `status` is the HTTP status it maps to."""

    status = 500


class Refused(HandrailError):
    """The machine refused an event; the conversation is unchanged."""

    status = 409


class IllegalEvent(Refused):
    """No transition takes this event in this state."""


class ForbiddenRole(Refused):
    """The event exists in this state, but this role may not cause it."""

    status = 403


class GuardRefused(Refused):
    """The event and role are right, but a guard of the transition is not satisfied; `lacks` is the fact that is
    missing, with the value that it needs."""

    def __init__(self, message: str, lacks: tuple[str, bool] | None = None) -> None:
        super().__init__(message)
        self.lacks = lacks


class NotSeen(GuardRefused):
    """An act that ends a person's part names no message as seen, or the customer has written since: `new` are the ids
    of those messages."""

    def __init__(self, message: str, new: tuple[str, ...] = ()) -> None:
        super().__init__(message, ("newest_seen", True))
        self.new = new


class Conflict(HandrailError):
    """Somebody else was first; nothing changed."""

    status = 409


class MessageConflict(Conflict):
    """A message id was used again with another body."""


class ConversationClosed(Conflict):
    """The conversation is resolved and may no longer be reopened."""


class NotFound(HandrailError):
    """The named thing does not exist."""

    status = 404


class BadInput(HandrailError):
    """The caller's data cannot be used as it is."""

    status = 422


class MessageTooLong(BadInput):
    """A message is longer than Handrail reads."""

    status = 413


class PolicyError(HandrailError):
    """A policy cannot be used; `problems` lists each with its line and remedy."""

    status = 422

    def __init__(self, message: str, problems: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems


class SettingsError(HandrailError):
    """Settings that cannot work together or name something that is not there."""


class StoreError(HandrailError):
    """The database cannot be used."""

    status = 503


class StoreUnavailable(StoreError):
    """The database is missing, read-only, full or locked; the request may be repeated."""


class RolledBack(StoreError):
    """The database is older than what was kept of it elsewhere; nothing is served from it."""


class SchemaMismatch(StoreError):
    """The database's schema is not the one this version of Handrail writes."""

    status = 500


class OriginalUnreadable(HandrailError):
    """A mask's kept original cannot be opened: no key, another key, or a row that was changed. Nothing is shown."""


class CheckpointMismatch(HandrailError):
    """A stored checkpoint is not the one that its event names; nothing may be decided on it or shown of it."""


class SpeechRefused(HandrailError):
    """Something would be said to a customer that is no effect of an event; a fault of ours, and nothing was written."""


class BadSignature(HandrailError):
    """An inbound webhook whose signature does not hold, or is missing, too old or sent again."""

    status = 401


class DependencyFault(HandrailError):
    """A model, classifier, retriever or desk did not do its work; `kind` is a short code for the event log."""

    status = 502

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
