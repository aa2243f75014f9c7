"""What the page shows: escaped, and true in every state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

from handover.people.sought import Sought, Tally, View
from policy.facts import FACTS
from policy.schema import AnswerRules
from service.views import ConversationView, HandoverView, HeldPage, TemplateView
from states.templates import TemplateState
from states.vocabulary import Event, Role, State
from tests.ui.views import HOSTILE, NOW, conversation, event, fired, handover, lines, message, other, packet, waiting
from ui.render.banner import banner, banner_of
from ui.render.brief import brief
from ui.render.case import case_head, consent
from ui.render.diagram import diagram, path_of
from ui.render.evidence import evidence, meter
from ui.render.facts import as_judged, clocks, event_log, facts
from ui.render.packet import packet as render_packet
from ui.render.packet import raw
from ui.render.queue import live, queue, sought_of, sought_text, tallied, turned
from ui.render.reply import preview
from ui.render.steps import playbook
from ui.render.text import span
from ui.render.transcript import transcript

HARMLESS = {
    "article", "aside", "b", "blockquote", "button", "code", "dd", "details", "div", "dl", "dt", "em", "h3", "h4",
    "header", "i", "li", "mark", "p", "pre", "q", "section", "small", "span", "strong", "summary", "sup", "table",
    "tbody", "td", "th", "time", "tr", "u", "ul",
}  # fmt: skip


class _Tags(HTMLParser):
    """Collects what a browser would make of the text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)


def hostile_view() -> ConversationView:
    """A conversation in which everything that anybody may write is hostile."""
    cited = ({"source": HOSTILE, "title": HOSTILE, "quote": HOSTILE},)
    data: dict[str, Any] = {
        "fired": [fired(HOSTILE, detail=HOSTILE, kind=HOSTILE)],
        "fault": HOSTILE,
        "intent": HOSTILE,
    }
    data |= {"held_by": [HOSTILE], "citations": [{"title": HOSTILE}], "confidence": 0.4, "micros": 12.0}
    return conversation(
        State.AGENT_VERIFYING,
        id=HOSTILE,
        channel=HOSTILE,
        language=HOSTILE,
        customer=HOSTILE,
        owner_id=HOSTILE,
        owner_role=Role.FRONTLINE_AGENT,
        facts={"customer.tier": HOSTILE, HOSTILE: HOSTILE},
        messages=(
            message("customer", HOSTILE),
            message("assistant", HOSTILE, 2, citations=cited),
            message("agent", HOSTILE, 3, actor_id=HOSTILE),
        ),
        events=(replace(event(Event.TRIGGER_FIRED, State.BOT_HANDLING, State.TRIGGERED, data), actor_id=HOSTILE),),
        handover=handover(HOSTILE, id=HOSTILE, team=HOSTILE, reason_code=HOSTILE, severity=HOSTILE),
        consent={
            "kind": HOSTILE,
            "text": HOSTILE,
            "hash": HOSTILE,
            "requested_by": HOSTILE,
            "agreed_by": HOSTILE,
            "amount": HOSTILE,
            "expires_at": NOW.isoformat(),
        },
    )


APPROVED = TemplateState.APPROVED


def judged(view: HandoverView | None) -> HandoverView | None:
    """The same handover with a review by somebody hostile, and a gap."""
    assert view is not None
    review = [{"field": "context.intent", "verdict": "accept", "by": HOSTILE, "at": HOSTILE}]
    return replace(view, packet={**view.packet, "review": review})


RENDERERS: dict[str, Callable[[ConversationView], str]] = {
    "banner": lambda view: banner(view, NOW),
    "waiting banner": lambda view: banner(replace(view, state=State.HANDED_OFF), NOW),
    "transcript": lambda view: transcript(view, pending=HOSTILE),
    "evidence": lambda view: evidence(view, AnswerRules(), 12.0),
    "facts": facts,
    "log": event_log,
    "clocks": lambda view: clocks(view, NOW),
    "packet": lambda view: render_packet(view.handover, NOW),
    "packet under review": lambda view: render_packet(judged(view.handover), NOW, reviewable=True),
    "playbook": lambda view: playbook(view.handover, open=True),
    "approved reply": lambda view: preview(
        TemplateView(id=HOSTILE, language="en", version=1, state=APPROVED, text=HOSTILE)
    ),
    "raw": lambda view: raw(view.handover),
    "case": lambda view: case_head(view, NOW),
    "closed case": lambda view: case_head(replace(view, state=State.RESOLVED), NOW),
    "tally": lambda view: tallied(Tally(views={View.ALL: 1}, reasons={HOSTILE: 1}, channels={HOSTILE: 1})),
    "consent": lambda view: consent(view, NOW),
    "live": lambda view: live(HeldPage(items=(replace(view, state=State.GUARDED),), total=1, begin=0), None, NOW),
    "queue": lambda view: queue(
        lines(
            waiting(
                HOSTILE,
                conversation_id=HOSTILE,
                reason_code=HOSTILE,
                severity=HOSTILE,
                owner_id=HOSTILE,
                also_open=(other(HOSTILE),),
                also_open_total=2,
            ),
            previous=HOSTILE,
            following=HOSTILE,
        ),
        None,
        NOW,
    ),
    "other cases": lambda view: render_packet(view.handover, NOW, others=(other(HOSTILE),)),
}


@pytest.mark.parametrize("name", RENDERERS)
def test_hostile_text_stays_text(name: str) -> None:
    shown = RENDERERS[name](hostile_view())
    found = _Tags()
    found.feed(shown)
    assert found.tags <= HARMLESS
    assert not {attribute for attribute in found.attributes if attribute.startswith("on")}
    assert not {"src", "href"} & found.attributes
    assert "${" not in shown
    assert "{{" not in shown
    assert "\u202e" not in shown


SENTENCES = {
    State.BOT_HANDLING: "The assistant may answer",
    State.GUARDED: "approved content only",
    State.TRIGGERED: "the bot is locked out",
    State.HANDED_OFF: "a person is on the way, by",
    State.AGENT_VERIFYING: "Agent anna owns this conversation",
    State.ESCALATED: "Escalation specialist anna owns this conversation",
    State.RESOLVED: "This conversation is resolved",
}


@pytest.mark.parametrize("state", State)
def test_banner_says_who_may_speak(state: State) -> None:
    role = Role.ESCALATION_SPECIALIST if state is State.ESCALATED else Role.FRONTLINE_AGENT
    owned = state in (State.AGENT_VERIFYING, State.ESCALATED)
    view = conversation(state, owner_id="anna" if owned else None, owner_role=role if owned else None)
    assert SENTENCES[state] in banner_of(view, NOW).title
    assert f'data-state="{state.value}"' in banner(view, NOW)


def test_a_waiting_customer_is_told_until_when() -> None:
    title = banner_of(conversation(State.HANDED_OFF), NOW).title
    assert "14:05 UTC" in title
    assert "in 5 min" in title


def test_an_escalated_case_that_nobody_owns_has_nobody_speaking() -> None:
    assert banner_of(conversation(State.ESCALATED), NOW).title.startswith("Nobody speaks")


def test_a_closed_conversation_takes_no_more_messages() -> None:
    shown = banner_of(conversation(State.RESOLVED, closed=True, timers={}), NOW)
    assert shown.title == "This conversation is closed"


def test_a_passed_deadline_is_said_to_be_late() -> None:
    """Also while a later rung of the ladder runs, which is no deadline: the customer was told another time."""
    timers = {"claim": NOW + timedelta(minutes=3), "resolve": NOW + timedelta(minutes=29)}
    late = handover(claim_due_at=NOW - timedelta(minutes=7))
    for state in (State.HANDED_OFF, State.ESCALATED):
        assert "7 min late" in banner_of(conversation(state, timers=timers, handover=late), NOW).title


def test_the_speakers_are_told_apart() -> None:
    written = (message("assistant", "a", 1), message("system", "b", 2), message("agent", "c", 3, actor_id="anna"))
    shown = transcript(conversation(messages=written))
    for kind in ("hr-assistant", "hr-system", "hr-agent"):
        assert f'class="hr-msg {kind}"' in shown
    assert "anna · a person" in shown


def test_a_citation_stands_under_its_answer() -> None:
    cited = ({"source": "delivery", "title": "Delivery times", "quote": "Two to four days."},)
    shown = transcript(conversation(messages=(message("assistant", "Two days.", citations=cited),)))
    assert "Source: Delivery times" in shown
    assert "Two to four days." in shown


def test_the_assistant_is_not_seen_typing_while_a_person_owns_the_conversation() -> None:
    assert "hr-typing" in transcript(conversation(State.BOT_HANDLING), pending="hello")
    assert "hr-typing" not in transcript(conversation(State.AGENT_VERIFYING), pending="hello")


def test_evidence_marks_the_quote_in_the_message_and_compares_score_with_threshold() -> None:
    data = {"decision": "handover", "fired": [fired("smell gas")], "micros": 41.0}
    view = conversation(
        State.HANDED_OFF, events=(event(Event.TRIGGER_FIRED, State.BOT_HANDLING, State.TRIGGERED, data),)
    )
    shown = evidence(view, AnswerRules(), 8.0)
    assert "I can <mark>smell gas</mark>" in shown
    assert "safety.danger" in shown
    assert "0.91 ≥ 0.60" in shown
    assert "rules 41 µs · whole turn 8 ms" in shown


def test_evidence_of_an_answer_shows_its_confidence_against_the_policy() -> None:
    data = {"decision": "clear", "fired": [], "confidence": 0.97, "citations": [{"title": "Delivery times"}]}
    answered = event(Event.MESSAGE_ANSWERED, State.BOT_HANDLING, State.BOT_HANDLING, data)
    shown = evidence(conversation(events=(answered,)), AnswerRules(confidence=0.6))
    assert "0.97 ≥ 0.60" in shown
    assert "Delivery times" in shown


def test_a_score_below_its_threshold_reads_so() -> None:
    assert "0.20 &lt; 0.60" in meter(0.2, 0.6)


def test_facts_that_differ_from_their_default_come_first() -> None:
    known = {fact.name: fact.default for fact in FACTS} | {"conversation.misses": 2}
    shown = facts(conversation(facts=known))
    assert shown.index("conversation.misses") < min(
        shown.index(name) for name in known if name != "conversation.misses"
    )


def test_facts_are_those_that_the_message_was_judged_by() -> None:
    """Not those of the row, which were 0.0 minutes where a condition had read 42.0."""
    later = NOW + timedelta(minutes=42)
    data = {"fired": [], "decision": "guard"}
    asked = message("customer", "I can smell gas")
    judged = replace(event(Event.CAUTION_RAISED, State.GUARDED, State.GUARDED, data, seq=2), at=later)
    view = conversation(facts={"conversation.minutes": 0.0}, messages=(asked,), events=(judged,))
    known = as_judged(view)
    assert (known["conversation.minutes"], known["conversation.guarded"]) == (42.0, True)
    assert known["message.length"] == len("I can smell gas")
    read = {"conversation.minutes": 41.5, "hours.open": False}
    recorded = replace(view, events=(replace(judged, data={**data, "facts": read}),))
    assert as_judged(recorded) == read
    assert "42.00" in facts(view)


def test_the_packet_reads_in_three_parts() -> None:
    shown = render_packet(handover(), NOW)
    places = [shown.index(title) for title in ("Why and where", "Context", "Action")]
    assert places == sorted(places)


def test_a_packet_without_anything_is_still_shown() -> None:
    assert "Why and where" in render_packet(handover(packet={}), NOW)
    assert "Why and where" in render_packet(
        handover(packet={"why": None, "context": [], "action": {"playbook": None}}), NOW
    )


def test_the_desk_ticks_the_playbook_off_instead_of_reading_it() -> None:
    view = handover(packet=packet())
    assert "Write it down" in render_packet(view, NOW)
    assert "Write it down" not in render_packet(view, NOW, with_steps=False)


def test_the_diagram_lights_the_present_state_and_the_way_there() -> None:
    events = (
        event(Event.TRIGGER_FIRED, State.BOT_HANDLING, State.TRIGGERED, {}),
        event(Event.PACKET_READY, State.TRIGGERED, State.HANDED_OFF, {}, 2),
    )
    view = conversation(State.HANDED_OFF, events=events)
    assert [step[1] for step in path_of(view)] == [Event.TRIGGER_FIRED, Event.PACKET_READY]
    assert "the conversation is in handed_off" in diagram(view)


def test_the_queue_keeps_the_order_it_is_given() -> None:
    page = lines(waiting("first", conversation_id="cnv_b"), waiting("second", conversation_id="cnv_a"))
    shown = queue(page, "cnv_a", NOW)
    assert shown.index("cnv_b") < shown.index("cnv_a")
    assert shown.count("hr-chosen") == 1
    assert "in 2 min" in shown


def test_a_card_quotes_the_evidence_and_not_the_last_words() -> None:
    item = waiting("smell gas", last_message="thanks", customer="cus-7", channel="whatsapp", language="de")
    shown = queue(lines(item), None, NOW)
    assert "well, <mark>smell gas</mark>, you see" in shown
    assert "thanks" not in shown
    assert "cus-7 · whatsapp · de" in shown
    assert "smell <mark>" not in queue(lines(replace(item, quote="lost words")), None, NOW)
    assert "no words" in queue(lines(replace(item, quote="", said="", reason="no words")), None, NOW)


@pytest.mark.parametrize(
    ("more", "words", "barred"),
    [
        ({"claimable": True}, "claim", False),
        ({"state": State.ESCALATED}, "escalated: for specialists", True),
        ({"state": State.ESCALATED, "claimable": True}, "escalated", False),
        ({"owner_id": "ben", "resolve_due_at": NOW + timedelta(hours=1)}, "owned by ben", False),
        ({"closed_at": NOW, "resolution": "refunded"}, "Refunded", False),
    ],
)
def test_a_card_says_who_has_the_case_and_whether_one_may_take_it(
    more: dict[str, Any], words: str, barred: bool
) -> None:
    shown = queue(lines(waiting(**more)), None, NOW)
    assert words in shown
    assert ("hr-barred" in shown) is barred
    assert shown.count("data-due") + shown.count("data-since") == 1, "one deadline, or when it ended"


@pytest.mark.parametrize(
    ("text", "sought"),
    [
        ("", Sought()), ("x", Sought()), ("[]", Sought()), ("[" * 9999, Sought()), ("3", Sought()),
        ('{"view": 3}', Sought()), ('{"view": "nobody"}', Sought()),
        ('{"who": "me"}', Sought()), ('{"view": "late"}', Sought(view=View.LATE)),
        ('{"text": "a \\"b", "channel": 5}', Sought(text='a "b', channel="5")),
    ],
)  # fmt: skip
def test_what_is_looked_for_is_read_as_the_browser_says_it(text: str, sought: Sought) -> None:
    assert sought_of(text) == sought
    assert sought_of(sought_text(sought)) == sought
    assert turned(f"sought|{text}") == {"sought": sought_text(sought), "queue_at": ""}


def test_where_nothing_is_found_the_page_says_whether_anybody_waits() -> None:
    assert "Nobody waits" in queue(lines(), None, NOW, Sought())
    assert "Nobody waits" not in queue(lines(), None, NOW, Sought(text="x"))


def test_a_case_at_a_glance_says_why_what_is_wanted_what_to_do_and_what_not() -> None:
    asked = message("customer", "Hello, I can smell gas here", 4)
    data = packet("plain")
    data["why"]["triggers"] = [{"trigger_id": "safety.danger", "quote": "smell gas", "turn": 4}]
    view = conversation(
        State.HANDED_OFF, handover=handover(packet=data),
        messages=(message("customer", "Good morning", 1), asked, message("customer", "thanks", 9)),
    )  # fmt: skip
    shown = brief(view)
    places = [
        shown.index(one) for one in ("Why", "smell gas</mark>", "Wants", "Hello, I can", "thanks", "Do next", "Do not")
    ]
    assert places == sorted(places)
    assert "Good morning" not in shown
    assert view.handover is not None
    ticked = brief(replace(view, handover=replace(view.handover, steps_done=("safe", "note"))))
    assert "Every step is done" in ticked
    assert brief(None) == brief(conversation()) == ""


def test_a_proven_identity_is_told_as_proven_in_a_packet_that_was_made_before() -> None:
    assert "verified: code" in render_packet(handover(verified_level="code"), NOW)


def test_at_the_desk_one_deadline_is_told_and_conditions_stand_under_what_was_noticed() -> None:
    data = packet("plain")
    data["why"]["flags"] = ["out_of_hours"]
    data["why"]["triggers"].append({"trigger_id": "context.out_of_hours", "quote": "", "turn": 1})
    shown = render_packet(handover(packet=data), NOW, with_deadlines=False)
    assert "data-due" not in shown
    assert "context.out_of_hours" not in shown
    assert "out of hours" in shown


def test_a_list_that_fits_has_no_pager_and_a_longer_one_says_where_it_stands() -> None:
    assert "hr-pager" not in queue(lines(waiting()), None, NOW)
    shown = queue(lines(waiting(), total=629, begin=25, previous="", following="next"), None, NOW)
    assert "26–26 of 629" in shown
    assert 'data-pick="queue|"' in shown
    assert 'data-pick="queue|next"' in shown
    held = HeldPage(items=(conversation(),), total=60, begin=50)
    assert 'data-pick="held|30"' in live(held, None, NOW)
    assert 'data-pick="held|51"' in live(held, None, NOW)


@pytest.mark.parametrize(
    ("pick", "changes"),
    [
        ("queue|abc", {"queue_at": "abc"}), ("queue|", {"queue_at": ""}), ("held|25", {"held_at": 25}),
        ("held|x", None), ("held|-1", None), ("held|99999999999", None), ("cnv_1", None), ("held|²", None),
    ],
)  # fmt: skip
def test_what_turns_a_page_is_told_from_a_case(pick: str, changes: dict[str, object] | None) -> None:
    assert turned(pick) == changes


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "0 s"), (59.9, "59 s"), (60, "1 min"), (3700, "1 h 1 min"), (90000, "1 d 1 h")],
)
def test_lengths_of_time_are_rounded_down(seconds: float, words: str) -> None:
    assert span(seconds) == words
