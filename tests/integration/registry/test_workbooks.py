"""Workbooks: one sheet or one per dataset, cells of every type, and what must not be opened."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

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
        sheet.write_formula(3, 3, "=NA()", None, "#N/A")
        sheet.write_row(3, 4, ["10000002"])
        sheet.write_row(4, 0, [A, 43833, "甲", "102100099996", "10000003"])
        sheet.write_row(5, 0, [A, "2020-01-05", "甲", "102100099996", "00400000"])

    job = registry.imported(workbook({"s": write}), XLSX, dataset="payee_accounts", mode="accept_valid")
    assert registry.errors(job) == [
        (2, "since", "time_of_day"),
        (3, "account_number", "digits_lost"),
        (4, "bank_code", "cell_error"),
        (5, "since", "serial_day"),
    ]
    registry.revision_of("payee_accounts", job)
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


@pytest.mark.parametrize(
    ("content", "query", "code"),
    [
        (b"PK\x03\x04 and then nothing", {}, "not_a_workbook"),
        (workbook({"s": []}), {}, "empty_file"),
        (workbook({"s": [["uscc", "year"]]}), {"sheet": "t"}, "no_such_sheet"),
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


def test_a_county_form_is_read_and_its_refused_rows_come_back_as_a_workbook(registry: Registry) -> None:
    registry.enterprises(A, B)
    rows: list[list[Any]] = [
        ["2020年度丽水市电子商务企业销售情况统计表"],
        ["填报单位：莲都区商务局", None, None, "单位：万元"],
        ["序号", "统一社会信用代码", "年度", "网络零售额", "备注"],
        [1, A, 2020, 12.5, "甲"],
        [2, B, 2020, "暂无", "乙"],
        ["合计", None, None, 12.5],
        ["注：数据来源省监测平台"],
    ]
    content = workbook({"说明": [["填表说明"]], "莲都": rows})
    job = registry.imported(content, "application/vnd.ms-excel", dataset="annual_sales", mode="accept_valid")
    assert job["rows"] == {"read": 2, "accepted": 1, "unchanged": 0, "rejected": 1}
    assert job["skipped"] == 2
    assert {each["code"]: each["examples"] for each in job["warnings"]} == {
        "columns_passed_over": ["A3 序号", "E3 备注"],
        "units_converted": ["D3 网络零售额"],
        "rows_above": ["1 2020年度丽水市电子商务企业销售情况统计表", "2 填报单位：莲都区商务局"],
        "sheets_passed_over": ["说明"],
        "totals_and_notes": ["6 合计", "7 注：数据来源省监测平台"],
    }
    (error,) = registry.items(f"/v1/imports/{job['id']}/errors")
    assert (error["sheet_name"], error["cell"], error["field"]) == ("莲都", "D5", "online_retail_fen")

    answer = registry.request(
        "GET", f"/v1/imports/{job['id']}/errors", headers={"Accept": XLSX, "Accept-Language": "zh-CN"}
    )
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_name("莲都")
    returned = sheet.to_python(skip_empty_area=False)
    assert returned[2] == ["序号", "统一社会信用代码", "年度", "网络零售额", "备注", "问题"]
    assert returned[3][:4] == ["2", B, "2020", "暂无"] and returned[3][5]
    returned[3][3] = "3"
    again = registry.imported(workbook({"莲都": returned}), XLSX, dataset="annual_sales")
    assert (again["state"], again["rows"]["accepted"]) == ("succeeded", 1), again
    amounts = {item["uscc"]: item["online_retail_fen"] for item in registry.items("/v1/datasets/annual_sales/records")}
    assert amounts == {A: 12_500_000, B: 3_000_000}
