"""Every function of the page for every login: the door is asked for a right; without it nothing is shown or changed."""

from __future__ import annotations

import inspect
import itertools
import warnings
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from handover.packet.review import value_hash
from service.views import Actor
from states.rights import CHANGING, RIGHTS, Right
from states.vocabulary import Role
from tests.people.surfaces import CALLERS, SETTINGS, STRANGERS, WEB, Surfaces
from tests.ui.rooms import in_a_loop
from ui.asked import Shown
from ui.packet_pane import Editing
from ui.page import build
from ui.seen import Seen

Function = Callable[..., Any]
DRAWS_ONLY = {
    "AuditRoom.enter", "ConversationRoom.begin", "DeskRoom.enter", "OversightRoom.enter", "PacketPane.close_editor",
    "_poll_only_what_is_seen.<locals>.<lambda>", "_poll_only_what_is_seen.<locals>.only.<locals>.<lambda>",
}  # fmt: skip
"""Functions that neither read nor change anything: an empty room, the visitor's own name, a closed editor, timers."""
_NUMBERS = itertools.count(1)
READING = {
    Right.READ_CASES, Right.READ_QUEUE, Right.READ_OWN_CONVERSATION, Right.READ_TEMPLATES, Right.READ_DELIVERIES,
    Right.AUDIT,
}  # fmt: skip


@pytest.fixture(scope="module")
def surfaces(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surfaces]:
    opened = Surfaces(tmp_path_factory.mktemp("page"))
    yield opened
    opened.house.close()


@pytest.fixture(scope="module")
def page(surfaces: Surfaces) -> gr.Blocks:
    return in_a_loop(lambda: build(surfaces.door, SETTINGS))


def _functions(page: gr.Blocks) -> list[Function]:
    """Every function that a browser can call, from the page itself."""
    return [one.fn for one in page.fns.values() if one.fn is not None]


def _request(login: Actor | None, case: str) -> gr.Request:
    name = f"{login.role.value}/{login.id}" if login else None
    found: Any = SimpleNamespace(username=name, session_hash="abcdef123", query_params={"conversation": case})
    return found


def _picks(surfaces: Surfaces) -> list[str]:
    """What somebody may click: a case, a step, a field, a dead step, a draft, an example."""
    draft, seen = surfaces.draft, value_hash(_intent(surfaces))
    return [
        surfaces.case, "done|checked", f"accept|context.intent|{seen}", f"edit|context.intent|{seen}",
        f"replay|{surfaces.dead}", f"approve|{draft.id}|{draft.language}|{draft.version}|{draft.hash}",
        f"retire|{draft.id}|{draft.language}|{draft.version}|{draft.hash}", "0",
        f"lift|1|{surfaces.message}", "consents|0", f"case|{surfaces.case}", "step|2",
    ]  # fmt: skip


def _intent(surfaces: Surfaces) -> Any:
    handover = surfaces.house.view(surfaces.case).handover
    assert handover is not None
    return handover.packet["context"]["intent"]


def _called(function: Function, surfaces: Surfaces, login: Actor | None) -> list[Any]:
    """What the function shows on the case of the house, for every click if it takes one."""
    wanted = inspect.signature(function).parameters
    role = login.role.value if login else Role.FRONTLINE_AGENT.value
    seen = Seen(conversation=surfaces.case, version=surfaces.house.view(surfaces.case).version)
    editing = Editing(
        conversation=surfaces.case, field="context.intent", value_hash=value_hash(_intent(surfaces))
    ).text()
    given: dict[str, Any] = {
        "seen": seen.text(), "seen_text": seen.text(), "agent": "anna", "name": "omar", "role": role,
        "request": _request(login, surfaces.case), "text": "some words", "mine": surfaces.case, "took": None,
        "desk_role": role, "editing": editing,
        "template": "legal.received", "template_id": "matrix.new", "language": "en",
        "shown": Shown(conversation=surfaces.case, step=2, steps=3).text(), "step": 2, "other": 1,
        "choice": f"used:{surfaces.door.policy.hash}",
    }  # fmt: skip
    clicks = _picks(surfaces) if "event" in wanted else [""]
    found = []
    for click in clicks:
        given["event"] = SimpleNamespace(
            pick=click, id=f"msg_{next(_NUMBERS)}", conversation=surfaces.case, text="some words", name="a.yaml"
        )
        values = _values(function) if "values" in wanted else ()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what the page says of a refusal
            shown = function(*(given[name] for name in wanted if name != "values"), *values)
            found.append(list(shown) if inspect.isgenerator(shown) else shown)
    return found


def _values(function: Function) -> tuple[Any, ...]:
    """What stands in the fields that a function takes as they come."""
    if function.__qualname__ == "AuditRoom.find":
        return "canary", [], "", "", None, "", "", False
    return "a note", "attestation", "", None, None, "", "", ""


def _silent(page: gr.Blocks, surfaces: Surfaces) -> set[str]:
    """The functions that ask for no right, whoever calls them."""
    found = set()
    for function in _functions(page):
        asked = []
        for login in (CALLERS[Role.AUDITOR], WEB):
            with surfaces.door.asked() as rights:
                _called(function, surfaces, login)
            asked += rights
        found |= {function.__qualname__} if not asked else set()
    return found


def test_every_function_of_the_page_asks_for_a_right_or_draws_only(page: gr.Blocks, surfaces: Surfaces) -> None:
    assert len(_functions(page)) >= 45
    assert _silent(page, surfaces) == DRAWS_ONLY


def test_a_new_function_without_a_right_is_found(surfaces: Surfaces) -> None:
    """A mutant: a button that reads behind the door."""

    def naked() -> str:
        return str(surfaces.house.system._runtime.conversations())

    def with_one_more() -> gr.Blocks:
        made = build(surfaces.door, SETTINGS)
        with made:
            gr.Button("more").click(naked, None, None)
        return made

    assert {one.rpartition(".")[2] for one in _silent(in_a_loop(with_one_more), surfaces) - DRAWS_ONLY} == {"naked"}


@pytest.mark.parametrize("login", [*STRANGERS, None], ids=str)
def test_a_stranger_sees_nothing_and_changes_nothing(page: gr.Blocks, surfaces: Surfaces, login: Actor | None) -> None:
    for function in _functions(page):
        before = surfaces.mark()
        shown = _called(function, surfaces, login)
        assert not surfaces.knows_of(shown), function.__qualname__
        assert surfaces.mark() == before, function.__qualname__


@pytest.mark.parametrize("role", list(CALLERS), ids=lambda one: one.value)
def test_a_login_does_on_the_page_what_its_role_may_and_no_more(
    page: gr.Blocks, surfaces: Surfaces, role: Role
) -> None:
    for function in _functions(page):
        before = surfaces.mark()
        with surfaces.door.asked() as asked:
            shown = _called(function, surfaces, CALLERS[role])
        assert {actor for actor, _ in asked} <= {CALLERS[role]}, function.__qualname__
        held = {right for _, right in asked if role in RIGHTS[right]}
        assert surfaces.knows_of(shown) <= bool(held & READING), function.__qualname__
        if not held & set(CHANGING):
            assert surfaces.mark() == before, function.__qualname__


def test_an_auditor_reads_on_the_page_and_never_writes_as_a_customer(page: gr.Blocks, surfaces: Surfaces) -> None:
    auditor, before, shown = CALLERS[Role.AUDITOR], surfaces.mark(), []
    for function in _functions(page):
        shown.append(_called(function, surfaces, auditor))
    assert surfaces.mark() == before
    assert surfaces.knows_of(shown)


def test_a_channel_talks_in_its_own_conversation(page: gr.Blocks, surfaces: Surfaces) -> None:
    (say,) = (one for one in _functions(page) if one.__qualname__ == "ConversationRoom.say")
    count = len(surfaces.house.view(surfaces.case).messages)
    shown = _called(say, surfaces, WEB)
    assert surfaces.knows_of(shown)
    assert len(surfaces.house.view(surfaces.case).messages) > count
