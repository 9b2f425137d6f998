"""Six awards written by hand in Polars, under the default readings: what a good analyst would write for this one policy.

Shares nothing with the engine. Three-valued as the policy is: what is missing makes an award undetermined.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from services.eligibility.facts.catalogue import Facts

COLUMNS = ("award", "subject", "award_year", "result", "entitlement_fen", "jurisdiction")
_AREA = ("city", "liandu", "development_zone")
_WAN = 1_000_000  # fen
RETAIL = ((500 * _WAN, 5 * _WAN), (2_000 * _WAN, 10 * _WAN), (10_000 * _WAN, 20 * _WAN))
PLATFORM = ((5_000 * _WAN, 10 * _WAN), (20_000 * _WAN, 20 * _WAN), (100_000 * _WAN, 50 * _WAN))


def outcomes(facts: Facts, years: Sequence[int]) -> pl.DataFrame:
    """Return COLUMNS of everything granted or undetermined in `years`, sorted. Periods are open and begin before 2020."""
    payees = (
        facts["enterprises"]
        .lazy()
        .select("uscc", is_enterprise=pl.col("legal_form") == "enterprise", not_government=pl.col("legal_form") != "government")
        .join(facts["locations"].lazy().select("uscc", "jurisdiction"), on="uscc", how="left")
    )  # fmt: skip
    tracks = facts["monitoring_inclusions"].lazy()
    retail = tracks.filter(pl.col("track") == "retail").select("uscc", retail=pl.lit(True)).unique()
    platform = tracks.filter(pl.col("track") == "platform").select("uscc", platform=pl.lit(True)).unique()
    sales = facts["annual_sales"].lazy()
    monitored = (
        sales.filter(pl.col("year").is_in(list(years)))
        .join(payees, on="uscc", how="left")
        .join(retail, on="uscc", how="left")
        .join(platform, on="uscc", how="left")
        .with_columns(pl.col("retail", "platform").fill_null(False))
    )
    retail_fen, turnover_fen = pl.col("online_retail_fen"), pl.col("platform_turnover_fen")
    land = ((retail_fen >= 200_000 * _WAN) & pl.col("retail")) | ((turnover_fen >= 500_000 * _WAN) & pl.col("platform"))
    found = [
        _scale("retail-scale", sales, monitored, "online_retail_fen", "retail", RETAIL),
        _scale("platform-scale", sales, monitored, "platform_turnover_fen", "platform", PLATFORM),
        _concluded("headquarters-land", monitored.with_columns(met=land & _in_area("is_enterprise"), fen=pl.lit(0))),
        _courier(facts["courier_years"].lazy(), payees, years),
        _exporter(facts, payees, years),
        _grown(facts["statistics_sales"], payees, years),
    ]
    return pl.concat(pl.collect_all(found)).sort("award", "subject", "award_year")


def _in_area(form: str) -> pl.Expr:
    return pl.col(form) & pl.col("jurisdiction").is_in(_AREA)


def _concluded(award: str, cases: pl.LazyFrame) -> pl.LazyFrame:
    """Keep what is granted or undetermined of cases with `met` and `fen`; a cash award of zero is not issued."""
    met = pl.col("met") if award == "headquarters-land" else pl.col("met") & (pl.col("fen") > 0)
    return (
        cases.with_columns(met=met)
        .filter(pl.col("met") | pl.col("met").is_null())
        .select(
            award=pl.lit(award),
            subject="uscc",
            award_year=pl.col("year").cast(pl.Int32),
            result=pl.when("met").then(pl.lit("granted")).otherwise(pl.lit("undetermined")),
            entitlement_fen=pl.when("met").then("fen").otherwise(0).cast(pl.Int64),
            jurisdiction="jurisdiction",
        )
    )


def _scale(
    award: str, sales: pl.LazyFrame, cases: pl.LazyFrame, figure: str, track: str, tiers: Sequence[tuple[int, int]]
) -> pl.LazyFrame:
    open_cases = cases.filter(
        _in_area("is_enterprise") & pl.col(track) & (pl.col(figure).is_null() | (pl.col(figure) >= tiers[0][0]))
    )
    figures = sales.select("uscc", before="year", then=figure).drop_nulls("then")
    earlier = open_cases.select("uscc", "year").join(figures, on="uscc").filter(pl.col("before") < pl.col("year"))
    highest = earlier.group_by("uscc", "year").agg(earlier=pl.col("then").max())
    joined = open_cases.join(highest, on=["uscc", "year"], how="left")
    reached = [(pl.col(figure) >= tier) & (pl.col("earlier") < tier).fill_null(value=True) for tier, _ in tiers]
    steps = zip(reversed(reached), reversed(tiers), strict=True)
    fen = pl.coalesce(
        *(pl.when(newly).then(amount) for newly, (_, amount) in steps), pl.when(pl.col(figure) >= 0).then(0)
    )
    return _concluded(award, joined.with_columns(met=pl.col(figure) >= tiers[0][0], fen=fen))


def _courier(rows: pl.LazyFrame, payees: pl.LazyFrame, years: Sequence[int]) -> pl.LazyFrame:
    cases = rows.filter(pl.col("year").is_in(list(years))).join(payees, on="uscc", how="left")
    enough = pl.col("parcels") >= 10_000 * pl.col("operating_days")
    fen = pl.min_horizontal(pl.col("rent_fen") * 3 // 10, 10 * _WAN)
    return _concluded("courier-rent", cases.with_columns(met=enough & _in_area("is_enterprise"), fen=fen))


def _exporter(facts: Facts, payees: pl.LazyFrame, years: Sequence[int]) -> pl.LazyFrame:
    rate = facts["reference_rates"].lazy().filter(pl.col("series") == "usd_cny_year")
    rate = rate.select(year=pl.col("effective_on").dt.year().cast(pl.Int64), parity="value")
    cases = facts["cross_border_years"].lazy().filter(pl.col("year").is_in(list(years)))
    cases = cases.join(payees, on="uscc", how="left").join(rate, on="year", how="left")
    in_dollars = (
        pl.when(pl.col("sales_cny_fen") > 0).then(pl.col("sales_cny_fen") * 10_000 // pl.col("parity")).otherwise(0)
    )
    enough = pl.col("sales_usd_cents") + in_dollars >= 20_000_000
    fen = pl.min_horizontal(pl.col("postage_fen") // 10, 10 * _WAN)
    return _concluded("crossborder-postage", cases.with_columns(met=enough & _in_area("not_government"), fen=fen))


def _grown(rows: pl.DataFrame, payees: pl.LazyFrame, years: Sequence[int]) -> pl.LazyFrame:
    figure = pl.col("online_retail_fen")
    # Sorted, the rows of an enterprise stand together, a year a row: its four figures are the row's and the three above.
    whole = (pl.col("uscc").shift(3) == pl.col("uscc")) & (pl.col("year").shift(3) == pl.col("year") - 3)
    risen = (figure.shift(3) < figure.shift(2)) & (figure.shift(2) < figure.shift(1)) & (figure.shift(1) < figure)
    cases = (
        rows.lazy()
        .sort("uscc", "year")
        .with_columns(met=whole & risen)
        .filter(pl.col("met") & pl.col("year").is_in(list(years)))
        .join(payees, on="uscc", how="left")
        .filter(_in_area("is_enterprise"))
        .unique("uscc", keep="first", maintain_order=True)
    )
    return _concluded("sustained-growth", cases.with_columns(fen=pl.lit(5 * _WAN)))
