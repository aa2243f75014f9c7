"""Originals of masks: sealed as a message comes in, shown to whom the policy names for a reason, deleted in time.

Sealed with AES-256-GCM (NIST SP 800-38D) under a key that is in no row. What an original belongs to (conversation,
message, place, kind) is authenticated with it, so a row that was changed or put elsewhere opens no more.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from conversation.intake import check_id, check_role
from service.views import Actor, LiftedMask
from states.errors import BadInput, ForbiddenRole, NotFound, OriginalUnreadable
from store import originals, queries
from store.records import Incoming, SealedOriginal
from triggers.assessment import Redaction
from triggers.originals import keepable
from triggers.pii import MASKS

if TYPE_CHECKING:
    from policy.privacy import KeepOriginals
    from service.parts import Parts
    from store.connection import Connection
    from store.database import Store

KEY_BYTES = 32
_NONCE_BYTES = 12
MAX_REASON = 500
"""Characters of a reason."""
LOOK_EVERY = timedelta(minutes=1)
"""How often what is due to be deleted is looked for: deleting is not a matter of seconds."""
RecordLift = Callable[[str, Actor, str, dict[str, object]], int]
"""Records that an original is about to be shown (conversation, actor, reason, what); the version that makes."""


class Seal:
    """Seals and opens originals with one key. ValueError for a key of another length."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"the key of originals has {len(key)} bytes; make one of {KEY_BYTES} random bytes")
        # Loaded where a key is set: nothing else here needs it.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._cipher = AESGCM(key)
        self.key_id = sha256(b"handrail original key" + key).hexdigest()[:16]

    def sealed(self, bare: SealedOriginal, text: str) -> SealedOriginal:
        """The original sealed under a fresh nonce."""
        bare = replace(bare, key_id=self.key_id, nonce=secrets.token_bytes(_NONCE_BYTES))
        return replace(bare, sealed=self._cipher.encrypt(bare.nonce, text.encode(), _belongs_to(bare)))

    def opened(self, kept: SealedOriginal) -> str:
        """What was sealed. OriginalUnreadable where the key is another one, or the row is not as it was written."""
        from cryptography.exceptions import InvalidTag

        where = f"original {kept.number} of message {kept.message_id!r}"
        if kept.key_id != self.key_id:
            raise OriginalUnreadable(f"{where} was sealed with another key; set the key of that time in [originals]")
        try:
            return self._cipher.decrypt(kept.nonce, kept.sealed, _belongs_to(kept)).decode()
        except (InvalidTag, ValueError):
            # Not `from error`: nothing of what was read goes on.
            raise OriginalUnreadable(
                f"{where} is not as it was written; somebody has changed the database: look at its backups"
            ) from None


def _belongs_to(one: SealedOriginal) -> bytes:
    """What is authenticated with an original: nothing of it can be exchanged for another's."""
    place = [one.conversation_id, one.message_id, one.number, one.kind, one.mask_start, one.mask_end]
    return json.dumps(["handrail original", 1, *place], separators=(",", ":")).encode()


class Originals:
    """What is kept of masks under the policy in force. Without a key nothing is kept and nothing is shown."""

    def __init__(self, store: Store, parts: Callable[[], Parts], seal: Seal | None, record: RecordLift) -> None:
        self._store, self._parts, self._seal, self._record = store, parts, seal, record
        self._looked_at: datetime | None = None

    @property
    def _rules(self) -> KeepOriginals:
        return self._parts().rules.policy.privacy.keep_originals

    def with_originals(self, incoming: Incoming, text: str, redactions: Iterable[Redaction]) -> Incoming:
        """The message with what may be kept of its masks. `text` is what was redacted."""
        rules = self._rules
        if self._seal is None or not rules.kinds:
            return incoming
        at, until = incoming.at, incoming.at + rules.delete_after.delta
        sealed = (
            self._seal.sealed(
                SealedOriginal(
                    conversation_id=incoming.conversation_id, message_id=incoming.id, number=number, kind=one.kind,
                    mask_start=one.start, mask_end=one.end, key_id="", nonce=b"", sealed=b"", kept_at=at,
                    delete_at=until,
                ),
                one.text,
            )
            for number, one in enumerate(keepable(text, redactions, rules.kinds), start=1)
        )  # fmt: skip
        return replace(incoming, originals=tuple(sealed))

    def lift(self, actor: Actor, conversation_id: str, message_id: str, number: int, reason: str) -> LiftedMask:
        """Shows one original, once it is recorded who asked and why; as `service.door.Handrail.lift` says."""
        self._check(actor, message_id, reason)
        with self._store.read() as connection:
            kept = self._kept(connection, conversation_id, message_id, number)
        if self._seal is None:
            raise OriginalUnreadable("this Handrail has no key of originals; set key or key_file in [originals]")
        text = self._seal.opened(kept)
        about: dict[str, object] = {"message_id": message_id, "number": number, "kind": kept.kind}
        version = self._record(conversation_id, actor, _without_original(reason, text), about)
        return LiftedMask(message_id=message_id, number=number, kind=kept.kind, text=text, version=version)

    def _check(self, actor: Actor, message_id: str, reason: str) -> None:
        check_role(actor.id, actor.role, self._parts().rules.policy)
        check_id(message_id, "message id")
        rules = self._rules
        if rules.kinds and actor.role not in rules.roles:
            allowed = ", ".join(one.value for one in rules.roles)
            raise ForbiddenRole(f"the policy shows originals of masks to {allowed}, and not to {actor.role.value!r}")
        if not reason.strip():
            raise BadInput("the reason is empty; write why the original must be seen")
        if len(reason) > MAX_REASON:
            raise BadInput(f"the reason has {len(reason)} characters; write at most {MAX_REASON}")

    def _kept(self, connection: Connection, conversation_id: str, message_id: str, number: int) -> SealedOriginal:
        """The sealed original, if the policy in force keeps it and its mask stands where it stood."""
        kept = originals.one(connection, conversation_id, message_id, number)
        now, rules = self._parts().clock.now(), self._rules
        over = kept is None or kept.delete_at <= now or kept.kept_at + rules.delete_after.delta <= now
        if kept is None or over or kept.kind not in rules.kinds:
            raise NotFound(f"no original {number} of message {message_id!r} is kept; the mask stays")
        message = queries.message(connection, conversation_id, message_id)
        if message is None or message.text[kept.mask_start : kept.mask_end] != MASKS[kept.kind]:
            raise OriginalUnreadable(f"original {number} of message {message_id!r} belongs to no mask of it any more")
        return kept

    def delete_old(self) -> int:
        """Deletes what the policy in force keeps no longer, about once a minute; how many."""
        now, before = self._parts().clock.now(), self._looked_at
        if before is not None and before <= now < before + LOOK_EVERY:
            return 0
        self._looked_at, rules = now, self._rules
        past = (rules.kinds, now - rules.delete_after.delta, now)
        with self._store.read() as connection:
            if not originals.any_to_delete(connection, *past):
                return 0
        with self._store.write() as connection:
            return originals.delete_past(connection, *past)


def _without_original(reason: str, text: str) -> str:
    """The reason. BadInput where it repeats what is masked: it would stand in the log."""

    def bare(written: str) -> str:
        return "".join(char for char in written.casefold() if char.isalnum())

    if bare(text) in bare(reason):
        raise BadInput("the reason repeats what is masked; write why it must be seen without it")
    return reason
