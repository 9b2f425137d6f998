"""Tables for people: CSV in UTF-8 with BOM, and XLSX with identifiers as text cells; formulas are neutralised."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import polars as pl
import xlsxwriter
from fastapi import Response

from shared.errors import TooLarge
from shared.web.negotiation import negotiate
from shared.web.openapi import BINARY

JSON = "application/json"
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BOM = b"\xef\xbb\xbf"
MAX_ROWS = 200_000
"""Most rows of a sheet that is written for a request, as a whole and in memory."""

CONTENT = {CSV: BINARY, XLSX: BINARY}
"""The two formats, for the OpenAPI `content` of an operation that offers them."""

Row = TypeVar("Row", bound=Mapping[str, Any])

_FORMULA = r"^([=+\-@\t\r])"


@dataclass(frozen=True, slots=True)
class Column:
    """What a column of a sheet shows of a row: text as it is, a whole number, or fen as yuan with two decimals."""

    value: Callable[[Mapping[str, Any]], object]
    kind: Literal["text", "whole", "yuan"] = "text"


def wanted(accept: str | None) -> str | None:
    """Return which of the two formats a caller prefers to JSON, None if neither; raises Problem (406)."""
    kind = negotiate(accept, (JSON, CSV, XLSX))
    return None if kind == JSON else kind


def neutralised(cell: str) -> str:
    """Put an apostrophe before text that a spreadsheet would run as a formula."""
    return f"'{cell}" if re.match(_FORMULA, cell) else cell


def harmless(frame: pl.DataFrame) -> pl.DataFrame:
    """Put an apostrophe before every text of `frame` that a spreadsheet would run as a formula."""
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


def bounded(rows: Sequence[Row]) -> Sequence[Row]:
    """Return `rows`; raises Problem if they are more than MAX_ROWS. Read one more than that to find out."""
    if len(rows) > MAX_ROWS:
        raise TooLarge(
            "At most {max_rows} rows are written at once: narrow them by filters, or read pages.", max_rows=MAX_ROWS
        )
    return rows


def frame_of(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, Column]) -> pl.DataFrame:
    """Return `rows` as a frame of `columns` (heading → what it shows), formulas neutralised."""
    schema = {heading: pl.String if column.kind == "text" else pl.Int64 for heading, column in columns.items()}
    frame = pl.DataFrame({h: [column.value(row) for row in rows] for h, column in columns.items()}, schema=schema)
    return harmless(frame.with_columns(yuan(h) for h, column in columns.items() if column.kind == "yuan"))


def answer(
    rows: Sequence[Mapping[str, Any]], columns: Mapping[str, Column], kind: str, *, name: str, title: str
) -> Response:
    """Answer with `rows` as a file `name` of `kind` (CSV or XLSX); `title` is the workbook's sheet.

    Raises Problem if they are too many.
    """
    frame = frame_of(bounded(rows), columns)
    content = xlsx_of(frame, title) if kind == XLSX else csv_of(frame)
    file = f"{name}.{'xlsx' if kind == XLSX else 'csv'}"
    return Response(content, 200, {"Content-Disposition": f'attachment; filename="{file}"'}, kind)
