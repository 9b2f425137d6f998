"""What values are drawn by: the same for the same row."""

from __future__ import annotations

from datetime import date

import polars as pl

FIRST_YEAR, LAST_YEAR = 2017, 2024
YEARS = range(2020, 2025)
PLATFORMS = ("alibaba", "jd", "suning", "pinduoduo", "douyin", "unlisted")
PARITIES = (68974, 64515, 67261, 70467, 71217)
WAN = 1_000_000  # fen
#: Rows of one enterprise get numbers of their own below this times its number.
ROWS_OF_ONE = 64

Frames = dict[str, pl.DataFrame]


def mixed(salt: int) -> pl.Expr:
    """Return a number from 0 to 2^20 - 1 for each row's `n`, without a visible pattern."""
    return (pl.col("n").hash(salt) % 1_048_576).cast(pl.Int64)


def spread(salt: int, *values: object) -> pl.Expr:
    """Return one of `values` for each row."""
    return pl.lit(pl.Series("values", values)).gather(mixed(salt) % len(values))


def known(salt: int, value: pl.Expr, share: int = 25) -> pl.Expr:
    """Return `value`, unknown for one row in `share`."""
    return pl.when(mixed(salt) % share > 0).then(value)


def day(salt: int, first: date = date(2019, 7, 1), days: int = 2_100) -> pl.Expr:
    """Return one of so many days from `first`; unless told otherwise a few lie before and after the policy's validity."""
    return pl.lit(first) + pl.duration(days=mixed(salt) % days)


def place(salt: int) -> pl.Expr:
    """Return where a project is: mostly in the area covered, sometimes in a county, sometimes unknown."""
    return known(salt, spread(salt + 1, *["city", "liandu", "development_zone"] * 3, "yunhe"))


def by_year(owners: pl.DataFrame, first: int = YEARS[0]) -> pl.DataFrame:
    """Return `owners` once for each year from `first`, with an `n` of their own."""
    years = pl.DataFrame({"year": pl.int_range(first, LAST_YEAR + 1, dtype=pl.Int64, eager=True)})
    return owners.join(years, how="cross").with_columns(n=pl.col("n") * ROWS_OF_ONE + pl.col("year") - FIRST_YEAR)


def some(everyone: pl.DataFrame, salt: int, share: int, rows: int = 1) -> pl.DataFrame:
    """Return one enterprise in `share`, each `rows` times and numbered by `k`, with an `n` of their own."""
    chosen = everyone.filter(mixed(salt) % share == 0)
    numbers = pl.DataFrame({"k": pl.int_range(rows, eager=True)})
    return chosen.join(numbers, how="cross").with_columns(n=pl.col("n") * ROWS_OF_ONE + pl.col("k"))
