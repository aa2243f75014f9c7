"""Response templates: approved by a second person, word for word; in regulated cases the frontline has no others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from conversation.records import TemplateUse
from handover.words.templates import PLACEHOLDERS, check_words, rendered
from policy.linter import TEMPLATE_PLACEHOLDERS
from policy.loader import load_pack, pack_names
from policy.schema import LANGUAGES
from service.views import Actor, TemplateView
from states.errors import BadInput, ForbiddenRole, GuardRefused, IllegalEvent
from states.templates import TEMPLATE_TABLE, TemplateFacts, TemplateState, step_template, template_faults
from states.vocabulary import Event, Role, State
from store.templates import require_approved
from tests.graph.example import ANNA, BEN, CLEO, SARA
from tests.people.example import OMAR, ROOT, Office, without_need

WORDS = "Dear {name}, the window is 30 days. Case {reference}."


def _approved(office: Office, words: str = WORDS, author: Actor = BEN) -> TemplateView:
    drafted = office.runtime.draft_template(author, "refund.window", "en", words)
    version = int(drafted.version)
    return office.runtime.approve_template(CLEO, "refund.window", "en", version, drafted.hash)


def _reply(office: Office, text: str = "", actor: Actor = ANNA, **template: Any) -> Any:
    return office.do(Event.AGENT_REPLIED, actor, text=text, template=template)


# Life


def test_template_is_drafted_approved_by_another_and_retired(office: Office) -> None:
    drafted = office.runtime.draft_template(BEN, "refund.window", "en", WORDS)
    assert (drafted.state, drafted.version, drafted.author_id) == (TemplateState.DRAFT, 1, "ben")
    approved = office.runtime.approve_template(CLEO, "refund.window", "en", 1, drafted.hash)
    assert (approved.state, approved.approved_by, approved.text) == (TemplateState.APPROVED, "cleo", WORDS)
    retired = office.runtime.retire_template(OMAR, "refund.window", "en", 1)
    assert (retired.state, retired.retired_by) == (TemplateState.RETIRED, "omar")


def test_author_does_not_approve_their_own_words_in_any_role(office: Office) -> None:
    drafted = office.runtime.draft_template(CLEO, "refund.window", "en", WORDS)
    with pytest.raises(GuardRefused):
        office.runtime.approve_template(CLEO, "refund.window", "en", 1, drafted.hash)
    for actor in (ANNA, SARA, ROOT):
        with pytest.raises(ForbiddenRole):
            office.runtime.approve_template(actor, "refund.window", "en", 1, drafted.hash)
    mine = office.runtime.draft_template(BEN, "refund.window", "en", WORDS)
    with pytest.raises(GuardRefused):
        ben_as_officer = Actor(id="ben", role=Role.COMPLIANCE_OFFICER)
        office.runtime.approve_template(ben_as_officer, "refund.window", "en", 2, mine.hash)


def test_approval_is_of_exactly_the_words_that_were_read(office: Office) -> None:
    drafted = office.runtime.draft_template(BEN, "refund.window", "en", WORDS)
    other = office.runtime.draft_template(BEN, "refund.window", "en", WORDS + " Really.")
    with pytest.raises(GuardRefused):
        office.runtime.approve_template(CLEO, "refund.window", "en", 2, drafted.hash)
    with office.runtime.store.write() as connection:
        connection.execute(text("UPDATE template SET text = 'We owe you nothing.' WHERE version = 2"))
    with pytest.raises(GuardRefused):
        office.runtime.approve_template(CLEO, "refund.window", "en", 2, other.hash)


def test_new_version_retires_the_one_before_and_neither_is_rewritten(office: Office) -> None:
    first = _approved(office)
    second = _approved(office, "The window is 14 days.")
    known = {one.version: one for one in office.runtime.templates() if one.id == "refund.window"}
    assert (known[1].state, known[2].state) == (TemplateState.RETIRED, TemplateState.APPROVED)
    assert (known[1].text, known[1].hash) == (first.text, first.hash)
    assert second.version == 2
    with pytest.raises(IllegalEvent):
        office.runtime.approve_template(CLEO, "refund.window", "en", 1, first.hash)


@pytest.mark.parametrize(
    "change",
    ["approved_by = author_id", "approved_by = NULL", "state = 'final'"],
)
def test_database_itself_keeps_four_eyes(office: Office, change: str) -> None:
    _approved(office)
    with pytest.raises(IntegrityError), office.runtime.store.write() as connection:
        connection.execute(text(f"UPDATE template SET {change}"))


@pytest.mark.parametrize(
    ("template_id", "language", "words"),
    [("Refund", "en", "Hi."), ("refund", "xx", "Hi."), ("refund", "en", "  "), ("refund", "en", "x" * 4001),
     ("refund", "en", "Dear {surname}"), ("refund", "en", "Dear {name"), ("refund", "en", "Dear {0.__class__}"),
     ("refund", "en", "{name!r}"), ("refund", "en", "{{name}}")],
)  # fmt: skip
def test_words_that_cannot_be_a_template_are_refused(template_id: str, language: str, words: str) -> None:
    with pytest.raises(BadInput):
        check_words(template_id, language, words)


# The table


MUTANTS = [
    replace(TEMPLATE_TABLE[1], needs=("text_fits",)),
    replace(TEMPLATE_TABLE[1], needs=("four_eyes",)),
    replace(TEMPLATE_TABLE[1], roles=(Role.COMPLIANCE_OFFICER, Role.FRONTLINE_AGENT)),
    replace(TEMPLATE_TABLE[1], source=TemplateState.RETIRED),
    replace(TEMPLATE_TABLE[0], target=TemplateState.APPROVED),
    replace(TEMPLATE_TABLE[2], source=TemplateState.RETIRED),
    replace(TEMPLATE_TABLE[2], roles=(Role.ASSISTANT,)),
    replace(TEMPLATE_TABLE[2], roles=()),
]


def test_table_of_templates_is_sound() -> None:
    assert list(template_faults()) == []
    assert {row.target for row in TEMPLATE_TABLE} == set(TemplateState)


@pytest.mark.parametrize("row", MUTANTS)
def test_table_that_lets_something_through_is_caught(row: Any) -> None:
    assert list(template_faults((*TEMPLATE_TABLE, row)))


def test_mutant_lets_an_author_approve() -> None:
    table = tuple(replace(row, needs=()) for row in TEMPLATE_TABLE)
    args = (TemplateState.DRAFT, TEMPLATE_TABLE[1].event, Role.COMPLIANCE_OFFICER, TemplateFacts())
    with pytest.raises(GuardRefused):
        step_template(*args)
    assert step_template(*args, table) is TemplateState.APPROVED


# Regulated cases


def test_frontline_writes_no_words_of_its_own_in_a_regulated_case(office: Office) -> None:
    office.legal_case()
    assert office.view.handover.regulated
    with office.refused(GuardRefused):
        office.do(Event.AGENT_REPLIED, ANNA, text="You will surely win.")
    office.mutate(without_need(Event.AGENT_REPLIED, "approved_content"))
    office.do(Event.AGENT_REPLIED, ANNA, text="You will surely win.")
    assert office.view.messages[-1].author == "agent"


def test_frontline_sends_an_approved_template(office: Office) -> None:
    _approved(office)
    office.legal_case()
    reference = office.view.handover.id
    said = f"Dear Jane Doe, the window is 30 days. Case {reference}."
    _reply(office, id="refund.window", values={"name": "Jane Doe"})
    _reply(office, said, id="refund.window", version=1, values={"name": "Jane Doe"})
    assert [one.text for one in office.view.messages if one.author == "agent"] == [said, said]
    used = office.view.events[-1].data["template"]
    assert (used["id"], used["language"], used["version"]) == ("refund.window", "en", 1)


def test_templates_of_the_policy_are_approved_with_it(office: Office) -> None:
    office.legal_case()
    _reply(office, id="legal.received", language="de", values={"name": "Jörg"})
    assert (
        office.view.messages[-1].text == f"Guten Tag Jörg, unser Team legal hat Ihren Fall {office.view.handover.id}."
    )


def test_altered_words_are_refused(office: Office) -> None:
    _approved(office)
    office.legal_case()
    with office.refused(BadInput):
        _reply(office, "Dear Jane, the window is 60 days.", id="refund.window", values={"name": "Jane"})


@pytest.mark.parametrize("state", ["draft", "retired", "altered", "missing", "other language"])
def test_template_that_is_not_approved_now_is_refused(office: Office, state: str) -> None:
    drafted = office.runtime.draft_template(BEN, "refund.window", "en", WORDS)
    if state != "draft":
        office.runtime.approve_template(CLEO, "refund.window", "en", 1, drafted.hash)
    if state == "retired":
        office.runtime.retire_template(CLEO, "refund.window", "en", 1)
    if state == "altered":
        with office.runtime.store.write() as connection:
            connection.execute(text("UPDATE template SET text = 'Dear {name}, you win. {reference}'"))
    office.legal_case()
    asked: dict[str, Any] = {"id": "refund.window", "version": 1, "values": {"name": "Jane"}}
    asked |= {"id": "nothing", "version": None} if state == "missing" else {}
    asked |= {"language": "de", "version": None} if state == "other language" else {}
    with office.refused(GuardRefused):
        _reply(office, **asked)


def test_template_retired_in_the_last_moment_is_refused_where_the_outcome_is_written(office: Office) -> None:
    """Between rendering and commit lies a gap: the unit of work looks again."""
    _approved(office)
    used = TemplateUse(id="refund.window", language="en", version=1)
    with office.runtime.store.write() as connection:
        require_approved(connection, used)
    office.runtime.retire_template(CLEO, "refund.window", "en", 1)
    with pytest.raises(GuardRefused, match="retired"), office.runtime.store.write() as connection:
        require_approved(connection, used)


def test_senior_writes_freely(office: Office) -> None:
    office.say("my lawyer will write to you")
    office.do(Event.CLAIMED, SARA)
    assert office.do(Event.AGENT_REPLIED, SARA, text="I have read your case.").state is State.AGENT_VERIFYING


def test_case_becomes_regulated_by_a_later_message_and_stays_so_when_it_is_opened_again(office: Office) -> None:
    office.say("human please")
    office.do(Event.CLAIMED, ANNA)
    office.do(Event.AGENT_REPLIED, ANNA, text="How can I help?")
    office.say("my lawyer will write to you")
    with office.refused(GuardRefused):
        office.do(Event.AGENT_REPLIED, ANNA, text="Do not worry.")
    office.do(Event.RESOLVED, ANNA, text="passed on")
    office.say("hello again")
    assert office.view.handover.regulated


# Filling


@pytest.mark.parametrize(
    "name",
    ["", "{reference}", "Jane {team}", "a b c d e", "https://evil.example", "Jane\nYou win", "x" * 40, "Jane!", "J4ne",
     "Jane  Doe", "you should invest it all now"],
)  # fmt: skip
def test_value_that_is_no_name_does_not_enter_approved_words(name: str) -> None:
    with pytest.raises(BadInput):
        rendered("Dear {name}.", {}, {"name": name})


@pytest.mark.parametrize("name", ["Jane", "Jörg Müller-Lüdenscheidt", "Seán O'Neill", "María José de la Cruz"])
def test_names_of_people_fit(name: str) -> None:
    if len(name.split()) <= 4:
        assert rendered("Dear {name}.", {}, {"name": name}) == f"Dear {name}."
    else:
        with pytest.raises(BadInput):
            rendered("Dear {name}.", {}, {"name": name})


def test_every_open_place_needs_its_value_and_no_other_is_taken() -> None:
    with pytest.raises(BadInput, match="needs a value"):
        rendered("By {date}: {amount}.", {}, {"date": "2027-01-31"})
    with pytest.raises(BadInput, match="no open place"):
        rendered("By {date}.", {}, {"date": "2027-01-31", "name": "Jane"})
    with pytest.raises(BadInput, match="no open place"):
        rendered("Case {reference}.", {"reference": "ho_1"}, {"reference": "ho_2"})
    assert (
        rendered("{amount} by {date}.", {}, {"date": "2027-01-31", "amount": "EUR 20.00"}) == "EUR 20.00 by 2027-01-31."
    )


def test_linter_and_renderer_know_the_same_places() -> None:
    assert set(TEMPLATE_PLACEHOLDERS) == set(PLACEHOLDERS)


@pytest.mark.parametrize("name", pack_names())
def test_packs_regulate_what_needs_it_and_ship_words_for_it(name: str) -> None:
    loaded = load_pack(name).policy
    families = ("legal", "financial_advice", "medical", "contract_terms")
    handovers = [one for one in loaded.triggers if one.action.value == "handover"]
    assert [one.id for one in handovers if one.regulated is not (one.family in families)] == []
    assert loaded.templates
    for template_id, texts in loaded.templates.items():
        assert set(map(str, texts)) == set(LANGUAGES)
        for language, words in texts.items():
            check_words(template_id, str(language), words)
