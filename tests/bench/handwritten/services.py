"""Art. 2: service centres and providers. A client's sales are below 10^11 fen, so their sums fit 64 bits."""

from __future__ import annotations

import polars as pl

from tests.bench.handwritten.shared import MET, WAN, Known, in_area, once, within_validity


def service_centre_grade(known: Known) -> pl.LazyFrame:
    """Centres in the area, by their grade; an operator without a tender on record is undetermined."""
    fen = pl.col("grade").replace_strict({"excellent": 10 * WAN, "good": 5 * WAN}, default=None, return_dtype=pl.Int64)
    tender = pl.when(pl.col("tender_reference").str.strip_chars() != "").then(statement=True)
    cases = known.of_years("service_centre_grades").with_columns(fen=fen).drop_nulls("fen")
    cases = cases.filter(in_area().fill_null(value=True)).join(known.payees(but="government").select("uscc"), on="uscc")
    cases = cases.with_columns(met=tender & in_area())
    cases = known.unpaid(cases, "service-centre-grade", by=("centre_id", "year"))
    return known.concluded("service-centre-grade", cases, "centre_id")


def provider_setup(known: Known) -> pl.LazyFrame:
    """Providers authorised and settled, on the later of the two days; once. Platforms are on the list once each."""
    authorised, settled, day = pl.col("authorised_on"), pl.col("settled_on"), pl.col("day")
    # Not max_horizontal: that would take the known day for the later one.
    later = pl.when(settled >= authorised).then(settled).when(settled < authorised).then(authorised)
    listed = known.rows("recognised_platforms").select("platform", "since", "until")
    recognised = (pl.col("since") <= day).fill_null(value=False) & (pl.col("until").is_null() | (day < pl.col("until")))
    cases = (
        known.rows("platform_authorisations")
        .with_columns(day=later)
        .join(listed, on="platform", how="left")
        .join(known.payees("enterprise"), on="uscc")
        .with_columns(year=day.dt.year(), dated=day.is_not_null())
        # On an unknown day nothing is known of platform and place.
        .with_columns(
            pl.when("dated").then("jurisdiction"),
            met=within_validity("day")
            & within_validity("settled_on")
            & pl.when("dated").then(recognised)
            & pl.when("dated").then("urban"),
        )
    )
    cases = once(known.unpaid(cases, "provider-setup")).with_columns(fen=pl.lit(10 * WAN))
    return known.concluded("provider-setup", cases)


def provider_growth(known: Known) -> pl.LazyFrame:
    """Providers with more than fifty new clients in monitoring, whose clients' sales grew by more than a tenth."""
    provider, client = "provider_uscc", "client_uscc"
    contracts = known.rows("service_contracts")
    in_lishui = pl.col("place") != "elsewhere"
    new = (
        contracts.group_by(provider, client)
        .agg(year=pl.col("since").min().dt.year().cast(pl.Int64))
        .filter(pl.col("year").is_in(known.years))
        .join(known.monitored(), left_on=client, right_on="uscc", how="semi")
        .join(known.rows("locations").select("uscc", place="jurisdiction"), left_on=client, right_on="uscc", how="left")
        .group_by(provider, "year")
        .agg(counted=in_lishui.sum(), in_doubt=in_lishui.is_null().sum())
        .filter(pl.col("counted") + pl.col("in_doubt") > 50)
        .join(known.not_government(), left_on=provider, right_on="uscc")
    )
    first, past_last = pl.date(pl.col("year"), 1, 1), pl.date(pl.col("year") + 1, 1, 1)
    sales = known.rows("annual_sales").select("uscc", "year", now="online_retail_fen").drop_nulls("now")
    before = sales.select("uscc", pl.col("year") + 1, then="now").filter(pl.col("then") > 0)
    grown = (
        contracts.join(new.select(provider, "year"), on=provider)
        .filter((pl.col("since") < past_last) & (pl.col("until").is_null() | (pl.col("until") > first)))
        .select(provider, "year", uscc=client)
        .unique()
        .join(sales, on=["uscc", "year"])
        .join(before, on=["uscc", "year"])
        .group_by(provider, "year")
        .agg(grown=pl.col("now").sum() * 10 > pl.col("then").sum() * 11)
    )
    enough = pl.when(pl.col("counted") > 50).then(statement=True)
    cases = new.join(grown, on=[provider, "year"], how="left").with_columns(
        met=enough & pl.col("grown") & pl.col("urban"), fen=pl.lit(10 * WAN)
    )
    cases = known.unpaid(cases.filter(MET.fill_null(value=True)), "provider-growth", by=(provider, "year"))
    return known.concluded("provider-growth", cases, provider)
