"""ServiceNow's encoded queries, as far as a handover and the vendor's own client use them.

A condition on an unknown field is ignored, as ServiceNow does: a query that was broken by a value of ours would find
everything.
"""

from __future__ import annotations

import re
from collections.abc import Callable

Row = dict[str, str]
_CONDITION = re.compile(
    r"(?P<name>[a-z_.]+)"
    r"(?P<operator>ISNOTEMPTY|ISEMPTY|NOT IN|IN|STARTSWITH|ENDSWITH|LIKE|!=|>=|<=|=|>|<)(?P<value>.*)",
    re.DOTALL,
)
_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "ISNOTEMPTY": lambda have, _: bool(have),
    "ISEMPTY": lambda have, _: not have,
    "IN": lambda have, value: have in value.split(","),
    "NOT IN": lambda have, value: have not in value.split(","),
    "STARTSWITH": lambda have, value: have.lower().startswith(value.lower()),
    "ENDSWITH": lambda have, value: have.lower().endswith(value.lower()),
    "LIKE": lambda have, value: value.lower() in have.lower(),
    "!=": lambda have, value: have != value,
    ">=": lambda have, value: have >= value,
    "<=": lambda have, value: have <= value,
    "=": lambda have, value: have == value,
    ">": lambda have, value: have > value,
    "<": lambda have, value: have < value,
}


def selected(rows: list[Row], query: str) -> list[Row]:
    """The rows that the query finds, in its order."""
    orders = re.findall(r"(?:^|\^)ORDERBY(DESC)?([a-z_.]+)", query)
    bare = re.sub(r"(^|\^)ORDERBY(DESC)?[a-z_.]+", "", query)
    groups = [group.split("^") for group in bare.split("^NQ")]
    found = [row for row in rows if any(_matches(row, group) for group in groups)]
    for descending, name in reversed(orders):
        found.sort(key=lambda row: row.get(name, ""), reverse=bool(descending))
    return found


def _matches(row: Row, conditions: list[str]) -> bool:
    """Conditions hold together; one that begins with OR joins the one before."""
    alternatives: list[list[str]] = []
    for condition in filter(None, conditions):
        if condition.startswith("OR") and alternatives:
            alternatives[-1].append(condition[2:])
        else:
            alternatives.append([condition])
    return all(any(_holds(row, one) for one in some) for some in alternatives)


def _holds(row: Row, condition: str) -> bool:
    match = _CONDITION.fullmatch(condition)
    if match is None or match["name"] not in row:
        return True
    return _OPERATORS[match["operator"]](row[match["name"]], match["value"])
