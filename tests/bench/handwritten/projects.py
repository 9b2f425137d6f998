"""Art. 3, 6, 7 and 9: parks, overseas warehouses, cold stores, demonstration titles."""

from __future__ import annotations

import polars as pl

from tests.bench.handwritten.shared import MET, WAN, Known, in_area, once, within_validity

LEVELS = {"national": 50 * WAN, "provincial": 20 * WAN, "municipal": 5 * WAN}


def park(known: Known) -> pl.LazyFrame:
    """Art. 3: new parks that enterprises built, in the first year whose figures suffice."""
    area, merchants, year_end = pl.col("operating_area_m2"), pl.col("merchants"), pl.date(pl.col("year"), 12, 31)
    built = known.rows("parks").filter(
        within_validity("opened_on")
        & pl.col("built_by_enterprise")
        & (pl.col("usable_area_m2") >= 10_000)
        & in_area().fill_null(value=True)
    )
    by_area = (area > 0) & (pl.col("ecommerce_area_m2") * 10 >= area * 8)
    by_merchants = pl.col("physical_market") & (merchants > 0) & (pl.col("ecommerce_merchants") * 10 >= merchants * 7)
    sold = (pl.col("online_retail_fen") >= 30_000 * WAN) | (pl.col("agricultural_retail_fen") >= 10_000 * WAN)
    payees = known.not_government().select("uscc", "urban")
    cases = (
        known.in_each_year(known.unpaid(built, "park", by=("park_id",)))
        .filter(pl.col("opened_on") <= year_end)
        .join(known.rows("park_years"), on=["park_id", "year"], how="left")
        .join(payees, on="uscc")
        .with_columns(
            met=(by_area | by_merchants)
            & sold
            & (pl.col("infrastructure_accepted_on") <= year_end)
            & in_area()
            & pl.col("urban")
        )
    )
    return known.concluded("park", once(cases, "park_id").with_columns(fen=pl.lit(50 * WAN)), "park_id")


def overseas_warehouse(known: Known) -> pl.LazyFrame:
    """Art. 6: half the cost of new warehouses, the province's support within the cap."""
    half, left = pl.col("construction_cost_fen") // 2, 150 * WAN - pl.col("provincial_support_fen")
    cases = known.rows("overseas_warehouses").filter(within_validity("opened_on"))
    cases = known.unpaid(cases, "overseas-warehouse", by=("warehouse_id",)).join(known.not_government(), on="uscc")
    # Both are facts that are never empty.
    cases = cases.with_columns(met="urban", year=pl.col("opened_on").dt.year(), fen=pl.min_horizontal(half, left))
    return known.concluded("overseas-warehouse", cases, "warehouse_id")


def cold_chain(known: Known) -> pl.LazyFrame:
    """Art. 7: new cold stores for farm products."""
    stores = known.rows("cold_stores").filter("agricultural_upstream").with_columns(project=in_area())
    dated = pl.col("in_use_on").is_not_null()
    payees = known.payees(but="government").select("uscc", "urban")
    cases = known.unpaid(stores, "cold-chain", by=("store_id",)).join(payees, on="uscc")
    cases = cases.with_columns(
        year=pl.col("in_use_on").dt.year(),
        fen=pl.lit(30 * WAN),
        # On an unknown day the payee's place is unknown.
        met=within_validity("in_use_on")
        & (pl.col("construction_cost_fen") >= 100 * WAN)
        & pl.col("project")
        & pl.when(dated).then("urban"),
    )
    return known.concluded("cold-chain", cases, "store_id")


def demonstration(known: Known) -> pl.LazyFrame:
    """Art. 9: titles, once per unit and level; in one year the highest level pays and the others are used up."""
    unit_and_level = pl.concat_str("uscc", "level", separator=":")
    titles = known.rows("demonstration_titles").filter(within_validity("awarded_on"))
    titles = titles.with_columns(subject=unit_and_level, year=pl.col("awarded_on").dt.year())
    places = known.payees(but="").filter(pl.col("urban").fill_null(value=True))
    cases = known.unpaid(titles, "demonstration", by=("subject",)).join(places, on="uscc").with_columns(met="urban")
    unit, level = pl.col("subject").str.split(":").list.first(), pl.col("subject").str.split(":").list.last()
    fen = level.replace_strict(LEVELS, return_dtype=pl.Int64)
    cases = once(cases, "subject").with_columns(unit=unit, fen=fen)
    best = pl.col("fen").filter(MET).max().over("unit", "year")
    return known.concluded("demonstration", cases.filter((pl.col("fen") >= best).fill_null(value=True)), "subject")
