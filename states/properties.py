"""What Handrail promises, each promise as a search for a counterexample in the table's state space."""

from __future__ import annotations

from states import properties_of_rows, properties_of_situations
from states.property import REGISTERED

CHECKS = tuple(
    one
    for module in (properties_of_situations, properties_of_rows)
    for one in REGISTERED
    if one[2].__module__ == module.__name__
)
"""Name, statement and search of each property: first where paths lead, then what single rows may do."""
