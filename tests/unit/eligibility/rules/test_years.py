"""The largest figure of earlier years is what a loop over all rows finds, in whatever order cases and rows come."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from services.eligibility.rules.grammar.years import largest_before

PAYEES = st.sampled_from(["A", "B", "C"])
YEARS = st.integers(2019, 2023)
CASES = st.lists(st.tuples(PAYEES | st.none(), YEARS), max_size=8)
ROWS = st.dictionaries(st.tuples(PAYEES, YEARS), st.integers(0, 9) | st.none(), max_size=12)


@settings(deadline=None)
@given(CASES, ROWS)
def test_the_largest_of_earlier_years(
    cases: list[tuple[str | None, int]], rows: dict[tuple[str, int], int | None]
) -> None:
    known = [(uscc, year, figure) for (uscc, year), figure in rows.items()]
    expected = [
        max((each for uscc, of, each in known if uscc == payee and of < year and each is not None), default=None)
        for payee, year in cases
    ]
    found = largest_before(
        pl.DataFrame(cases, schema={"payee": pl.String, "award_year": pl.Int32}, orient="row"),
        pl.DataFrame(known, schema={"uscc": pl.String, "year": pl.Int64, "figure": pl.Int64}, orient="row"),
        "figure",
    )
    assert found.to_list() == expected
