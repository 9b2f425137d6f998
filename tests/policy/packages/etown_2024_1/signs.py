"""What the report on data quality looks for."""

from shared.catalogue.signs import Sign, jump, missing, orphan, unlocated

RETAIL = ("retail-top", "retail-middle", "retail-lower")

SIGNS: tuple[Sign, ...] = (
    missing("etown_sales", "online_retail_fen", *RETAIL),
    missing("etown_sales", "local_products_fen", "first-sales"),
    missing("etown_shop_years", "months_operated", "new-shop"),
    missing("etown_shop_years", "orders", "new-shop"),
    missing("etown_shop_years", "online_sales_fen", "new-shop"),
    missing("etown_exports", "platform_usd_cents", "export-platform", where="r.platform_agreement"),
    missing("etown_exports", "goods_usd_cents", "export-goods"),
    unlocated("etown_sales", *RETAIL, "first-sales"),
    orphan("etown_shop_years", "shop_id", "etown_shops", "new-shop"),
    jump("etown_sales", "online_retail_fen", *RETAIL),
)
