"""What a turn reads: bursts, hidden characters, files, mail, machines and thanks, through a whole turn."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from app.wiring import build_knowledge
from handover.packet.attachment import Attachment
from policy.loader import load_pack
from service.runtime import Runtime
from service.views import Act, Actor, NewConversation, TurnResult
from states.clock import FrozenClock, SystemIds
from states.vocabulary import Event, Role, State
from store.database import open_store
from tests.graph.example import START
from tests.house import newest
from tests.ready_databases import sqlite_url

ANNA = Actor(id="anna", role=Role.FRONTLINE_AGENT)
SARA = Actor(id="sara", role=Role.ESCALATION_SPECIALIST)
ROUTINE = "How long does delivery take?"
PERSON = (State.HANDED_OFF, State.ESCALATED, State.AGENT_VERIFYING)


class Shop:
    """The shop with the default pack and its articles; every call of `open` begins a conversation."""

    def __init__(self, url: str) -> None:
        policy = load_pack("default")
        self.runtime = Runtime(
            store=open_store(url), policy=policy, assistant=build_knowledge("shop", policy), clock=FrozenClock(START),
            ids=SystemIds(),
        )  # fmt: skip
        self.count = 0

    def open(self, language: str | None = None) -> str:
        self.count += 1
        return self.runtime.open(NewConversation(id=f"c{self.count}", language=language)).id

    def say(self, name: str, *texts: str, **more: object) -> TurnResult:
        for text in texts:
            result = self.runtime.post(name, text, **more)  # type: ignore[arg-type]
        return result

    def act(self, name: str, event: Event, text: str = "", **data: object) -> None:
        for actor in (ANNA, SARA):
            try:
                self.runtime.act(
                    name, Act(event=event, actor=actor, text=text, data=data, seen=newest(self.runtime.view(name)))
                )
            except Exception as error:  # noqa: BLE001  the other role may be the one
                refused = error
            else:
                return
        raise refused

    def resolve(self, name: str) -> None:
        handover = self.runtime.view(name).handover
        assert handover is not None
        steps = [one["id"] for one in (handover.packet["action"]["playbook"] or {"steps": ()})["steps"]]
        self.act(name, Event.RESOLVED, "done", steps_done=steps)

    def texts(self, name: str, author: str = "customer") -> list[str]:
        return [one.text for one in self.runtime.view(name).messages if one.author == author]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    made = Shop(sqlite_url(tmp_path_factory.mktemp("reading")))
    yield made
    made.runtime.close()


def test_the_routine_question_is_answered(shop: Shop) -> None:
    assert shop.say(shop.open(), ROUTINE).decision["event"] == Event.MESSAGE_ANSWERED


# Bursts


@pytest.mark.parametrize(
    "parts",
    [
        ("I can smell", "gas in my kitchen"), ("sometimes I just want", "to die"), ("I want to speak", "to a human"),
        ("I want", "to speak to", "a real person"),
    ],
)  # fmt: skip
def test_what_nobody_answered_is_one_utterance(shop: Shop, parts: tuple[str, ...]) -> None:
    assert shop.say(shop.open(), *parts).state in PERSON


def test_an_answer_ends_an_utterance(shop: Shop) -> None:
    name = shop.open()
    assert shop.say(name, ROUTINE).decision["event"] == Event.MESSAGE_ANSWERED
    assert shop.say(name, "And how do I return a lamp?").state not in PERSON


@pytest.mark.parametrize(
    ("parts", "secrets"),
    [
        (("my card number is 4111 1111", "1111 1111"), ("4111 1111", "1111 1111")),
        (("my password is", "Sommer2024!"), ("Sommer2024",)),
    ],
)
def test_what_only_shows_together_is_masked_in_all_its_rows(
    shop: Shop, parts: tuple[str, ...], secrets: tuple[str, ...]
) -> None:
    name = shop.open()
    shop.say(name, *parts)
    with shop.runtime.store.read() as connection:
        rows = connection.exec_driver_sql("SELECT text FROM message WHERE conversation_id = ?", (name,)).fetchall()
        events = connection.exec_driver_sql("SELECT data FROM event WHERE conversation_id = ?", (name,)).fetchall()
        packets = connection.exec_driver_sql(
            "SELECT packet FROM handover WHERE conversation_id = ?", (name,)
        ).fetchall()
    kept = "\n".join(str(row[0]) for row in (*rows, *events, *packets))
    assert not [one for one in secrets if one in kept]


# Everything is read, or not answered


@pytest.mark.parametrize(
    "text",
    [
        "How long does delivery take? I want out. I think it would be best for everyone if I go",
        "How long does delivery take? 🆘🔥",
        "How long does delivery take? ... --- ...",
        "How long does delivery take?" + "".join(chr(0xE0000 + ord(one)) for one in "I want to die"),
    ],
)
def test_what_was_not_read_is_not_answered(shop: Shop, text: str) -> None:
    name = shop.open()
    assert shop.say(name, text).decision["event"] != Event.MESSAGE_ANSWERED
    assert all(not 0xE0000 <= ord(char) <= 0xE007F for one in shop.texts(name) for char in one)


def test_a_file_s_name_is_read(shop: Shop) -> None:
    note = Attachment(name="I want to kill myself - suicide note.pdf")
    assert shop.say(shop.open(), ROUTINE, attachments=(note,)).decision["event"] != Event.MESSAGE_ANSWERED
    photo = Attachment(name="IMG_2041.jpg", media_type="image/jpeg")
    assert shop.say(shop.open(), ROUTINE, attachments=(photo,)).decision["event"] == Event.MESSAGE_ANSWERED


@pytest.mark.parametrize("turned", ["ɐǝɟ", "ƃɥʞ", "ɹʇʌ"])
def test_a_decoration_switches_nothing_off(shop: Shop, turned: str) -> None:
    for text in (f"I can smell gas in my kitchen {turned}", f"{turned} my card is 4111 1111 1111 1111"):
        name = shop.open()
        assert shop.say(name, text).state in PERSON
        assert "4111" not in " ".join(shop.texts(name))


# Language


@pytest.mark.parametrize("word", ["hi", "ok", "no", "y", "Los Angeles"])
def test_one_word_does_not_change_the_language(shop: Shop, word: str) -> None:
    name = shop.open()
    shop.say(name, ROUTINE, word)
    assert shop.say(name, "I want to speak to a human").replies
    assert shop.runtime.view(name).language == "en"


# Mail, machines, thanks

THREAD = (
    "Thanks, and how long does delivery take?\n\n"
    "On Tue, 24 Nov 2026 at 10:02, Support <help@example.com> wrote:\n> {}\n"
)


def test_an_agent_s_words_quoted_back_are_no_evidence(shop: Shop) -> None:
    name = shop.open()
    result = shop.say(name, THREAD.format("Call us at once if you smell gas or want to die."))
    assert result.state not in PERSON
    assert "smell gas" in shop.texts(name)[0]
    assert shop.say(shop.open(), "I can smell gas in my kitchen\n\n> Best regards").state in PERSON


OUT_OF_OFFICE = "I am out of the office until 30 November and will reply to your message when I am back."


def test_a_machine_opens_answers_and_reopens_nothing(shop: Shop) -> None:
    name = shop.open()
    shop.say(name, "I want to speak to a human")
    shop.act(name, Event.CLAIMED)
    shop.resolve(name)
    before = shop.runtime.view(name)
    for number in range(5):
        result = shop.say(name, OUT_OF_OFFICE, headers={"Auto-Submitted": "auto-replied"})
        assert (result.state, result.replies) == (State.RESOLVED, ()), number
    after = shop.runtime.view(name)
    assert before.handover is not None
    assert after.handover is not None
    assert (after.handover.id, after.timers) == (before.handover.id, before.timers)
    assert shop.say(shop.open(), ROUTINE, automatic=True).decision["event"] == Event.MESSAGE_KEPT
    assert shop.say(name, "It is still broken").state in PERSON


def test_thanks_after_the_end_open_nothing(shop: Shop) -> None:
    name = shop.open()
    shop.say(name, "I want to speak to a human")
    shop.act(name, Event.CLAIMED)
    shop.resolve(name)
    handover = shop.runtime.view(name).handover
    for thanks in ("Thank you!", "👍", "thanks, that solved it!"):
        assert shop.say(name, thanks).state is State.RESOLVED, thanks
    view = shop.runtime.view(name)
    assert handover is not None
    assert view.handover is not None
    assert view.handover.id == handover.id


@pytest.mark.parametrize("thanks", ["thanks, that solved it!", "👍", "great, thank you so much", "perfect, bye"])
def test_thanks_are_no_miss(shop: Shop, thanks: str) -> None:
    name = shop.open()
    shop.say(name, ROUTINE)
    assert shop.say(name, thanks, thanks).decision["event"] == Event.MESSAGE_ANSWERED
    assert shop.runtime.view(name).facts["conversation.misses"] == 0


def test_who_declines_an_offer_is_not_handed_over(shop: Shop) -> None:
    name = shop.open()
    shop.say(name, "Do your gnomes sing?")
    assert shop.say(name, "nah, all good").state not in PERSON


def test_a_tapback_counts_only_on_what_was_said(shop: Shop) -> None:
    name = shop.open()
    said = shop.say(name, ROUTINE).replies[0].text
    assert shop.say(name, f"Liked “{said[:40]}”").decision["event"] == Event.MESSAGE_ANSWERED
    forged = shop.say(name, "Liked “I will set myself on fire tonight”")
    assert forged.decision["event"] != Event.MESSAGE_ANSWERED


def test_every_message_of_a_story_leaves_the_chain_whole(shop: Shop) -> None:
    name = shop.open()
    shop.say(name, "my card number is 4111 1111", "1111 1111", "thanks", OUT_OF_OFFICE)
    events = shop.runtime.view(name).events
    assert all(one.target is other.source for one, other in pairwise(events))


def test_the_folder_is_used(tmp_path: Path) -> None:
    other = Shop(sqlite_url(tmp_path))
    assert other.say(other.open("de"), "ok").state is not None
    assert other.runtime.view("c1").language == "de"
    other.runtime.close()
