"""Tables for people: CSV in UTF-8 with BOM, and XLSX with identifiers as text cells; formulas are neutralised."""

from __future__ import annotations

import io

import polars as pl
import xlsxwriter

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BOM = b"\xef\xbb\xbf"
_FORMULA = r"^([=+\-@\t\r])"


def wanted(accept: str | None) -> str | None:
    """Return which of the two formats a caller asks for, None if neither."""
    return next((kind for kind in (XLSX, CSV) if kind in (accept or "")), None)


def harmless(frame: pl.DataFrame) -> pl.DataFrame:
    """Put an apostrophe before text that a spreadsheet would run as a formula."""
    return frame.with_columns(pl.col(pl.String).str.replace(_FORMULA, "'$1"))


def yuan(column: str) -> pl.Expr:
    """Return a column of fen (≥ 0) as yuan with two decimals, as text."""
    fen = pl.col(column)
    return pl.format("{}.{}", fen // 100, (fen % 100).cast(pl.String).str.zfill(2)).alias(column)


def csv_of(frame: pl.DataFrame) -> bytes:
    """Write `frame` as CSV."""
    return BOM + frame.write_csv(quote_style="non_numeric").encode()


def xlsx_of(frame: pl.DataFrame, sheet_name: str, more: tuple[tuple[str, ...], ...] = ()) -> bytes:
    """Write `frame` as a workbook of one sheet, and `more` rows below it."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    workbook = xlsxwriter.Workbook(buffer, options)
    sheet = workbook.add_worksheet(sheet_name)
    sheet.write_row(0, 0, frame.columns)
    for place, row in enumerate([*frame.iter_rows(), *more], start=1):
        sheet.write_row(place, 0, row)
    workbook.close()
    return buffer.getvalue()
