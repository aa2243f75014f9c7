"""What can be recognised in a message by its meaning: the names that `recognised` evidence may use."""

from __future__ import annotations

from typing import Final

FAMILIES: Final = (
    "human_request", "legal", "financial_advice", "medical", "contract_terms", "personal_data", "account_change",
    "fraud", "safety", "policy_conflict", "frustration", "prompt_injection", "vulnerability", "repeated_failure",
)  # fmt: skip
"""The families of triggers, as the corpus labels them."""
PERSON: Final = "needs_person"
EMERGENCY: Final = "emergency"
RECOGNISABLE: Final = (*FAMILIES, PERSON, EMERGENCY)
"""In the order of every array of the shipped head."""
