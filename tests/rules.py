"""The rules of a policy, for tests that decide without a database."""

from __future__ import annotations

from conversation.rules import Rules
from handover.people.codes import MIN_KEY, CodeMaker
from policy.loader import LoadedPolicy
from states.clock import SequentialIds
from triggers.engine import compile_policy


def rules_of(loaded: LoadedPolicy) -> Rules:
    """Rules with ids that count from 1 and a key of zeros."""
    codes = CodeMaker(bytes(MIN_KEY))
    return Rules(loaded=loaded, engine=compile_policy(loaded), ids=SequentialIds(), codes=codes)
