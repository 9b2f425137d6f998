"""Art. 1: the tiers of yearly sales that an enterprise reaches for the first time."""

from __future__ import annotations

from functools import partial

import polars as pl

from services.eligibility.facts.catalogue import Facts
from services.eligibility.rules.grammar import (
    PAYEE,
    Column,
    Columns,
    Inputs,
    Measure,
    Measured,
    Read,
    RuleContext,
    Text,
    arithmetic,
    in_monitoring,
    measure,
    periods,
    years,
)

COLUMNS: Columns = {
    "newly_reached": ("count", Text("首次达到的档次数", "tiers newly reached"), Text("档", "")),
    "highest_award": ("fen", Text("首次达到的最高档奖励", "award of the highest tier newly reached")),
    "all_awards": ("fen", Text("首次达到的各档奖励之和", "awards of all tiers newly reached")),
}

PARTS = {
    "tier": Text("档次", "tier"),
    "tier_fen": Text("档次标准", "threshold of the tier"),
    "figure_fen": Text("当年数额", "figure of the year"),
    "largest_earlier_fen": Text("以前年度最高数额", "largest figure of earlier years"),
    "paid_tier_fen": Text("此前已兑现的最高档次标准", "highest tier paid before"),
    "newly_reached": Text("首次达到", "reached for the first time"),
    "award_fen": Text("本档奖励", "award of the tier"),
}


def tiers_reached(award: str, track: str, figure: Column, *, tiers: str, awards: str) -> Measure:
    """Return the measure of tiers newly reached: with this figure, in no earlier year, and not paid before.

    Parts: one row per tier with its threshold, the year's figure, the largest earlier one and what was paid before.
    """

    @measure(
        f"{award}-tiers",
        COLUMNS,
        words=Text("首次达到的档次", "tiers reached for the first time"),
        rule=Text(
            "当年数额达到档次标准，所比较的以前年度均未达到，且该档次及更高档次此前未兑现的，为首次达到该档次；"
            "回落后再次达到的，不再奖补。没有记录的以前年度不比较；有记录而缺少数额的以前年度，按适用口径不比较，或者待补齐后认定",
            "a tier is newly reached where the figure of the year reaches it, no earlier year that is compared did, and neither"
            " it nor a higher one was paid before; falling back and reaching it again never pays twice. An earlier"
            " year without a row is not compared; one whose row lacks the figure is, by interpretation, not compared"
            " either or leaves what is newly reached undetermined",
        ),
        parts=PARTS,
        needs=(figure,),
        reads=(
            Read("annual_sales", "uscc", PAYEE),
            Read("monitoring_inclusions", "uscc", PAYEE),
            Read("locations", "uscc", PAYEE),
            Read("prior_awards", "subject", only=("award", (award,))),
        ),
        interpretations=("earlier_attainment", "earlier_figure_missing", "monitored_on"),
        parameters=(tiers, awards, "covered_jurisdictions", "first_award_year"),
    )
    def reached(cases: pl.LazyFrame, facts: Inputs, context: RuleContext) -> Measured:
        with_earlier = partial(_with_earlier, context, track, figure.name.split(".")[1])
        paid = facts["prior_awards"].filter((pl.col("award") == award) & (pl.col("tier") > 0))
        plan = facts.by_frame(
            cases.select("case", "subject", "payee", "award_year", "day", figure_fen=figure.name), with_earlier
        ).join(
            paid.group_by("subject").agg(paid_tier_fen=pl.col("tier").max()),
            on="subject",
            how="left",
            maintain_order="left",
        )
        steps = range(len(context.parameter(tiers)))
        new = {f"new.{k}": _newly_reached(context.dated(tiers, k)) for k in steps}
        # An unknown earlier figure leaves open which of them are new; where none would be, it changes nothing.
        in_doubt = pl.col("earlier_unknown") & pl.any_horizontal(*new)
        known = {name: pl.when(~pl.col("in_doubt")).then(pl.col(name)) for name in new}
        given = {f"given.{k}": pl.when(pl.col(f"new.{k}")).then(context.dated(awards, k)).otherwise(0) for k in steps}
        # Step by step, so that no figure is worked out more than once.
        plan = plan.with_columns(**new).with_columns(in_doubt=in_doubt).with_columns(**known).with_columns(**given)
        compared = facts.shared(plan)
        is_known = pl.col("figure_fen").is_not_null() & ~pl.col("in_doubt")
        figures = compared.select(
            "case",
            newly_reached=pl.when(is_known).then(pl.sum_horizontal(pl.col(name).cast(pl.Int64) for name in new)),
            # Tiers ascend: the last one newly reached is the highest.
            highest_award=pl.when(is_known).then(
                pl.coalesce(*(pl.when(f"new.{k}").then(f"given.{k}") for k in reversed(steps)), 0)
            ),
            all_awards=pl.when(is_known).then(pl.sum_horizontal(*given)),
            missing=pl.when("in_doubt").then(pl.lit([figure.name])),
        )
        parts = pl.concat(
            compared.select(
                "case",
                "figure_fen",
                "largest_earlier_fen",
                "paid_tier_fen",
                tier=pl.lit(k + 1),
                tier_fen=context.dated(tiers, k),
                newly_reached=f"new.{k}",
                award_fen=context.dated(awards, k),
            )
            for k in steps
        )
        shown = ("tier", "tier_fen", "figure_fen", "largest_earlier_fen", "paid_tier_fen", "newly_reached", "award_fen")
        return Measured(figures, parts.select("case", *shown))

    return reached


def _newly_reached(tier: pl.Expr) -> pl.Expr:
    """Return whether the figure reaches the tier, no earlier one did, and it was not paid before."""
    earlier, paid = pl.col("largest_earlier_fen"), pl.col("paid_tier_fen")
    return (pl.col("figure_fen") >= tier) & (earlier < tier).fill_null(True) & (paid < tier).fill_null(True)


def _with_earlier(context: RuleContext, track: str, field: str, cases: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """Add the largest figure of the years before the case's that the interpretation `earlier_attainment` compares with.

    `earlier_unknown`: whether the row of one of these years lacks the figure, if `earlier_figure_missing` makes that matter.
    """
    figures, interpretation = facts["annual_sales"], context.interpretation("earlier_attainment")
    if interpretation == "ignored":
        figures = figures.filter(pl.col("year") >= context.parameter("first_award_year"))
    if interpretation == "while_eligible":
        figures = _while_eligible(context, track, figures, facts)
    unknown: pl.Expr | pl.Series = pl.lit(False)  # noqa: FBT003
    if context.interpretation("earlier_figure_missing") == "undetermined":
        lacking = figures.filter(pl.col(field).is_null()).with_columns(unknown=pl.lit(True))
        unknown = years.largest_before(cases, lacking, "unknown").fill_null(value=False)
    largest = years.largest_before(cases, figures, field)
    return cases.with_columns(largest_earlier_fen=largest, earlier_unknown=unknown)


def _while_eligible(context: RuleContext, track: str, figures: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """Keep only years for which the enterprise was in monitoring on the track, and on whose 31 December it was in the area."""
    figures = figures.with_columns(year_end=arithmetic.last_day(pl.col("year")))
    inclusions = facts["monitoring_inclusions"].filter(pl.col("track") == track)
    where = facts["locations"].filter(pl.col("jurisdiction").is_in(list(context.parameter("covered_jurisdictions"))))
    on = context.interpretation("monitored_on")
    monitored = in_monitoring(figures, "uscc", inclusions, on, context, day="year_end", year="year")
    in_area = periods.positions_in_force(figures, "uscc", where, "uscc", since="since", until="until", day="year_end")
    return figures.filter(monitored & in_area.is_not_null())
