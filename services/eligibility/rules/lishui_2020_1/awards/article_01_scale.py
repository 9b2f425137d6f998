"""Art. 1: retailers and platforms that reach a scale for the first time; land for a headquarters."""

from __future__ import annotations

from services.eligibility.rules.grammar import (
    AT_PAYEE,
    ENTERPRISES,
    Article,
    Award,
    GivenBefore,
    Table,
    all_of,
    amount_by_interpretation,
    any_of,
    at_least,
    each_year,
    holds,
    lowest,
    monitored,
    parameter,
    some,
    whole_of,
)
from services.eligibility.rules.lishui_2020_1.awards.tiers import tiers_reached

AnnualSales = Table("annual_sales")

retail_tiers = tiers_reached(
    "retail-scale", "retail", AnnualSales.online_retail, tiers="retail_tiers", awards="retail_tier_awards"
)
platform_tiers = tiers_reached(
    "platform-scale", "platform", AnnualSales.platform_turnover, tiers="platform_tiers", awards="platform_tier_awards"
)

retail_scale = Award(
    code="retail-scale",
    article=Article(1, sentence=2),
    about=each_year(AnnualSales),
    given_to=ENTERPRISES,
    place=AT_PAYEE,
    when=(
        at_least("lowest-tier", AnnualSales.online_retail, lowest("retail_tiers")),
        holds("monitored", monitored("retail")),
        some("tier-newly-reached", retail_tiers.newly_reached),
    ),
    amount=amount_by_interpretation(
        "tier_jump", highest=whole_of(retail_tiers.highest_award), every_tier=whole_of(retail_tiers.all_awards)
    ),
    in_later_years=GivenBefore("later_tier", "difference", whole_of(retail_tiers.highest_award)),
    paid_before_by_subject=False,  # by tier
)

platform_scale = Award(
    code="platform-scale",
    article=Article(1, sentence=3),
    about=each_year(AnnualSales),
    given_to=ENTERPRISES,
    place=AT_PAYEE,
    when=(
        at_least("lowest-tier", AnnualSales.platform_turnover, lowest("platform_tiers")),
        holds("monitored", monitored("platform")),
        some("tier-newly-reached", platform_tiers.newly_reached),
    ),
    amount=amount_by_interpretation(
        "tier_jump", highest=whole_of(platform_tiers.highest_award), every_tier=whole_of(platform_tiers.all_awards)
    ),
    in_later_years=GivenBefore("later_tier", "difference", whole_of(platform_tiers.highest_award)),
    paid_before_by_subject=False,  # by tier
)

headquarters_land = Award(
    code="headquarters-land",
    article=Article(1, sentence=4),
    about=each_year(AnnualSales, once=True),
    given_to=ENTERPRISES,
    place=AT_PAYEE,
    when=(
        any_of(
            "scale",
            all_of(
                "retail-scale",
                at_least("retail", AnnualSales.online_retail, parameter("headquarters_retail")),
                holds("retail-track", monitored("retail")),
            ),
            all_of(
                "platform-scale",
                at_least("turnover", AnnualSales.platform_turnover, parameter("headquarters_turnover")),
                holds("platform-track", monitored("platform")),
            ),
        ),
    ),
    amount=None,  # in kind: land
)
