"""Sends a one-time code to a webhook on file, signed by Standard Webhooks 1.0: some customers are reached by a system.

What is signed with the operator's secret goes to the address on file only; redirects are not followed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from desks.kit.http import Answer, Web
from desks.kit.signatures import sign
from handover.people.code_sender import CodeLetter
from handover.people.directory import ContactKind
from states.clock import Clock
from states.errors import DependencyFault


@dataclass(frozen=True, kw_only=True)
class WebhookCodeSender:
    """Posts `type` code.sent and `data` with code, language and minutes; every attempt has the same `webhook-id`."""

    secret: str = field(repr=False)
    clock: Clock
    deadline_s: float = 8.0

    def send(self, letter: CodeLetter) -> None:
        """One attempt. DependencyFault for anything but a 2xx answer."""
        if letter.contact.kind is not ContactKind.WEBHOOK:
            raise DependencyFault("wrong_contact", "a webhook sender reaches webhooks only; set up one for the rest")
        now = self.clock.now()
        data = {"code": letter.code, "language": letter.language, "minutes": letter.minutes}
        body = json.dumps({"type": "code.sent", "data": data}, separators=(",", ":")).encode()
        headers = {
            "content-type": "application/json",
            "webhook-id": letter.key,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": sign(self.secret, letter.key, now, body),
        }
        web = Web(base_url=letter.contact.address, deadline_s=self.deadline_s)
        try:
            answer = web.call("POST", "", content=body, headers=headers)
        finally:
            web.close()
        if not isinstance(answer, Answer):
            raise DependencyFault("unreachable", f"the webhook on file does not answer ({answer.code})")
        if not 200 <= answer.status < 300:
            raise DependencyFault("refused", f"the webhook on file answered {answer.status}")

    def ping(self) -> str:
        """Nothing to ask: each contact is a system of its own."""
        return "webhooks on file, signed"
