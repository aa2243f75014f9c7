"""What an act brings beside its words: a code, an answer, a contact on file, an approved template."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conversation.handover import Handover
from conversation.inbound import Inbound, Kind, Method, Proof
from conversation.intake import act_data, storable
from conversation.records import Snapshot
from conversation.rules import Rules
from handover.people.attempts import Attempts, key_of
from handover.people.codes import CodeMaker, masked_codes
from service.parts import Parts
from service.templates import Approved, TemplateBook
from service.views import Act
from states.errors import BadInput
from states.vocabulary import Event
from store.attempts import attempts_of
from store.connection import Connection

_CHECKS = (Event.IDENTITY_VERIFIED, Event.VERIFICATION_FAILED)
_SECRET = ("code", "answer")
MAX_ANSWER = 200


def inbound_of(
    act: Act, act_id: str, snapshot: Snapshot, parts: Parts, book: TemplateBook, connection: Connection
) -> Inbound:
    """The act, made fit to be kept. BadInput, GuardRefused or DependencyFault where it cannot be."""
    proof = _proof(act, snapshot, parts)
    hide = hiding(snapshot, parts.rules)
    data = act_data({name: value for name, value in act.data.items() if name not in _SECRET}, hide)
    text = hide(storable(act.text))
    asked = act.data.get("template") if act.event is Event.AGENT_REPLIED else None
    words = _template(asked, snapshot, parts, book, connection) if asked is not None else None
    if words is not None:
        safe = parts.rules.redacted(words.text)
        text, data = text if text.strip() else safe, {**data, "template": dict(words.data)}
        if text != safe:
            raise BadInput("the reply is not what the template says; leave the text empty, or send exactly its words")
    return Inbound(
        kind=Kind.ACT, id=act_id, event=act.event, role=act.actor.role, actor=act.actor.id, text=text, data=data,
        approved=words is not None, template=words.used if words else None, proof=proof, origin=act.origin,
        attempts=_attempts(act, snapshot, connection),
    )  # fmt: skip


def typed_code(text: str, codes: CodeMaker, handover: Callable[[], Handover | None]) -> tuple[str, Proof]:
    """A customer's message without anything that may be a code while one is out, and what stands for the last of it.

    `handover` is read only if there are digits enough.
    """
    hidden, groups = masked_codes(text)
    if not groups:
        return text, Proof()
    newest = handover()
    if newest is None or not newest.open or newest.code is None:
        return text, Proof()
    return hidden, Proof(seal=codes.seal(groups[-1]))


def _template(asked: Any, snapshot: Snapshot, parts: Parts, book: TemplateBook, connection: Connection) -> Approved:
    handover = _open(snapshot)
    reference, team = (handover.id, handover.team.replace("_", " ")) if handover is not None else ("", "")
    return book.rendered(parts, connection, asked, snapshot.language, {"reference": reference, "team": team})


def _open(snapshot: Snapshot) -> Handover | None:
    return snapshot.handover if snapshot.handover is not None and snapshot.handover.open else None


def _proof(act: Act, snapshot: Snapshot, parts: Parts) -> Proof:
    if act.event is Event.CODE_SENT:
        return Proof(contact=_contact(act, snapshot, parts))
    if act.event not in _CHECKS:
        return Proof()
    try:
        method = Method(act.data.get("method", Method.ATTESTATION.value))
    except ValueError:
        raise BadInput(f"method must be one of {', '.join(Method)}") from None
    if act.event is Event.VERIFICATION_FAILED or method is Method.ATTESTATION:
        return Proof()
    return _answered(act, snapshot, parts) if method is Method.KNOWLEDGE else _coded(act, parts)


def _attempts(act: Act, snapshot: Snapshot, connection: Connection) -> Attempts | None:
    """The customer's counter, for what is counted and for what only leads to a check."""
    if act.event not in (*_CHECKS, Event.CODE_SENT):
        return None
    return attempts_of(connection, key_of(snapshot.customer, snapshot.id))


def _contact(act: Act, snapshot: Snapshot, parts: Parts) -> str:
    """The kind of contact a code would go to: the directory's best, or the one that is asked for by its kind."""
    if not set(act.data) <= {"contact"}:
        raise BadInput("a code goes to the contact on file only; an act may name its kind as `contact` and no address")
    kinds = [one.kind.value for one in parts.directory.contacts(snapshot.customer)]
    wanted = act.data.get("contact")
    if wanted is None:
        return kinds[0] if kinds else ""
    if wanted not in kinds:
        raise BadInput(f"no such contact is on file; there is {', '.join(kinds) or 'none'}")
    return str(wanted)


def _answered(act: Act, snapshot: Snapshot, parts: Parts) -> Proof:
    question, answer = act.data.get("question"), act.data.get("answer")
    if not isinstance(question, str) or not isinstance(answer, str) or not 0 < len(answer.strip()) <= MAX_ANSWER:
        raise BadInput("a knowledge check needs the id of its question, and the answer")
    right = parts.directory.check(snapshot.customer, question, answer)
    return Proof(seal=parts.rules.codes.seal(answer), answered=right is True)


def _coded(act: Act, parts: Parts) -> Proof:
    code, from_chat = act.data.get("code", ""), act.data.get("from_chat", False)
    if not isinstance(code, str) or len(code) > MAX_ANSWER or bool(code.strip()) is (from_chat is True):
        raise BadInput("a code check needs the code as a text, or from_chat: true for the one the customer wrote")
    return Proof(code=code, seal=parts.rules.codes.seal(code))


def hiding(snapshot: Snapshot, rules: Rules) -> Callable[[str], str]:
    """Redaction that takes out the code that is out, too: an agent may have been told it on the phone."""
    handover = _open(snapshot)
    challenge = handover.code if handover is not None else None
    if challenge is None:
        return rules.redacted

    def hide(text: str) -> str:
        for group in masked_codes(text)[1]:
            if rules.codes.matches(challenge, group):
                text = text.replace(group, masked_codes(group)[0])
        return rules.redacted(text)

    return hide
