"""Art. 4: hubs on reclaimed land, the rent of couriers, smart terminals."""

from __future__ import annotations

import polars as pl

from tests.bench.handwritten.shared import MET, WAN, Known, in_area, once, within_validity

LAND = ("unsupplied_approved", "old_factory", "old_warehouse", "stock_land")


def logistics_hub(known: Known) -> pl.LazyFrame:
    """Half the construction cost of new hubs, in the first year whose figures suffice."""
    year_end = pl.date(pl.col("year"), 12, 31)
    hubs = known.rows("logistics_hubs").filter(
        within_validity("opened_on")
        & pl.col("kind").is_in(("public_warehouse", "sorting_centre"))
        & pl.col("land_source").is_in(LAND)
        & in_area().fill_null(value=True)
    )
    # From the opening on in the first year: no case is earlier.
    first = pl.max_horizontal(pl.col("opened_on"), pl.date(pl.col("year"), 1, 1))
    days = (year_end - first).dt.total_days() + 1
    enough = (pl.col("client_enterprises") >= 20) & (pl.col("parcels") >= days * 10_000)
    cases = (
        known.in_each_year(known.unpaid(hubs, "logistics-hub", by=("hub_id",)))
        .filter(pl.col("opened_on") <= year_end)
        .join(known.rows("hub_years"), on=["hub_id", "year"], how="left")
        .join(known.not_government().select("uscc", "urban"), on="uscc")
        .with_columns(met=enough & in_area() & pl.col("urban"))
    )
    costs = known.rows("logistics_hubs").select(
        "hub_id", fen=pl.min_horizontal(pl.col("construction_cost_fen") // 2, 100 * WAN)
    )
    return known.concluded("logistics-hub", once(cases, "hub_id").join(costs, on="hub_id"), "hub_id")


def courier_rent(known: Known) -> pl.LazyFrame:
    """A share of the rent of couriers with enough parcels a day."""
    rent = pl.col("rent_fen") * 3 // 10
    cases = (
        known.of_years("courier_years")
        .with_columns(met=pl.col("parcels") >= pl.date(pl.col("year"), 12, 31).dt.ordinal_day().cast(pl.Int64) * 10_000)
        .filter(MET.fill_null(value=True))
        .join(known.enterprises(), on="uscc")
        # An unknown figure compares as neither, and stays unknown.
        .with_columns(met=MET & pl.col("urban"), fen=pl.when(rent > 10 * WAN).then(10 * WAN).otherwise(rent))
    )
    return known.concluded("courier-rent", known.unpaid(cases, "courier-rent", by=("uscc", "year")))


def smart_terminal(known: Known) -> pl.LazyFrame:
    """Terminals accepted in a year, each in the area with its operator; one in doubt is left out, or leaves all undetermined."""
    accepted = pl.col("accepted_on")
    operators = known.payees(but="government").select("uscc", "urban")
    own = known.unpaid(known.rows("delivery_terminals"), "smart-terminal", by=("serial",)).join(operators, on="uscc")
    counts = within_validity("accepted_on") & in_area() & pl.when(accepted.is_not_null()).then("urban")
    own = own.with_columns(counts=counts, year=accepted.dt.year().cast(pl.Int64))
    # One without a day may belong to any year.
    anytime = known.in_each_year(own.filter(accepted.is_null()).drop("year"), known.years)
    cases = (
        pl.concat([own.drop_nulls("year"), anytime.select(own.collect_schema().names())])
        .filter(pl.col("counts").fill_null(value=True))
        .sort("accepted_on", "serial")
        .group_by("uscc", "year")
        .agg(counted=pl.col("counts").sum(), jurisdiction=pl.col("jurisdiction").filter("counts").last())
        .with_columns(
            met=pl.when(pl.col("counted") > 0).then(statement=True), fen=pl.col("counted").cast(pl.Int64) * WAN
        )
    )
    return known.concluded("smart-terminal", known.unpaid(cases, "smart-terminal", by=("uscc", "year")))
