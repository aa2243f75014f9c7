"""A file of messages and conversations in, one prediction per line out, and the figures where labels exist."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from audit.confusion import (
    Figures,
    JudgedConversation,
    JudgedMessage,
    Labels,
    conversation_figures,
    message_figures,
)
from audit.contexts import context_of
from audit.judge import FAULT, Judge
from audit.recordings import Line, parse_turns
from audit.screened import JudgedReply, reply_figures
from conversation.decide import Disposition
from states.errors import BadInput

Prediction = dict[str, Any]
UNREADABLE = "unreadable"
"""The reason why something is held back that is no reply."""


@dataclass
class Evaluation:
    """What one run found so far; grows line by line."""

    lines: int = 0
    messages: list[JudgedMessage] = field(default_factory=list)
    conversations: list[JudgedConversation] = field(default_factory=list)
    replies: list[JudgedReply] = field(default_factory=list)
    bad_lines: list[tuple[int, str]] = field(default_factory=list)
    notes: list[tuple[int, str]] = field(default_factory=list)
    """Lines that were predicted although not all of them could be read: toward a person, or as a reply held back."""

    def figures(self) -> Figures:
        """Everything as plain JSON."""
        return {
            "lines": self.lines,
            "predictions": len(self.messages) + len(self.conversations) + len(self.replies),
            "bad_lines": [{"line": number, "problem": problem} for number, problem in self.bad_lines],
            "unjudged_lines": [{"line": number, "note": note} for number, note in self.notes],
            **({"messages": message_figures(self.messages)} if self.messages else {}),
            **({"conversations": conversation_figures(self.conversations)} if self.conversations else {}),
            **({"replies": reply_figures(self.replies)} if self.replies else {}),
        }


def evaluate(
    lines: Iterable[Line], judge: Judge, out: IO[str], progress: Callable[[int], None] = lambda size: None
) -> Evaluation:
    """Predicts every line in order and writes one JSON line for each that has an id."""
    found = Evaluation()
    for line in lines:
        found.lines += 1
        prediction = _predict(line, judge, found)
        if prediction is not None:
            out.write(json.dumps(prediction, ensure_ascii=True) + "\n")
        progress(line.size)
    return found


def evaluate_file(
    lines: Iterable[Line], judge: Judge, target: Path, progress: Callable[[int], None] = lambda size: None
) -> Evaluation:
    """As `evaluate`, into a file that appears only when it is complete (devices are written directly)."""
    whole = target.exists() and not target.is_file()
    part = target if whole else target.with_name(f".{target.name}.part")
    try:
        with part.open("w", encoding="utf-8") as out:
            found = evaluate(lines, judge, out, progress)
        if not whole:
            os.replace(part, target)
    except OSError as error:
        raise BadInput(f"predictions cannot be written to {str(target)!r} ({error.strerror}); check the path") from None
    finally:
        if not whole:
            part.unlink(missing_ok=True)
    return found


def _predict(line: Line, judge: Judge, found: Evaluation) -> Prediction | None:
    """The prediction for one line; None, with a reported problem, where there is no id to predict for."""
    if line.value is None:
        found.bad_lines.append((line.number, line.problem))
        return None
    if not isinstance(line.value.get("id"), str | int):
        found.bad_lines.append((line.number, f"id is {line.value.get('id')!r}; give each row a text or number as id"))
        return None
    if "reply" in line.value and "turns" not in line.value:
        return _predict_reply(line.number, line.value, judge, found)
    if "turns" in line.value:
        return _predict_conversation(line.number, line.value, judge, found)
    return _predict_message(line.number, line.value, judge, found)


def _predict_message(number: int, row: Mapping[str, Any], judge: Judge, found: Evaluation) -> Prediction:
    text = row.get("text")
    if isinstance(text, str) and text.strip():
        forecast = judge.message(text, _language(row))
    else:
        forecast = replace(FAULT, note="no text to judge: a person must look")
        found.notes.append((number, forecast.note))
    action = forecast.disposition.value
    found.messages.append(JudgedMessage(labels=Labels.of(row), action=action, families=forecast.families))
    return {
        "id": row["id"],
        "action": action,
        "handover": forecast.disposition is Disposition.HANDOVER,
        "triggers": list(forecast.families),
        "rules": list(forecast.rules),
        "score": forecast.score,
        **({"note": forecast.note} if forecast.note else {}),
    }


def _predict_conversation(number: int, row: Mapping[str, Any], judge: Judge, found: Evaluation) -> Prediction:
    note, turn = "", None
    try:
        turn = judge.handover_turn(parse_turns(row["turns"]), _language(row))
    except BadInput as error:
        # What cannot be judged goes to a person, at the first turn.
        note, turn = f"{error}: a person must look", 0
        found.notes.append((number, note))
    found.conversations.append(JudgedConversation(labels=Labels.of(row), handover_turn=turn))
    return {"id": row["id"], "handover_turn": turn, **({"note": note} if note else {})}


def _predict_reply(number: int, row: Mapping[str, Any], judge: Judge, found: Evaluation) -> Prediction:
    context, reply = context_of(row), row["reply"]
    note = "; ".join(context.problems)
    if isinstance(reply, str) and reply.strip():
        reasons = judge.reply(reply, context)
    else:
        # What cannot be screened is not said.
        reasons, note = (UNREADABLE,), "no reply to screen: it is held back"
    if note:
        found.notes.append((number, note))
    found.replies.append(JudgedReply.of(row, reasons))
    return {"id": row["id"], "blocked": bool(reasons), "reasons": list(reasons), **({"note": note} if note else {})}


def _language(row: Mapping[str, Any]) -> str | None:
    language = row.get("language")
    return language if isinstance(language, str) and language else None
