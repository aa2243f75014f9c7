"""What is counted instead of timed: spellings that the tests try, and the evaluation data beside the repository.

    HANDRAIL_DATA=FOLDER python -m benchmarks.evaluated

The data are public messages and conversations that are not ours to ship; who has none keeps the rows of the README,
which tell the day on which they were counted.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from policy.loader import load_pack
from tests.triggers.test_engine import SPELLINGS
from tests.triggers.test_private_data import DISGUISES
from triggers.assessment import Circumstances, Message
from triggers.engine import compile_policy
from triggers.masks import redact

ROOT = Path(__file__).resolve().parent.parent
Figures = dict[str, Any]


def found_spellings(spellings: Sequence[str] = SPELLINGS, disguises: Sequence[str] = (*DISGUISES.values(),)) -> Figures:
    """How many disguises of a card number are masked, and how many spellings reach a person, with the default pack."""
    engine = compile_policy(load_pack("default"))
    asked = (engine.evaluate(Message(text=f"hello, {text} please"), Circumstances()) for text in spellings)
    masked = (redact(f"Please charge {text} today")[0] for text in disguises)
    return {
        "cards_masked": sum("[card]" in text and not any(map(str.isdigit, text)) for text in masked),
        "cards_tried": len(disguises),
        "spellings_found": sum("human_request" in one.families for one in asked),
        "spellings_tried": len(spellings),
    }


def on_data(folder: Path) -> Figures:
    """The core messages by the rules alone and in the closed world, and the conversations through the whole system."""
    load = round(os.getloadavg()[0], 1)
    core = list(core_rows(folder / "messages.jsonl"))
    with tempfile.TemporaryDirectory() as work:
        messages = Path(work) / "core.jsonl"
        messages.write_text("\n".join(map(json.dumps, core)), encoding="utf-8")
        judged = _handrail("evaluate", str(messages), "--predictions", os.devnull, "--knowledge", "shop")
        ran = _handrail("run", str(folder / "conversations.jsonl"), "--data-dir", work)
    return {
        "on": datetime.now(UTC).date().isoformat(),
        "data_load": load,
        **by_rules(core),
        "leaked": judged["messages"]["leak_rate"]["hits"],
        "conversations": ran["conversations"],
        "turns": ran["turns"],
        "faults": ran["faults"],
        "turn_ms": ran["turn_ms"]["median"],
        "run_s": round(ran["seconds"]),
    }


def core_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The messages about which there is no doubt."""
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return (row for row in rows if row["tier"] == "core")


def by_rules(rows: Iterable[dict[str, Any]]) -> Figures:
    """How many of each label there are, and what share of them the default pack hands over by its rules."""
    engine = compile_policy(load_pack("default"))
    handed: dict[str, list[bool]] = {"handover": [], "routine": []}
    for row in rows:
        handed[row["label"]].append(engine.evaluate(Message(text=row["text"]), Circumstances()).decision.needs_person)
    figures: Figures = {}
    for label, each in handed.items():
        figures |= {f"core_{label}": len(each), f"core_{label}_percent": round(100 * sum(each) / len(each), 1)}
    return figures


def _handrail(*arguments: str) -> dict[str, Any]:
    """What a command prints as JSON, with nothing of this machine's settings."""
    told = {name: value for name, value in os.environ.items() if not name.startswith("HANDRAIL_")}
    command = [sys.executable, "-m", "app.cli", *arguments, "--json"]
    done = subprocess.run(command, cwd=ROOT, env=told, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    """Prints what is counted."""
    data = os.environ.get("HANDRAIL_DATA")
    print(json.dumps({**found_spellings(), **(on_data(Path(data)) if data else {})}, indent=2))


if __name__ == "__main__":
    main()
