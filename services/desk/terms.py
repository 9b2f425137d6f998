"""What codes are called where the same code means different things in different places."""

from __future__ import annotations

from collections.abc import Mapping

from shared.i18n import NamesByCode

TERMS: Mapping[str, NamesByCode] = {
    "proposal": {
        "proposed": ("待复核", "waits for a second person"),
        "confirmed": ("已确认", "confirmed"),
        "discarded": ("已作废", "discarded"),
    },
    "risk": {
        "flagged": ("有核查标记", "flagged"),
        "opposed": ("曾被提出反对", "was opposed"),
        "account_unclear": ("账户未获确认", "account not confirmed"),
        "changes_award": ("变更已生效的决定", "changes an award in force"),
        "facts_by_hand": ("数据由个人录入", "facts recorded by persons"),
        "large_amount": ("金额较大", "large amount"),
        "first_award": ("首次获奖补", "first award"),
    },
    "left_out": {
        "flagged": ("有核查标记而未说明理由", "flagged, and no reason was given"),
        "not_confirmed": ("收款人未确认", "not confirmed by the payee"),
        "not_reviewed": ("未完成联审", "not reviewed"),
        "not_noticed": ("未公示", "not in a notice"),
        "stale": ("已另行办理或已被取代", "handled or replaced meanwhile"),
        "own": ("由您本人拟定或录入", "proposed, or its facts recorded, by you"),
        "suspended": ("暂缓", "suspended"),
        "excepted": ("已排除", "left out by name"),
        "objected": ("联审提出反对", "opposed by the reviewer"),
        "reviewed": ("此前已通过", "passed before"),
    },
    "outcome_of_objection": {"rejected": ("异议不成立", "dismissed"), "upheld": ("异议成立", "upheld")},
    "claimed_as": {
        "computed": ("由系统计算", "computed"),
        "in_kind": ("非现金措施", "in kind"),
        "criterion": ("认定标准", "criterion"),
        "encouragement": ("倡导性条款", "encouragement"),
    },
    "task": {
        "review": ("联审", "reviews"),
        "notice": ("公示", "opening of notices"),
        "notice_end": ("结束公示", "closing of notices"),
        "objection": ("异议处理", "objections"),
        "approval": ("核准", "approvals"),
        "flagged_approval": ("有核查标记的核准", "approvals of flagged ones"),
        "suspended": ("暂缓事项处理", "suspended ones"),
        "refusal": ("作出不予兑现告知", "refusals"),
    },
    "award_status": {
        "in_force": ("执行中", "in force"),
        "suspended": ("暂停执行", "suspended"),
        "ended": ("已停止执行", "ended"),
    },
}
"""By the kind of the code."""


def term(code: str | None, kind: str, *, chinese: bool) -> str:
    """Return what a code of a kind is called; one that is not known as it is."""
    return TERMS[kind].get(code, (code, code))[not chinese] if code else ""
