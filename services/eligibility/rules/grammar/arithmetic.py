"""Exact arithmetic for measures: whole numbers, null as soon as one part is, floored where named so, never wrapped.

It avoids these traps: the smaller of null and a cap is the cap, a sum over nulls is zero, 64-bit
products wrap, `/` gives binary fractions, floor division rounds negatives down.
"""

from __future__ import annotations

from functools import reduce

import polars as pl

WIDE = pl.Int128


def first_day(year: pl.Expr) -> pl.Expr:
    """Return 1 January of a year from 1 to 9999, by counting the leap days before it, as ISO 8601's calendar has them.

    Ten times as fast as `pl.date`, which makes every day of year, month and day: cases by the million have one.
    """
    return (year * 365 + (year + 3) // 4 - (year + 99) // 100 + (year + 399) // 400 - 719_528).cast(pl.Date)


def last_day(year: pl.Expr) -> pl.Expr:
    """Return 31 December of a year, as `first_day` does."""
    return (year * 365 + year // 4 - year // 100 + year // 400 - 719_163).cast(pl.Date)


def product(*factors: pl.Expr) -> pl.Expr:
    """Return the product of non-negative whole numbers in 128 bits."""
    return reduce(lambda left, right: left * right, (factor.cast(WIDE) for factor in factors))


def floored(numerator: pl.Expr, denominator: pl.Expr) -> pl.Expr:
    """Return a non-negative numerator over a positive denominator, floored; null where the denominator is not positive."""
    return pl.when(denominator > 0).then(numerator.cast(WIDE) // denominator.cast(WIDE))


def lesser(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    """Return the smaller of two; unknown while one is."""
    return pl.when(one <= other).then(one).when(one > other).then(other)


def not_below_zero(figure: pl.Expr) -> pl.Expr:
    """Return the figure, or zero where it is negative; unknown stays unknown."""
    return pl.when(figure < 0).then(pl.lit(0, dtype=WIDE)).otherwise(figure.cast(WIDE))


def total(figure: pl.Expr) -> pl.Expr:
    """Return a group's sum in 128 bits; unknown as soon as one part is."""
    return pl.when(figure.is_not_null().all()).then(figure.cast(WIDE).sum())


def whole(figure: pl.Expr) -> pl.Expr:
    """Return the figure in 64 bits; a figure that does not fit raises instead of wrapping."""
    return figure.cast(pl.Int64, strict=True)


def days_between(first: pl.Expr, past_last: pl.Expr) -> pl.Expr:
    """Return the days from the first to the day before the other, never below zero."""
    return (past_last - first).dt.total_days().clip(lower_bound=0)


def later(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    """Return the later of two known days."""
    return pl.when(one >= other).then(one).otherwise(other)


def earlier(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    """Return the earlier of two known days."""
    return pl.when(one <= other).then(one).otherwise(other)
