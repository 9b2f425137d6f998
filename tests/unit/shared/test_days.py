"""Days in bodies, queries and events."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.days import Day

DAYS: TypeAdapter[date] = TypeAdapter(Day)


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)))
def test_a_day_is_read_as_it_is_written(day: date) -> None:
    assert DAYS.validate_python(day.isoformat()) == DAYS.validate_python(day) == day


@pytest.mark.parametrize(
    "given",
    [
        1735689600,
        "1735689600",
        20250630,
        "20250630",
        "2025-W27-1",
        "2025-6-30",
        "2025-02-29",
        "2025-06-30T00:00:00",
        "2025-06-30T00:00:00+23:00",
        " 2025-06-30",
        "２０２５-06-30",
        datetime(2025, 6, 30, tzinfo=UTC),
        1.0,
        True,
        None,
        "",
    ],
)
def test_what_could_be_read_as_a_day_is_none(given: Any) -> None:
    with pytest.raises(ValidationError, match="must be an existing day, written YYYY-MM-DD"):
        DAYS.validate_python(given)
