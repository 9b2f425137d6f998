"""Whatever the bytes, a file is read or refused by name: no row is lost, and no file takes more than it may."""

from __future__ import annotations

import random
from itertools import repeat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.files.domain import FileRefused
from tests.support.sheets import HEADINGS, A, csv_of, ods, ods_row, read, refusal, with_part, workbook

SHEET = "xl/worksheets/sheet1.xml"
BOUNDED = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))

KINDS = {
    "good": [A, "2020", "10", ""],
    "bad": ["无", "某年", "一些", ""],
    "empty key": ["", "2020", "5", ""],
    "total": ["合计", "", "10", ""],
    "note": ["注：来源", "", "", ""],
    "signature": ["填表人：张某", "", "审核人：", ""],
    "headings": HEADINGS,
    "blank": ["", "", " ", ""],
}
PASSED = {"total", "note", "signature", "headings"}


@pytest.mark.parametrize("form", ["csv", "xlsx", "streamed", "ods"])
@given(kinds=st.lists(st.sampled_from(list(KINDS)), max_size=12), above=st.integers(0, 3))
@BOUNDED
def test_every_row_is_read_or_skipped(form: str, kinds: list[str], above: int) -> None:
    rows = [["某某表"]] * above + [HEADINGS] + [KINDS[kind] for kind in kinds]
    if form == "csv":
        content = csv_of(*rows)
    elif form == "ods":
        content = ods("<table:table>" + "".join(ods_row(*row) for row in rows) + "</table:table>")
    else:
        content = workbook(rows)
        if form == "streamed":
            content = with_part(content, SHEET, lambda sheet: sheet.replace(b"</sheetData>", b"</sheetData><!---->"))
    found = read(content)
    counted = [line for line, kind in enumerate(kinds, above + 2) if kind not in PASSED | {"blank"}]
    assert [row[0] for row in found.rows] == counted
    assert found.skipped == sum(kind in PASSED for kind in kinds)
    assert [list(row[1:]) for row in found.rows] == [KINDS[kind] for kind in kinds if kind not in PASSED | {"blank"}]


FIXTURES = {
    "csv": csv_of(HEADINGS, *repeat(KINDS["good"], 20)),
    "gb18030": csv_of(HEADINGS, *repeat(["甲公司", "2020", "10", "“引”"], 20), encoding="gb18030"),
    "xlsx": workbook([HEADINGS, *repeat(KINDS["good"], 20)]),
    "ods": ods("<table:table>" + ods_row(*HEADINGS) + ods_row(*KINDS["good"]) * 20 + "</table:table>"),
    "xls": Path(__file__).with_name("legacy.xls").read_bytes(),
}


@pytest.mark.parametrize("form", FIXTURES)
@given(seed=st.integers(0, 2**32))
@BOUNDED
def test_mangled_bytes_are_read_or_refused(form: str, seed: int) -> None:
    chance = random.Random(seed)
    content = bytearray(FIXTURES[form])
    for _ in range(chance.randint(1, 8)):
        place = chance.randrange(len(content))
        act = chance.random()
        if act < 0.6:
            content[place] = chance.randrange(256)
        elif act < 0.8:
            del content[place : place + chance.randint(1, 40)]
        else:
            content[place:place] = chance.randbytes(chance.randint(1, 10))
        content = content or bytearray(b"x")
    try:
        found = read(bytes(content))
    except FileRefused as error:
        assert error.errors
        return
    if form == "csv" and b'"' not in content and b"\r\r" not in content:
        text = content.decode(found.table.encoding or "")
        written = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        rows = sum(
            any(map(str.strip, line.split(found.table.delimiter))) for line in written[found.table.heading_line :]
        )
        assert len(found.rows) + found.skipped == rows


@given(seed=st.integers(0, 2**32))
@BOUNDED
def test_mangled_xml_is_read_or_refused(seed: int) -> None:
    chance = random.Random(seed)

    def mangle(sheet: bytes) -> bytes:
        data = bytearray(sheet)
        for _ in range(chance.randint(1, 5)):
            data[chance.randrange(len(data))] = chance.choice(b'<>/="rcvtsf 0123456789AZ&')
        return bytes(data)

    part = chance.choice(
        [SHEET, "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml", "xl/_rels/workbook.xml.rels"]
    )
    try:
        read(with_part(FIXTURES["xlsx"], part, mangle))
    except FileRefused as error:
        assert error.errors


@pytest.mark.parametrize(
    ("form", "part"),
    [("xlsx", SHEET), ("xlsx", "xl/workbook.xml"), ("xlsx", "xl/sharedStrings.xml"), ("ods", "content.xml")],
)
@pytest.mark.parametrize("encoding", ["UT3-8", "undefined", "GB18030", "UTF-7", "base64"])
def test_a_part_in_an_encoding_that_xml_lacks_is_damage(form: str, part: str, encoding: str) -> None:
    def declared(content: bytes) -> bytes:
        return b'<?xml version="1.0" encoding="' + encoding.encode() + b'"?>' + content.partition(b"?>")[2]

    with pytest.raises(FileRefused) as caught:
        read(with_part(FIXTURES[form], part, declared))
    assert [error.code for error in caught.value.errors] == ["not_a_workbook"]


@given(
    rows=st.lists(
        st.tuples(
            st.one_of(st.none(), st.text("甲乙AZ09 &<", min_size=1, max_size=6), st.booleans()),
            st.one_of(st.none(), st.integers(-(10**16), 10**16), st.floats(-1e12, 1e12, allow_nan=False)),
        ),
        max_size=8,
    )
)
@BOUNDED
def test_a_sheet_says_the_same_laid_out_and_streamed(rows: list[tuple[object, object]]) -> None:
    content = workbook([HEADINGS, *([A, 2020, number, text] for text, number in rows)], strings_to_formulas=False)
    streamed = with_part(content, SHEET, lambda sheet: sheet.replace(b"</sheetData>", b"</sheetData><!---->"))
    laid_out, other = read(content), read(streamed)
    assert laid_out.rows == other.rows
    assert sorted(map(str, laid_out.errors)) == sorted(map(str, other.errors))


def test_repetitions_in_open_documents_are_not_laid_out() -> None:
    million = "table:number-rows-repeated='1000000000'"
    first = "<table:table>" + ods_row(*HEADINGS)
    assert refusal(ods(first + ods_row(*KINDS["good"], more=million) + "</table:table>")) == [("", "repeated_rows")]
    found = read(ods(first + ods_row("", more=million) + ods_row(*KINDS["good"]) + "</table:table>"))
    assert len(found.rows) == 1
