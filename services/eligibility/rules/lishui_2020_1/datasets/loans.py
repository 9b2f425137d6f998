"""Loans, their balances and the interest paid."""

from shared.catalogue import fields as f
from shared.catalogue.domain import Dataset, Period

LOANS = Dataset(
    name="loans",
    zh="贷款",
    en="loans",
    key=("loan_id",),
    fields=(
        f.code("loan_id", "贷款编号", "loan"),
        f.uscc(zh="借款企业", en="borrower"),
        f.text("lender", "贷款机构", "lender"),
        f.flag("licensed_lender", "持牌机构", "licensed lender"),
        f.flag("business_purpose", "经营用途", "for business"),
        f.day("drawn_on", "放款日期", "date drawn"),
        f.count("tenor_months", "期限", "tenor", unit="months"),
    ),
)

LOAN_BALANCES = Dataset(
    name="loan_balances",
    zh="贷款余额",
    en="loan balances",
    key=("loan_id", "since"),
    fields=(
        f.code("loan_id", "贷款编号", "loan"),
        f.since(),
        f.until(optional=False),
        f.money("principal_fen", "本金余额", "principal owed"),
    ),
    parent="loans",
    period=Period(apart=("loan_id",)),
)

LOAN_YEARS = Dataset(
    name="loan_years",
    zh="贷款年度付息",
    en="yearly loan interest",
    key=("loan_id", "year"),
    fields=(
        f.code("loan_id", "贷款编号", "loan"),
        f.year(),
        f.money("interest_paid_fen", "已付利息", "interest paid", optional=True),
        f.money("other_subsidy_fen", "其他贴息", "other interest subsidy"),
    ),
    parent="loans",
)
