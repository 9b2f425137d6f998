"""Rates, recognised platforms, what was paid before, and what other programmes gave."""

from __future__ import annotations

from datetime import date

import polars as pl

from tests.bench.population.draws import PARITIES, PLATFORMS, WAN, YEARS, Frames


def lists() -> Frames:
    """Rates and platforms: samples, some with changes that there were none of, so that periods matter."""
    rates = {
        "usd_cny_year": [(date(year, 1, 1), value) for year, value in zip(YEARS, PARITIES, strict=True)],
        "pboc_benchmark_1y": [(date(2015, 10, 24), 435), (date(2022, 1, 20), 420)],
        "pboc_benchmark_5y": [(date(2015, 10, 24), 475), (date(2022, 1, 20), 460), (date(2023, 6, 20), 445)],
        "pboc_benchmark_over_5y": [(date(2020, 6, 1), 490)],
    }
    rows = [
        {"series": series, "effective_on": first, "value": value, "status": "secondary", "source": "sample"}
        for series, values in rates.items()
        for first, value in values
    ]
    listed: dict[str, tuple[date, date | None]] = {name: (date(2020, 1, 2), None) for name in PLATFORMS[:4]}
    listed |= {"suning": (date(2020, 1, 2), date(2023, 3, 1)), "douyin": (date(2022, 7, 1), None)}
    platforms = [
        {"platform": name, "since": since, "name": name, "until": until, "source": "sample"}
        for name, (since, until) in listed.items()
    ]
    return {"reference_rates": pl.DataFrame(rows), "recognised_platforms": pl.DataFrame(platforms)}


def prior_awards(frames: Frames) -> pl.DataFrame:
    """Return earlier payments for a few subjects of every kind: by tier, by year, and once for all."""
    year, tier = pl.lit(2019, dtype=pl.Int64), pl.lit(0, dtype=pl.Int64)
    own, unit = pl.col("uscc"), pl.concat_str("uscc", "level", separator=":")
    attended = pl.concat_str("exhibition_id", "uscc", separator=":")
    subjects: dict[str, tuple[str, pl.Expr, pl.Expr, pl.Expr]] = {
        "retail-scale": ("enterprises", own, year, tier + 500 * WAN),
        "platform-scale": ("enterprises", own, year, tier + 20_000 * WAN),
        "service-centre-grade": ("service_centre_grades", pl.col("centre_id"), pl.col("year"), tier),
        "provider-setup": ("platform_authorisations", own, year, tier),
        "park": ("parks", pl.col("park_id"), year, tier),
        "logistics-hub": ("logistics_hubs", pl.col("hub_id"), year, tier),
        "courier-rent": ("courier_years", own, pl.col("year"), tier),
        "smart-terminal": ("delivery_terminals", pl.col("serial"), year, tier),
        "loan-interest": ("loans", own, year + 1, tier),
        "sales-spin-off": ("sales_spin_offs", pl.col("producer_uscc"), year, tier),
        "exhibition-independent": ("exhibition_attendances", attended, year, tier),
        "crossborder-postage": ("cross_border_years", own, pl.col("year"), tier),
        "overseas-warehouse": ("overseas_warehouses", pl.col("warehouse_id"), year, tier),
        "cold-chain": ("cold_stores", pl.col("store_id"), year, tier),
        "demonstration": ("demonstration_titles", unit, year, tier),
        "sustained-growth": ("statistics_sales", own, year, tier),
    }
    paid = [
        frames[dataset]
        .select(
            uscc="producer_uscc" if dataset == "sales_spin_offs" else "uscc",
            award=pl.lit(award),
            subject=subject,
            award_year=of_year,
            tier=of_tier,
            amount_fen=pl.lit(5 * WAN, dtype=pl.Int64),
            paid_on=pl.lit(date(2020, 3, 1)),
        )
        .filter(pl.concat_str("subject", pl.col("award_year").cast(pl.String)).hash(122) % 50 == 0)
        for award, (dataset, subject, of_year, of_tier) in subjects.items()
    ]
    return pl.concat(paid).unique(maintain_order=True)


def other_support(frames: Frames) -> pl.DataFrame:
    """Return other public money for a few couriers, years and hubs: it flags an award, by default, and changes no amount."""
    given = [
        frames[dataset]
        .filter(pl.col(subject).hash(124) % 50 == 0)
        .select(
            "uscc",
            award=pl.lit(award),
            subject=subject,
            award_year=of_year,
            programme=pl.lit("sample"),
            level=pl.lit("provincial"),
            amount_fen=pl.lit(WAN, dtype=pl.Int64),
            granted_on=pl.lit(date(2021, 3, 1)),
            document=pl.lit(None, dtype=pl.String),
        )
        for award, dataset, subject, of_year in (
            ("courier-rent", "courier_years", "uscc", pl.col("year")),
            ("retail-scale", "annual_sales", "uscc", pl.col("year")),
            ("logistics-hub", "logistics_hubs", "hub_id", pl.lit(2020, dtype=pl.Int64)),
        )
    ]
    return pl.concat(given).unique(maintain_order=True)
