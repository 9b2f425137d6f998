"""The year's report as a workbook: the budgets, then the rows summed per unit and award, unit and jurisdiction, and whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from shared.spreadsheets import escape_formulas, to_xlsx, yuan_text

_HEADINGS = {
    "unit": "承担单位",
    "year": "预算年度",
    "award": "奖补项目",
    "jurisdiction": "属地",
    "awards": "奖补数",
    "orders": "支付指令数",
    "appropriated_fen": "下达预算指标（元）",
    "committed_fen": "已占用（元）",
    "ordered_fen": "已生成支付指令（元）",
    "paid_fen": "已支付（元）",
    "open_fen": "未支付（元）",
    "recovered_fen": "已追回（元）",
    "written_off_fen": "已核销（元）",
    "free_fen": "可用（元）",
    "lapsed_fen": "年末收回指标（元）",
}
_SUMMED = ("awards", "orders", "committed_fen", "paid_fen", "open_fen", "recovered_fen", "written_off_fen")
_KEYS = ("unit", "award", "jurisdiction")
_SCHEMA: dict[str, Any] = dict.fromkeys(_KEYS, pl.String) | dict.fromkeys(_SUMMED, pl.Int64)


def workbook_of(report: Mapping[str, Any]) -> bytes:
    """Write `report` (as the API returns it) as a workbook of four sheets; amounts in yuan, identifiers as text."""
    rows = pl.DataFrame(report["rows"], schema=_SCHEMA)
    sheets = {
        "预算": pl.DataFrame(report["budgets"], infer_schema_length=None),
        "按承担单位和项目": _sums(rows, "unit", "award"),
        "按承担单位和属地": _sums(rows, "unit", "jurisdiction"),
        "明细": rows,
    }
    return to_xlsx({name: _shown(frame) for name, frame in sheets.items()})


def _sums(rows: pl.DataFrame, *keys: str) -> pl.DataFrame:
    return rows.group_by(keys).agg(pl.col(*_SUMMED).sum()).sort(keys)


def _shown(frame: pl.DataFrame) -> pl.DataFrame:
    columns = [name for name in _HEADINGS if name in frame.columns]
    amounts = [yuan_text(name) for name in columns if name.endswith("_fen")]
    return escape_formulas(frame.select(columns).with_columns(amounts)).rename(
        {name: _HEADINGS[name] for name in columns}
    )
