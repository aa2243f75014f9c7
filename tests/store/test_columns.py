"""Moments mean the same on both databases: aware, in UTC, and never naive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy.dialects import postgresql, sqlite

from store.columns import UtcDateTime

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
