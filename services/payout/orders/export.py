"""Payment orders as a sheet for people: Chinese headings, yuan, identifiers as text."""

from __future__ import annotations

from shared.spreadsheets import Column

COLUMNS: dict[str, Column] = {
    "支付令编号": Column(lambda row: str(row["id"])),
    "奖补编号": Column(lambda row: str(row["award_id"])),
    "奖补项目": Column(lambda row: row["award"]),
    "版本": Column(lambda row: row["version"], "whole"),
    "属地": Column(lambda row: row["jurisdiction"]),
    "承担单位": Column(lambda row: row["unit"]),
    "期次": Column(lambda row: row["instalment"], "whole"),
    "应付年度": Column(lambda row: row["due_year"], "whole"),
    "金额（元）": Column(lambda row: row["amount_fen"], "yuan"),
    "统一社会信用代码": Column(lambda row: row["payee"]["uscc"]),
    "收款单位": Column(lambda row: row["payee"]["name"]),
    "状态": Column(lambda row: row["state"]),
    "等待": Column(lambda row: row["waiting_for"]),
    "预算年度": Column(lambda row: row["budget_year"], "whole"),
    "批次": Column(lambda row: str(row["batch_id"]) if row["batch_id"] else None),
    "银行日期": Column(lambda row: row["occurred_on"].isoformat() if row["occurred_on"] else None),
    "银行流水号": Column(lambda row: row["bank_reference"]),
    "原因": Column(lambda row: row["reason"]),
}
