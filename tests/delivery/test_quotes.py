"""Whatever a mail program makes of a note, none of it goes to the customer, and none of the agent's words is lost."""

from __future__ import annotations

import random
import textwrap
from collections.abc import Callable, Iterator

import pytest

from delivery.quotes import without_ours
from delivery.words import packet_text
from desks.kit.notes import as_data

HANDOVER = "ho_01m8kr35fj3n8wcpkva3q40d34"
DO_NOT = (
    "promise a refund of any amount before compliance has agreed to it in writing",
    "tell the customer which rule has fired",
    "confirm the address on file",
    "say sorry",
)
PACKET = {
    "envelope": {"handover_id": HANDOVER},
    "why": {
        "reason": "The customer wants personal data changed.", "reason_code": "account_change", "severity": "high",
        "claim_due_at": "2026-11-23T11:00:00+00:00", "resolve_due_at": "2026-11-23T18:00:00+00:00",
        "triggers": [{"trigger_id": "data.change", "quote": "change my address to 7 High Street"}],
    },
    "context": {
        "customer": {"ref": "cus-1", "verification_level": "none"},
        "summary": [{"claim": "The customer moved house and wants letters sent to the new place from Monday on."}],
        "open_questions": ["Which day?"],
    },
    "action": {
        "promise": {"text": "A person from privacy will reply within an hour."}, "next_steps": ["Verify first."],
        "playbook": {"title": "Change", "steps": [{"text": "Check the request.", "required": True}]},
        "do_not": list(DO_NOT),
    },
}  # fmt: skip
NOTE = f"{packet_text(PACKET)}\n\npacket-data {'ab' * 6} 1/1 {as_data(PACKET, HANDOVER)}\n\n[{HANDOVER}#2]"
OTHERS = (f"Claimed by anna (frontline_agent)\n[{HANDOVER}#3]", f"Put right: anna has this case\n[{HANDOVER}#4]")
KNOWN = ("change my address to 7 High Street", "A person from privacy will reply within an hour.")
AGENT = (
    "Good morning, I have changed it for you.",
    "Thank you",
    "Is it flat 3 or flat 4?",
    "- the first letter goes out on Tuesday\n- the second one a week later",
    "Guten Tag, Ihre neue Anschrift gilt ab Dienstag.",
    "Yes.",
)
ATTRIBUTIONS = (
    "", "On Mon, 23 Nov 2026 at 10:00, Handrail via RT <handover@example.com> wrote:",
    "Am 23.11.2026 um 10:00 schrieb handover:", "Le lun. 23 nov. 2026, handover a écrit :",
    "-----Original Message-----\nFrom: handover\nSent: Monday\nTo: Anna\nSubject: [handover #12] New handover",
)  # fmt: skip


def _prefixed(prefix: str, width: int = 0) -> Callable[[str], str]:
    def quote(text: str) -> str:
        lines = [
            part for line in text.splitlines() for part in (textwrap.wrap(line, width) if width else [line]) or [""]
        ]
        return "\n".join(f"{prefix}{line}" for line in lines)

    return quote


def _marked(text: str) -> str:
    return _prefixed("> ")(text)


STYLES: dict[str, Callable[[str], str]] = {
    "mail": _marked,
    "mail, wrapped": _prefixed("> ", 40),
    "narrow": _prefixed("> ", 24),
    "twice": _prefixed(">> "),
    "thrice": _prefixed("> > > "),
    "bar": _prefixed("| "),
    "bar, wrapped": _prefixed("│ ", 60),
    "escaped": _prefixed("&gt; "),
    "guillemet": _prefixed("» "),
    "indented": _prefixed("    "),
    "tab": _prefixed("\t"),
    "nothing, as Outlook": _prefixed(""),
    "nothing, wrapped": _prefixed("", 50),
    "from HTML": lambda text: "\n".join(filter(None, map(str.strip, text.splitlines()))),
    "upper case": lambda text: _marked(text).upper(),
    "hard spaces": lambda text: _marked(text).replace(" ", "\u00a0"),
    "other bullets": lambda text: _marked(text).replace("- ", "• "),
    "full width": lambda text: text.replace("o", "\uff4f"),
}


def _replies(seed: int) -> Iterator[tuple[str, str]]:
    """A reply and what its agent wrote, for every style: above, below and between."""
    dice = random.Random(seed)
    for quote in STYLES.values():
        note, said = quote("\n".join(dice.sample((NOTE, *OTHERS), dice.randint(1, 3)))), dice.choice(AGENT)
        attribution = dice.choice(ATTRIBUTIONS)
        whole = f"{attribution}\n{note}".strip("\n")
        yield f"{said}\n\n{whole}", said
        yield f"{whole}\n\n{said}", said
        below = dice.choice(AGENT)
        yield f"{said}\n\n{whole}\n\n{below}", f"{said}\n{below}"


@pytest.mark.parametrize("seed", range(40))
def test_no_word_of_ours_goes_to_the_customer_and_no_word_of_the_agent_is_lost(seed: int) -> None:
    for reply, said in _replies(seed):
        found = without_ours(reply, (NOTE, *OTHERS), KNOWN)
        assert [line for line in found.text.splitlines() if line.strip()] == said.splitlines(), reply
        assert not found.leaks


@pytest.mark.parametrize("line", [*DO_NOT, *packet_text(PACKET).splitlines()])
@pytest.mark.parametrize("style", STYLES)
def test_each_line_alone_is_left_out_too(line: str, style: str) -> None:
    found = without_ours(f"Hello\n{STYLES[style](line)}\nBye", (NOTE,), KNOWN)
    assert [one for one in found.text.splitlines() if one.strip()] == ["Hello", "Bye"]


@pytest.mark.parametrize("where", ["FYI: {} (see above)", "I was told to {}, so there.", "{} - that is why"])
def test_our_words_within_an_agents_own_line_keep_the_whole_reply_back(where: str) -> None:
    assert without_ours(where.format(DO_NOT[0]), (NOTE,), KNOWN).leaks


@pytest.mark.parametrize("reply", [*AGENT, *KNOWN, f"You wrote: {KNOWN[0]}. That is done.", f"As I said: {KNOWN[1]}"])
def test_replies_that_quote_nothing_of_ours_stay_as_they_are(reply: str) -> None:
    found = without_ours(reply, (*OTHERS, f"[{HANDOVER}#2]"), KNOWN)
    assert (found.text, found.left_out, found.leaks) == (reply, 0, False)


def test_what_the_customer_knows_anyway_may_be_repeated() -> None:
    reply = f"You wrote: {KNOWN[0]}. And we said: {KNOWN[1]}"
    assert not without_ours(reply, (NOTE,), KNOWN).leaks
    assert without_ours(reply, (NOTE,)).leaks


def test_lines_that_looked_like_the_agents_own_are_counted() -> None:
    assert without_ours("Hello\nsay sorry", (NOTE,)).left_out == 1
    assert without_ours("Hello\n> say sorry", (NOTE,)).left_out == 0


def test_without_the_look_at_words_a_reply_from_html_would_tell_all() -> None:
    """The mutant: whoever takes out quoted lines alone lets everything through that has lost its signs."""
    reply = f"Done.\n{STYLES['from HTML'](NOTE)}"
    naive = "\n".join(line for line in reply.splitlines() if not line.startswith(">"))
    assert DO_NOT[0] in naive
    assert without_ours(reply, (NOTE,)).text == "Done."
