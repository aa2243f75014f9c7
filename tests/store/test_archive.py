"""What is searched for is found, in pages, by the conversation's own rows; a reader cannot write."""

from __future__ import annotations

from datetime import datetime
from random import Random
from typing import Any

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError

from states.errors import StoreUnavailable
from states.vocabulary import Event, Role, State
from store import archive, arrivals
from store.append_only import drop_append_only
from store.archive import Search
from tests.store.example import HOUR, NOW, Bench

FIRED = {"fired": [{"trigger_id": "safety.gas"}, {"trigger_id": "person.request"}]}


def found(bench: Bench, search: Search, limit: int = 50) -> list[str]:
    """The names of what fits, page by page."""
    names: list[str] = []
    before: tuple[datetime, str] | None = None
    while True:
        rows, total = bench.rows(lambda connection, at=before: archive.find(connection, search, limit, at))
        names += [row["id"] for row in rows]
        if not rows:
            assert total == len(names)
            return names
        before = (rows[-1]["updated_at"], rows[-1]["id"])


def said(bench: Bench, name: str, *texts: str, at: datetime = NOW) -> None:
    """A conversation in which the customer has written these."""
    bench.open(name, now=at)
    for number, words in enumerate(texts):
        bench.receive(name, f"{name}-{number}", words, at=at)


def test_words_are_found_in_any_message_in_any_letters(bench: Bench) -> None:
    said(bench, "c1", "I can SMELL gas", "in my kitchen")
    said(bench, "c2", "Where is my parcel?")
    said(bench, "c3", "Die Überweisung fehlt, 100%_sicher")
    assert found(bench, Search(words=("smell",))) == ["c1"]
    assert found(bench, Search(words=("Smell", "kitchen"))) == ["c1"], "each word in some message"
    assert found(bench, Search(words=("smell gas",))) == ["c1"]
    assert found(bench, Search(words=("smell", "parcel"))) == []
    assert found(bench, Search(words=("überweisung",))) == ["c3"]
    assert found(bench, Search(words=("100%_s",))) == ["c3"], "what means something to LIKE is a letter like others"
    assert found(bench, Search(words=("%",))) == ["c3"]


def test_ids_and_what_a_case_says_are_found(bench: Bench) -> None:
    said(bench, "c1", "hello")
    bench.hand_over("c1", "ho1", reason="The customer smells gas.", resolution="solved", outcome="The tap is closed")
    bench.open("c2", customer="cus-2")
    for word, names in (("ho1", ["c1"]), ("cus-2", ["c2"]), ("c2", ["c2"]), ("smells", ["c1"]), ("TAP", ["c1"])):
        assert found(bench, Search(words=(word,))) == names, word
    assert found(bench, Search(resolution="solved")) == ["c1"]
    assert found(bench, Search(words=("ho",))) == [], "an id is not found by its beginning"


def test_what_happened_is_found(bench: Bench) -> None:
    for name in ("c1", "c2", "c3"):
        said(bench, name, "hello")
    bench.commit("c1", event=Event.TRIGGER_FIRED, data=FIRED)
    bench.hand_over("c2", "ho2")
    bench.commit("c2", event=Event.SLA_BREACHED)
    bench.commit("c3", event=Event.MESSAGE_KEPT, role=Role.SYSTEM)
    assert found(bench, Search(trigger="safety.gas")) == ["c1"]
    assert found(bench, Search(trigger="safety")) == ["c1"], "how a name begins finds it too"
    assert found(bench, Search(trigger="gas")) == []
    assert found(bench, Search(breached=True)) == ["c2"]
    assert found(bench, Search(states=("handed_off",))) == ["c2"]
    assert found(bench, Search(states=("handed_off", "bot_handling"), breached=True)) == ["c2"]


def test_a_person_is_found_by_what_they_did(bench: Bench) -> None:
    for name, who, role in (("c1", "Anna", Role.FRONTLINE_AGENT), ("c2", "anna", Role.CUSTOMER)):
        said(bench, name, "hello")
        bench.commit(name, event=Event.CLAIMED, role=role)
        bench.run(drop_append_only)
        bench.run(
            lambda connection, name=name, who=who: connection.execute(
                text("UPDATE event SET actor_id = :who WHERE conversation_id = :name"), {"who": who, "name": name}
            )
        )
    assert found(bench, Search(agent="anna")) == ["c1"], "however it is spelt, and no customer of that name"


def test_a_conversation_is_found_on_every_day_on_which_it_was_under_way(bench: Bench) -> None:
    said(bench, "c1", "hello", at=NOW)
    bench.commit("c1", at=NOW + 48 * HOUR)
    for begin, end, fits in ((-1, 1, True), (20, 30, True), (47, 60, True), (49, 60, False), (-9, -1, False)):
        search = Search(begin=NOW + begin * HOUR, end=NOW + end * HOUR)
        assert bool(found(bench, search)) is fits, (begin, end)


@pytest.mark.parametrize("seed", range(3))
def test_pages_together_are_what_fits_newest_change_first(bench: Bench, seed: int) -> None:
    """Random conversations and searches: the same as a loop over all of them finds."""
    chance = Random(seed)
    facts: dict[str, dict[str, Any]] = {}
    for number in range(40):
        words = [chance.choice(["gas", "parcel", "card", "Gas leak"]) for _ in range(chance.randint(1, 3))]
        at, name = NOW + chance.randint(0, 9) * HOUR, f"c{number:02}"
        said(bench, name, *words, at=at)
        state = chance.choice([State.BOT_HANDLING, State.GUARDED, State.RESOLVED])
        breached = chance.random() < 0.3
        bench.commit(name, state=state, at=at, event=Event.SLA_BREACHED if breached else Event.MESSAGE_KEPT)
        facts[name] = {"text": " ".join(words).lower(), "state": state.value, "at": at, "breached": breached}
    for _ in range(12):
        search = Search(
            words=tuple(chance.sample(["gas", "leak", "parcel"], chance.randint(0, 2))),
            states=tuple(chance.sample(["guarded", "resolved"], chance.randint(0, 2))),
            breached=chance.random() < 0.3, begin=chance.choice([None, NOW + 4 * HOUR]),
        )  # fmt: skip
        fits = [
            name
            for name, one in facts.items()
            if all(word in one["text"] for word in search.words)
            and (not search.states or one["state"] in search.states)
            and (one["breached"] or not search.breached)
            and (search.begin is None or one["at"] >= search.begin)
        ]
        ordered = sorted(fits, key=lambda name: (facts[name]["at"], name), reverse=True)
        assert found(bench, search, limit=chance.randint(1, 9)) == ordered


def test_what_is_shown_of_what_was_found(bench: Bench) -> None:
    said(bench, "c1", "hello", "I smell gas")
    said(bench, "c2", "gas again")
    bench.hand_over("c1", "ho1")
    bench.commit("c1", event=Event.SLA_BREACHED)
    names = ["c1", "c2"]
    assert bench.rows(lambda connection: archive.lengths(connection, names)) == {"c1": (2, True)}
    assert bench.rows(lambda connection: archive.excerpts(connection, names, ["GAS"])) == {
        "c1": "I smell gas", "c2": "gas again",
    }  # fmt: skip
    assert bench.rows(lambda connection: archive.excerpts(connection, ["c1"], [])) == {"c1": "hello"}
    assert [row["id"] for row in bench.rows(lambda connection: archive.handovers(connection, names))] == ["ho1"]


def test_policies_are_listed_newest_first_without_their_text(bench: Bench) -> None:
    for number in (1, 2):
        bench.run(arrivals.remember_policy, f"h{number}", "acme", "{}", NOW + number * HOUR)
    listed = bench.rows(archive.policies)
    assert [dict(row) for row in listed] == [
        {"hash": f"h{number}", "name": "acme", "first_used_at": NOW + number * HOUR} for number in (2, 1)
    ]


def test_what_is_found_takes_one_statement_whatever_there_is(bench: Bench) -> None:
    def statements() -> int:
        seen: list[str] = []

        def find(connection: Connection) -> None:
            event.listen(connection, "before_cursor_execute", lambda *told: seen.append(told[2]))
            archive.find(connection, Search(words=("gas",), trigger="safety", breached=True), 25)

        bench.rows(find)
        return len(seen)

    said(bench, "c0", "gas")
    few = statements()
    for number in range(1, 30):
        said(bench, f"c{number}", "gas")
    assert statements() == few == 1


def test_a_reader_cannot_write_whatever_it_is_told(bench: Bench) -> None:
    bench.open("c1")
    for told in ("UPDATE conversation SET version = 99", "DELETE FROM message", "DROP TABLE look"):
        with pytest.raises((DBAPIError, StoreUnavailable)), bench.store.reader.read() as connection:
            connection.execute(text(told))
    assert bench.rows(lambda connection: connection.execute(text("SELECT version FROM conversation")).scalar()) == 0
    with bench.store.write() as connection:  # a mutant: on a writer's connection the same is done
        connection.execute(text("UPDATE conversation SET version = 99"))
    assert bench.rows(lambda connection: connection.execute(text("SELECT version FROM conversation")).scalar()) == 99
