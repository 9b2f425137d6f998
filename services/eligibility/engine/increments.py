"""What is taken off an amount at the end: what the award gave before, and what other programmes gave for the same matter."""

from __future__ import annotations

import polars as pl

from services.eligibility.engine.one_time_awards import unit_of
from services.eligibility.facts.catalogue import Facts
from services.eligibility.rules.grammar.award import Award

GIVEN_BEFORE = "given_before_fen"


def lowered(amount: pl.Expr, by: pl.Expr) -> pl.Expr:
    """Return an amount less another, not below zero; an unknown amount stays unknown."""
    amount, by = amount.cast(pl.Int128), by.cast(pl.Int128)
    return pl.when(amount > by).then(amount - by).when(amount <= by).then(0).cast(pl.Int64)


def less_given_before(
    award: Award, cases: pl.DataFrame, later_amount: pl.Expr, support: pl.Expr, facts: Facts
) -> pl.LazyFrame:
    """Reduce `amount` of granted cases by what the award gave the unit in earlier years and earlier payments, then by `support`.

    While nothing was given, `amount` stays as it is; after that, what is reduced is the later amount. Cases of one year do not
    reduce each other.
    """
    unit = unit_of(award)
    paid = facts["prior_awards"].lazy().filter(pl.col("award").is_in(list(award.paid_under))).with_columns(unit=unit)
    granted = (
        cases.lazy()
        .filter(pl.col("met") & (pl.col("amount") > 0))
        .select("case", "award_year", "amount", later_amount=later_amount, support=support, unit=unit)
        .collect()
    )
    given = paid.select("unit", given=pl.col("amount_fen").cast(pl.Int128)).collect()
    reduced = []
    due = pl.when(pl.col("given") > 0).then(lowered(pl.col("later_amount"), pl.col("given"))).otherwise("amount")
    for _, of_year in sorted(granted.partition_by("award_year", as_dict=True).items()):
        before = given.group_by("unit").agg(pl.col("given").sum())
        with_before = of_year.join(before, on="unit", how="left").with_columns(pl.col("given").fill_null(0))
        now = with_before.with_columns(reduced=lowered(due, pl.col("support")))
        reduced.append(now.select("case", pl.col("given").cast(pl.Int64).alias(GIVEN_BEFORE), "reduced"))
        given = pl.concat([given, now.select("unit", given=pl.col("reduced").cast(pl.Int128))])
    schema = {"case": cases.schema["case"], GIVEN_BEFORE: pl.Int64(), "reduced": pl.Int64()}
    found = pl.concat([pl.DataFrame(schema=schema), *reduced])
    joined = cases.lazy().join(found.lazy(), on="case", how="left", maintain_order="left")
    return joined.with_columns(amount=pl.coalesce("reduced", "amount")).drop("reduced")
