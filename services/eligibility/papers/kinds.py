"""The kinds of papers of eligibility, and the fields that their templates may use."""

from __future__ import annotations

from shared.papers.fields import OFFICE, REMEDIES, STATEMENTS, Field, Fields
from shared.papers.kinds import Kinds, PaperKind

_OFFICE: Fields = {
    **OFFICE,
    "policy": Field(("政策文件名称", "title of the policy document")),
    "policy_number": Field(("政策文件文号", "number of the policy document")),
}
_TESTED: Fields = {
    "number": Field(("序号", "number")),
    "title": Field(("条件，认定情况已写明的为空", "condition, empty where what was found says it")),
    "finding": Field(("认定情况", "what was found")),
    "result": Field(("结论", "result")),
    "short": Field(("相差", "the difference")),
}
_CONDITION: Fields = {
    **_TESTED,
    "alternatives": Field(("符合其一即可的情形", "alternatives, of which one is enough"), many=True, within=_TESTED),
}
_GROUND: Fields = {
    "basis": Field(("依据出处", "where the basis is")),
    "words": Field(("依据原文", "the basis in its own words")),
    "document": Field(("确定该口径的文件", "document that adopted it")),
    "conditions": Field(("以此为据的条件", "conditions that rest on it"), many=True, within=_CONDITION),
}
_CASE: Fields = {
    "title": Field(("标题", "title")),
    "addressee": Field(("主送单位", "addressee")),
    "addressee_code": Field(("统一社会信用代码", "unified social credit code")),
    "award": Field(("奖补项目", "award")),
    "award_year": Field(("奖补年度", "award year")),
    "subject": Field(
        ("奖补事项编号，与单位代码相同的为空", "subject of the award, empty where it is the addressee's code")
    ),
    "jurisdiction": Field(("所属地区", "jurisdiction")),
    "article": Field(("条款", "article")),
    "article_words": Field(("条款原文", "the article in its own words")),
    "result": Field(("认定结果", "result")),
    "grounds": Field(("依据及条件", "bases and conditions"), many=True, within=_GROUND),
    "interpretations": Field(
        ("适用口径", "interpretations"),
        many=True,
        within={
            "question": Field(("事项", "question")),
            "answer": Field(("口径", "interpretation")),
            "document": Field(("确定该口径的文件", "document that adopted it")),
        },
    ),
    "calculation": Field(("计算过程，逐步", "calculation, step by step"), many=True),
    "parts": Field(("计算明细", "what figures are made of"), many=True),
    "facts": Field(
        ("据以认定的数据", "facts"),
        many=True,
        within={
            "number": Field(("序号", "number")),
            "record": Field(("数据", "record")),
            "source": Field(("来源", "source")),
            "recorded_on": Field(("登记日期", "recorded on")),
            "revision": Field(("修订号", "revision")),
        },
    ),
    "facts_left_out": Field(("未列出的数据", "facts that are not listed")),
    "receipt": Field(("计算依据标识", "what it was computed from"), many=True),
}
DECISION_LETTER = PaperKind(
    "decision-letter",
    ("奖补资金兑现决定书", "Decision on an award"),
    {
        **_OFFICE,
        **REMEDIES,
        **_CASE,
        "granted": Field(("给予奖补（条件用）", "whether it is granted, for an if")),
        "withdrawn": Field(("撤销（条件用）", "whether it is withdrawn, for an if")),
        "in_kind": Field(("非资金奖补（条件用）", "whether it is given in kind, for an if")),
        "noticed": Field(("经过公示（条件用）", "whether there was a public notice, for an if")),
        "amount": Field(("金额，数字", "amount in figures")),
        "amount_capitals": Field(("金额，大写", "amount in capitals")),
        "instalments": Field(
            ("分期", "instalments"),
            many=True,
            within={
                "number": Field(("期次", "number")),
                "due_year": Field(("应付年度", "due year")),
                "amount": Field(("金额，数字", "amount in figures")),
                "amount_capitals": Field(("金额，大写", "amount in capitals")),
            },
        ),
        "previous": Field(("上一次决定", "the decision before")),
        "changes": Field(
            ("与上一次决定相比的变化及原因", "what changed since the decision before, and why"), many=True
        ),
        "version": Field(("版本", "version")),
    },
    __package__,
)
REFUSAL_LETTER = PaperKind(
    "refusal-letter",
    ("不予兑现告知书", "Notice of refusal"),
    {
        **_OFFICE,
        **REMEDIES,
        **_CASE,
        "draft": Field(("尚未发出（条件用）", "whether it is not issued yet, for an if")),
        "not_met": Field(("不符合的条件", "conditions that are not met"), many=True, within=_CONDITION),
        "missing": Field(("缺少的数据", "facts that are missing"), many=True),
        "completion": Field(("如何补正", "how to complete it"), many=True),
        "completion_days": Field(("补正期限（日）", "days to complete it")),
        "would_be": Field(("条件全部符合时的测算金额", "amount if every condition were met")),
        "statements": STATEMENTS,
    },
    __package__,
)
NOTICE = PaperKind(
    "notice",
    ("拟兑现奖补资金公示", "Public notice"),
    {
        **_OFFICE,
        "title": Field(("标题", "title")),
        "working_days": Field(("公示期（工作日）", "working days")),
        "first_day": Field(("公示开始日期", "first day")),
        "last_day": Field(("公示截止日期", "last day")),
        "estimated_from": Field(("工作日自何日起为推算", "from when on working days are estimated")),
        "total": Field(("项目数", "number of awards")),
        "rows": Field(
            ("公示名单", "the list"),
            many=True,
            within={
                "number": Field(("序号", "number")),
                "award": Field(("奖补项目", "award")),
                "article": Field(("条款", "article")),
                "award_year": Field(("奖补年度", "award year")),
                "payee": Field(("单位", "payee")),
                "code": Field(("统一社会信用代码", "unified social credit code")),
                "jurisdiction": Field(("所属地区", "jurisdiction")),
                "amount": Field(("金额（元）", "amount (yuan)")),
            },
        ),
    },
    __package__,
)
_SUM: Fields = {
    "awards": Field(("项目数", "number of awards")),
    "amount": Field(("金额（元）", "amount (yuan)")),
}
ALLOCATION_PLAN = PaperKind(
    "allocation-plan",
    ("奖补资金分配方案", "Allocation plan"),
    {
        **_OFFICE,
        "title": Field(("标题", "title")),
        "round": Field(("兑现批次", "round")),
        "award_years": Field(("奖补年度", "award years")),
        "jurisdictions": Field(
            ("按地区", "by jurisdiction"),
            many=True,
            within={"jurisdiction": Field(("所属地区", "jurisdiction")), **_SUM},
        ),
        "rows": Field(
            ("按奖补项目和地区", "by award and jurisdiction"),
            many=True,
            within={
                "number": Field(("序号", "number")),
                "award": Field(("奖补项目", "award")),
                "article": Field(("条款", "article")),
                "jurisdiction": Field(("所属地区", "jurisdiction")),
                **_SUM,
            },
        ),
        "units": Field(
            ("按预算单位和应付年度", "by budget unit and due year"),
            many=True,
            within={
                "unit": Field(("预算单位", "budget unit")),
                "due_year": Field(("应付年度", "due year")),
                "amount": Field(("金额（元）", "amount (yuan)")),
            },
        ),
        "arrangements": Field(("据以分担的财政分担办法", "fiscal arrangements that share it"), many=True),
        "total": Field(("项目数合计", "number of awards")),
        "amount": Field(("金额合计，数字", "amount in figures")),
        "amount_capitals": Field(("金额合计，大写", "amount in capitals")),
        "pending": Field(("尚未核准的项目", "what is not approved yet")),
    },
    __package__,
)
GUIDE = PaperKind(
    "application-guide",
    ("申报指南", "Application guide"),
    {
        **_OFFICE,
        "title": Field(("标题", "title")),
        "awards": Field(
            ("各奖补项目", "awards"),
            many=True,
            within={
                "number": Field(("序号", "number")),
                "title": Field(("奖补项目", "award")),
                "article": Field(("条款", "article")),
                "article_words": Field(("条款原文", "the article in its own words")),
                "status": Field(("暂缓或终止，执行中的为空", "suspended or ended, empty where it is in force")),
                "who": Field(("奖补对象", "for whom")),
                "rules": Field(("认定方式", "how it is decided"), many=True),
                "conditions": Field(("条件", "conditions"), many=True),
                "amount": Field(("金额", "amount"), many=True),
                "measures": Field(("数据的计算方法", "how the figures are worked out"), many=True),
                "interpretations": Field(("适用口径", "how the text is applied"), many=True),
                "data": Field(("所依据的数据及数据主管部门", "data that decide, and who keeps them"), many=True),
            },
        ),
        "shared": Field(("各项奖补通用的规则", "what holds for every award"), many=True),
        "procedure": Field(("办理程序", "procedure"), many=True),
    },
    __package__,
)
KINDS = Kinds(DECISION_LETTER, REFUSAL_LETTER, NOTICE, ALLOCATION_PLAN, GUIDE)
