"""Enterprises, what they sell, whom they serve, what they attend and are."""

from __future__ import annotations

from datetime import date

import polars as pl

from tests.bench.population.draws import (
    FIRST_YEAR,
    PLATFORMS,
    ROWS_OF_ONE,
    WAN,
    Frames,
    by_year,
    day,
    known,
    mixed,
    place,
    some,
    spread,
)


def registered(everyone: pl.DataFrame) -> Frames:
    """Return enterprises, their places, monitoring and sanctions."""
    urban = ("city", "liandu", "development_zone", "liandu")
    return {
        "enterprises": everyone.select(
            "uscc",
            name=pl.format("样例{}有限公司", "n"),
            legal_form=spread(1, *["enterprise"] * 18, "individual", "government"),
            registered_on=pl.lit(date(2010, 1, 1)),
        ),
        "locations": everyone.filter(mixed(18) % 100 > 0).select(
            "uscc",
            since=pl.lit(date(2012, 1, 1)),
            jurisdiction=spread(2, *urban, "qingtian", *urban, "elsewhere"),
            until=pl.lit(None, dtype=pl.Date),
        ),
        "monitoring_inclusions": everyone.filter(mixed(3) % 4 > 0).select(
            "uscc",
            track=spread(4, "retail", "retail", "retail", "platform"),
            included_on=pl.lit(date(2018, 6, 1)),
            removed_on=pl.lit(None, dtype=pl.Date),
        ),
        "sanctions": some(everyone, 19, 100).select(
            "uscc",
            kind=spread(20, "serious_dishonesty", "safety", "quality", "tax"),
            since=day(21, date(2024, 6, 1), 700),
            until=known(22, pl.lit(date(2026, 12, 31)), 3),
        ),
    }


def sales(everyone: pl.DataFrame) -> Frames:
    """Return what enterprises sell, at home and abroad."""
    sold, counted = by_year(everyone, FIRST_YEAR), by_year(everyone.filter(pl.col("n") % 2 == 0), FIRST_YEAR)
    # Few are large: they reach the upper tiers, and some a headquarters.
    size = spread(123, *[1] * 17, 10, 10, 200)
    return {
        "annual_sales": sold.select(
            "uscc",
            "year",
            online_retail_fen=known(5, mixed(6) * mixed(7) % 1_500_000_000 * size, 50),
            platform_turnover_fen=known(8, mixed(9) * mixed(10) % 15_000_000_000 * size, 50),
        ),
        "statistics_sales": counted.select("uscc", "year", online_retail_fen=known(23, mixed(11) * 1_000 + 7, 100)),
        "cross_border_years": by_year(everyone.filter(pl.col("n") % 10 == 0)).select(
            "uscc",
            "year",
            sales_usd_cents=mixed(15) * 30,
            sales_cny_fen=spread(16, 0, 0, 7_777_777).cast(pl.Int64),
            postage_fen=known(24, mixed(17) * 171 + 3),
        ),
    }


def services(everyone: pl.DataFrame) -> Frames:
    """Return service centres' grades, authorisations and contracts of providers."""
    platforms = pl.DataFrame({"p": pl.int_range(len(PLATFORMS), eager=True), "platform": PLATFORMS})
    authorised = some(everyone, 25, 40).join(platforms, how="cross").with_columns(n=pl.col("n") + pl.col("p"))
    # A provider has some 400 clients in all, so that about half its years bring more than fifty monitored ones.
    provider = pl.format("E{}", mixed(26) % max(1, everyone.height // 400) * 400 + 1)
    since = day(27, date(2019, 7, 1), 1_980)
    contracts = everyone.select("n", provider_uscc=provider, client_uscc="uscc", since=since)
    renewed = contracts.filter(mixed(28) % 8 == 0).with_columns(pl.col("since").dt.offset_by("1y"), n=-pl.col("n"))
    contracts = pl.concat([contracts, renewed]).filter(pl.col("provider_uscc") != pl.col("client_uscc"))
    length = pl.duration(days=spread(30, 90, 200, 365, 365).cast(pl.Int64))
    return {
        "service_centre_grades": by_year(some(everyone, 31, 200)).select(
            "uscc",
            "year",
            centre_id=pl.format("C-{}", "uscc"),
            jurisdiction=place(123),
            grade=spread(32, "excellent", "good", "pass", "fail"),
            tender_reference=spread(33, *["丽招〔2019〕1号"] * 6, "", None),
        ),
        "platform_authorisations": authorised.filter(mixed(34) % 3 == 0).select(
            "uscc", "platform", authorised_on=day(35), settled_on=known(36, day(37))
        ),
        "service_contracts": contracts.select(
            "provider_uscc", "client_uscc", "since", until=known(29, pl.col("since") + length, 8)
        ),
    }


def markets(everyone: pl.DataFrame) -> Frames:
    """Return spin-offs, zones, exhibitions and titles."""
    zones = some(everyone, 103, 100).with_columns(zone_id=pl.format("Z{}", "n"))
    return {
        "sales_spin_offs": some(everyone, 104, 50).select(
            # One of a hundred neighbours is the producer: most have two companies, some none.
            producer_uscc=pl.format("E{}", pl.col("n") // ROWS_OF_ONE // 100 * 100),
            sales_company_uscc="uscc",
            established_on=day(105),
        ),
        "platform_zones": zones.select(
            "zone_id", "uscc", platform=spread(106, *PLATFORMS), name=pl.format("专区{}", "n")
        ),
        "zone_years": by_year(zones).select(
            "zone_id", "year", lishui_product_sales_fen=known(107, mixed(108) * 30_000)
        ),
        "exhibition_attendances": some(everyone, 109, 20, rows=2).select(
            "uscc",
            exhibition_id=pl.format("X{}-{}", "k", mixed(110) % 50),
            name=pl.lit("样例展会"),
            held_on=day(111),
            organiser=spread(112, "commerce_department", "other"),
            recognised=spread(113, True, True, True, False),
            booth_fee_fen=known(114, mixed(115) * 4 + 1),
            display_fee_fen=known(116, mixed(117) * 2),
            other_support_fen=spread(118, 0, 0, WAN, 4 * WAN),
        ),
        "demonstration_titles": some(everyone, 119, 50, rows=3).select(
            "uscc",
            title=pl.format("示范称号{}", "k"),
            level=spread(120, "national", "provincial", "municipal", "municipal"),
            awarded_on=day(121),
        ),
    }
