"""Looking up a few cases by a loop finds what joins find."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.eligibility.rules.grammar import periods, plans

DAYS = st.integers(0, 6).map(lambda number: date(2024, 1, 1) + timedelta(number))
KEYS = st.sampled_from(["A", "B", "C"]) | st.none()
CASES = st.lists(st.tuples(KEYS, DAYS | st.none()), max_size=6)
PERIODS = st.lists(st.tuples(KEYS, DAYS, DAYS | st.none()), max_size=8)


def found(cases: pl.DataFrame, rows: pl.DataFrame) -> list[list[object]]:
    """Look up in every way; of several periods in force any may be found, so only whether there is one counts."""
    ends = {"since": "since", "until": "until"}
    in_force = periods.positions_in_force(cases, "key", rows, "uscc", **ends)
    covered = periods.covered(
        cases, "key", rows, "uscc", **ends, first=pl.col("day") - pl.duration(days=2), last=pl.col("day")
    )
    one = rows.unique("uscc", keep="first", maintain_order=True)
    known = one.get_column("uscc").gather(periods.positions_of(cases, "key", one, "uscc"))
    assert [in_force.dtype, covered.dtype] == [pl.UInt32, pl.Boolean]
    return [in_force.is_not_null().to_list(), covered.to_list(), known.to_list()]


@settings(deadline=None)
@given(CASES, PERIODS)
def test_a_loop_finds_what_joins_find(cases: list[object], rows: list[object]) -> None:
    many = pl.DataFrame(cases, schema={"key": pl.String, "day": pl.Date}, orient="row")
    known = pl.DataFrame(rows, schema={"uscc": pl.String, "since": pl.Date, "until": pl.Date}, orient="row")
    by_loop = found(many, known)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(plans, "FEW", -1)
        assert found(many, known) == by_loop
