"""What is handed out of a case: the replay as one JSON document, with everything that it can be decided again from."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from audit.replay import Replay, Result, Verification
from audit.telling import told
from service.record import CaseFile, ConversationRecord
from service.views import Actor

_RECORD = TypeAdapter(ConversationRecord)
FORMAT = "json"


@dataclass(frozen=True, kw_only=True)
class Export:
    """A file, ready to be taken along."""

    name: str
    media_type: str
    content: bytes


def exported(case: CaseFile, by: Actor, at: datetime) -> Export:
    """The case as a file: the one place that says what auditors take along."""
    checked = Replay().verify(case.record)
    body = {
        "conversation": case.record.id,
        "exported": {"by": by.id, "role": by.role.value, "at": at.isoformat(), "look": case.number},
        "state": case.state.value,
        "version": case.version,
        "verified": figures([checked]),
        "steps": told(case.record, checked),
        "packets": [json.loads(json.dumps(asdict(one)["packet"], default=str)) for one in case.handovers],
        "record": _RECORD.dump_python(case.record, mode="json"),
    }
    text = json.dumps(body, ensure_ascii=False, indent=1)
    return Export(
        name=f"{_file_name(case.record.id)}.json", media_type="application/json",
        content=text.encode("utf-8", "surrogatepass"),
    )  # fmt: skip


def figures(found: list[Verification]) -> dict[str, Any]:
    """How many steps match, differ, or cannot be derived."""
    counts = {result.value: sum(len(one.of(result)) for one in found) for result in Result}
    derived = counts["match"] + counts["mismatch"]
    rate = round(counts["match"] / derived, 6) if derived else None
    return {"conversations": len(found), "steps": sum(len(one.steps) for one in found), **counts, "match_rate": rate}


def _file_name(name: str) -> str:
    """The id of a conversation as a file's name, whatever a channel has called it."""
    return "".join(one if one.isascii() and (one.isalnum() or one in "-_") else "_" for one in name)[:80] or "case"
