"""Art. 4: smart terminals accepted in a year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from services.eligibility.facts.catalogue import Facts
from services.eligibility.rules.grammar import (
    PAYEE,
    Inputs,
    Measured,
    Read,
    RuleContext,
    Table,
    Text,
    measure,
    periods,
)

Terminal = Table("delivery_terminals")
#: The places that must be in the area, by `project_place`; the last one is the award's.
PLACES = {
    "both": ("operator_place", "jurisdiction"),
    "payee": ("operator_place",),
    "project": ("jurisdiction",),
}
PLACE_FACTS = {"operator_place": "locations.jurisdiction", "jurisdiction": "delivery_terminals.jurisdiction"}


@measure(
    "terminals",
    {
        "counted": ("count", Text("计入的终端数", "terminals counted"), Text("个", "")),
        "in_doubt": (
            "count",
            Text("日期或地点不明的终端数", "terminals whose day or place is unknown"),
            Text("个", ""),
        ),
        "jurisdiction": ("code", Text("最后计入终端的所在地区", "jurisdiction of the latest terminal counted")),
    },
    words=Text("当年验收的智能投递终端", "smart terminals accepted in the year"),
    rule=Text(
        "奖补年度内验收，验收日在有效期内且不晚于决定日，当日在适用地区内，此前未兑现的终端，逐台计入，同一序列号只计一次。"
        "属地以最后验收的终端（同日验收的，以序列号靠后者）为准；日期或者地点不明的不计入，逐台列明",
        "counts each terminal accepted in the award year, within validity and by the decision day, within the area on"
        " its day, and not paid before; a serial number counts once for ever. The place of the latest one (then of the"
        " highest serial number) is the award's. One whose day or place is unknown is left out and named",
    ),
    parts={
        "serial": Terminal.serial,
        "accepted_on": Terminal.accepted_on,
        "operator_place": replace(
            Table("locations").jurisdiction, words=Text("运营主体所在地区", "jurisdiction of the operator")
        ),
        "jurisdiction": Terminal.jurisdiction,
        "counts": Text("计入", "counted"),
    },
    reads=(
        Read("delivery_terminals", "uscc", PAYEE),
        Read("locations", "uscc", PAYEE),
        Read("prior_awards", "subject", "delivery_terminals.serial", only=("award", ("smart-terminal",))),
    ),
    interpretations=("project_place", "validity_first_day", "validity_last_day"),
    parameters=("validity_years", "covered_jurisdictions"),
    names_left_out=True,
)
def terminals(cases: pl.LazyFrame, facts: Inputs, context: RuleContext) -> Measured:
    """Count terminals accepted in the year, within validity, by the decision day, in the area on their day, and not paid before.

    One whose day or place is unknown is left out and named. Parts: one row per terminal.
    """
    paid = facts["prior_awards"].filter(pl.col("award") == "smart-terminal").select(serial="subject")
    own = (
        cases.select("case", "award_year", "payee")
        .join(facts["delivery_terminals"], left_on="payee", right_on="uscc", how="inner")
        .join(paid, on="serial", how="anti")
        .filter(pl.col("accepted_on").is_null() | (pl.col("accepted_on").dt.year() == pl.col("award_year")))
    )
    own = facts.by_frame(own, _placed)
    area = list(context.parameter("covered_jurisdictions"))
    places = PLACES[context.interpretation("project_place")]
    in_time = pl.col("accepted_on").is_between(pl.lit(context.first_day), pl.lit(context.last_day))
    in_time = in_time & (pl.col("accepted_on") <= pl.lit(context.decided_on))
    in_place = pl.all_horizontal(pl.col(place).is_in(area) for place in places)
    own = own.with_columns(counts=in_time & in_place)
    own = facts.shared(own.with_columns(lacking=_lacking(places)))
    figures = (
        own.sort("accepted_on", "serial", nulls_last=False)
        .group_by("case")
        .agg(
            counted=pl.col("counts").sum().cast(pl.Int64),
            in_doubt=pl.col("counts").is_null().sum().cast(pl.Int64),
            jurisdiction=pl.col(places[-1]).filter("counts").last(),
            missing=pl.col("lacking").drop_nulls(),
        )
    )
    figures = cases.select("case").join(figures, on="case", how="left", maintain_order="left")
    figures = figures.with_columns(pl.col("counted", "in_doubt").fill_null(0))
    shown = ("serial", "accepted_on", "operator_place", "jurisdiction", "counts")
    return Measured(figures, own.select("case", *shown))


def _lacking(places: Sequence[str]) -> pl.Expr:
    """Return the fact for want of which a terminal is in doubt, with its serial number: its day before its places."""
    facts = {"accepted_on": "delivery_terminals.accepted_on"} | {place: PLACE_FACTS[place] for place in places}
    lacking = pl.coalesce(pl.when(pl.col(name).is_null()).then(pl.lit(f"{fact}:")) for name, fact in facts.items())
    return pl.when(pl.col("counts").is_null()).then(lacking + pl.col("serial"))


def _placed(own: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """Return terminals with where their operator is on the day of acceptance."""
    where = facts["locations"]
    located = periods.positions_in_force(own, "payee", where, "uscc", since="since", until="until", day="accepted_on")
    return periods.looked_up(own, located, where, operator_place="jurisdiction")
