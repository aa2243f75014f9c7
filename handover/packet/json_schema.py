"""The packet's JSON Schema, so that desks and other languages can check what they receive.

`python -m handover.packet.json_schema` prints the current text.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from handover.packet.schema import SCHEMA_VERSION, Packet


def json_schema() -> dict[str, Any]:
    """The schema of a serialised packet (JSON Schema 2020-12)."""
    body = Packet.model_json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:handrail:packet:{SCHEMA_VERSION}",
        **body,
    }


def schema_text() -> str:
    """The exact text of docs/schemas/packet.schema.json."""
    return json.dumps(json_schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
