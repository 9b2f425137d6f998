"""Art. 6: separated sales companies, zones on platforms, exhibitions."""

from __future__ import annotations

import polars as pl

from tests.bench.handwritten.shared import WAN, Known, once, within_validity


def sales_spin_off(known: Known) -> pl.LazyFrame:
    """Producers with a new sales company that is in monitoring; once, in the first such year."""
    companies = known.rows("sales_spin_offs").filter(within_validity("established_on"))
    companies = companies.join(known.monitored(), left_on="sales_company_uscc", right_on="uscc", how="semi")
    producers = companies.rename({"producer_uscc": "uscc"}).join(known.enterprises(), on="uscc")
    cases = known.in_each_year(known.unpaid(producers, "sales-spin-off")).with_columns(met="urban")
    cases = once(cases.filter(pl.col("established_on").dt.year() <= pl.col("year")))
    return known.concluded("sales-spin-off", cases.with_columns(fen=pl.lit(10 * WAN)))


def platform_zone(known: Known) -> pl.LazyFrame:
    """Zones by whole steps of their sales. Platforms are on the list once each."""
    year_end = pl.date(pl.col("year"), 12, 31)
    listed = known.rows("recognised_platforms").select("platform", "since", "until")
    zones = known.rows("platform_zones").join(listed, on="platform").join(known.not_government(), on="uscc")
    fen = (pl.col("lishui_product_sales_fen") // (2_000 * WAN) * 5 * WAN).clip(upper_bound=50 * WAN)
    cases = (
        known.of_years("zone_years")
        .join(zones, on="zone_id")
        .filter((pl.col("since") <= year_end) & (pl.col("until").is_null() | (pl.col("until") > year_end)))
        .with_columns(met="urban", fen=fen)
    )
    return known.concluded("platform-zone", known.unpaid(cases, "platform-zone", by=("zone_id", "year")), "zone_id")


def exhibition_organised(known: Known) -> pl.LazyFrame:
    """Booth and display fee in full, at most what other support leaves."""
    fees = pl.col("booth_fee_fen") + pl.col("display_fee_fen")
    return _attended(known, "exhibition-organised", "commerce_department", fees - pl.col("other_support_fen"))


def exhibition_independent(known: Known) -> pl.LazyFrame:
    """Half the booth fee, at most what other support leaves of it."""
    half, left = pl.col("booth_fee_fen") // 2, pl.col("booth_fee_fen") - pl.col("other_support_fen")
    # Both are unknown where the fee is.
    return _attended(known, "exhibition-independent", "other", pl.min_horizontal(half, left))


def _attended(known: Known, award: str, organiser: str, fen: pl.Expr) -> pl.LazyFrame:
    cases = (
        known.rows("exhibition_attendances")
        .filter(within_validity("held_on") & pl.col("recognised") & (pl.col("organiser") == organiser))
        .join(known.monitored(), on="uscc", how="semi")
        .join(known.enterprises(), on="uscc")
        .with_columns(
            subject=pl.concat_str("exhibition_id", "uscc", separator=":"),
            year=pl.col("held_on").dt.year(),
            met="urban",
            fen=fen,
        )
    )
    cases = known.unpaid(cases, "exhibition-organised", "exhibition-independent", by=("subject",))
    return known.concluded(award, cases, "subject")
