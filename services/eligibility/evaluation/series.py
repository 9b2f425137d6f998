"""What an award gave before, where a later one gives only the difference."""

from __future__ import annotations

import polars as pl

from services.eligibility.facts.catalogue import Facts
from services.eligibility.policy.grammar.award import Award

from .once import unit_of

GIVEN_BEFORE = "given_before_fen"


def less_given_before(award: Award, cases: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """Reduce `amount` of granted cases by what the award gave the unit before, here and in earlier payments.

    The first award of a unit to which nothing was given stands as it is. After it, what was given in all is the
    largest of the amounts so far, so each later award is the rise of a running maximum.
    """
    paid = (
        facts["prior_awards"]
        .filter(pl.col("award").is_in(list(award.paid_under)))
        .group_by(unit=unit_of(award))
        .agg(paid=pl.col("amount_fen").cast(pl.Int128).sum().cast(pl.Int64, strict=True))
    )
    granted = (
        cases.with_row_index("case")
        .filter((pl.col("verdict") == "granted") & (pl.col("amount") > 0))
        .select("case", "award_year", "amount", "later_amount", unit=unit_of(award))
        .join(paid, on="unit", how="left")
        .with_columns(pl.col("paid").fill_null(0))
        .sort("unit", "award_year")
        .with_columns(first=(pl.col("unit").cum_count().over("unit") == 1) & (pl.col("paid") == 0))
        .with_columns(given=pl.when("first").then("amount").otherwise(pl.max_horizontal("later_amount", "paid")))
        .with_columns(given=pl.col("given").cum_max().over("unit"))
        .with_columns(before=pl.col("given").shift(1).over("unit").fill_null(pl.col("paid")))
        .select("case", pl.col("before").alias(GIVEN_BEFORE), reduced=pl.col("given") - pl.col("before"))
    )
    joined = cases.with_row_index("case").join(granted, on="case", how="left", maintain_order="left").drop("case")
    return joined.with_columns(amount=pl.coalesce("reduced", "amount")).drop("reduced")
