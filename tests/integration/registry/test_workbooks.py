"""Workbooks: one sheet or one per dataset, cells of every type, and what must not be opened."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import pytest
import xlsxwriter

from shared.media_types import XLSX
from tests.integration.registry.conftest import UPLOAD_MAX_BYTES, Registry, uscc

A, B = uscc(1), uscc(2)
SALES = ["统一社会信用代码", "年度", "网络零售额", "平台营业额"]
ENTERPRISES = ["uscc", "name", "legal_form", "registered_on"]

HALF_PAST_ONE = datetime(2020, 1, 1, 13, 30)  # noqa: DTZ001 - a cell has no zone

Write = Callable[[Any, Any], None]


def workbook(sheets: Mapping[str, Sequence[Sequence[Any]] | Write]) -> bytes:
    """Return a workbook; a sheet is rows, or a function that writes it."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"default_date_format": "yyyy-mm-dd", "strings_to_numbers": False})
    for name, content in sheets.items():
        sheet = book.add_worksheet(name)
        if callable(content):
            content(book, sheet)
            continue
        for number, cells in enumerate(content):
            sheet.write_row(number, 0, cells)
    book.close()
    return file.getvalue()


def test_cells_of_every_type(registry: Registry) -> None:
    rows: list[list[Any]] = [
        ENTERPRISES,
        [A, "丽水甲公司", "企业", date(2015, 3, 1)],
        [],
        [B.lower(), "丽水乙店", "individual", "2016年2月9日"],
    ]
    job = registry.imported(workbook({"任意": rows}), XLSX, dataset="enterprises")
    assert job["state"] == "succeeded", job
    assert job["rows"] == {"read": 2, "accepted": 2, "unchanged": 0, "rejected": 0}
    found = registry.items("/v1/datasets/enterprises/records")
    assert {item["uscc"]: item["registered_on"] for item in found} == {A: "2015-03-01", B: "2016-02-09"}

    sales: list[list[Any]] = [SALES, [A, 2020, 1234567.89, None], [B, "2021", "0.1", 0.1 + 0.2]]
    job = registry.imported(workbook({"第一季": [["x"]], "年度": sales}), XLSX, dataset="annual_sales", sheet="年度")
    assert job["state"] == "succeeded", job
    amounts = {
        (item["online_retail_fen"], item["platform_turnover_fen"])
        for item in registry.items("/v1/datasets/annual_sales/records")
    }
    assert amounts == {(123456789, None), (10, 30)}


def test_what_a_cell_cannot_be(registry: Registry) -> None:
    registry.enterprises(A)

    def write(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["uscc", "since", "account_holder", "bank_code", "account_number"])
        sheet.write_row(1, 0, [A, HALF_PAST_ONE, "甲", "102100099996", "10000001"])
        sheet.write_row(2, 0, [A, "2020-01-02", "甲", 102100099996, 6222000011112222])
        sheet.write_row(3, 0, [A, "2020-01-03", "甲"])
        sheet.write_formula(3, 3, '="102100099996"', None, "102100099996")
        sheet.write_row(3, 4, ["10000002"])
        sheet.write_row(4, 0, [A, 43833, "甲", "102100099996", "10000003"])
        sheet.write_row(5, 0, [A, "2020-01-05", "甲", "102100099996", "00400000"])

    job = registry.imported(workbook({"s": write}), XLSX, dataset="payee_accounts", mode="accept_valid")
    assert registry.errors(job) == [
        (2, "since", "time_of_day"),
        (3, "account_number", "digits_lost"),
        (4, "bank_code", "formula"),
        (5, "since", "serial_day"),
    ]
    (stored,) = registry.items("/v1/datasets/payee_accounts/records", uscc=A)
    assert stored["since"] == "2020-01-05"
    whole = registry.get("/v1/datasets/payee_accounts/records", by="payout").json()["items"]
    assert whole[0]["account_number"] == "00400000"


def test_a_sheet_per_dataset_is_one_revision(registry: Registry) -> None:
    content = workbook(
        {
            "annual_sales": [SALES, [A, 2020, 5, None], [B, 2020, 5, None]],
            "说明": [["anything"]],
            "企业": [ENTERPRISES, [A, "丽水甲公司", "企业", date(2015, 3, 1)]],
        }
    )
    job = registry.imported(content, XLSX, mode="accept_valid")
    assert job["state"] == "succeeded", job
    assert job["rows"] == {"read": 3, "accepted": 2, "unchanged": 0, "rejected": 1}
    assert registry.errors(job) == [(3, "uscc", "unknown_enterprise")]
    (revision,) = registry.items("/v1/revisions")
    assert sorted(revision["datasets"]) == ["annual_sales", "enterprises"]
    assert revision["import_id"] == job["id"]


def merged(book: Any, sheet: Any) -> None:
    sheet.merge_range(0, 0, 0, 1, "uscc")
    sheet.write_row(0, 2, ["year"])


def far(book: Any, sheet: Any) -> None:
    sheet.write_row(0, 0, ["uscc", "year"])
    sheet.write(1_048_575, 16_383, "x")


@pytest.mark.parametrize(
    ("content", "query", "code"),
    [
        (b"PK\x03\x04 and then nothing", {}, "not_a_workbook"),
        (b"uscc,year\n", {}, "not_a_workbook"),
        (workbook({"s": []}), {}, "empty_file"),
        (workbook({"s": [["uscc", "year"]]}), {"sheet": "t"}, "no_such_sheet"),
        (workbook({"s": merged}), {}, "merged_headings"),
        (workbook({"s": far}), {}, "sheet_too_wide"),
        (workbook({"s": [["uscc", "year", "年度"]]}), {}, "duplicate_heading"),
        (workbook({"s": [["uscc", "year"]]}), {"dataset": None}, "unknown_sheet"),
    ],
)
def test_a_workbook_that_cannot_be_read_is_refused_whole(
    registry: Registry, content: bytes, query: dict[str, Any], code: str
) -> None:
    asked = {name: value for name, value in ({"dataset": "annual_sales"} | query).items() if value is not None}
    job = registry.imported(content, XLSX, **asked)
    assert job["state"] == "failed"
    assert job["problem"]["errors"][0]["code"] == code


def test_a_bomb_is_not_unpacked(registry: Registry) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as member:
            for _ in range(110):
                member.write(b"\0" * (1 << 20))
        archive.writestr("xl/workbook.xml", "<workbook/>")
    job = registry.imported(file.getvalue(), XLSX, dataset="annual_sales")
    assert job["problem"]["errors"][0]["code"] == "workbook_too_large"


def test_a_million_blank_rows_are_no_rows(registry: Registry) -> None:
    registry.enterprises(A)
    blank = b"".join(b'<row r="%d"><c r="A%d" s="0"/></row>' % (row, row) for row in range(3, 1_000_003))
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook({"s": [SALES, [A, 2020, 1]]}))) as plain,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as padded,
    ):
        for name in plain.namelist():
            content = plain.read(name)
            padded.writestr(name, content.replace(b"</sheetData>", blank + b"</sheetData>"))
    assert len(file.getvalue()) < UPLOAD_MAX_BYTES
    job = registry.imported(file.getvalue(), XLSX, dataset="annual_sales")
    assert job["rows"] == {"read": 1, "accepted": 1, "unchanged": 0, "rejected": 0}, job
