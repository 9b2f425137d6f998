"""The year's report as a workbook: the budgets, then the rows summed per unit and award, unit and jurisdiction, and whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from shared.i18n import N_, translate
from shared.policies import AWARD_TITLES, JURISDICTIONS, UNITS
from shared.spreadsheets import TableColumn, to_frame, to_xlsx

COLUMNS = (
    TableColumn("Budget unit", "unit", "word", UNITS),
    TableColumn("Budget year", "year", "whole"),
    TableColumn("Budget indicator", "indicator"),
    TableColumn("Project", "project"),
    TableColumn("Functional class", "function_code"),
    TableColumn("Economic class", "economic_code"),
    TableColumn("Award", "award", "word", AWARD_TITLES),
    TableColumn("Jurisdiction", "jurisdiction", "word", JURISDICTIONS),
    TableColumn("Awards", "awards", "whole"),
    TableColumn("Payment orders", "orders", "whole"),
    TableColumn("Appropriated (yuan)", "appropriated_fen", "yuan"),
    TableColumn("Committed (yuan)", "committed_fen", "yuan"),
    TableColumn("Ordered (yuan)", "ordered_fen", "yuan"),
    TableColumn("Paid (yuan)", "paid_fen", "yuan"),
    TableColumn("Not paid (yuan)", "open_fen", "yuan"),
    TableColumn("Recovered (yuan)", "recovered_fen", "yuan"),
    TableColumn("Written off (yuan)", "written_off_fen", "yuan"),
    TableColumn("Free (yuan)", "free_fen", "yuan"),
    TableColumn("Lapsed (yuan)", "lapsed_fen", "yuan"),
)
_SUMMED = ("awards", "orders", "committed_fen", "paid_fen", "open_fen", "recovered_fen", "written_off_fen")
_KEYS = ("unit", "award", "jurisdiction")
_SCHEMA: dict[str, Any] = dict.fromkeys(_KEYS, pl.String) | dict.fromkeys(_SUMMED, pl.Int64)


def workbook_of(report: Mapping[str, Any], language: str) -> bytes:
    """Write `report` (as the API returns it) as a workbook of five sheets in `language`; amounts in yuan."""
    rows = pl.DataFrame(report["rows"], schema=_SCHEMA)
    sheets = {
        N_("Budgets"): report["budgets"],
        N_("By unit and award"): _sums(rows, "unit", "award"),
        N_("By unit and jurisdiction"): _sums(rows, "unit", "jurisdiction"),
        N_("By unit and indicator"): report["indicators"],
        N_("Details"): rows.to_dicts(),
    }
    return to_xlsx({translate(title, language): _shown(of, language) for title, of in sheets.items()})


def _sums(rows: pl.DataFrame, *keys: str) -> list[dict[str, Any]]:
    return rows.group_by(keys).agg(pl.col(*_SUMMED).sum()).sort(keys).to_dicts()


def _shown(rows: Sequence[Mapping[str, Any]], language: str) -> pl.DataFrame:
    members = rows[0].keys() if rows else _SCHEMA
    return to_frame(rows, [column for column in COLUMNS if column.path in members], language)
