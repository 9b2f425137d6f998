"""What an award gave before, where a later one of its series gives only the difference."""

from __future__ import annotations

import polars as pl

from services.eligibility.engine.one_time_awards import unit_of
from services.eligibility.facts.catalogue import Facts
from services.eligibility.rules.grammar.award import Award

GIVEN_BEFORE = "given_before_fen"


def less_given_before(award: Award, cases: pl.DataFrame, later_amount: pl.Expr, facts: Facts) -> pl.LazyFrame:
    """Reduce `amount` of granted cases by what the award gave the unit before, here and in earlier payments.

    The first award of a unit to which nothing was given stays as it is. After it, what was given in all is the
    largest of the amounts so far, so each later award is the rise of a running maximum.
    """
    unit = unit_of(award)
    paid = (
        facts["prior_awards"]
        .lazy()
        .filter(pl.col("award").is_in(list(award.paid_under)))
        .group_by(unit=unit)
        .agg(paid=pl.col("amount_fen").cast(pl.Int128).sum().cast(pl.Int64, strict=True))
    )
    given = pl.when("first").then("amount").otherwise(pl.max_horizontal("later_amount", "paid")).cum_max()
    granted = (
        cases.lazy()
        .filter(pl.col("met") & (pl.col("amount") > 0))
        .select("case", "award_year", "amount", later_amount=later_amount, unit=unit)
        .join(paid, on="unit", how="left")
        .with_columns(pl.col("paid").fill_null(0))
        .sort("unit", "award_year")
        .with_columns(first=pl.col("unit").is_first_distinct() & (pl.col("paid") == 0))
        .with_columns(given=given.over("unit"), before=given.shift(1).over("unit").fill_null(pl.col("paid")))
        .select("case", pl.col("before").alias(GIVEN_BEFORE), reduced=pl.col("given") - pl.col("before"))
    )
    joined = cases.lazy().join(granted, on="case", how="left", maintain_order="left")
    return joined.with_columns(amount=pl.coalesce("reduced", "amount")).drop("reduced")
