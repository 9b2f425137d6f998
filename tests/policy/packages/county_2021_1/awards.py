"""The county's awards, in the order of its articles."""

from __future__ import annotations

from services.eligibility.rules.grammar import (
    AT_PAYEE,
    ENTERPRISES,
    NOT_GOVERNMENT,
    Article,
    Award,
    Table,
    at_least,
    days,
    each_year,
    fixed,
    holds,
    monitored,
    once_on,
    parameter,
    share_of,
)

CourierYear = Table("courier_years")
AnnualSales = Table("annual_sales")
ColdStore = Table("cold_stores")

courier_rent = Award(
    code="courier-rent",
    article=Article(1),
    about=each_year(CourierYear),
    given_to=ENTERPRISES,
    place=AT_PAYEE,
    when=(
        at_least("daily-parcels", CourierYear.parcels, parameter("daily_parcels") * days(CourierYear.operating_days)),
    ),
    amount=share_of(CourierYear.rent, parameter("rent_share")).capped_at(parameter("rent_cap")),
)

retail_year = Award(
    code="retail-year",
    article=Article(2),
    about=each_year(AnnualSales),
    given_to=NOT_GOVERNMENT,
    place=AT_PAYEE,
    when=(
        holds("monitored", monitored("retail")),
        at_least("retail", AnnualSales.online_retail, parameter("retail_floor")),
    ),
    amount=share_of(AnnualSales.online_retail, parameter("retail_share")),
    instalments=parameter("retail_instalments"),
)

cold_store = Award(
    code="cold-store",
    article=Article(3),
    about=once_on(ColdStore.in_use_on, ColdStore),
    given_to=NOT_GOVERNMENT,
    place=AT_PAYEE,
    when=(),
    amount=fixed(parameter("cold_store_award")),
)

AWARDS = (courier_rent, retail_year, cold_store)
