"""Customers are told the truth about when a person replies, in their own language."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.deadlines.sla import due
from handover.words.builtin import BUILT_IN
from handover.words.phrases import known_language, moment, opening_hours, within
from handover.words.scripts import Wait, fill, handover_script, notice, promise_values, render, reply_within, wait_for
from policy.durations import Duration
from policy.loader import load_pack
from policy.schema import LANGUAGES, Hours
from tests.handover.example import NOW, POLICY, UNHURRIED, loaded

PACKS = {name: load_pack(name) for name in ("default", "finance")}
FRIDAY_EVENING = datetime(2026, 6, 12, 18, 0, tzinfo=UTC)


def waiting(sla_class: str, now: datetime = NOW, waited: timedelta = timedelta()) -> Wait:
    policy = loaded().policy
    sla = policy.sla[sla_class]
    claim_due_at = due(sla, now - waited, policy.hours).claim_due_at
    return Wait(sla=sla, claim_due_at=claim_due_at, hours=policy.hours, now=now)


def told(wait: Wait, language: str = "en", family: str = "human_request", text: str = POLICY) -> str:
    return handover_script(
        family=family, script_id=None, language=language, loaded=loaded(text), wait=wait, team="legal_desk",
        reference="ho_000001",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("language", "day", "minute"),
    [
        ("en", "within 24 hours", "within 1 minute"),
        ("es", "en un plazo de 24 horas", "en un plazo de 1 minuto"),
        ("fr", "dans un délai de 24 heures", "dans un délai de 1 minute"),
        ("de", "innerhalb von 24 Stunden", "innerhalb von 1 Minute"),
        ("pt", "no prazo de 24 horas", "no prazo de 1 minuto"),
        ("de-AT", "innerhalb von 24 Stunden", "innerhalb von 1 Minute"),
        ("it", "within 24 hours", "within 1 minute"),
    ],
)
def test_durations_are_said_in_the_customers_language(language: str, day: str, minute: str) -> None:
    assert within(Duration("24h"), language) == day
    assert within(Duration("1m"), language) == minute


def test_days_take_the_german_dative() -> None:
    assert within(Duration("3d"), "de") == "innerhalb von 3 Tagen"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Monday 15 June, 09:00 (CEST)"),
        ("es", "lunes 15 de junio, 09:00 (CEST)"),
        ("fr", "lundi 15 juin, 09:00 (CEST)"),
        ("de", "Montag, 15. Juni, 09:00 Uhr (CEST)"),
        ("pt", "segunda-feira, 15 de junho, 09:00 (CEST)"),
    ],
)
def test_moments_are_said_in_the_teams_time_zone(language: str, text: str) -> None:
    assert moment(datetime(2026, 6, 15, 7, 0, tzinfo=UTC), loaded().policy.hours, language) == text


def test_a_promised_moment_is_never_earlier_than_the_deadline() -> None:
    late = datetime(2026, 6, 15, 6, 59, 0, 1, tzinfo=UTC)
    assert moment(late, loaded().policy.hours, "en") == "Monday 15 June, 09:00 (CEST)"


def test_calendar_deadlines_keep_the_policys_words() -> None:
    assert reply_within(waiting("calendar", FRIDAY_EVENING), "en") == "within 24 hours"


def test_24_business_hours_are_not_promised_as_24_hours() -> None:
    assert reply_within(waiting("standard"), "en") == "by Friday 12 June, 12:00 (CEST)"
    assert reply_within(waiting("standard"), "de") == "bis Freitag, 12. Juni, 12:00 Uhr (CEST)"


def test_a_deadline_that_has_passed_is_not_promised_again() -> None:
    wait = waiting("immediate", waited=timedelta(minutes=6))
    assert reply_within(wait, "en") == "as soon as possible"
    assert reply_within(wait, "pt") == "o mais depressa possível"


@pytest.mark.parametrize(
    ("waited", "text"),
    [
        (timedelta(hours=2), "within 24 hours"),
        (timedelta(hours=3), "within 21 hours"),
        (timedelta(hours=3, minutes=1), "within 21 hours"),
        (timedelta(hours=22, minutes=45), "within 75 minutes"),
        (timedelta(hours=23, minutes=59, seconds=30), "within 1 minute"),
        (timedelta(hours=24), "as soon as possible"),
    ],
)
def test_what_is_left_of_the_time_is_promised_and_never_the_whole_again(waited: timedelta, text: str) -> None:
    assert reply_within(waiting("calendar", waited=waited), "en") == text


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("en", "We reply within {reply_within}.", "We reply within 24 hours."),
        ("en", "We reply {reply_within}.", "We reply within 24 hours."),
        ("en", "Hello. Within the next {reply_within} we reply.", "Hello. Within 24 hours we reply."),
        ("es", "Respondemos en un plazo máximo de {reply_within}.", "Respondemos en un plazo de 24 horas."),
        ("fr", "Nous répondons sous {reply_within}.", "Nous répondons dans un délai de 24 heures."),
        ("de", "Wir antworten binnen {reply_within}.", "Wir antworten innerhalb von 24 Stunden."),
        ("pt", "Respondemos em até {reply_within}.", "Respondemos no prazo de 24 horas."),
    ],
)
def test_a_script_may_lead_up_to_the_time_in_its_own_words(language: str, text: str, said: str) -> None:
    script = POLICY.replace(
        "  chat.closing:\n", f"  notice.waiting:\n    en: x\n    {language}: '{text}'\n  chat.closing:\n"
    )
    if language == "en":
        script = script.replace("    en: x\n", "")
    told_again = notice("notice.waiting", language, loaded(script), waiting("calendar"), team="t", reference="r")
    assert told_again == said


def test_a_script_that_names_a_moment_promises_none_once_it_has_passed() -> None:
    script = told(waiting("calendar", waited=timedelta(hours=30)), family="legal")
    assert script.startswith("Our legal desk replies as soon as possible. We are open")


def test_a_script_that_names_the_hours_says_when_people_are_back_while_they_are_away() -> None:
    script = told(waiting("standard", FRIDAY_EVENING), family="legal")
    assert "Monday to Friday, 09:00-17:00 (Europe/Berlin); next opening: Monday 15 June, 09:00 (CEST)." in script


def test_a_notice_of_no_known_id_is_empty_and_a_built_in_one_is_not() -> None:
    wait = waiting("calendar")
    assert notice("no.such_notice", "de", loaded(), wait, team="t", reference="r") == ""
    queued = wait_for(loaded(), "calendar", NOW + timedelta(minutes=30), NOW)
    assert reply_within(queued, "fr") == "dans un délai de 30 minutes"
    assert notice("notice.claimed", "de", loaded(), wait, team="t", reference="r").startswith("Ein Mensch hat")


def test_out_of_hours_the_customer_learns_when_people_are_back() -> None:
    script = told(waiting("standard", FRIDAY_EVENING))
    assert script == (
        "A person takes over and replies by Wednesday 17 June, 17:00 (CEST). Reference: ho_000001. "
        "Our team is back on Monday 15 June, 09:00 (CEST)."
    )


def test_a_class_that_runs_around_the_clock_has_no_out_of_hours() -> None:
    assert "back" not in told(waiting("immediate", FRIDAY_EVENING))


def test_the_policy_may_word_the_out_of_hours_notice() -> None:
    text = POLICY.replace("scripts:\n", "scripts:\n  notice.out_of_hours: {en: 'We open on {next_opening}.'}\n")
    assert told(waiting("standard", FRIDAY_EVENING), text=text).endswith("We open on Monday 15 June, 09:00 (CEST).")


def test_a_familys_own_script_comes_before_the_default_and_says_its_times_in_its_language() -> None:
    script = told(waiting("standard"), language="de", family="legal")
    assert script == (
        "Our legal desk replies by Friday 12 June, 12:00 (CEST). "
        "We are open Monday to Friday, 09:00-17:00 (Europe/Berlin). Reference ho_000001."
    )


def test_the_default_script_is_said_in_the_customers_language() -> None:
    assert told(waiting("calendar"), "de").startswith("Ein Mensch übernimmt und antwortet innerhalb von 24 Stunden.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_policy_without_scripts_is_not_silent_in_any_language(language: str) -> None:
    bare = POLICY[: POLICY.index("scripts:")] + "scripts: {}\n"
    script = told(waiting("calendar"), language, text=bare.replace("    playbook: legal_case\n", ""))
    assert within(Duration("24h"), language) in script
    assert "ho_000001" in script
    assert "{" not in script


@pytest.mark.parametrize("script_id", BUILT_IN)
def test_every_built_in_script_speaks_every_language(script_id: str) -> None:
    assert tuple(sorted(BUILT_IN[script_id])) == tuple(sorted(LANGUAGES))
    assert len(set(BUILT_IN[script_id].values())) == len(LANGUAGES)
    assert render(script_id, "en", loaded())


def test_other_scripts_are_rendered_without_their_missing_values() -> None:
    assert render("chat.closing", "fr", loaded(), {"name": "Ada"}) == "Goodbye, Ada."
    assert render("chat.closing", "en", loaded()) == "Goodbye."
    assert render("no.such_script", "en", loaded()) == ""


def test_opening_hours_put_equal_neighbouring_days_together() -> None:
    hours = Hours.model_validate(
        {"open": {"mon": "09:00-17:00", "tue": "09:00-17:00", "thu": "22:00-06:00", "sat": "10:00-12:00,13:00-14:00"}}
    )
    assert opening_hours(hours, "en") == (
        "Monday to Tuesday, 09:00-17:00; Thursday, 22:00-06:00; Saturday, 10:00-12:00, 13:00-14:00 (UTC)"
    )
    assert opening_hours(hours, "fr").startswith("du lundi au mardi, 09:00-17:00; jeudi")
    assert opening_hours(Hours(open={}), "de") == "keine festen Zeiten"


def test_doubled_braces_are_braces() -> None:
    assert fill("{{team}} is {team}", {"team": "legal"}) == "{team} is legal"


def test_french_keeps_the_space_before_its_question_mark() -> None:
    assert render("caution.offer", "fr", loaded()).endswith("le relais ?")


@UNHURRIED
@given(text=st.text(), values=st.dictionaries(st.text(), st.text()))
def test_filling_any_text_with_any_values_raises_nothing(text: str, values: dict[str, str]) -> None:
    assert isinstance(fill(text, values), str)


@UNHURRIED
@given(language=st.text(), waited=st.integers(min_value=0, max_value=10_000), team=st.text(), reference=st.text())
def test_any_language_tag_and_any_wait_give_every_value(language: str, waited: int, team: str, reference: str) -> None:
    wait = waiting("standard", waited=timedelta(minutes=waited))
    values = promise_values(wait, language, team=team, reference=reference)
    assert set(values) == {"reply_within", "reply_by", "team", "reference", "hours", "next_opening"}
    assert known_language(language) in LANGUAGES


TIMES = ("{reply_within}", "{reply_by}")


@pytest.mark.parametrize("language", sorted(map(str, LANGUAGES)))
@pytest.mark.parametrize("pack", [*sorted(PACKS), "built-in"])
@UNHURRIED
@given(
    sla=st.sampled_from(("immediate", "urgent", "standard", "nothing")),
    hour=st.integers(0, 24 * 7 - 1),
    waited=st.sampled_from((0, 4, 30, 60 * 26)),
    attended=st.sampled_from((None, False, True)),
    script=st.sampled_from(("handover.default", "handover.safety", "handover.emergency", None)),
)
def test_one_notice_names_one_time(
    pack: str, language: str, sla: str, hour: int, waited: int, attended: bool | None, script: str | None
) -> None:
    """Whatever is added to a script, it is said once by when a person replies."""
    loaded_ = PACKS[pack] if pack in PACKS else loaded(POLICY.split("scripts:")[0])
    policy, now = loaded_.policy, NOW + timedelta(hours=hour)
    chosen = policy.sla.get(sla) or next(iter(policy.sla.values()))
    due_at = due(chosen, now - timedelta(minutes=waited), policy.hours).claim_due_at
    wait = Wait(sla=chosen, claim_due_at=due_at, hours=policy.hours, now=now, attended=attended)
    said = handover_script(
        family="human_request", script_id=script, language=language, loaded=loaded_, wait=wait, team="legal",
        reference="ho_1",
    )  # fmt: skip
    values = promise_values(wait, known_language(language), team="legal", reference="ho_1")
    within, by = values["reply_within"], values["reply_by"]
    found = said.casefold()
    assert found.count(within.casefold()) + (found.count(by.casefold()) if by not in within else 0) <= 1, said


def test_who_hears_a_time_and_that_nobody_is_online_hears_one_time() -> None:
    said = told(replace(waiting("immediate"), attended=False))
    assert "Nobody" in said
    assert "within 5 minutes" in said
    assert "due" not in said
