"""Public service centres and service providers."""

from shared.catalogue import fields as f
from shared.catalogue.domain import Dataset, Period

SERVICE_CENTRE_GRADES = Dataset(
    name="service_centre_grades",
    zh="电商公共服务中心考核",
    en="gradings of public service centres",
    key=("centre_id", "year"),
    fields=(
        f.code("centre_id", "服务中心编号", "service centre"),
        f.year(),
        f.uscc(zh="运营单位", en="operator"),
        f.jurisdiction("服务中心所在地区", "jurisdiction of the service centre", optional=True),
        f.choice(
            "grade",
            "考核等次",
            "grade",
            {
                "excellent": ("优秀", "excellent"),
                "good": ("良好", "good"),
                "pass": ("合格", "pass"),
                "fail": ("不合格", "fail"),
            },
        ),
        f.text("tender_reference", "招投标文号", "tender reference", optional=True),
    ),
)

PLATFORM_AUTHORISATIONS = Dataset(
    name="platform_authorisations",
    zh="平台授权",
    en="authorisations by platforms",
    key=("uscc", "platform"),
    fields=(
        f.uscc(),
        f.code("platform", "平台", "platform"),
        f.day("authorised_on", "授权日期", "date of authorisation"),
        f.day("settled_on", "落户日期", "date of settling in Lishui", optional=True),
    ),
)

SERVICE_CONTRACTS = Dataset(
    name="service_contracts",
    zh="服务合同",
    en="service contracts",
    key=("provider_uscc", "client_uscc", "since"),
    fields=(
        f.uscc("provider_uscc", "服务商", "provider"),
        f.uscc("client_uscc", "客户", "client"),
        f.since(),
        f.until(),
    ),
    period=Period(),
)
