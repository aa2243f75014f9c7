"""Mail servers on loopback: a real one (aiosmtpd) that refuses where a test says, and one that hangs up."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from tests.components import free_port, missing


@dataclass(kw_only=True)
class Box:
    """What a server took, and what it refuses."""

    taken: list[Envelope] = field(default_factory=list)
    refuse_rcpt: dict[str, str] = field(default_factory=dict)
    refuse_mail: str = ""
    refuse_data: str = ""
    port: int = 0

    def message(self, n: int = -1) -> EmailMessage:
        """A message that was taken, read by the standard's rules."""
        content = self.taken[n].content
        assert isinstance(content, bytes)
        read = BytesParser(policy=SMTP).parsebytes(content)
        assert isinstance(read, EmailMessage)
        return read

    async def handle_MAIL(self, server: Any, session: Any, envelope: Envelope, address: str, options: Any) -> str:
        envelope.mail_from = address
        return self.refuse_mail or "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, address: str, options: Any) -> str:
        if address in self.refuse_rcpt:
            return self.refuse_rcpt[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        if self.refuse_data:
            return self.refuse_data
        self.taken.append(envelope)
        return "250 queued"


@contextmanager
def server(box: Box, **options: Any) -> Iterator[Box]:
    """aiosmtpd on a free loopback port."""
    running = Controller(box, hostname="127.0.0.1", port=free_port(), **options)
    running.start()
    box.port = running.port
    try:
        yield box
    finally:
        running.stop()


def authenticator(user: str, password: str) -> Any:
    """Takes one user."""

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (user.encode(), password.encode())
        return AuthResult(success=right, handled=False)

    return check


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's context with a certificate for 127.0.0.1, and the file that a client must trust."""
    binary = shutil.which("openssl")
    if binary is None:
        missing("openssl", "apt-get install openssl")
        raise AssertionError("unreachable")
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        [
            binary, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert),
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context, cert


@contextmanager
def scripted(*answers: bytes | None, greeting: bytes = b"220 mx ready\r\n", drip: bool = False) -> Iterator[int]:
    """A server that says one line after another, and hangs up at None or when it has no more; yields its port.

    `drip`: sends the greeting byte by byte and never ends it.
    """
    stop = threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listening.accept()
        with connection, connection.makefile("rb") as lines:
            if drip:
                while not stop.wait(0.02):
                    try:
                        connection.sendall(b"2")
                    except OSError:
                        return
                return
            connection.sendall(greeting)
            in_data = False
            for answer in answers:
                while line := lines.readline():
                    if not in_data or line == b".\r\n":
                        break
                if answer is None:
                    return
                in_data = answer.startswith(b"354")
                connection.sendall(answer + b"\r\n")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        stop.set()
        listening.close()
        thread.join(5)
