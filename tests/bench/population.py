"""A large population of enterprises as typed frames: the same for the same size, spread over every line of the rules.

Nobody moves or leaves monitoring, and both began before 2020; a platform is listed once; what the statistics hold of an
enterprise they hold for every year, if only as unknown. `handwritten` builds on this; the engine does not.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from services.eligibility.facts.catalogue import Facts

FIRST_YEAR, LAST_YEAR = 2017, 2024
YEARS = range(2020, 2025)
PLATFORMS = ("alibaba", "jd", "suning", "pinduoduo", "douyin", "unlisted")
PARITIES = (68974, 64515, 67261, 70467, 71217)
WAN = 1_000_000  # fen
#: Rows of one enterprise get numbers of their own below this times its number.
_ROWS = 64

Frames = dict[str, pl.DataFrame]


def mixed(salt: int) -> pl.Expr:
    """Return a number from 0 to 2^20 - 1 for each row's `n`, without a visible pattern."""
    return (pl.col("n").hash(salt) % 1_048_576).cast(pl.Int64)


def spread(salt: int, *values: object) -> pl.Expr:
    """Return one of `values` for each row."""
    return pl.lit(pl.Series("values", values)).gather(mixed(salt) % len(values))


def known(salt: int, value: pl.Expr, share: int = 25) -> pl.Expr:
    """Return `value`, unknown for one row in `share`."""
    return pl.when(mixed(salt) % share > 0).then(value)


def day(salt: int, first: date = date(2019, 7, 1), days: int = 2_100) -> pl.Expr:
    """Return one of so many days from `first`; unless told otherwise a few lie before and after the policy's validity."""
    return pl.lit(first) + pl.duration(days=mixed(salt) % days)


def place(salt: int) -> pl.Expr:
    """Return where a project is: mostly in the area covered, sometimes in a county, sometimes unknown."""
    return known(salt, spread(salt + 1, *["city", "liandu", "development_zone"] * 3, "yunhe"))


def facts(enterprises: int) -> Facts:
    """Return facts of `enterprises`: most have a place and sell; fewer are couriers, exporters, borrowers and so on."""
    everyone = pl.DataFrame({"n": pl.int_range(enterprises, eager=True)}).with_columns(uscc=pl.format("E{}", "n"))
    frames = {
        **_registered(everyone),
        **_sales(everyone),
        **_services(everyone),
        **_projects(everyone),
        **_logistics(everyone),
        **_loans(everyone),
        **_markets(everyone),
        **_lists(),
    }
    return Facts.of({**frames, "prior_awards": _prior_awards(frames)})


def by_year(owners: pl.DataFrame, first: int = YEARS[0]) -> pl.DataFrame:
    """Return `owners` once for each year from `first`, with an `n` of their own."""
    years = pl.DataFrame({"year": pl.int_range(first, LAST_YEAR + 1, dtype=pl.Int64, eager=True)})
    return owners.join(years, how="cross").with_columns(n=pl.col("n") * _ROWS + pl.col("year") - FIRST_YEAR)


def some(everyone: pl.DataFrame, salt: int, share: int, rows: int = 1) -> pl.DataFrame:
    """Return one enterprise in `share`, each `rows` times and numbered by `k`, with an `n` of their own."""
    chosen = everyone.filter(mixed(salt) % share == 0)
    numbers = pl.DataFrame({"k": pl.int_range(rows, eager=True)})
    return chosen.join(numbers, how="cross").with_columns(n=pl.col("n") * _ROWS + pl.col("k"))


def _registered(everyone: pl.DataFrame) -> Frames:
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


def _sales(everyone: pl.DataFrame) -> Frames:
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


def _services(everyone: pl.DataFrame) -> Frames:
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


def _projects(everyone: pl.DataFrame) -> Frames:
    parks = some(everyone, 38, 200).with_columns(park_id=pl.format("P{}", "n"))
    return {
        "parks": parks.select(
            "park_id",
            "uscc",
            name=pl.format("园区{}", "n"),
            jurisdiction=place(39),
            opened_on=day(41),
            built_by_enterprise=spread(42, True, True, True, False),
            usable_area_m2=spread(43, 9_999, 10_000, 20_000, 30_000),
            physical_market=spread(44, True, False),
            infrastructure_accepted_on=known(45, day(46)),
        ),
        "park_years": by_year(parks.filter(mixed(47) % 20 > 0)).select(
            "park_id",
            "year",
            operating_area_m2=known(48, spread(49, 0, 10_000, 10_000)),
            ecommerce_area_m2=known(50, spread(51, 7_999, 8_000, 9_000)),
            merchants=known(52, spread(53, 0, 100, 100)),
            ecommerce_merchants=known(54, spread(55, 69, 70, 90)),
            online_retail_fen=known(56, mixed(57) * 40_000),
            agricultural_retail_fen=known(58, mixed(59) * 12_000),
        ),
        "overseas_warehouses": some(everyone, 60, 200).select(
            "uscc",
            warehouse_id=pl.format("W{}", "n"),
            country=pl.lit("德国"),
            opened_on=day(61),
            construction_cost_fen=mixed(62) * 600 + 1,
            provincial_support_fen=spread(63, 0, 0, 50 * WAN, 150 * WAN),
        ),
        "cold_stores": some(everyone, 64, 100).select(
            "uscc",
            store_id=pl.format("S{}", "n"),
            jurisdiction=place(65),
            in_use_on=known(67, day(68)),
            construction_cost_fen=known(69, spread(70, 100 * WAN - 1, 100 * WAN, 300 * WAN)),
            agricultural_upstream=spread(71, True, True, False),
        ),
    }


def _logistics(everyone: pl.DataFrame) -> Frames:
    hubs = some(everyone, 72, 200).with_columns(hub_id=pl.format("H{}", "n"))
    land = ("unsupplied_approved", "old_factory", "old_warehouse", "stock_land", "other")
    return {
        "logistics_hubs": hubs.select(
            "hub_id",
            "uscc",
            jurisdiction=place(73),
            kind=spread(75, "public_warehouse", "sorting_centre", "sorting_centre", "other"),
            opened_on=day(76),
            land_source=spread(77, *land),
            construction_cost_fen=mixed(78) * 400 + 1,
        ),
        "hub_years": by_year(hubs.filter(mixed(79) % 20 > 0)).select(
            "hub_id",
            "year",
            client_enterprises=known(80, spread(81, 19, 20, 40)),
            parcels=known(82, mixed(83) * 8),
            operating_days=known(84, spread(85, 365, 360, 300)),
        ),
        "courier_years": by_year(everyone.filter(pl.col("n") % 20 == 0)).select(
            "uscc",
            "year",
            parcels=mixed(12) * 8,
            operating_days=spread(13, 365, 360, 300, 366).cast(pl.Int64),
            rent_fen=known(86, mixed(14) * 47 + 1),
        ),
        "delivery_terminals": some(everyone, 87, 40, rows=4).select(
            "uscc", serial=pl.format("T{}", "n"), jurisdiction=place(88), accepted_on=known(90, day(91))
        ),
    }


def _loans(everyone: pl.DataFrame) -> Frames:
    loans = some(everyone, 92, 20, rows=2).select(
        "n",
        "uscc",
        loan_id=pl.format("L{}", "n"),
        lender=pl.lit("样例银行"),
        licensed_lender=spread(93, *[True] * 9, False),
        business_purpose=spread(94, *[True] * 9, False),
        drawn_on=day(95, date(2018, 1, 1), 2_500),
        tenor_months=spread(96, 6, 12, 13, 36, 60, 61),
    )
    # Half is repaid after two thirds of the tenor; some owe nothing from then on.
    owed = loans.select(
        "n",
        "loan_id",
        "drawn_on",
        lowered_on=pl.col("drawn_on") + pl.duration(days=pl.col("tenor_months") * 20),
        repaid_on=pl.col("drawn_on") + pl.duration(days=pl.col("tenor_months") * 30),
        principal_fen=mixed(97) * 400,
    )
    later = owed.select("loan_id", "lowered_on", "repaid_on", pl.col("principal_fen") // 2 * spread(98, 1, 1, 1, 0))
    names = ("loan_id", "since", "until", "principal_fen")
    first = owed.select("loan_id", "drawn_on", "lowered_on", "principal_fen")
    balances = pl.concat([part.rename(dict(zip(part.columns, names, strict=True))) for part in (first, later)])
    return {
        "loans": loans.drop("n"),
        "loan_balances": balances,
        "loan_years": by_year(loans.select("n", "loan_id"))
        .filter(mixed(99) % 50 > 0)
        .select(
            "loan_id",
            "year",
            interest_paid_fen=known(100, mixed(101) * 20),
            other_subsidy_fen=spread(102, 0, 0, 0, WAN),
        ),
    }


def _markets(everyone: pl.DataFrame) -> Frames:
    zones = some(everyone, 103, 100).with_columns(zone_id=pl.format("Z{}", "n"))
    return {
        "sales_spin_offs": some(everyone, 104, 50).select(
            # One of a hundred neighbours is the producer: most have two companies, some none.
            producer_uscc=pl.format("E{}", pl.col("n") // _ROWS // 100 * 100),
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


def _lists() -> Frames:
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


def _prior_awards(frames: Frames) -> pl.DataFrame:
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
