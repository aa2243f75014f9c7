"""Our own events to anybody, signed by Standard Webhooks 1.0, so that any of its libraries can verify them.

The payload is `SCHEMA_VERSION` of docs/schemas/webhook-event.schema.json. `webhook-id` is the same for every attempt:
a receiver that remembers it takes an event once.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC

from standardwebhooks import Webhook as Signer

from desks.config import WebhookConfig, check_jobs
from desks.kit.http import DEADLINE_S, Answer, Web, private_address, settled
from desks.kit.letters import code_request
from desks.kit.text import digest, headline, language, link, plain
from desks.port import Ambiguous, Delivered, Job, JsonObject, News, Outcome, Rejected, Request, RetryAfter, Task
from handover.people.code_letter import CodeLetter
from handover.people.directory import ContactKind
from states.clock import Clock
from states.errors import DependencyFault, SettingsError

SCHEMA_VERSION = 1
JOBS = frozenset({Job.ANNOUNCE, Job.PAGE, Job.CODE, Job.SAID})
CODE_SENT = "code.sent"
SAID = "message.sent"
TYPES: Mapping[News, str] = {
    News.OPENED: "handover.opened",
    News.MORE_URGENT: "handover.more_urgent",
    News.WAITING: "handover.waiting",
    News.ESCALATED: "handover.escalated",
    News.CLAIMED: "handover.claimed",
    News.RELEASED: "handover.released",
    News.CLOSED: "handover.resolved",
}
GONE = 410
_SECRET_BYTES = range(24, 65)
"""What the standard allows."""


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """One receiver, and the receivers on file of customers' one-time codes."""

    name: str
    jobs: frozenset[Job]
    clock: Clock
    web: Web = field(repr=False)
    signers: tuple[Signer, ...] = field(repr=False)
    with_packet: bool = False
    deadline_s: float = DEADLINE_S

    def prepare(self, task: Task, ref: str) -> Request:
        """The event: a person's words where that is the job; without the packet unless the operator wants it sent."""
        if task.job is Job.CODE:
            return code_request(self.name, task, ref)
        if task.job is Job.SAID:
            return self._request(task, ref, SAID, _words(task))
        card = task.card
        data: JsonObject = {
            "handover_id": card.handover_id,
            "conversation_id": card.conversation_id,
            "reason_code": card.reason_code,
            "severity": card.severity,
            "team": card.team,
            "language": language(card),
            "claim_due_at": card.claim_due_at.astimezone(UTC).isoformat(),
            "headline": headline(card),
            "link": link(card),
        }
        if self.with_packet and task.packet:
            data["packet"] = dict(task.packet)
        return self._request(task, ref, TYPES[task.news], data)

    def _request(self, task: Task, ref: str, kind: str, data: JsonObject) -> Request:
        event: JsonObject = {
            "id": f"evt_{digest(task.id, task.marker)}",
            "type": kind,
            "schema_version": SCHEMA_VERSION,
            "data": data,
        }
        if task.at is not None:
            event["timestamp"] = task.at.astimezone(UTC).isoformat()
        return Request(job=task.job, key=task.key, marker=task.marker, ref=ref, body=event)

    def send(self, request: Request) -> Outcome:
        """One attempt, signed for this moment with every secret that is valid."""
        return Rejected(code="no_letter") if request.job is Job.CODE else self._posted(self.web, request, request.body)

    def send_code(self, request: Request, letter: CodeLetter) -> Outcome:
        """One attempt at the webhook on file: `type` code.sent, and `data` with code, language and minutes."""
        if letter.contact.kind is not ContactKind.WEBHOOK:
            return Rejected(code="wrong_contact")
        data = {"code": letter.code, "language": letter.language, "minutes": letter.minutes}
        web = Web(base_url=letter.contact.address, deadline_s=self.deadline_s)
        try:
            return self._posted(web, request, {"type": CODE_SENT, "data": data})
        finally:
            web.close()

    def _posted(self, web: Web, request: Request, event: JsonObject) -> Outcome:
        body = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
        answer = web.call(
            request.method, request.path, content=body.encode(), headers=self.signed(request.body["id"], body)
        )
        if isinstance(answer, Answer) and answer.status == GONE:
            return Rejected(code="gone")
        known = settled(answer, self.clock.now())
        return Delivered(ref=request.body["id"]) if isinstance(known, Answer) else known

    def signed(self, message_id: str, body: str) -> dict[str, str]:
        """The headers of the standard."""
        # The library reads the fields of a time as UTC, whatever zone they are in.
        now = self.clock.now().astimezone(UTC)
        return {
            "content-type": "application/json",
            "user-agent": "handrail-webhook/1",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signer.sign(message_id, now, body) for signer in self.signers),
        }

    def find(self, request: Request) -> Delivered | None:
        """Always None: a receiver knows a repeated event by its `webhook-id`."""
        return None

    def ping(self) -> str:
        """Whether anybody answers there; what the answer says does not matter. Each customer's webhook is its own."""
        if not self.jobs - {Job.CODE}:
            return f"{self.name}: webhooks on file, signed"
        answer = self.web.call("HEAD", "")
        if isinstance(answer, RetryAfter | Ambiguous):
            raise DependencyFault("unreachable", f"the receiver of {self.name!r} did not answer ({answer.code})")
        return f"{self.name}: the receiver answers"


def _words(task: Task) -> JsonObject:
    """What a person has said to the customer; not who of the desk it was."""
    return {
        "handover_id": task.card.handover_id,
        "conversation_id": task.card.conversation_id,
        "message_id": task.message_id,
        "text": task.text,
    }


def build(name: str, config: WebhookConfig, clock: Clock) -> Webhook:
    """The destination that the settings describe. SettingsError for what cannot work."""
    jobs = check_jobs(name, "a webhook", config.jobs, JOBS)
    if jobs - {Job.CODE} and config.url is None:
        raise SettingsError(f'desk {name!r}: nobody is told; set `url`, or jobs = ["code"]')
    address = private_address(name, config.url.get_secret_value()) if config.url else ""
    return Webhook(
        name=name,
        jobs=jobs,
        clock=clock,
        web=Web(base_url=address, deadline_s=config.deadline_s),
        deadline_s=config.deadline_s,
        signers=tuple(_signer(name, secret.get_secret_value()) for secret in config.secrets),
        with_packet=config.with_packet,
    )


def _signer(name: str, secret: str) -> Signer:
    encoded = plain(secret).removeprefix("whsec_")
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except ValueError:
        key = b""
    if len(key) not in _SECRET_BYTES:
        raise SettingsError(
            f"desk {name!r}: a secret is not whsec_ and 24 to 64 random bytes in base64; "
            "docs/desks/notifications.md tells how to make one"
        )
    return Signer(key)
