"""Ways to market: spin-offs, zones, exhibitions, cross-border trade, overseas warehouses, titles."""

from dataclasses import replace

from shared.catalogue import fields as f
from shared.catalogue.domain import Dataset

SALES_SPIN_OFFS = Dataset(
    name="sales_spin_offs",
    zh="剥离设立的销售公司",
    en="separated sales companies",
    key=("sales_company_uscc",),
    fields=(
        f.uscc("sales_company_uscc", "销售公司", "sales company"),
        f.uscc("producer_uscc", "生产企业", "producer"),
        f.day("established_on", "成立日期", "date of establishment"),
    ),
)

PLATFORM_ZONES = Dataset(
    name="platform_zones",
    zh="平台丽水专区",
    en="Lishui zones on platforms",
    key=("zone_id",),
    fields=(
        f.code("zone_id", "专区编号", "zone"),
        f.uscc(zh="运营主体", en="operator"),
        f.code("platform", "平台", "platform"),
        f.text("name", "专区名称", "name"),
    ),
)

ZONE_YEARS = Dataset(
    name="zone_years",
    zh="专区年度销售",
    en="yearly sales of zones",
    key=("zone_id", "year"),
    fields=(
        f.code("zone_id", "专区编号", "zone"),
        f.year(),
        f.money("lishui_product_sales_fen", "丽水产品销售额", "sales of Lishui products", optional=True),
    ),
    parent="platform_zones",
)

EXHIBITION_ATTENDANCES = Dataset(
    name="exhibition_attendances",
    zh="参展",
    en="exhibition attendances",
    key=("exhibition_id", "uscc"),
    fields=(
        f.code("exhibition_id", "展会编号", "exhibition"),
        f.uscc(zh="参展企业", en="exhibitor"),
        f.text("name", "展会名称", "name"),
        f.day("held_on", "举办日期", "date of the exhibition"),
        replace(
            f.choice(
                "organiser",
                "组织方",
                "organiser",
                {
                    "commerce_department": ("商务部门", "commerce department"),
                    "other": ("商务部门以外的单位", "someone other than the commerce department"),
                },
            ),
            former_choices={"其他": "other"},
        ),
        f.flag("recognised", "认定展会", "recognised exhibition"),
        f.money("booth_fee_fen", "展位费", "booth fee", optional=True),
        f.money("display_fee_fen", "公共形象展示费", "public display fee", optional=True),
        f.money("other_support_fen", "其他补助", "other support"),
    ),
)

CROSS_BORDER_YEARS = Dataset(
    name="cross_border_years",
    zh="跨境电商年度情况",
    en="yearly cross-border figures",
    key=("uscc", "year"),
    fields=(
        f.uscc(),
        f.year(),
        f.money("sales_usd_cents", "美元销售额", "sales booked in dollars", unit="usd_cents"),
        f.money("sales_cny_fen", "人民币销售额", "sales booked in yuan"),
        replace(
            f.money("postage_fen", "国际邮递费用", "international postage, net of rebates", optional=True),
            fact_name=("国际邮递费用", "international postage"),
        ),
    ),
)

OVERSEAS_WAREHOUSES = Dataset(
    name="overseas_warehouses",
    zh="海外仓",
    en="overseas warehouses",
    key=("warehouse_id",),
    fields=(
        f.code("warehouse_id", "海外仓编号", "warehouse"),
        f.uscc(zh="经营主体", en="operator"),
        f.text("country", "国家", "country"),
        f.day("opened_on", "启用日期", "opening date"),
        f.money("construction_cost_fen", "建设费用", "construction cost"),
        f.money("provincial_support_fen", "省级补助", "provincial support"),
    ),
)

DEMONSTRATION_TITLES = Dataset(
    name="demonstration_titles",
    zh="电商示范称号",
    en="e-commerce demonstration titles",
    key=("uscc", "title", "level"),
    fields=(
        f.uscc(zh="单位", en="unit"),
        f.text("title", "称号", "title"),
        f.choice(
            "level",
            "级别",
            "level",
            {
                "national": ("国家级", "national"),
                "provincial": ("省级", "provincial"),
                "municipal": ("市级", "municipal"),
            },
        ),
        f.day("awarded_on", "授予日期", "date of the title"),
    ),
)
