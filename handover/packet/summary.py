"""A summary in which every sentence cites the messages that support it.

The extractive summary needs no model and is always there; `check_claims` drops what a model wrote without support."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from handover.packet.case import ASSISTANT, CUSTOMER, Attempt, Case, CaseTurn
from handover.packet.schema import Claim, Step

MAX_QUOTE = 240
MAX_ATTEMPTS = 3
MAX_QUESTIONS = 5
NOT_ANSWERED = "not answered"
"""The result of an attempt that was a clarifying question, an offer or an admission instead of an answer."""
AGENT = "agent"
EVIDENCE_FRAME = "The words that called for a person"
SUPPORTED = 0.6
"""Share of a claim's own content words that its messages must contain."""

_FRAMING = frozenset(
    {"customer", "assistant", "agent", "person", "first", "last", "wrote", "asked", "answered"}
    | {"said", "called", "words", "that", "then", "about", "with", "their"}
)
"""Words that frame a claim and need no support."""
_NEGATIONS = frozenset(
    {"not", "no", "never", "none", "without", "cannot", "nicht", "kein", "keine", "keinen", "nie"}
    | {"ne", "pas", "jamais", "sin", "nunca", "não", "sem", "nem"}
)
_DOUBLE = '"\u201c\u201d\u201e\u00ab\u00bb'
"""The double quotation marks of the five languages."""
_QUOTES = str.maketrans(dict.fromkeys(_DOUBLE + "\u2018\u2019\u201a", "'"))
_SPAN = re.compile(f"[{_DOUBLE}]([^{_DOUBLE}]+)[{_DOUBLE}]")
_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")
_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE_END = re.compile(r"(?<=[.!?\u3002\uff1f\uff01])\s+|\n+")
_QUESTION_MARKS = ("?", "\uff1f", "\u061f")


def extract(case: Case) -> tuple[Claim, ...]:
    """The extractive summary: first need, what was answered, latest need, the words that called for a person."""
    claims = dict.fromkeys((*_needs(case), *_evidence(case)))
    return check_claims(claims, case.turns)


def check_claims(claims: Iterable[Claim], turns: Sequence[CaseTurn]) -> tuple[Claim, ...]:
    """The claims that their cited messages support, in their order.

    Supported means: every cited message is there; quoted words stand in them verbatim (case and spaces aside); every
    number stands in them; and most content words do, in a sentence that is negated if and only if the claim is.
    """
    texts = {turn.seq: turn.text for turn in turns}
    return tuple(claim for claim in claims if _supported(claim, texts))


def steps_tried(case: Case) -> tuple[Step, ...]:
    """What the assistant did, with what came of it."""
    return tuple(_step(attempt, case) for attempt in case.attempts)


def open_questions(case: Case) -> tuple[str, ...]:
    """The customer's questions that nobody answered: what was said next was no answer, or nothing was said at all.

    Nothing is said to a latched conversation, so every question since the last word of an agent or an answer is open.
    """
    unanswered = {attempt.turn for attempt in case.attempts if attempt.result == NOT_ANSWERED or not attempt.text}
    replies = {turn.seq: turn.author for turn in case.turns if turn.author in (ASSISTANT, AGENT)}
    agent = max((seq for seq, author in replies.items() if author == AGENT), default=0)
    pending: list[str] = []
    for turn in case.customer_turns:
        reply = min((seq for seq in replies if seq > turn.seq), default=None)
        if turn.seq > agent and (reply is None or reply in unanswered):
            pending += _questions(turn.text)
    return tuple(dict.fromkeys(pending))[-MAX_QUESTIONS:]


def intent(case: Case) -> str:
    """What the customer wants, by the assistant's latest understanding of it; "" if it had none."""
    return next((attempt.intent for attempt in reversed(case.attempts) if attempt.intent), "")


def clip(text: str, limit: int = MAX_QUOTE) -> str:
    """The text on one line, cut at a word with an ellipsis when it is longer than `limit`."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    return (line[:limit].rsplit(" ", 1)[0] or line[:limit]) + "…"


def _needs(case: Case) -> Iterator[Claim]:
    written = [turn for turn in case.customer_turns if turn.text.strip()]
    first = next((turn for turn in written if len(turn.text.split()) >= 3), written[0] if written else None)
    if first:
        yield _quoted("The customer first wrote", first.text, first.seq)
    for attempt in [attempt for attempt in case.attempts if attempt.text.strip()][-MAX_ATTEMPTS:]:
        yield _quoted("The assistant answered", attempt.text, attempt.turn)
    if written and written[-1] is not first:
        yield _quoted("The customer wrote last", written[-1].text, written[-1].seq)


def _evidence(case: Case) -> Iterator[Claim]:
    for fired in case.fired:
        for evidence in fired.evidence:
            if evidence.quote.strip():
                yield _quoted(EVIDENCE_FRAME, evidence.quote, case.seq_of(evidence.turn))


def _quoted(frame: str, text: str, seq: int) -> Claim:
    return Claim(claim=f'{frame}: "{clip(text).translate(_QUOTES)}"', turns=(max(0, seq),))


def _step(attempt: Attempt, case: Case) -> Step:
    sources = f" from {', '.join(attempt.articles)}" if attempt.articles else ""
    action = f"Answered{sources}: {clip(attempt.text)}" if attempt.text.strip() else f"Looked for an answer{sources}"
    return Step(action=action, result=attempt.result or _result(attempt, case), turn=max(0, attempt.turn))


def _result(attempt: Attempt, case: Case) -> str:
    if not attempt.text.strip():
        return "no answer was given"
    reply = next((turn for turn in case.turns if turn.author == CUSTOMER and turn.seq > attempt.turn), None)
    return f"the customer replied: {clip(reply.text, 120)}" if reply else "no reply from the customer"


def _questions(text: str) -> list[str]:
    return [clip(part) for part in _SENTENCE_END.split(text) if part.rstrip().endswith(_QUESTION_MARKS)]


def _supported(claim: Claim, texts: dict[int, str]) -> bool:
    if not claim.turns or any(turn not in texts for turn in claim.turns):
        return False
    source = _plain("\n".join(texts[turn] for turn in claim.turns))
    spans = [_plain(span).rstrip("…").strip() for span in _SPAN.findall(claim.claim)]
    own = _plain(_SPAN.sub(" ", claim.claim))
    if not all(span and span in source for span in spans):
        return False
    if not set(_NUMBER.findall(own)) <= set(_NUMBER.findall(source)):
        return False
    return _words_supported(own, [texts[turn] for turn in claim.turns], quoted=bool(spans))


def _words_supported(own: str, texts: Sequence[str], *, quoted: bool) -> bool:
    """Whether the words outside quotes stand in the messages, and no "not" was lost or added."""
    words = {word for word in _WORD.findall(own) if len(word) >= 4 and word not in _FRAMING | _NEGATIONS}
    if not words:
        return quoted
    sentences = [_plain(part) for text in texts for part in _SENTENCE_END.split(text)]
    known = {word for sentence in sentences for word in _WORD.findall(sentence)}
    best = max(sentences, key=lambda sentence: len(words & set(_WORD.findall(sentence))))
    return len(words & known) / len(words) >= SUPPORTED and _negated(own) == _negated(best)


def _negated(plain: str) -> bool:
    return "n't" in plain or not _NEGATIONS.isdisjoint(_WORD.findall(plain))


def _plain(text: str) -> str:
    return " ".join(text.translate(_QUOTES).split()).casefold()
