"""Art. 3: e-commerce parks that enterprises build."""

from __future__ import annotations

from services.eligibility.rules.grammar import (
    NOT_GOVERNMENT,
    Article,
    Award,
    Table,
    above_zero,
    all_of,
    any_of,
    at_least,
    at_project,
    by_year_end,
    fixed,
    holds,
    once_per,
    parameter,
    within_validity,
)

Park = Table("parks")
ParkYear = Table("park_years")

park = Award(
    code="park",
    article=Article(3, sentence=2),
    about=once_per(Park, yearly=ParkYear),
    given_to=NOT_GOVERNMENT,
    place=at_project(Park.jurisdiction),
    when=(
        within_validity("new", Park.opened_on),
        holds("built-by-enterprise", Park.built_by_enterprise),
        at_least("usable-area", Park.usable_area_m2, parameter("park_area")),
        any_of(
            "occupancy",
            all_of(
                "area-let",
                above_zero("operating-area", ParkYear.operating_area_m2),
                at_least(
                    "ecommerce-area",
                    ParkYear.ecommerce_area_m2,
                    ParkYear.operating_area_m2 * parameter("park_area_share"),
                ),
            ),
            all_of(
                "market",
                holds("physical-market", Park.physical_market),
                above_zero("merchants", ParkYear.merchants),
                at_least(
                    "ecommerce-merchants",
                    ParkYear.ecommerce_merchants,
                    ParkYear.merchants * parameter("park_merchant_share"),
                ),
            ),
        ),
        any_of(
            "park-sales",
            at_least("online-retail", ParkYear.online_retail, parameter("park_retail")),
            at_least("agricultural-retail", ParkYear.agricultural_retail, parameter("park_agricultural_retail")),
        ),
        by_year_end("infrastructure", Park.infrastructure_accepted_on),
    ),
    amount=fixed(parameter("park_award")),
)
