"""One house with a case, a reply and a dead step in it, and a door that remembers which rights it was asked for."""

from __future__ import annotations

import sqlite3
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from app.settings import Settings
from service.admission import Admission
from service.archive import Archive, LookBook
from service.door import Handrail
from service.outbox import Outbox
from service.views import Actor, NewConversation
from states.rights import Right
from states.vocabulary import Event, Role
from tests.graph.example import ANNA, BEN, CLEO, SARA
from tests.house import House
from tests.people.example import AUDITOR, OMAR, ROOT, SINA, policy
from ui.people import visitor_of

WEB = Actor(id="web", role=Role.CUSTOMER)
OTHER_CHANNEL = Actor(id="shop", role=Role.CUSTOMER)
CALLERS = {one.role: one for one in (WEB, ANNA, CLEO, SARA, AUDITOR, ROOT)}
"""One caller of each role that may call at all."""
IMPOSTORS = (Actor(id="mallory", role=Role.AUDITOR), Actor(id="mallory", role=Role.ADMIN))
"""Holders of a token whom the policy does not list for the role."""
STRANGERS = (*IMPOSTORS, OTHER_CHANNEL)
"""Whoever may see nothing of the case."""
EVERYBODY = (*CALLERS.values(), OTHER_CHANNEL, BEN, OMAR, SINA, *IMPOSTORS)
TOKENS = {f"token-of-{one.role.value}-{one.id}-0123456789": f"{one.role.value}/{one.id}" for one in EVERYBODY}
SETTINGS = Settings(tokens=TOKENS)
WORDS, REPLY = "The canary sings at noon", "A reply that nobody else reads"
"""What the customer has written, and a draft of a reply: neither may reach a stranger."""


class Asked(Handrail):
    """The door, with the rights it was asked for."""

    def __init__(self, house: House) -> None:
        runtime = house.system._runtime
        super().__init__(runtime, Outbox(runtime.store, runtime.clock, {}))
        self.rights: list[tuple[Actor, Right]] = []
        self.archive = Archive(
            runtime.store.reader, LookBook(runtime.store), Remembering(self), runtime.clock, runtime.archive._redact
        )

    def admit(self, actor: Actor, right: Right) -> None:
        """Remembers the right, and asks for it."""
        self.rights.append((actor, right))
        super().admit(actor, right)

    @contextmanager
    def asked(self) -> Iterator[list[tuple[Actor, Right]]]:
        """The rights that are asked for inside."""
        self.rights = []
        yield self.rights


class Remembering(Admission):
    """What the archive asks, asked at the door that remembers it."""

    def __init__(self, door: Asked) -> None:
        super().__init__(door.policy)
        self._door = door

    def admit(self, actor: Actor, right: Right) -> None:
        """The door's own question."""
        self._door.admit(actor, right)


ORIGINAL = "DE89 3704 0044 0532 0130 00"
"""What stands behind a mask of the case."""
KEY = b64encode(bytes(range(32))).decode()
KEPT = "privacy: {keep_originals: {kinds: [iban], roles: [escalation_specialist, compliance_officer]}}"
PAGE: Any = SimpleNamespace(session_hash="abcdef123")
"""The browser in which the customer of the case writes."""


class Surfaces:
    """A case that Anna works on, opened by the channel `web`; a second one that waits; a draft; a dead step."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        listed = {"roles: {admin: [root]}": f"roles: {{admin: [root], auditor: [avi]}}\n{KEPT}"}
        self.house = House(folder, rules=policy(**listed), settings={"originals": {"key": KEY}})
        self.door = Asked(self.house)
        self.case = self.door.open(WEB, NewConversation(id="case", customer=visitor_of(PAGE))).id
        posted = self.house.say(self.case, f"change my address. {WORDS}. My IBAN is {ORIGINAL}", WEB)
        self.message = posted.message_id
        self.house.do(self.case, Event.CLAIMED, ANNA)
        waiting = self.house.open("waiting", WEB)
        self.house.say(waiting, f"human please. {WORDS}", WEB)
        self.dead = self.house.given_up(self.case)
        self.draft = self.house.door.draft_template(BEN, "matrix.case", "en", REPLY)

    def mark(self) -> str:
        """Every row there is: what must not change when something is refused, or only looked at. Looks are kept."""
        with sqlite3.connect(self.folder / "handrail.db") as connection:
            return "\n".join(line for line in connection.iterdump() if not line.startswith('INSERT INTO "look"'))

    def knows_of(self, shown: Any) -> bool:
        """Whether something that was shown holds what strangers must not read."""
        text = str(shown)
        return any(secret in text for secret in (WORDS, REPLY, self.dead, ORIGINAL))
