"""What codes are called where the same code means different things in different places."""

from __future__ import annotations

from collections.abc import Mapping

from shared.i18n import NamesByCode
from shared.money_words import CHECK_WORDS, STEP_WORDS
from shared.policies import UNITS

_ACCOUNTS: NamesByCode = {
    "treasury": ("国库", "treasury"),
    "budget": ("预算", "budget"),
    "expense": ("支出", "expense"),
    "award": ("应付奖补", "award"),
    "reserved": ("已落实资金", "reserved"),
    "payee": ("收款人", "payee"),
    "recovered": ("退款", "recovered"),
    "claims": ("追回总额", "claims"),
    "claim": ("应追回", "claim"),
    "written_off": ("核销", "written off"),
    **UNITS,
}

TERMS: Mapping[str, NamesByCode] = {
    "unit": {
        "yuan": ("元", "yuan"),
        "US dollars": ("美元", "US dollars"),
        "basis points": ("基点，1%填100", "basis points, 100 for 1%"),
        "enterprises": ("家", "enterprises"),
        "parcels/day": ("件/日", "parcels a day"),
        "square metres": ("平方米", "square metres"),
        "places": ("名", "places"),
        "orders/month": ("单/月", "orders a month"),
        "instalments": ("期", "instalments"),
        "years": ("年", "years"),
        "year": ("年", ""),
        "days/year": ("天/年", "days a year"),
        "months": ("个月", "months"),
        "date": ("", ""),
    },
    "proposal": {
        "proposed": ("待复核", "waits for a second person"),
        "confirmed": ("已确认", "confirmed"),
        "discarded": ("已作废", "discarded"),
        "issued": ("已作出", "issued"),
    },
    "challenge": {
        "open": ("待处理", "open"),
        "corrected": ("已更正", "corrected"),
        "dismissed": ("维持不变", "dismissed"),
    },
    "arrangement": {"draft": ("草案", "draft"), "confirmed": ("已确认", "confirmed")},
    "recovery": {
        "open": ("未结清", "open"),
        "repaid": ("已退回", "repaid"),
        "written_off": ("已核销", "written off"),
        "dropped": ("不再追回", "dropped"),
    },
    "batch": {
        "sent": ("待银行回复", "waits for the bank"),
        "completed": ("银行已全部回复", "completed"),
        "empty": ("无可支付的指令", "empty"),
    },
    "outcome": {
        "settled": ("银行已支付", "paid"),
        "failed": ("支付失败", "failed"),
        "returned": ("已退汇", "came back"),
    },
    "waits": {
        "funds": ("待落实资金", "money"),
        "due_year": ("未到应付年度", "its due year"),
        "account": ("缺收款账户", "an account of the payee"),
        "release": ("待解除暂停支付", "a release"),
        "arrangement": ("待分担办法", "a fiscal arrangement"),
    },
    "finding": {
        "shared_account": ("同一账户有多个收款人", "an account of several payees"),
        "holder_differs": ("户名与收款人不符", "the holder is not the payee"),
        "struck_off": ("未登记或已注销", "not registered any more"),
        "dishonest": ("决定后新增失信", "dishonest since the decision"),
        "paid_elsewhere": ("同一事项他处已付", "paid elsewhere for the same"),
        "sample": ("随机抽查", "drawn for verification"),
    },
    "reason": {
        "initial": ("首次决定", "first decision"),
        "correction": ("事实更正", "correction of facts"),
        "withdrawal": ("撤回", "withdrawal"),
        "objection": ("异议成立", "objection"),
    },
    "step": STEP_WORDS,
    "check": CHECK_WORDS,
    "account": _ACCOUNTS,
    "risk": {
        "flagged": ("有提示", "flagged"),
        "opposed": ("曾有异议", "was objected to"),
        "account_unclear": ("账户未获确认", "account not confirmed"),
        "changes_award": ("变更已生效的决定", "changes an award in force"),
        "facts_by_hand": ("数据由个人录入", "facts recorded by persons"),
        "large_amount": ("金额较大", "large amount"),
        "first_award": ("首次获奖补", "first award"),
    },
    "left_out": {
        "flagged": ("有提示而未说明理由", "flagged, and no reason was given"),
        "not_confirmed": ("收款人未确认", "not confirmed by the payee"),
        "not_reviewed": ("未完成联审", "not reviewed"),
        "not_noticed": ("未公示", "not in a notice"),
        "stale": ("已另行办理或已被取代", "handled or replaced meanwhile"),
        "own": ("由您本人拟定或录入", "proposed, or its facts recorded, by you"),
        "suspended": ("暂缓", "suspended"),
        "excepted": ("已排除", "left out by name"),
        "objected": ("联审有异议", "objected to by the reviewer"),
        "reviewed": ("此前已通过", "passed before"),
        "held": ("暂停支付", "on hold"),
        "no_account": ("缺收款账户", "no account of the payee"),
        "not_issued": ("已另行办理", "handled meanwhile"),
    },
    "outcome_of_objection": {"rejected": ("异议不成立", "dismissed"), "upheld": ("异议成立", "upheld")},
    "claimed_as": {
        "computed": ("由系统计算", "computed"),
        "in_kind": ("非现金措施", "in kind"),
        "criterion": ("认定标准", "criterion"),
        "encouragement": ("倡导性条款", "encouragement"),
        "referral": ("转办条款", "referral"),
        "procurement": ("政府采购条款", "procurement"),
        "supervision": ("监管条款", "supervision"),
    },
    "task": {
        "review": ("联审", "reviews"),
        "notice": ("公示", "opening of notices"),
        "notice_end": ("结束公示", "closing of notices"),
        "objection": ("异议处理", "objections"),
        "approval": ("核准", "approvals"),
        "flagged_approval": ("有提示的核准", "approvals of flagged ones"),
        "suspended": ("暂缓事项处理", "suspended ones"),
        "refusal": ("作出不予兑现告知", "refusals"),
    },
    "award_status": {
        "in_force": ("执行中", "in force"),
        "suspended": ("中止执行", "suspended"),
        "ended": ("已停止执行", "ended"),
    },
}
"""Chinese and English by kind and code."""


def term(code: str | None, kind: str, *, chinese: bool) -> str:
    """Return what a code of a kind is called; a code that is not known as it is. The parts of an account are told one by one."""
    if not code:
        return ""
    names = TERMS[kind]
    if kind != "account":
        return names.get(code, (code, code))[not chinese]
    return " · ".join(names.get(part, (part, part))[not chinese] for part in code.split(":"))
