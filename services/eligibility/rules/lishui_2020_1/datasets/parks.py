"""E-commerce parks and their yearly figures."""

from shared.catalogue import fields as f
from shared.catalogue.domain import Dataset

PARKS = Dataset(
    name="parks",
    zh="电商产业园区",
    en="e-commerce parks",
    key=("park_id",),
    fields=(
        f.code("park_id", "园区编号", "park"),
        f.uscc(zh="运营单位", en="operator"),
        f.text("name", "园区名称", "name"),
        f.jurisdiction("园区所在地区", "jurisdiction of the park", optional=True),
        f.day("opened_on", "开园日期", "opening date"),
        f.flag("built_by_enterprise", "企业自建", "built by an enterprise"),
        f.area("usable_area_m2", "使用面积", "usable area"),
        f.flag("physical_market", "实体交易市场", "physical market"),
        f.day(
            "infrastructure_accepted_on", "配套设施验收日期", "date of acceptance of the infrastructure", optional=True
        ),
    ),
)

PARK_YEARS = Dataset(
    name="park_years",
    zh="园区年度情况",
    en="yearly figures of parks",
    key=("park_id", "year"),
    fields=(
        f.code("park_id", "园区编号", "park"),
        f.year(),
        f.area("operating_area_m2", "营业面积", "operating area", optional=True),
        f.area("ecommerce_area_m2", "电商企业入驻面积", "area let to e-commerce enterprises", optional=True),
        f.count("merchants", "市场经营户数", "merchants", optional=True),
        f.count("ecommerce_merchants", "开展电商应用的经营户数", "merchants that use e-commerce", optional=True),
        f.money("online_retail_fen", "电商零售额", "online retail", optional=True),
        f.money("agricultural_retail_fen", "农产品电商零售额", "agricultural online retail", optional=True),
    ),
    parent="parks",
)
