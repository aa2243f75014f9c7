"""Moments mean the same on both databases: aware, in UTC, and never naive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy.dialects import postgresql, sqlite

from store.columns import UtcDateTime, conversation_key, conversation_ref, json_field, time_field

BERLIN = datetime(2026, 11, 23, 12, 0, tzinfo=timezone(timedelta(hours=1)))
COLUMN = UtcDateTime()
BOTH = pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()], ids=lambda one: one.name)


@BOTH
def test_a_moment_comes_back_as_it_went_in(dialect: Any) -> None:
    found = COLUMN.process_result_value(COLUMN.process_bind_param(BERLIN, dialect), dialect)
    assert found == BERLIN
    assert found is not None
    assert found.tzinfo is UTC


@BOTH
def test_nothing_stays_nothing_and_a_naive_moment_is_refused(dialect: Any) -> None:
    assert COLUMN.process_bind_param(None, dialect) is None
    assert COLUMN.process_result_value(None, dialect) is None
    with pytest.raises(ValueError, match="no time zone"):
        COLUMN.process_bind_param(BERLIN.replace(tzinfo=None), dialect)


def test_a_row_belongs_to_a_conversation_that_is_there() -> None:
    for field in (conversation_key(), conversation_ref()):
        assert [one.target_fullname for one in field.sa_column.foreign_keys] == ["conversation.id"]
        assert not field.sa_column.nullable
    assert conversation_key().sa_column.primary_key
    assert conversation_ref().sa_column.index


@pytest.mark.parametrize("field", [json_field, time_field])
def test_a_value_is_missing_only_where_it_may_be(field: Any) -> None:
    assert not field().sa_column.nullable
    assert field(nullable=True).sa_column.nullable


def test_a_json_value_that_may_be_missing_is_no_null_of_json() -> None:
    assert json_field(nullable=True).sa_column.type.none_as_null
    assert not json_field().sa_column.type.none_as_null
