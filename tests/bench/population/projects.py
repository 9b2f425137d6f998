"""Parks, warehouses, cold stores, logistics and loans."""

from __future__ import annotations

from datetime import date

import polars as pl

from shared.catalogue.domain import DECIMALS
from tests.bench.population.draws import WAN, Frames, by_year, day, known, mixed, place, some, spread


def projects(everyone: pl.DataFrame) -> Frames:
    """Return parks, overseas warehouses and cold stores."""
    parks = some(everyone, 38, 200).with_columns(park_id=pl.format("P{}", "n"))
    return {
        "parks": parks.select(
            "park_id",
            "uscc",
            name=pl.format("园区{}", "n"),
            jurisdiction=place(39),
            opened_on=day(41),
            built_by_enterprise=spread(42, True, True, True, False),
            usable_area_m2=spread(43, 9_999, 10_000, 20_000, 30_000).cast(DECIMALS),
            physical_market=spread(44, True, False),
            infrastructure_accepted_on=known(45, day(46)),
        ),
        "park_years": by_year(parks.filter(mixed(47) % 20 > 0)).select(
            "park_id",
            "year",
            operating_area_m2=known(48, spread(49, 0, 10_000, 10_000).cast(DECIMALS)),
            ecommerce_area_m2=known(50, spread(51, 7_999, 8_000, 9_000).cast(DECIMALS)),
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


def logistics(everyone: pl.DataFrame) -> Frames:
    """Return hubs, couriers and terminals."""
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


def loans(everyone: pl.DataFrame) -> Frames:
    """Return loans with their balances and yearly figures."""
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
