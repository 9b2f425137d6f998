"""Once-ness: one candidate per subject and year, the first year in which conditions are met, the highest level."""

from __future__ import annotations

import polars as pl

from services.eligibility.policy.grammar.award import Award
from services.eligibility.policy.grammar.common import FIRST_MET, HIGHEST
from services.eligibility.policy.grammar.setting import Setting

#: Position of a candidate within its subject and year: the one that qualifies first of all.
CHOSEN = "candidate.chosen"


def choose_candidates(award: Award, cases: pl.DataFrame, setting: Setting) -> pl.DataFrame:
    """Mark in `candidate.chosen` one case per subject and year.

    Of those that qualify the first in the award's order; where none does, an undetermined one before a failed one.
    Candidates without a year are compared among themselves.
    """
    if not award.about.earliest_by:
        return cases.with_columns(pl.lit(True).alias(CHOSEN))
    keys = [term.plan(setting).alias(f"order.{i}") for i, term in enumerate(award.about.order())]
    rank = pl.when(pl.col("met")).then(0).when(pl.col("met").is_null()).then(1).otherwise(2).alias("order.rank")
    ordered = (
        cases.lazy()
        .select("subject", "award_year", rank, *keys)
        .with_row_index("case")
        .sort("order.rank", *(f"order.{i}" for i in range(len(keys))), nulls_last=True)
        .unique(["subject", "award_year"], keep="first", maintain_order=True)
        .select("case")
        .collect()
        .get_column("case")
    )
    chosen = pl.repeat(False, cases.height, eager=True, dtype=pl.Boolean)
    if ordered.len():
        chosen = chosen.scatter(ordered, True)
    return cases.with_columns(chosen.alias(CHOSEN))


def mark_first_years(cases: pl.DataFrame) -> pl.DataFrame:
    """Put beside each case the first award year in which its subject met the conditions, up to the case's own year."""
    firsts = (
        cases.lazy().filter(pl.col("met") & pl.col(CHOSEN)).group_by("subject").agg(first=pl.col("award_year").min())
    )
    joined = cases.lazy().join(firsts, on="subject", how="left", maintain_order="left")
    first = pl.min_horizontal("first", "award_year").alias(FIRST_MET.name)
    return joined.with_columns(pl.when(pl.col("award_year").is_not_null()).then(first)).drop("first").collect()


def mark_highest_levels(award: Award, cases: pl.DataFrame) -> pl.DataFrame:
    """Mark whether the case has the highest level of its unit among those that count in the year and are open."""
    assert award.about.rank is not None
    level, highest_first = award.about.rank
    rank = pl.lit(len(highest_first))
    for position, code in enumerate(highest_first):
        rank = pl.when(pl.col(level.name) == code).then(pl.lit(position)).otherwise(rank)
    counting = pl.col("met") & pl.col(CHOSEN) & (pl.col(FIRST_MET.name) == pl.col("award_year"))
    ranked = cases.with_columns(rank=rank, unit=unit_of(award))
    best = ranked.filter(counting).group_by("unit", "award_year").agg(best=pl.col("rank").min())
    joined = ranked.join(best, on=["unit", "award_year"], how="left", maintain_order="left", nulls_equal=False)
    highest = (pl.col("rank") <= pl.col("best")).fill_null(True).alias(HIGHEST.name)
    return joined.with_columns(highest).drop("rank", "best", "unit")


def unit_of(award: Award) -> pl.Expr:
    """What one payee's awards of a series are added up by: the part of the subject before ":"."""
    subject = pl.col("subject")
    return subject.str.split(":").list.first() if award.about.unit else subject
