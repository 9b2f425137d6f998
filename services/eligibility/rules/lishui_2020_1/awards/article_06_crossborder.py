"""Art. 6: postage of cross-border sellers, warehouses overseas."""

from __future__ import annotations

from services.eligibility.rules.grammar import (
    AT_PAYEE,
    NOT_GOVERNMENT,
    Article,
    Award,
    Table,
    amount_by_interpretation,
    at_least,
    each_year,
    once_on,
    parameter,
    share_of,
)
from services.eligibility.rules.lishui_2020_1.awards.dollars import dollars

CrossBorderYear = Table("cross_border_years")
Warehouse = Table("overseas_warehouses")

crossborder_postage = Award(
    code="crossborder-postage",
    article=Article(6, paragraph=6),
    about=each_year(CrossBorderYear),
    given_to=NOT_GOVERNMENT,
    place=AT_PAYEE,
    when=(at_least("crossborder-sales", dollars.sales, parameter("postage_sales")),),
    amount=share_of(CrossBorderYear.postage, parameter("postage_share")).capped_at(parameter("postage_cap")),
)

_half = share_of(Warehouse.construction_cost, parameter("warehouse_share"))

overseas_warehouse = Award(
    code="overseas-warehouse",
    article=Article(6, paragraph=6),
    about=once_on(Warehouse.opened_on, Warehouse),
    given_to=NOT_GOVERNMENT,
    place=AT_PAYEE,
    when=(),  # opened within validity is what an event of this policy is
    amount=amount_by_interpretation(
        "provincial_support",
        within_cap=_half.capped_at(parameter("warehouse_cap") - Warehouse.provincial_support),
        deducted=_half.capped_at(parameter("warehouse_cap")).less(Warehouse.provincial_support),
    ),
    overlap_counts=False,  # provincial support is in the text
)
