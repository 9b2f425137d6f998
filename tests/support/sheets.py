"""Files in every form, made in code."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter

from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.layouts import layout_of
from shared.files.domain import FileRefused, RowError, Table
from shared.files.reader import open_file

A, B = "91331100MA2000002B", "91331100MA2000003E"
HEADINGS = ["统一社会信用代码", "年度", "网络零售额（元）", "平台营业额（元）"]

Write = Callable[[Any, Any], None]
Sheets = Mapping[str, Sequence[Sequence[Any]] | Write]


@dataclass(frozen=True)
class Found:
    """What came out of a file."""

    table: Table
    rows: list[tuple[Any, ...]]
    errors: list[RowError]
    skipped: int
    warnings: dict[str, list[str]]


def read(content: bytes, dataset: str = "annual_sales", sheet: str | None = None) -> Found:
    """Read a file as rows of a dataset."""
    with tempfile.TemporaryFile() as file:
        file.write(content)
        opened = open_file(file, [layout_of(CATALOGUE[dataset])], sheet=sheet)
        (table,) = opened.tables
        parts = list(opened.parts(table))
    return Found(
        table,
        [row for part in parts for row in part.cells.rows()],
        [error for part in parts for error in part.errors],
        parts[-1].skipped if parts else 0,
        {warning.code: warning.examples for warning in opened.warnings},
    )


def refusal(content: bytes, dataset: str = "annual_sales", sheet: str | None = None) -> list[tuple[str, str]]:
    """Return where and why a file is refused."""
    try:
        read(content, dataset, sheet)
    except FileRefused as error:
        return [(each.pointer, each.code) for each in error.errors]
    raise AssertionError("it was read")


def csv_of(*rows: Sequence[str], encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """Write rows as they are, without quotes."""
    return "".join(delimiter.join(row) + "\r\n" for row in rows).encode(encoding)


def workbook(sheets: Sheets | Sequence[Sequence[Any]] | Write, **options: Any) -> bytes:
    """Write a workbook; a sheet is rows, or a function that writes it."""
    if not isinstance(sheets, Mapping):
        sheets = {"Sheet1": sheets}
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"default_date_format": "yyyy-mm-dd", **options}) as book:
        for name, content in sheets.items():
            sheet = book.add_worksheet(name)
            if callable(content):
                content(book, sheet)
                continue
            for number, cells in enumerate(content):
                sheet.write_row(number, 0, cells)
    return file.getvalue()


def with_part(book: bytes, path: str, change: Callable[[bytes], bytes]) -> bytes:
    """Return a workbook of which one part is changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == path else old.read(name))
    return file.getvalue()


def ods(body: str, styles: str = "") -> bytes:
    """Write an OpenDocument spreadsheet with the tables of `body`."""
    names = {
        "office": "office",
        "table": "table",
        "text": "text",
        "style": "style",
    }
    declared = "".join(f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in names)
    declared += ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    content = (
        f'<?xml version="1.0"?><office:document-content{declared}><office:automatic-styles>{styles}'
        f"</office:automatic-styles><office:body><office:spreadsheet>{body}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    return file.getvalue()


def ods_row(*cells: str, more: str = "") -> str:
    """Write a row of text cells."""
    written = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>' for c in cells
    )
    return f"<table:table-row {more}>{written}</table:table-row>"
