"""The year's report as a workbook: the budgets, then the rows summed per unit and award, unit and jurisdiction, and whole."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import xlsxwriter

from shared.spreadsheets import escape_formulas, yuan_text

_HEADINGS = {
    "unit": "承担单位",
    "year": "预算年度",
    "award": "奖补项目",
    "jurisdiction": "属地",
    "awards": "奖补数",
    "orders": "支付令数",
    "appropriated_fen": "拨款（元）",
    "committed_fen": "已占用（元）",
    "ordered_fen": "已开具（元）",
    "paid_fen": "已支付（元）",
    "open_fen": "未支付（元）",
    "recovered_fen": "已追回（元）",
    "written_off_fen": "已核销（元）",
    "free_fen": "可用（元）",
    "lapsed_fen": "已失效（元）",
}
_FIGURES = ("awards", "orders", "committed_fen", "paid_fen", "open_fen", "recovered_fen", "written_off_fen")
_KEYS = ("unit", "award", "jurisdiction")
_SCHEMA: dict[str, Any] = dict.fromkeys(_KEYS, pl.String) | dict.fromkeys(_FIGURES, pl.Int64)


def workbook_of(report: Mapping[str, Any]) -> bytes:
    """Write `report` (as the API gives it) as a workbook of four sheets; amounts in yuan, identifiers as text."""
    rows = pl.DataFrame(report["rows"], schema=_SCHEMA)
    budgets = pl.DataFrame(report["budgets"], infer_schema_length=None)
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as workbook:
        for name, frame in (
            ("预算", budgets),
            ("按承担单位和项目", _sums(rows, "unit", "award")),
            ("按承担单位和属地", _sums(rows, "unit", "jurisdiction")),
            ("明细", rows),
        ):
            shown = _shown(frame)
            shown.write_excel(workbook, name, autofit=True)
    return buffer.getvalue()


def _sums(rows: pl.DataFrame, *keys: str) -> pl.DataFrame:
    return rows.group_by(keys).agg(pl.col(*_FIGURES).sum()).sort(keys)


def _shown(frame: pl.DataFrame) -> pl.DataFrame:
    columns: Sequence[str] = [name for name in _HEADINGS if name in frame.columns]
    fen = [name for name in columns if name.endswith("_fen")]
    return escape_formulas(frame.select(columns).with_columns(yuan_text(name) for name in fen)).rename(
        {name: _HEADINGS[name] for name in columns}
    )
