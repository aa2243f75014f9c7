"""The customer directory: where a code may go, and what only the customer should know."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hmac import compare_digest
from pathlib import Path
from typing import Any, Protocol

import yaml

from states.errors import SettingsError


class ContactKind(StrEnum):
    """How a customer is reached, best first."""

    EMAIL = "email"
    WEBHOOK = "webhook"


@dataclass(frozen=True, kw_only=True)
class Contact:
    """A contact on file; the address is in no log, event, packet or error."""

    kind: ContactKind
    address: str = field(repr=False)


class Directory(Protocol):
    """What is on file about customers. Each call answers within a few seconds or raises DependencyFault.

    Implementations read only; an unknown customer has no contacts and knows nothing.
    """

    def contacts(self, customer_ref: str) -> tuple[Contact, ...]:
        """The contacts on file, best first; empty for an unknown customer."""
        ...

    def check(self, customer_ref: str, question: str, answer: str) -> bool:
        """Whether the answer to the question is the one on file; False for anything unknown."""
        ...

    def questions(self, customer_ref: str) -> tuple[str, ...]:
        """The ids of the questions that can be asked."""
        ...

    def ping(self) -> str:
        """One line when it can be read; DependencyFault otherwise."""
        ...


class NoDirectory:
    """Nothing is on file: no code can be sent, and no answer is right."""

    def contacts(self, customer_ref: str) -> tuple[Contact, ...]:
        """Always empty."""
        return ()

    def check(self, customer_ref: str, question: str, answer: str) -> bool:
        """Always False."""
        return False

    def questions(self, customer_ref: str) -> tuple[str, ...]:
        """Always empty."""
        return ()

    def ping(self) -> str:
        """Says that there is none."""
        return "no customer directory"


@dataclass(frozen=True, kw_only=True)
class _Entry:
    contacts: tuple[Contact, ...]
    answers: Mapping[str, str] = field(repr=False)


class FileDirectory:
    """A YAML file: customer reference → `email`, `webhook` and `knows` (question → answer). Read once.

    For demos, tests and small shops. SettingsError names the entry that cannot be used, and none of its values.
    """

    def __init__(self, path: Path) -> None:
        self._entries = {reference: _entry(reference, given) for reference, given in _read(path).items()}

    def contacts(self, customer_ref: str) -> tuple[Contact, ...]:
        """The contacts of the entry."""
        entry = self._entries.get(customer_ref)
        return entry.contacts if entry else ()

    def check(self, customer_ref: str, question: str, answer: str) -> bool:
        """Compares without regard to case, accents and blanks; an unknown question takes as long as a known one."""
        entry = self._entries.get(customer_ref)
        known = entry.answers.get(question, "") if entry else ""
        right = compare_digest(_fingerprint(known), _fingerprint(answer))
        return right and bool(_plain(known))

    def questions(self, customer_ref: str) -> tuple[str, ...]:
        """The questions of the entry."""
        entry = self._entries.get(customer_ref)
        return tuple(entry.answers) if entry else ()

    def ping(self) -> str:
        """How many customers the file has."""
        return f"{len(self._entries)} customers on file"


class Reachable:
    """A directory that shows only the kinds of contact that a sender is set up for: no code waits for a way out."""

    def __init__(self, directory: Directory, kinds: Collection[ContactKind]) -> None:
        self._directory, self._kinds = directory, frozenset(kinds)

    def contacts(self, customer_ref: str) -> tuple[Contact, ...]:
        """Those of the kinds."""
        return tuple(one for one in self._directory.contacts(customer_ref) if one.kind in self._kinds)

    def check(self, customer_ref: str, question: str, answer: str) -> bool:
        """As the directory says."""
        return self._directory.check(customer_ref, question, answer)

    def questions(self, customer_ref: str) -> tuple[str, ...]:
        """As the directory says."""
        return self._directory.questions(customer_ref)

    def ping(self) -> str:
        """As the directory says."""
        return self._directory.ping()


def _read(path: Path) -> dict[str, Any]:
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        # The error's own words would quote the file.
        raise SettingsError(
            f"customer directory {str(path)!r} cannot be read ({type(error).__name__}); write it as YAML in UTF-8"
        ) from None
    if not isinstance(found, dict) or not all(isinstance(name, str) for name in found):
        raise SettingsError(f"customer directory {str(path)!r} must be a table: customer reference → entry")
    return found


def _entry(reference: str, given: Any) -> _Entry:
    if not isinstance(given, dict) or not set(given) <= {"email", "webhook", "knows"}:
        raise SettingsError(f"customer {reference!r} may have email, webhook and knows; remove everything else")
    knows = given.get("knows", {})
    if not isinstance(knows, dict) or not all(isinstance(answer, str) for answer in knows.values()):
        raise SettingsError(f"customer {reference!r}: knows must be a table of questions and answers in quotes")
    contacts = []
    for kind in ContactKind:
        if kind.value in given:
            contacts.append(Contact(kind=kind, address=_address(reference, kind, given[kind.value])))
    return _Entry(contacts=tuple(contacts), answers={str(question): answer for question, answer in knows.items()})


def _address(reference: str, kind: ContactKind, value: Any) -> str:
    """An address that can be used as one header or URL and no more."""
    usable = isinstance(value, str) and value.isprintable() and " " not in value
    fits = usable and (
        value.count("@") == 1 and value[0] != "@" and value[-1] != "@" and not set(value) & set(",;<>")
        if kind is ContactKind.EMAIL
        else value.startswith(("http://", "https://"))
    )
    if not fits:
        raise SettingsError(f"customer {reference!r}: {kind.value} is no usable address; correct it")
    return str(value)


def _plain(text: str) -> str:
    """Lower case without accents, blanks and punctuation: people spell their own street in many ways."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in apart if char.isalnum())


def _fingerprint(text: str) -> bytes:
    return hashlib.sha256(_plain(text).encode()).digest()
