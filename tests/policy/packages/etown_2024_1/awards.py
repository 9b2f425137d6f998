"""The county's awards, in the order of its table."""

from __future__ import annotations

import polars as pl

from services.eligibility.rules.grammar import (
    AT_PAYEE,
    PAYEE,
    PAYEE_FORM,
    Article,
    Award,
    Inputs,
    Measured,
    Read,
    RuleContext,
    Table,
    Text,
    among_first,
    at_least,
    each_year,
    fixed,
    holds,
    less_than,
    measure,
    more_than,
    once_per,
    one_of,
    parameter,
    whole_multiples,
)

Sales = Table("etown_sales")
Shop = Table("etown_shops")
ShopYear = Table("etown_shop_years")
Export = Table("etown_exports")

ENTERPRISES = one_of("legal-form", PAYEE_FORM, parameter("business_forms"))
SHOPKEEPERS = one_of("legal-form", PAYEE_FORM, parameter("shopkeeper_forms"))

retail_top = Award(
    code="retail-top",
    article=Article(1),
    about=each_year(Sales),
    given_to=ENTERPRISES,
    place=AT_PAYEE,
    when=(at_least("retail", Sales.online_retail, parameter("top_line")),),
    amount=fixed(parameter("top_award")),
)

retail_middle = Award(
    code="retail-middle",
    article=Article(1, sentence=2),
    about=each_year(Sales),
    given_to=ENTERPRISES,
    place=AT_PAYEE,
    when=(
        at_least("retail", Sales.online_retail, parameter("middle_line")),
        less_than("below-top", Sales.online_retail, parameter("top_line")),
        among_first("first-by-retail", Sales.online_retail, parameter("retail_places")),
    ),
    amount=fixed(parameter("middle_award")),
)

retail_lower = Award(
    code="retail-lower",
    article=Article(1, sentence=3),
    about=each_year(Sales),
    given_to=ENTERPRISES,
    place=AT_PAYEE,
    when=(
        at_least("retail", Sales.online_retail, parameter("lower_line")),
        less_than("below-middle", Sales.online_retail, parameter("middle_line")),
        among_first("first-by-retail", Sales.online_retail, parameter("retail_places")),
    ),
    amount=fixed(parameter("lower_award")),
)


@measure(
    "first-time",
    {"holds": ("flag", Text("此前年度未超过", "passed in no earlier year"))},
    words=Text("此前各年度的本地产品网络销售额", "online sales of local products in earlier years"),
    rule=Text(
        "有记录的以前年度均未超过标准的，为首次超过；没有数据的年度不作不利认定",
        "the line is passed for the first time where no earlier year on record passed it; a year without one is passed over",
    ),
    parts={"year": Text("年度", "year"), "sales_fen": Text("本地产品网络销售额", "online sales of local products")},
    reads=(Read("etown_sales", "uscc", PAYEE),),
    parameters=("local_line",),
)
def first_time(cases: pl.LazyFrame, facts: Inputs, context: RuleContext) -> Measured:
    """Return whether no earlier year on record passed the line; one without the figure is passed over. Parts: those years."""
    figures = facts["etown_sales"].select("uscc", "year", sales_fen="local_products_fen").drop_nulls()
    own = cases.select("case", "award_year", "payee", line_fen=context.dated("local_line"))
    before = own.join(figures, left_on="payee", right_on="uscc").filter(pl.col("year") < pl.col("award_year"))
    passed = before.filter(pl.col("sales_fen") > pl.col("line_fen")).select("case").unique().with_columns(passed=True)
    judged = own.join(passed, on="case", how="left", maintain_order="left")
    return Measured(
        judged.select("case", holds=pl.col("passed").is_null()),
        before.select("case", "year", "sales_fen"),
    )


first_sales = Award(
    code="first-sales",
    article=Article(2),
    about=each_year(Sales, once=True),
    given_to=ENTERPRISES,
    place=AT_PAYEE,
    when=(
        more_than("local-sales", Sales.local_products, parameter("local_line")),
        holds("first-time", first_time.holds),
        among_first("first-to-pass", Sales.local_products_passed_on, parameter("first_places"), earliest=True),
    ),
    amount=fixed(parameter("first_sales_award")),
)

new_shop = Award(
    code="new-shop",
    article=Article(3),
    about=once_per(Shop, yearly=ShopYear),
    given_to=SHOPKEEPERS,
    place=AT_PAYEE,
    when=(
        at_least("months", ShopYear.months_operated, parameter("shop_months")),
        at_least("monthly-orders", ShopYear.orders, parameter("monthly_orders") * ShopYear.months_operated),
        at_least("shop-sales", ShopYear.online_sales, parameter("shop_sales")),
        among_first("first-to-apply", Shop.applied_on, parameter("first_places"), earliest=True),
    ),
    amount=fixed(parameter("new_shop_award")),
)

export_platform = Award(
    code="export-platform",
    article=Article(4),
    about=each_year(Export),
    given_to=ENTERPRISES,
    place=AT_PAYEE,
    when=(
        holds("agreement", Export.platform_agreement),
        at_least("platform-exports", Export.platform_usd_cents, parameter("export_step")),
    ),
    amount=whole_multiples(Export.platform_usd_cents, parameter("export_step"), parameter("platform_award")).capped_at(
        parameter("export_cap")
    ),
)

export_goods = Award(
    code="export-goods",
    article=Article(4, sentence=2),
    about=each_year(Export),
    given_to=ENTERPRISES,
    place=AT_PAYEE,
    when=(
        at_least("goods-exports", Export.goods_usd_cents, parameter("export_step")),
        among_first("first-by-exports", Export.goods_usd_cents, parameter("export_places")),
    ),
    amount=whole_multiples(Export.goods_usd_cents, parameter("export_step"), parameter("goods_award")).capped_at(
        parameter("export_cap")
    ),
)

AWARDS = (retail_top, retail_middle, retail_lower, first_sales, new_shop, export_platform, export_goods)
