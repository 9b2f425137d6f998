"""Art. 6: cross-border sales in dollars, those booked in yuan at the year's average central parity."""

from __future__ import annotations

import polars as pl

from services.eligibility.rules.grammar import (
    Column,
    Inputs,
    Measured,
    Read,
    RuleContext,
    Table,
    Text,
    arithmetic,
    measure,
)

CrossBorderYear = Table("cross_border_years")
SERIES = "usd_cny_year"
#: The parity is in fen per 10,000 cents.
CENTS = 10_000


@measure(
    "dollars",
    {"sales": ("usd_cents", Text("折合美元的跨境销售额", "cross-border sales in dollars"))},
    words=Text("折合美元的跨境销售额", "cross-border sales in dollars"),
    rule=Text(
        "以美元记账的销售额，加以人民币记账的销售额按奖补年度平均中间价折合的美元，舍去不足一美分的部分",
        "sales booked in dollars, and sales booked in yuan converted at the award year's average central parity, cut to the cent",
    ),
    parts={
        "sales_usd_cents": CrossBorderYear.sales_usd_cents,
        "sales_cny_fen": CrossBorderYear.sales_cny,
        "fen_per_10000_cents": Column(
            "fen_per_10000_cents", "fen", Text("年平均中间价（每100美元）", "average central parity (per 100 dollars)")
        ),
        "status": Table("reference_rates").status,
    },
    needs=(CrossBorderYear.sales_usd_cents, CrossBorderYear.sales_cny),
    reads=(Read("reference_rates", only=("series", (SERIES,))),),
)
def dollars(cases: pl.LazyFrame, facts: Inputs, context: RuleContext) -> Measured:
    """Return whole cents of all sales; floored once, so whole thresholds are compared exactly.

    Without sales in yuan no parity is needed; with them and none on record the sum is unknown. Parts: its terms.
    """
    del context
    parity = (
        facts["reference_rates"]
        .lazy()
        .filter((pl.col("series") == SERIES) & (pl.col("effective_on").dt.ordinal_day() == 1))
    )
    parity = parity.select(award_year=pl.col("effective_on").dt.year(), fen_per_10000_cents="value", status="status")
    booked = cases.select(
        "case",
        "award_year",
        sales_usd_cents=CrossBorderYear.sales_usd_cents.name,
        sales_cny_fen=CrossBorderYear.sales_cny.name,
    )
    joined = facts.shared(booked.join(parity, on="award_year", how="left", maintain_order="left"))
    in_yuan = pl.col("sales_cny_fen") > 0
    converted = arithmetic.floored(
        arithmetic.product(pl.col("sales_cny_fen"), pl.lit(CENTS)), pl.col("fen_per_10000_cents")
    )
    sales = pl.col("sales_usd_cents").cast(pl.Int128) + pl.when(in_yuan).then(converted).otherwise(0)
    no_parity = in_yuan & pl.col("fen_per_10000_cents").is_null()
    unverified = in_yuan & (pl.col("status") == "unverified")
    named = pl.concat_list(pl.lit(f"unverified_rate:{SERIES}:") + pl.col("award_year").cast(pl.String))
    figures = joined.select(
        "case",
        sales=sales,
        missing=pl.when(no_parity).then(pl.lit(["reference_rates.value"])),
        flags=pl.when(unverified).then(named),
    )
    shown = ("sales_usd_cents", "sales_cny_fen", "fen_per_10000_cents", "status")
    return Measured(figures, joined.select("case", *shown))
