"""The county's own datasets."""

from shared.catalogue import fields as f
from shared.catalogue.domain import Dataset

SALES = Dataset(
    name="etown_sales",
    zh="小镇企业年度网络销售",
    en="yearly online sales of businesses in the e-town",
    key=("uscc", "year"),
    fields=(
        f.uscc(),
        f.year(),
        f.money("online_retail_fen", "网络零售额", "online retail", optional=True),
        f.money("local_products_fen", "本地产品网络销售额", "online sales of local products", optional=True),
        f.day("local_products_passed_on", "本地产品销售额达标日期", "day on which they passed the line", optional=True),
    ),
)

SHOPS = Dataset(
    name="etown_shops",
    zh="小镇网店",
    en="online shops in the e-town",
    key=("shop_id",),
    fields=(
        f.code("shop_id", "网店编号", "shop"),
        f.uscc(zh="经营主体", en="operator"),
        f.text("name", "网店名称", "name"),
        f.day("applied_on", "申报日期", "applied on"),
    ),
)

SHOP_YEARS = Dataset(
    name="etown_shop_years",
    zh="网店年度经营情况",
    en="yearly figures of online shops",
    key=("shop_id", "year"),
    fields=(
        f.code("shop_id", "网店编号", "shop"),
        f.year(),
        f.count("months_operated", "正常经营月数", "months of normal operation", optional=True, unit="months"),
        f.count("orders", "订单数", "orders", optional=True),
        f.money("online_sales_fen", "网络销售额", "online sales", optional=True),
    ),
    parent="etown_shops",
)

EXPORTS = Dataset(
    name="etown_exports",
    zh="小镇企业年度出口",
    en="yearly exports of businesses in the e-town",
    key=("uscc", "year"),
    fields=(
        f.uscc(),
        f.year(),
        f.flag("platform_agreement", "与第三方平台签有协议", "agreement with a third-party platform"),
        f.money("platform_usd_cents", "平台出口额", "exports through platforms", optional=True, unit="usd_cents"),
        f.money(
            "goods_usd_cents",
            "农特文创产品出口额",
            "exports of farm, handmade or cultural goods",
            optional=True,
            unit="usd_cents",
        ),
    ),
)

DATASETS = (SALES, SHOPS, SHOP_YEARS, EXPORTS)
