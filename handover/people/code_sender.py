"""Sends a one-time code to a contact on file: by e-mail, or into a list for demos and tests.

Without it a code would have to pass through the agent who asks for it.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Protocol

from handover.people.directory import Contact, ContactKind
from handover.words.wording import known_language
from states.errors import DependencyFault

_TEXTS = {
    "en": (
        "Your confirmation code",
        "Your code is {code}. It is valid for {minutes} minutes. If you did not ask for a code, ignore this message.",
    ),
    "es": (
        "Su código de confirmación",
        "Su código es {code}. Es válido durante {minutes} minutos. Si no ha pedido ningún código, ignore este mensaje.",
    ),
    "fr": (
        "Votre code de confirmation",
        "Votre code est {code}. Il est valable {minutes} minutes. "
        "Si vous n'avez pas demandé de code, ignorez ce message.",
    ),
    "de": (
        "Ihr Bestätigungscode",
        "Ihr Code lautet {code}. Er gilt {minutes} Minuten. "
        "Wenn Sie keinen Code angefordert haben, beachten Sie diese Nachricht nicht.",
    ),
    "pt": (
        "O seu código de confirmação",
        "O seu código é {code}. É válido durante {minutes} minutos. Se não pediu nenhum código, ignore esta mensagem.",
    ),
}


@dataclass(frozen=True, kw_only=True)
class CodeLetter:
    """A code on its way; neither the code nor the address is shown by accident."""

    contact: Contact
    code: str = field(repr=False)
    language: str
    minutes: int
    """How long it is valid, rounded down, at least 1."""
    key: str
    """The same for every attempt at this one sending."""

    @property
    def subject(self) -> str:
        """Without the code: subjects are shown on locked screens."""
        return _TEXTS[known_language(self.language)][0]

    @property
    def body(self) -> str:
        """The words with the code."""
        return _TEXTS[known_language(self.language)][1].format(code=self.code, minutes=self.minutes)


class CodeSender(Protocol):
    """Delivers a letter to the contact it names and to nobody else, within a few seconds; may deliver it twice.

    Raises DependencyFault, in words that tell neither code nor address, when it is not known to have gone out.
    """

    def send(self, letter: CodeLetter) -> None:
        """Sends it."""
        ...

    def ping(self) -> str:
        """One line when letters can go out; DependencyFault otherwise."""
        ...


class MemoryCodeSender:
    """Keeps the letters in memory; `fails` letters are refused first."""

    def __init__(self, fails: int = 0) -> None:
        self.letters: list[CodeLetter] = []
        self.fails = fails

    def send(self, letter: CodeLetter) -> None:
        """Keeps it, or fails as often as it was told to."""
        if self.fails:
            self.fails -= 1
            raise DependencyFault("unreachable", "the sender in memory was told to fail")
        self.letters.append(letter)

    def ping(self) -> str:
        """Always ready."""
        return f"{len(self.letters)} codes in memory"


@dataclass(frozen=True, kw_only=True)
class SmtpServer:
    """Where e-mail goes out."""

    host: str
    port: int = 587
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    starttls: bool = True
    timeout_s: float = 10.0


class SmtpCodeSender:
    """Sends codes by e-mail, one connection each."""

    def __init__(self, server: SmtpServer) -> None:
        self._server = server

    def send(self, letter: CodeLetter) -> None:
        """One message with one recipient. DependencyFault for a contact that is no e-mail address."""
        if letter.contact.kind is not ContactKind.EMAIL:
            raise DependencyFault("wrong_contact", "e-mail reaches e-mail addresses only; set up a sender for the rest")
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._server.sender, letter.contact.address, letter.subject
        message["Message-ID"] = f"<{letter.key}@handrail>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.body)
        self._with_server(lambda smtp: smtp.send_message(message))

    def ping(self) -> str:
        """The server greets, and lets us in."""
        self._with_server(lambda smtp: smtp.noop())
        return f"mail server at {self._server.host}:{self._server.port}"

    def _with_server(self, do: Callable[[smtplib.SMTP], object]) -> None:
        server = self._server
        try:
            smtp = smtplib.SMTP(server.host, server.port, timeout=server.timeout_s)
        except (OSError, smtplib.SMTPException) as error:
            raise DependencyFault("unreachable", f"the mail server does not answer ({type(error).__name__})") from None
        try:
            if server.starttls:
                smtp.starttls(context=ssl.create_default_context())
            if server.user:
                smtp.login(server.user, server.password)
            do(smtp)
        except (OSError, smtplib.SMTPException) as error:
            # A server repeats addresses in its refusals: only the kind is told.
            raise DependencyFault("refused", f"the mail server refused the letter ({type(error).__name__})") from None
        finally:
            with suppress(OSError, smtplib.SMTPException):
                smtp.quit()
            smtp.close()


class ByContact:
    """Chooses the sender by the kind of contact."""

    def __init__(self, senders: dict[ContactKind, CodeSender]) -> None:
        self._senders = senders

    def send(self, letter: CodeLetter) -> None:
        """Sends it the way its contact asks for. DependencyFault where that way is not set up."""
        sender = self._senders.get(letter.contact.kind)
        if sender is None:
            raise DependencyFault("no_sender", f"no sender is set up for {letter.contact.kind.value}; set one up")
        sender.send(letter)

    def ping(self) -> str:
        """All of them."""
        return "; ".join(sender.ping() for sender in self._senders.values()) or "no sender of codes"
