"""Chinese and English for the comparisons of a reconciliation; `queries/checks.sql` says what each compares."""

from __future__ import annotations

from shared.i18n import NamesByCode

CHECK_WORDS: NamesByCode = {
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
