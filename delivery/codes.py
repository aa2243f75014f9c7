"""One-time codes at the moment of sending: made again from key and row, for the contact that is on file then.

Neither code nor address is in a task, a request, a receipt or a dead letter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from conversation.handover import Handover
from desks.port import Delivered, Rejected, Request
from handover.people.code_letter import CodeLetter
from handover.people.codes import Challenge, CodeMaker
from handover.people.directory import Contact, Directory

SUPERSEDED = "superseded"


def counts(handover: Handover | None, counter: int) -> Challenge | None:
    """The challenge of a handover's code number `counter`; None if it was replaced or used, or the case is closed."""
    challenge = handover.code if handover is not None and handover.open else None
    return challenge if challenge and challenge.counter == counter else None


def settled(challenge: Challenge | None, now: datetime) -> Delivered | Rejected | None:
    """What is to be said of a code without sending it: one that counts no more is no loss, a late one is. Else None."""
    if challenge is None:
        return Delivered(ref="", more={"result": SUPERSEDED})
    return Rejected(code="expired") if now >= challenge.expires_at else None


@dataclass(frozen=True, kw_only=True)
class Letters:
    """Writes the letters."""

    codes: CodeMaker
    directory: Directory

    def letter(
        self, request: Request, challenge: Challenge, customer: str, language: str, now: datetime
    ) -> CodeLetter | Rejected:
        """The letter of this attempt; `no_contact` if the contact is on file no more. DependencyFault of the directory.

        The code is made here and not before: what is not called does not lie about in memory.
        """
        contact = self._contact(customer, str(request.body["contact"]))
        if contact is None:
            return Rejected(code="no_contact")
        minutes = max(1, int((challenge.expires_at - now).total_seconds() // 60))
        return CodeLetter(contact=contact, code=self.codes.code(challenge), language=language, minutes=minutes)

    def _contact(self, customer: str, kind: str) -> Contact | None:
        return next((one for one in self.directory.contacts(customer) if one.kind.value == kind), None)
