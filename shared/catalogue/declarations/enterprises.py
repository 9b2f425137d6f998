"""Who there is, where, and who is sanctioned."""

from dataclasses import replace

from shared.catalogue import fields as f
from shared.catalogue.domain import Dataset, Period

ENTERPRISES = Dataset(
    name="enterprises",
    zh="企业",
    en="enterprises",
    key=("uscc",),
    fields=(
        f.uscc(),
        f.text("name", "名称", "name", aliases=("企业名称", "单位名称")),
        f.choice(
            "legal_form",
            "组织形式",
            "legal form",
            {
                "enterprise": ("企业", "enterprise"),
                "cooperative": ("农民专业合作社", "farmers' cooperative"),
                "individual": ("个体工商户", "individual business"),
                "social_organisation": ("社会组织", "social organisation"),
                "public_institution": ("事业单位", "public institution"),
                "government": ("政府机关", "government body"),
                "other": ("其他", "other"),
            },
        ),
        f.day("registered_on", "成立日期", "date of registration"),
    ),
    searched="name",
)

LOCATIONS = Dataset(
    name="locations",
    zh="所在地",
    en="locations of enterprises",
    key=("uscc", "since"),
    fields=(
        f.uscc(),
        f.since(),
        replace(f.jurisdiction(), fact_name=("企业所在地区", "jurisdiction of the enterprise")),
        f.until(),
    ),
    period=Period(apart=("uscc",)),
)

SANCTIONS = Dataset(
    name="sanctions",
    zh="失信与处罚",
    en="sanctions",
    key=("uscc", "kind", "since"),
    fields=(
        f.uscc(),
        f.choice(
            "kind",
            "类型",
            "kind",
            {
                "serious_dishonesty": ("严重失信", "serious dishonesty"),
                "safety": ("安全生产", "safety case"),
                "quality": ("产品质量", "quality case"),
                "tax": ("税收违法", "tax case"),
            },
        ),
        f.since(),
        f.until(),
    ),
    period=Period(),
)
