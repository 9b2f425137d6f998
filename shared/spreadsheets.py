"""Tables for people: CSV in UTF-8 with BOM, and XLSX with identifiers as text cells. Formulas are neutralised.

Cells read from a workbook become the text that a CSV of the same sheet would hold.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal, TypeVar

import polars as pl
import xlsxwriter

from shared.clock import local_time
from shared.errors import TooLarge, UnsupportedMediaType
from shared.i18n import NamesByCode, in_language, word
from shared.media_types import BYTES, CSV, TEXT_XML, XLSX, XML
from shared.money import yuan

BOM = b"\xef\xbb\xbf"
MAX_ROWS = 200_000
"""The most rows of a sheet, which is written in memory."""
_FITTED_ROWS = 1_000
"""Rows up to which columns are made as wide as their content, which takes seconds for large sheets."""
START_BYTES = 1_024
"""How much of a file is needed to detect its format."""

Row = TypeVar("Row", bound=Mapping[str, Any])

_FORMULA = r"^([=+\-@＝＋－＠\t\r\n])"
_DIRECTION = "[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
"""Characters without a shape that reorder or hide what is around them: a name with them is read as another."""
_ZIP = b"PK\x03\x04"
_SHORT = 15  # characters: at most 14 digits and a point, for which the shortest exact text is what a spreadsheet shows
_EXACT = 1e15


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column of a sheet or of a command line's table: its heading over the member at `path` of each row.

    The heading is a message, or text in both languages by language.
    Text is shown as it is, a whole number as a number, fen as yuan with two decimals, an instant as the time in China.
    A word is a code, a yes or no, or several of them, in the reader's language (`i18n.word`); `names` are its own codes.
    """

    heading: str | Mapping[str, str]
    path: str
    kind: Literal["text", "whole", "yuan", "instant", "word"] = "text"
    names: NamesByCode = field(default_factory=dict)


def escape_formula(cell: str) -> str:
    """Return a text without direction marks, and with an apostrophe before it if a spreadsheet would run it as a formula."""
    plain = re.sub(_DIRECTION, "", cell)
    return f"'{plain}" if re.match(_FORMULA, plain) else plain


def without_direction(texts: pl.Series) -> pl.Series:
    """Return texts without direction marks."""
    return texts.str.replace_all(_DIRECTION, "")


def escape_formulas(frame: pl.DataFrame) -> pl.DataFrame:
    """Return `frame` with every text as `escape_formula` returns it."""
    return frame.with_columns(pl.col(pl.String).str.replace_all(_DIRECTION, "").str.replace(_FORMULA, "'$1"))


def yuan_text(column: str) -> pl.Expr:
    """Return a column of fen (≥ 0) as text in yuan with two decimals."""
    fen = pl.col(column)
    return pl.format("{}.{}", fen // 100, (fen % 100).cast(pl.String).str.zfill(2)).alias(column)


def to_csv(frame: pl.DataFrame) -> bytes:
    """Write `frame` as CSV."""
    return BOM + frame.write_csv(quote_style="non_numeric").encode()


def to_xlsx(sheets: Mapping[str, pl.DataFrame], more: tuple[tuple[str, ...], ...] = ()) -> bytes:
    """Write a workbook of `sheets`, with the rows `more` at the end of the last."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as workbook:
        for name, frame in sheets.items():
            sheet = workbook.add_worksheet(name)
            for place, row in enumerate([frame.columns, *frame.iter_rows()]):
                sheet.write_row(place, 0, row)
            if frame.height <= _FITTED_ROWS:
                sheet.autofit()
        for place, row in enumerate(more, start=1 + frame.height):
            sheet.write_row(place, 0, row)
    return buffer.getvalue()


def require_row_limit(rows: Sequence[Row]) -> Sequence[Row]:
    """Return `rows`; raises TooLarge for more than MAX_ROWS. To find out, read one row more than that."""
    if len(rows) > MAX_ROWS:
        raise TooLarge(
            "A file may have at most {max_rows} rows. Use filters to select fewer, or read page by page.",
            max_rows=MAX_ROWS,
        )
    return rows


def to_frame(rows: Sequence[Mapping[str, Any]], columns: Sequence[TableColumn], language: str) -> pl.DataFrame:
    """Return `rows` as a frame of `columns` with headings and words in `language`; formulas are not escaped."""
    return pl.DataFrame(
        [_cells(rows, column, language).alias(str(in_language(column.heading, language))) for column in columns]
    )


def _cells(rows: Sequence[Mapping[str, Any]], column: TableColumn, language: str) -> pl.Series:
    values: Sequence[Any] = rows
    for member in column.path.split("."):
        values = [None if row is None else row[member] for row in values]
    if column.kind == "whole":
        return pl.Series(values, dtype=pl.Int64)
    values = [tuple(value) if isinstance(value, list) else value for value in values]
    shown = {value: None if value is None else _text(value, column, language) for value in set(values)}
    return pl.Series([shown[value] for value in values], dtype=pl.String)


def _text(value: Any, column: TableColumn, language: str) -> str | None:
    match column.kind:
        case "yuan":
            return yuan(value).replace(",", "")
        case "instant":
            return local_time(value)
        case "word":
            return word(value, language, column.names)
    return str(value)


def is_xml(kind: str, content: bytes) -> bool:
    """Return whether an upload is declared as XML, or begins as XML where its type says nothing."""
    return kind in (XML, TEXT_XML) or (kind == BYTES and content.removeprefix(BOM)[:5] == b"<?xml")


def declared_format(content_type: str | None, accepted: Sequence[str]) -> str:
    """Return the media type of an upload's `content_type`: BYTES or one of `accepted`; raises UnsupportedMediaType."""
    kind = (content_type or "").partition(";")[0].strip().lower()
    if kind != BYTES and kind not in accepted:
        raise UnsupportedMediaType("Send the file as one of: {value}.", value=", ".join([*accepted, BYTES]))
    return kind


def detect_format(kind: str, content: bytes, structured: str) -> str:
    """Return `kind`, or what BYTES contain: a workbook is a ZIP archive, `structured` starts with a brace, the rest is CSV."""
    if kind != BYTES:
        return kind
    start = content[:START_BYTES]
    if start.startswith(_ZIP):
        return XLSX
    return structured if start.removeprefix(BOM).lstrip().startswith(b"{") else CSV


def text_column(cells: Sequence[Any]) -> tuple[pl.Series, list[int]]:
    """Return the cells of a column as text, `""` where they are empty, and the places of numbers that are not exact."""
    types = set(map(type, cells))
    if types <= {str}:
        return pl.Series(cells, dtype=pl.String), []
    if types == {float}:
        return _number_texts(pl.Series(cells, dtype=pl.Float64))
    if types <= {str, float}:
        numbers, inexact = _number_texts(
            pl.Series([cell if type(cell) is float else None for cell in cells], dtype=pl.Float64)
        )
        if not any(type(cell) is str and cell for cell in cells):
            return numbers.fill_null(""), inexact
        texts = pl.Series([cell if type(cell) is str else None for cell in cells], dtype=pl.String)
        return texts.zip_with(texts.is_not_null(), numbers), inexact
    return pl.Series([cell_text(cell) for cell in cells], dtype=pl.String), inexact_numbers(cells)


def inexact_numbers(cells: Sequence[Any]) -> list[int]:
    """Return the places of numbers that are too long to be exact: harmless for an amount, fatal for a code."""
    return [place for place, cell in enumerate(cells) if type(cell) in (float, int) and not is_exact(cell)]


def is_exact(number: float) -> bool:
    """Return whether a number cell has all its digits: a sheet keeps 15."""
    return abs(number) < _EXACT


def cell_text(cell: Any) -> str:
    """Return a cell as the text that a wide enough column shows."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return _number_text(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time.min else cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _number_texts(numbers: pl.Series) -> tuple[pl.Series, list[int]]:
    """Return numbers as text, and the places of those that are not exact."""
    sizes = numbers.abs()
    inexact = [] if (sizes < _EXACT).all() else (sizes >= _EXACT).fill_null(value=False).arg_true().to_list()
    whole = numbers.cast(pl.Int64, strict=False)
    if (whole == numbers).all() and not inexact:
        return whole.cast(pl.String), inexact
    texts = numbers.cast(pl.String)
    plain = (texts.str.len_bytes() <= _SHORT) & ~texts.str.contains("e", literal=True)
    if plain.all():
        return texts.str.strip_suffix(".0"), inexact
    return pl.Series([None if number is None else _number_text(number) for number in numbers], dtype=pl.String), inexact


def _number_text(number: float) -> str:
    """Return a number with the 15 digits that a spreadsheet shows, without an exponent."""
    written = f"{Decimal(format(number, '.15g')):f}"
    return written.rstrip("0").rstrip(".") if "." in written else written
