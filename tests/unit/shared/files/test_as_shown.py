"""What a sheet shows is what is read: units that stand outside of its cells, and number formats that show another number."""

from __future__ import annotations

import io
import re
import struct
from pathlib import Path
from typing import Any

import pytest

from shared.files import biff
from shared.files.allowance import Allowance
from shared.files.formats import shown_by
from shared.files.units import units_named
from tests.support.sheets import HEADINGS, A, B, csv_of, ods, read, refusal, with_part, workbook

SHEET = "xl/worksheets/sheet1.xml"
SALES = ["统一社会信用代码", "年度", "网络零售额"]
COURIERS = ["统一社会信用代码", "年度", "年发件量", "运营天数", "全年租金"]
PARKS = ["园区编号", "年度", "营业面积"]


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("单位：万元、万件", ["万元", "万件"]),
        ("单位：件、万元", ["件", "万元"]),
        ("（单位：万元/㎡）", ["万元", "m2"]),
        ("填报单位：某县商务局   单 位： 万元   日期：2024年3月", ["万元"]),
        ("单位：万元日期：2024年3月", ["万元"]),
        ("单位：万元人民币", ["万元"]),
        ("金额单位：元（保留两位小数）", ["元"]),
        ("金额（万元，保留两位小数）", ["万元"]),
        ("二、金额以万元计，保留四位小数。", ["万元"]),
        ("计量单位：亩", ["亩"]),
        ("单位：万美元，万元", ["万美元", "万元"]),
        ("填报单位：个体工商户协会", []),
        ("填报单位：元立集团", []),
        ("填报单位：人力资源和社会保障局", []),
        ("附件（十）", []),
        ("单位负责人：王某", []),
    ],
)
def test_units_in_titles(text: str, units: list[str]) -> None:
    assert [named.unit for named in units_named(text, "A1")] == units


@pytest.mark.parametrize(
    ("content", "dataset", "expected"),
    [
        (csv_of(["单位：万件"], COURIERS, [A, "2020", "38", "365", "1"]), "courier_years", [("C2", "unknown_unit")]),
        (csv_of(["单位：万元、万件"], COURIERS), "courier_years", [("C2", "unknown_unit")]),
        (csv_of(["单位：亩"], PARKS, ["P1", "2020", "38"]), "park_years", [("C2", "unknown_unit")]),
        (csv_of([*COURIERS[:2], "年发件量（万件）"]), "courier_years", [("C1", "unknown_unit")]),
        (csv_of([*PARKS[:2], "营业面积（亩）"]), "park_years", [("C1", "unknown_unit")]),
        (csv_of(COURIERS, [A, "2020", "38", "365", "1"], ["注：件数单位为万件", "", "", "", ""]), "courier_years",
         [("A3", "unit_conflict")]),
        (workbook({"销售（万元）": [SALES, [A, 2020, 1]]}), "annual_sales", [("C1", "unit_conflict")]),
        (workbook({"说明": [["一、如实填报。"], ["二、金额以万元为单位。"]], "表": [SALES, [A, 2020, 1]]}), "annual_sales",
         [("表!C1", "unit_conflict")]),
        (workbook({"表": [COURIERS, [A, 2020, 1, 1, 1]], "说明": [["", "单位：元、万件"]]}), "courier_years",
         [("表!C1", "unit_conflict")]),
    ],
)  # fmt: skip
def test_a_unit_that_would_be_read_as_another_is_refused(
    content: bytes, dataset: str, expected: list[tuple[str, str]]
) -> None:
    assert refusal(content, dataset) == expected


@pytest.mark.parametrize(
    ("content", "dataset", "row"),
    [
        (csv_of(["单位：件、万元、天"], COURIERS, [A, "2020", "38", "365", "1.5"]), "courier_years", ["38", "365", "15000"]),
        (csv_of([*COURIERS[:2], "年发件量（件）", "运营天数（单位：天）", "全年租金（万元）"], [A, "2020", "38", "365", "1.5"]),
         "courier_years", ["38", "365", "15000"]),
        (csv_of([*PARKS[:2], "营业面积（㎡）"], ["P1", "2020", "38.5"]), "park_years", ["38.5"]),
        (workbook({"说明": [["金额以万元为单位"]], "表": [[*SALES[:2], "网络零售额（万元）"], [A, 2020, 1.5]]}), "annual_sales",
         ["15000"]),
        (workbook({"说明": [["金额单位：元"]], "表": [SALES, [A, 2020, 1.5]]}), "annual_sales", ["1.5"]),
        (workbook({"别的表": [["企业", "面积", "产值"], ["单位：亩", "", "万元"]], "表": [SALES, [A, 2020, 1.5]]}),
         "annual_sales", ["1.5"]),
    ],
)  # fmt: skip
def test_units_that_agree_are_read(content: bytes, dataset: str, row: list[str]) -> None:
    found = read(content, dataset)
    assert [*found.rows[0][3:]] == row and not found.errors


def test_a_long_title_keeps_its_unit_for_the_refused_rows() -> None:
    title = f"{'某' * 80} 单位：万元"
    assert read(csv_of([title], SALES, [A, "2020", "1"])).table.above == [[title]]


FORMATS: list[tuple[str, str]] = [
    *((code, "") for code in ("General", "0.00", "#,##0.00", "#,##0_ ;-#,##0\\ ", '#,##0.00"元"', "0.00_);[Red](0.00)", "@")),
    *((code, "scaled") for code in ("#,##0,", "0!.0,", "0\\.0,", '0"."0,"万"', "0!.0000", "[>9999]0!.0,万;0")),
    *((code, "percent") for code in ("0%", "0.00%")),
    *((code, "year") for code in ("yyyy", 'yyyy"年"', "yyyy年")),
    *((code, "date") for code in ("yyyy-mm-dd", 'yyyy"年"m"月"', "yyyy/m/d;@", "[$-804]yyyy年m月d日")),
]  # fmt: skip


@pytest.mark.parametrize(("code", "shown"), FORMATS)
def test_what_a_number_format_shows(code: str, shown: str) -> None:
    assert shown_by(200, code) == shown


def formatted(book: Any, sheet: Any) -> None:
    sheet.write_row(0, 0, HEADINGS)
    for line, (code, _) in enumerate(FORMATS, 1):
        sheet.write_row(line, 0, [A, 2020])
        sheet.write_number(line, 2, 43831, book.add_format({"num_format": code}))
    sheet.write_row(len(FORMATS) + 1, 0, [B, 2020, 5])


VALUES = {"": "43831", "scaled": "43831", "percent": "43831", "year": "2020", "date": "2020-01-01"}
MISTAKES = [
    (line, "online_retail_fen", shown, f"C{line}")
    for line, (_, shown) in enumerate(FORMATS, 2)
    if shown in ("scaled", "percent")
]


def test_a_cell_that_shows_another_number_than_it_holds_is_a_mistake() -> None:
    found = read(workbook(formatted))
    assert [row[3] for row in found.rows] == [*(VALUES[shown] for _, shown in FORMATS), "5"]
    assert found.errors == MISTAKES


def test_formats_that_no_cell_has_do_not_matter() -> None:
    def write(book: Any, sheet: Any) -> None:
        formatted(book, sheet)
        sheet.write_row(1, 0, [A, 2020])

    plain = with_part(workbook(write), SHEET, lambda sheet: re.sub(rb' s="\d+"', b"", sheet))
    assert read(plain).errors == []


def ods_number(value: str, shown: str, kind: str = "float") -> str:
    attribute = "date-value" if kind == "date" else "value"
    return (
        f'<table:table-cell office:value-type="{kind}" office:{attribute}="{value}"><text:p>{shown}</text:p>'
        "</table:table-cell>"
    )


def test_open_documents_show_what_they_hold_or_are_refused() -> None:
    shown = [("1234567", "123.5"), ("1234567", "1,234,567.00"), ("1234567", "1.23E+06"), ("5", "500%"), ("1234567", "")]
    rows = "".join(
        f"<table:table-row>{ods_number('2020-01-01', '2020年', 'date')}"
        f"{ods_number(value, text, 'percentage' if '%' in text else 'float')}</table:table-row>"
        for value, text in shown
    )
    head = "<table:table-row>" + "".join(ods_number("", name, "string") for name in SALES[1:]) + "</table:table-row>"
    key = head.replace("<table:table-row>", "<table:table-row>" + ods_number("", SALES[0], "string"))
    rows = rows.replace("<table:table-row>", "<table:table-row>" + ods_number("", A, "string"))
    found = read(ods(f"<table:table>{key}{rows}</table:table>"))
    assert {row[2] for row in found.rows} == {"2020"}
    assert [(line, code) for line, _, code, _ in found.errors] == [(2, "scaled"), (5, "percent")]


def record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


class Unlimited(Allowance):
    """One that limits nothing: it is for a process that ends with its file."""

    def __init__(self) -> None:
        pass

    def earn(self, seconds: float) -> None:
        pass


def test_number_formats_of_old_workbooks() -> None:
    code = b'0"."0,'
    wide = '#,##0,"千"'.encode("utf-16-le")
    formats = record(0x41E, struct.pack("<HHB", 164, len(code), 0) + code)
    formats += record(0x41E, struct.pack("<HHB", 165, len(wide) // 2, 1) + wide)
    formats += record(0x41E, struct.pack("<HB", 166, 6) + b"0.00_ ")  # before BIFF8
    styles = b"".join(record(0xE0, struct.pack("<HH16x", 0, number)) for number in (0, 164, 165, 166, 10))
    cells = record(0x203, struct.pack("<HHHd", 1, 2, 1, 5.0)) + record(0x27E, struct.pack("<HHHI", 2, 2, 2, 0))
    cells += record(0xBD, struct.pack("<HH", 3, 1) + struct.pack("<HIHIHI", 0, 0, 4, 0, 3, 0) + struct.pack("<H", 3))
    sheet = record(0x85, struct.pack("<I", 0))
    start = len(sheet + formats + styles) + 4
    stream = record(0x85, struct.pack("<I", start)) + formats + styles + record(0x0A, b"") + cells + record(0x0A, b"")
    assert biff.facts(io.BytesIO(stream), 0, Unlimited()).shown == {
        (2, 2): "scaled",
        (3, 2): "scaled",
        (4, 2): "percent",
    }


def test_a_percentage_in_an_old_workbook_is_a_mistake() -> None:
    content = bytearray(Path(__file__).with_name("legacy.xls").read_bytes())
    cells = content.index(struct.pack("<HHHH", 0xBD, 18, 1, 1))
    (style,) = struct.unpack_from("<H", content, cells + 14)
    places = [match.start() for match in re.finditer(rb"\xe0\x00\x14\x00", bytes(content))]
    struct.pack_into("<H", content, places[style] + 6, 10)
    found = read(bytes(content))
    assert [(line, name, code) for line, name, code, _ in found.errors][-1] == (2, "online_retail_fen", "percent")
