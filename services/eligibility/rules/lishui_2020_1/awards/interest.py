"""Art. 5: interest at a reference rate, per loan and day."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from services.eligibility.rules.grammar import (
    PAYEE,
    Inputs,
    Measured,
    Read,
    RuleContext,
    Table,
    Text,
    arithmetic,
    measure,
)

BENCHMARK = ("pboc_benchmark_1y", "pboc_benchmark_5y", "pboc_benchmark_over_5y")
LPR = ("lpr_1y", "lpr_5y")
#: Rate and share are in ten-thousandths each.
BASIS = 10_000
FAR = pl.date(9999, 12, 31)


@measure(
    "interest",
    {
        "loans": ("count", Text("计入的贷款笔数", "loans that count"), Text("笔", "")),
        "subsidy": ("fen", Text("各笔贴息之和", "interest support of all loans")),
    },
    words=Text("各笔贷款的贴息", "interest support of each loan"),
    rule=Text(
        "当年任一日余额大于零，且贷款机构和用途符合的贷款，予以计入。每笔贴息＝各段（本金余额 × 天数 × 基准利率）之和 × "
        "贴息比例 ÷ 计息天数基准，舍去不足一分的部分；以实付利息为限的，再以该笔实付利息减其他贴息为限，不低于零。"
        "贷款基准利率按期限分三档，取各日施行的利率；贷款市场报价利率五年以内用一年期、五年以上用五年期，取提款日施行的利率。"
        "计入的贷款所需的利率未登记，或者以实付利息为限而实付利息未登记的，无法判定",
        "a loan counts if its lender and purpose count and it has a balance above zero on a day of the year. Its"
        " support is the sum of balance × days × reference rate over the year, × the share ÷ the days of the day"
        " count, cut to the fen; where the interest paid is the limit, it is at most the loan's interest paid less"
        " other subsidy, not below zero. The benchmark has three tenors and is the one in force on each day; the loan"
        " prime rate is of one year up to 60 months, of five years above, and is the one in force at drawdown."
        " While a rate, or under that limit the interest paid, is not on record for a loan that counts, it is undetermined",
    ),
    parts={
        "loan_id": Table("loans").loan_id,
        "first": Text("起算日期", "from"),
        "days": Text("天数", "days"),
        "principal_fen": Table("loan_balances").principal,
        "series": Table("reference_rates").series,
        "rate": replace(Table("reference_rates").value, kind="basis_points", words=Text("基准利率", "reference rate")),
        "at_reference_rate_fen": Text("该笔贷款按基准利率计算的贴息", "support of the loan at the reference rate"),
        "interest_paid_fen": Text("该笔贷款已付利息", "interest paid on the loan"),
        "other_subsidy_fen": Text("该笔贷款已获其他贴息", "other support of the loan"),
        "subsidy_fen": Text("该笔贷款的贴息", "support of the loan"),
    },
    reads=(
        Read("loans", "uscc", PAYEE),
        Read("loan_balances", "loan_id", "loans.loan_id"),
        Read("loan_years", "loan_id", "loans.loan_id"),
        Read("reference_rates", only=("series", (*BENCHMARK, *LPR))),
    ),
    interpretations=("loan_lender", "loan_purpose", "loan_rate", "loan_day_count", "loan_ceiling"),
    parameters=("interest_share", "benchmark_short_tenor", "benchmark_middle_tenor"),
)
def interest(cases: pl.LazyFrame, facts: Inputs, context: RuleContext) -> Measured:
    """Return per loan: Σ balance × days × reference rate × share ÷ day count, floored, at most the interest paid.

    A loan counts if its lender and purpose count and it has a balance on a day of the year. A rate or
    interest that is not on record makes the whole unknown. Parts: one row per balance and rate, with its loan's totals.
    """
    spans = facts.shared(_spans(cases, facts, context))
    at = _at_benchmark if context.interpretation("loan_rate") == "benchmark" else _at_lpr
    rated = facts.shared(at(spans, facts))
    year = pl.col("award_year").cast(pl.Int64)
    per_loan = (
        rated.group_by("case", "award_year", "day", "loan_id")
        .agg(
            weighed=arithmetic.total(arithmetic.product(pl.col("principal_fen"), pl.col("days"), pl.col("rate"))),
            flags=pl.col("flag").drop_nulls().unique().sort(),
        )
        .with_columns(year=year)
        .join(facts["loan_years"], on=["loan_id", "year"], how="left")
    )
    divisor = BASIS * BASIS * int(context.interpretation("loan_day_count"))
    share = context.dated("interest_share")
    at_rate = arithmetic.floored(arithmetic.product(pl.col("weighed"), share), pl.lit(divisor))
    per_loan = per_loan.with_columns(at_reference_rate_fen=at_rate)
    if context.interpretation("loan_ceiling") == "interest_paid":
        ceiling = arithmetic.not_below_zero(pl.col("interest_paid_fen") - pl.col("other_subsidy_fen"))
        per_loan = per_loan.with_columns(subsidy_fen=arithmetic.lesser(pl.col("at_reference_rate_fen"), ceiling))
        no_interest = pl.col("interest_paid_fen").is_null()
    else:
        per_loan = per_loan.with_columns(subsidy_fen=pl.col("at_reference_rate_fen"))
        no_interest = pl.lit(False)
    per_loan = per_loan.with_columns(
        no_interest=pl.when(no_interest).then(pl.lit("loan_years.interest_paid_fen")),
        no_rate=pl.when(pl.col("weighed").is_null()).then(pl.lit("reference_rates.value")),
    )
    loans = facts.shared(per_loan)
    figures = loans.group_by("case").agg(
        loans=pl.len().cast(pl.Int64),
        subsidy=arithmetic.total(pl.col("subsidy_fen")),
        missing=pl.concat_list("no_interest", "no_rate").explode().drop_nulls().unique().sort(),
        flags=pl.col("flags").explode().drop_nulls().unique().sort(),
    )
    figures = cases.select("case").join(figures, on="case", how="left", maintain_order="left")
    figures = figures.with_columns(pl.col("loans").fill_null(0))
    totals = ("at_reference_rate_fen", "interest_paid_fen", "other_subsidy_fen", "subsidy_fen")
    shown = ("loan_id", "first", "days", "principal_fen", "series", "rate")
    parts = rated.join(loans.select("case", "loan_id", *totals), on=["case", "loan_id"], how="left")
    return Measured(figures, parts.select("case", *shown, *totals))


def _spans(cases: pl.LazyFrame, facts: Inputs, context: RuleContext) -> pl.LazyFrame:
    """Return the days of the year on which a loan that counts had one balance, with the series of its reference rate."""
    short, middle = context.dated("benchmark_short_tenor"), context.dated("benchmark_middle_tenor")
    tenor = pl.col("tenor_months")
    if context.interpretation("loan_rate") == "benchmark":
        series = pl.when(tenor <= short).then(pl.lit(BENCHMARK[0]))
        named = series.when(tenor <= middle).then(pl.lit(BENCHMARK[1])).otherwise(pl.lit(BENCHMARK[2]))
    else:
        named = pl.when(tenor <= middle).then(pl.lit(LPR[0])).otherwise(pl.lit(LPR[1]))
    loans = facts["loans"]
    if context.interpretation("loan_lender") == "licensed":
        loans = loans.filter("licensed_lender")
    if context.interpretation("loan_purpose") == "business":
        loans = loans.filter("business_purpose")
    first = arithmetic.later(pl.col("since"), arithmetic.first_day(pl.col("award_year")))
    past_last = arithmetic.earlier(pl.col("until"), arithmetic.first_day(pl.col("award_year") + 1))
    return (
        cases.select("case", "award_year", "day", "payee")
        .join(loans, left_on="payee", right_on="uscc", how="inner")
        .join(facts["loan_balances"].filter(pl.col("principal_fen") > 0), on="loan_id", how="inner")
        .with_columns(first=first, past_last=past_last)
        .filter(pl.col("first") < pl.col("past_last"))
        .with_columns(series=named)
    )


def _rates(facts: Inputs) -> pl.LazyFrame:
    """Return reference rates as periods: each in force until the next of its series."""
    return (
        facts["reference_rates"]
        .lazy()
        .sort("series", "effective_on")
        .with_columns(superseded_on=pl.col("effective_on").shift(-1).over("series").fill_null(FAR))
        .select("series", "effective_on", "superseded_on", "status", rate="value")
    )


def _flag() -> pl.Expr:
    named = pl.lit("unverified_rate:") + pl.col("series") + ":" + pl.col("effective_on").dt.to_string("%Y-%m-%d")
    return pl.when(pl.col("status") == "unverified").then(named)


def _at_benchmark(spans: pl.LazyFrame, facts: Inputs) -> pl.LazyFrame:
    """Return spans cut at changes of the rate, so that each day has the one in force; days without one have none."""
    columns = ("case", "award_year", "day", "loan_id", "first", "days", "principal_fen", "series", "rate", "flag")
    first = arithmetic.later(pl.col("first"), pl.col("effective_on"))
    past_last = arithmetic.earlier(pl.col("past_last"), pl.col("superseded_on"))
    rates = facts.shared(_rates(facts))
    cut = (
        spans.join(rates, on="series", how="inner")
        .with_columns(first=first, days=arithmetic.days_between(first, past_last), flag=_flag())
        .filter(pl.col("days") > 0)
        .select(columns)
    )
    starts = rates.group_by("series").agg(starts_on=pl.col("effective_on").min())
    uncovered_to = arithmetic.earlier(pl.col("past_last"), pl.col("starts_on").fill_null(FAR))
    uncovered = (
        spans.join(starts, on="series", how="left")
        .with_columns(days=arithmetic.days_between(pl.col("first"), uncovered_to))
        .filter(pl.col("days") > 0)
        .with_columns(rate=pl.lit(None, dtype=pl.Int64), flag=pl.lit(None, dtype=pl.String))
        .select(columns)
    )
    return pl.concat([cut, uncovered])


def _at_lpr(spans: pl.LazyFrame, facts: Inputs) -> pl.LazyFrame:
    """Return spans at the rate in force when the loan was drawn; none on record leaves it unknown."""
    drawn = (pl.col("effective_on") <= pl.col("drawn_on")) & (pl.col("drawn_on") < pl.col("superseded_on"))
    rates = spans.select("series", "drawn_on").unique().join(_rates(facts), on="series", how="inner").filter(drawn)
    return spans.with_columns(days=arithmetic.days_between(pl.col("first"), pl.col("past_last"))).join(
        rates.select("series", "drawn_on", "rate", flag=_flag()), on=["series", "drawn_on"], how="left"
    )
