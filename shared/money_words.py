"""Chinese and English for the steps of an award's timeline and kinds of postings, and for comparisons of a reconciliation."""

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
    "batched": ("编入支付批次", "put into a payment batch"),
    "sent_to_bank": ("送银行（文件已取）", "sent to the bank (file fetched)"),
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
    "appropriation": ("下达预算指标", "appropriation"),
    "reduction": ("调减预算指标", "reduction of an appropriation"),
    "carried_over": ("结转下年", "carried over"),
}

CHECK_WORDS: NamesByCode = {
    # `queries/checks.sql` of payout says what each compares.
    "shares_of_award": ("各单位份额合计与应得金额", "shares and entitlement of an award"),
    "orders_of_share": ("支付指令与单位份额", "payment orders and share of a unit"),
    "claims_of_share": ("未追回金额与单位份额", "outstanding recoveries and share of a unit"),
    "ledger_of_entitlement": ("账簿与单位份额", "ledger and share of a unit"),
    "ledger_of_reserved": ("账簿与已落实资金", "ledger and reserved money"),
    "ledger_of_payee": ("账簿与收款人实收", "ledger and money received by a payee"),
    "ledger_of_budget": ("账簿与预算可用余额", "ledger and free money of a budget"),
    "orders_of_budget": ("支付指令与预算已占用", "payment orders and committed money of a budget"),
    "appropriations_of_budget": ("下达预算指标文件与预算", "appropriations and budget"),
    "orders_of_indicator": ("支付指令与指标已占用", "payment orders and committed money of an indicator"),
    "appropriations_of_indicator": ("下达预算指标文件与指标", "appropriations and indicator"),
    "indicators_of_budget": ("各指标与预算", "indicators and budget"),
    "results_of_order": ("银行支付结果与支付指令", "bank results and payment orders"),
    "decision_in_force": ("现行决定未收到", "decision in force that has not arrived"),
    "award_decided": ("没有对应决定的奖补", "award without a decision"),
    "version_in_force": ("版本晚于现行决定", "version after the decision in force"),
}
