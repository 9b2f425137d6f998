"""Accounts, rates, and what was paid before."""

from dataclasses import replace

from shared.authorization import Scope
from shared.catalogue import fields as f
from shared.catalogue.domain import MAX_INTEGER, Dataset, Field, Kind, Period, Subjects, Tiers
from shared.policies import AWARD_TITLES, RECORDS, TIERED_AWARDS, UNTIERED_AWARDS, about

PAYEE_ACCOUNTS = Dataset(
    name="payee_accounts",
    zh="收款账户",
    en="accounts of payees",
    key=("uscc", "since"),
    fields=(
        f.uscc(),
        f.since(),
        f.text("account_holder", "户名", "account holder"),
        # The old heading is still in files that banks and payees hold.
        replace(
            f.code("bank_code", "开户行行号", "12-digit CNAPS bank code", pattern="^[0-9]{12}$", aliases=("联行号",)),
            form="102343000018",
        ),
        Field(
            "account_number",
            Kind.ACCOUNT,
            "账号",
            "account number, 8 to 32 digits",
            max_length=100,
            sensitive=True,
            aliases=("银行账号",),
        ),
        f.until(),
    ),
    period=Period(apart=("uscc",)),
    confirmation=Scope.ACCOUNTS_CONFIRM,
)

REFERENCE_RATES = Dataset(
    name="reference_rates",
    zh="参考利率与汇率",
    en="reference rates",
    key=("series", "effective_on"),
    fields=(
        f.choice(
            "series",
            "序列",
            "series",
            {
                "pboc_benchmark_1y": ("贷款基准利率（一年以内）", "PBOC benchmark, up to one year"),
                "pboc_benchmark_5y": ("贷款基准利率（一至五年）", "PBOC benchmark, one to five years"),
                "pboc_benchmark_over_5y": ("贷款基准利率（五年以上）", "PBOC benchmark, over five years"),
                "lpr_1y": ("一年期LPR", "loan prime rate, one year"),
                "lpr_5y": ("五年期以上LPR", "loan prime rate, over five years"),
                "usd_cny_year": ("美元对人民币年平均中间价", "yearly average central parity, yuan per dollar"),
            },
        ),
        f.day("effective_on", "生效日期", "effective date"),
        Field(
            "value",
            Kind.NUMBER,
            "数值",
            "basis points; for usd_cny_year: yuan per 100 dollars in hundredths",
            unit="basis_points",
            minimum=-MAX_INTEGER,
            maximum=MAX_INTEGER,
            fact_name=("数值", "value"),
        ),
        f.choice(
            "status",
            "核实状态",
            "status",
            {
                "verified": ("已核实", "verified"),
                "secondary": ("二手来源", "secondary"),
                "unverified": ("未核实", "unverified"),
            },
        ),
        f.text("source", "来源", "source"),
    ),
    confirmation=Scope.REFERENCE_CONFIRM,
)

_AWARD = replace(f.code("award", "奖补项目", "award"), known=AWARD_TITLES)
_SUBJECT = replace(f.code("subject", "对象", "subject"), parts=True)
_CODE = "[0-9A-Z]{18}"

OTHER_SUPPORT = Dataset(
    name="other_support",
    zh="其他财政资金",
    en="public money of other programmes",
    key=("uscc", "award", "subject", "award_year", "programme"),
    fields=(
        f.uscc(),
        _AWARD,
        _SUBJECT,
        f.year("award_year", "奖补年度", "award year"),
        f.code("programme", "资金项目", "programme that gave it"),
        f.choice(
            "level",
            "资金层级",
            "level of government",
            {
                "national": ("国家级", "national"),
                "provincial": ("省级", "provincial"),
                "municipal": ("市级", "municipal"),
                "district": ("区级", "district"),
            },
        ),
        f.money("amount_fen", "金额", "amount"),
        f.day("granted_on", "核定日期", "date granted"),
        f.text("document", "依据文件", "document", optional=True),
    ),
    subjects=Subjects(
        "award",
        "subject",
        {
            "subject_not_enterprise": (f"^{_CODE}$", about("enterprise")),
            "subject_not_attendance": (f"^.+:{_CODE}$", about("attendance")),
            "subject_not_unit_and_level": (f"^{_CODE}:(national|provincial|municipal)$", about("unit_and_level")),
        },
        {**RECORDS, "enterprises": about("enterprise") + about("unit_and_level")},
    ),
)

PRIOR_AWARDS = Dataset(
    name="prior_awards",
    zh="此前已付奖补",
    en="earlier payments",
    key=("uscc", "award", "subject", "award_year", "tier"),
    fields=(
        f.uscc(),
        _AWARD,
        _SUBJECT,
        f.year("award_year", "奖补年度", "award year"),
        f.money("tier", "档次", "tier: its threshold, 0 where the award has none"),
        f.money("amount_fen", "金额", "amount"),
        f.day("paid_on", "支付日期", "date paid"),
    ),
    tiers=Tiers("award", "tier", TIERED_AWARDS, UNTIERED_AWARDS),
)
