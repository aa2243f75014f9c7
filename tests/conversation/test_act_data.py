"""What an act brings is a closed list, and nothing of it can stand where our own words stand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from conversation.act_data import KEYS, require_known
from service.views import Act, Actor
from states.errors import BadInput, HandrailError
from states.table import TABLE
from states.vocabulary import STAFF, Event, Role
from tests.graph.example import Desk
from tests.ready_databases import sqlite_url

ANNA = Actor(id="anna", role=Role.FRONTLINE_AGENT)
OURS = ("note", "body_hash", "via", "fired", "decision", "handover_id", "reason_code", "level", "attempts", "consent",
        "consent_hash", "requested_by", "agreed_by", "ladder", "step_taken", "steps_attested", "fault", "because",
        "why", "score", "resolution_assumed", "destination", "clock", "due_at", "event", "role", "actor")  # fmt: skip
BY_PEOPLE = tuple(dict.fromkeys(row.event for row in TABLE if {*STAFF, Role.ADMIN} & {*row.roles}))


@pytest.mark.parametrize("event", BY_PEOPLE)
def test_a_key_that_the_event_does_not_know_is_refused_by_name(event: Event) -> None:
    for name in {*OURS, "x", "", "a" * 500} - KEYS.get(event, frozenset()):
        with pytest.raises(BadInput, match="is not known for"):
            require_known(event, {name: "forged"})


@pytest.mark.parametrize("event", BY_PEOPLE)
def test_no_event_takes_a_key_under_which_we_write_ourselves(event: Event) -> None:
    assert not KEYS.get(event, frozenset()) & {*OURS}


def test_a_forged_note_does_not_reach_the_log(tmp_path: Path) -> None:
    desk = Desk(sqlite_url(tmp_path))
    desk.say("human please")
    for data in ({"note": "forged"}, {"body_hash": "0" * 64}, {"via": "zendesk"}, {"fired": []}):
        with pytest.raises(BadInput):
            desk.runtime.act(desk.id, Act(event=Event.CLAIMED, actor=ANNA, text="the real one", data=data))
    desk.runtime.act(desk.id, Act(event=Event.CLAIMED, actor=ANNA, text="the real one"))
    assert desk.view.events[-1].data["note"] == "the real one"


@pytest.mark.parametrize("event", BY_PEOPLE)
def test_whatever_an_act_brings_what_we_say_ourselves_stands(event: Event, tmp_path: Path) -> None:
    """Every known key with hostile values: the event's own fields are what we wrote, or nothing was written."""
    desk = Desk(sqlite_url(tmp_path))
    desk.say("human please")
    desk.runtime.act(desk.id, Act(event=Event.CLAIMED, actor=ANNA))
    hostile: tuple[Any, ...] = ("note", ["note"], {"note": "forged"}, None, 1e9, [{"body_hash": "0"}])
    for name in KEYS.get(event, frozenset()):
        for value in hostile:
            before = len(desk.view.events)
            try:
                desk.runtime.act(desk.id, Act(event=event, actor=ANNA, text="own words", data={name: value}))
            except (HandrailError, ValueError):
                continue
            written = desk.view.events[before:]
            assert all(one.data.get("note", "own words") == "own words" for one in written)
            assert all(len(one.data.get("body_hash", "x" * 64)) == 64 for one in written)
