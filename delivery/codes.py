"""Performs the effect `send_code`: makes the code again from key and row, and sends it to the contact on file.

The address is looked up when it is sent, in the directory and nowhere else. Neither code nor address is in a row, a
receipt or a log line.
"""

from __future__ import annotations

import logging
import secrets
from datetime import datetime, timedelta

from handover.people.code_sender import CodeLetter, CodeSender
from handover.people.codes import Challenge, CodeMaker
from handover.people.directory import Contact, Directory
from states.clock import Clock
from states.errors import DependencyFault
from store.codes import DueCode, lease_code, settle_code
from store.database import Store

LEASE_S = 60.0
FIRST_RETRY = timedelta(seconds=5)
AT_ONCE = 20

log = logging.getLogger("handrail.codes")


class CodeSending:
    """Sends what is due. Safe to run in several processes: two of them may send one code twice, never two codes."""

    def __init__(
        self, store: Store, *, codes: CodeMaker, directory: Directory, sender: CodeSender, clock: Clock
    ) -> None:
        self._store, self._codes, self._directory = store, codes, directory
        self._sender, self._clock = sender, clock

    def __call__(self) -> int:
        """Sends up to `AT_ONCE` codes; how many were settled or tried."""
        for done in range(AT_ONCE):
            if not self._next():
                return done
        return AT_ONCE

    def _next(self) -> bool:
        now, owner = self._clock.now(), secrets.token_hex(8)
        with self._store.write() as connection:
            due = lease_code(connection, owner, now, LEASE_S)
        if due is None:
            return False
        challenge = Challenge.from_json(due.challenge) if due.challenge else None
        if challenge is None or challenge.counter != due.payload["counter"]:
            self._settle(due, owner, "done", "superseded")
        elif now >= challenge.expires_at:
            self._settle(due, owner, "dead", "expired")
        else:
            self._send(due, owner, challenge, now)
        return True

    def _send(self, due: DueCode, owner: str, challenge: Challenge, now: datetime) -> None:
        try:
            contact = self._contact(due.customer, challenge.contact)
            minutes = max(1, int((challenge.expires_at - now).total_seconds() // 60))
            code = self._codes.code(challenge)
            self._sender.send(
                CodeLetter(
                    contact=contact, code=code, language=due.language, minutes=minutes, key=due.id.replace(":", ".")
                )
            )
        except DependencyFault as fault:
            again = now + FIRST_RETRY * 2 ** min(due.attempts - 1, 6)
            log.warning("code not sent", extra={"effect": due.id, "fault": fault.kind})
            return self._settle(due, owner, "pending", fault.kind, again)
        except Exception as error:  # noqa: BLE001  safety boundary: a bug of a port must not stop the worker
            log.error("code not sent", extra={"effect": due.id, "error": type(error).__name__})
            return self._settle(due, owner, "dead", f"bug_{type(error).__name__}")
        self._settle(due, owner, "done", "sent")

    def _contact(self, customer: str, kind: str) -> Contact:
        """The contact on file now; DependencyFault if it is gone."""
        for contact in self._directory.contacts(customer):
            if contact.kind.value == kind:
                return contact
        raise DependencyFault("no_contact", "the contact is no longer on file; verify in another way")

    def _settle(self, due: DueCode, owner: str, status: str, code: str, retry_at: datetime | None = None) -> None:
        receipt = {"result": code, "attempts": due.attempts}
        with self._store.write() as connection:
            settle_code(connection, due.id, owner, status=status, receipt=receipt, retry_at=retry_at)
