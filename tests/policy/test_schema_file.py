"""The published JSON Schema is generated, current and describes what the loader takes."""

from __future__ import annotations

import json
from pathlib import Path

from policy.loader import json_schema

PUBLISHED = Path(__file__).parents[2] / "docs" / "schemas" / "policy.schema.json"


def test_the_published_schema_is_current() -> None:
    assert json.loads(PUBLISHED.read_text()) == json_schema(), (
        "run: python -m policy.loader > docs/schemas/policy.schema.json"
    )


def test_the_schema_lets_phrases_be_a_bare_list() -> None:
    phrases = json_schema()["$defs"]["Evidence"]["properties"]["phrases"]["anyOf"]
    assert {"array", "object"} <= {choice.get("type") for choice in phrases}


def test_the_schema_refuses_unknown_keys() -> None:
    assert json_schema()["additionalProperties"] is False


def test_the_schema_has_a_title_of_its_own() -> None:
    assert json_schema()["title"] == "Handrail policy"
