"""Hubs, couriers, terminals and cold stores."""

from dataclasses import replace

from shared.catalogue import fields as f
from shared.catalogue.domain import Dataset

LOGISTICS_HUBS = Dataset(
    name="logistics_hubs",
    zh="仓储配送与分拨中心",
    en="warehouses and sorting centres",
    key=("hub_id",),
    fields=(
        f.code("hub_id", "中心编号", "hub"),
        f.uscc(zh="运营单位", en="operator"),
        f.jurisdiction("中心所在地区", "jurisdiction of the hub", optional=True),
        f.choice(
            "kind",
            "类型",
            "kind",
            {
                "public_warehouse": ("公共仓储中心", "public warehouse"),
                "sorting_centre": ("分拨中心", "sorting centre"),
                "other": ("其他", "other"),
            },
        ),
        f.day("opened_on", "启用日期", "opening date"),
        replace(
            f.choice(
                "land_source",
                "用地来源",
                "source of the land",
                {
                    "unsupplied_approved": ("批而未供土地", "approved land not yet supplied"),
                    "old_factory": ("旧厂房", "old factory"),
                    "old_warehouse": ("旧仓库", "old warehouse"),
                    "stock_land": ("存量土地", "stock land"),
                    "other": ("其他", "other"),
                },
            ),
            former_choices={"已批未供地": "unsupplied_approved", "存量用地": "stock_land"},
        ),
        f.money("construction_cost_fen", "建设费用", "construction cost"),
    ),
)

HUB_YEARS = Dataset(
    name="hub_years",
    zh="中心年度情况",
    en="yearly figures of hubs",
    key=("hub_id", "year"),
    fields=(
        f.code("hub_id", "中心编号", "hub"),
        f.year(),
        f.count("client_enterprises", "服务企业数", "client enterprises", optional=True),
        f.count("parcels", "年发件量", "parcels of the year", optional=True),
        f.operating_days(),
    ),
    parent="logistics_hubs",
)

COURIER_YEARS = Dataset(
    name="courier_years",
    zh="快递企业年度情况",
    en="yearly figures of couriers",
    key=("uscc", "year"),
    fields=(
        f.uscc(),
        f.year(),
        f.count("parcels", "年发件量", "parcels of the year", optional=True),
        f.operating_days(),
        replace(
            f.money("rent_fen", "全年租金", "rent of the year, all sites together", optional=True),
            aliases=("全年租金（全部场所合计）",),
            fact_name=("全年租金（全部场所合计）", "rent of the year (all sites together)"),
        ),
    ),
)

DELIVERY_TERMINALS = Dataset(
    name="delivery_terminals",
    zh="智能投递终端",
    en="smart delivery terminals",
    key=("serial",),
    fields=(
        f.code("serial", "设备序列号", "serial number"),
        f.uscc(zh="运营主体", en="operator"),
        f.jurisdiction("终端所在地区", "jurisdiction of the terminal", optional=True),
        f.day("accepted_on", "验收日期", "date of acceptance", optional=True),
    ),
)

COLD_STORES = Dataset(
    name="cold_stores",
    zh="冷链仓储",
    en="cold stores",
    key=("store_id",),
    fields=(
        f.code("store_id", "冷库编号", "cold store"),
        f.uscc(zh="经营主体", en="operator"),
        f.jurisdiction("冷库所在地区", "jurisdiction of the store", optional=True),
        f.day("in_use_on", "投入使用日期", "date of first use", optional=True),
        replace(
            f.money("construction_cost_fen", "建设费用", "construction cost without land and property", optional=True),
            aliases=("建设费用（不含土地、房产）",),
            fact_name=("建设费用（不含土地、房产）", "construction cost without land and property"),
        ),
        f.flag("agricultural_upstream", "农产品上行主体", "sells farm products upstream"),
    ),
)
