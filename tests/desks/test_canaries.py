"""Nothing planted comes out: not in what is sent, logged, raised or answered, whatever the other side does."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import product
from typing import Any

import pytest

import desks.kit.http
from desks import email, pagerduty, teams, webhook
from desks.config import MailConfig, PagerDutyConfig, SlackConfig, TeamsConfig, WebhookConfig
from desks.port import Desk, Job, News
from desks.slack import desk as slack
from states.errors import BadSignature, HandrailError
from tests.counterparts.loopback import Got, Reply, receiver, says
from tests.counterparts.mail import Box, server
from tests.desks.cases import CANARIES, CLOCK, NOW, PLANTED, opened, shows, task

SECRETS = (
    "xoxb-c4n4ry-t0k3n", "s1gn1ng-c4n4ry", "c4n4ry0123456789c4n4ry0123456789", "c4n4ry-w0rkfl0w-path", "sig=C4N4RY",
    "whsec_YzRuNHJ5YzRuNHJ5YzRuNHJ5YzRuNHJ5", "c4n4ry-h00k-path", "c4n4ry-passw0rd",
)  # fmt: skip
EVERYTHING = (*CANARIES, *SECRETS)


def destinations(url: str, port: int) -> Iterator[Desk]:
    """Every destination without tickets, set up with secrets that are easy to recognise."""
    yield opened(
        slack.build(
            "chat",
            SlackConfig.model_validate(
                {
                    "kind": "slack", "base_url": url, "token": SECRETS[0], "channel": "C9BFC74EDD",
                    "signing_secrets": SECRETS[1], "agents": {"U1": "frontline_agent/anna"},
                }
            ),
            CLOCK,
        )
    )  # fmt: skip
    workflow = {"kind": "teams", "url": f"{url}/{SECRETS[3]}?{SECRETS[4]}", "hosts": ["127.0.0.1"]}
    yield opened(teams.build("room", TeamsConfig.model_validate(workflow), CLOCK))
    pager = {"kind": "pagerduty", "base_url": url, "routing_key": SECRETS[2]}
    yield opened(pagerduty.build("pager", PagerDutyConfig.model_validate(pager), CLOCK))
    hook = {"kind": "webhook", "url": f"{url}/{SECRETS[6]}", "secrets": SECRETS[5]}
    yield opened(webhook.build("events", WebhookConfig.model_validate(hook), CLOCK))
    mail = {
        "kind": "email", "host": "127.0.0.1", "port": port, "tls": "starttls", "user": "robot", "password": SECRETS[7],
        "sender": "handrail@shop.example", "to": ["care@shop.example"],
    }  # fmt: skip
    yield email.build("mail", MailConfig.model_validate(mail), CLOCK)
    plain = {**mail, "tls": "none", "user": "", "password": None}
    yield email.build("plain", MailConfig.model_validate(plain), CLOCK)


def echo(got: Got) -> Reply:
    """The worst other side: refuses, and repeats all it was told, and what it should not know."""
    told = {"ok": False, "error": PLANTED + got.path, "errors": [PLANTED, got.path, "routing_key " + SECRETS[2]]}
    return says(400, told)


FAULTS: dict[str, Callable[[Got], Reply] | Reply] = {
    "fine": says(200, {"ok": True, "channel": "C9BFC74EDD", "ts": "1.1", "messages": []}),
    "echo": echo,
    "echo with 200": lambda got: Reply(status=200, body=echo(got).body),
    "error": says(500),
    "elsewhere": says(302, location=f"http://127.0.0.1:9/{SECRETS[3]}"),
    "later": says(429, retry_after="5"),
    "dropped": Reply(dropped=True),
}


@contextmanager
def everything_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """The root logger at DEBUG, and the HTTP library's own loggers as they are in production."""
    # The mail server that stands in for the other side logs what it is sent and what it says; it is not ours.
    logging.getLogger("mail.log").propagate = False
    with caplog.at_level(logging.DEBUG):
        yield
    logging.getLogger("mail.log").propagate = True


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_no_planted_secret_comes_out(
    fault: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[str] = []
    with ExitStack() as stack:
        stack.enter_context(everything_logged(caplog))
        other = stack.enter_context(receiver(FAULTS[fault]))
        box = stack.enter_context(server(Box(refuse_data=f"554 {PLANTED}" if fault == "echo" else "")))
        for desk in destinations(other.url, box.port):
            seen += exercised(desk)
        sent = [got.body.decode() for got in other.got] + [str(one.content) for one in box.taken]
    assert len(seen) > 40
    assert not [one for one in seen if any(canary in one for canary in EVERYTHING)]
    # Credentials are sent where they belong; what a customer said or is is sent nowhere.
    assert sent
    assert not [one for one in sent if shows(one)]
    out = capsys.readouterr()
    logged = "\n".join((caplog.text, *(str(record.__dict__) for record in caplog.records), out.out, out.err))
    assert not [canary for canary in EVERYTHING if canary in logged]


def exercised(desk: Desk) -> list[str]:
    """All that a destination shows of itself while it is used: requests, outcomes, errors, its own description."""
    seen = [repr(desk), str(desk)]
    for n, (job, news) in enumerate(product(sorted(desk.jobs), News)):
        for ref in ("", "C9BFC74EDD:1.1"):
            told = task(job, n, news=news, author="anna", author_role="frontline_agent")
            request = desk.prepare(told, ref)
            seen += [json.dumps(request.body), repr(request), repr(desk.send(request)), said(desk.find, request)]
    seen.append(said(desk.ping))
    if isinstance(desk, slack.Slack):
        seen += [repr(desk.whisper("U1", "You have it now."))]
        forged = {"x-slack-request-timestamp": str(int(NOW.timestamp())), "x-slack-signature": "v0=" + SECRETS[1]}
        with pytest.raises(BadSignature) as refused:
            desk.verify(forged, f"payload={PLANTED}".encode(), NOW)
        seen += [str(refused.value), repr(refused.value)]
    return seen


def said(ask: Callable[..., Any], *given: Any) -> str:
    """What a call returns, or how it fails, with every error behind that one."""
    try:
        return repr(ask(*given))
    except HandrailError as error:
        lines, behind = [], error
        while behind is not None:
            lines += [repr(behind), str(behind)]
            behind = behind.__cause__ or behind.__context__  # type: ignore[assignment]
        return "\n".join(lines)


def test_mutant_a_client_that_logs_at_its_own_level_would_be_caught(caplog: pytest.LogCaptureFixture) -> None:
    """The check above sees what it is there for: with the library's own logging the address of a webhook is logged."""
    with receiver(says(202)) as other, caplog.at_level(logging.DEBUG):
        room = list(destinations(other.url, 25))[1]
        with caplog.at_level(logging.INFO, logger="httpx2"):
            room.send(room.prepare(task(), ""))
    assert SECRETS[3] in caplog.text
    desks.kit.http._client().close()
    assert logging.getLogger("httpx2").level == logging.WARNING


def test_every_job_that_shows_a_card_was_tried() -> None:
    jobs = {job for desk in destinations("http://127.0.0.1:9", 25) for job in desk.jobs}
    assert jobs == {Job.ANNOUNCE, Job.PAGE, Job.QUIET}
