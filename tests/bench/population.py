"""A large population of enterprises as typed frames: the same for the same size, spread over every line of the rules."""

from __future__ import annotations

from datetime import date

import polars as pl

from services.eligibility.facts.catalogue import Facts

FIRST_YEAR, LAST_YEAR = 2017, 2024
YEARS = range(2020, 2025)


def mixed(salt: int) -> pl.Expr:
    """Return a number from 0 to 2^20 - 1 for each row's `n`, without a visible pattern."""
    return (pl.col("n").hash(salt) % 1_048_576).cast(pl.Int64)


def spread(salt: int, *values: object) -> pl.Expr:
    """Return one of `values` for each row."""
    return pl.lit(pl.Series("values", values)).gather(mixed(salt) % len(values))


def facts(enterprises: int) -> Facts:
    """Return facts of `enterprises`: each has a place, most sell; fewer are couriers, exporters or in the statistics."""
    everyone = pl.DataFrame({"n": pl.int_range(enterprises, eager=True)}).with_columns(uscc=pl.format("E{}", "n"))
    years = pl.DataFrame({"year": pl.int_range(FIRST_YEAR, LAST_YEAR + 1, dtype=pl.Int64, eager=True)})

    def by_year(share: int, first: int = FIRST_YEAR) -> pl.DataFrame:
        some = everyone.filter(pl.col("n") % share == 0).select("n", "uscc")
        rows = some.join(years.filter(pl.col("year") >= first), how="cross")
        return rows.with_columns(n=pl.col("n") * 64 + pl.col("year") - FIRST_YEAR)

    sold = by_year(1)
    couriers, exporters = by_year(20, 2020), by_year(10, 2020)
    return Facts.of(
        {
            "enterprises": everyone.select(
                "uscc",
                name=pl.format("样例{}有限公司", "n"),
                legal_form=spread(1, *["enterprise"] * 9, "individual"),
                registered_on=pl.lit(date(2010, 1, 1)),
            ),
            "locations": everyone.select(
                "uscc",
                since=pl.lit(date(2012, 1, 1)),
                jurisdiction=spread(2, "city", "liandu", "development_zone", "liandu", "qingtian"),
                until=pl.lit(None, dtype=pl.Date),
            ),
            "monitoring_inclusions": everyone.filter(mixed(3) % 4 > 0).select(
                "uscc",
                track=spread(4, "retail", "retail", "retail", "platform"),
                included_on=pl.lit(date(2018, 6, 1)),
                removed_on=pl.lit(None, dtype=pl.Date),
            ),
            "annual_sales": sold.select(
                "uscc",
                "year",
                online_retail_fen=pl.when(mixed(5) % 50 > 0).then(mixed(6) * mixed(7) % 1_500_000_000),
                platform_turnover_fen=pl.when(mixed(8) % 50 > 0).then(mixed(9) * mixed(10) % 15_000_000_000),
            ),
            "statistics_sales": by_year(2).select("uscc", "year", online_retail_fen=mixed(11) * 1_000 + 7),
            "courier_years": couriers.select(
                "uscc",
                "year",
                parcels=mixed(12) * 8,
                operating_days=spread(13, 365, 360, 300, 366).cast(pl.Int64),
                rent_fen=mixed(14) * 47 + 1,
            ),
            "cross_border_years": exporters.select(
                "uscc",
                "year",
                sales_usd_cents=mixed(15) * 30,
                sales_cny_fen=spread(16, 0, 0, 7_777_777).cast(pl.Int64),
                postage_fen=mixed(17) * 171 + 3,
            ),
            "reference_rates": pl.DataFrame(
                {
                    "series": ["usd_cny_year"] * 5,
                    "effective_on": [date(year, 1, 1) for year in YEARS],
                    "value": [68974, 64515, 67261, 70467, 71217],
                    "status": ["secondary"] * 5,
                    "source": ["sample"] * 5,
                }
            ),
        }
    )
