"""E-mail over real SMTP (aiosmtpd), encrypted and not, and over connections that break at every step."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from desks.config import MailConfig
from desks.email import Mail, _dotted, build
from desks.port import Ambiguous, Delivered, Job, Outcome, Rejected, RetryAfter
from states.errors import DependencyFault, SettingsError
from tests.counterparts.mail import Box, authenticator, certificate, scripted, server
from tests.desks.cases import CANARIES, CLOCK, PLANTED, card, shows, task

SENDER, TEAM, LEAD = "handrail@shop.example", "care@shop.example", "lead@shop.example"


def desk(port: int, **changes: Any) -> Mail:
    given = {
        "kind": "email", "host": "127.0.0.1", "port": port, "tls": "none", "sender": SENDER, "to": [TEAM, LEAD],
        **changes,
    }  # fmt: skip
    return build("mail", MailConfig.model_validate(given), CLOCK)


def sent(port: int, job: Job = Job.ANNOUNCE, n: int = 0, **changes: Any) -> Outcome:
    mail = desk(port, **changes)
    return mail.send(mail.prepare(task(job, n), ""))


def test_a_mail_arrives_with_the_deadline_and_the_link_and_nothing_of_the_customers() -> None:
    with server(Box()) as box:
        outcome = sent(box.port)
    message = box.message()
    assert outcome == Delivered(ref=message["Message-ID"])
    assert box.taken[0].rcpt_tos == [TEAM, LEAD]
    assert message["Subject"] == "New handover (critical)"
    assert message["Auto-Submitted"] == "auto-generated"
    text = message.get_content()
    assert "Claim by: 2026-11-25 09:35 UTC" in text
    assert "https://desk.example/ui/cases/ho_01jdh3v9c2" in text
    assert not shows(message.as_string())


def test_the_same_step_has_the_same_message_id_and_one_handover_is_one_thread() -> None:
    with server(Box()) as box:
        first, again, page = sent(box.port), sent(box.port), sent(box.port, Job.PAGE, 1)
    assert isinstance(first, Delivered)
    assert isinstance(page, Delivered)
    assert again == first
    assert page.ref != first.ref
    assert len({box.message(n)["References"] for n in range(3)}) == 1
    assert box.message(0)["In-Reply-To"] == box.message(2)["References"]


@pytest.mark.parametrize(
    "evil", ["x\r\nBcc: thief@evil.example", "x\nBcc: thief@evil.example", "x\u2028Bcc: y", "x\r\n.\r\nMAIL"]
)
def test_no_value_can_begin_a_header_or_end_the_message(evil: str) -> None:
    bad = task(card=card(headline=evil, team=evil, reason_code=evil, language=evil, handover_id=evil, severity=evil))
    with server(Box()) as box:
        mail = desk(box.port)
        assert isinstance(mail.send(mail.prepare(bad, "")), Delivered)
    assert len(box.taken) == 1
    assert "Bcc" not in box.message()
    assert box.taken[0].rcpt_tos == [TEAM, LEAD]


def test_a_frozen_request_that_was_tampered_with_is_not_sent() -> None:
    with server(Box()) as box:
        mail = desk(box.port)
        request = mail.prepare(task(), "")
        request.body["subject"] = "x\r\nBcc: thief@evil.example"
        assert mail.send(request) == Rejected(code="message_invalid")
    assert box.taken == []


def test_a_leading_dot_arrives_as_it_was_written() -> None:
    assert _dotted(b"a\r\n.b\r\n..\r\n") == b"a\r\n..b\r\n...\r\n.\r\n"
    assert _dotted(b"a\nb") == b"a\r\nb\r\n.\r\n"


@pytest.mark.parametrize(
    ("box", "outcome"),
    [
        (Box(refuse_mail="451 4.3.0 later"), RetryAfter(seconds=None, code="smtp_451")),
        (Box(refuse_mail="550 5.7.1 no"), Rejected(code="smtp_550")),
        (Box(refuse_data="452 4.3.1 full"), RetryAfter(seconds=None, code="smtp_452")),
        (Box(refuse_data="554 5.6.0 spam"), Rejected(code="smtp_554")),
        (Box(refuse_rcpt={TEAM: "550 no", LEAD: "550 no"}), Rejected(code="smtp_550")),
        (Box(refuse_rcpt={TEAM: "550 no", LEAD: "450 busy"}), RetryAfter(seconds=None, code="smtp_450")),
    ],
)
def test_4xx_is_tried_again_and_5xx_never(box: Box, outcome: Outcome) -> None:
    with server(box):
        assert sent(box.port) == outcome
    assert box.taken == []


def test_who_can_be_reached_is_reached_and_the_others_are_counted() -> None:
    with server(Box(refuse_rcpt={LEAD: f"550 no such user {LEAD}"})) as box:
        outcome = sent(box.port)
    assert isinstance(outcome, Delivered)
    assert outcome.more == {"refused": 1}
    assert box.taken[0].rcpt_tos == [TEAM]


HELLO, OK, GO = b"250 mx", b"250 ok", b"354 go on"


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ((None,), RetryAfter(seconds=None, code="SMTPServerDisconnected")),
        ((HELLO, None), RetryAfter(seconds=None, code="SMTPServerDisconnected")),
        ((HELLO, OK, OK, None), RetryAfter(seconds=None, code="SMTPServerDisconnected")),
        ((HELLO, OK, OK, OK, None), RetryAfter(seconds=None, code="SMTPServerDisconnected")),
        ((HELLO, OK, OK, OK, GO, None), Ambiguous(code="after_data_SMTPServerDisconnected")),
        ((HELLO, OK, OK, OK, b"451 later"), RetryAfter(seconds=None, code="smtp_451")),
        ((HELLO, OK, OK, OK, GO, b"garbage"), Ambiguous(code="after_data_-1")),
    ],
)
def test_a_connection_that_breaks_says_whether_the_mail_may_have_gone(
    answers: tuple[bytes | None, ...], outcome: Outcome
) -> None:
    with scripted(*answers) as port:
        assert sent(port) == outcome


def test_nobody_there_is_tried_again() -> None:
    assert sent(9) == RetryAfter(seconds=None, code="ConnectionRefusedError")


def test_a_server_that_drips_is_left_at_the_deadline() -> None:
    """Who stays until the line is too long for the library takes that for a refusal."""
    with scripted(drip=True) as port:
        assert sent(port, deadline_s=0.5) == RetryAfter(seconds=None, code="SMTPServerDisconnected")


def test_a_server_that_is_silent_after_the_data_leaves_it_open() -> None:
    class Slow(Box):
        async def handle_DATA(self, *given: Any) -> str:
            await asyncio.Event().wait()
            return "250 queued"

    with server(Slow()) as box:
        outcome = sent(box.port, deadline_s=0.5)
    assert isinstance(outcome, Ambiguous)
    assert outcome.code.startswith("after_data_")


# Encryption


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    context, cert = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    return context


def test_starttls_then_login_then_mail(trusted: Any) -> None:
    check = authenticator("robot", "right")
    options = {"tls_context": trusted, "require_starttls": True, "authenticator": check, "auth_required": True}
    with server(Box(), **options) as box:
        assert isinstance(sent(box.port, tls="starttls", user="robot", password="right"), Delivered)
        wrong = sent(box.port, tls="starttls", user="robot", password="sk-canary-0123456789")
        assert wrong == Rejected(code="smtp_535")
        assert desk(box.port, tls="starttls", user="robot", password="right").ping() == "mail: the mail server is ready"
        with pytest.raises(DependencyFault) as refused:
            desk(box.port, tls="starttls", user="robot", password="sk-canary-0123456789").ping()
        assert not shows(str(refused.value))
    assert len(box.taken) == 1


def test_implicit_encryption(trusted: Any) -> None:
    with server(Box(), ssl_context=trusted) as box:
        assert isinstance(sent(box.port, tls="implicit"), Delivered)


def test_a_certificate_that_nobody_vouches_for_gets_no_mail(tmp_path: Path) -> None:
    context, _ = certificate(tmp_path)
    with server(Box(), tls_context=context) as box:
        assert sent(box.port, tls="starttls") == RetryAfter(seconds=None, code="SSLCertVerificationError")
    assert box.taken == []


def test_a_server_that_hides_starttls_gets_no_mail_in_the_clear() -> None:
    with server(Box()) as box:
        assert sent(box.port, tls="starttls") == Rejected(code="not_supported")
    assert box.taken == []


# Settings


@pytest.mark.parametrize(
    "changes",
    [
        {"sender": "Handrail <handrail@shop.example>"},
        {"sender": "handrail@shop.example\r\nBcc: x@y.example"},
        {"to": ["nobody"]},
        {"to": ["a@b.example, c@d.example"]},
        {"to": ["a@b@c.example"]},
        {"user": "robot"},
        {"user": "robot", "password": "x", "tls": "none"},
        {"jobs": ["open"]},
    ],
)
def test_settings_that_cannot_work_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        desk(25, **changes)


def test_nothing_planted_is_in_the_request_or_the_desk() -> None:
    mail = desk(25, tls="starttls", user="robot", password=CANARIES[6])
    request = mail.prepare(task(text=PLANTED), "")
    assert not shows(json.dumps(request.body) + repr(mail) + repr(request))
    assert mail.find(request) is None
