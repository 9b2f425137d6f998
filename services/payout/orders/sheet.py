"""Payment orders as a sheet for people: Chinese headings, yuan, identifiers as text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl

from services.payout import sheets

_COLUMNS: dict[str, Callable[[dict[str, Any]], object]] = {
    "支付令编号": lambda row: str(row["id"]),
    "奖补编号": lambda row: str(row["award_id"]),
    "奖补项目": lambda row: row["award"],
    "版本": lambda row: row["version"],
    "属地": lambda row: row["jurisdiction"],
    "承担单位": lambda row: row["unit"],
    "期次": lambda row: row["instalment"],
    "应付年度": lambda row: row["due_year"],
    "金额（元）": lambda row: row["amount_fen"],
    "统一社会信用代码": lambda row: row["payee"]["uscc"],
    "收款单位": lambda row: row["payee"]["name"],
    "状态": lambda row: row["state"],
    "等待": lambda row: row["waiting_for"],
    "预算年度": lambda row: row["budget_year"],
    "批次": lambda row: str(row["batch_id"]) if row["batch_id"] else None,
    "银行日期": lambda row: row["occurred_on"].isoformat() if row["occurred_on"] else None,
    "银行流水号": lambda row: row["bank_reference"],
    "原因": lambda row: row["reason"],
}
_WHOLE = ("版本", "期次", "应付年度", "金额（元）", "预算年度")
_SCHEMA = {name: pl.Int64 if name in _WHOLE else pl.String for name in _COLUMNS}


def sheet_of(rows: Sequence[dict[str, Any]], kind: str) -> bytes:
    """Write orders as their readers see them as CSV or XLSX."""
    frame = pl.DataFrame({name: [cell(row) for row in rows] for name, cell in _COLUMNS.items()}, schema=_SCHEMA)
    frame = sheets.harmless(frame.with_columns(sheets.yuan("金额（元）")))
    return sheets.xlsx_of(frame, "支付令") if kind == sheets.XLSX else sheets.csv_of(frame)
