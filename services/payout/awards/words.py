"""Chinese and English for the steps of an award's timeline."""

from __future__ import annotations

from shared.i18n import NamesByCode

STEP_WORDS: NamesByCode = {
    "proposed": ("拟定", "proposed"),
    "approved": ("核准", "approved"),
    "received": ("收到决定", "decision received"),
    "split": ("按分担办法拆分", "split under the fiscal arrangement"),
    "recognised": ("确认应付", "entitlement recognised"),
    "restated": ("重新核定减少", "entitlement lowered by a restatement"),
    "funded": ("落实资金", "funded"),
    "released": ("退回指标", "money released to the budget"),
    "order_approved": ("核准支付指令", "payment order approved"),
    "sent_to_bank": ("送银行", "sent to the bank"),
    "bank_settled": ("银行支付结果：已支付", "bank: paid"),
    "bank_failed": ("银行支付结果：支付失败", "bank: failed"),
    "bank_returned": ("银行支付结果：已退汇", "bank: returned"),
    "correction_proposed": ("拟定更正银行结果", "correction of the bank's result proposed"),
    "corrected_to_settled": ("更正银行结果：已支付", "bank's result corrected: paid"),
    "corrected_to_failed": ("更正银行结果：支付失败", "bank's result corrected: failed"),
    "corrected_to_returned": ("更正银行结果：已退汇", "bank's result corrected: returned"),
    "paid": ("记账：已支付", "entry: paid"),
    "returned": ("记账：已退汇", "entry: returned"),
    "claimed": ("提出追回", "recovery claimed"),
    "claim_dropped": ("追回减少", "recovery lowered"),
    "repaid": ("退款登记", "repaid"),
    "claim_met": ("追回完成", "recovery met"),
    "write_off_proposed": ("拟定核销", "write-off proposed"),
    "written_off": ("核销", "written off"),
    "instalment_confirmed": ("确认项目正常运营", "project confirmed to operate"),
    "held": ("暂停支付", "put on hold"),
    "released_hold": ("解除暂停支付", "hold released"),
}
