"""What an act brings beside its words: a code, an answer, a contact on file, an approved template.

Without it a code that an agent typed would lie in the event log, readable for everybody who may read the log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from conversation.intake import act_data, storable
from conversation.services import Services
from conversation.verification import Method, Proof, method_of
from conversation.working import Inbound
from handover.people.codes import Challenge, masked_codes
from service.templates import Approved, TemplateBook
from service.views import Act
from states.errors import BadInput
from states.vocabulary import Event

_CHECKS = (Event.IDENTITY_VERIFIED, Event.VERIFICATION_FAILED)
_SECRET = ("code", "answer")
MAX_ANSWER = 200


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What is read of a conversation before an act on it is made."""

    customer: str
    language: str
    handover: Mapping[str, Any]
    """The newest handover's row; empty if there is none."""


def inbound_of(act: Act, act_id: str, setting: Setting, services: Services, book: TemplateBook) -> Inbound:
    """The act, made fit to be kept. BadInput, GuardRefused or DependencyFault where it cannot be."""
    proof = _proof(act, setting, services)
    hide = _hiding(setting, services)
    data = act_data({name: value for name, value in act.data.items() if name not in _SECRET}, hide)
    text = hide(storable(act.text))
    words = _template(act, setting, services, book) if act.event is Event.AGENT_REPLIED else None
    if words is not None:
        safe = services.redacted(words.text)
        text, data = text if text.strip() else safe, {**data, "template": dict(words.data)}
        if text != safe:
            raise BadInput("the reply is not what the template says; leave the text empty, or send exactly its words")
    return Inbound(
        kind="act", id=act_id, event=act.event, role=act.actor.role, actor=act.actor.id, text=text, data=data,
        approved=words is not None, template=words.used if words else None, proof=proof, origin=act.origin,
    )  # fmt: skip


def typed_code(text: str, services: Services, handover: Callable[[], Mapping[str, Any]]) -> tuple[str, Proof | None]:
    """A customer's message without anything that may be a code while one is out, and what stands for the last of it.

    `handover` is read only if there are digits enough.
    """
    hidden, groups = masked_codes(text)
    if not groups or not handover().get("code"):
        return text, None
    return hidden, Proof(seal=services.codes.seal(groups[-1]))


def _template(act: Act, setting: Setting, services: Services, book: TemplateBook) -> Approved | None:
    asked = act.data.get("template")
    if asked is None:
        return None
    ours = {"reference": setting.handover.get("id", ""), "team": str(setting.handover.get("team", ""))}
    return book.rendered(services, asked, setting.language, {**ours, "team": ours["team"].replace("_", " ")})


def _proof(act: Act, setting: Setting, services: Services) -> Proof | None:
    if act.event is Event.CODE_SENT:
        return Proof(contact=_contact(act, setting, services))
    if act.event not in _CHECKS:
        return None
    try:
        method = method_of(act.data)
    except ValueError:
        raise BadInput(f"method must be one of {', '.join(Method)}") from None
    if act.event is Event.VERIFICATION_FAILED or method is Method.ATTESTATION:
        return None
    return _answered(act, setting, services) if method is Method.KNOWLEDGE else _coded(act, services)


def _contact(act: Act, setting: Setting, services: Services) -> str:
    """The kind of contact a code would go to: the directory's best, or the one that is asked for by its kind."""
    if not set(act.data) <= {"contact"}:
        raise BadInput("a code goes to the contact on file only; an act may name its kind as `contact` and no address")
    kinds = [one.kind.value for one in services.directory.contacts(setting.customer)]
    wanted = act.data.get("contact")
    if wanted is None:
        return kinds[0] if kinds else ""
    if wanted not in kinds:
        raise BadInput(f"no such contact is on file; there is {', '.join(kinds) or 'none'}")
    return str(wanted)


def _answered(act: Act, setting: Setting, services: Services) -> Proof:
    question, answer = act.data.get("question"), act.data.get("answer")
    if not isinstance(question, str) or not isinstance(answer, str) or not 0 < len(answer.strip()) <= MAX_ANSWER:
        raise BadInput("a knowledge check needs the id of its question, and the answer")
    right = services.directory.check(setting.customer, question, answer)
    return Proof(seal=services.codes.seal(answer), answered=right is True)


def _coded(act: Act, services: Services) -> Proof:
    code, from_chat = act.data.get("code", ""), act.data.get("from_chat", False)
    if not isinstance(code, str) or len(code) > MAX_ANSWER or bool(code.strip()) is (from_chat is True):
        raise BadInput("a code check needs the code as a text, or from_chat: true for the one the customer wrote")
    return Proof(code=code, seal=services.codes.seal(code))


def _hiding(setting: Setting, services: Services) -> Callable[[str], str]:
    """Redaction that takes out the code that is out, too: an agent may have been told it on the phone."""
    kept = setting.handover.get("code")
    if not kept:
        return services.redacted
    challenge = Challenge.from_json(kept)

    def hide(text: str) -> str:
        for group in masked_codes(text)[1]:
            if services.codes.matches(challenge, group):
                text = text.replace(group, masked_codes(group)[0])
        return services.redacted(text)

    return hide
