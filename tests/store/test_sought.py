"""What somebody looks for is found in SQL as plain rules say it, page by page; and what is counted is what is found."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from handover.people.sought import Sought, Tally, View
from states.vocabulary import Role, State
from store.queries import HANDOVER, LINES
from store.sought import Looking, fits, is_closed, owners, tally
from store.waiting import queue_page
from tests.store.example import NOW, Bench

WORDS = ("blue lamp", "50 % off_ \\ sale", "gas", "Kühlschrank")


def fill(bench: Bench, many: int, seed: int) -> dict[str, dict[str, Any]]:
    """Cases at random, and what each is: handover id → its columns, with what its customer wrote."""
    chance, found = Random(seed), {}
    for number in range(many):
        name, handover = f"c{number:03}", f"ho{number:03}"
        said = chance.choice(WORDS)
        bench.open(name, customer=chance.choice(["cus-a", "cus-b"]))
        bench.receive(name, f"m{number}", said)
        columns = {
            "team": chance.choice(["safety", "billing"]), "language": chance.choice(["en", "de"]),
            "reason_code": chance.choice(["safety", "person.request"]),
            "claim_due_at": NOW + timedelta(minutes=chance.randrange(-3, 4)),
            "resolve_due_at": NOW + timedelta(minutes=chance.randrange(-1, 5)),
        }  # fmt: skip
        bench.hand_over(name, handover, severity=chance.choice(["normal", "critical"]), **columns)
        owner = chance.choice([None, "anna", "Anna", "ben"])
        state = (
            chance.choice([State.AGENT_VERIFYING, State.ESCALATED])
            if owner
            else chance.choice([State.HANDED_OFF, State.ESCALATED])
        )
        bench.commit(name, state=state, owner_id=owner, owner_role=Role.FRONTLINE_AGENT if owner else None)
        ended = chance.random() < 0.3
        if ended:
            closed = {"open": False, "closed_at": NOW + timedelta(minutes=number), "resolution": "solved"}
            bench.commit(
                name, state=State.RESOLVED, owner_id=None, owner_role=None, handover_changed=closed, latched=False
            )
            if chance.random() < 0.3:
                bench.hand_over(name, f"{handover}-again", created_at=NOW + timedelta(hours=1), **columns)
                found[f"{handover}-again"] = {
                    **columns,
                    "said": said,
                    "owner": None,
                    "state": "handed_off",
                    "open": True,
                }
                continue
        found[handover] = {
            **columns, "said": said, "owner": None if ended else owner, "state": "resolved" if ended else state.value,
            "open": not ended, "at": NOW + timedelta(minutes=number),
        }  # fmt: skip
    return found


def belongs(one: dict[str, Any], view: View, teams: tuple[str, ...]) -> bool:
    """The views in words of their own."""
    if view is View.CLOSED:
        return not one["open"]
    late = one["resolve_due_at"] < NOW or (one["owner"] is None and one["claim_due_at"] < NOW)
    held = {
        View.ALL: True, View.MINE: one["owner"] in ("anna", "Anna"), View.TEAM: not teams or one["team"] in teams,
        View.UNASSIGNED: one["owner"] is None, View.LATE: late, View.ESCALATED: one["state"] == "escalated",
    }  # fmt: skip
    return bool(one["open"] and held[view])


def found_by(bench: Bench, looking: Looking, limit: int = 3) -> list[str]:
    """All pages of it, with the way back checked."""
    names: list[str] = []
    after, before = None, None
    for _ in range(100):
        page = bench.rows(lambda connection, at=after: queue_page(connection, limit, at, None, looking))
        assert page.begin == len(names)
        assert page.previous == before or after is None
        names += [row["id"] for row in page.rows]
        before, after = after, page.following
        if after is None:
            assert page.total == len(names)
            return names
    raise AssertionError("the pages never end")


LOOKING = Looking(now=NOW, names=("anna", "Anna"), claimable=("handed_off",))


@pytest.mark.parametrize("seed", range(3))
def test_every_view_and_filter_finds_what_the_rules_say(bench: Bench, seed: int) -> None:
    cases = fill(bench, 24, seed)
    for view in View:
        for teams in ((), ("safety",)):
            for narrowed in ({}, {"language": "de"}, {"reason": "safety", "state": "escalated"}, {"channel": "post"}):
                looking = replace(LOOKING, sought=Sought(view=view, **narrowed), teams=teams)
                names = {"language": "language", "reason": "reason_code", "state": "state"}
                wanted = {
                    name
                    for name, one in cases.items()
                    if belongs(one, view, teams)
                    and all(one[names[key]] == value for key, value in narrowed.items() if key in names)
                    and narrowed.get("channel", "web") == "web"
                }
                found = found_by(bench, looking)
                assert len(found) == len(set(found))
                assert set(found) == wanted
    closed = found_by(bench, replace(LOOKING, sought=Sought(view=View.CLOSED)))
    assert closed == sorted(closed, key=lambda name: cases[name]["at"], reverse=True)


@pytest.mark.parametrize(
    "text", ["blue LAMP", "50 %", "f_ \\", "cus-b", "ho007", "c01", "nothing like it", "%", "_", "'"]
)
def test_a_search_takes_every_character_as_it_is(bench: Bench, text: str) -> None:
    cases = fill(bench, 24, 5)
    found = found_by(bench, replace(LOOKING, sought=Sought(text=f"  {text} ")))
    rows = bench.rows(lambda connection: connection.execute(LINES.where(HANDOVER.c.open)).mappings().all())
    small = text.casefold()
    told = {row["id"]: (row["id"], row["conversation_id"], row["customer"], row["reason"]) for row in rows}
    wanted = {
        name for name, one in told.items() if any(small in part.casefold() for part in (*one, cases[name]["said"]))
    }
    assert set(found) == wanted


@pytest.mark.parametrize("seed", range(2))
def test_what_is_counted_is_what_is_found(bench: Bench, seed: int) -> None:
    cases = fill(bench, 24, seed)
    for teams in ((), ("safety",)):
        looking = replace(LOOKING, teams=teams)
        told: Tally = bench.rows(lambda connection, at=looking: tally(connection, at, LOOKING.names.__contains__))
        for view in (view for view in View if view is not View.CLOSED):
            assert told.views[view] == len(found_by(bench, replace(looking, sought=Sought(view=view)))), view
        waiting = [one for one in cases.values() if one["open"]]
        assert told.reasons == Counter(one["reason_code"] for one in waiting)
        assert told.states == Counter(one["state"] for one in waiting)
        assert told.languages == Counter(one["language"] for one in waiting)
        assert told.claimable == sum(one["owner"] is None and one["state"] == "handed_off" for one in waiting)


def test_who_has_open_cases_is_read_as_they_are_spelt(bench: Bench) -> None:
    cases = fill(bench, 12, 1)
    assert set(bench.rows(owners)) == {one["owner"] for one in cases.values() if one["owner"]}


def test_only_the_closed_view_is_of_closed_cases() -> None:
    assert [view for view in View if is_closed(replace(LOOKING, sought=Sought(view=view)))] == [View.CLOSED]
    assert not is_closed(None)
    assert len(fits(None)) == 1
