"""Files as officers send them: read as they see them, or refused with everything that is to be changed."""

from __future__ import annotations

import io
import struct
import tempfile
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.layouts import layout_of
from shared.files.domain import FileRefused
from shared.files.reader import open_file
from tests.support.sheets import HEADINGS, A, B, Found, csv_of, ods, ods_row, read, refusal, with_part, workbook

SHEET = "xl/worksheets/sheet1.xml"
PLAIN: list[list[Any]] = [HEADINGS, [A, 2020, 10, None], [B, 2021, 1234567.89, 5]]
EXPECTED = [(2, A, "2020", "10", ""), (3, B, "2021", "1234567.89", "5")]
TEXTS = [HEADINGS, [A, "2020", "10", ""], [B, "2021", "1234567.89", "5"]]


def prefixed(sheet: bytes) -> bytes:
    """Spell the elements of a sheet with a prefix."""
    main = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    sheet = (
        sheet.replace(b"</", b"\1")
        .replace(b"<?", b"\2")
        .replace(b"<", b"<x:")
        .replace(b"\1", b"</x:")
        .replace(b"\2", b"<?")
    )
    return sheet.replace(main, main.replace(b"xmlns", b"xmlns:x"))


def strict(sheet: bytes) -> bytes:
    """Spell a sheet in Strict OOXML."""
    return sheet.replace(
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main"
    )


def renamed(book: bytes, name: Callable[[str], str]) -> bytes:
    """Give the parts of a workbook other names."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(file, "w") as new:
        for each in old.namelist():
            new.writestr(name(each), old.read(each))
    return file.getvalue()


def with_member(book: bytes, name: str, content: bytes) -> bytes:
    """Add a part to a workbook."""
    file = io.BytesIO(book)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(name, content)
    return file.getvalue()


def without_references(sheet: bytes) -> bytes:
    """Leave out where cells are."""
    for name in (b"A", b"B", b"C", b"D"):
        for number in (b"1", b"2", b"3"):
            sheet = sheet.replace(b'<c r="' + name + number + b'"', b"<c")
    return sheet


@pytest.mark.parametrize(
    "content",
    [
        csv_of(*TEXTS),
        csv_of(*TEXTS, encoding="utf-8-sig"),
        csv_of(*TEXTS, encoding="utf-16"),
        csv_of(*TEXTS, encoding="gb18030"),
        csv_of(*TEXTS, delimiter="\t"),
        csv_of(*TEXTS, delimiter=";", encoding="gb18030"),
        csv_of(
            [f" {heading[:2]} {heading[2:]}".replace("（", "(").replace("）", " )") for heading in HEADINGS], *TEXTS[1:]
        ),
        csv_of(["*uscc", "Year", "online_retail_yuan", "平台营业额"], *TEXTS[1:]),
        workbook(PLAIN),
        workbook(PLAIN, in_memory=True),
        with_part(workbook(PLAIN), SHEET, prefixed),
        with_part(workbook(PLAIN), SHEET, strict),
        with_part(workbook(PLAIN), SHEET, without_references),
        workbook({"填写说明": [["请如实填写"]], "数据": PLAIN}),
        renamed(workbook(PLAIN), lambda name: name.replace("/", "\\")),
        renamed(workbook(PLAIN), lambda name: name.replace("sheet1", "Sheet1").replace("sharedS", "SHAREDS")),
        csv_of(*TEXTS).replace(b"\r\n", b"\r"),
        ods("<table:table table:name='s'>" + "".join(ods_row(*row) for row in TEXTS) + "</table:table>"),
    ],
)
def test_the_same_rows_in_every_spelling(content: bytes) -> None:
    assert read(content).rows == EXPECTED


def hidden_sheet(book: Any, sheet: Any) -> None:
    sheet.write_row(0, 0, HEADINGS)
    sheet.hide()
    book.worksheets_objs[-1].set_first_sheet()


@pytest.mark.parametrize(
    ("content", "warnings", "skipped"),
    [
        pytest.param(
            workbook([["2020年度统计表"], ["填报单位：莲都区商务局"], ["序号", *HEADINGS], [1, A, 2020, 10]]),
            {"rows_above": ["1 2020年度统计表", "2 填报单位：莲都区商务局"], "columns_passed_over": ["A3 序号"]},
            0,
            id="titles and numbers",
        ),
        pytest.param(
            workbook([["序号", *HEADINGS], [1, A, 2020, 10], [2, "合计", None, 10]]),
            {"columns_passed_over": ["A1 序号"], "totals_and_notes": ["3 合计"]},
            1,
            id="a numbered total",
        ),
        pytest.param(
            workbook([HEADINGS, [A, 2020, 10], ["合 计", None, 10], ["注：数据来源省监测平台"], [], ["填表人："]]),
            {"totals_and_notes": ["3 合 计", "4 注：数据来源省监测平台", "6 填表人："]},
            3,
            id="totals and notes",
        ),
        pytest.param(
            workbook(
                [["序号", *HEADINGS], [1, A, 2020, 10], [2], ["莲都区小计", None, None, 10], [], ["序号", *HEADINGS]]
            ),
            {"columns_passed_over": ["A1 序号"], "totals_and_notes": ["4 莲都区小计"], "repeated_headings": ["6 序号"]},
            2,
            id="numbered blanks and repeated headings",
        ),
        pytest.param(
            workbook({"封面": [["封面"]], "数据": [HEADINGS, [A, 2020, 10]], "附表": [HEADINGS, [B, 2020, 10]]}),
            {"sheets_passed_over": ["封面", "附表"]},
            0,
            id="other sheets",
        ),
        pytest.param(
            workbook(
                [
                    HEADINGS,
                    [A, 2020, 10],
                    ["填报单位（盖章）：某局"],
                    ["单位负责人（签字）：", "制表人："],
                    ["（注：含税）"],
                ]
            ),
            {"totals_and_notes": ["3 填报单位（盖章）：某局", "4 单位负责人（签字）：", "5 （注：含税）"]},
            3,
            id="signatures",
        ),
        pytest.param(
            workbook([[*HEADINGS, "备注"], [A, 2020, 10], [None, None, None, None, "以上均已核实"]]),
            {"columns_passed_over": ["E1 备注"], "totals_and_notes": ["3 以上均已核实"]},
            1,
            id="a remark of its own",
        ),
        pytest.param(
            csv_of(HEADINGS, [A, "2020", "10", ""], encoding="gb18030"), {"encoding_guessed": []}, 0, id="GB18030"
        ),
    ],
)
def test_what_is_passed_over_is_named(content: bytes, warnings: dict[str, list[str]], skipped: int) -> None:
    found = read(content)
    assert [row[1:4] for row in found.rows] == [(A, "2020", "10")]
    assert (found.warnings, found.skipped, found.errors) == (warnings, skipped, [])


def formulas(book: Any, sheet: Any) -> None:
    sheet.write_row(0, 0, HEADINGS)
    sheet.write_row(1, 0, [A, 2020])
    sheet.write_formula(1, 2, "=5*2", None, 10)
    sheet.write_row(2, 0, [B, 2020])
    sheet.write_formula(2, 2, "=NA()", None, "#N/A")
    sheet.set_row(1, None, None, {"hidden": True})


def merged(book: Any, sheet: Any) -> None:
    sheet.merge_range(0, 0, 0, 3, "标题")
    sheet.write_row(1, 0, HEADINGS)
    sheet.write_row(2, 0, [A, 2020, 10])
    sheet.write_row(3, 0, [A, 2021, 10])
    sheet.merge_range(2, 3, 3, 3, 7)
    sheet.merge_range(4, 0, 5, 3, "注：合并的注释")


def far(book: Any, sheet: Any) -> None:
    sheet.write_row(0, 0, HEADINGS)
    sheet.write_row(1, 0, [A, 2020, 10])
    sheet.write(1_048_575, 25, " ")
    sheet.write(1_048_574, 16_383, "x")


def days(book: Any, sheet: Any) -> None:
    sheet.write_row(0, 0, ["统一社会信用代码", "监测类别", "纳入日期"])
    chinese = book.add_format({"num_format": 31})
    for number, style in enumerate([book.add_format({"num_format": "yyyy/m/d;@"}), chinese, None], 1):
        sheet.write_row(number, 0, [A, "retail"])
        sheet.write_number(number, 2, 43832, style)


def test_cells_of_workbooks() -> None:
    found = read(workbook(formulas))
    assert found.rows == [(2, A, "2020", "10", ""), (3, B, "2020", "", "")]
    assert found.errors == [(3, "online_retail_fen", "cell_error", "C3")]
    assert found.warnings == {"formulas": ["C2", "C3"], "hidden_rows": ["2"]}

    found = read(workbook(merged))
    assert found.errors == [(line, "platform_turnover_fen", "merged_cells", "D3:D4") for line in (3, 4)]
    assert found.skipped == 1

    found = read(workbook(far))
    assert (len(found.rows), found.errors) == (2, [(1_048_575, None, "no_heading", "XFD1048575")])

    for options in ({}, {"date_1904": True}):
        found = read(workbook(days, **options), "monitoring_inclusions")
        moved = "2024-01-03" if options else "2020-01-02"
        assert [row[3] for row in found.rows] == [moved, moved, "43832"]

    day = read(
        workbook([["uscc", "name", "legal_form", "registered_on"], [A, "甲\n乙", "企业", date(2015, 3, 1)]]),
        "enterprises",
    )
    assert day.rows[0][4] == "2015-03-01"
    assert day.errors == [(2, "name", "line_break", "B2")]

    accounts = ["uscc", "since", "account_holder", "bank_code", "account_number"]
    found = read(workbook([accounts, [A, "2020-01-01", "甲", 102343000018, 6222000011112222]]), "payee_accounts")
    assert found.errors == [(2, "account_number", "digits_lost", None)]


def test_a_number_that_is_no_day_stays_a_number() -> None:
    def write(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["统一社会信用代码", "监测类别", "纳入日期"])
        style = book.add_format({"num_format": "yyyy-mm-dd"})
        for line, number in enumerate([2_957_003, 2_957_004, 2_958_465, 2_958_466, -1, 1e300], 1):
            sheet.write_row(line, 0, [A, "retail"])
            sheet.write_number(line, 2, number, style)

    found = read(workbook(write, date_1904=True), "monitoring_inclusions")
    assert [row[3] for row in found.rows][:4] == ["9999-12-31", "2957004", "2958465", "2958466"]


CONTRADICTION = [["销售情况表"], ["", "", "单位：万元"], HEADINGS, [A, "2020", "10", ""]]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (csv_of(["统一社会信用代码", "年度", "网络零售额（万元）"], [A, "2020", "12.345678"]), "123456.78"),
        (csv_of(["单位：万元"], ["统一社会信用代码", "年度", "网络零售额"], [A, "2020", "１，２３４"]), "12340000"),
        (csv_of(["单位：元"], ["统一社会信用代码", "年度", "网络零售额"], [A, "2020", "-0.5"]), "-0.5"),
        (csv_of(["附件（十）"], ["统一社会信用代码", "年度", "网络零售额"], [A, "2020", "1"]), "1"),
        (csv_of(["", "单位：", "万元"], ["统一社会信用代码", "年度", "网络零售额"], [A, "2020", "1"]), "10000"),
        (csv_of(["单位：万元"], ["uscc", "year", "网络零售额"], [A, "2020", "1"], ["注：单位为万元", "", ""]), "10000"),
        (csv_of(["统一社会信用代码", "年度", "网络零售额万元"], [A, "2020", "-0.00005"]), "-0.5"),
        (csv_of(["统一社会信用代码", "年度", "网络零售额（人民币万元）"], [A, "2020", ""]), ""),
    ],
)
def test_ten_thousands_are_converted_exactly(content: bytes, expected: str) -> None:
    found = read(content)
    assert found.rows[0][3] == expected.replace("，", "") and not found.errors


def test_a_cell_that_names_another_unit_than_its_column_is_a_mistake() -> None:
    found = read(csv_of(["统一社会信用代码", "年度", "网络零售额（万元）"], [A, "2020", "12元"]))
    assert found.errors == [(2, "online_retail_fen", "unit_conflict", None)]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (workbook(CONTRADICTION), [("C3", "unit_conflict"), ("D3", "unit_conflict")]),
        (csv_of(["uscc", "year", "网络零售额（千元）"]), [("C1", "unknown_unit")]),
        (csv_of(["uscc", "year", "网络零售额（公斤）"]), [("C1", "unknown_unit")]),
        (csv_of(["金额单位：亿元"], ["uscc", "year", "网络零售额"]), [("C2", "unknown_unit")]),
        (csv_of(["单位：万"], ["uscc", "year", "网络零售额"]), [("C2", "unknown_unit")]),
        (csv_of(["uscc", "year", "网络零售额"], ["", "", "（万元）"], [A, "2020", "1"]), [("C2", "unit_below")]),
        (csv_of(["uscc", "year", "销售情况（万元）", ""], ["", "", "网络零售额", "平台营业额"], [A, "2020", "1", "2"]),
         [("C1", "unknown_heading"), ("C2", "heading_below"), ("D2", "heading_below")]),
        (csv_of(HEADINGS, [A, "2020", "1", ""], ["注：以上金额单位均为万元", "", "", ""]), [("A3", "unit_conflict")]),
        (csv_of(HEADINGS, [A, "2020", "1", ""], ["以上以万元为单位", "", "", ""]), [("A3", "unit_conflict")]),
        (csv_of(HEADINGS, [A, "2020", "1", ""], ["合计（万元）", "", "1", ""]), [("A3", "unit_conflict")]),
        (csv_of(["uscc", "year", "年份", "利润"]), [("C1", "duplicate_heading"), ("D1", "unknown_heading")]),
        (csv_of(["uscc", "year", "网络零售", "利润"]), [("C1", "unknown_heading"), ("D1", "unknown_heading")]),
        (csv_of(["uscc", "利润"]), [("B1", "unknown_heading"), ("1", "missing_heading")]),
        (csv_of(["甲", "乙"], ["丙", "丁"]), [("1", "no_headings")]),
        (csv_of(HEADINGS, encoding="utf-32"), [("", "encoding")]),
        (csv_of(HEADINGS, encoding="utf-16-le"), [("", "encoding")]),
        ("<html><table>".encode("utf-16"), [("", "html_as_workbook")]),
        (renamed(workbook(PLAIN), lambda name: f"word/{name.rpartition('/')[2]}.part"), [("", "not_a_table")]),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500 + "EncryptedPackage".encode("utf-16-le"), [("", "encrypted")]),
        (with_member(ods(""), "META-INF/manifest.xml", b"<manifest:encryption-data/>"), [("", "encrypted")]),
        (b" \n", [("", "empty_file")]),
        (workbook({"s": []}), [("", "empty_file")]),
        ("uscc,名稱\n91331100MA20000570,麗水電子商務公司\n".encode("big5"), [("", "big5")]),
        ("统一社会信用代码,名称\n甲,乙\n".encode()[:-3] + b"\xff\n", [("2", "encoding")]),
        (b"<html><table>", [("", "html_as_workbook")]),
        (b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>', [("", "html_as_workbook")]),
        (b"%PDF-1.7", [("", "not_a_table")]),
        (b"PK\x03\x04 and nothing", [("", "not_a_workbook")]),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and nothing", [("", "not_a_workbook")]),
        (b"x" * 1_500_000, [("1", "line_too_long")]),
        (b",a" * 1_200 + b"\n", [("", "too_many_columns")]),
        (b'"uscc,year\n' + b"a,b\n", [("1", "bad_quoting")]),
    ],
)  # fmt: skip
def test_a_file_is_refused_with_all_that_is_wrong(content: bytes, expected: list[tuple[str, str]]) -> None:
    assert refusal(content) == expected


def test_a_sheet_is_read_by_its_name_even_if_it_is_hidden() -> None:
    content = workbook({"甲": [HEADINGS, [A, 2020, 1]], "乙": [HEADINGS, [B, 2020, 2]]})
    assert read(content, sheet="乙").rows[0][1] == B
    assert refusal(content, sheet="丙") == [("sheet", "no_such_sheet")]


SECOND = f"{B},乙,enterprise,2015-01-01"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([f'{A},"甲公司,enterprise,2015-01-01', SECOND], [(line, None, "unclosed_quote", "2–3") for line in (2, 3)]),
        ([f'{A},"甲公司,enterprise,2015-01-01', f'{B},乙",enterprise,2015-01-01'], [(2, "name", "line_break", "2–3")]),
        ([f'{A},"甲"公司,enterprise,2015-01-01', SECOND], [(2, None, "bad_quoting", None)]),
        ([f"{SECOND},,x"], [(2, None, "column_count", "6")]),
    ],
)
def test_lines_that_quotes_swallow_are_named(lines: list[str], expected: list[Any]) -> None:
    content = "\n".join(["统一社会信用代码,名称,组织形式,成立日期", *lines, ""]).encode()
    found: Found = read(content, "enterprises")
    assert found.errors == expected
    assert {line for line, *_ in expected} <= {row[0] for row in found.rows}


def test_an_error_in_an_old_workbook_is_not_read_as_empty() -> None:
    content = bytearray(Path(__file__).with_name("legacy.xls").read_bytes())
    numbers = content.index(struct.pack("<HHHH", 0xBD, 18, 1, 1))  # the year and the amount
    error = struct.pack("<HHHHHBB", 0x205, 8, 1, 2, 15, 0x2A, 1)  # #N/A at C2
    content[numbers : numbers + 22] = error + struct.pack("<HH6x", 0x99, 6)
    assert read(bytes(content)).errors == [(2, "online_retail_fen", "cell_error", "C2")]


def test_lines_that_end_early_are_read_and_named() -> None:
    content = csv_of(
        HEADINGS, [A, "2020", "10"], ["  "], [B, "2021", "11", ""], [B], ["", ""], [" ", " ", " ", " ", " "]
    )
    found = read(content)
    assert found.rows == [(2, A, "2020", "10", ""), (4, B, "2021", "11", ""), (5, B, "", "", "")]
    assert (found.errors, found.skipped, found.warnings) == ([], 0, {"short_lines": ["2", "5"]})


def test_a_line_that_names_the_separator_is_passed_over() -> None:
    found = read(b"sep=;\r\n" + csv_of(*TEXTS, delimiter=";"))
    assert [row[1:] for row in found.rows] == [row[1:] for row in EXPECTED]


def test_characters_that_a_sheet_holds_as_numbers_are_read() -> None:
    rows = [[f"{heading[:2]}\r\n{heading[2:]}" for heading in HEADINGS], ["'" + A, "2020", "10\r", "_x000D_"]]
    for change in (lambda sheet: sheet, lambda sheet: sheet.replace(b"</sheetData>", b"</sheetData><!---->")):
        for options in ({}, {"in_memory": True}, {"constant_memory": True}):
            found = read(with_part(workbook(rows, **options), SHEET, change))
            assert found.rows == [(2, "'" + A, "2020", "10\r", "_x000D_")]


def test_comments_and_shapes_are_not_text_of_their_cells() -> None:
    note = "<office:annotation><text:p>注</text:p></office:annotation>"
    shape = (
        "<draw:frame xmlns:draw='urn:oasis:names:tc:opendocument:xmlns:drawing:1.0'><draw:text-box>"
        "<text:p>已核</text:p></draw:text-box></draw:frame>"
    )
    rows = "".join(ods_row(*row) for row in TEXTS)
    with_asides = rows.replace(f"<text:p>{A}</text:p>", f"{note}<text:p>{A}</text:p>{shape}")
    assert with_asides != rows
    notes = "<table:table table:name='说明'>" + ods_row("甲", "乙").replace("<text:p>甲", f"{note}<text:p>甲")
    found = read(ods(f"{notes}</table:table><table:table table:name='数据'>{with_asides}</table:table>"))
    assert found.rows == EXPECTED


def test_what_is_wrong_with_several_sheets_comes_in_one_answer() -> None:
    content = workbook(
        {
            "说明": [["一", "二", "三"]],
            "年度销售（省监测）": [[*HEADINGS, "利润"], [A, 2020, 1]],
            "annual_sales": [["uscc", "year"], [A, 2020]],
            "企业": [["uscc", "名"], [A, "甲"]],
        }
    )
    layouts = [layout_of(CATALOGUE[name]) for name in ("annual_sales", "enterprises")]
    with tempfile.TemporaryFile() as file, pytest.raises(FileRefused) as caught:
        file.write(content)
        open_file(file, layouts, by_sheet_name=True)
    assert [(each.pointer, each.code) for each in caught.value.errors] == [
        ("年度销售（省监测）!E1", "unknown_heading"),
        ("企业!B1", "unknown_heading"),
        ("企业!1", "missing_heading"),
    ]
    assert refusal(content, sheet="企业") == [("企业!B1", "unknown_heading"), ("企业!1", "missing_heading")]
