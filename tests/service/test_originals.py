"""Masks that may be lifted: who, why and how long is the policy's; what is shown is in no other place."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from assistants.port import Draft, Question
from assistants.scripted import ScriptedAssistant
from policy.loader import LoadedPolicy
from proof.chain import first_break
from service.originals import MAX_REASON, Seal
from service.views import Actor, LiftedMask, NewConversation
from states.errors import BadInput, ForbiddenRole, IllegalEvent, NotFound, OriginalUnreadable
from states.vocabulary import STAFF, Event, Role, State
from store.append_only import drop_append_only
from store.queries import EVENT, MESSAGE, ORIGINAL
from store.records import SealedOriginal
from tests.graph.example import ANNA, BEN, CLEO, SARA, START, Desk, knows, policy
from tests.people.example import AUDITOR, ROOT
from tests.ready_databases import new_database, sqlite_url

KEY = bytes(range(32))
IBAN, PASSPORT = "DE89 3704 0044 0532 0130 00", "533380006"
TEXT = f"my iban is {IBAN}, passport number {PASSPORT}. how is delivery?"
CANARIES = (IBAN, IBAN.replace(" ", ""), "0532 0130", PASSPORT)
REASON = "The refund goes to this account."
KEEP = "privacy: {keep_originals: {kinds: [iban, national_id], delete_after: 30d, roles: [compliance_officer]}}\n"


def keeping(rules: str = KEEP) -> LoadedPolicy:
    """The test policy that keeps originals."""
    return policy(("guard: {", rules + "guard: {"))


class Office(Desk):
    """A desk under that policy, and what the models were asked."""

    def __init__(self, url: str, **more: Any) -> None:
        self.asked: list[Question] = []
        super().__init__(url, ScriptedAssistant(self._draft), **{"seal": Seal(KEY), **more})
        self.runtime.activate(keeping())

    def _draft(self, question: Question) -> Draft:
        self.asked.append(question)
        return knows(question)

    def lift(self, actor: Actor = CLEO, message_id: str = "m1", number: int = 1, reason: str = REASON) -> LiftedMask:
        """Somebody asks for an original."""
        return self.runtime.lift(actor, self.id, message_id, number, reason)

    def rows(self) -> list[Any]:
        """What is kept."""
        with self.runtime.store.read() as connection:
            return list(connection.execute(select(ORIGINAL).order_by(ORIGINAL.c.number)).mappings())

    def change(self, statement: Any) -> None:
        """Somebody writes into the database."""
        with self.runtime.store.write() as connection:
            drop_append_only(connection)
            connection.execute(statement)

    def lifts(self) -> list[Any]:
        """The events that record a look."""
        return [one for one in self.view.events if one.event == Event.MASK_LIFTED]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    if request.param == "postgres":
        url = new_database(request.getfixturevalue("postgres"), f"masks_{secrets.token_hex(4)}")
    else:
        url = sqlite_url(tmp_path)
    opened = Office(url)
    opened.say(TEXT, "m1")
    yield opened
    opened.runtime.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Office]:
    opened = Office(sqlite_url(tmp_path))
    opened.say(TEXT, "m1")
    yield opened
    opened.runtime.close()


def test_a_mask_is_lifted_for_a_reason_that_is_recorded(office: Office) -> None:
    (message,) = (one for one in office.view.messages if one.id == "m1")
    assert [(one.number, one.kind, message.text[one.start : one.end]) for one in message.masks] == [
        (1, "iban", "[iban]"), (2, "national_id", "[national id]"),
    ]  # fmt: skip
    version = office.view.version
    lifted = office.lift()
    assert (lifted.text, lifted.kind, lifted.version) == (IBAN, "iban", version + 1)
    assert office.lift(number=2).text == PASSPORT
    first, second = office.lifts()
    assert (first.actor_id, first.role, first.source, first.target) == ("cleo", CLEO.role, first.source, first.source)
    told = {name: first.data[name] for name in ("message_id", "number", "kind", "note")}
    assert told == {"message_id": "m1", "number": 1, "kind": "iban", "note": REASON}
    assert second.data["number"] == 2
    with office.runtime.store.read() as connection:
        chain = [dict(row) for row in connection.execute(select(EVENT).order_by(EVENT.c.seq)).mappings()]
    assert first_break(chain) is None
    assert office.view.state is first.source


def test_every_look_is_one_event(desk: Office) -> None:
    for _ in range(3):
        desk.lift()
    assert len(desk.lifts()) == 3
    assert len({one.id for one in desk.lifts()}) == 3


@pytest.mark.parametrize("actor", [ANNA, BEN, SARA], ids=lambda one: one.id)
def test_whom_the_policy_does_not_name_is_shown_nothing(desk: Office, actor: Actor) -> None:
    with pytest.raises(ForbiddenRole, match="compliance_officer"):
        desk.lift(actor)
    assert desk.lifts() == []


@pytest.mark.parametrize("actor", [AUDITOR, ROOT, Actor(id="web", role=Role.CUSTOMER)], ids=lambda one: one.id)
def test_nobody_beside_the_staff_is_ever_shown_an_original(desk: Office, actor: Actor) -> None:
    with pytest.raises(ForbiddenRole):
        desk.lift(actor)
    assert actor.role not in STAFF
    assert desk.lifts() == []


@pytest.mark.parametrize(
    "reason",
    [
        "",
        " \n ",
        "x" * (MAX_REASON + 1),
        f"to compare {IBAN}",
        "is it DE89370400440532013000?",
        "de89-3704-0044-0532-0130-00",
    ],
)
def test_without_a_reason_that_may_stand_in_the_log_nothing_is_shown(desk: Office, reason: str) -> None:
    with pytest.raises(BadInput) as refused:
        desk.lift(reason=reason)
    assert not any(canary in str(refused.value) for canary in CANARIES)
    assert desk.lifts() == []


def test_private_data_in_a_reason_are_masked(desk: Office) -> None:
    desk.lift(reason="The caller says that the card is 4111 1111 1111 1111.")
    assert desk.lifts()[0].data["note"] == "The caller says that the card is [card]."


def test_a_lift_is_no_act(desk: Office) -> None:
    with pytest.raises(IllegalEvent):
        desk.do(Event.MASK_LIFTED, CLEO, text=REASON)
    assert desk.lifts() == []


def test_a_policy_keeps_nothing_unless_it_says_so(desk: Office) -> None:
    desk.runtime.activate(policy())
    desk.say(TEXT, "m2")
    assert len(desk.rows()) == 2
    for message_id in ("m1", "m2"):
        with pytest.raises(NotFound):
            desk.lift(message_id=message_id)
    desk.runtime.activate(keeping(KEEP.replace("iban, ", "")))
    desk.say(TEXT, "m3")
    assert [row["kind"] for row in desk.rows() if row["message_id"] == "m3"] == ["national_id"]
    with pytest.raises(NotFound):
        desk.lift()
    assert desk.lifts() == []


@pytest.mark.parametrize(("message_id", "number"), [("m1", 3), ("m1", 0), ("m2", 1), ("nowhere", 1)])
def test_what_is_not_kept_is_not_there(desk: Office, message_id: str, number: int) -> None:
    desk.say("how is delivery?", "m2")
    with pytest.raises(NotFound):
        desk.lift(message_id=message_id, number=number)


def test_another_conversation_does_not_open_it(desk: Office) -> None:
    desk.runtime.open(NewConversation(id="c2", customer="cus-2"))
    with pytest.raises(NotFound):
        desk.runtime.lift(CLEO, "c2", "m1", 1, REASON)


# Time


def test_originals_are_deleted_when_their_time_is_over(office: Office) -> None:
    office.wait(days=29, hours=23)
    assert len(office.rows()) == 2
    assert office.lift().text == IBAN
    office.clock.advance(timedelta(hours=1))
    with pytest.raises(NotFound):
        office.lift()
    assert office.runtime.fire_due() >= 2
    assert office.rows() == []
    assert office.view.messages[0].masks == ()


def test_a_policy_that_keeps_less_deletes_what_is_older(desk: Office) -> None:
    desk.wait(days=8)
    assert len(desk.rows()) == 2
    desk.runtime.activate(keeping(KEEP.replace("30d", "7d")))
    with pytest.raises(NotFound):
        desk.lift()
    desk.wait(minutes=2)
    assert desk.rows() == []


def test_a_policy_that_keeps_longer_brings_nothing_back(desk: Office) -> None:
    desk.runtime.activate(keeping(KEEP.replace("30d", "365d")))
    desk.wait(days=30)
    assert desk.rows() == []


def test_deleting_is_looked_for_once_a_minute_and_after_the_time_was_set_back(desk: Office) -> None:
    desk.runtime.fire_due()
    desk.change(update(ORIGINAL).values(delete_at=desk.clock.now()))
    desk.clock.advance(timedelta(seconds=59))
    desk.runtime.fire_due()
    assert len(desk.rows()) == 2
    desk.clock.advance(timedelta(seconds=-30))
    desk.runtime.fire_due()
    assert len(desk.rows()) == 2
    desk.clock.advance(timedelta(minutes=1))
    desk.runtime.fire_due()
    assert desk.rows() == []


# What cannot be opened


def _swap(desk: Office) -> None:
    """The sealed words of one original stand in the row of another."""
    one, two = desk.rows()
    for row, other in ((one, two), (two, one)):
        values = {name: other[name] for name in ("nonce", "sealed")}
        desk.change(update(ORIGINAL).where(ORIGINAL.c.number == row["number"]).values(values))


def _moved(desk: Office) -> None:
    """The row is put under another message, which has such a mask at the same place."""
    desk.say(TEXT.replace("delivery", "the delivery"), "m2")
    desk.change(delete(ORIGINAL).where(ORIGINAL.c.message_id == "m2"))
    desk.change(update(ORIGINAL).values(message_id="m2"))
    desk.change(update(MESSAGE).where(MESSAGE.c.id == "m1").values(text="nothing"))
    desk.lift_from = "m2"  # type: ignore[attr-defined]  # read by the test


def _flip(column: str) -> Any:
    def flip(desk: Office) -> None:
        value = desk.rows()[0][column]
        changed = bytes([value[0] ^ 1]) + value[1:]
        desk.change(update(ORIGINAL).values({column: changed}))

    return flip


def _set(**values: Any) -> Any:
    return lambda desk: desk.change(update(ORIGINAL).where(ORIGINAL.c.number == 1).values(values))


TAMPERED: dict[str, Any] = {
    "swapped": _swap,
    "under another message": _moved,
    "changed words": _flip("sealed"),
    "changed nonce": _flip("nonce"),
    "no words": _set(sealed=b""),
    "no nonce": _set(nonce=b""),
    "another key": _set(key_id="0" * 16),
    "another kind": _set(kind="national_id"),
    "another place": _set(mask_start=12, mask_end=18),
    "a message that was changed": lambda desk: desk.change(
        update(MESSAGE).where(MESSAGE.c.id == "m1").values(text=TEXT.replace(IBAN, "[account number]"))
    ),
    "a message that was masked more": lambda desk: desk.change(
        update(MESSAGE).where(MESSAGE.c.id == "m1").values(text="my [card] and the rest")
    ),
    "beyond the text": _set(mask_start=4000, mask_end=4006),
}


@pytest.mark.parametrize("what", sorted(TAMPERED))
def test_a_row_that_is_not_as_it_was_written_shows_nothing(
    desk: Office, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    desk.lift_from = "m1"  # type: ignore[attr-defined]
    TAMPERED[what](desk)
    version = desk.view.version
    with caplog.at_level(logging.DEBUG), pytest.raises(OriginalUnreadable) as refused:
        desk.lift(message_id=desk.lift_from)  # type: ignore[attr-defined]
    told = f"{refused.value!r} {refused.value.__cause__!r} {caplog.text}"
    assert not any(canary in told for canary in CANARIES)
    assert desk.view.version == version
    assert desk.lifts() == []


def test_a_row_with_a_mask_like_it_in_the_text_still_does_not_open_elsewhere(desk: Office) -> None:
    """Every part of what a row belongs to is authenticated, one by one."""
    seal, row = Seal(KEY), desk.rows()[0]
    kept = SealedOriginal(**row)
    assert seal.opened(kept) == IBAN
    others: dict[str, Any] = {
        "conversation_id": "c2", "message_id": "m2", "number": 2, "kind": "national_id", "mask_start": 0,
        "mask_end": 99,
    }  # fmt: skip
    for name, value in others.items():
        with pytest.raises(OriginalUnreadable):
            seal.opened(replace(kept, **{name: value}))


@pytest.mark.parametrize("key", [None, bytes(32)], ids=["no key", "another key"])
def test_without_the_key_nothing_is_shown(tmp_path: Path, key: bytes | None) -> None:
    url = sqlite_url(tmp_path)
    first = Office(url)
    first.say(TEXT, "m1")
    first.runtime.close()
    again = Office(url, seal=Seal(key) if key else None)
    with pytest.raises(OriginalUnreadable, match="key"):
        again.lift()
    assert again.lifts() == []
    again.say(TEXT, "m2")
    assert len([row for row in again.rows() if row["message_id"] == "m2"]) == (2 if key else 0)
    again.runtime.close()


def test_a_key_has_32_bytes() -> None:
    for size in (0, 16, 31, 33, 64):
        with pytest.raises(ValueError, match="32 random bytes"):
            Seal(bytes(size))


@settings(max_examples=30)
@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=60), st.binary(min_size=32, max_size=32))
def test_what_was_sealed_opens_with_its_key_and_no_other(text: str, key: bytes) -> None:
    bare = SealedOriginal(
        conversation_id="c1", message_id="m1", number=1, kind="iban", mask_start=0, mask_end=6, key_id="", nonce=b"",
        sealed=b"", kept_at=START, delete_at=START,
    )  # fmt: skip
    one, two = Seal(key).sealed(bare, text), Seal(key).sealed(bare, text)
    assert Seal(key).opened(one) == Seal(key).opened(two) == text
    assert one.nonce != two.nonce
    assert one.sealed != two.sealed
    other = Seal(bytes([key[0] ^ 1]) + key[1:])
    with pytest.raises(OriginalUnreadable):
        other.opened(replace(one, key_id=other.key_id))


# Nowhere else


def test_an_original_stands_in_no_column_log_packet_prompt_or_export(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """Through a whole case, with looks in between, on both databases."""
    with caplog.at_level(logging.DEBUG):
        assert office.lift().text == IBAN
        office.say("how is delivery", "m2")
        assert office.say("I smell gas", "m3").state is State.HANDED_OFF
        office.lift(number=2)
        office.do(Event.CLAIMED, CLEO)
        office.lift()
        office.do(Event.AGENT_REPLIED, CLEO, text="We are on it.")
        office.say(f"thank you, {IBAN}", "m4")
        office.do(Event.HAND_BACK_REQUESTED if office.view.consent else Event.RESOLVED, CLEO, text="done")
        office.wait(minutes=5)
    with office.runtime.store.read() as connection:
        names = [row[0] for row in connection.exec_driver_sql(_TABLES[connection.dialect.name])]
        dump = {name: [tuple(row) for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"')] for name in names}
    assert "original" in names
    assert len(names) >= 12
    shown = [
        repr(office.view), json.dumps([str(one.data) for one in office.view.events]), repr(office.runtime.queue()),
        repr(office.asked), caplog.text, *(f"{name}: {rows!r}" for name, rows in dump.items()),
        *(repr(bytes(cell)) for rows in dump.values() for row in rows for cell in row if isinstance(cell, _BYTES)),
    ]  # fmt: skip
    assert len(office.asked) >= 2
    for canary in CANARIES:
        assert [place[:60] for place in shown if canary in place] == []
    assert len(office.lifts()) == 3


_BYTES = (bytes, memoryview)
_TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
}


def test_of_a_message_that_turns_out_to_be_part_of_a_card_nothing_stays(desk: Office) -> None:
    """What only shows together with a later message is masked then, and what was kept of it goes."""
    desk.say(f"my iban is {IBAN}. my card is 4111 1111", "m2")
    assert [row["message_id"] for row in desk.rows() if row["message_id"] == "m2"] == ["m2"]
    desk.say("1111 1111", "m3")
    texts = {one.id: one.text for one in desk.view.messages}
    assert "[card]" in texts["m2"]
    assert "4111" not in texts["m2"]
    assert [row["message_id"] for row in desk.rows() if row["message_id"] == "m2"] == []
    with pytest.raises(NotFound):
        desk.lift(message_id="m2")


def test_beside_a_card_or_a_secret_nothing_is_kept(desk: Office) -> None:
    for number, beside in enumerate(("my card is 4111 1111 1111 1111", "the pin is 4821", "cvv 123"), start=2):
        desk.say(f"my iban is {IBAN}, {beside}", f"m{number}")
    assert {row["message_id"] for row in desk.rows()} == {"m1"}


def test_what_is_shown_is_in_no_representation(desk: Office) -> None:
    lifted = desk.lift()
    assert IBAN not in repr(lifted)
    assert IBAN not in f"{lifted}"
    assert lifted.text == IBAN


def test_an_error_while_it_is_recorded_shows_nothing(desk: Office) -> None:
    """The look is in the log before anything is shown: if it cannot be, nothing is."""

    def broken(*given: Any) -> int:
        raise OSError("disk full")

    desk.runtime._originals._record = broken
    with pytest.raises(OSError, match="disk full"):
        desk.lift()
