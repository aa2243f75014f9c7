"""`handrail policy`: the packs there are, a merged policy, and the schema for editors."""

from __future__ import annotations

from typing import Annotated

import typer

from app.commands.terminal import print_json, print_table

policies = typer.Typer(help="Policy files: packs, merged policies, schema.", no_args_is_help=True)


@policies.command("list")
def list_packs() -> None:
    """The packs that ship with Handrail."""
    from policy.loader import load_pack, pack_names

    rows = []
    for name in pack_names():
        loaded = load_pack(name)
        rows.append((name, len(loaded.policy.triggers), loaded.hash[:12], loaded.policy.description.split("\n")[0]))
    print_table("Packs", ("pack", "triggers", "hash", "about"), rows)


@policies.command("schema")
def schema() -> None:
    """The JSON Schema of a policy file, for editors."""
    from policy.loader import json_schema

    print_json(json_schema())


@policies.command("show")
def show_policy(policy: Annotated[str, typer.Argument(help="Pack name or policy file.")] = "default") -> None:
    """A policy with everything it extends merged in, as JSON."""
    from app.wiring import load_policy

    loaded = load_policy(policy)
    print_json({"hash": loaded.hash, "policy": loaded.policy.model_dump(mode="json")})
