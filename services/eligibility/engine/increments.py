"""What is taken off an amount at the end: what the award gave before, and what other programmes gave for the same matter."""

from __future__ import annotations

import polars as pl

from services.eligibility.engine.one_time_awards import unit_of
from services.eligibility.facts.catalogue import Facts
from services.eligibility.rules.grammar.award import Award
from services.eligibility.rules.grammar.plans import Inputs

GIVEN_BEFORE = "given_before_fen"
#: Of each case: its unit, what the unit was paid before, the later amount, and what other programmes gave.
_UNIT, _PAID, _LATER, _SUPPORT = "unit reduced", "paid before", "later amount", "support taken off"


def lowered(amount: pl.Expr, by: pl.Expr) -> pl.Expr:
    """Return an amount less another, not below zero; an unknown amount stays unknown."""
    amount, by = amount.cast(pl.Int128), by.cast(pl.Int128)
    return pl.when(amount > by).then(amount - by).when(amount <= by).then(0).cast(pl.Int64)


def less_given_before(
    award: Award, cases: pl.LazyFrame, later_amount: pl.Expr, support: pl.Expr, facts: Inputs
) -> pl.LazyFrame:
    """Reduce `amount` of granted cases by what the award gave the unit in earlier years and earlier payments, then by `support`.

    While nothing was given, `amount` stays as it is; after that, what is reduced is the later amount. Cases of one year do not
    reduce each other.
    """
    paid = facts["prior_awards"].filter(pl.col("award").is_in(list(award.paid_under)))
    paid = paid.group_by(unit_of(award).alias(_UNIT)).agg(pl.col("amount_fen").cast(pl.Int128).sum().alias(_PAID))
    with_paid = cases.with_columns(
        unit_of(award).alias(_UNIT), later_amount.alias(_LATER), support.cast(pl.Int128).alias(_SUPPORT)
    ).join(paid, on=_UNIT, how="left", maintain_order="left")
    reduced = facts.by_frame(with_paid, _reduced)
    return reduced.drop(_UNIT, _PAID, _LATER, _SUPPORT)


def _reduced(cases: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    del facts
    granted = cases.filter(pl.col("met") & (pl.col("amount") > 0))
    given = granted.select(_UNIT, given=pl.col(_PAID).fill_null(0)).unique()
    reduced = []
    due = pl.when(pl.col("given") > 0).then(lowered(pl.col(_LATER), pl.col("given"))).otherwise("amount")
    for _, of_year in sorted(granted.partition_by("award_year", as_dict=True).items()):
        before = given.group_by(_UNIT).agg(pl.col("given").sum())
        with_before = of_year.join(before, on=_UNIT, how="left").with_columns(pl.col("given").fill_null(0))
        now = with_before.with_columns(reduced=lowered(due, pl.col(_SUPPORT)))
        reduced.append(now.select("case", pl.col("given").cast(pl.Int64).alias(GIVEN_BEFORE), "reduced"))
        given = pl.concat([given, now.select(_UNIT, given=pl.col("reduced").cast(pl.Int128))])
    schema = {"case": cases.schema["case"], GIVEN_BEFORE: pl.Int64(), "reduced": pl.Int64()}
    found = pl.concat([pl.DataFrame(schema=schema), *reduced])
    joined = cases.join(found, on="case", how="left", maintain_order="left")
    return joined.with_columns(amount=pl.coalesce("reduced", "amount")).drop("reduced")
