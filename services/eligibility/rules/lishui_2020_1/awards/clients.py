"""Art. 2: the clients of a service provider, newly served in a year, and how their sales grew."""

from __future__ import annotations

from functools import partial

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
    arithmetic,
    in_monitoring,
    measure,
    periods,
)

#: The rates of single clients are averaged in millionths.
MILLION = 1_000_000
Contract, Authorisation, Place = Table("service_contracts"), Table("platform_authorisations"), Table("locations")
CONTRACTS = Read("service_contracts", "provider_uscc", PAYEE)
CLIENT = "service_contracts.client_uscc"


def _served(cases: pl.LazyFrame, facts: Inputs) -> pl.LazyFrame:
    """Return each client of each case with its first contract and whether one is in force on a day of the year."""
    contracts = facts["service_contracts"].filter(periods.covers_until("until", "since"))
    year = pl.col("award_year")
    first, past_last = arithmetic.first_day(year), arithmetic.first_day(year + 1)
    in_force = (pl.col("since") < past_last) & (pl.col("until").is_null() | (pl.col("until") > first))
    return (
        cases.select("case", "award_year", "day", "payee")
        .join(contracts, left_on="payee", right_on="provider_uscc", how="inner")
        .group_by("case", "award_year", "day", "client_uscc")
        .agg(first_served_on=pl.col("since").min(), in_force=in_force.any())
        .with_columns(new=pl.col("first_served_on").dt.year() == pl.col("award_year"))
    )


@measure(
    "new-clients",
    {
        "counted": ("count", Text("新增服务的监测企业数", "monitored clients newly served")),
        "in_doubt": ("count", Text("所在地不明的新增企业数", "new clients whose place is unknown")),
    },
    words=Text("当年新增服务企业", "clients newly served in the year"),
    rule=Text(
        "双方首份服务合同在奖补年度内起始的，为当年新增；其中已纳入监测，且奖补年度12月31日位于所定地域的，予以计入。"
        "所在地不明的不计入；可能影响结论的，无法判定",
        "a client is new where the first contract between the two begins in the award year; it counts if it is in monitoring"
        " and in the area on 31 December. One whose place is unknown is not counted; where it could decide, the condition is"
        " undetermined",
    ),
    parts={
        "client_uscc": Contract.client_uscc,
        "first_served_on": Text("首份合同起始日期", "first contract from"),
        "monitored": Text("已纳入省电商统计监测", "in provincial monitoring"),
        "jurisdiction": Place.jurisdiction,
        "counts": Text("计入", "counted"),
    },
    reads=(
        CONTRACTS,
        Read("monitoring_inclusions", "uscc", CLIENT),
        Read("locations", "uscc", CLIENT),
    ),
    interpretations=("monitored_on", "client_area"),
    parameters=("lishui_jurisdictions", "covered_jurisdictions"),
)
def new_clients(cases: pl.LazyFrame, facts: Inputs, context: RuleContext) -> Measured:
    """Count the clients whose first contract begins in the year, monitored for it and in the area on its 31 December.

    One whose place is unknown is not counted but in doubt. Parts: one row per new client.
    """
    new = facts.shared(facts.by_frame(_served(cases, facts).filter("new"), partial(_judged, context)))
    unknown = pl.col("counts").is_null()
    figures = (
        new.group_by("case")
        .agg(
            counted=pl.col("counts").sum().cast(pl.Int64),
            in_doubt=unknown.sum().cast(pl.Int64),
            missing=pl.when(unknown.any()).then(pl.lit(["locations.jurisdiction"])).first(),
        )
        .with_columns(pl.col("missing").fill_null(pl.lit([], dtype=pl.List(pl.String))))
    )
    shown = ("client_uscc", "first_served_on", "monitored", "jurisdiction", "counts")
    return Measured(_for_all(cases, figures), new.select("case", *shown))


def _judged(context: RuleContext, new: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """Return new clients with whether each is monitored, where it is, and whether it counts."""
    area = {"lishui": "lishui_jurisdictions", "urban": "covered_jurisdictions"}[context.interpretation("client_area")]
    on = context.interpretation("monitored_on")
    monitored = in_monitoring(new, "client_uscc", facts["monitoring_inclusions"], on, context)
    where = facts["locations"]
    located = periods.positions_in_force(new, "client_uscc", where, "uscc", since="since", until="until")
    new = periods.looked_up(new, located, where, jurisdiction="jurisdiction").with_columns(monitored=monitored)
    return new.with_columns(counts=pl.col("monitored") & pl.col("jurisdiction").is_in(list(context.parameter(area))))


def _for_all(cases: pl.LazyFrame, figures: pl.LazyFrame) -> pl.LazyFrame:
    """Return the figures of all cases; one without clients counts none."""
    filled = cases.select("case").join(figures, on="case", how="left", maintain_order="left")
    return filled.with_columns(pl.col("counted", "in_doubt").fill_null(0))


@measure(
    "client-growth",
    {
        "later": ("fen", Text("当年零售额", "online retail of the year")),
        "earlier": ("fen", Text("上年零售额", "online retail of the year before")),
        "rates": ("millionths", Text("各企业当年与上年之比之和", "sum of each client's ratio to the year before")),
        "clients": ("millionths", Text("企业数", "number of clients")),
        "left_out": ("count", Text("因数据不明未计入的企业数", "clients left out because a figure is unknown")),
    },
    words=Text("所服务企业的零售额增长", "growth of the clients' online retail"),
    rule=Text(
        "比较奖补年度内任一日有服务合同的企业上年和当年的网络零售额，不论是否纳入监测；上年为零的不计入。"
        "按各企业增幅平均的，各企业当年与上年之比舍去百万分之一以下部分后相加。没有可比较的企业的，无法判定",
        "compares the online retail, of the award year and the year before, of clients with a contract in force on a day of the"
        " award year, monitored or not; one whose earlier figure is zero is left out. For a mean of rates, each client's ratio is"
        " cut to a millionth and the ratios are summed. Without a client to compare it is undetermined",
    ),
    parts={
        "client_uscc": Contract.client_uscc,
        "new": Text("当年新增", "newly served"),
        "compared": Text("计入比较", "compared"),
        "sales_fen": Text("当年零售额", "online retail of the year"),
        "sales_before_fen": Text("上年零售额", "online retail of the year before"),
    },
    reads=(CONTRACTS, Read("annual_sales", "uscc", CLIENT)),
    interpretations=("growth_clients", "growth_figures"),
)
def growth(cases: pl.LazyFrame, facts: Inputs, context: RuleContext) -> Measured:
    """Sum the online retail of the clients in both years, and their ratios: each floored to a millionth, then summed.

    Clients with a contract in force on a day of the year, unless the earlier figure is known to be zero. One whose figure
    of either year is unknown is left out, or by `growth_figures` leaves everything unknown. None left: no figures.
    Parts: one row per client.
    """
    served = _served(cases, facts).filter("in_force")
    if context.interpretation("growth_clients") == "newly_served":
        served = served.filter("new")
    sales = facts["annual_sales"].select(client_uscc="uscc", year="year", sales="online_retail_fen")
    year = pl.col("award_year").cast(pl.Int64)
    served = (
        served.with_columns(year=year, before=year - 1)
        .join(sales, on=["client_uscc", "year"], how="left")
        .join(sales, left_on=["client_uscc", "before"], right_on=["client_uscc", "year"], how="left", suffix="_before")
        .filter((pl.col("sales_before") != 0).fill_null(value=True))
        .with_columns(compared=pl.col("sales").is_not_null() & pl.col("sales_before").is_not_null())
    )
    clients = facts.shared(served)
    rate = arithmetic.floored(arithmetic.product(pl.col("sales"), pl.lit(MILLION)), pl.col("sales_before"))
    compared = clients.filter("compared")
    if context.interpretation("growth_figures") == "complete":
        compared = compared.join(clients.filter(~pl.col("compared")), on="case", how="anti")
    figures = compared.group_by("case").agg(
        later=arithmetic.total(pl.col("sales")),
        earlier=arithmetic.total(pl.col("sales_before")),
        rates=arithmetic.total(rate),
        clients=pl.len().cast(pl.Int128) * MILLION,
    )
    left_out = clients.group_by("case").agg(left_out=(~pl.col("compared")).sum().cast(pl.Int64))
    none = pl.when(pl.col("later").is_null()).then(pl.lit(["annual_sales.online_retail_fen"]))
    figures = (
        cases.select("case")
        .join(figures, on="case", how="left", maintain_order="left")
        .join(left_out, on="case", how="left", maintain_order="left")
        .with_columns(pl.col("left_out").fill_null(0), missing=none)
    )
    shown = {"sales_fen": "sales", "sales_before_fen": "sales_before"}
    return Measured(figures, clients.select("case", "client_uscc", "new", "compared", **shown))


@measure(
    "authorisation",
    {"held": ("flag", Text("获认定平台授权", "authorised by a recognised platform"))},
    words=Text("平台授权", "authorisation by a platform"),
    rule=Text(
        "奖补年度12月31日前（含当日）获得授权，且授权平台该日为认定平台",
        "authorised on or before 31 December of the award year by a platform that is recognised on that day",
    ),
    parts={
        "platform": Authorisation.platform,
        "authorised_on": Authorisation.authorised_on,
        "recognised": Text("年末为认定平台", "recognised on 31 December"),
    },
    reads=(
        Read("platform_authorisations", "uscc", PAYEE),
        Read("recognised_platforms", "platform", "platform_authorisations.platform"),
    ),
)
def authorisation(cases: pl.LazyFrame, facts: Inputs, context: RuleContext) -> Measured:
    """Return whether the provider was authorised by 31 December by a platform recognised on that day. Parts: each one."""
    del context
    authorised = (
        cases.select("case", "day", "payee")
        .join(facts["platform_authorisations"], left_on="payee", right_on="uscc", how="inner")
        .filter(pl.col("authorised_on") <= pl.col("day"))
    )
    found = facts.shared(facts.by_frame(authorised, _recognised))
    held = found.filter("recognised").select("case").unique().with_columns(held=pl.lit(True))
    figures = cases.select("case").join(held, on="case", how="left").with_columns(pl.col("held").fill_null(False))
    return Measured(figures, found.select("case", "platform", "authorised_on", "recognised"))


def _recognised(authorised: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """Return authorisations with whether the platform is recognised on the day of the case."""
    platforms = facts["recognised_platforms"]
    positions = periods.positions_in_force(authorised, "platform", platforms, "platform", since="since", until="until")
    return authorised.with_columns(recognised=positions.is_not_null())
