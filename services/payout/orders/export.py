"""Payment orders as a sheet for people: Chinese headings and words, yuan, identifiers as text."""

from __future__ import annotations

from services.payout.enums import OrderState, WaitingFor
from shared.policies import JURISDICTIONS
from shared.spreadsheets import Column

_PLACES = {code: chinese for code, (chinese, _) in JURISDICTIONS.items()}
"""Names of jurisdictions and budget units, which have the same codes."""
_STATES: dict[str, str] = {
    OrderState.WAITING: "等待",
    OrderState.ISSUED: "已生成支付指令",
    OrderState.APPROVED: "已核准",
    OrderState.BATCHED: "已送银行",
    OrderState.SETTLED: "银行已支付",
    OrderState.FAILED: "支付失败",
    OrderState.RETURNED: "已退汇",
    OrderState.CANCELLED: "已取消",
}
_BLOCKERS: dict[str | None, str] = {
    WaitingFor.FUNDS: "落实资金",
    WaitingFor.DUE_YEAR: "应付年度",
    WaitingFor.ACCOUNT: "收款账户",
    WaitingFor.RELEASE: "解除暂停支付",
}

COLUMNS: dict[str, Column] = {
    "支付指令编号": Column(lambda row: str(row["id"])),
    "奖补编号": Column(lambda row: str(row["award_id"])),
    "奖补项目": Column(lambda row: row["award"]),
    "版本": Column(lambda row: row["version"], "whole"),
    "属地": Column(lambda row: _PLACES[row["jurisdiction"]]),
    "承担单位": Column(lambda row: _PLACES[row["unit"]]),
    "期次": Column(lambda row: row["instalment"], "whole"),
    "应付年度": Column(lambda row: row["due_year"], "whole"),
    "金额（元）": Column(lambda row: row["amount_fen"], "yuan"),
    "统一社会信用代码": Column(lambda row: row["payee"]["uscc"]),
    "收款单位": Column(lambda row: row["payee"]["name"]),
    "状态": Column(lambda row: _STATES[row["state"]]),
    "等待": Column(lambda row: _BLOCKERS.get(row["waiting_for"])),
    "预算年度": Column(lambda row: row["budget_year"], "whole"),
    "批次": Column(lambda row: str(row["batch_id"]) if row["batch_id"] else None),
    "银行日期": Column(lambda row: row["occurred_on"].isoformat() if row["occurred_on"] else None),
    "银行流水号": Column(lambda row: row["bank_reference"]),
    "原因": Column(lambda row: row["reason"]),
}
