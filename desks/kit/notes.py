"""Notes that carry the packet: readable for a person, whole as data, within the length a ticket system keeps.

Ticket systems cut long notes without a word, and a packet without its end is no data any more. A long one therefore
goes into several notes, each with its own marker; the last one carries the step's marker, so that finding that marker
says that all of them have arrived.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from desks.kit.readable import packet_text, storable
from desks.port import Job, Task

DATA = "packet-data"
_DATA_LINE = re.compile(rf"^{DATA} ([0-9a-f]{{12}}) (\d{{1,4}})/(\d{{1,4}}) (\S.*)$", re.MULTILINE)


def notes(task: Task, limit: int) -> tuple[str, ...]:
    """What the task adds to its ticket, as one or more notes of at most `limit` bytes of UTF-8 each."""
    said = neutral(_said(task), task.key)
    data = as_data(task.packet, task.key) if task.packet and task.job is Job.NOTE else ""
    room = limit - len(task.marker.encode()) - 60
    whole = "\n\n".join((said, *_data_of([data]))) if data else said
    if len(whole.encode()) <= room:
        return (f"{whole}\n\n{task.marker}",)
    lines = _data_of(_cut(data, room))
    pieces = [*_cut(said, room), *lines]
    return tuple(f"{piece}\n\n{mark}" for piece, mark in zip(pieces, markers(task.marker, len(pieces)), strict=True))


def markers(marker: str, count: int) -> tuple[str, ...]:
    """The markers of a step's notes: numbered ones, and for the last one the step's own."""
    return (*(f"{marker.removesuffix(']')}:{number}]" for number in range(1, count)), marker)


def neutral(text: str, key: str) -> str:
    """A text that cannot pass for a marker, for data or for markup of ours, whoever wrote it."""
    text = storable(text).replace(f"[{key}#", f"({key}#").replace(f"{DATA} ", f"{DATA}_")
    return re.sub(r"\[(/?)code\]", r"(\1code)", text, flags=re.IGNORECASE)


def as_data(packet: Mapping[str, Any], key: str) -> str:
    """The packet as one line of JSON in ASCII that survives HTML, trimmed spaces and databases without emoji."""
    text = json.dumps(packet, ensure_ascii=True, separators=(",", ":"), default=str)
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    text = text.replace(f"[{key}#", f"\\u005b{key}#").replace("  ", " \\u0020")
    return re.sub(r"\[(/?code\])", r"\\u005b\1", text, flags=re.IGNORECASE)


def packet_in(texts: Iterable[str]) -> Mapping[str, Any]:
    """The newest packet that our own notes carry whole; empty if none does. `texts` are oldest first.

    Notes of one second may come in any order and a part may be there twice: a digest says which belong together.
    """
    found: Mapping[str, Any] = {}
    parts: dict[tuple[str, int], dict[int, str]] = {}
    for digest, number, total, chunk in _data_lines(texts):
        some = parts.setdefault((digest, total), {})
        some[number] = chunk
        whole = "".join(some[at] for at in sorted(some))
        if len(some) == total and _digest(whole) == digest:
            found = _object(whole) or found
    return found


def has_marker(texts: Iterable[str], marker: str) -> bool:
    """Whether one of the texts carries the marker."""
    return any(marker in text for text in texts)


def author_of(task: Task) -> str:
    """Who said it, for a line in a ticket: one line without markup."""
    return " ".join(neutral(task.author, task.key).split())[:120]


def _said(task: Task) -> str:
    match task.job:
        case Job.CUSTOMER_MESSAGE:
            return "The customer wrote:\n\n" + "\n".join(f"> {line}" for line in storable(task.text).split("\n"))
        case Job.CLAIM:
            return task.text or f"Claimed by {author_of(task) or 'a person'}."
        case Job.RELEASE:
            return task.text or "Released: nobody has it now."
        case Job.CLOSE:
            return task.text or "Closed."
        case Job.URGENCY:
            return task.text or f"Severity is now {task.card.severity}."
        case Job.REPLY:
            return f"{author_of(task) or 'A person'} wrote to the customer:\n\n{task.text}"
        case _:
            return task.text or packet_text(task.packet)


def card_lines(task: Task) -> str:
    """What a ticket's opening text says: the card, which has nothing of the customer's words or person."""
    card = task.card
    rows = (
        ("What", card.headline),
        ("Reason", card.reason_code),
        ("Severity", card.severity),
        ("Team", card.team),
        ("Language", card.language),
        ("Claim by", card.claim_due_at.isoformat(timespec="minutes")),
        ("Case", card.link),
    )
    lines = "\n".join(f"{name}: {value}" for name, value in rows if value)
    return f"{neutral(lines, task.key)}\n\n{task.marker}"


def subject(task: Task, limit: int = 150) -> str:
    """A subject line: it is mailed and shown in lists, so it names the reason and never the person."""
    line = f"{task.card.headline}: {task.card.reason_code} ({task.card.severity}, {task.card.language})"
    return " ".join(neutral(line, task.key).split())[:limit]


def _cut(text: str, room: int) -> list[str]:
    """Pieces of at most `room` bytes, cut at a line's end where there is one, and never beside a space: systems
    trim what they store."""
    pieces = []
    while len(text.encode()) > room:
        end = len(text.encode()[:room].decode(errors="ignore"))
        at = text.rfind("\n", end // 2, end)
        if at <= 0:
            at = end
            while at > end // 2 and (text[at - 1].isspace() or text[at].isspace()):
                at -= 1
        pieces.append(text[:at])
        text = text[at:].lstrip("\n") if text[at] == "\n" else text[at:]
    return [*pieces, text] if text else pieces


def _data_of(chunks: Sequence[str]) -> list[str]:
    digest = _digest("".join(chunks))
    return [f"{DATA} {digest} {number}/{len(chunks)} {chunk}" for number, chunk in enumerate(chunks, 1)]


def _digest(data: str) -> str:
    return hashlib.sha256(data.encode()).hexdigest()[:12]


def _data_lines(texts: Iterable[str]) -> Iterator[tuple[str, int, int, str]]:
    for text in texts:
        for match in _DATA_LINE.finditer(text):
            yield match[1], int(match[2]), int(match[3]), match[4].strip()


def _object(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
