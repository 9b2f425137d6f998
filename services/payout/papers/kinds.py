"""The kinds of papers of payout, and the fields that their templates may use."""

from __future__ import annotations

from shared.papers.fields import OFFICE, REMEDIES, STATEMENTS, Field, Fields
from shared.papers.kinds import Kinds, PaperKind

_OFFICE: Fields = {
    **OFFICE,
    **REMEDIES,
    "title": Field(("标题", "title")),
    "addressee": Field(("主送单位", "addressee")),
    "addressee_code": Field(("统一社会信用代码", "unified social credit code")),
}
_LINE: Fields = {
    "reason": Field(("原因", "reason")),
    "unit": Field(("预算单位", "budget unit")),
    "amount": Field(("金额（元）", "amount (yuan)")),
}
_ACCOUNT: Fields = {
    "assessed": Field(("核定金额（元）", "assessed (yuan)")),
    "paid": Field(("银行已支付（元）", "paid through the bank (yuan)")),
    "repaid": Field(("已退回（元）", "repaid through the bank (yuan)")),
    "in_hand": Field(("实得金额（元）", "in the payee's hands (yuan)")),
    "difference": Field(("核定与实得的差额（元）", "assessed beyond what is in hand (yuan)")),
    "lines": Field(("差额构成", "what the difference is made of"), many=True, within=_LINE),
}
RECOVERY_LETTER = PaperKind(
    "recovery-letter",
    ("奖补资金追回通知书", "Recovery of money"),
    {
        **_OFFICE,
        "award": Field(("奖补项目", "award")),
        "award_year": Field(("奖补年度", "award year")),
        "subject": Field(
            ("奖补事项编号，与单位代码相同的为空", "subject of the award, empty where it is the payee's code")
        ),
        "version": Field(("据以追回的决定版本", "version of the decision")),
        "decided_on": Field(("决定日", "day of the decision")),
        "draft": Field(("尚未作出追回决定（条件用）", "whether the act is not issued yet, for an if")),
        "cause": Field(("追回事由，未起草追回决定的为空", "why, empty where no act was drawn up")),
        "taken_back": Field(("撤销或撤回", "annulled or revoked")),
        "act_reason": Field(("追回决定的理由", "reason of the act")),
        "act_document": Field(("追回决定的文件", "document of the act")),
        "statements": STATEMENTS,
        "due_on": Field(("退还期限", "last day for paying back")),
        "before": Field(("原核定金额", "assessed before")),
        "after": Field(("现核定金额", "assessed now")),
        "unit": Field(("预算单位", "budget unit")),
        "amount": Field(("应退金额，数字", "amount to pay back in figures")),
        "amount_capitals": Field(("应退金额，大写", "amount in capitals")),
        "receipt": Field(("标识", "what it rests on"), many=True),
    },
    __package__,
)
STATEMENT = PaperKind(
    "statement",
    ("奖补资金对账单", "Statement of account"),
    {
        **_OFFICE,
        **_ACCOUNT,
        "awards": Field(
            ("各奖补项目", "awards"),
            many=True,
            within={
                "number": Field(("序号", "number")),
                "award": Field(("奖补项目", "award")),
                "award_year": Field(("奖补年度", "award year")),
                "subject": Field(("奖补事项编号", "subject of the award")),
                "version": Field(("决定版本", "version of the decision")),
                **_ACCOUNT,
                "shares": Field(
                    ("分担", "shares"),
                    many=True,
                    within={
                        "unit": Field(("预算单位", "budget unit")),
                        "amount": Field(("分担金额（元）", "share (yuan)")),
                    },
                ),
                "payments": Field(
                    ("支付明细", "payments"),
                    many=True,
                    within={
                        "day": Field(("日期", "day")),
                        "unit": Field(("预算单位", "budget unit")),
                        "instalment": Field(("期次", "instalment")),
                        "amount": Field(("金额（元）", "amount (yuan)")),
                        "reference": Field(("银行流水号", "bank reference")),
                        "netted": Field(("抵扣（条件用）", "whether it was netted, for an if")),
                    },
                ),
            },
        ),
    },
    __package__,
)
KINDS = Kinds(RECOVERY_LETTER, STATEMENT)
