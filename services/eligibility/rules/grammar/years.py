"""Yearly rows laid out by year: what a payee has in earlier years is found without a join of every two years."""

from __future__ import annotations

from itertools import accumulate

import polars as pl

from services.eligibility.rules.grammar.periods import runs_of
from services.eligibility.rules.grammar.plans import collect


def laid_out(payees: pl.Series, rows: pl.DataFrame, value: str, years: range) -> tuple[pl.Series, list[pl.Series]]:
    """Lay out a column of yearly rows (`uscc`, `year`) of payees by year, each payee's values at one place in all years.

    Returns for each case its payee's place, and the values of each of the years; null where there is no row.
    """
    places, keys = runs_of(payees)
    numbered = keys.alias("uscc").to_frame().lazy().with_row_index("place")
    of_years = rows.lazy().filter(pl.col("year").is_between(years.start, years.stop - 1)).join(numbered, on="uscc")
    at = (pl.col("year").cast(pl.Int64) - years.start) * keys.len() + pl.col("place")
    known = collect(of_years.select(value, at=at), rows, payees.to_frame())
    blank = pl.repeat(None, keys.len() * len(years), dtype=rows.schema[value], eager=True)
    values = blank.scatter(known.get_column("at"), known.get_column(value))
    return places, [values.slice(number * keys.len(), keys.len()) for number in range(len(years))]


def largest_before(cases: pl.DataFrame, rows: pl.DataFrame, value: str) -> pl.Series:
    """Return for each case the largest `value` that its payee has in `rows` of years before the award year; null where none."""
    first, last = rows.get_column("year").min(), cases.get_column("award_year").max()
    if not isinstance(first, int) or not isinstance(last, int) or last <= first:
        return pl.repeat(None, cases.height, dtype=rows.schema[value], eager=True)
    places, by_year = laid_out(cases.get_column("payee"), rows, value, range(first, last))
    largest = pl.concat(
        accumulate(by_year, lambda so_far, of_year: pl.select(pl.max_horizontal(so_far, of_year)).to_series())
    )
    years_before = cases.get_column("award_year").cast(pl.Int64) - first
    at = (years_before - 1) * by_year[0].len() + places
    return largest.gather(at.set(years_before < 1, None))
