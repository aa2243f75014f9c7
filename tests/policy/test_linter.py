"""The linter refuses each kind of unsafe policy, at the right line and with a remedy."""

from __future__ import annotations

import pytest

from policy.linter import lint, require_safe
from policy.loader import LoadedPolicy, load_text
from policy.sources import Gravity, Problem
from states.errors import PolicyError
from tests.policy.example import SAFE, line_of


def _only(problems: tuple[Problem, ...], gravity: Gravity) -> Problem:
    found = [problem for problem in problems if problem.severity is gravity]
    assert len(found) == 1, [str(problem) for problem in problems]
    return found[0]


def _broken(old: str, new: str) -> tuple[LoadedPolicy, str]:
    assert SAFE.count(old) >= 1
    text = SAFE.replace(old, new, 1)
    return load_text(text, "kite.yaml"), text


def test_a_safe_policy_has_no_problems() -> None:
    assert lint(load_text(SAFE)) == ()
    assert require_safe(load_text(SAFE)) == ()


LEGAL_SLA = "    sla: standard\n    route: {team: legal}\n"

ERRORS = [
    # old, new, part of the line, part of the message, part of the remedy
    ("my lawyer, take", "my (lawyer, take", "my (lawyer", "(", ""),
    ("court\\s+order", "court(?=order)", "court(?=", "is no RE2", "look-around"),
    ("court\\s+order", "[^a]{1,900}z", "[^a]{1,900}", "is too slow", "smaller {m,n}"),
    ("court\\s+order", "(court)*", "(court)*", "matches nothing at all", "one character"),
    (
        "customer.tier != 'internal'",
        "'[[1]].exists(x, x.all(y, y > 0))'",
        "exists(x",
        "inside another macro",
        "one macro",
    ),
    (
        "customer.tier != 'internal'",
        "'[1].map(x, x).filter(y, [2].all(z, z > y)) == [1]'",
        "map(x",
        "all()",
        "one macro",
    ),
    (
        "customer.tier != 'internal'",
        "customer.teir == 'gold'",
        "customer.teir",
        "'customer.teir' is no fact",
        "'customer.tier'",
    ),
    ("customer.tier != 'internal'", "mood == 1", "mood ==", "'mood' is no fact", "documented fact"),
    ("customer.tier != 'internal'", "conversation > 2", "conversation > 2", "group of facts", "conversation.name"),
    ("customer.tier != 'internal'", "customer.tier ==", "when: customer.tier ==", "is no CEL", "correct"),
    ("customer.tier != 'internal'", "customer.tier > 3", "customer.tier > 3", "the condition fails", "one type"),
    ("customer.tier != 'internal'", "conversation.turns + 1", "turns + 1", "gives int", "compare"),
    (LEGAL_SLA, "    route: {team: legal}\n", "id: regulated.legal", "has no sla", "sla: ..."),
    (LEGAL_SLA, "    sla: standard\n", "id: regulated.legal", "has no route", "route: ..."),
    (
        "sla: standard\n    route: {team: legal}",
        "sla: standart\n    route: {team: legal}",
        "standart",
        "sla 'standart'",
        "'standard'",
    ),
    ("playbook: legal", "playbook: legel", "playbook: legel", "playbook 'legel'", "'legal'"),
    (
        "script: handover.legal",
        "script: handover.law",
        "script: handover.law",
        "script 'handover.law'",
        "'handover.legal'",
    ),
    ("topic: legal_advice", "topic: legal_advise", "topic: legal_advise", "topic 'legal_advise'", "'legal_advice'"),
    ("id: system.fault", "id: system.fault2", "triggers:", "'system.fault' is missing", "extend a pack"),
    (
        "      - phrases: [my lawyer, take you to court]\n",
        "      - phrases: []\n",
        "phrases: []",
        "no phrase",
        "write one",
    ),
    ('    en: "{team} will', '    fr: "{team} will', "handover.legal:", "no English text", "write `en"),
    ("reply by {reply_by}", "reply by {replyby}", "replyby", "{replyby} is not known", "'reply_by'"),
    ("reply by {reply_by}", "reply by {reply_by!r}", "reply_by!r", "is not known", "reply_by"),
    ("reply by {reply_by}", "reply by {reply_by", "reply by {reply_by", "brace is left open", "{{"),
    ("{en: Hello.}", "{en: 'Hello {name}.'}", "Hello {name}", "{name} is not known", "no placeholder"),
    ("Europe/Berlin", "Europe/Berlyn", "Europe/Berlyn", "no time zone", "IANA"),
    ("Europe/Berlin", "../../etc/hosts", "etc/hosts", "no time zone", "IANA"),
    ("09:00-17:00", "09:00-09:00", "09:00-09:00", "no opening time", "09:00-17:00"),
    ("09:00-17:00", "'09:00-12:00, 13:00'", "13:00", "no opening time", "09:00-17:00"),
    ("\nroles:\n", "\ntighten: {tier: {gold: swift}}\nroles:\n", "gold: swift", "no sla class", "sla classes"),
    ("09:00-17:00", "9-5", "9-5", "no opening time", "09:00-17:00"),
    ("2027-01-01", "2027-02-30", "2027-02-30", "is no date", "2027-01-01"),
    ("open: {mon: 09:00-17:00}", "open: {}", "open: {}", "nobody is ever at work", "write days"),
    ("claim: 4h", "claim: 48h", "claim: 48h", "before it is claimed", "longer"),
    (
        "compliance_officer: [cleo]",
        "compliance_officer: [ana]",
        "compliance_officer: [ana]",
        "may approve its own request",
        "two people",
    ),
    ("auditor: [aldo]", "auditor: [cleo]", "auditor: [cleo]", "audit their own acts", "two people"),
    ("  auditor: [aldo]", "  system: [aldo]", "system: [aldo]", "no role of a person", "remove"),
    ("customer.tier: gold", "customer.teir: gold", "customer.teir", "is no fact", "'customer.tier'"),
    ("customer.tier: gold", "customer.tier: 3", "customer.tier: 3", "is given 3", "string"),
    ("    any: [{phrases: [we guarantee]}]", "    any: []", "id: screen.promise", "has no evidence", "any"),
    ("Asks what the law says.", "''", "legal_advice:", "no description", "words"),
]


@pytest.mark.parametrize(("old", "new", "at", "message", "remedy"), ERRORS, ids=[e[3] for e in ERRORS])
def test_an_unsafe_policy_is_refused_at_its_line(old: str, new: str, at: str, message: str, remedy: str) -> None:
    loaded, text = _broken(old, new)
    errors = [problem for problem in lint(loaded) if problem.severity is Gravity.ERROR]
    problem = next(problem for problem in errors if message in problem.message)
    assert remedy in problem.remedy
    assert problem.line == line_of(text, at)
    assert str(problem).startswith(f"kite.yaml:{problem.line}: ")
    with pytest.raises(PolicyError) as caught:
        require_safe(loaded)
    assert str(problem) in caught.value.problems


def test_the_same_id_twice_is_an_error_at_the_second() -> None:
    loaded, text = _broken("id: person.pulled", "id: regulated.legal")
    problems = lint(loaded)
    twice = next(problem for problem in problems if "used twice" in problem.message)
    assert twice.where == "triggers[3].id"
    assert "id: regulated.legal" in text.splitlines()[twice.line - 1]
    assert any("'person.pulled' is missing" in problem.message for problem in problems)


def test_a_runtime_trigger_must_hand_over() -> None:
    loaded, text = _broken("    sla: standard\n    route: {team: support}", "    action: guard")
    problem = _only(lint(loaded), Gravity.ERROR)
    assert "a person must take over" in problem.message
    assert problem.line == line_of(text, "action: guard")


def test_a_trigger_without_evidence_is_an_error_unless_the_runtime_raises_it() -> None:
    start, end = SAFE.index("    any:\n      - phrases: [my lawyer"), SAFE.index(LEGAL_SLA)
    text = SAFE[:start] + SAFE[end:]
    problem = _only(lint(load_text(text)), Gravity.ERROR)
    assert "has no evidence, so it never fires" in problem.message
    assert problem.line == line_of(text, "id: regulated.legal")


def test_a_critical_trigger_that_only_flags_is_an_error() -> None:
    loaded, text = _broken(LEGAL_SLA, "    action: flag\n    severity: critical\n")
    problem = _only(lint(loaded), Gravity.ERROR)
    assert "leaves the customer with the assistant" in problem.message
    assert problem.line == line_of(text, "action: flag")


WARNINGS = [
    ("      - phrases: [my lawyer, take you to court]\n", "", "any:\n      - topic", "topics alone"),
    ("      positive: [I will ask my lawyer]\n", "", "id: regulated.legal", "no test vectors"),
    ("    sla: standard\n    route: {team: legal}", "    action: guard", "playbook: legal", "has no effect"),
    ("antwortet bis {reply_by}", "antwortet", "antwortet", "{reply_by} of the English text is missing"),
    ("page_after: 2h", "page_after: 6h", "page_after: 6h", "after the claim deadline"),
]


@pytest.mark.parametrize(("old", "new", "at", "message"), WARNINGS)
def test_a_doubtful_policy_is_usable_with_a_warning(old: str, new: str, at: str, message: str) -> None:
    if "topics" in message:
        loaded, text = _broken("      - pattern: ['court\\s+order']\n", "")
        text = text.replace(old, new)
        loaded = load_text(text)
    else:
        loaded, text = _broken(old, new)
    warnings = require_safe(loaded)
    problem = next(problem for problem in warnings if message in problem.message)
    assert problem.severity is Gravity.WARNING
    assert problem.line == line_of(text, at)


def test_quoted_words_in_a_condition_are_no_facts() -> None:
    loaded, _ = _broken("customer.tier != 'internal'", "\"channel.page.startsWith('shop.example/all(x')\"")
    assert lint(loaded) == ()


def test_one_macro_at_a_time_is_allowed() -> None:
    loaded, _ = _broken("customer.tier != 'internal'", "\"['gold', 'silver'].exists(t, t == customer.tier)\"")
    assert lint(loaded) == ()


def test_a_script_may_name_the_next_opening() -> None:
    assert lint(load_text(SAFE.replace("{reply_by}", "{next_opening}"))) == ()


def test_a_night_shift_a_lunch_break_and_a_yearly_holiday_are_hours() -> None:
    loaded, _ = _broken("open: {mon: 09:00-17:00}", "open: {mon: '22:00-06:00', tue: '09:00-12:00, 13:00-24:00'}")
    assert lint(loaded) == ()
    assert lint(load_text(SAFE.replace("[2027-01-01]", "['2027-01-01', '12-25', '02-29']"))) == ()


def test_classes_may_tighten_by_severity_and_tier() -> None:
    text = SAFE.replace("\nroles:\n", "\ntighten: {severity: {high: standard}, tier: {gold: standard}}\nroles:\n")
    assert lint(load_text(text)) == ()
