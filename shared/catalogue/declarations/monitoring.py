"""What the monitoring and statistics systems report."""

from shared.catalogue import fields as f
from shared.catalogue.domain import Dataset, Period

MONITORING_INCLUSIONS = Dataset(
    name="monitoring_inclusions",
    zh="纳入省电商统计监测",
    en="inclusions in provincial monitoring",
    key=("uscc", "track", "included_on"),
    fields=(
        f.uscc(),
        f.choice(
            "track",
            "监测类别",
            "track",
            {
                "retail": ("网络零售", "online retail"),
                "platform": ("平台", "platform"),
                "production": ("生产", "production"),
                "service": ("服务", "service"),
            },
        ),
        f.day("included_on", "纳入日期", "date of inclusion"),
        f.until("removed_on", "移出日期（当日起不适用）", "移出日期"),
    ),
    period=Period("included_on", "removed_on"),
)

ANNUAL_SALES = Dataset(
    name="annual_sales",
    zh="年度销售（省监测）",
    en="yearly sales in provincial monitoring",
    key=("uscc", "year"),
    fields=(
        f.uscc(),
        f.year(),
        f.money("online_retail_fen", "网络零售额", "online retail", optional=True),
        f.money("platform_turnover_fen", "平台营业额", "platform turnover", optional=True),
    ),
)

STATISTICS_SALES = Dataset(
    name="statistics_sales",
    zh="年度网络零售额（统计系统）",
    en="yearly online retail in the statistics system",
    key=("uscc", "year"),
    fields=(f.uscc(), f.year(), f.money("online_retail_fen", "网络零售额", "online retail", optional=True)),
)
