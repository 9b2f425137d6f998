"""Ranks: how many cases of the same award year are ahead of each, among those that meet all other conditions."""

from __future__ import annotations

from functools import partial

import polars as pl

from services.eligibility.facts.catalogue import Facts
from services.eligibility.rules.grammar.plans import Inputs, collect
from services.eligibility.rules.grammar.ranks import AHEAD, IN_DOUBT, LAST_IN, AmongFirst
from services.eligibility.rules.grammar.rule_context import RuleContext


def mark_places(
    ranking: AmongFirst, cases: pl.LazyFrame, facts: Inputs, context: RuleContext, *, once: bool
) -> pl.LazyFrame:
    """Put beside each case how many are ahead of it, how many more may be, and what the last one in had.

    Where an award is given `once`, whoever was in in an earlier year takes no place in a later one. An undetermined case takes
    none either, but may be ahead; one that no row is about (`about_known` is false) is not in the running at all.
    """
    return facts.by_frame(cases, partial(_with_places, ranking, context, once))


def _with_places(
    ranking: AmongFirst, context: RuleContext, once: bool, cases: pl.DataFrame, facts: Facts
) -> pl.DataFrame:
    del facts
    keys = _keys(ranking, context)
    plan = cases.lazy().with_row_index("position").select(
        "position", "award_year", "subject", "met",
        value=pl.when(pl.all_horizontal(key.is_not_null() for key in keys.values())).then(ranking.by.plan(context)),
        places=ranking.places.plan(context), running=pl.col("about_known") & pl.col("met").fill_null(True), **keys,
    )  # fmt: skip
    years = collect(plan, cases).partition_by("award_year", as_dict=True)
    placed, given = [], pl.Series("subject", [], dtype=pl.String)
    for _, year in sorted(years.items()):
        ranked = _placed(year.with_columns(pl.col("running") & ~pl.col("subject").is_in(given.implode())), list(keys))
        placed.append(ranked.select("position", AHEAD, IN_DOUBT, LAST_IN))
        if once:
            within = pl.col(AHEAD) + pl.col(IN_DOUBT) < pl.col("places")
            given = pl.concat([given, ranked.filter("running", "met", within).get_column("subject")])
    if not placed:
        return cases.with_columns(
            pl.lit(None, pl.Int64).alias(AHEAD),
            pl.lit(None, pl.Int64).alias(IN_DOUBT),
            ranking.by.plan(context).alias(LAST_IN),
        )
    return cases.hstack(pl.concat(placed).sort("position").drop("position"))


def _keys(ranking: AmongFirst, context: RuleContext) -> dict[str, pl.Expr]:
    """Return what cases are sorted by, the first place first."""
    by = ranking.by.plan(context).cast(pl.Int64)
    keys = {"key.0": by if ranking.earliest else -by}
    if ranking.tie_breaker is not None:
        keys |= {"key.1": ranking.tie_breaker.plan(context), "key.2": pl.col("subject")}
    return keys


def _placed(year: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Return the cases of one year with their columns; those without a known figure have no place, but may be ahead of all."""
    shared = len(keys) == 1  # with a tie breaker nobody shares a place: the last key is the subject
    known = year.filter(pl.col("value").is_not_null()).sort(keys)
    known = known.with_columns(place=pl.col(keys[0]).rle_id() if shared else pl.int_range(pl.len(), dtype=pl.UInt32))
    unknown = year.filter(pl.col("value").is_null(), pl.col("running")).height
    is_in, may_be = pl.col("running") & pl.col("met").fill_null(False), pl.col("running") & pl.col("met").is_null()
    places = (
        known.group_by("place", maintain_order=True)
        .agg(pl.first("value"), pl.first("places"), own=is_in.sum().cast(pl.Int64), doubt=may_be.sum().cast(pl.Int64))
        .with_columns(
            (pl.col("own").cum_sum() - pl.col("own")).alias(AHEAD),
            (pl.col("doubt").cum_sum() - pl.col("doubt") + unknown).alias(IN_DOUBT),
        )
    )
    within = places.filter(pl.col("own") > 0, pl.col(AHEAD) < pl.col("places"))
    last_in = within.item(-1, "value") if within.height else None
    placed = known.join(places.select("place", AHEAD, IN_DOUBT), on="place", how="left")
    return pl.concat([placed, year.filter(pl.col("value").is_null())], how="diagonal").with_columns(
        pl.lit(last_in, dtype=year.schema["value"]).alias(LAST_IN)
    )
