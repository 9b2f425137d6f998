"""Art. 1, 6 and 10: yearly sales. An enterprise has a row of statistics for every year, though a figure may be unknown."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from tests.bench.handwritten.shared import WAN, Known, once

RETAIL = ((500 * WAN, 5 * WAN), (2_000 * WAN, 10 * WAN), (10_000 * WAN, 20 * WAN))
PLATFORM = ((5_000 * WAN, 10 * WAN), (20_000 * WAN, 20 * WAN), (100_000 * WAN, 50 * WAN))


def retail_scale(known: Known) -> pl.LazyFrame:
    """Art. 1: retailers that first reach a tier."""
    return _scale(known, "retail-scale", "online_retail_fen", "retail", RETAIL)


def platform_scale(known: Known) -> pl.LazyFrame:
    """Art. 1: platforms that first reach a tier."""
    return _scale(known, "platform-scale", "platform_turnover_fen", "platform", PLATFORM)


def _scale(known: Known, award: str, figure: str, track: str, tiers: Sequence[tuple[int, int]]) -> pl.LazyFrame:
    now, earlier, paid = pl.col(figure), pl.col("earlier"), pl.col("paid_tier")
    cases = (
        known.of_years("annual_sales")
        .filter(now.is_null() | (now >= tiers[0][0]))
        .join(known.monitored(track), on="uscc", how="semi")
        .join(known.enterprises(), on="uscc")
    )
    figures = known.rows("annual_sales").select("uscc", before="year", then=figure).drop_nulls("then")
    highest = cases.select("uscc", "year").join(figures, on="uscc").filter(pl.col("before") < pl.col("year"))
    highest = highest.group_by("uscc", "year").agg(earlier=pl.col("then").max())
    used = known.rows("prior_awards").filter(pl.col("award") == award)
    used = used.group_by(uscc="subject").agg(paid_tier=pl.col("tier").max())
    cases = cases.join(highest, on=["uscc", "year"], how="left").join(used, on="uscc", how="left")
    fen: pl.Expr = pl.when(now.is_not_null()).then(0)
    for tier, amount in tiers:
        newly = (now >= tier) & (earlier < tier).fill_null(value=True) & (paid < tier).fill_null(value=True)
        fen = pl.when(newly).then(amount).otherwise(fen)
    return known.concluded(award, cases.with_columns(fen=fen).with_columns(met=(pl.col("fen") > 0) & pl.col("urban")))


def headquarters_land(known: Known) -> pl.LazyFrame:
    """Art. 1: land for the largest; in kind, once."""
    large = (pl.col("online_retail_fen") >= 200_000 * WAN) & pl.col("retail")
    large |= (pl.col("platform_turnover_fen") >= 500_000 * WAN) & pl.col("platform")
    cases = known.of_years("annual_sales")
    for track in ("retail", "platform"):
        flagged = known.monitored(track).with_columns(pl.lit(value=True).alias(track))
        cases = cases.join(flagged, on="uscc", how="left").with_columns(pl.col(track).fill_null(value=False))
    cases = cases.with_columns(met=large).filter(pl.col("met").fill_null(value=True))
    cases = cases.join(known.enterprises(), on="uscc").with_columns(met=pl.col("met") & pl.col("urban"))
    return known.concluded("headquarters-land", once(known.unpaid(cases, "headquarters-land")), money=False)


def crossborder_postage(known: Known) -> pl.LazyFrame:
    """Art. 6: a share of the postage of who sells enough abroad."""
    parity = known.rows("reference_rates").filter(pl.col("series") == "usd_cny_year")
    parity = parity.select(year=pl.col("effective_on").dt.year().cast(pl.Int64), parity="value")
    in_yuan = pl.col("sales_cny_fen")
    converted = pl.when(in_yuan > 0).then(in_yuan * 10_000 // pl.col("parity")).otherwise(0)
    postage = pl.col("postage_fen") // 10
    cases = (
        known.of_years("cross_border_years")
        .join(parity, on="year", how="left")
        .with_columns(met=pl.col("sales_usd_cents") + converted >= 20_000_000)
        .filter(pl.col("met").fill_null(value=True))
        .join(known.not_government(), on="uscc")
        # An unknown figure compares as neither, and stays unknown.
        .with_columns(
            met=pl.col("met") & pl.col("urban"), fen=pl.when(postage > 10 * WAN).then(10 * WAN).otherwise(postage)
        )
    )
    cases = known.unpaid(cases, "crossborder-postage", by=("uscc", "year"))
    return known.concluded("crossborder-postage", cases)


def sustained_growth(known: Known) -> pl.LazyFrame:
    """Art. 10: four figures of the statistics, each above the one before; once."""
    figure = pl.col("online_retail_fen")
    # Sorted, an enterprise's rows stand together, a year a row: its four figures are the row's and the three above.
    risen = (figure.shift(3) < figure.shift(2)) & (figure.shift(2) < figure.shift(1)) & (figure.shift(1) < figure)
    cases = known.rows("statistics_sales").sort("uscc", "year").with_columns(met=risen)
    cases = cases.filter((pl.col("year") >= 2020) & pl.col("met").fill_null(value=True)).join(
        known.enterprises(), on="uscc"
    )
    cases = known.unpaid(cases.with_columns(met=pl.col("met") & pl.col("urban")), "sustained-growth")
    first = pl.col("year").filter("met").min().over("uscc")
    cases = cases.filter((pl.col("year") <= first).fill_null(value=True)).with_columns(fen=pl.lit(5 * WAN))
    return known.concluded("sustained-growth", cases)
