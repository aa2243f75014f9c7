"""Each part of the check is needed: without it, some change would pass that the whole check names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from proof.chain import GENESIS, event_hash
from proof.check import Finding, _Checking, check
from proof.exhibit import Exhibit, Part, ShownEvent, ShownMessage
from store.exhibits import exhibit_of
from tests.house import House
from tests.service.test_verify import fill

Change = Callable[[Exhibit], Exhibit]


@pytest.fixture(scope="module")
def exhibit(tmp_path_factory: pytest.TempPathFactory) -> Exhibit:
    house = House(tmp_path_factory.mktemp("house"))
    fill(house)
    with house.store.read() as connection:
        found = exhibit_of(connection, "case")
    house.close()
    return found


def _message(exhibit: Exhibit, which: Callable[[ShownMessage], bool], **changes: Any) -> Exhibit:
    done, found = False, []
    for one in exhibit.messages:
        hit = not done and which(one)
        found.append(replace(one, **changes) if hit else one)
        done = done or hit
    assert done
    return replace(exhibit, messages=tuple(found))


def _said(message: ShownMessage) -> bool:
    return message.says["author"] == "agent"


def _heard(message: ShownMessage) -> bool:
    return message.says["author"] == "customer"


def _words(part: Part | None, text: str) -> Part:
    assert part is not None
    assert part.value is not None
    return replace(part, value={**part.value, "text": text})


def another_word(exhibit: Exhibit) -> Exhibit:
    one = next(filter(_said, exhibit.messages))
    return _message(exhibit, _said, words=_words(one.words, "No."))


def another_head(exhibit: Exhibit) -> Exhibit:
    return replace(exhibit, head_hash=exhibit.events[-2].hash)


def another_place(exhibit: Exhibit) -> Exhibit:
    """Two messages that were said change places; each keeps its words."""
    first, second = [one for one in exhibit.messages if one.event_seq is not None][:2]
    moved = {first.id: replace(first, seq=second.seq), second.id: replace(second, seq=first.seq)}
    found = tuple(sorted((moved.get(one.id, one) for one in exhibit.messages), key=lambda one: one.seq))
    return replace(exhibit, messages=found)


def another_outcome(exhibit: Exhibit) -> Exhibit:
    return _message(exhibit, _heard, outcome_event_id=exhibit.events[-1].id)


def a_message_too_many(exhibit: Exhibit) -> Exhibit:
    one = next(filter(_heard, exhibit.messages))
    new = replace(one, seq=exhibit.next_seq + 5, outcome_event_id=None, says={**one.says, "id": "new"}, words=None)
    return replace(exhibit, messages=(*exhibit.messages, new))


def another_row(exhibit: Exhibit) -> Exhibit:
    assert exhibit.row is not None
    return replace(exhibit, row=replace(exhibit.row, value={**(exhibit.row.value or {}), "customer": "cus-2"}))


def another_packet(exhibit: Exhibit) -> Exhibit:
    (one, *rest) = exhibit.handovers
    assert one.row is not None
    changed = replace(one.row, value={**(one.row.value or {}), "packet": {}})
    return replace(exhibit, handovers=(replace(one, row=changed), *rest))


def emptied_without_a_word(exhibit: Exhibit) -> Exhibit:
    """What erasure leaves, and no entry of a journal that says so."""
    covering = {name: one.id for one in exhibit.events for name, _ in one.covers.get("said", ())}
    gone = next(filter(_said, exhibit.messages))
    events = tuple(
        replace(one, private=one.private.without()) if one.id == covering[gone.id] and one.private else one
        for one in exhibit.events
    )
    return _message(replace(exhibit, events=events), _said, words=None, writer=None, uncovered=None)


def another_journal(exhibit: Exhibit) -> Exhibit:
    entry = {
        "chain": "case", "number": 1, "kind": "delivered", "salt": "00" * 16, "data": {}, "at": "now",
        "prev_hash": GENESIS, "hash": "0" * 64,
    }  # fmt: skip
    return replace(exhibit, journal=(entry,))


NEEDED: dict[str, Change] = {
    "_chain": another_head, "_messages": another_word, "_places": another_place, "_outcomes": another_outcome,
    "_numbers": a_message_too_many, "_row": another_row, "_handovers": another_packet,
    "_erasure": emptied_without_a_word, "_journal": another_journal,
}  # fmt: skip


def _nothing(self: object) -> Iterator[Finding]:
    return iter(())


def test_the_exhibit_holds(exhibit: Exhibit) -> None:
    assert check(exhibit).findings == ()


@pytest.mark.parametrize("part", NEEDED)
def test_without_this_part_a_change_would_pass(exhibit: Exhibit, part: str) -> None:
    blind = type("Blind", (_Checking,), {part: _nothing})
    changed = NEEDED[part](exhibit)
    assert check(changed).findings != ()
    assert list(blind(changed).findings()) == []


def test_an_event_of_an_older_form_cannot_follow_one_with_a_salt(exhibit: Exhibit) -> None:
    """A chain cannot be led back to hashes that cover less."""
    last = exhibit.events[-1]
    says = {**last.says, "actor_id": "", "data": {}}
    older = ShownEvent(seq=last.seq, prev_hash=last.prev_hash, hash=event_hash(last.prev_hash, says), says=says)
    changed = replace(exhibit, events=(*exhibit.events[:-1], older), head_hash=older.hash)
    assert any("has no salt" in one.what for one in check(changed).findings)


def test_a_salt_alone_proves_nothing(exhibit: Exhibit) -> None:
    """A part that says what it withholds, or that is neither told nor withheld, is no part."""
    event = exhibit.events[0]
    assert event.private is not None
    both = replace(event.private, withheld=event.private.sealed())
    for part in (both, Part(), Part(salt="00")):
        changed = replace(exhibit, events=(replace(event, private=part), *exhibit.events[1:]))
        assert check(changed).findings != ()


def test_a_copy_without_words_is_proved_all_the_same(exhibit: Exhibit) -> None:
    event = exhibit.events[0]
    assert event.private is not None
    changed = replace(exhibit, events=(replace(event, private=event.private.without()), *exhibit.events[1:]))
    assert check(changed).findings == ()
