"""What the answers of every ticket system are read by: whatever stands there, nothing half is taken for whole."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desks.kit.answers import files_of, moment_of, objects_in
from states.errors import DependencyFault

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("name", "size", "id")), inner),
    max_leaves=12,
)


@given(JSON)
def test_an_answer_that_is_no_list_is_never_an_empty_one(rows: Any) -> None:
    if isinstance(rows, list):
        assert objects_in(rows, "is no list") == [one for one in rows if isinstance(one, dict)]
        return
    with pytest.raises(DependencyFault, match="the destination's answer is no list"):
        objects_in(rows, "is no list")


@given(JSON)
def test_each_named_file_is_one_attachment_whatever_else_stands_there(rows: Any) -> None:
    listed = rows if isinstance(rows, list) else []
    named = [one for one in listed if isinstance(one, dict) and one.get("name")]
    files = list(files_of({"attachments": rows}, "somewhere", "name"))
    assert [one.name for one in files] == [str(one["name"])[:200] for one in named]
    assert all(one.ref.startswith("somewhere:") and isinstance(one.size, int) for one in files)


@given(st.datetimes(timezones=st.integers(-840, 840).map(lambda minutes: timezone(timedelta(minutes=minutes)))))
def test_a_moment_is_read_with_its_zone_or_not_at_all(at: datetime) -> None:
    assert moment_of(at.isoformat()) == at
    assert moment_of(at.replace(tzinfo=None).isoformat()) is None


@pytest.mark.parametrize("value", [None, "", "yesterday", 7, [], "2026-13-01T00:00:00Z"])
def test_what_is_no_moment_is_none(value: object) -> None:
    assert moment_of(value) is None
