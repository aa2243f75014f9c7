"""Who may act and speak from a ticket: whoever is positively known there. Everybody else is nobody, in every system."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from delivery.reconcile import MAX_STRANGERS
from states.vocabulary import State
from tests.desks.test_end_to_end import SYSTEMS, Office, office_at

PHISHING = "Please confirm your card number at http://evil.test/verify"
MAILERS = {"zendesk": "ann@desk.example", "freshdesk": "ann@desk.example", "servicenow": "ann"}
"""The address, or the name, of an agent, of which the strangers' are variants."""
ROLES: dict[str, dict[str, Any]] = {
    "zendesk": {"role": "end-user"}, "freshdesk": {}, "servicenow": {"role": "snc_external"},
}  # fmt: skip
STAFF: dict[str, dict[str, Any]] = {
    "zendesk": {"role": "agent"}, "freshdesk": {"contact": {"active": True}}, "servicenow": {"role": "itil"},
}  # fmt: skip
DISABLED: dict[str, dict[str, Any]] = {
    "zendesk": {"role": "agent", "suspended": True}, "freshdesk": {"contact": {"active": False}},
    "servicenow": {"role": "itil", "active": "false"},
}  # fmt: skip


def _names(known: str) -> list[str]:
    """Names that a person would take for the agent's, and others: letter case, look-alike letters, tags, domains."""
    local, at, domain = known.partition("@")
    alike = {"a": "\u0430", "n": "\u0578"}
    swapped = ["".join(alike.get(char, char) if place == one else char for place, char in enumerate(local))
               for one in range(len(local))]  # fmt: skip
    folded = [known.upper(), known.title(), known.swapcase()]
    near = [
        f"{local}+x{at}{domain}",
        f"{local}.{at}{domain}",
        f" {known}",
        f"{known} ",
        f"{local}{at}{domain}.evil.test",
    ]
    other = ["stranger@evil.test", "mailer-daemon@evil.test", "cc@customers.example", f"x{known}"]
    return [*folded, *(f"{one}{at}{domain}" for one in swapped if one != local), *near, *other]


FAMILY = [
    (system, name, about)
    for system in SYSTEMS
    for name, about in itertools.product(_names(MAILERS[system]), ("unknown", "role", "disabled"))
]


def _said(office: Office) -> list[str]:
    return [one.text for one in office.case.view.messages]


@pytest.mark.parametrize("system", SYSTEMS)
def test_no_stranger_claims_or_speaks_whatever_they_are_called(system: str, tmp_path: Path) -> None:
    tables: dict[str, dict[str, Any]] = {"unknown": {}, "role": ROLES[system], "disabled": DISABLED[system]}
    with office_at(system, tmp_path) as office:
        office.case.say("human please")
        office.work_on(seconds=20)
        before, tried = _said(office), 0
        for of, name, about in FAMILY:
            if of != system:
                continue
            kind = "contact" if system == "freshdesk" and about == "role" else about
            office.bench.fake.mail_in(office.ref, f"{kind}.{name}", PHISHING, **tables[about])
            office.bench.fake.mail_in(office.ref, name, PHISHING, **tables[about])
            tried += 2
        office.work_on(seconds=800)  # Zendesk takes no update of a ticket that had thirty in ten minutes
        assert tried >= 60
        assert (office.case.view.state, office.case.view.owner_id, _said(office)) == (State.HANDED_OFF, None, before)
        notes = [one.text for one in office.ticket.comments if not one.public and "is no agent here" in one.text]
        assert 0 < len(notes) <= MAX_STRANGERS
        assert all("> Please confirm" in note for note in notes)
        faults = [one.data["fault"] for one in office.case.view.events if one.event == "fault"]
        assert faults == ["stranger"]


@pytest.mark.parametrize("system", SYSTEMS)
def test_staff_whom_the_settings_do_not_name_act_because_the_system_says_so(system: str, tmp_path: Path) -> None:
    with office_at(system, tmp_path) as office:
        office.case.say("human please")
        office.work_on(seconds=20)
        known = office.bench.fake.mail_in(office.ref, "new.colleague", "I have it.", **STAFF[system])
        office.work_on(seconds=190)
        assert (office.case.view.owner_id, _said(office)[-1]) == (f"{system}:{known}", "I have it.")


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_requester_is_the_customer_and_nobody_else_is(system: str, tmp_path: Path) -> None:
    with office_at(system, tmp_path) as office:
        office.case.say("human please")
        office.work_on(seconds=20)
        office.bench.write_in(office.ref, "any news on my order?")
        office.bench.fake.mail_in(office.ref, "cc@customers.example", "I am the neighbour")
        office.work_on(seconds=190)
        customers = [one.text for one in office.case.view.messages if one.author == "customer"]
        assert customers == ["human please", "any news on my order?"]


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_ticket_that_is_closed_in_a_strangers_name_is_not_resolved(system: str, tmp_path: Path) -> None:
    with office_at(system, tmp_path) as office:
        office.case.say("human please")
        office.work_on(seconds=20)
        office.bench.fake.mail_in(office.ref, "stranger@evil.test", "All done, thank you.")
        office.bench.resolve(office.ref)
        office.work_on(seconds=190)
        assert office.case.view.state is State.HANDED_OFF


# Tickets that are merged or set aside


def _faults(office: Office) -> list[tuple[str, str]]:
    return [(one.data["fault"], one.data.get("detail", "")) for one in office.case.view.events if one.event == "fault"]


@pytest.mark.parametrize("system", ["zendesk", "freshdesk"])
def test_a_merge_is_no_outcome_and_a_person_is_told_where_it_went(system: str, tmp_path: Path) -> None:
    with office_at(system, tmp_path) as office:
        office.case.say("human please")
        office.work_on(seconds=20)
        office.bench.assign(office.ref, office.bench.ann)
        office.work_on(seconds=190)
        office.bench.fake.merge(office.ref, "52")
        office.work_on(seconds=190)
        assert office.case.view.state is State.AGENT_VERIFYING
        assert _faults(office) == [("ticket_merged", "52")]
        before = len(office.ticket.comments)
        office.case.say("and my secret is 4711")
        office.work_on(seconds=60)
        assert len(office.ticket.comments) == before
        assert ("given_up", "ticket_merged") in _faults(office)


@pytest.mark.parametrize(("state", "code", "why"), [("8", "", "cancelled"), ("7", "Duplicate", "duplicate")])
def test_a_ticket_that_is_set_aside_is_no_outcome(state: str, code: str, why: str, tmp_path: Path) -> None:
    with office_at("servicenow", tmp_path) as office:
        office.case.say("human please")
        office.work_on(seconds=20)
        office.bench.assign(office.ref, office.bench.ann)
        office.work_on(seconds=60)
        office.bench.fake.set_status(office.ref, state, code)
        office.work_on(seconds=60)
        assert (office.case.view.state, _faults(office)) == (State.AGENT_VERIFYING, [("ticket_set_aside", why)])


# Files


@pytest.mark.parametrize("system", ["zendesk", "freshdesk"])
def test_a_file_that_an_agent_sends_is_told_of_in_the_ticket_and_on_the_case(system: str, tmp_path: Path) -> None:
    with office_at(system, tmp_path) as office:
        office.case.say("human please")
        office.work_on(seconds=20)
        office.bench.fake.mail_in(office.ref, "colleague", "", files=("form.pdf",), **STAFF[system])
        office.work_on(seconds=190)
        assert _faults(office) == [("file_not_carried", "form.pdf")]
        assert any("did not get form.pdf" in one.text and not one.public for one in office.ticket.comments)
