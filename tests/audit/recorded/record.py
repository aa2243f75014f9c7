"""`python -m tests.audit.recorded.record`: makes the recorded conversations that the tests decide again.

It runs the real system under the default pack, with the shipped articles and recogniser, on a clock of its own: what
customers write is drawn with a seed from the vectors of the policy, from questions about the shop and from small talk,
and people claim, answer, hand back and resolve in between.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from app.wiring import build_knowledge, build_recogniser, load_policy
from audit.record_file import write_records
from policy.loader import LoadedPolicy
from service.record import ConversationRecord
from states.errors import HandrailError
from states.vocabulary import Event
from tests.graph.example import ANNA
from tests.house import AUDITOR, House

FILE = Path(__file__).parent / "conversations.jsonl.gz"
MANY = 100
QUESTIONS = (
    "How long does delivery take?", "Can I return shoes that I have worn once?", "Which payment methods do you take?",
    "Do your gnomes sing?", "Where is my parcel?", "How do I get an invoice?", "thanks", "hello", "ok", "no thanks",
    "yes please", "That is not what I asked.", "Wie lange dauert die Lieferung?", "asdf qwer", "4", "👍",
)  # fmt: skip
ACTS = (
    (Event.AGENT_REPLIED, "I am looking into it."), (Event.HANDED_BACK, "The customer knows now."),
    (Event.RESOLVED, "Done."), (Event.RELEASED, "Somebody else knows more."), (Event.ESCALATED, "A senior must see."),
)  # fmt: skip


def messages_of(policy: LoadedPolicy) -> list[str]:
    """What customers may write: every vector of the policy, and as many routine words."""
    vectors = [
        vector.text for one in policy.policy.triggers for vector in (*one.vectors.positive, *one.vectors.lookalike)
    ]
    return [*vectors, *QUESTIONS * (1 + len(vectors) // len(QUESTIONS))]


def live(house: House, drawn: random.Random, messages: list[str], name: str) -> ConversationRecord:
    """One conversation of some turns, as its record."""
    house.open(name)
    for _ in range(drawn.randint(1, 7)):
        house.clock.advance(timedelta(seconds=drawn.randint(5, 4000)))
        if drawn.random() < 0.2:
            house.system.tick()
        try:
            owned = house.view(name).owner_id is not None
            if drawn.random() < 0.6:
                house.say(name, drawn.choice(messages))
            else:
                event, text = drawn.choice(ACTS) if owned else (Event.CLAIMED, "")
                house.do(name, event, ANNA, text)
        except HandrailError:
            continue  # the machine refuses what does not fit
    return house.door.archive.case(AUDITOR, name).record


def lived(many: int, seed: int) -> Iterator[ConversationRecord]:
    """So many conversations, with anything in them."""
    policy, drawn = load_policy("default"), random.Random(seed)
    messages = messages_of(policy)
    with tempfile.TemporaryDirectory() as folder:
        knowledge = build_knowledge("shop", policy)
        house = House(Path(folder), knowledge, policy, recogniser=build_recogniser())
        try:
            records = (live(house, drawn, messages, f"recorded-{number}") for number in range(many))
            yield from (one for one in records if one.events)
        finally:
            house.close()


if __name__ == "__main__":
    sys.stdout.write(f"{write_records(FILE, lived(MANY, 2026))} conversations\n")
