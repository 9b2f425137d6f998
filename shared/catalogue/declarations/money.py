"""Accounts, rates, and what was paid before."""

from dataclasses import replace

from shared.catalogue import fields as f
from shared.catalogue.domain import MAX_INTEGER, Dataset, Field, Kind, Period, Tiers
from shared.catalogue.policies import TIERED_AWARDS, UNTIERED_AWARDS

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
        f.code("bank_code", "开户行行号", "12-digit CNAPS bank code", pattern="^[0-9]{12}$", aliases=("联行号",)),
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
    period=Period(),
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
        f.day("effective_on", "生效日期", "effective on"),
        Field(
            "value",
            Kind.NUMBER,
            "数值",
            "basis points; for usd_cny_year: yuan per 100 dollars in hundredths",
            unit="basis_points",
            minimum=-MAX_INTEGER,
            maximum=MAX_INTEGER,
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
)

PRIOR_AWARDS = Dataset(
    name="prior_awards",
    zh="此前已付奖补",
    en="earlier payments",
    key=("uscc", "award", "subject", "award_year", "tier"),
    fields=(
        f.uscc(),
        replace(f.code("award", "奖补项目", "award"), known=TIERED_AWARDS + UNTIERED_AWARDS),
        replace(f.code("subject", "对象", "subject"), parts=True),
        f.year("award_year", "奖补年度", "award year"),
        f.money("tier", "档次", "tier: its threshold, 0 where the award has none"),
        f.money("amount_fen", "金额", "amount"),
        f.day("paid_on", "支付日期", "paid on"),
    ),
    tiers=Tiers("award", "tier", TIERED_AWARDS, UNTIERED_AWARDS),
)
