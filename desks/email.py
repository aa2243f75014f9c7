"""E-mail by SMTP: a short text with the deadline and a link, never the packet; and one-time codes to customers.

The send is taken apart into SMTP's steps, because only they tell whether the server may have the message: before the
data nothing has happened, after it nobody knows until the server has answered.
"""

from __future__ import annotations

import email.policy
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage

from desks.config import MailConfig, check_jobs
from desks.kit.calls import call_begins
from desks.kit.http import CONNECT_S
from desks.kit.letters import code_request
from desks.kit.text import digest, facts, headline, link
from desks.port import Ambiguous, Delivered, Job, JsonObject, Outcome, Rejected, Request, RetryAfter, Task
from handover.people.code_letter import CodeLetter
from handover.people.directory import ContactKind
from states.clock import Clock
from states.errors import DependencyFault, SettingsError

JOBS = frozenset({Job.ANNOUNCE, Job.PAGE, Job.CODE})
_READY = 354
"""The server wants the message now."""


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One list of recipients behind one server."""

    name: str
    jobs: frozenset[Job]
    clock: Clock
    config: MailConfig = field(repr=False)

    def prepare(self, task: Task, ref: str) -> Request:
        """The message without its addresses and its date: the rest is the same for the same task.

        Every message of a handover refers to the same thread, so that mail programs keep them together even if the
        first one never came.
        """
        if task.job is Job.CODE:
            return code_request(self.name, task, ref)
        domain = _domain(self.config.sender)
        body: JsonObject = {
            "subject": headline(task.card),
            "text": _text(task),
            "message_id": f"<{digest(self.name, task.marker)}@{domain}>",
            "references": f"<{digest('thread', task.key)}@{domain}>",
        }
        return Request(job=task.job, key=task.key, marker=task.marker, ref=ref, body=body)

    def send(self, request: Request) -> Outcome:
        """One attempt over one connection."""
        if request.job is Job.CODE:
            return Rejected(code="no_letter")
        try:
            message = self._message(request, self.config.to, request.body["subject"], request.body["text"])
            message["References"] = message["In-Reply-To"] = request.body["references"]
        except ValueError:
            return Rejected(code="message_invalid")
        return self._sent(message, self.config.to)

    def send_code(self, request: Request, letter: CodeLetter) -> Outcome:
        """One attempt with one recipient; a contact that is no e-mail address is refused."""
        if letter.contact.kind is not ContactKind.EMAIL:
            return Rejected(code="wrong_contact")
        to = (letter.contact.address,)
        try:
            message = self._message(request, to, letter.subject, letter.body)
        except ValueError:
            return Rejected(code="message_invalid")
        return self._sent(message, to)

    def _sent(self, message: EmailMessage, to: Sequence[str]) -> Outcome:
        try:
            call_begins()
            with self._session() as session:
                return self._handed_in(session, message, to)
        except _Stopped as stopped:
            return stopped.outcome
        except (smtplib.SMTPException, OSError, ValueError) as error:
            # Nothing of the message has been sent: `_handed_in` reports what happens after that.
            return _refused(error)

    def _message(self, request: Request, to: Sequence[str], subject: str, text: str) -> EmailMessage:
        """Headers and text. ValueError for a header that would be more than one line."""
        # This policy refuses a line break in any header, whatever was frozen.
        message = EmailMessage(policy=email.policy.SMTP)
        message["From"] = self.config.sender
        message["To"] = ", ".join(to)
        message["Subject"] = subject
        message["Date"] = self.clock.now()
        known = request.body.get("message_id") or f"<{request.body['id']}@{_domain(self.config.sender)}>"
        message["Message-ID"] = known
        # RFC 3834: no out-of-office answer, and no loop between robots.
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message.set_content(text, cte="quoted-printable")
        return message

    def _handed_in(self, session: smtplib.SMTP, message: EmailMessage, to: Sequence[str]) -> Outcome:
        """The message given to the server for everybody who it takes it for."""
        _expect(session.mail(self.config.sender))
        answers = [session.rcpt(address)[0] for address in to]
        taken = [code for code in answers if 200 <= code < 300]
        if not taken:
            # One address that may work later is worth another try.
            raise _Stopped(_of_code(min(answers)))
        code, _ = session.docmd("DATA")
        if code != _READY:
            raise _Stopped(_of_code(code))
        try:
            session.send(_dotted(message.as_bytes()))
            code, _ = session.getreply()
        except (smtplib.SMTPException, OSError, ValueError) as error:
            return Ambiguous(code=f"after_data_{type(error).__name__}")
        if not 200 <= code < 300:
            return _of_code(code) if 400 <= code < 600 else Ambiguous(code=f"after_data_{code}")
        refused = len(answers) - len(taken)
        return Delivered(ref=str(message["Message-ID"]), more={"refused": refused} if refused else {})

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        """A connection that is greeted, encrypted and logged in as the settings want, and gone at the deadline."""
        config, context = self.config, ssl.create_default_context()
        # The name given in the greeting: by default the library would look this machine up, and name it.
        name, wait = _domain(config.sender), min(CONNECT_S, config.deadline_s)
        session = (
            smtplib.SMTP_SSL(local_hostname=name, timeout=wait, context=context)
            if config.tls == "implicit"
            else smtplib.SMTP(local_hostname=name, timeout=wait)
        )
        # The library checks the certificate against this name, and sets it only where it connects at once.
        session._host = config.host  # type: ignore[attr-defined]
        watchdog = threading.Timer(config.deadline_s, _cut, [session])
        watchdog.daemon = True
        watchdog.start()
        try:
            _expect(session.connect(config.host, config.port))
            if session.sock is not None:
                session.sock.settimeout(config.deadline_s)
            session.ehlo_or_helo_if_needed()
            if config.tls == "starttls":
                _expect(session.starttls(context=context))
                session.ehlo_or_helo_if_needed()
            if config.user and config.password is not None:
                session.login(config.user, config.password.get_secret_value())
            yield session
        finally:
            watchdog.cancel()
            _leave(session)

    def find(self, request: Request) -> Delivered | None:
        """Always None: nobody can look into the recipients' mail. A second copy has the same Message-ID."""
        return None

    def ping(self) -> str:
        """Greets and logs in, and sends nothing."""
        try:
            with self._session() as session:
                _expect(session.noop())
        except (_Stopped, smtplib.SMTPException, OSError, ValueError) as error:
            outcome = error.outcome if isinstance(error, _Stopped) else _refused(error)
            raise DependencyFault("refused", f"the mail server of {self.name!r} is not ready ({outcome})") from None
        return f"{self.name}: the mail server is ready"


class _Stopped(Exception):
    """The server ended it before the message was sent."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


def _expect(answer: tuple[int, bytes]) -> None:
    """Goes on only after a 2xx."""
    if not 200 <= answer[0] < 300:
        raise _Stopped(_of_code(answer[0]))


def _of_code(code: int) -> Outcome:
    """RFC 5321, 4.2.1: 4yz may work later, 5yz never will. The server's own words may name an address."""
    if 500 <= code < 600:
        return Rejected(code=f"smtp_{code}")
    return RetryAfter(seconds=None, code=f"smtp_{code}")


def _refused(error: Exception) -> Outcome:
    """What an error means before any of the message was sent."""
    if isinstance(error, smtplib.SMTPNotSupportedError):
        # No STARTTLS or no login where the settings want it: that is not for the next attempt to put right.
        return Rejected(code="not_supported")
    code = getattr(error, "smtp_code", None)
    return _of_code(code) if isinstance(code, int) and code > 0 else RetryAfter(seconds=None, code=type(error).__name__)


def _cut(session: smtplib.SMTP) -> None:
    """Ends a connection at the deadline, whatever it is doing: the library's own limit begins anew with every byte."""
    if session.sock is not None:
        with suppress(OSError):
            session.sock.shutdown(socket.SHUT_RDWR)


def _leave(session: smtplib.SMTP) -> None:
    """Closes without waiting for a farewell: what was said before it is what counts."""
    with suppress(smtplib.SMTPException, OSError, ValueError):
        if session.sock is not None:
            session.sock.settimeout(0.5)
            session.putcmd("QUIT")
    session.close()


def _dotted(raw: bytes) -> bytes:
    """The message as DATA wants it: lines end in CRLF, a leading dot is doubled, a lone dot ends it."""
    lines = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines) + b"\r\n.\r\n"


def _text(task: Task) -> str:
    lines = [headline(task.card), "", *(f"{title}: {value or '-'}" for title, value in facts(task.card))]
    url = link(task.card)
    lines += ["", f"Open the case: {url}"] if url else []
    return "\n".join((*lines, "", "What the customer wrote stands only in the case itself.", ""))


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def build(name: str, config: MailConfig, clock: Clock) -> Mail:
    """The destination that the settings describe. SettingsError for what cannot work."""
    for address in (config.sender, *config.to):
        if not _usable(address):
            raise SettingsError(f"desk {name!r}: {address!r} is no bare e-mail address; write name@domain")
    if bool(config.user) != (config.password is not None):
        raise SettingsError(f"desk {name!r}: user and password belong together; set both or neither")
    if config.user and config.tls == "none":
        raise SettingsError(f"desk {name!r}: a password over tls 'none' can be read on the way; take 'starttls'")
    jobs = check_jobs(name, "e-mail", config.jobs, JOBS)
    if jobs - {Job.CODE} and not config.to:
        raise SettingsError(f'desk {name!r}: nobody is told; set `to`, or jobs = ["code"]')
    return Mail(name=name, jobs=jobs, clock=clock, config=config)


def _usable(address: str) -> bool:
    local, _, domain = address.rpartition("@")
    clean = address.isascii() and address.isprintable() and not set(address) & set(' <>(),;:\\"')
    return bool(clean and local and "@" not in local and domain.strip("."))
