"""Records of conversations as a file: one a line, gzip, with each policy once in the first line.

The same records make the same bytes, so that a file of them can be kept and compared.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from service.record import ConversationRecord

_RECORD = TypeAdapter(ConversationRecord)


def write_records(path: Path, records: Iterable[ConversationRecord]) -> int:
    """Writes the records; returns how many."""
    listed = [_RECORD.dump_python(one, mode="json") for one in records]
    policies: dict[str, str] = {}
    for one in listed:
        policies |= one.pop("policies")
    lines = "".join(f"{_line(one)}\n" for one in ({"policies": policies}, *listed))
    with path.open("wb") as raw, gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
        packed.write(lines.encode("utf-8", "surrogatepass"))
    return len(listed)


def read_records(path: Path) -> Iterator[ConversationRecord]:
    """The records of a file that `write_records` wrote."""
    with gzip.open(path, "rt", encoding="utf-8", errors="surrogatepass") as lines:
        policies = json.loads(next(lines))["policies"]
        for line in lines:
            value = json.loads(line)
            used = {one["policy_hash"] for one in value["events"]}
            named = {name: text for name, text in policies.items() if name in used}
            yield _RECORD.validate_python({**value, "policies": named}, strict=False)


def _line(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
