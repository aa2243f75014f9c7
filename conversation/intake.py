"""What comes in from channels, people and ports, made fit to be kept: or refused by name before anything is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from assistants.port import Changed, Citation, Draft
from handover.packet.attachment import Attachment
from policy.facts import FACTS_BY_NAME, Scalar
from policy.schema import Policy
from states.errors import BadInput, ForbiddenRole
from states.vocabulary import STAFF, Role
from triggers.visible import visible

MAX_NAME = 200
MAX_CHARS = 1_200_000
"""Longer messages are refused: they are no messages. Up to here a message is kept and goes to a person unread."""
MAX_FILES = 20
MAX_SHOWN = 40
"""Characters of what was refused that its refusal repeats."""
OURS = frozenset({"customer.verified"})
"""Facts of the customer that are decided here: no channel states them."""
_MAX_DEPTH = 8
_BIGGEST = 2**63
HIDDEN = "hidden_characters"
"""The entity under which a message's row counts characters that nobody sees and that were taken out."""
_HASH = re.compile(r"[0-9a-f]{64}")

Redact = Callable[[str], str]


def storable(text: str) -> str:
    """The text as every database can keep it: no NUL, no lone surrogates; both become the replacement character."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def check_id(value: str, what: str) -> None:
    """BadInput unless the value is 1 to 200 printable characters that UTF-8 can write."""
    if not value or not _plain(value):
        raise BadInput(f"{what} {value[:40]!r} cannot be used; take 1 to {MAX_NAME} printable characters")


def check_actor(value: str) -> None:
    """As `check_id`; and no blank at either end, so that nobody is a second person by a space."""
    check_id(value, "actor")
    if value != value.strip():
        raise BadInput(f"actor {value[:40]!r} has blanks at an end; take the name without them")


def check_role(actor: str, role: Role, policy: Policy) -> None:
    """Refuses an actor who may not act at the desk, or does not hold the role. BadInput, ForbiddenRole."""
    check_actor(actor)
    if role not in STAFF and role is not Role.ADMIN:
        people = ", ".join(one.value for one in STAFF)
        raise ForbiddenRole(f"{role.value!r} does not act at the desk; people there are: {people}, admin")
    check_holder(actor, role, policy)


def check_holder(actor: str, role: Role, policy: Policy) -> None:
    """Refuses a caller who does not hold the role, where the policy names who does. BadInput, ForbiddenRole."""
    check_actor(actor)
    holders = policy.roles.get(role, ())
    if holders and actor not in holders:
        raise ForbiddenRole(f"{actor!r} does not hold the role {role.value!r} in policy {policy.name!r}")


def label(value: str, what: str, redact: Redact) -> str:
    """A short text of a channel, redacted; BadInput if no row can hold it."""
    if not _plain(value):
        raise BadInput(f"{what} {value[:40]!r} cannot be kept; take at most {MAX_NAME} printable characters")
    return redact(value)


def channel_facts(facts: Mapping[str, Scalar], redact: Redact) -> dict[str, Scalar]:
    """The facts that a channel states, if it may state them and they have the documented type."""
    for name, value in facts.items():
        if name not in FACTS_BY_NAME or not name.startswith(("customer.", "channel.")):
            stated = (known for known in FACTS_BY_NAME if known.startswith(("customer.", "channel.")))
            allowed = ", ".join(known for known in stated if known not in OURS)
            raise BadInput(f"{name[:MAX_SHOWN]!r} is no fact that a channel may state; it may state: {allowed}")
        if not _fits(value, FACTS_BY_NAME[name].default):
            raise BadInput(f"{name!r} is {str(value)[:MAX_SHOWN]!r}, but it is a {FACTS_BY_NAME[name].type_name}")
    return {name: label(value, name, redact) if isinstance(value, str) else value for name, value in facts.items()}


def described(attachments: Sequence[Attachment], redact: Redact) -> tuple[Attachment, ...]:
    """What is kept of files that came with a message; BadInput for what cannot be kept."""
    if len(attachments) > MAX_FILES:
        raise BadInput(f"{len(attachments)} files came with the message; send at most {MAX_FILES}")
    for one in attachments:
        if isinstance(one.size, bool) or not isinstance(one.size, int) or not 0 <= one.size < _BIGGEST:
            raise BadInput(f"the size of a file is {one.size!r}; give its bytes, or 0 if unknown")
    return tuple(
        Attachment(
            name=label(visible(one.name).text, "file name", redact),
            media_type=label(one.media_type, "file media_type", redact),
            size=one.size,
            ref=label(one.ref, "file ref", redact),
        )
        for one in attachments
    )


def act_data(data: Mapping[str, Any], redact: Redact) -> dict[str, Any]:
    """The data of an act as plain JSON with every text redacted; BadInput for what JSON does not have."""
    steps = data.get("steps_done", [])
    if not isinstance(steps, list | tuple) or not all(isinstance(step, str) for step in steps):
        raise BadInput(f"steps_done is {str(steps)[:40]!r}; give a list of step ids")
    made = {redact(storable(str(name))): _json(value, redact) for name, value in data.items()}
    asked = data.get("request_hash")
    # A hash may hold digits that pass for a card number; masked, it would fit no request.
    return {**made, "request_hash": asked} if isinstance(asked, str) and _HASH.fullmatch(asked) else made


def kept(draft: Draft) -> Draft:
    """The draft with every text fit to be kept. A port that breaks its types raises here."""
    cited = (
        Citation(source=storable(c.source), title=storable(c.title), quote=storable(c.quote)) for c in draft.citations
    )
    return replace(
        draft,
        text=storable(draft.text),
        intent=storable(draft.intent),
        model=storable(draft.model),
        citations=tuple(cited),
        changed=tuple(Changed(tool=storable(one.tool), result=storable(one.result)) for one in draft.changed),
    )


def masked(draft: Draft, redact: Redact) -> Draft:
    """The draft without private data; the text of an approved article stays as it was approved."""
    text = draft.text if draft.verbatim else redact(draft.text)
    changed = tuple(Changed(tool=redact(one.tool), result=redact(one.result)) for one in draft.changed)
    return replace(draft, text=text, intent=redact(draft.intent), model=redact(draft.model), changed=changed)


def _json(value: Any, redact: Redact, depth: int = 0) -> Any:
    if depth > _MAX_DEPTH:
        raise BadInput(f"the act's data is nested more than {_MAX_DEPTH} deep; send less")
    if isinstance(value, str):
        return redact(storable(value))
    if value is None or isinstance(value, bool | float) or (isinstance(value, int) and abs(value) < _BIGGEST):
        return value
    if isinstance(value, Mapping):
        return {redact(storable(str(name))): _json(one, redact, depth + 1) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_json(one, redact, depth + 1) for one in value]
    raise BadInput(f"{str(value)[:40]!r} in the act's data is no JSON; send texts, numbers, lists and objects")


def _plain(value: str) -> bool:
    # A lone surrogate is not printable either.
    return len(value) <= MAX_NAME and value.isprintable()


def _fits(value: object, default: Scalar) -> bool:
    """Whether a value has the fact's type; a whole number is a fine float, a bool is no number."""
    if isinstance(default, float):
        return isinstance(value, int | float) and not isinstance(value, bool)
    return type(value) is type(default)
