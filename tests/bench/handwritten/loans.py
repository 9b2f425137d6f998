"""Art. 5: interest at the benchmark rate, per loan and day. Every benchmark has a rate on some day."""

from __future__ import annotations

from datetime import date

import polars as pl

from tests.bench.handwritten.shared import WAN, Known

#: Rate and share are in ten-thousandths each: 1 ÷ (10,000 × 360 days) × 50 %.
DIVISOR = 10_000 * 360 * 2


def loan_interest(known: Known) -> pl.LazyFrame:
    """Half the benchmark interest on what was owed, loan by loan at most the interest paid, all together capped."""
    days = (pl.col("past_last") - pl.col("first")).dt.total_days()
    owed = pl.col("principal_fen").cast(pl.Int128) * days * pl.col("rate")
    at_benchmark = (pl.when(pl.col("rate").is_not_null().all()).then(owed.sum()) // DIVISOR).cast(pl.Int64)
    ceiling = pl.col("interest_paid_fen") - pl.col("other_subsidy_fen")
    lesser = pl.when(pl.col("at_benchmark") > ceiling).then(ceiling).otherwise("at_benchmark")
    # What is unknown stays so: neither a cap nor zero takes its place.
    subsidy = pl.when(pl.col("at_benchmark").is_not_null() & ceiling.is_not_null()).then(lesser.clip(lower_bound=0))
    total = pl.when(pl.col("subsidy").is_not_null().all()).then(pl.col("subsidy").sum().clip(upper_bound=10 * WAN))
    cases = (
        _days_owed(known)
        .group_by("uscc", "year", "loan_id")
        .agg(at_benchmark=at_benchmark)
        .join(known.rows("loan_years"), on=["loan_id", "year"], how="left")
        .with_columns(subsidy=subsidy)
        .group_by("uscc", "year")
        .agg(fen=total)
        .join(known.enterprises(), on="uscc")
        .with_columns(met="urban")
    )
    return known.concluded("loan-interest", known.unpaid(cases, "loan-interest", by=("uscc", "year")))


def _days_owed(known: Known) -> pl.LazyFrame:
    """Return stretches of days of a year with one balance and one rate, of loans that count."""
    tenor = pl.col("tenor_months")
    series = pl.when(tenor <= 12).then(pl.lit("pboc_benchmark_1y")).when(tenor <= 60).then(pl.lit("pboc_benchmark_5y"))
    loans = (
        known.rows("loans")
        .filter("licensed_lender", "business_purpose")
        .join(known.monitored("retail", "platform"), on="uscc", how="semi")
        .join(known.enterprises(), on="uscc", how="semi")
        .select("loan_id", "uscc", series=series.otherwise(pl.lit("pboc_benchmark_over_5y")))
    )
    balances = known.rows("loan_balances").filter(pl.col("principal_fen") > 0)
    first = pl.max_horizontal("since", pl.date(pl.col("year"), 1, 1), "effective_on")
    past_last = pl.min_horizontal("until", pl.date(pl.col("year") + 1, 1, 1), "superseded_on")
    overlapping = (pl.col("since").dt.year() <= pl.col("year")) & (pl.col("until") > pl.date(pl.col("year"), 1, 1))
    return (
        known.in_each_year(loans.join(balances, on="loan_id"), known.years)
        .filter(overlapping)
        .join(_rates(known), on="series")
        .with_columns(first=first, past_last=past_last)
        .filter(pl.col("first") < pl.col("past_last"))
    )


def _rates(known: Known) -> pl.LazyFrame:
    """Return rates with the days they are in force; before a series' first the rate is unknown."""
    rates = known.rows("reference_rates").select("series", "effective_on", rate="value")
    before = rates.select("series").unique()
    before = before.with_columns(effective_on=pl.lit(date(1, 1, 1)), rate=pl.lit(None, dtype=pl.Int64))
    superseded = pl.col("effective_on").shift(-1).over("series").fill_null(date(9999, 12, 31))
    return pl.concat([before, rates]).sort("series", "effective_on").with_columns(superseded_on=superseded)
