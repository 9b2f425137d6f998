"""Awards given once: one candidate per subject and year, the first year in which conditions are met, the highest level."""

from __future__ import annotations

from functools import partial

import polars as pl

from services.eligibility.facts.catalogue import Facts
from services.eligibility.rules.grammar.award import Award
from services.eligibility.rules.grammar.common import FIRST_MET, HIGHEST
from services.eligibility.rules.grammar.plans import Inputs, collect
from services.eligibility.rules.grammar.rule_context import RuleContext


def choose_candidates(award: Award, plan: pl.LazyFrame, facts: Inputs, context: RuleContext) -> pl.LazyFrame:
    """Keep one case per subject and year.

    Of those that qualify the first in the award's order; where none does, an undetermined one before a failed one.
    Candidates without a year are compared among themselves.
    """
    if not award.about.earliest_by:
        return plan
    return facts.by_frame(plan, partial(_candidates, award, context))


def _candidates(award: Award, context: RuleContext, cases: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    del facts
    keys = {f"order.{i}": term.plan(context) for i, term in enumerate(award.about.order())}
    rank = pl.when(pl.col("met")).then(0).when(pl.col("met").is_null()).then(1).otherwise(2)
    chosen = (
        cases.lazy()
        .select("subject", "award_year", rank=rank, **keys)
        .with_row_index("position")
        .sort("rank", *keys, nulls_last=True)
        .unique(["subject", "award_year"], keep="first", maintain_order=True)
        .select("position")
    )
    return cases[collect(chosen, cases).get_column("position")]


def mark_first_years(cases: pl.LazyFrame) -> pl.LazyFrame:
    """Put beside each case the first award year in which its subject met the conditions, up to the case's own year."""
    year = pl.col("award_year")
    first = pl.when("met").then(year).min().over("subject")
    return cases.with_columns(pl.when(year.is_not_null()).then(pl.min_horizontal(first, year)).alias(FIRST_MET.name))


def mark_highest_levels(award: Award, cases: pl.LazyFrame) -> pl.LazyFrame:
    """Mark whether the case has the highest level of its unit among those that count in the year and are not used up."""
    assert award.about.rank is not None
    level, highest_first = award.about.rank
    rank = pl.lit(len(highest_first))
    for position, code in enumerate(highest_first):
        rank = pl.when(pl.col(level.name) == code).then(pl.lit(position)).otherwise(rank)
    counting = pl.col("met") & (pl.col(FIRST_MET.name) == pl.col("award_year"))
    best = pl.when(counting).then(rank).min().over(unit_of(award), "award_year")
    return cases.with_columns((rank <= best).fill_null(True).alias(HIGHEST.name))


def unit_of(award: Award) -> pl.Expr:
    """Return what the awards of a series are added up by: the part of the subject before ":"."""
    subject = pl.col("subject")
    return subject.str.split(":").list.first() if award.about.unit else subject
